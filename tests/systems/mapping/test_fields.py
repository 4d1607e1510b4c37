"""Which rows of a mapping count for a record, and what they give."""

from __future__ import annotations

from typing import Any

import pytest

from connector.errors import Fail
from connector.records import ERP_TO_STORE, STORE_TO_ERP
from connector.systems import mapping
from connector.systems.mapping import Row, Transform, apply, effective, winner

RAW = (("Description", "Fancy socks"), ("Attributes/COLOR", "RED"), ("Price", "12.5"))


def made(rows: list[Row], raw: tuple[tuple[str, str], ...] = RAW, **more: Any) -> dict[str, str]:
    return dict(apply(rows, raw, **{"direction": ERP_TO_STORE, "creating": True, **more}))


def test_a_row_carries_a_field_in_its_own_direction_only() -> None:
    rows = [Row("name", "Description"), Row("colour", "Attributes/COLOR", STORE_TO_ERP)]
    assert made(rows) == {"name": "Fancy socks"}
    assert made(rows, (("colour", "blue"), ("name", "x")), direction=STORE_TO_ERP) == {"Attributes/COLOR": "blue"}


@pytest.mark.parametrize("direction", mapping.BOTH)
def test_a_two_way_row_carries_both_ways(direction: str) -> None:
    rows = [Row("name", "Description", direction)]
    assert made(rows) == {"name": "Fancy socks"}
    assert made(rows, (("name", "Socks"),), direction=STORE_TO_ERP) == {"Description": "Socks"}


def test_a_field_that_the_source_did_not_tell_is_left_alone() -> None:
    assert made([Row("a", "Missing"), Row("b", "Description")], (("Description", ""),)) == {"b": ""}


def test_a_create_only_row_is_not_applied_on_update() -> None:
    rows = [Row("name", "Description", use_in="create"), Row("color", "Attributes/COLOR", use_in="update")]
    assert made(rows) == {"name": "Fancy socks"}
    assert made(rows, creating=False) == {"color": "RED"}


@pytest.mark.parametrize("reverse", [False, True])
def test_a_row_of_a_store_view_goes_before_the_row_for_all(reverse: bool) -> None:
    rows = [Row("name", "Description"), Row("name", "Attributes/COLOR", scope="de")]
    rows = rows[::-1] if reverse else rows
    assert made(rows) == {"name": "Fancy socks"}
    assert made(rows, view="de") == {"name": "RED"}
    assert made(rows, view="fr") == {"name": "Fancy socks"}


@pytest.mark.parametrize(
    ("row", "entity", "found"),
    [
        ("erp_to_store", "both", "erp_to_store"),
        ("both_erp", "both", "both_erp"),
        ("both_newest", "erp_to_store", "erp_to_store"),
        ("both_store", "store_to_erp", "store_to_erp"),
        ("store_to_erp", "erp_to_store", ""),
        ("erp_to_store", "store_to_erp", ""),
        ("store_to_erp", "store_to_erp", "store_to_erp"),
    ],
)
def test_the_direction_of_the_entity_limits_the_row(row: str, entity: str, found: str) -> None:
    assert effective(Row("a", "b", row), entity) == found


def test_a_row_against_the_direction_of_its_entity_is_not_applied() -> None:
    rows = [Row("name", "Description", STORE_TO_ERP), Row("color", "Attributes/COLOR", "both_newest")]
    assert made(rows, entity_direction=ERP_TO_STORE) == {"color": "RED"}
    raw = (("name", "n"), ("color", "c"))
    assert made(rows, raw, direction=STORE_TO_ERP, entity_direction=ERP_TO_STORE) == {}


def test_who_wins_is_said_by_the_direction() -> None:
    found = [winner(Row(direction=name)) for name in mapping.DIRECTIONS]
    assert found == ["erp", "store", "newest", "erp", "store"]


def test_a_transform_that_cannot_is_a_failure_that_names_its_row() -> None:
    row = Row("color", "Attributes/COLOR", scope="de", transform=Transform("lookup", pairs=(("BLUE", "blue"),)))
    with pytest.raises(Fail) as failed:
        made([row], view="de")
    assert "color <-> Attributes/COLOR (store view de)" in failed.value.reason
    assert "'RED'" in failed.value.reason and failed.value.help


def test_the_tester_says_each_problem_and_goes_on() -> None:
    rows = [Row("a", "Description", transform=Transform("template", "{{ Nothing }}")), Row("b", "Price")]
    found = mapping.results(rows, RAW, direction=ERP_TO_STORE, creating=True)
    assert [(one.value, bool(one.problem)) for one in found] == [(None, True), ("12.5", False)]


def test_rows_come_out_of_what_setup_keeps() -> None:
    stored = {"store": "a", "erp": "Price", "more": {"transform": {"kind": "format", "value": "{value:.2f}"}}}
    rows = mapping.of([stored])
    assert made(list(rows)) == {"a": "12.50"}
    assert mapping.of(rows) == rows
