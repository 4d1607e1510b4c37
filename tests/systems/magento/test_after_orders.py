"""What follows an order: its status, its shipments, its invoice, and the money that the store gave back."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from connector.errors import Fail, Retry, Skip
from connector.records import CreditMemo, Invoice, OrderStatus, Shipment, Shipped, Track
from connector.systems.base import Written
from tests.systems.magento.furniture import settled
from tests.systems.magento.sales import item, order
from tests.systems.magento.shop import Shop, listing, refusal

ABSENT = refusal("The entity that was requested doesn't exist. Verify the entity and try again.")


def told(shop: Shop, record: Any, **preferences: Any) -> Written:
    (written,) = shop.magento(preferences).write_many([record], known={})
    return written


# --- status -------------------------------------------------------------------------------------------------

DONE = OrderStatus("SO/SO004711", number="000000007", store_id="7", status="Shipping", store_status="processing")


def at(shop: Shop, state: str = "new", status: str = "pending", **more: Any) -> None:
    shop.answer("GET", "/orders/7", order([], state=state, status=status, **more))


def test_a_status_is_a_comment_that_carries_it_and_is_read_back(shop: Shop) -> None:
    at(shop)
    shop.answer("POST", "/orders/7/comments", True)
    shop.answer("GET", "/orders/7/statuses", "processing")
    written = told(shop, DONE)
    assert shop.writes()[0].body == {
        "statusHistory": {
            "comment": "ERP order SO/SO004711: Shipping", "status": "processing", "is_customer_notified": 0,
            "is_visible_on_front": 0, "parent_id": 7, "entity_name": "order",
        }
    }  # fmt: skip
    assert written.problem is None and written.fields["status"] == "processing" and written.target_id == "7"


def test_a_comment_alone_carries_the_present_status_because_none_would_wipe_it(shop: Shop) -> None:
    at(shop, status="on_its_way")
    shop.answer("POST", "/orders/7/comments", True)
    told(shop, OrderStatus("SO/1", store_id="7", comment="2 x MUG instead of 3"))
    history = shop.writes()[0].body["statusHistory"]
    assert (history["status"], history["comment"]) == ("on_its_way", "2 x MUG instead of 3")


def test_what_is_so_already_is_not_said_again(shop: Shop) -> None:
    at(shop, "processing", "processing", status_histories=[{"comment": "ERP order SO/SO004711: Shipping"}])
    assert told(shop, DONE).problem is None and not shop.writes()


def test_lines_that_were_changed_in_the_erp_are_told_once_because_no_call_changes_them(shop: Shop) -> None:
    """ORD-19: 2 of 3 mugs, the cup in another size, the bundle's spoon gone."""
    rows = [
        item(1, "MUG", 3, 8),
        item(2, "CUP-S", 1, 4, product_type="configurable"), item(3, "CUP-S", 1, 0, parent_item_id=2),
        item(4, "SET", 2, 9, product_type="bundle"), item(5, "FORK", 4, 2, parent_item_id=4),
        item(6, "SPOON", 2, 1, parent_item_id=4),
    ]  # fmt: skip
    said = "ERP order SO/1 was changed: mug 2 instead of 3, CUP-S 0 instead of 1, SPOON 0 instead of 2, CUP-L 1 besides"
    now = tuple(Shipped(sku, Decimal(many)) for sku, many in (("mug", 2), ("FORK", 4), ("CUP-L", 1)))
    record = OrderStatus("SO/1", store_id="7", status="Open", store_status="pending", lines=now)
    shop.answer(
        "GET", "/orders/7", order(rows, status="pending", status_histories=[{"comment": "ERP order SO/1: Open"}])
    )
    shop.answer(
        "GET",
        "/orders/7",
        order(rows, status="pending", status_histories=[{"comment": said}, {"comment": "ERP order SO/1: Open"}]),
    )
    shop.answer("POST", "/orders/7/comments", True)
    assert told(shop, record).problem is None
    (call,) = shop.writes()
    assert (call.body["statusHistory"]["comment"], call.body["statusHistory"]["status"]) == (said, "pending")
    told(shop, record)
    assert len(shop.writes()) == 1, "it is told once"
    same = (("MUG", 3), ("CUP-S", 1), ("FORK", 4), ("SPOON", 2))
    told(shop, OrderStatus("SO/1", store_id="7", status="Open", lines=tuple(Shipped(s, Decimal(n)) for s, n in same)))
    assert len(shop.writes()) == 1, "nothing was changed"


def test_a_store_that_keeps_its_status_is_told_of(shop: Shop) -> None:
    at(shop)
    shop.answer("POST", "/orders/7/comments", True)
    shop.answer("GET", "/orders/7/statuses", "pending")
    written = told(shop, DONE)
    assert isinstance(written.problem, Fail) and written.problem.code == "magento.status_refused"
    assert "2.4.7" in written.problem.help


@pytest.mark.parametrize(
    ("state", "wanted", "calls"),
    [
        ("new", "canceled", ["cancel", "comments"]),
        ("holded", "canceled", ["unhold", "cancel", "comments"]),
        ("processing", "holded", ["hold", "comments"]),
        ("holded", "processing", ["unhold", "comments"]),
    ],
)
def test_cancelling_and_holding_are_calls_of_their_own(shop: Shop, state: str, wanted: str, calls: list[str]) -> None:
    at(shop, state, state)
    for name in ("cancel", "hold", "unhold", "comments"):
        shop.answer("POST", f"/orders/7/{name}", True)
    shop.answer("GET", "/orders/7/statuses", "pending")
    shop.answer("GET", "/orders/7/statuses", wanted)
    written = told(shop, OrderStatus("SO/1", store_id="7", status="x", store_status=wanted))
    assert written.problem is None
    assert [sent.path.rpartition("/")[2] for sent in shop.writes()] == calls


def test_a_complete_order_cannot_be_cancelled_and_that_is_said(shop: Shop) -> None:
    at(shop, "complete", "complete")
    shop.answer("POST", "/orders/7/cancel", False)
    written = told(shop, OrderStatus("SO/1", store_id="7", store_status="canceled"))
    assert isinstance(written.problem, Fail)
    assert 'from "complete" (state complete) to "canceled"' in written.problem.reason


def test_a_refused_hold_is_explained(shop: Shop) -> None:
    at(shop, "processing", "processing")
    shop.answer("POST", "/orders/7/hold", refusal("A hold action is not available."), 400)
    written = told(shop, OrderStatus("SO/1", store_id="7", store_status="holded"))
    assert written.problem is not None and written.problem.code == "magento.status_refused"


def test_an_order_that_the_store_has_not_got_is_said_by_its_number(shop: Shop) -> None:
    shop.answer("GET", "/orders/7", ABSENT, 404)
    written = told(shop, DONE)
    assert isinstance(written.problem, Fail) and written.problem.reason == "The store has no order 000000007."


def test_without_its_id_an_order_is_found_by_its_number(shop: Shop) -> None:
    shop.answer("GET", "/orders", listing([order([], status="processing", status_histories=[{"comment": "x"}])]))
    written = told(shop, OrderStatus("SO/1", number="000000007", store_status="processing", comment="x"))
    assert written.target_id == "7" and shop.sent[0].filters() == {"increment_id": ("eq", "000000007")}


# --- shipments ----------------------------------------------------------------------------------------------

PARCEL = Shipment(
    "004711", shipment="004711", order="SO/SO004711", number="000000007", store_id="7", ship_via="UPSGROUND",
    shipped_on=date(2026, 11, 20), source="wh_east", lines=(Shipped("MUG", Decimal(2)),),
    tracks=(Track("1Z999", "ups", "UPS Ground"),),
)  # fmt: skip


def packed(shop: Shop, *items: dict[str, Any], shipments: list[dict[str, Any]] | None = None) -> None:
    settled(shop).answer("GET", "/orders/7", order(list(items)))
    shop.answer("GET", "/shipments", listing(shipments or []))
    shop.answer("POST", "/order/7/ship", "5")


def test_a_shipment_has_rows_parcels_source_and_our_mark(shop: Shop) -> None:
    packed(shop, item(1, "mug", 3, 8), item(2, "CUP", 1, 8))
    written = told(shop, PARCEL)
    assert shop.writes()[0].body == {
        "items": [{"order_item_id": 1, "qty": 2}],
        "notify": False,
        "appendComment": False,
        "comment": {"comment": "ERP shipment 004711, 2026-11-20 by UPSGROUND", "is_visible_on_front": 0},
        "tracks": [{"track_number": "1Z999", "title": "UPS Ground", "carrier_code": "ups"}],
        "arguments": {"extension_attributes": {"source_code": "wh_east"}},
    }
    assert written.created and written.target_id == "5" and written.problem is None


def test_a_shipment_that_is_there_is_not_made_again(shop: Shop) -> None:
    there = {
        "entity_id": 5,
        "comments": [{"comment": "ERP shipment 004711, 2026-11-20"}],
        "tracks": [{"track_number": "1Z999"}],
    }
    packed(
        shop,
        item(1, "MUG", 3, 8),
        shipments=[{"entity_id": 4, "comments": [{"comment": "ERP shipment 00471, x"}]}, there],
    )
    written = told(shop, PARCEL)
    assert (written.target_id, written.created) == ("5", False) and not shop.writes()


def test_one_made_by_hand_with_the_same_parcels_is_ours(shop: Shop) -> None:
    packed(
        shop, item(1, "MUG", 3, 8), shipments=[{"entity_id": 6, "comments": [], "tracks": [{"track_number": "1Z999"}]}]
    )
    assert told(shop, PARCEL).target_id == "6" and not shop.writes()


def test_a_parcel_that_came_later_is_added_to_it(shop: Shop) -> None:
    there = {"entity_id": 5, "comments": [{"comment": "ERP shipment 004711,"}], "tracks": []}
    packed(shop, item(1, "MUG", 3, 8), shipments=[there])
    shop.answer("POST", "/shipment/track", {"entity_id": 9})
    told(shop, PARCEL)
    assert shop.writes()[0].body["entity"]["parent_id"] == 5
    assert shop.writes()[0].body["entity"]["track_number"] == "1Z999"


def test_before_a_second_try_it_is_looked_for(shop: Shop) -> None:
    there = {"entity_id": 5, "comments": [{"comment": "ERP shipment 004711,"}], "tracks": []}
    packed(shop, shipments=[there])
    found = shop.magento().find_like("shipment", [PARCEL, Shipment("9")])
    assert {key: one.key for key, one in found.items()} == {"004711": "5"}


def test_rows_of_one_sku_are_filled_in_order_and_what_is_gone_is_not_left(shop: Shop) -> None:
    packed(shop, item(1, "MUG", 3, 8, qty_shipped=2), item(2, "MUG", 5, 8, qty_canceled=1), item(3, "CUP", 1, 8))
    told(shop, Shipment("1", shipment="1", store_id="7", lines=(Shipped("MUG", Decimal(4)),)))
    assert shop.writes()[0].body["items"] == [{"order_item_id": 1, "qty": 1}, {"order_item_id": 2, "qty": 3}]


def test_a_configurable_is_shipped_by_its_parents_row(shop: Shop) -> None:
    packed(shop, item(4, "TEE-S", 1, 15, product_type="configurable"), item(5, "TEE-S", 1, 0, parent_item_id=4))
    told(shop, Shipment("1", shipment="1", store_id="7", lines=(Shipped("TEE-S", Decimal(1)),)))
    assert shop.writes()[0].body["items"] == [{"order_item_id": 4, "qty": 1}]


def test_a_bundle_is_shipped_when_all_its_parts_are(shop: Shop) -> None:
    packed(
        shop,
        item(6, "SET", 3, 13, product_type="bundle"),
        item(7, "CUP", 6, 4, parent_item_id=6),
        item(8, "PLATE", 3, 5, parent_item_id=6),
    )
    parts = (Shipped("CUP", Decimal(5)), Shipped("PLATE", Decimal(2)))
    written = told(shop, Shipment("1", shipment="1", store_id="7", lines=parts))
    assert shop.writes()[0].body["items"] == [{"order_item_id": 6, "qty": 2}]
    assert written.fields["notes"] == ["CUP: 1 not shipped in the store, more than is left of the order"]


SET = (
    item(6, "SET", 3, 13, product_type="bundle"),
    item(7, "CUP", 6, 4, parent_item_id=6),
    item(8, "PLATE", 3, 5, parent_item_id=6),
)


def parcel(nbr: str, *lines: tuple[str, int], others: tuple[Shipment, ...] = (), track: str = "") -> Shipment:
    shipped = tuple(Shipped(sku, Decimal(many)) for sku, many in lines)
    tracks = (Track(track, "ups", "UPS"),) if track else ()
    return Shipment(nbr, shipment=nbr, store_id="7", lines=shipped, tracks=tracks, others=others)


def test_parts_of_a_bundle_wait_for_the_shipment_with_the_others(shop: Shop) -> None:
    packed(shop, *SET)
    written = told(shop, parcel("1", ("CUP", 4), track="1Z1"))
    assert isinstance(written.problem, Skip) and written.problem.code == "magento.part_of_bundle"
    assert not shop.writes()


def test_the_shipment_that_completes_bundles_tells_them_with_the_parcels_of_both(shop: Shop) -> None:
    packed(shop, *SET)
    written = told(shop, parcel("2", ("PLATE", 3), others=(parcel("1", ("CUP", 4), track="1Z1"),), track="1Z2"))
    body = shop.writes()[0].body
    assert body["items"] == [{"order_item_id": 6, "qty": 2}], "four cups make two sets"
    assert [track["track_number"] for track in body["tracks"]] == ["1Z2", "1Z1"]
    assert written.fields["notes"] == ["plate: 1 told when the other parts of its bundle leave"]


def test_parts_of_a_bundle_that_another_shipment_has_told_need_nothing(shop: Shop) -> None:
    packed(shop, item(6, "SET", 3, 13, product_type="bundle", qty_shipped=2), *SET[1:])
    other = parcel("2", ("PLATE", 2))
    written = told(shop, parcel("1", ("CUP", 4), others=(other,)))
    assert isinstance(written.problem, Skip) and written.problem.code == "magento.told_with_bundle"
    written = told(shop, parcel("3", ("CUP", 2), ("PLATE", 1), others=(other, parcel("1", ("CUP", 4)))))
    assert shop.writes()[0].body["items"] == [{"order_item_id": 6, "qty": 1}] and not written.fields.get("notes")


def test_what_was_ordered_by_itself_comes_before_the_bundles(shop: Shop) -> None:
    packed(shop, item(1, "CUP", 2, 4), *SET)
    record = parcel("2", ("CUP", 2), ("PLATE", 2), others=(parcel("1", ("CUP", 2)),))
    assert told(shop, record).problem is None
    assert shop.writes()[0].body["items"] == [{"order_item_id": 1, "qty": 2}, {"order_item_id": 6, "qty": 1}]


def test_too_many_parts_are_too_many_whoever_sent_them(shop: Shop) -> None:
    packed(shop, item(6, "SET", 3, 13, product_type="bundle", qty_shipped=3), *SET[1:])
    others = (parcel("1", ("CUP", 6), ("PLATE", 3)),)
    written = told(shop, parcel("2", ("CUP", 1), others=others))
    assert isinstance(written.problem, Skip) and written.problem.code == "magento.nothing_left"


def test_a_kit_that_was_shipped_as_one_is_the_bundles_row(shop: Shop) -> None:
    packed(shop, item(6, "SET", 3, 13, product_type="bundle"), item(7, "CUP", 6, 4, parent_item_id=6))
    told(shop, Shipment("1", shipment="1", store_id="7", lines=(Shipped("SET", Decimal(2)),)))
    assert shop.writes()[0].body["items"] == [{"order_item_id": 6, "qty": 2}]


def test_what_nobody_ordered_is_said_and_too_much_is_not_sent(shop: Shop) -> None:
    packed(shop, item(1, "MUG", 3, 8))
    lines = (Shipped("MUG", Decimal(5)), Shipped("GIFT", Decimal(1)))
    written = told(shop, Shipment("1", shipment="1", store_id="7", lines=lines))
    assert shop.writes()[0].body["items"] == [{"order_item_id": 1, "qty": 3}]
    assert written.fields["notes"] == [
        "MUG: 2 not shipped in the store, more than is left of the order",
        "GIFT: 1 not shipped in the store, not in the store's order",
    ]


def test_another_article_than_the_one_that_was_sold_fails_in_words(shop: Shop) -> None:
    packed(shop, item(1, "MUG", 3, 8))
    written = told(shop, Shipment("1", shipment="1", store_id="7", lines=(Shipped("CUP", Decimal(1)),)))
    assert isinstance(written.problem, Fail) and "shipment 1 (CUP)" in written.problem.reason


def test_a_completely_shipped_order_is_skipped(shop: Shop) -> None:
    packed(shop, item(1, "MUG", 3, 8, qty_shipped=3))
    assert isinstance(told(shop, PARCEL).problem, Skip)


def test_without_a_parcel_the_shipments_number_is_the_track(shop: Shop) -> None:
    packed(shop, item(1, "MUG", 3, 8))
    record = Shipment("1", shipment="004712", store_id="7", ship_via="LOCAL", lines=(Shipped("MUG", Decimal(1)),))
    told(shop, record, shipment={"default_carrier": "dhl"})
    body = shop.writes()[0].body
    assert body["tracks"] == [{"track_number": "004712", "title": "LOCAL", "carrier_code": "dhl"}]
    assert body["arguments"] == {"extension_attributes": {"source_code": "default"}}


def test_it_may_be_without_a_track(shop: Shop) -> None:
    packed(shop, item(1, "MUG", 3, 8))
    record = Shipment("1", shipment="1", store_id="7", lines=(Shipped("MUG", Decimal(1)),))
    told(shop, record, shipment={"use_number_as_track": False})
    assert shop.writes()[0].body["tracks"] == []


def test_an_unknown_source_is_refused_before_anything_is_sent(shop: Shop) -> None:
    packed(shop, item(1, "MUG", 3, 8))
    written = told(shop, Shipment("1", shipment="1", store_id="7", source="moon", lines=(Shipped("MUG", Decimal(1)),)))
    assert isinstance(written.problem, Fail) and "source moon" in written.problem.reason and not shop.writes()


def test_an_order_on_hold_cannot_be_shipped_and_that_is_no_retry(shop: Shop) -> None:
    text = "Shipment Document Validation Error(s):\nA shipment cannot be created when an order has a status of holded"
    packed(shop, item(1, "MUG", 3, 8))
    shop._routes["POST", "/order/7/ship"] = []
    shop.answer("POST", "/order/7/ship", refusal(text), 400)
    written = told(shop, PARCEL)
    assert isinstance(written.problem, Fail) and written.problem.code == "magento.order_state"


NO_GOODS = refusal("Could not save a shipment, see error log for details")


def lacking(shop: Shop, *held: int) -> None:
    """The source refuses the first shipment; it holds so many of the article."""
    packed(shop, item(1, "MUG", 3, 8))
    shop._routes["POST", "/order/7/ship"] = []
    shop.answer("POST", "/order/7/ship", NO_GOODS, 400)
    shop.answer("POST", "/order/7/ship", "5")
    rows = [{"sku": "MUG", "source_code": "wh_east", "quantity": number, "status": 1} for number in held]
    shop.answer("GET", "/inventory/source-items", listing(rows))
    shop.answer("POST", "/inventory/source-items", [])


def test_the_last_pieces_are_shipped_though_the_erp_has_taken_them_off_the_stock_already(shop: Shop) -> None:
    lacking(shop, 1)
    written = told(shop, PARCEL)
    assert (written.target_id, written.problem) == ("5", None)
    assert [sent.path for sent in shop.writes()] == ["/order/7/ship", "/inventory/source-items", "/order/7/ship"]
    (row,) = shop.writes()[1].body["sourceItems"]
    assert (row["sku"], row["source_code"], row["quantity"]) == ("MUG", "wh_east", 2)
    assert written.fields["notes"] == ["MUG: 2 put into source wh_east, which had fewer"]


@pytest.mark.parametrize("held", [(), (2,)])
def test_a_source_with_enough_or_without_the_article_is_left_alone(shop: Shop, held: tuple[int, ...]) -> None:
    lacking(shop, *held)
    problem = told(shop, PARCEL).problem
    assert isinstance(problem, Fail) and problem.code == "magento.source_refused"
    assert len(shop.writes()) == 1


def test_a_lost_answer_is_unknown_so_that_the_next_try_looks_first(shop: Shop) -> None:
    packed(shop, item(1, "MUG", 3, 8))
    shop._routes["POST", "/order/7/ship"] = []
    shop.answer("POST", "/order/7/ship", "boom", 502, Content_Type="text/html")
    problem = told(shop, PARCEL).problem
    assert isinstance(problem, Retry) and problem.unknown


# --- invoices -----------------------------------------------------------------------------------------------


def test_an_order_is_invoiced_once_and_for_all_that_is_left(shop: Shop) -> None:
    shop.answer("GET", "/orders/7", order([item(1, "A", 3, 8, qty_invoiced=1), item(2, "B", 1, 8, qty_canceled=1)]))
    shop.answer("POST", "/order/7/invoice", "2")
    written = told(shop, Invoice("Invoice/AR1", store_id="7", complete=True))
    assert shop.writes()[0].body == {
        "capture": False, "items": [{"order_item_id": 1, "qty": 2}], "notify": False, "appendComment": False,
        "comment": {"comment": "ERP invoice Invoice/AR1", "is_visible_on_front": 0},
    }  # fmt: skip
    assert written.created and written.target_id == "2"


def test_an_order_that_is_not_complete_is_not_invoiced(shop: Shop) -> None:
    assert isinstance(told(shop, Invoice("Invoice/AR1", store_id="7")).problem, Skip) and not shop.sent


def test_an_invoice_that_is_there_is_the_one(shop: Shop) -> None:
    shop.answer("GET", "/orders/7", order([item(1, "A", 3, 8, qty_invoiced=3)]))
    shop.answer("GET", "/invoices", listing([{"entity_id": 2}, {"entity_id": 4}]))
    record = Invoice("Invoice/AR1", store_id="7", complete=True)
    assert told(shop, record).target_id == "4" and not shop.writes()
    assert shop.magento().find_like("invoice", [record])["Invoice/AR1"].key == "4"


@pytest.mark.parametrize("left", [0, 1])
def test_an_invoice_that_was_made_at_the_same_moment_is_the_one(shop: Shop, left: int) -> None:
    """Two messages bill the same order; the second is refused, and looks once more."""
    shop.answer("GET", "/orders/7", order([item(1, "A", 3, 8)]))
    shop.answer("GET", "/orders/7", order([item(1, "A", 3, 8, qty_invoiced=3 - left)]))
    text = 'Invoice Document Validation Error(s):\nWe found an invalid quantity to invoice item "A".'
    shop.answer("POST", "/order/7/invoice", refusal(text), 400)
    shop.answer("GET", "/invoices", listing([{"entity_id": 2}]))
    written = told(shop, Invoice("Invoice/AR1", store_id="7", complete=True))
    assert (written.problem is None, written.target_id) == (not left, "" if left else "2")


def test_nothing_left_to_invoice_is_a_skip(shop: Shop) -> None:
    shop.answer("GET", "/orders/7", order([item(1, "A", 3, 8, qty_canceled=3)]))
    shop.answer("GET", "/invoices", listing([]))
    assert isinstance(told(shop, Invoice("Invoice/AR1", store_id="7", complete=True)).problem, Skip)


@pytest.mark.parametrize("entity", ["order_status", "shipment", "invoice"])
def test_what_was_told_cannot_be_taken_back(shop: Shop, entity: str) -> None:
    assert isinstance(shop.magento().delete(entity, "1", "2").problem, Skip)


# --- credit memos -------------------------------------------------------------------------------------------


def memo(*items: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "entity_id": 3, "increment_id": "000000001", "order_id": 7, "created_at": "2026-11-21 08:32:43",
        "updated_at": "2026-11-21 08:32:43", "base_currency_code": "USD", "base_grand_total": 53.04,
        "base_tax_amount": 4.04, "base_shipping_amount": 5, "base_adjustment_positive": 2,
        "base_adjustment_negative": 0.5, "items": list(items), "comments": [{"comment": "Broken on arrival"}], **more,
    }  # fmt: skip


def refunded(shop: Shop, placed: dict[str, Any], row: dict[str, Any]) -> CreditMemo:
    shop.answer("GET", "/creditmemos", listing([row]))
    shop.answer("GET", "/orders", listing([placed]))
    found = shop.magento().read_many("credit_memo", ["000000001"])["000000001"]
    assert isinstance(found, CreditMemo)
    return found


def test_a_credit_memo_is_read_with_its_order_and_its_lines(shop: Shop) -> None:
    row = memo({"order_item_id": 2, "qty": 1, "base_price": 49, "base_tax_amount": 4.04, "base_discount_amount": 4.9})
    found = refunded(shop, order([item(1, "MUG", 2, 8), item(2, "POT", 3, 49)]), row)
    (line,) = found.lines
    assert (line.sku, line.quantity, line.price, line.discount) == ("POT", Decimal(1), Decimal(49), Decimal("4.9"))
    assert (found.number, found.total, found.shipping, found.adjustment) == (
        "000000007", Decimal("53.04"), Decimal(5), Decimal("1.5"),
    )  # fmt: skip
    assert found.created_on == date(2026, 11, 21) and found.reason == "Broken on arrival"


def test_a_refunded_configurable_is_one_line(shop: Shop) -> None:
    placed = order([item(4, "TEE-S", 2, 15, product_type="configurable"), item(5, "TEE-S", 2, 0, parent_item_id=4)])
    rows = [{"order_item_id": 4, "qty": 1, "base_price": 15}, {"order_item_id": 5, "qty": 1, "base_price": 0}]
    (line,) = refunded(shop, placed, memo(*rows)).lines
    assert (line.sku, line.quantity, line.price) == ("TEE-S", Decimal(1), Decimal(15))


def test_a_memo_of_an_order_that_is_gone_has_its_own_words(shop: Shop) -> None:
    shop.answer("GET", "/creditmemos", listing([memo({"order_item_id": 2, "qty": 1, "sku": "POT", "base_price": 49})]))
    shop.answer("GET", "/orders", listing([]))
    found = shop.magento().read_many("credit_memo", ["000000001"])["000000001"]
    assert isinstance(found, CreditMemo) and found.lines[0].sku == "POT" and found.number == ""


def test_changed_credit_memos_are_polled(shop: Shop) -> None:
    shop.answer("GET", "/creditmemos", listing([memo()]))
    assert [change.key for change in shop.magento().changed_since("credit_memo", None).changes] == ["000000001"]
