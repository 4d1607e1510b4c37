"""`$filter` in the ERP's dialect."""

from __future__ import annotations

import contextlib

import pytest
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st

from connector.sandbox.acumatica import filters
from tests.sandbox.conftest import BASE

ROW = {
    "A": "Blue Hammer  ",
    "B": 12.5,
    "C": True,
    "D": None,
    "E": filters.moment("2026-03-01T10:00:00+00:00"),
    "F": "o'neil",
}


def matches(text: str) -> bool:
    return filters.compiled(filters.parse(text), lambda row, name: row[name])(ROW)


@pytest.mark.parametrize(
    "text",
    [
        "A eq 'blue hammer'",
        "B ge 12.5M and B lt 13",
        "C eq true",
        "D eq null",
        "not (B eq 1)",
        "A ne 'x' or B eq 1",
        "substringof('HAM',A)",
        "startswith(A,'Blue')",
        "endswith(A,'hammer')",
        "contains(A,'ue ')",
        "F eq 'o''neil'",
        "E gt datetimeoffset'2026-03-01T09:59:59.999+00:00'",
        "E eq datetimeoffset'2026-03-01T11:00:00+01:00'",
        "E ge date'2026-03-01'",
        "E lt 2026-03-02",
        "(A eq 'x' or C eq true) and B gt -1",
        "startswith(A,'Blue') eq true",
    ],
)
def test_it_is_true(text: str):
    assert matches(text) and not matches(f"not ({text})")


@pytest.mark.parametrize(
    "text",
    [
        "A",
        "A eq",
        "A like 'x'",
        "(A eq 'x'",
        "A eq 'x' B eq 'y'",
        "A eq datetimeoffset'x'",
        "'x' eq A",
        "startswith(A)",
        "%",
    ],
)
def test_what_cannot_be_read_is_refused(text: str):
    with pytest.raises(filters.FilterError):
        matches(text)


@given(st.text(max_size=60))
def test_no_text_breaks_the_parser(text: str):
    with contextlib.suppress(filters.FilterError):
        filters.parse(text)


def test_the_keys_that_can_match_are_found():
    assert filters.keys(filters.parse("(A eq 'x' or A eq 'y') and B gt 1"), "A") == {"X", "Y"}
    assert filters.keys(filters.parse("A eq 'x' or B gt 1"), "A") is None


def ids(client: FlaskClient, text: str, entity: str = "StockItem"):
    answer = client.get(f"{BASE}/{entity}", query_string={"$filter": text, "$select": "InventoryID"})
    assert answer.status_code == 200, answer.text
    return [row["InventoryID"]["value"] for row in answer.get_json()]


def test_many_keys_in_one_list(client: FlaskClient):
    assert ids(client, "InventoryID eq 'tl-00001' or InventoryID eq 'KT-00002' or InventoryID eq 'NOPE'") == [
        "KT-00002",
        "TL-00001",
    ]


def test_changes_since_an_instant(erp, client: FlaskClient):
    erp.erp.edit("TL-00001", {"DefaultPrice": 1.23})
    stamp = client.get(f"{BASE}/StockItem/TL-00001").get_json()["LastModifiedDateTime"]["value"]
    assert ids(client, f"LastModifiedDateTime ge datetimeoffset'{stamp}'") == ["TL-00001"]
    assert ids(client, f"LastModifiedDateTime gt datetimeoffset'{stamp}'") == []


def test_a_quoted_boolean_and_an_unknown_field_are_errors(client: FlaskClient):
    for text in ("ExportToExternal eq 'true'", "Nonsense eq 1"):
        answer = client.get(f"{BASE}/StockItem", query_string={"$filter": text})
        assert answer.status_code == 500 and answer.get_json()["exceptionMessage"]
