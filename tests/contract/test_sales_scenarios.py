"""Each scenario that was recorded of sales at a real shop has its counterpart: a test that shows what the plug-in does.

What a shop refused is refused again here, with its own words, while the plug-in writes; the table names the tests of
the rest, and why some need none. Recordings: orders_ops, orders_read, checkout, customers, reservations, tax_and_rules.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import responses

from connector.errors import Outcome, Retry
from connector.records import Invoice, OrderStatus, Record, Shipment, Shipped, Track
from connector.systems.base import Written
from tests.conftest import ROOT
from tests.systems.magento.furniture import settled
from tests.systems.magento.sales import item, order
from tests.systems.magento.shop import Shop, listing

OPS, READ = "tests/systems/magento/test_after_orders.py::", "tests/systems/magento/test_orders.py::"
PEOPLE, STOCK = "tests/systems/magento/test_customers.py::", "tests/systems/magento/test_stock.py::"
LIVE, RAW = "tests/contract/test_magento_sandbox.py::", "tests/systems/magento/test_erp_orders.py::"
BUYERS = "The buyer's own call: a shop's checkout, which no connector makes."
HERE = "tests/contract/test_sales_scenarios.py::test_what_the_shop_refuses_is_told_in_its_words"
STATUS = OPS + "test_a_status_is_a_comment_that_carries_it_and_is_read_back"
SHIP = OPS + "test_a_shipment_has_rows_parcels_source_and_our_mark"
TWICE = LIVE + "test_an_order_is_shipped_invoiced_and_complete_and_nothing_happens_twice"
BILL = OPS + "test_an_order_is_invoiced_once_and_for_all_that_is_left"
CALLS = OPS + "test_cancelling_and_holding_are_calls_of_their_own"
LIST = READ + "test_a_poll_asks_for_the_chosen_statuses_and_pages_by_the_shops_id"
TAKE = RAW + "test_an_order_of_the_erp_is_a_raw_order_of_the_store_with_our_mark"
MEMO = OPS + "test_a_credit_memo_is_read_with_its_order_and_its_lines"
LATER = OPS + "test_a_parcel_that_came_later_is_added_to_it"
UNUSED = "The plug-in makes no such call."

COUNTERPARTS: dict[str, dict[str, str]] = {
    "orders_ops": {
        "1-3": OPS + "test_a_comment_alone_carries_the_present_status_because_none_would_wipe_it",
        "4-5": STATUS, "6": OPS + "test_an_order_that_the_store_has_not_got_is_said_by_its_number",
        "7": UNUSED, "8": STATUS, "9": OPS + "test_what_is_so_already_is_not_said_again", "10-11": CALLS,
        "12-13": HERE, "14": CALLS, "15": HERE, "16-18": SHIP,
        "19-21": OPS + "test_what_nobody_ordered_is_said_and_too_much_is_not_sent", "22-23": HERE, "24": SHIP,
        "25-27": HERE, "28-29": BILL, "30": HERE, "31-32": BILL, "33": HERE, "34-35": TWICE, "36": HERE,
        "37-39": OPS + "test_before_a_second_try_it_is_looked_for", "40": LATER,
        "41-42": HERE, "43": LATER, "44-46": UNUSED,
        "47-48": OPS + "test_an_invoice_that_is_there_is_the_one", "49-51": UNUSED, "52": MEMO, "53": UNUSED,
        "54-55": CALLS, "56-57": OPS + "test_a_complete_order_cannot_be_cancelled_and_that_is_said", "58-60": HERE,
        "61-65": OPS + "test_a_configurable_is_shipped_by_its_parents_row", "66-68": UNUSED,
        "69": RAW + "test_an_order_is_put_in_once", "70-73": UNUSED, "74-78": TAKE, "79-80": TAKE,
    },
    "orders_read": {
        "1-2": READ + "test_an_order_is_read_by_the_number_that_the_buyer_saw",
        "3": READ + "test_the_simple_product_under_a_configurable_is_one_line_with_the_parents_money",
        "4": READ + "test_a_bundle_of_dynamic_price_is_its_children_and_not_counted_twice",
        "5": READ + "test_a_virtual_order_has_nothing_to_ship",
        "6": READ + "test_a_cart_discount_is_told_by_line_and_the_shippings_apart",
        "7": OPS + "test_an_order_that_the_store_has_not_got_is_said_by_its_number", "8-10": LIST,
        "11": READ + "test_a_number_that_is_not_asked_for_or_not_there_is_no_order", "12-14": UNUSED, "15": LIST,
        "16": UNUSED, "17": STATUS, "18": UNUSED, "19": LIST,
    },
    "checkout": {"1-29": BUYERS},
    "tax_and_rules": {"1-4": BUYERS},
    "reservations": {
        "1-9": STOCK + "test_warehouses_are_summed_into_the_sources_that_they_feed", "10-12": SHIP,
        "13-17": CALLS, "18-22": STOCK + "test_warehouses_are_summed_into_the_sources_that_they_feed",
        "23-25": OPS + "test_without_a_parcel_the_shipments_number_is_the_track", "26-31": SHIP, "32-33": UNUSED,
    },
}  # fmt: skip


@cache
def recorded(path: Path) -> dict[int, dict[str, Any]]:
    return {one["seq"]: one for one in json.loads(path.read_text())["interactions"]}


def numbers(text: str) -> Iterator[int]:
    first, _, last = text.partition("-")
    yield from range(int(first), int(last or first) + 1)


@pytest.mark.parametrize("name", COUNTERPARTS)
def test_every_recorded_scenario_has_its_counterpart(shared: Path, name: str) -> None:
    named = [number for span in COUNTERPARTS[name] for number in numbers(span)]
    assert sorted(named) == sorted(recorded(shared / "recordings" / "magento-2.4.4" / f"{name}.json"))


def test_the_counterparts_exist() -> None:
    for place in {place for spans in COUNTERPARTS.values() for place in spans.values() if "::" in place}:
        path, _, test = place.partition("::")
        assert f"def {test}(" in (ROOT / path).read_text(encoding="utf-8"), place


# --- refused again ------------------------------------------------------------------------------------------

PARCEL = Shipment("004711", shipment="004711", number="000000007", store_id="7", lines=(Shipped("MUG", Decimal(2)),),
                  tracks=(Track("1Z9", "ups", "UPS"),))  # fmt: skip
BILLED = Invoice("Invoice/AR1", number="000000007", store_id="7", complete=True)
LATE = {"entity_id": 5, "comments": [{"comment": "ERP shipment 004711,"}], "tracks": []}


def status(wanted: str) -> OrderStatus:
    return OrderStatus("SO/1", number="000000007", store_id="7", status="x", store_status=wanted)


@pytest.mark.parametrize(
    ("seq", "path", "record", "code"),
    [
        (12, "/orders/7/hold", status("holded"), "magento.status_refused"),
        (13, "/order/7/ship", PARCEL, "magento.order_state"),
        (15, "/orders/7/unhold", status("processing"), "magento.status_refused"),
        (22, "/order/7/ship", PARCEL, "magento.order_state"),
        (23, "/order/7/ship", PARCEL, "magento.order_state"),
        (25, "/order/7/ship", PARCEL, "magento.source_refused"),
        (26, "/order/7/ship", PARCEL, "magento.source_refused"),
        (27, "/order/7/ship", PARCEL, "magento.no_such_entity"),
        (30, "/order/7/invoice", BILLED, "magento.order_state"),
        (33, "/order/7/invoice", BILLED, "magento.order_state"),
        (36, "/order/7/ship", PARCEL, "magento.order_state"),
        (41, "/shipment/track", PARCEL, "magento.could_not_save"),  # a passing one: it is tried again, and looked up
        (42, "/shipment/track", PARCEL, "magento.could_not_save"),
        (58, "/orders/7/cancel", status("canceled"), "magento.no_such_entity"),
        (59, "/order/7/ship", PARCEL, "magento.order_state"),
        (60, "/order/7/invoice", BILLED, "magento.order_state"),
    ],
)
def test_what_the_shop_refuses_is_told_in_its_words(
    shared: Path, seq: int, path: str, record: Record, code: str
) -> None:
    answer = recorded(shared / "recordings" / "magento-2.4.4" / "orders_ops.json")[seq]["response"]
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        shop = settled(Shop(mock))
        state = "holded" if path.endswith("unhold") else "new"
        shop.answer("GET", "/orders/7", order([item(1, "MUG", 3, 8)], state=state, status=state))
        shop.answer("GET", "/shipments", listing([LATE] if "track" in path else []))
        shop.answer("GET", "/invoices", listing([]))
        shop.answer("GET", "/inventory/source-items", listing([]))
        shop.answer("POST", path, answer["body"], answer["status"])
        problem = told(shop, record).problem
    assert isinstance(problem, Outcome) and problem.code == code
    assert isinstance(problem, Retry) == ("track" in path)
    assert isinstance(problem, Retry) or problem.help


def told(shop: Shop, record: Record) -> Written:
    (written,) = shop.magento().write_many([record], known={})
    return written
