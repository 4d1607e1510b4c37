"""Field by field: what is a difference, and what is only another spelling."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from connector.records import INVENTORY, PRICE, PRODUCT, StoreProduct
from connector.watch import comparing

THERE = StoreProduct(
    "MUG",
    target_id="7",
    name="Mug",
    price=Decimal("12.5000"),
    quantities=(("default", Decimal("7.0000")),),
    fields={"weight": "1.50", "description": "<p>A mug</p>\n", "color": "12,7", "website_ids": [2, 1], "msrp": ""},
)


@pytest.mark.parametrize(
    ("entity", "told"),
    [
        (PRICE, {"price": 12.5, "store_id": 0}),
        (PRICE, {"price": "12.50", "special_price": None}),
        (INVENTORY, {"default": 7, "east": 0}),
        (INVENTORY, {"default": 7, "why": ["MAIN: 7 on hand"], "steps": ["one"]}),
        (PRODUCT, {"name": "Mug", "status": 1, "weight": 1.5}),
        (PRODUCT, {"description": "<p>A mug</p>"}),
        (PRODUCT, {"website_ids": [1, 2]}),
        (PRODUCT, {"price": 99}),
        (PRODUCT, {"stock_item": {"backorders": 1}}),
        (PRODUCT, {"meta_title": ""}),
    ],
)
def test_another_spelling_is_no_difference(entity: str, told: dict[str, Any]) -> None:
    assert comparing.fields(entity, told, THERE) == []


@pytest.mark.parametrize(
    ("entity", "told", "fields"),
    [
        (PRICE, {"price": 12.51}, [("price", "12.51", "12.5")]),
        (PRICE, {"special_price": 9}, [("special_price", "9", "")]),
        (INVENTORY, {"default": 6}, [("default", "6", "7")]),
        (INVENTORY, {"east": 3}, [("east", "3", "0")]),
        (PRODUCT, {"name": "Mugs", "status": 2}, [("name", "Mugs", "Mug"), ("status", "2", "1")]),
        (PRODUCT, {"url_key": "mug"}, [("url_key", "mug", "")]),
    ],
)
def test_another_value_is_one(entity: str, told: dict[str, Any], fields: Any) -> None:
    assert comparing.fields(entity, told, THERE) == fields


def test_what_the_target_made_of_our_last_write_is_in_step() -> None:
    there = StoreProduct("MUG", fields={"url_key": "mug-7"})
    assert comparing.fields(PRODUCT, {"url_key": "mug"}, there, {"url_key": "mug-7"}) == []
    assert comparing.fields(PRODUCT, {"url_key": "mug"}, there, {"url_key": "mug"}) != []


def test_a_number_in_a_long_text_stays_text() -> None:
    assert comparing.plain("0012345678901234567890") != comparing.plain("12345678901234567890")
    assert comparing.plain("NaN") == "NaN"
