"""The box in the header: every name of a record leads to it, one record at once, and nobody sees what is hidden."""

from __future__ import annotations

import pytest
from flask import Flask

from connector.db import db
from connector.setup import grants, users
from connector.sync import terms
from connector.sync.models import Binding
from tests import rows
from tests.web import people, seed
from tests.web.operating import Desk, desk, statements, text_of
from tests.web.people import Client

ORDER = "000000101"


@pytest.fixture
def engine(app: Flask) -> Desk:
    seed.connector()
    seed.connector("NORTH", name="North shop")
    with db.saving() as session:
        for entity, key, target in (
            ("product", "MUG", "17"),
            ("price", "MUG", "17"),
            ("order", ORDER, "SO/SO004711"),
            ("customer", "C000012", "55"),
        ):
            session.add(Binding(connector_id="DEMO", entity=entity, key=key, target_id=target))
    terms.add("DEMO", "order", {("ann@example.com", ORDER), ("so004711", ORDER)})
    terms.add("DEMO", "customer", {("bob@example.com", "C000012")})
    terms.add("DEMO", "shipment", {(ORDER, "004711"), ("1z999", "004711")})
    return desk(app)


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("MUG", "/records/DEMO/product/MUG"),
        ("  mug ", "/records/DEMO/product/MUG"),
        (ORDER, f"/records/DEMO/order/{ORDER}"),
        ("#" + ORDER, f"/records/DEMO/order/{ORDER}"),
        ("SO004711", f"/records/DEMO/order/{ORDER}"),
        ("SO/SO004711", f"/records/DEMO/order/{ORDER}"),
        ("Ann@Example.com", f"/records/DEMO/order/{ORDER}"),
        ("bob@example.com", "/records/DEMO/customer/C000012"),
        ("55", "/records/DEMO/customer/C000012"),
        ("1Z999", "/records/DEMO/shipment/004711"),
    ],
)
def test_a_name_of_one_record_leads_to_it(engine: Desk, viewer: Client, text: str, where: str) -> None:
    answer = viewer.get("/search", query_string={"q": text})
    assert (answer.status_code, answer.headers.get("Location")) == (303, where)


def test_a_key_that_only_has_messages_is_found_too(engine: Desk, viewer: Client) -> None:
    rows.message(key="CUP", status="failed", entity="product")
    assert viewer.get("/search?q=CUP").headers["Location"] == "/records/DEMO/product/CUP"


def test_several_records_are_listed_and_a_message_by_its_number(engine: Desk, viewer: Client) -> None:
    number = rows.message(key="X")
    terms.add("DEMO", "order", {("bob@example.com", "000000102")})
    text = text_of(viewer.get("/search?q=bob@example.com").text)
    assert "C000012 Customer DEMO" in text and "000000102 Order DEMO" in text
    assert f'href="/messages/{number}"' in viewer.get(f"/search?q={number}").text
    assert "MUG Product DEMO its key" in text_of(viewer.get("/search?q=MUG&all=1").text)


def test_nothing_found_leads_on_to_the_messages(engine: Desk, viewer: Client) -> None:
    page = viewer.get("/search?q=nobody%20%26%20nothing")
    assert page.status_code == 200 and "Nothing bears this name" in page.text
    assert 'href="/messages?text=nobody+%26+nothing"' in page.text
    assert "What are you looking for?" in viewer.get("/search").text
    assert viewer.get("/search?q=%00").status_code == 422


def test_a_connector_that_is_hidden_is_not_found(app: Flask, engine: Desk) -> None:
    browser = people.client(app, "vera")
    user = users.find("vera")
    assert user is not None
    number = rows.message(key="CUP")
    grants.save(user, {"DEMO": grants.NONE}, by="olga")
    for text in ("MUG", ORDER, "ann@example.com", "SO/SO004711", "CUP", str(number)):
        assert "Nothing bears this name" in browser.get(f"/search?q={text}").text


def test_a_search_costs_eight_statements_at_most(engine: Desk, viewer: Client) -> None:
    with statements() as seen:
        viewer.get("/search?q=bob@example.com&all=1")
    assert len(seen) <= 8, seen


def test_the_box_is_on_every_page_and_what_belongs_to_an_order_on_its_page(engine: Desk, viewer: Client) -> None:
    page = viewer.get(f"/records/DEMO/order/{ORDER}").text
    assert 'role="search" aria-label="Everything"' in page
    assert "Shipment 004711" in text_of(page)
