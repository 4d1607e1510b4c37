"""Fields as Acumatica sends them: empty, padded, with any fraction of a second."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.systems.acumatica import values


def test_a_missing_field_reads_like_an_empty_one() -> None:
    for entity in ({}, {"Name": {}}, {"Name": {"value": None}}, {"Name": None}, {"Name": "bare"}):
        assert values.value(entity, "Name") is None
        assert values.text(entity, "Name") == ""
        assert values.number(entity, "Name") is None
        assert values.instant(entity, "Name") is None
        assert values.flag(entity, "Name") is False
        assert values.flag(entity, "Name", default=True) is True


def test_the_first_filled_name_counts() -> None:
    entity = {"DefaultPrice": {}, "CurySpecificPrice": {"value": 0}}
    assert values.number(entity, "DefaultPrice", "CurySpecificPrice") == 0


@pytest.mark.parametrize(
    ("raw", "read"),
    [("MAIN  ", "MAIN"), ("\tA B ", "A B"), (112, "112"), ("a\x00b", "ab"), ("\ud800", "?"), (True, "True")],
)
def test_texts_are_trimmed_and_storable(raw: Any, read: str) -> None:
    assert values.text({"X": {"value": raw}}, "X") == read


@pytest.mark.parametrize(
    ("raw", "read"),
    [
        (280.0, "280"),
        ("280.000000", "280"),
        (39.9, "39.9"),
        (0, "0"),
        (-1.50, "-1.5"),
        (" 2.00 ", "2"),
        (1e-4, "0.0001"),
        ("x", None),
        (float("nan"), None),
        (float("inf"), None),
        (True, None),
        ("", None),
    ],
)
def test_numbers_are_exact_and_short(raw: Any, read: str | None) -> None:
    found = values.exact(raw)
    assert found == (None if read is None else Decimal(read))
    assert str(found) == str(read)


@pytest.mark.parametrize(
    ("raw", "read"),
    [
        ("2023-12-14T02:13:53.32+00:00", datetime(2023, 12, 14, 2, 13, 53, 320000, UTC)),
        ("2023-12-14T02:13:53.3212345+00:00", datetime(2023, 12, 14, 2, 13, 53, 321234, UTC)),
        ("2023-12-14T02:13:53+02:00", datetime(2023, 12, 14, 0, 13, 53, 0, UTC)),
        ("2024-05-05T15:16:23.1", datetime(2024, 5, 5, 15, 16, 23, 100000, UTC)),
        ("2024-05-05T15:16:23Z", datetime(2024, 5, 5, 15, 16, 23, 0, UTC)),
        ("2024-05-05", datetime(2024, 5, 5, tzinfo=UTC)),
        ("12/14/2023 19:57:08", None),
        ("0001-01-01T00:00:00+14:00", None),
        ("", None),
        (17, None),
    ],
)
def test_instants_become_utc(raw: Any, read: datetime | None) -> None:
    assert values.moment(raw) == read


def test_versions_are_microseconds_since_1970() -> None:
    assert values.micros(datetime(1970, 1, 1, 0, 0, 1, 5, UTC)) == 1_000_005
    assert values.micros(datetime(1900, 1, 1, tzinfo=UTC)) == 0
    assert values.micros(None) == 0


def test_ticks_become_microseconds_when_they_are_an_instant_of_our_time() -> None:
    assert values.from_ticks(638_977_509_425_170_000) == values.micros(datetime(2025, 11, 3, 7, 15, 42, 517000, UTC))
    assert values.from_ticks(0) == 0
    assert values.from_ticks(1_730_000_000_000) == 0
    assert values.from_ticks(2**63) == 0


@given(st.integers(0, 10**9), st.integers(0, 10**9))
def test_later_ticks_are_never_an_older_version(first: int, more: int) -> None:
    ticks = 638_000_000_000_000_000 + first
    assert values.from_ticks(ticks) <= values.from_ticks(ticks + more)


def test_rows_are_the_objects_of_a_list() -> None:
    assert values.rows({"Details": [{"a": 1}, None, 3]}, "Details") == [{"a": 1}]
    assert values.rows({"Details": None}, "Details") == []
    assert values.rows({}, "Details") == []


@given(st.text())
def test_any_text_can_be_stored_after_reading(raw: str) -> None:
    read = values.plain(raw)
    read.encode("utf-8")
    assert "\x00" not in read
