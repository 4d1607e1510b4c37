"""The record page: both sides, the binding, the history, and Sync Now."""

from __future__ import annotations

import json
from dataclasses import fields, is_dataclass
from datetime import timedelta
from decimal import Decimal
from typing import TypeGuard

import pytest
from flask import Flask

from connector.db import db, utcnow
from connector.errors import Invalid, Retry
from connector.records import (
    Address,
    Level,
    Line,
    Order,
    Price,
    Product,
    Stock,
    StoreProduct,
    base,
    goods,
    people,
    sales,
)
from connector.sync.models import Binding
from connector.web.operating import sides
from tests import rows
from tests.web import seed
from tests.web.operating import Desk, desk, shows, statements, text_of
from tests.web.people import Client

ON = {"product": {"individual_sync": True}}


@pytest.fixture
def engine(app: Flask) -> Desk:
    seed.connector(settings=ON)
    return desk(app)


def bind(key: str = "MUG", **values: object) -> None:
    usual = {"target_id": "17", "written_at": utcnow(), "written_fields": '{"price": "12.50", "websites": ["base"]}'}
    with db.saving() as session:
        session.add(Binding(connector_id="DEMO", entity="price", key=key, **{**usual, **values}))


def test_the_page_shows_the_binding_and_the_history_at_once(engine: Desk, viewer: Client) -> None:
    bind()
    number = rows.message(key="MUG", status="succeeded", merged=2, reason="Price MUG updated.")
    rows.attempt(message_id=number, number=2, outcome="succeeded", summary="Price MUG updated.")
    text = text_of(viewer.get("/records/DEMO/price/MUG").text)
    assert "Bound to 17 in the store" in text
    assert "price 12.50" in text.lower()
    assert f"Message {number} by push notification, 2 merged: Price MUG updated." in text
    assert f"Try 2 of message {number}: Price MUG updated." in text
    assert engine.looked == [], "the page waits for no system"


def test_the_two_sides_come_after_the_page_or_by_a_link(engine: Desk, viewer: Client) -> None:
    engine.source = Price("MUG", 1, price=Decimal("12.5000"), currency="USD")
    engine.target = StoreProduct(
        "MUG", target_id="17", name="Mug", price=Decimal("11"), quantities=(("default", Decimal(3)),)
    )
    page = viewer.get("/records/DEMO/price/MUG").text
    assert 'hx-get="/records/DEMO/price/MUG?read=1" hx-trigger="load, record-changed from:body"' in page
    assert 'href="/records/DEMO/price/MUG?read=1"' in page
    part = viewer.part("/records/DEMO/price/MUG?read=1").text
    assert engine.looked == [("DEMO", "price", "MUG")]
    text = text_of(part)
    assert "Special price" not in text, "what is empty is left out"
    assert "Price 12.50 Currency USD" in text
    assert "ID in the store 17 Name Mug" in text and "default: 3" in text
    assert "load" not in part.split("hx-trigger")[1].split(">")[0], "it does not ask again by itself"
    assert shows(viewer.get("/records/DEMO/price/MUG?read=1").text, part)


@pytest.mark.parametrize(
    ("trouble", "said"),
    [
        (Retry("Magento cannot be reached."), "Magento cannot be reached."),
        (Invalid({"url": "Store URL is required."}), "settings are not complete"),
        (KeyError("DEMO"), "not there any more"),
    ],
)
def test_a_side_that_cannot_be_read_is_a_sentence(engine: Desk, viewer: Client, trouble: Exception, said: str) -> None:
    engine.trouble = trouble
    answer = viewer.get("/records/DEMO/price/MUG?read=1")
    assert (answer.status_code, said in answer.text) == (200, True)


def test_one_side_may_be_missing_or_in_trouble(engine: Desk, viewer: Client) -> None:
    engine.source = Price("MUG")
    assert "The store has no such record." in viewer.get("/records/DEMO/price/MUG?read=1").text
    engine.problems = ["Magento: it answered 503."]
    text = text_of(viewer.get("/records/DEMO/price/MUG?read=1").text)
    assert "Magento: it answered 503." in text and "Not read." in text


@pytest.mark.parametrize(
    ("message", "binding", "word"),
    [
        (None, None, "Not synced"),
        (None, {}, "Synced"),
        (None, {"unsure": True}, "Unsure"),
        ("succeeded", {}, "Synced"),
        ("succeeded", None, "Not synced"),
        ("pending", {}, "Pending"),
        ("running", {}, "Running"),
        ("waiting", None, "Waiting"),
        ("failed", {}, "Failed"),
        ("held", {}, "Held"),
    ],
)
def test_the_state_is_one_word(
    engine: Desk, viewer: Client, message: str | None, binding: dict[str, bool] | None, word: str
) -> None:
    if message:
        rows.message(key="MUG", status=message)
    if binding is not None:
        bind(**binding)
    head = viewer.get("/records/DEMO/price/MUG").text.split('class="state">')[1].split("</p>")[0]
    assert text_of(head).startswith(word)


def test_sync_now_swaps_its_own_block(engine: Desk, operator: Client) -> None:
    answer = operator.post("/records/DEMO/price/MUG/sync", headers={"HX-Request": "true"})
    assert engine.synced == [("DEMO", "price", "MUG", "otto")]
    assert answer.text.strip().startswith('<section class="card" id="record-status"')
    assert answer.headers["HX-Trigger"] == "record-changed"
    plain = operator.post("/records/DEMO/price/MUG/sync")
    assert (plain.status_code, plain.headers["Location"]) == (303, "/records/DEMO/price/MUG")


def test_a_record_on_its_way_is_asked_for_again_until_it_is_settled(engine: Desk, viewer: Client) -> None:
    rows.message(key="MUG", status="running")
    part = viewer.part("/records/DEMO/price/MUG?part=status")
    assert 'hx-trigger="every 1s"' in part.text
    assert "HX-Trigger" not in part.headers
    assert shows(viewer.get("/records/DEMO/price/MUG").text, part.text)
    rows.message(key="CUP", status="succeeded")
    done = viewer.part("/records/DEMO/price/CUP?part=status")
    assert "every 1s" not in done.text
    assert done.headers["HX-Trigger"] == "record-changed"


def test_a_retry_that_rests_is_not_polled(engine: Desk, viewer: Client) -> None:
    rows.message(key="MUG", available_at=utcnow() + timedelta(hours=1))
    assert "every 1s" not in viewer.part("/records/DEMO/price/MUG?part=status").text


def test_the_button_is_there_only_with_individual_sync_and_for_operators(
    app: Flask, operator: Client, viewer: Client
) -> None:
    engine = desk(app)
    seed.connector("ON", settings=ON)
    seed.connector("OFF", settings={"product": {"individual_sync": False}})
    assert 'id="sync-now"' in operator.get("/records/ON/product/MUG").text
    assert 'id="sync-now"' not in viewer.get("/records/ON/product/MUG").text
    off = operator.get("/records/OFF/product/MUG").text
    assert 'id="sync-now"' not in off
    assert "Individual Sync is switched off" in off
    assert operator.post("/records/OFF/product/MUG/sync").status_code == 403
    assert engine.synced == []


def test_an_engine_that_refuses_is_quoted(engine: Desk, operator: Client) -> None:
    engine.trouble = Retry("The connector has stopped calling.")
    answer = operator.post("/records/DEMO/price/MUG/sync", headers={"HX-Request": "true"})
    assert "Price MUG was not synced: The connector has stopped calling." in answer.text


@pytest.mark.parametrize("key", ["A/B", "A//B", "a b", "ä#?%&", "x/sync", "<b>", "'", "x" * 255])
def test_a_key_is_whatever_the_erp_says(engine: Desk, operator: Client, app: Flask, key: str) -> None:
    from flask import url_for

    with app.test_request_context():
        address = url_for("records.page", connector="DEMO", entity="price", key=key)
        sync = url_for("records.sync", connector="DEMO", entity="price", key=key)
    assert operator.get(address).status_code == 200
    assert operator.post(sync).status_code == 303
    assert engine.synced == [("DEMO", "price", key, "otto")]


@pytest.mark.parametrize(
    "path", ["/records/NOBODY/price/A", "/records/DEMO/nothing/A", "/records/DEMO/price/" + "x" * 256,
             "/records/DEMO/price/%00", "/records/%00/price/A", "/records/DEMO/price/"],
)  # fmt: skip
def test_what_cannot_be_is_404(engine: Desk, operator: Client, path: str) -> None:
    assert operator.get(path).status_code == 404
    assert operator.post(path + "/sync").status_code in (404, 405)


def test_who_may_see_and_who_may_sync(engine: Desk, viewer: Client, operator: Client, stranger: Client) -> None:
    assert stranger.get("/records/DEMO/price/MUG").status_code in (302, 303)
    assert stranger.post("/records/DEMO/price/MUG/sync").status_code in (302, 303)
    assert viewer.post("/records/DEMO/price/MUG/sync").status_code == 403
    assert operator.post("/records/DEMO/price/MUG/sync", forged=True).status_code == 400
    assert engine.synced == []


def test_the_page_costs_three_statements(engine: Desk, viewer: Client) -> None:
    rows.many(2000, status="succeeded")
    rows.many(40, key="MUG", status="succeeded")
    with statements() as seen:
        viewer.get("/records/DEMO/price/MUG")
    assert len(seen) <= 7, seen


def test_facts_leave_out_what_is_empty_and_write_numbers_plainly() -> None:
    found = dict(sides.facts(Product("MUG", 5, name="Mug", weight=Decimal("0.500"), attributes=(("COLOR", "red"),))))
    assert (found["Key"], found["Weight"], found["Attributes"]) == (["MUG"], ["0.5"], ["COLOR: red"])
    assert found["May be sold"] == ["yes"]
    assert "Description" not in found and "Version" not in found
    stock = dict(sides.facts(Stock("MUG", levels=(Level("MAIN", Decimal(5), Decimal("4.0"), Decimal(3)),))))
    assert stock["Stock"] == ["MAIN: 5 on hand, 4 available, 3 for shipping"]
    prices = dict(
        sides.facts(Price("MUG", price=Decimal("12.5000"), msrp=Decimal("0.12345"), special_price=Decimal("7")))
    )
    assert [prices[name] for name in ("Price", "MSRP", "Special price")] == [["12.50"], ["0.12345"], ["7.00"]]
    assert sides.facts(None) == []
    assert sides.told("not json") == sides.told("[1]") == []
    assert sides.told({"a": [{"b": 1}], "c": {"d": True}, "e": None}) == [("A", ['{"b": 1}']), ("C", ["d: yes"])]


def test_every_field_of_a_record_has_a_label_that_is_translated() -> None:
    shown = {field.name for kind in of_records() for field in fields(kind)} - {*sides.HIDDEN}
    said = {sides.LABELS.get(name) or name.replace("_", " ").capitalize() for name in shown}
    assert said - {*sides.FIELDS, *sides.LABELS.values()} == set(), "add it to sides.FIELDS"
    assert {*sides.FIELDS} - said == set(), "no record has this any more"


def of_records() -> list[type]:
    return [kind for room in (base, goods, people, sales) for kind in vars(room).values() if is_kind(kind)]


def is_kind(found: object) -> TypeGuard[type]:
    return isinstance(found, type) and is_dataclass(found)


def test_parts_of_an_order_are_read_as_sentences_and_raw_fields_apart() -> None:
    billing = Address("7", "Ann", "Lee", lines=("3 Main St",), city="Paris", postcode="75011", country="FR")
    line = Line("1", "MUG", Decimal(2), Decimal("9.5"), discount=Decimal("1.5"))
    order = Order("1", billing=billing, lines=(line,), total=Decimal("17.5"), raw=(("store_id", 1),))
    found = dict(sides.facts(order))
    assert found["Billing"] == ["Ann Lee, 3 Main St, 75011 Paris, FR"] and found["Total"] == ["17.50"]
    assert found["Lines"] == ["key 1, sku MUG, quantity 2, price 9.50, discount 1.50, kind simple"]
    assert "Raw" not in found and sides.raw(order) == [("store_id", ["1"])]


def test_only_what_goes_by_the_same_key_is_offered(engine: Desk, viewer: Client) -> None:
    assert '/records/DEMO/price/MUG"' in viewer.get("/records/DEMO/product/MUG").text
    assert "Records of this key" not in viewer.get("/records/DEMO/order/000000001").text


def test_a_stock_says_why_it_is_this_number(engine: Desk, viewer: Client) -> None:
    lines = ["MAIN: 20 available, for default", "3 on orders of the store that the ERP does not know yet (000000012)"]
    told = json.dumps({"default": 17, "why": [*lines, "default gets 17"]})
    with db.saving() as session:
        session.add(Binding(connector_id="DEMO", entity="inventory", key="MUG", target_id="MUG", written_fields=told))
    text = text_of(viewer.get("/records/DEMO/inventory/MUG").text)
    assert "Why this number " + " ".join(lines) + " default gets 17" in text
    assert "Default 17" in text and "Why MAIN" not in text, "said once"
