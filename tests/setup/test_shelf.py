"""Copies, the archive, what the house offers, values of one store view: nothing leaks and nothing is lost."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import insert, select, update

from connector.db import db
from connector.errors import Invalid
from connector.setup import connectors, house, scopes, shelf, states
from connector.setup.models import Connector, MappingRow, SchemaField
from tests.setup.changes import logged
from tests.setup.house import make


def rows_of(model: type, id: str) -> list[tuple[object, ...]]:
    table = model.__table__
    with db.read() as connection:
        return [tuple(row) for row in connection.execute(select(table).where(table.c.connector_id == id))]


def test_a_copy_has_everything_but_secrets(any_app: Flask) -> None:
    make(queue={"retry_count": 7}, **{"@de": {"order": {"type": "WO"}}})
    with db.write() as connection:
        connection.execute(insert(MappingRow).values(connector_id="ONE", kind="payment", store="checkmo", erp="CHECK"))
        connection.execute(insert(SchemaField).values(connector_id="ONE", side="erp", entity="product", name="Note"))
    shelf.copy("ONE", "TWO", "Second", "ann")
    two = connectors.get("TWO")
    assert (two.name, two.state, two.section("queue")["retry_count"]) == ("Second", "new", 7)
    assert two.scoped("de", "order", "type") == "WO"
    assert not two.section("erp")["password"] and not two.section("store")["token"]
    assert len(rows_of(MappingRow, "TWO")) == len(rows_of(MappingRow, "ONE")) > 0
    assert len(rows_of(SchemaField, "TWO")) == 1
    assert logged("TWO")[0].message == "Connector TWO was made as a copy of ONE; its secrets have to be typed."


def test_a_copy_can_be_changed_before_its_secrets_are_there(app: Flask) -> None:
    make()
    shelf.copy("ONE", "TWO", "", "ann")
    connectors.save("TWO", {"queue": {"retry_count": 4}}, user="ann", revision=1)
    assert connectors.get("TWO").section("queue")["retry_count"] == 4
    with pytest.raises(Invalid) as refused:
        connectors.save("TWO", {"erp": {"username": "bob"}}, user="ann", revision=2)
    assert refused.value.errors == {"erp.password": "Password is required."}


@pytest.mark.parametrize("id", ["ONE", "one", "new", "", "a b", "_house"])
def test_a_copy_needs_an_id_of_its_own(app: Flask, id: str) -> None:
    make()
    with pytest.raises(Invalid):
        shelf.copy("ONE", id, "", "ann")
    assert [config.id for config in connectors.all()] == ["ONE"]


def test_an_archived_connector_leaves_the_list_and_comes_back_as_it_was(any_app: Flask) -> None:
    before = make()
    shelf.archive("ONE", "ann")
    assert connectors.all() == [] and [config.id for config in connectors.all(archived=True)] == ["ONE"]
    shelf.restore("ONE", "ann")
    assert [config.values for config in connectors.all()] == [before.values]
    assert [event.message for event in logged("ONE")][-2:] == [
        "The connector was archived.",
        "The connector was restored.",
    ]


@pytest.mark.parametrize("state", ["active", "paused"])
def test_what_runs_is_not_archived(app: Flask, state: str) -> None:
    make()
    with db.write() as connection:
        connection.execute(update(Connector).values(state=state))
    with pytest.raises(Invalid):
        shelf.archive("ONE", "ann")
    assert connectors.all()


def test_a_feature_that_is_off_for_the_house_is_off_in_every_connector(any_app: Flask) -> None:
    make()
    assert house.save({"pricing": False}, user="ann", revision=0) == ["Pricing off"]
    one = connectors.get("ONE")
    assert one.section("features")["pricing"] is False and not one.enabled("price") and one.enabled("product")
    assert "features.pricing: Pricing from on to off." in [event.message for event in logged("ONE")]
    with pytest.raises(Invalid) as refused:
        connectors.save("ONE", {"features": {"pricing": True}}, user="ann", revision=one.revision)
    assert refused.value.errors == {"features.pricing": "Pricing is switched off for the whole house."}
    assert make("TWO").section("features")["pricing"] is False


def test_a_feature_that_is_on_again_waits_for_the_connectors_tick(app: Flask) -> None:
    make()
    house.save({"pricing": False}, user="ann", revision=0)
    house.save({"pricing": True}, user="ann", revision=house.get().revision)
    assert not connectors.get("ONE").enabled("price")
    connectors.save("ONE", {"features": {"pricing": True}}, user="ann", revision=connectors.get("ONE").revision)
    assert connectors.get("ONE").enabled("price")


def test_the_houses_list_is_no_connector_and_has_two_editors(app: Flask) -> None:
    make()
    house.save({"pricing": False}, user="ann", revision=0)
    assert [config.id for config in connectors.all() + connectors.all(archived=True)] == ["ONE"]
    with pytest.raises(KeyError):
        connectors.get(house.ROW)
    with pytest.raises(house.Changed):
        house.save({"inventory": False}, user="bob", revision=0)
    assert house.get().features["inventory"]


def test_a_feature_that_is_off_keeps_its_entity_from_travelling(app: Flask) -> None:
    make(features={"inventory": False})
    with db.write() as connection:
        connection.execute(update(Connector).values(state="active"))
    config = connectors.get("ONE")
    assert not states.collects(config, "inventory") and not states.sends(config, "inventory")
    assert states.sends(config, "product")


def test_a_store_view_differs_only_where_it_says_so(any_app: Flask) -> None:
    make()
    said = connectors.save("ONE", {"@de": {"order": {"type": "WO", "branch": "BERLIN"}}}, user="ann", revision=1)
    assert said == [
        "Order type of store view de from (default) to WO",
        "Branch of store view de from (default) to BERLIN",
    ]
    one = connectors.get("ONE")
    assert [one.scoped(view, "order", "type") for view in ("de", "en", "")] == ["WO", "SO", "SO"]
    assert scopes.for_view(one.values, "de", "order")["branch"] == "BERLIN"
    connectors.save("ONE", {"order": {"type": "IN"}}, user="ann", revision=2)
    assert [connectors.get("ONE").scoped(view, "order", "type") for view in ("de", "en")] == ["WO", "IN"]
    said = connectors.save("ONE", {"@de": {"order": {"type": None, "branch": None}}}, user="ann", revision=3)
    assert said[0] == "Order type of store view de from WO to (default)"
    assert not [name for name in connectors.get("ONE").values if name.startswith("@")]


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"@de": {"queue": {"retry_count": 3}}}, "@de.queue.retry_count"),
        ({"@de": {"log": {"info": False}}}, "@de.log.info"),
        ({"@de": {"order": {"password": "x"}}}, "@de.order.password"),
        ({"@de": {"erp": {"password": "x"}}}, "@de.erp.password"),
        ({"@de": "x"}, "@de"),
        ({"@de": {"order": "x"}}, "@de.order."),
        ({"@": {"order": {"type": "SO"}}}, "@"),
        ({"@d e": {"order": {"type": "SO"}}}, "@d e"),
        ({"@de": {"order": {"type": ""}}}, "@de.order.type"),
        ({"@de": {"order": {"type": "x\x00"}}}, "@de.order.type"),
        ({"@de": {"order": {"type": ["SO"]}}}, "@de.order.type"),
    ],
)
def test_what_cannot_differ_by_store_view_is_refused(app: Flask, given: dict[str, object], field: str) -> None:
    before = make()
    with pytest.raises(Invalid) as refused:
        connectors.save("ONE", given, user="ann", revision=1)
    assert list(refused.value.errors) == [field]
    assert connectors.get("ONE") == before
