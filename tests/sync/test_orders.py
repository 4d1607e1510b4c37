"""Orders on their way to the ERP: made once, for the right buyer, with mapped methods - or failed with the reason."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal as D
from typing import Any

import pytest
from flask import Flask

from connector.errors import Fail, Retry, Skip, Wait
from connector.records import Address, CreditMemo, Customer, Invoice, Line, Order, OrderStatus, Payment, Shipment, Track
from connector.sync import bindings
from connector.sync.perform import Result, perform
from connector.sync.safety import sabotage
from tests.sync.both import Both
from tests.sync.conftest import Task

HOME = Address(first_name="Anna", last_name="Berg", lines=("Main 1",), city="Ghent", postcode="9000", country="BE")
ORDER = Order(
    "000000123",
    number="000000123",
    store_id="77",
    store="nl",
    website="base",
    status="processing",
    currency="EUR",
    customer="42",
    customer_email="anna@example.com",
    customer_group="General",
    billing=HOME,
    delivery=HOME,
    lines=(Line("1", "A", D(2), D("10.00"), options=(("Engraving", "Anna"),)),),
    shipping_method="flatrate_flatrate",
    shipping_title="Flat Rate",
    shipping_amount=D("5.00"),
    tax=D("5.25"),
    total=D("30.25"),
    payments=(Payment("checkmo", D("30.25")),),
)


@pytest.fixture
def both(any_app: Flask) -> Both:
    found = Both(settings={"order": {"statuses": ["pending", "processing"]}, "customer": {"default_class": "WEB"}})
    found.tables = {
        "payment": [
            {"store": "checkmo", "erp": "CHECK", "more": {"cash_account": "10200"}},
            {"store": "card", "erp": "VISA", "more": {"card_type": "VI", "cash_account": "10500"}},
            {"store": "card", "erp": "CC"},
        ],
        "shipping_in": [{"store": "flatrate_flatrate", "erp": "LOCAL"}],
        "status_out": [{"store": "complete", "erp": "Completed"}, {"store": "canceled", "erp": "Canceled"}],
        "shipping_out": [{"store": "ups", "erp": "UPSGROUND", "more": {"title": "UPS Ground"}}],
    }
    return found


def send(both: Both, order: Order = ORDER, origin: str = "push") -> Result:
    both.store.put(order)
    return both.go("order", "store_to_erp", order.key, origin)


def booked(both: Both) -> Order:
    (found,) = [one for one in both.erp.written if isinstance(one, Order)]
    return found


def problem(result: Result) -> Any:
    assert isinstance(result.word, Fail), result
    return result.word


def test_an_order_is_made_in_the_erp_with_everything_mapped(both: Both) -> None:
    assert send(both).word is None
    made = booked(both)
    assert (made.erp_type, made.ship_via, made.reference) == ("SO", "LOCAL", "000000123")
    assert made.description == "DEMO | base order 000000123"
    assert (made.payments[0].erp_method, made.payments[0].cash_account) == ("CHECK", "10200")
    assert made.payments[0].reference == "000000123", "the store's number where the gateway gave none"
    assert made.lines[0].note == "Engraving: Anna"
    bound = bindings.get_many("DEMO", "order", ["000000123"], states=True)["000000123"]
    assert (bound.target_id, bound.source_id) == (both.erp.created[-1], "77")


def test_the_same_order_again_is_not_made_again(both: Both) -> None:
    send(both)
    result = send(both, replace(ORDER, status="pending"), origin="person")
    assert isinstance(result.word, Skip) and "already as" in result.summary
    assert len([one for one in both.erp.written if isinstance(one, Order)]) == 1


def test_orders_from_before_the_connector_stay_in_the_store_unless_a_person_asks(both: Both) -> None:
    """An order is never too old because the connector was away: only what was there before it counts."""
    began = datetime(2026, 3, 1, tzinfo=UTC)
    both.began, old = began, replace(ORDER, placed_at=began - timedelta(days=3))
    assert isinstance(send(both, old).word, Skip) and both.erp.written == []
    both.settings["order"]["days_back"] = 2
    assert isinstance(send(both, old).word, Skip)
    both.settings["order"]["days_back"] = 4
    assert send(both, old).word is None
    both.settings["order"]["days_back"] = 0
    assert send(both, replace(old, key="2", number="2"), origin="person").word is None


def test_an_order_of_a_store_whose_clock_is_behind_is_not_left_out(both: Both) -> None:
    both.began = began = datetime(2026, 3, 1, tzinfo=UTC)
    assert send(both, replace(ORDER, placed_at=began - timedelta(minutes=10))).word is None, "not compared yet"
    late = replace(ORDER, key="2", number="2", placed_at=began - timedelta(minutes=70))
    assert isinstance(send(both, late).word, Skip)
    both.settings["clock"] = {"store_offset": -3600}
    assert send(both, late).word is None


def test_a_credit_memo_of_such_an_order_does_not_wait_for_it(both: Both) -> None:
    both.began = datetime(2026, 3, 1, tzinfo=UTC)
    both.store.put(CreditMemo("9", number="1", ordered_at=both.began - timedelta(days=1), total=D("5")))
    assert isinstance(both.go("credit_memo", "store_to_erp", "9").word, Skip) and both.asked == []


def test_an_order_whose_answer_was_lost_is_found_and_bound(both: Both) -> None:
    send(both, replace(ORDER, key="1", number="1", customer="", customer_email="z@example.com"))
    both.erp.answer = Retry("The answer was lost.", unknown=True)
    both.erp.put(Customer("C7", email="anna@example.com"))
    assert isinstance(send(both).word, Retry)
    both.erp.answer = None
    result = both.go("order", "store_to_erp", ORDER.key)
    assert result.word is None and "was in The ERP already" in result.summary
    assert len([one for one in both.erp.written if isinstance(one, Order)]) == 2


def test_an_unknown_buyer_is_made_first_with_the_defaults(both: Both) -> None:
    both.settings["customer"] |= {"default_terms": "30D", "default_statement_cycle": "EOM"}
    send(both)
    (made,) = [one for one in both.erp.written if isinstance(one, Customer)]
    assert (made.email, made.customer_class, made.terms) == ("anna@example.com", "WEB", "30D")
    assert made.statement_cycle == "EOM" and made.addresses[0].city == "Ghent"
    assert both.alone == ["customer anna@example.com"]
    assert bindings.by_target("DEMO", "customer", ["42"])["42"].key == booked(both).erp_customer


def test_a_known_buyer_is_never_changed_by_an_order(both: Both) -> None:
    both.erp.put(Customer("C7", email="ANNA@example.com", addresses=(Address(city="Bruges"),)))
    send(both)
    assert booked(both).erp_customer == "C7"
    assert [one for one in both.erp.written if isinstance(one, Customer)] == []


def test_a_second_order_of_the_same_buyer_makes_no_second_customer(both: Both) -> None:
    send(both)
    send(both, replace(ORDER, key="000000124", number="000000124", store_id="78"))
    assert len([one for one in both.erp.written if isinstance(one, Customer)]) == 1


def test_guests_go_to_one_account_where_the_settings_say_so(both: Both) -> None:
    guest = replace(ORDER, guest=True, customer="")
    both.settings["customer"]["guests"] = "account"
    assert problem(send(both, guest)).code == "order.guest_account"
    both.settings["customer"]["guest_account"] = "GUEST"
    assert both.go("order", "store_to_erp", guest.key).word is None
    assert booked(both).erp_customer == "GUEST"


def test_an_order_that_does_not_add_up_is_never_booked(both: Both) -> None:
    word = problem(send(both, replace(ORDER, total=D("30.26"))))
    assert word.code == "order.money" and "together 30.25, but the order says 30.26: -0.01 EUR" in word.reason
    assert both.erp.written == []


def test_a_method_that_is_not_mapped_fails_with_its_name_and_a_row_mends_it(both: Both) -> None:
    word = problem(send(both, replace(ORDER, shipping_method="dhl_express", shipping_title="DHL Express")))
    assert word.code == "order.shipping_method" and "dhl_express (DHL Express)" in word.reason
    both.tables["shipping_in"].append({"store": "DHL Express", "erp": "DHL"})
    assert both.go("order", "store_to_erp", ORDER.key).word is None
    assert booked(both).ship_via == "DHL", "by the text that the buyer saw"


def test_cards_of_one_gateway_map_to_different_methods(both: Both) -> None:
    cards = (Payment("card", D("20"), card_type="VI"), Payment("card", D("10.25"), card_type="AE"))
    send(both, replace(ORDER, payments=cards))
    assert [(one.erp_method, one.cash_account) for one in booked(both).payments] == [("VISA", "10500"), ("CC", "")]


def test_an_unmapped_payment_takes_the_defaults_or_fails_with_its_name(both: Both) -> None:
    order = replace(ORDER, payments=(Payment("paypal", D("30.25")),))
    assert "payment method paypal" in problem(send(both, order)).reason
    both.settings["order"] |= {"payment_method": "ONLINE", "cash_account": "10600"}
    both.go("order", "store_to_erp", order.key)
    assert (booked(both).payments[0].erp_method, booked(both).payments[0].cash_account) == ("ONLINE", "10600")


def test_a_gift_card_is_a_payment_of_its_own(both: Both) -> None:
    both.settings["order"] |= {"gift_card_method": "GIFT", "gift_card_account": "20100"}
    paid = (Payment("checkmo", D("20.25")), Payment("giftcard", D("10.00"), kind="gift_card"))
    send(both, replace(ORDER, payments=paid))
    assert [(one.erp_method, one.amount) for one in booked(both).payments] == [
        ("CHECK", D("20.25")),
        ("GIFT", D("10.00")),
    ]


def test_store_credit_and_reward_points_have_a_method_and_an_account_of_their_own(both: Both) -> None:
    both.settings["order"] |= {"credit_method": "CREDIT", "credit_account": "20200"}
    kinds = ("store_credit", "reward")
    paid = [Payment("checkmo", D("10.25")), *(Payment(kind, D("10.00"), kind=kind) for kind in kinds)]
    send(both, replace(ORDER, payments=tuple(paid)))
    named = [(one.erp_method, one.cash_account) for one in booked(both).payments]
    assert named == [("CHECK", "10200"), ("CREDIT", "20200"), ("CREDIT", "20200")]


def test_paypal_goes_through_the_erps_plug_in_only_where_it_has_one(both: Both) -> None:
    """SYN-35: off, a plain payment; on, through the plug-in of its row, which then has to be named."""
    row = {"store": "paypal_express", "erp": "PAYPAL", "more": {"plugin": "PAYPALPC"}}
    both.tables["payment"].append(row)
    order = replace(ORDER, payments=(Payment("paypal_express", D("30.25"), reference="tx-9"),))
    send(both, order)
    both.settings["order"]["paypal_plugin"] = True
    send(both, replace(order, key="2", number="2"))
    plain, tokenized = (one.payments[0] for one in both.erp.written if isinstance(one, Order))
    assert (plain.plugin, plain.reference) == ("", "tx-9")
    assert (tokenized.plugin, tokenized.reference) == ("PAYPALPC", "tx-9")
    row["more"] = {}
    word = problem(send(both, replace(order, key="3", number="3")))
    assert word.code == "order.payment_plugin" and "paypal_express" in word.reason


@pytest.mark.parametrize("known", ["", "by e-mail", "bound"])
def test_orders_of_customers_that_are_not_synced_stay_unless_a_person_asks(both: Both, known: str) -> None:
    """CFG-10: skipped with the class, and nothing is made for them."""
    both.settings["customer"] |= {"classes": ["B2B"]}
    if known:
        both.erp.put(Customer("C7", email="anna@example.com", customer_class="WEB"))
    if known == "bound":
        bindings.adopt("DEMO", "customer", {"C7": "42"})
    result = send(both)
    assert isinstance(result.word, Skip) and "class WEB, which is not synced" in result.summary
    assert both.erp.written == []
    assert send(both, origin="person").word is None
    both.settings["order"]["only_enabled_customers"] = False
    assert send(both, replace(ORDER, key="2", number="2")).word is None


def test_orders_in_other_statuses_stay_unless_a_person_asks(both: Both) -> None:
    order = replace(ORDER, status="holded")
    assert isinstance(send(both, order).word, Skip)
    assert both.erp.written == []
    assert both.go("order", "store_to_erp", order.key, "person").word is None


def test_the_store_view_decides_branch_warehouse_and_type(both: Both) -> None:
    both.tables["branch"] = [{"store": "nl", "erp": "NORTH", "more": {"warehouses": ["ROTTERDAM"]}}]
    both.settings["@nl"] = {"order": {"type": "WO"}}
    send(both)
    made = booked(both)
    assert (made.branch, made.warehouse, made.erp_type) == ("NORTH", "ROTTERDAM", "WO")
    assert (made.lines[0].warehouse, made.lines[0].branch) == ("ROTTERDAM", "NORTH")


def test_the_shipping_terms_of_the_settings_go_with_every_order(both: Both) -> None:
    both.settings["order"]["shipping_terms"] = "NOFREIGHT"
    send(both)
    assert booked(both).shipping_terms == "NOFREIGHT"


def test_manual_numbering_passes_the_stores_number_and_a_prefix_keeps_two_stores_apart(both: Both) -> None:
    both.settings["order"] |= {"segmentation": "manual", "reference_prefix": "NL-"}
    send(both)
    assert (booked(both).erp_number, booked(both).reference) == ("000000123", "NL-000000123")


def test_a_mapped_status_can_put_the_order_on_hold(both: Both) -> None:
    both.tables["status_in"] = [{"store": "processing", "erp": "On Hold"}]
    send(both)
    assert booked(both).hold


def done(both: Both) -> str:
    send(both)
    return both.erp.created[-1]


def test_a_status_goes_back_under_the_stores_id_and_word(both: Both) -> None:
    so = done(both)
    both.erp.put(OrderStatus(so, status="completed ", shipped=True))
    assert both.go("order_status", "erp_to_store", so).word is None
    (told,) = both.store.written
    assert isinstance(told, OrderStatus) and (told.store_id, told.store_status) == ("77", "complete")


def test_an_unknown_status_leaves_the_order_alone_and_names_what_was_meant(both: Both) -> None:
    so = done(both)
    both.erp.put(OrderStatus(so, status="Complete", shipped=True))
    result = both.go("order_status", "erp_to_store", so)
    assert isinstance(result.word, Skip) and "'Completed'" in result.summary and both.store.written == []


def test_no_status_goes_back_before_a_shipment_is_confirmed(both: Both) -> None:
    so = done(both)
    both.erp.put(OrderStatus(so, status="Completed", shipped=False))
    assert isinstance(both.go("order_status", "erp_to_store", so).word, Skip)
    both.settings["order"]["confirmed_shipment"] = False
    assert both.go("order_status", "erp_to_store", so).word is None
    both.settings["order"]["confirmed_shipment"] = True
    both.erp.put(OrderStatus(so, status="Canceled"))
    assert both.go("order_status", "erp_to_store", so).word is None, "a cancelled order has no shipment to wait for"


def test_a_status_goes_back_when_what_was_owed_is_paid(both: Both) -> None:
    """CFG-12: not for an order that never owed anything, and only where the setting says so."""
    both.tables["status_out"].append({"store": "processing", "erp": "Open"})
    so = done(both)
    both.erp.put(OrderStatus(so, status="Open"))
    assert isinstance(both.go("order_status", "erp_to_store", so).word, Skip), "it was paid all the time"
    both.erp.put(OrderStatus(so, status="Open", unpaid=D("30.25")))
    perform(replace(both.context("order_status", "erp_to_store"), dry=True), [Task(1, so)], lambda: {1})
    both.erp.put(OrderStatus(so, status="Open"))
    assert isinstance(both.go("order_status", "erp_to_store", so).word, Skip), "a rehearsal remembers nothing"
    both.erp.put(OrderStatus(so, status="Open", unpaid=D("30.25")))
    assert isinstance(both.go("order_status", "erp_to_store", so).word, Skip)
    both.erp.put(OrderStatus(so, status="Open"))
    both.settings["order"]["unpaid_zero"] = False
    assert isinstance(both.go("order_status", "erp_to_store", so).word, Skip)
    both.settings["order"]["unpaid_zero"] = True
    assert both.go("order_status", "erp_to_store", so).word is None
    (told,) = both.store.written
    assert isinstance(told, OrderStatus) and told.store_status == "processing"


def test_orders_of_somebody_else_are_left_alone(both: Both) -> None:
    both.erp.put(OrderStatus("SO/1", status="Completed", shipped=True))
    result = both.go("order_status", "erp_to_store", "SO/1")
    assert isinstance(result.word, Skip) and "not made from an order of this store" in result.summary


def test_a_shipment_gets_the_mapped_carrier_and_goes_once(both: Both) -> None:
    so = done(both)
    both.erp.put(Shipment("0001", order=so, ship_via="UPSGROUND", tracks=(Track("1Z"),)))
    assert both.go("shipment", "erp_to_store", "0001").word is None
    (sent,) = both.store.written
    assert isinstance(sent, Shipment) and sent.store_id == "77"
    assert sent.tracks == (Track("1Z", "ups", "UPS Ground"),)
    assert isinstance(both.go("shipment", "erp_to_store", "0001", "person").word, Skip)


def test_what_a_vendor_sent_needs_a_ship_via_of_the_settings(both: Both) -> None:
    """ORD-23: the store's carrier of a drop shipment is mapped from that ship via."""
    so = done(both)
    both.erp.put(Shipment("drop:R1/1", shipment="R1", order=so, drop_ship=True))
    assert problem(both.go("shipment", "erp_to_store", "drop:R1/1")).code == "shipment.drop_ship_via"
    both.settings["shipment"] = {"drop_ship_via": "UPSGROUND"}
    assert both.go("shipment", "erp_to_store", "drop:R1/1", "person").word is None
    sent = both.store.written[-1]
    assert isinstance(sent, Shipment) and sent.tracks == (Track("R1", "ups", "UPS Ground"),)


def test_a_drop_shipment_and_a_carrier_without_a_row_go_by_the_settings(both: Both) -> None:
    both.settings["shipment"] = {"drop_ship_via": "UPSGROUND", "default_carrier": "own", "default_title": "Our van"}
    so = done(both)
    both.erp.put(Shipment("0001", order=so, drop_ship=True, tracks=(Track("1Z"),)))
    both.erp.put(Shipment("0002", order=so, tracks=(Track("2Z"),)))
    for key in ("0001", "0002"):
        assert both.go("shipment", "erp_to_store", key).word is None
    dropped, other = (one for one in both.store.written if isinstance(one, Shipment))
    assert (dropped.ship_via, dropped.tracks) == ("UPSGROUND", (Track("1Z", "ups", "UPS Ground"),))
    assert (other.ship_via, other.tracks) == ("", (Track("2Z", "own", "Our van"),))


def test_without_a_parcel_the_shipments_number_stands_for_one(both: Both) -> None:
    so = done(both)
    both.erp.put(Shipment("0001", shipment="0001", order=so))
    both.go("shipment", "erp_to_store", "0001")
    (sent,) = both.store.written
    assert isinstance(sent, Shipment) and sent.tracks[0].number == "0001"


def test_shipments_wait_for_the_invoice_where_that_is_the_trigger(both: Both) -> None:
    both.settings["shipment"] = {"trigger": "invoice"}
    so = done(both)
    both.erp.put(Shipment("0001", order=so))
    assert isinstance(both.go("shipment", "erp_to_store", "0001").word, Skip)
    both.erp.put(Shipment("0001", order=so, invoiced=True))
    assert both.go("shipment", "erp_to_store", "0001").word is None


def test_an_invoice_goes_when_the_order_is_complete(both: Both) -> None:
    so = done(both)
    both.erp.put(Invoice("Invoice/1", order=so))
    assert isinstance(both.go("invoice", "erp_to_store", "Invoice/1").word, Skip)
    both.erp.put(Invoice("Invoice/1", order=so, complete=True))
    assert both.go("invoice", "erp_to_store", "Invoice/1").word is None


def test_a_credit_memo_waits_for_its_order_and_hangs_on_it(both: Both) -> None:
    both.store.put(CreditMemo("9", number=ORDER.number, total=D("5")))
    waiting = both.go("credit_memo", "store_to_erp", "9").word
    assert isinstance(waiting, Wait) and waiting.for_ == ("order", ORDER.number)
    assert ("order", "store_to_erp", ORDER.number) in both.asked
    so = done(both)
    assert both.go("credit_memo", "store_to_erp", "9").word is None
    made = both.erp.written[-1]
    assert isinstance(made, CreditMemo) and (made.order, made.erp_type) == (so, "CM")


def test_a_credit_memo_has_the_order_type_of_the_settings(both: Both) -> None:
    both.settings["order"]["credit_memo_type"] = "RC"
    done(both)
    both.store.put(CreditMemo("9", number=ORDER.number, total=D("5")))
    both.go("credit_memo", "store_to_erp", "9")
    made = both.erp.written[-1]
    assert isinstance(made, CreditMemo) and made.erp_type == "RC"


def test_a_sync_rule_routes_the_order_and_is_named(both: Both) -> None:
    both.rules = [
        {"name": "Belgium", "conditions": {}, "actions": [{"do": "warehouse", "value": "EAST"}, {"do": "hold"}]}
    ]
    result = send(both)
    assert booked(both).hold and booked(both).lines[0].warehouse == "EAST"
    assert "Sync rules applied: Belgium" in result.summary


def test_without_the_look_up_a_lost_answer_would_make_the_order_twice(both: Both) -> None:
    """The safety is needed: the tests above notice when it is gone."""
    both.erp.put(Customer("C7", email="anna@example.com"))
    both.erp.answer = Retry("The answer was lost.", unknown=True)
    send(both)
    both.erp.answer = None
    with sabotage(natural_key=False):
        both.go("order", "store_to_erp", ORDER.key)
    assert len([one for one in both.erp.written if isinstance(one, Order)]) == 2
