"""The judge itself: it must notice every kind of wrong, and know nothing of the product."""

from __future__ import annotations

import ast
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.torture import checker, trade_checker

A, MAIN = "A1", "stock:default"


def item(price: float, name: str = "Hammer", stock: float = 5) -> dict[str, Any]:
    return {
        "Description": name,
        "DefaultPrice": price,
        "ItemStatus": "Active",
        "ExportToExternal": True,
        "stock": {"MAIN": {"on_hand": stock}},
    }


def erp_price(before: float, after: float) -> dict[str, Any]:
    return {"effect": "price", "key": A, "before": {"DefaultPrice": before}, "after": {"DefaultPrice": after}}


def told(*rows: tuple[str, dict[str, Any]]) -> checker.Store:
    return checker.store(
        [{"n": n, "request": n, "effect": effect, "key": A, "after": after} for n, (effect, after) in enumerate(rows)]
    )


CREATE = ("create", {"name": "Hammer", "price": 1.0})
STOCK = ("stock", {"source_code": "default", "quantity": 5})
STOCK_LINE = {"n": 2, "request": 2, "effect": "stock", "key": A, "after": STOCK[1]}


def price(value: float) -> tuple[str, dict[str, Any]]:
    return "price", {"price": value}


def judged(*rows: tuple[str, dict[str, Any]]) -> dict[str, Any]:
    """The ERP's price went 1, 2, 3; the store was told `rows`."""
    erp = checker.truth([erp_price(1.0, 2.0), erp_price(2.0, 3.0)], {A: item(3.0)}, {"MAIN": "default"})
    found = checker.judge(erp, told(*rows))
    return {name: found[name] for name in ("lost", "stale", "repaired", "double_creates", "unknown") if found[name]}


def test_everything_in_order_is_clean() -> None:
    assert judged(CREATE, STOCK, price(2.0), price(3.0)) == {}


def test_a_value_that_was_overtaken_need_not_be_sent() -> None:
    assert judged(CREATE, STOCK, price(3.0)) == {}


def test_writing_the_same_value_again_does_no_harm() -> None:
    assert judged(CREATE, STOCK, price(3.0), price(3.0), STOCK) == {}


def test_a_missing_last_value_is_lost() -> None:
    assert judged(CREATE, STOCK, price(2.0)) == {"lost": [{"key": A, "fact": "price", "erp": 3.0, "store": 2.0}]}


def test_a_record_that_never_came_is_lost() -> None:
    assert {row["fact"] for row in judged()["lost"]} == {"name", "price", MAIN}


def test_an_older_value_that_stays_is_stale() -> None:
    found = judged(CREATE, STOCK, price(3.0), price(2.0))
    assert found["stale"] == [{"key": A, "fact": "price", "value": 2.0, "n": 3, "after": 3.0}]
    assert found["lost"]


def test_an_older_value_that_was_written_over_is_repaired() -> None:
    assert list(judged(CREATE, STOCK, price(3.0), price(2.0), price(3.0))) == ["repaired"]


def test_a_second_create_is_found() -> None:
    assert judged(CREATE, STOCK, price(3.0), ("create", {"name": "Hammer"}))["double_creates"] == [
        {"key": A, "creates": 2}
    ]


def test_the_empty_source_that_comes_with_a_new_product_is_nobodys_effect() -> None:
    own = {"n": 1, "request": 7, "effect": "stock", "key": A, "after": {"source_code": "default", "quantity": 0}}
    found = checker.store([{"n": 0, "request": 7, "effect": "create", "key": A, "after": {"name": "Hammer"}}, own])
    assert [fact for _, fact, _ in found.effects] == [(A, "name")]


def test_a_create_after_a_delete_is_allowed() -> None:
    assert judged(CREATE, STOCK, ("delete", {}), CREATE, price(3.0)) == {}


def test_a_value_that_the_erp_never_had_is_unknown() -> None:
    assert judged(CREATE, STOCK, price(2.5), price(3.0))["unknown"][0]["value"] == 2.5


def test_a_value_that_comes_back_counts_for_its_later_place() -> None:
    entries = [erp_price(1.0, 2.0), erp_price(2.0, 1.0)]
    erp = checker.truth(entries, {A: item(1.0)}, {"MAIN": "default"})
    assert not checker.judge(erp, told(CREATE, STOCK, price(2.0), price(1.0)))["stale"]


def test_items_that_are_not_for_sale_are_not_missed() -> None:
    erp = checker.truth([], {A: {**item(1.0), "ItemStatus": "Inactive"}}, {})
    assert checker.judge(erp, told())["lost"] == []


def test_nothing_in_a_warehouse_is_nought_in_its_source() -> None:
    erp = checker.truth([], {A: item(1.0)}, {"MAIN": "default", "EAST": "east"})
    east = ("stock", {"source_code": "east", "quantity": 0})
    assert not checker.judge(erp, told(CREATE, STOCK, east))["unknown"]
    assert not checker.judge(erp, told(CREATE, STOCK))["lost"]


def shipped(left: float) -> dict[str, Any]:
    """The store takes a shipment off its own stock."""
    after = {"source_code": "default", "quantity": left}
    return {"n": 3, "request": 3, "path": "/rest/V1/order/1/ship", "effect": "stock", "key": A, "after": after}


def test_what_the_store_takes_off_by_itself_is_nobodys_effect_but_has_to_be_written_over() -> None:
    lines = [
        {"n": 1, "request": 1, "effect": "create", "key": A, "after": {"name": "Hammer", "price": 1.0}},
        STOCK_LINE,
    ]
    erp = checker.truth([], {A: item(1.0)}, {"MAIN": "default"})
    found = checker.judge(erp, checker.store([*lines, shipped(4)]))
    assert found["lost"] == [{"key": A, "fact": MAIN, "erp": 5, "store": 4}] and not found["unknown"]


def test_pieces_that_are_put_there_to_be_shipped_are_nobodys_effect() -> None:
    lines = [{**STOCK_LINE, "after": {"source_code": "default", "quantity": 3}}, shipped(0), {**STOCK_LINE, "n": 4}]
    erp = checker.truth([], {A: item(1.0)}, {"MAIN": "default"})
    assert not checker.judge(erp, checker.store(lines))["unknown"]


@pytest.mark.parametrize("judge", [checker, trade_checker])
def test_they_import_nothing_but_the_standard_library(judge: Any) -> None:
    tree = ast.parse(Path(judge.__file__).read_text(encoding="utf-8"))
    names = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    names |= {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert {name.split(".")[0] for name in names} <= set(sys.stdlib_module_names)
