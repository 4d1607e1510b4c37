"""Values of the ERP in the form that the store's attribute type wants, numbers, and page addresses."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.errors import Fail
from connector.systems.magento import numbers
from connector.systems.magento.store import Attribute
from connector.systems.magento.urlkeys import slug, unique_key, url_key
from connector.systems.magento.values import code_of, typed, utc_text

COLORS = (("Oak", "21"), ("Dark Green", "22"))


def attribute(kind: str) -> Attribute:
    return Attribute("a", kind, True, COLORS)


@pytest.mark.parametrize(
    ("kind", "value", "text"),
    [
        ("text", " as it is ", "as it is"),
        ("textarea", "a\nb", "a\nb"),
        ("select", "oak", "21"),
        ("select", " DARK GREEN ", "22"),
        ("swatch_visual", "Oak", "21"),
        ("multiselect", "Oak,Dark Green", "21,22"),
        ("multiselect", "dark green; oak ;Oak,", "22,21"),
        ("boolean", "True", "1"),
        ("boolean", "0", "0"),
        ("boolean", "NO", "0"),
        ("date", "2026-12-24", "2026-12-24 00:00:00"),
        ("date", "2026-12-24T18:00:00-06:00", "2026-12-25 00:00:00"),
        ("datetime", "12/24/2026", "2026-12-24 00:00:00"),
        ("price", "12.500000", "12.5"),
        ("weight", "3", "3"),
        ("select", "", ""),
        ("date", "  ", ""),
        ("media_image", "", ""),
    ],
)
def test_a_value_takes_the_form_of_its_type(kind: str, value: str, text: str) -> None:
    assert typed(attribute(kind), value) == text


@pytest.mark.parametrize(
    ("kind", "value", "reason"),
    [
        ("select", "Pine", 'no option "Pine"'),
        ("multiselect", "Oak,Pine", 'no option "Pine"'),
        ("boolean", "maybe", "neither yes nor no"),
        ("date", "tomorrow", "not a date"),
        ("price", "cheap", "not a number"),
        ("price", "NaN", "not a number"),
        ("price", "1E+20", "not a number"),
        ("gallery", "x", "type gallery"),
    ],
)
def test_a_value_that_does_not_fit_says_why(kind: str, value: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        typed(attribute(kind), value)


@pytest.mark.parametrize(
    ("name", "code"), [("COLOR", "color"), ("Color Name", "color_name"), (" A--B ", "a_b"), ("é", ""), ("??", "")]
)
def test_an_attribute_id_of_the_erp_stands_for_a_code(name: str, code: str) -> None:
    assert code_of(name) == code


def test_instants_are_sent_in_utc_without_a_zone() -> None:
    assert utc_text(datetime(2026, 3, 1, 6, 0, 0, 999, tzinfo=UTC)) == "2026-03-01 06:00:00"
    assert utc_text(datetime(2026, 3, 1, 6, tzinfo=timezone(timedelta(hours=2)))) == "2026-03-01 04:00:00"
    assert utc_text(datetime(2026, 3, 1)) == "2026-03-01 00:00:00"


@given(st.decimals(min_value=-99_999_999, max_value=99_999_999, places=4))
def test_a_number_survives_the_way_through_json_digit_for_digit(value: Decimal) -> None:
    assert Decimal(repr(numbers.plain(value))) == value


@pytest.mark.parametrize("value", ["NaN", "sNaN", "Infinity", "-Infinity", "100000000", "-1E+12"])
def test_a_number_that_the_store_cannot_keep_is_refused(value: str) -> None:
    with pytest.raises(Fail):
        numbers.plain(Decimal(value))


@pytest.mark.parametrize(
    ("value", "number"),
    [(11.75, "11.75"), ("129.000000", "129"), (0, "0"), (None, None), ("", None), ("x", None), (True, None)],
)
def test_numbers_of_answers_are_read_as_decimals(value: object, number: str | None) -> None:
    assert numbers.read(value) == (None if number is None else Decimal(number))


@pytest.mark.parametrize(
    ("name", "sku", "key"),
    [
        ("Steel Hammer", "WB-100", "steel-hammer-wb-100"),
        ("Gäße & Söhne – Größe 4", "A/B C", "gae-sohne-groe-4-a-b-c"),
        ("日本", "JP 1", "jp-1"),
        ("", "X", "x"),
    ],
)
def test_an_address_is_made_of_name_and_sku(name: str, sku: str, key: str) -> None:
    assert url_key(name, sku) == key


def test_an_address_is_never_empty_and_never_endless() -> None:
    assert url_key("日本", "日本").startswith("product-")
    assert len(url_key("n" * 400, "s" * 64)) <= 200


def test_skus_that_look_alike_in_an_address_get_different_tails() -> None:
    assert slug("A/B") == slug("A-B")
    assert unique_key("x-a-b", "A/B") != unique_key("x-a-b", "A-B")
    assert unique_key("x-a-b", "A/B") == unique_key("x-a-b", "A/B")
