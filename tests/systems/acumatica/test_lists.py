"""Lists of any entity: chunks of keys, pages by key, and what cannot be listed read one by one."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from connector.systems.acumatica import Acumatica, filters, lists
from connector.systems.acumatica.values import Entity, text
from connector.systems.base import Change
from tests.systems.acumatica.conftest import ENDPOINT, NOT_THERE, Wire, failure, options
from tests.systems.acumatica.test_customers import wrapped

SINCE = datetime(2026, 1, 1, tzinfo=UTC)
REFUSED = failure("Optimization cannot be performed.The following fields cause the error:\r\nDetails: View X")


def change(row: Entity, version: int) -> Change:
    return Change("thing", text(row, "Nbr"), version=version)


def row(nbr: str, **more: Any) -> dict[str, Any]:
    return {"id": f"id-{nbr}", **wrapped({"Nbr": nbr, **more})}


def test_keys_are_asked_for_in_chunks_and_once(erp: Acumatica, wire: Wire, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(filters, "MOST_KEYS", 2)
    wire.get(f"{ENDPOINT}/Thing", json=[row("A")])
    lists.by_keys(erp.client, "Thing", "Nbr", ["A", "B", "A", "C"], {})
    assert [options(each)["$filter"] for each in wire.requests("/Thing")] == ["Nbr eq 'A' or Nbr eq 'B'", "Nbr eq 'C'"]


def test_numbers_are_asked_for_without_quotes_and_words_not_at_all(erp: Acumatica, wire: Wire) -> None:
    wire.get(f"{ENDPOINT}/Thing", json=[])
    lists.by_numbers(erp.client, "Thing", "Nbr", ["7", "x", "9"], {})
    assert options(wire.requests("/Thing")[0])["$filter"] == "Nbr eq 7 or Nbr eq 9"
    assert lists.by_numbers(erp.client, "Thing", "Nbr", ["x"], {}) == []


def test_a_full_page_goes_on_behind_its_last_key(erp: Acumatica, wire: Wire, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lists, "PAGE", 2)
    wire.get(f"{ENDPOINT}/Thing", json=[row("A"), row("B")])
    wire.get(f"{ENDPOINT}/Thing", json=[row("C")])
    first = lists.page(erp.client, "Thing", "Nbr", "Changed", SINCE, "", change)
    assert ([one.key for one in first.changes], first.position) == (["A", "B"], "B")
    second = lists.page(erp.client, "Thing", "Nbr", "Changed", SINCE, "B", change, more="X eq 1")
    assert ([one.key for one in second.changes], second.position) == (["C"], None)
    stamp = "Changed ge datetimeoffset'2026-01-01T00:00:00.000+00:00'"
    assert options(wire.requests("/Thing")[1])["$filter"] == f"{stamp} and Nbr gt 'B' and X eq 1"


def test_a_page_that_never_moves_on_ends(erp: Acumatica, wire: Wire, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lists, "PAGE", 1)
    wire.get(f"{ENDPOINT}/Thing", json=[row("A")])
    assert lists.page(erp.client, "Thing", "Nbr", "Changed", None, "A", change).position is None


def test_an_entity_without_a_date_is_told_whole(erp: Acumatica, wire: Wire) -> None:
    wire.get(f"{ENDPOINT}/Thing", json=[row("A")])
    lists.page(erp.client, "Thing", "Nbr", "", SINCE, "", change)
    assert options(wire.requests("/Thing")[0]) == {"$select": "Nbr", "$top": str(lists.PAGE)}


def test_details_that_cannot_be_listed_are_read_one_by_one(erp: Acumatica, wire: Wire) -> None:
    wire.get(f"{ENDPOINT}/Thing", json=REFUSED, status=500)
    wire.get(f"{ENDPOINT}/Thing", json=[row("A"), row("B")])
    wire.get(f"{ENDPOINT}/Thing/id-A", json=row("A", Details=[]))
    wire.get(f"{ENDPOINT}/Thing/id-B", json=NOT_THERE, status=500)
    asked = {"$select": "Nbr,Details/X", "$expand": "Details"}
    page = lists.page(erp.client, "Thing", "Nbr", "Changed", None, "", change, options=asked)
    assert [one.key for one in page.changes] == ["A"]
    assert options(wire.requests("/id-A")[0]) == asked


def test_the_same_holds_for_keys(erp: Acumatica, wire: Wire) -> None:
    wire.get(f"{ENDPOINT}/Thing", json=REFUSED, status=500)
    wire.get(f"{ENDPOINT}/Thing", json=[row("A")])
    wire.get(f"{ENDPOINT}/Thing/id-A", json=row("A", Details=[]))
    assert len(lists.by_keys(erp.client, "Thing", "Nbr", ["A"], {"$expand": "Details"})) == 1
