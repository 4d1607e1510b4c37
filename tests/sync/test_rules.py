"""Sync rules look at an order and route it; the first rule that sets a thing keeps it."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connector.errors import Skip
from connector.records import Address, Line, Order, Payment
from connector.sync import rules
from connector.sync.rules import Rule
from connector.systems.mapping import conditions

ORDER = Order(
    "100001",
    number="100001",
    store="de",
    status="processing",
    currency="EUR",
    customer_email="Ann@example.com",
    delivery=Address(country="DE", region="BE", postcode="10115"),
    lines=(Line("1", "SOCKS-1", Decimal(2)), Line("2", "BOOT-9", Decimal(1))),
    payments=(Payment("checkmo", Decimal("120.00")),),
    total=Decimal("120.00"),
    shipping_method="flatrate_flatrate",
    raw=(("gift", "yes"),),
)


def leaf(field: str, op: str, value: str = "") -> dict[str, str]:
    return {"field": field, "op": op, "value": value}


@pytest.mark.parametrize(
    ("tree", "found"),
    [
        ({}, True),
        (leaf("country", "eq", "de"), True),
        (leaf("country", "ne", "DE"), False),
        (leaf("total", "gt", "119.99"), True),
        (leaf("total", "le", "119.99"), False),
        (leaf("total", "eq", "120"), True),
        (leaf("sku", "starts", "boot"), True),
        (leaf("sku", "not_in", "BOOT-9, HAT"), False),
        (leaf("payment_method", "in", "paypal, checkmo"), True),
        (leaf("customer_email", "contains", "@example"), True),
        (leaf("customer_email", "not_contains", "@test"), True),
        (leaf("coupon", "empty"), True),
        (leaf("billing_country", "empty"), True),
        (leaf("status", "not_empty"), True),
        (leaf("quantity", "ge", "3"), True),
        (leaf("guest", "eq", "no"), True),
        (leaf("raw:gift", "eq", "yes"), True),
        (leaf("raw:other", "eq", "yes"), False),
        (leaf("city", "gt", "1"), False),
        ({"all": [leaf("country", "eq", "DE"), leaf("total", "gt", "500")]}, False),
        ({"any": [leaf("country", "eq", "DE"), leaf("total", "gt", "500")]}, True),
        (
            {"all": [leaf("currency", "eq", "EUR"), {"any": [leaf("store", "eq", "fr"), leaf("store", "eq", "de")]}]},
            True,
        ),
        ({"all": []}, True),
        ({"any": []}, True),
    ],
)
def test_a_condition_looks_at_the_order(tree: dict[str, Any], found: bool) -> None:
    assert conditions.problem(tree) == ""
    assert conditions.matches(tree, ORDER) is found


def test_a_rule_sets_type_warehouse_ship_via_and_branch() -> None:
    actions = [
        {"do": "order_type", "value": "IN"},
        {"do": "warehouse", "value": "EAST"},
        {"do": "ship_via", "value": "DHL"},
        {"do": "branch", "value": "EU"},
        {"do": "hold"},
    ]
    order, names = rules.apply([Rule("To Europe", leaf("country", "eq", "DE"), actions)], ORDER)
    assert (order.erp_type, order.warehouse, order.ship_via, order.branch, order.hold) == (
        "IN",
        "EAST",
        "DHL",
        "EU",
        True,
    )
    assert {(line.warehouse, line.branch) for line in order.lines} == {("EAST", "EU")}
    assert names == order.rules == ("To Europe",)


def test_the_first_rule_that_sets_a_thing_keeps_it_and_later_ones_add() -> None:
    first = Rule("first", {}, [{"do": "warehouse", "value": "A"}])
    second = Rule("second", {}, [{"do": "warehouse", "value": "B"}, {"do": "branch", "value": "X"}])
    order, names = rules.apply([first, second], ORDER)
    assert (order.warehouse, order.branch, names) == ("A", "X", ("first", "second"))


def test_a_rule_that_does_not_fit_leaves_the_order_alone() -> None:
    order, names = rules.apply([Rule("r", leaf("country", "eq", "US"), [{"do": "hold"}])], ORDER)
    assert order == ORDER and names == ()


def test_skip_says_which_rule() -> None:
    with pytest.raises(Skip, match="No tests"):
        rules.apply([Rule("No tests", leaf("customer_email", "contains", "ann"), [{"do": "skip"}])], ORDER)


def test_rules_come_out_of_what_setup_keeps() -> None:
    row = {"name": "r", "conditions": leaf("store", "eq", "de"), "actions": [{"do": "hold"}], "priority": 1}
    assert rules.apply(rules.of([row]), ORDER)[0].hold


@pytest.mark.parametrize(
    "tree",
    [
        7, "x", {"all": "x"}, {"all": [], "any": []}, {"all": [7]}, leaf("nothing", "eq", "x"), leaf("raw:", "eq", "x"),
        leaf("total", "magic", "1"), leaf("total", "gt", "much"), leaf("store", "eq", ""),
        leaf("store", "eq", "x" * 600),
        {"field": "store", "op": "eq", "value": 7}, {"any": [leaf("store", "eq", "a")] * 200},
        {"all": [{"all": [{"all": [{"all": [{"all": [{"all": [{"all": [{}]}]}]}]}]}]}]},
    ],
)  # fmt: skip
def test_a_broken_tree_is_refused_with_a_sentence(tree: Any) -> None:
    assert conditions.problem(tree).endswith(".")


def test_a_tree_is_told_in_words() -> None:
    tree = {"all": [leaf("country", "eq", "DE"), {"any": [leaf("total", "gt", "100"), leaf("coupon", "empty")]}]}
    assert conditions.told(tree) == "Delivery country is DE and (Total is more than 100 or Coupon code is empty)"


TREES: Any = st.recursive(
    st.fixed_dictionaries({
        "field": st.sampled_from([*conditions.FIELDS, "raw:gift", "?"]),
        "op": st.sampled_from([*conditions.OPERATORS, "?"]),
        "value": st.sampled_from(["", "1", "de", "a,b", "nan", "\x00", "1e9"]),
    })
    | st.just({})
    | st.none(),
    lambda inner: st.dictionaries(st.sampled_from(["all", "any"]), st.lists(inner, max_size=3), max_size=2),
    max_leaves=12,
)  # fmt: skip


@settings(max_examples=200, deadline=1000)
@given(TREES)
def test_whatever_can_be_saved_can_be_asked(tree: Any) -> None:
    if conditions.problem(tree) == "":
        assert conditions.matches(tree, ORDER) in (True, False)
        assert isinstance(conditions.told(tree), str)
