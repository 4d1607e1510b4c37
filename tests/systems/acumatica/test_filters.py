"""Query strings: literals, percent-encoding, and lists of keys that fit into an address."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from urllib.parse import parse_qs, quote

from hypothesis import given
from hypothesis import strategies as st

from connector.systems.acumatica import filters


def test_quotes_in_a_key_are_doubled() -> None:
    assert filters.literal("O'NEILL") == "'O''NEILL'"
    assert filters.any_of("InventoryID", ["A", "B'"]) == "InventoryID eq 'A' or InventoryID eq 'B'''"


def test_an_instant_is_told_in_utc_with_milliseconds() -> None:
    when = datetime(2026, 1, 1, 2, 0, 0, 999_999, timezone(timedelta(hours=2)))
    assert filters.since("LastModified", when) == "LastModified ge datetimeoffset'2026-01-01T00:00:00.999+00:00'"


def test_everything_is_percent_encoded() -> None:
    told = filters.query({"$filter": filters.since("X", datetime(2026, 1, 1, tzinfo=UTC)), "$top": 5, "$expand": ""})
    assert told == "?$filter=X%20ge%20datetimeoffset%272026-01-01T00%3A00%3A00.000%2B00%3A00%27&$top=5"


def test_nothing_to_say_is_no_question_mark() -> None:
    assert filters.query({"$expand": "", "$skip": None}) == ""


def test_conditions_that_are_empty_are_left_out() -> None:
    assert filters.both("", "a eq 1", "", "b eq 2") == "a eq 1 and b eq 2"
    assert filters.both("", "") == ""


@given(st.lists(st.text(min_size=1, max_size=60), max_size=200))
def test_every_key_is_in_one_chunk_and_every_address_is_short_enough(keys: list[str]) -> None:
    keys = [key.encode("utf-8", "replace").decode() for key in keys]
    options = {"$select": "InventoryID,Description", "$expand": "Attributes"}
    chunks = list(filters.chunks("InventoryID", keys, options))
    assert [key for chunk in chunks for key in chunk] == keys
    for chunk in chunks:
        assert len(chunk) <= filters.MOST_KEYS
        told = filters.query({**options, "$filter": filters.any_of("InventoryID", chunk)})
        assert len(told) <= filters.LONGEST or len(chunk) == 1
        assert parse_qs(told[1:])["$filter"] == [filters.any_of("InventoryID", chunk)]
        assert quote("'") in told
