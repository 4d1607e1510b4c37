"""Sync configuration, lists of a system, store views, features of the house, copies, files: page by page."""

from __future__ import annotations

import io
import json
import re
from datetime import UTC, datetime
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import insert, update

from connector.db import db
from connector.setup import auto, connectors, house, schedules, settings
from connector.setup.models import Connector, ReferenceValue
from connector.systems.base import Choice
from connector.web.connectors import blocks, editing
from tests.web.conftest import StandIn
from tests.web.people import Client
from tests.web.seed import configured
from tests.web.sent import CONNECTION, DEMO, SETUP, SYNC, fields, logged

ENDPOINTS = f"{DEMO}/settings/endpoints"
VIEWS = f"{DEMO}/views"


def every() -> dict[str, list[str]]:
    """ "section.setting" -> the pages on which it stands."""
    found: dict[str, list[str]] = {}
    for page in blocks.TITLES:
        for part in blocks.parts(blocks.of("acumatica", "magento", page)):
            for setting in part.settings:
                found.setdefault(f"{part.name}.{setting.name}", []).append(page)
    return found


def test_every_setting_stands_on_one_page_and_ticks_of_entities_on_two() -> None:
    found = every()
    for section in settings.sections("acumatica", "magento"):
        for setting in section.settings:
            pages = found[f"{section.name}.{setting.name}"]
            assert set(pages) <= {"setup", "sync"} if section.name == "entities" else len(pages) == 1


def test_the_sections_of_sync_configuration_come_in_the_documented_order() -> None:
    assert [block.title for block in blocks.of("acumatica", "magento", "sync")] == [
        "Warehouse details",
        "Attribute sync",
        "Category sync",
        "Product sync",
        "Product inventory and price sync",
        "Product image sync",
        "Product configurator sync",
        "Customer sync",
        "Order sync",
        "Failed order sync",
    ]


@pytest.mark.parametrize("path", sorted(every()))
def test_a_link_about_a_setting_leads_to_its_card(path: str) -> None:
    page, card = blocks.page_of(path)
    assert page in every()[path]
    assert card in [block.name for block in blocks.of("acumatica", "magento", page)]


def test_a_page_that_is_not_there_is_missing(admin: Client, demo: StandIn) -> None:
    assert admin.get(f"{DEMO}/settings/colours").status_code == 404
    assert admin.post(f"{DEMO}/settings/colours").status_code == 404


def test_a_fresh_connector_sends_what_the_documents_say(app: Flask) -> None:
    fresh = configured()
    ticked = [entity for entity in settings.ENTITIES if fresh.enabled(entity)]
    assert ticked == ["product", "price", "inventory"]
    assert fresh.section("direction") == {
        "category": "erp_to_store",
        "product": "erp_to_store",
        "composite": "erp_to_store",
        "customer": "both",
        "order": "store_to_erp",
    }
    assert not any(auto.auto("DEMO", entity).on for entity in settings.ENTITIES)


def test_auto_cron_is_written_into_the_schedule_with_the_settings(admin: Client, demo: StandIn) -> None:
    sent = fields(admin.get(SYNC).text) | {
        "entities-customer": "y",
        "customer-default_class": "WEB",
        "auto-customer-on": "1",
        "auto-customer-start_time": "03:15:00",
        "auto-customer-frequency": "daily",
    }
    assert admin.post(SYNC, data=sent).status_code == 303
    page = admin.get(SYNC).text
    assert "Customer from off to on" in page and "Default customer class from (none) to WEB" in page
    assert "cron of customer from nothing to 15 3 * * *" in page
    found = {(each.job, each.entity, each.direction): each for each in schedules.of("DEMO")}
    for direction in ("erp_to_store", "store_to_erp"):
        assert found["poll", "customer", direction].cron == "15 3 * * *"
        assert found["poll", "customer", direction].active
    assert 'value="03:15:00"' in page
    off = fields(page) | {"auto-customer-on": "0"}
    admin.post(SYNC, data=off)
    assert not auto.auto("DEMO", "customer").on


def test_one_wrong_start_time_keeps_everything_from_being_saved(admin: Client, demo: StandIn) -> None:
    before = connectors.get("DEMO")
    sent = fields(admin.get(SYNC).text) | {
        "customer-default_class": "WEB",
        "auto-product-on": "1",
        "auto-product-start_time": "25:00",
        "auto-product-frequency": "daily",
    }
    answer = admin.post(SYNC, data=sent)
    assert answer.status_code == 422
    assert 'id="auto-product-start_time-error"' in answer.text and 'value="25:00"' in answer.text
    assert connectors.get("DEMO") == before and schedules.of("DEMO") == []


def test_start_time_and_frequency_come_and_go_with_auto_cron(viewer: Client, demo: StandIn) -> None:
    on = viewer.part(f"{DEMO}/auto/product?auto-product-on=1").text
    assert 'name="auto-product-start_time"' in on and 'name="auto-product-frequency"' in on
    assert 'name="auto' not in viewer.part(f"{DEMO}/auto/product?auto-product-on=0").text
    assert viewer.get(f"{DEMO}/auto/moon").status_code == 404
    assert viewer.get(f"{DEMO}/auto/product?auto-product-on=1&auto-product-frequency=%00").status_code == 200


@pytest.mark.parametrize(
    ("frequency", "start", "at"),
    [
        ("hourly", "06:45:00", "2026-05-04T12:45:00"),  # the hour does not count
        ("daily", "06:45:00", "2026-05-05T06:45:00"),
        ("weekly", "06:45:00", "2026-05-10T06:45:00"),
        ("monthly", "06:45:00", "2026-06-01T06:45:00"),
    ],
)
def test_each_frequency_shows_when_it_starts_next(
    viewer: Client, demo: StandIn, monkeypatch: pytest.MonkeyPatch, frequency: str, start: str, at: str
) -> None:
    monkeypatch.setattr(editing, "utcnow", lambda: datetime(2026, 5, 4, 12, 0, tzinfo=UTC))
    chosen = f"auto-product-on=1&auto-product-frequency={frequency}&auto-product-start_time={start}"
    shown = viewer.part(f"{DEMO}/auto/product?{chosen}").text
    assert f'Next run: <time datetime="{at}+00:00"' in shown
    assert "Next run:" not in viewer.part(f"{DEMO}/auto/product?{chosen}5x").text


def test_inventory_price_and_image_have_no_direction_to_choose(admin: Client, demo: StandIn) -> None:
    page = admin.get(SYNC).text
    assert 'name="direction-product"' in page
    for entity in ("inventory", "price", "image", "attribute"):
        assert f'name="direction-{entity}"' not in page


class Lists:
    """A system of which only the lists are asked."""

    role, label = "erp", "Acumatica"

    def __init__(self, choices: list[Choice]) -> None:
        self.choices = choices
        self.asked: list[str] = []

    def reference(self, name: str) -> list[Choice]:
        self.asked.append(name)
        return self.choices


@pytest.fixture
def lists(demo: StandIn) -> Lists:
    erp = Lists([Choice("SO", "Sales order"), Choice("CT", "Counter sale")])
    demo.systems = lambda connector_id: connectors.Systems(erp, erp)  # type: ignore[attr-defined, arg-type]
    return erp


def test_update_fetches_one_list_and_gives_its_field_back(admin: Client, lists: Lists) -> None:
    before = admin.get(SYNC).text
    assert "Not fetched from Acumatica yet." in before and 'id="update-order-type"' in before
    sent = fields(before) | {"order-type": "CT", "order-reference_prefix": "SHOP-"}
    part = admin.post(f"{SYNC}/update/order/type", data=sent, headers={"HX-Request": "true"})
    assert part.status_code == 200 and "<h1" not in part.text
    assert '<option value="SO">Sales order</option>' in part.text and 'value="CT"' in part.text
    assert lists.asked == ["order_type"], "no other list is asked for"
    whole = admin.post(f"{SYNC}/update/order/type", data=sent).text
    assert "<h1" in whole and 'value="SHOP-"' in whole, "what was typed elsewhere is kept without scripts too"
    assert connectors.get("DEMO").section("order")["type"] == "SO", "nothing is saved by it"


def test_a_value_that_has_vanished_is_kept_and_flagged(admin: Client, lists: Lists) -> None:
    admin.post(f"{SYNC}/update/order/type", data=fields(admin.get(SYNC).text))
    lists.choices = [Choice("CT", "Counter sale")]
    admin.post(f"{SYNC}/update/order/type", data=fields(admin.get(SYNC).text))
    page = admin.get(SYNC).text
    assert "Gone from Acumatica: SO. It is kept until you change it." in page
    assert connectors.get("DEMO").section("order")["type"] == "SO"


def test_several_are_ticked_and_others_typed(admin: Client, demo: StandIn) -> None:
    with db.write() as connection:
        for value in ("LOCAL", "WEB"):
            connection.execute(insert(ReferenceValue).values(connector_id="DEMO", list="customer_class", value=value))
    page = admin.get(SETUP).text
    assert 'type="checkbox" id="customer-classes-1" name="customer-classes" value="LOCAL"' in page
    sent: dict[str, Any] = fields(page)
    sent["customer-classes"] = ["WEB", "TYPED\r\nMORE"]
    admin.post(SETUP, data=sent)
    assert connectors.get("DEMO").section("customer")["classes"] == ["WEB", "TYPED", "MORE"]
    again = admin.get(SETUP).text
    assert 'value="WEB" checked' in again and "TYPED\nMORE" in again


@pytest.mark.parametrize(
    "path", ["update/order/moon", "update/moon/type", "update/order/tolerance", "update/queue/type"]
)
def test_what_has_no_list_cannot_be_updated(admin: Client, demo: StandIn, path: str) -> None:
    assert admin.post(f"{SYNC}/{path}").status_code == 404


def test_addresses_are_there_without_typing_and_edited_ones_are_marked(
    admin: Client, viewer: Client, demo: StandIn
) -> None:
    page = admin.get(ENDPOINTS).text
    assert "Default: " in page and "/V1/products/{sku}" in page and "Edited" not in page
    sent = fields(page) | {"store_endpoints-product_sync": "/V1/own/products"}
    assert admin.post(ENDPOINTS, data=sent).status_code == 303
    assert "Edited" in admin.get(ENDPOINTS).text
    assert settings.endpoints.overrides(connectors.get("DEMO").values) == {
        "erp": {},
        "store": {"product_sync": "/V1/own/products"},
    }
    assert "/V1/own/products" in viewer.get(ENDPOINTS).text
    admin.post(f"{DEMO}/endpoints/restore")
    assert settings.endpoints.overrides(connectors.get("DEMO").values) == {"erp": {}, "store": {}}


def test_a_feature_that_is_off_for_the_house_cannot_be_ticked(admin: Client, demo: StandIn) -> None:
    offer = admin.get("/connectors/all/features").text
    assert 'name="feature-pricing" value="1" checked' in offer
    ticks = {f"feature-{name}": "1" for name in settings.FEATURES if name != "pricing"}
    assert admin.post("/connectors/all/features", data=ticks | {"revision": "0"}).status_code == 303
    assert "Pricing off" in admin.get("/connectors/all/features").text
    page = admin.get(f"{DEMO}/settings/features").text
    assert "Switched off for the whole house." in page
    answer = admin.post(f"{DEMO}/settings/features", data=fields(page) | {"features-pricing": "y"})
    assert answer.status_code == 422 and "Pricing is switched off for the whole house." in answer.text
    stale = admin.post("/connectors/all/features", data={"revision": "0"})
    assert stale.status_code == 409 and house.get().features["inventory"]
    assert admin.post("/connectors/all/features", data={"revision": "x"}).status_code == 409


def test_a_store_view_has_its_own_value_until_it_takes_the_default(
    admin: Client, viewer: Client, demo: StandIn
) -> None:
    page = admin.get(f"{VIEWS}?view=de").text
    assert "Order type: use default" in page
    sent = fields(page) | {"order-type": "WO"}
    sent.pop("default-order-type")
    assert admin.post(VIEWS, data=sent).headers["Location"] == f"{VIEWS}?view=de"
    one = connectors.get("DEMO")
    assert (one.scoped("de", "order", "type"), one.scoped("en", "order", "type")) == ("WO", "SO")
    assert "WO" in viewer.get(f"{VIEWS}?view=de").text and 'value="WO"' in admin.get(VIEWS).text
    admin.post(VIEWS, data=fields(admin.get(VIEWS).text) | {"default-order-type": "y"})
    assert connectors.get("DEMO").scoped("de", "order", "type") == "SO"


def test_a_store_view_is_refused_with_what_was_typed(admin: Client, demo: StandIn) -> None:
    sent = fields(admin.get(f"{VIEWS}?view=de").text) | {"order-type": "x" * 5000}
    sent.pop("default-order-type")
    answer = admin.post(VIEWS, data=sent)
    assert answer.status_code == 422 and 'id="order-type-error"' in answer.text
    assert admin.post(VIEWS, data=sent | {"view": "a b"}).status_code == 422
    connectors.save("DEMO", {"queue": {"batch_count": 5}}, user="other", revision=1)
    assert admin.post(VIEWS, data=fields(admin.get(f"{VIEWS}?view=de").text) | {"revision": "1"}).status_code == 409
    assert not [name for name in connectors.get("DEMO").values if name.startswith("@")]


def test_logging_offers_no_store_view(app: Flask) -> None:
    scoped = {part.name for part in settings.OWN for setting in part.settings if setting.scoped}
    assert scoped and "log" not in scoped and "queue" not in scoped


def test_a_connector_is_copied_archived_and_restored(admin: Client, demo: StandIn) -> None:
    wrong = admin.post(f"{DEMO}/copy", data={"id": "demo", "name": "Kept"})
    assert (
        wrong.status_code == 422 and 'value="Kept"' in wrong.text and "There is a connector demo already." in wrong.text
    )
    made = admin.post(f"{DEMO}/copy", data={"id": "TWO", "name": "Second"})
    assert made.headers["Location"] == "/connectors/TWO/settings/connection"
    page = admin.get("/connectors/TWO").text
    assert "Acumatica connection lacks: Password" in page
    admin.post("/connectors/TWO/archive")
    assert "TWO" not in admin.get("/connectors").text and "TWO" in admin.get("/connectors/all/archived").text
    admin.post("/connectors/TWO/restore")
    assert "TWO" in admin.get("/connectors").text


def test_what_runs_is_not_archived(admin: Client, demo: StandIn) -> None:
    with db.write() as connection:
        connection.execute(update(Connector).values(state="active"))
    admin.post(f"{DEMO}/archive")
    assert "stop it before it is archived" in admin.get("/connectors").text
    assert [config.id for config in connectors.all()] == ["DEMO"]


def test_the_checklist_says_what_is_missing_and_leads_there(admin: Client, demo: StandIn) -> None:
    page = admin.get(DEMO).text
    assert "1 still to do before it can run." in page and f'href="{CONNECTION}#section-push"' in page
    assert "No push secret: changes are found by schedules only" in page
    with db.write() as connection:
        connection.execute(update(Connector).values(state="active"))
    page = admin.get(DEMO).text
    assert "Price: neither a schedule nor a push notification finds its changes" in page
    assert "Price: its processing schedule is off" in page
    with db.write() as connection:
        schedules.add_missing(connection, "DEMO", active=True)
    assert "neither a schedule" not in admin.get(DEMO).text


def test_an_import_shows_what_would_change_before_anything_is(
    admin: Client, demo: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DEMO_ERP_PASSWORD", "erp password")
    monkeypatch.setenv("DEMO_STORE_TOKEN", "store token")
    file = json.loads(admin.get(f"{DEMO}/export").text)
    assert "store token" not in json.dumps(file)
    one = file["connectors"][0]
    one["settings"]["queue"]["retry_count"] = 8
    one["settings"]["@de"] = {"order": {"type": "WO"}}
    one["schedules"] = [
        {"job": "poll", "entity": "price", "direction": "erp_to_store", "cron": "7 * * * *", "active": True}
    ]
    upload = {"file": (io.BytesIO(json.dumps(file).encode()), "c.json")}
    shown = admin.post("/connectors/all/import", data=upload, content_type="multipart/form-data").text
    assert "Retry count" in shown and "schedule poll price with 7 * * * *" in shown and "store view de" in shown
    assert connectors.get("DEMO").section("queue")["retry_count"] == 3 and schedules.of("DEMO") == []
    done = admin.post("/connectors/all/import", data={"text": json.dumps(file), "do": "1"})
    assert done.headers["Location"] == "/connectors"
    now = connectors.get("DEMO")
    assert (now.section("queue")["retry_count"], now.scoped("de", "order", "type")) == (8, "WO")
    assert [each.cron for each in schedules.of("DEMO")] == ["7 * * * *"]
    again = admin.post("/connectors/all/import", data={"text": json.dumps(file)}).text
    assert "Nothing: it is as in the file." in again


@pytest.mark.parametrize("text", ["", "{", "[]", '{"connectors": [{"id": "X", "schedules": 3}]}', "\x00", "<script>"])
def test_a_file_that_is_none_is_refused_with_its_text(admin: Client, demo: StandIn, text: str) -> None:
    answer = admin.post("/connectors/all/import", data={"text": text, "do": "1"})
    assert answer.status_code == 422 and "Nothing was imported." in answer.text
    assert "<script>" not in answer.text and [config.id for config in connectors.all()] == ["DEMO"]


@pytest.mark.parametrize("path", ["/connectors/all/features", "/connectors/all/import"])
def test_the_house_is_the_administrators(
    viewer: Client, operator: Client, admin: Client, demo: StandIn, path: str
) -> None:
    for browser in (viewer, operator):
        assert browser.get(path).status_code == 403 and browser.post(path).status_code == 403
    assert admin.post(path, forged=True).status_code == 400
    assert viewer.get("/connectors/all/export").status_code == viewer.get(f"{DEMO}/export").status_code == 403


def test_every_change_is_logged_with_old_and_new(admin: Client, demo: StandIn) -> None:
    admin.post(SYNC, data=fields(admin.get(SYNC).text) | {"order-reference_prefix": "A-"})
    assert "order.reference_prefix: Reference prefix from (none) to A-." in logged()


@pytest.mark.parametrize(
    "path",
    [
        *(f"{DEMO}/settings/{page}" for page in blocks.TITLES),
        f"{VIEWS}?view=de",
        f"{DEMO}/copy",
        "/connectors/all/features",
        "/connectors/all/import",
        "/connectors/all/archived",
    ],
)
def test_no_id_is_there_twice_and_nothing_is_inline(admin: Client, lists: Lists, path: str) -> None:
    for name in ("type", "warehouse"):
        admin.post(f"{SYNC}/update/order/{name}", data=fields(admin.get(SYNC).text))
    text = admin.get(path).text
    ids = re.findall(r'\sid="([^"]+)"', text)
    assert sorted(ids) == sorted(set(ids))
    assert len(re.findall(r"<h1[ >]", text)) == 1
    assert not re.search(r"<style|\sstyle=|\son[a-z]+=|<script>|hx-on|javascript:", text)
    names = set(ids)
    for labelled in re.findall(r'(?:for|aria-describedby|list)="([^"]+)"', text):
        assert set(labelled.split()) <= names, labelled


def test_what_the_store_cannot_take_is_said_beside_its_tick(admin: Client, demo: StandIn) -> None:
    assert "Magento Open Source has no attributes of customers" in admin.get(SYNC).text
