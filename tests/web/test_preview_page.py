"""The preview of a record, and Sync Now in the direction that the page is about (MAN-15..18)."""

from __future__ import annotations

import pytest
from flask import Flask

from connector.errors import Invalid, Retry, Skip
from connector.sync.preview import Line, Preview
from tests import rows
from tests.web import seed
from tests.web.operating import Desk, desk, text_of
from tests.web.people import Client

ON = {name: {"individual_sync": True} for name in ("product", "category", "customer", "order")}
BOTH = {**ON, "direction": {"customer": "both", "category": "erp_to_store", "order": "store_to_erp"}}
REQUEST = {"method": "PUT", "url": "http://store.example/products/MUG", "body": {"name": "Mug"}, "held": True,
           "error": "held back, not sent", "headers": {"Authorization": "***"}}  # fmt: skip


@pytest.fixture
def engine(app: Flask) -> Desk:
    seed.connector(settings=BOTH)
    return desk(app)


@pytest.mark.parametrize(
    ("entity", "way"),
    [("product", "erp_to_store"), ("category", "erp_to_store"), ("order", "store_to_erp"),
     ("shipment", "erp_to_store"), ("customer", "erp_to_store")],
)  # fmt: skip
def test_sync_now_is_on_every_record_while_individual_sync_is_on(
    engine: Desk, operator: Client, entity: str, way: str
) -> None:
    assert 'id="sync-now"' in operator.get(f"/records/DEMO/{entity}/K1").text
    operator.post(f"/records/DEMO/{entity}/K1/sync")
    assert (engine.synced, engine.ways) == ([("DEMO", entity, "K1", "otto")], [way])


@pytest.mark.parametrize("entity", ["product", "category", "customer", "order"])
def test_without_individual_sync_there_is_neither_button_nor_preview(
    app: Flask, operator: Client, entity: str
) -> None:  # fmt: skip
    seed.connector(settings={name: {"individual_sync": name != entity} for name in ON})
    engine = desk(app)
    page = operator.get(f"/records/DEMO/{entity}/K1").text
    assert 'id="sync-now"' not in page and 'id="preview"' not in page
    assert operator.post(f"/records/DEMO/{entity}/K1/sync").status_code == 403
    assert 'id="sync-now"' not in operator.get(f"/records/DEMO/{entity}/K1?preview=1").text
    assert engine.synced == []


def test_the_preview_shows_each_field_beside_what_there_is_and_why(engine: Desk, operator: Client) -> None:
    lines = (
        Line("name", "Cup", "Mug", True, "The item's description."),
        Line("sku", "MUG", "MUG", False, "The item's Inventory ID."),
        Line("store_id", None, "0", True, "The store settings."),
    )
    engine.previewed = Preview("Product MUG: it would be updated.", None, lines, ("a note",), [REQUEST])
    page = operator.get("/records/DEMO/product/MUG?preview=1").text
    text = text_of(page)
    assert "2 of 3 fields differ." in text
    assert "name Cup Mug changed The item's description." in text
    assert "sku MUG MUG same" in text and "store_id not told 0 unknown" in text
    assert "a note" in text and "PUT http://store.example/products/MUG" in text and "held back, not sent" in text
    assert 'id="sync-now"' in page and engine.synced == []


def test_a_viewer_sees_the_preview_and_cannot_send(engine: Desk, viewer: Client) -> None:
    page = viewer.get("/records/DEMO/product/MUG?preview=1")
    assert page.status_code == 200 and 'id="sync-now"' not in page.text


@pytest.mark.parametrize(
    ("trouble", "said"),
    [
        (Retry("Magento cannot be reached."), "There is no preview: Magento cannot be reached."),
        (Invalid({"url": "Store URL is required."}), "settings are not complete"),
        (KeyError("DEMO"), "not there any more"),
    ],
)
def test_what_keeps_us_from_looking_is_a_sentence(engine: Desk, viewer: Client, trouble: Exception, said: str) -> None:
    engine.trouble = trouble
    answer = viewer.get("/records/DEMO/product/MUG?preview=1")
    assert answer.status_code == 200 and said in text_of(answer.text)


def test_what_would_not_be_written_says_so(engine: Desk, viewer: Client) -> None:
    engine.previewed = Preview("Skipped.", Skip("It is not for sale."))
    assert "Nothing would be written: It is not for sale." in viewer.get("/records/DEMO/product/MUG?preview=1").text


def test_a_customer_that_travels_both_ways_is_looked_at_in_the_way_of_its_message(
    engine: Desk, operator: Client
) -> None:
    rows.message(entity="customer", key="31", direction="store_to_erp", status="succeeded")
    page = operator.get("/records/DEMO/customer/31").text
    assert 'name="way" value="store_to_erp"' in page and 'aria-label="Direction"' in page
    operator.post("/records/DEMO/customer/31/sync", data={"way": "store_to_erp"})
    operator.get("/records/DEMO/customer/31?preview=1&way=erp_to_store")
    assert engine.ways == ["store_to_erp", "erp_to_store"]


def test_the_other_queue_of_an_entity_has_its_own_process_page(engine: Desk, operator: Client) -> None:
    rows.message(entity="customer", key="31", direction="store_to_erp")
    assert "/records/DEMO/customer/31" not in operator.get("/processes/DEMO/customer").text
    page = operator.get("/processes/DEMO/customer?way=store_to_erp").text
    assert "/records/DEMO/customer/31" in page
    operator.post("/processes/DEMO/customer/process", data={"way": "store_to_erp"})
    assert engine.ways == ["store_to_erp"]
    assert operator.get("/processes/DEMO/price?way=store_to_erp").status_code == 404
