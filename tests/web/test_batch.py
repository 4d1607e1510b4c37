"""Batch Processes: parameters, the live list, Process, Process All, and saving it as a schedule."""

from __future__ import annotations

import re
from datetime import UTC, datetime, time
from decimal import Decimal

import pytest
from flask import Flask

from connector.db import micros, utcnow
from connector.errors import Refused, Retry
from connector.records import Product
from connector.setup import schedules
from connector.sync.picking import Pick, Picked, Row
from connector.systems.base import Change
from tests.web import seed
from tests.web.operating import Desk, desk, text_of
from tests.web.people import Client

AT = micros(datetime(2026, 5, 4, 12, tzinfo=UTC))
TEN = [
    "InventoryID", "Description", "Type", "Item Class", "Posting Class", "Tax Category", "Base Unit", "Default Price",
    "ItemStatus", "Last Modified On",
]  # fmt: skip


def product(key: str, name: str, price: str, at: int = AT) -> Row:
    shown = (("ItemType", "Finished Good"), ("PostingClass", "STOCK"), ("ItemStatus", "Active"))
    record = Product(key, at, name=name, price=Decimal(price), item_class="TOOLS", base_uom="EA", shown=shown)
    return Row(Change("product", key, version=at), record, "never")


@pytest.fixture
def engine(app: Flask) -> Desk:
    seed.connector()
    found = desk(app)
    found.shown = Picked([product("B1", "Bolt", "9.00"), product("A1", "Axe", "12.50", AT + 60_000_000)], "")
    return found


def titles(page: str) -> list[str]:
    return [text_of(cell) for cell in re.findall(r'<th scope="col"[^>]*>(.*?)</th>', page)]


def keys(page: str) -> list[str]:
    return re.findall(r'name="key" value="([^"]+)"', page)


def test_the_first_visit_reads_nothing_and_presets_today(engine: Desk, viewer: Client) -> None:
    page = viewer.get("/batch/DEMO/product").text
    assert engine.picks == [] and "press Show" in page
    assert page.count(f'value="{utcnow():%Y-%m-%d}"') >= 2


def test_the_ten_columns_of_products_are_there(engine: Desk, operator: Client) -> None:
    page = operator.get("/batch/DEMO/product?show=1&from_date=2026-05-01&to_date=2026-05-04").text
    assert titles(page)[1:11] == TEN
    assert "B1 Bolt Finished Good TOOLS STOCK EA 9 Active 2026-05-04 12:00:00 Not synced" in text_of(page)


@pytest.mark.parametrize("entity", ["product", "price", "inventory", "category", "customer", "order", "shipment"])
def test_every_entity_has_a_page_of_ten_columns(engine: Desk, viewer: Client, entity: str) -> None:
    engine.shown = Picked([Row(Change(entity, "K1"), None, "never")], "")
    page = viewer.get(f"/batch/DEMO/{entity}?show=1&from_date=&to_date=").text
    assert len(titles(page)) == 11 and titles(page)[-1] == "State" and "K1" in page
    assert viewer.get("/batch/DEMO/invoice").status_code == 404


def test_both_days_are_included_and_a_span_that_ends_before_it_begins_is_refused(engine: Desk, viewer: Client) -> None:
    viewer.get("/batch/DEMO/product?show=1&data=changed&from_date=2026-05-01&to_date=2026-05-04")
    first, last = datetime(2026, 5, 1, tzinfo=UTC), datetime.combine(datetime(2026, 5, 4), time.max, UTC)
    assert engine.picks == [("product", "erp_to_store", Pick("changed", first, last), "")]
    wrong = viewer.get("/batch/DEMO/product?show=1&from_date=2026-05-05&to_date=2026-05-04")
    assert (wrong.status_code, len(engine.picks)) == (422, 1)
    assert "before From Date" in wrong.text and 'value="2026-05-05"' in wrong.text


def test_an_empty_list_says_what_to_do(engine: Desk, viewer: Client) -> None:
    engine.shown = Picked([], "")
    assert "No records found. Try to modify the parameters above." in viewer.get("/batch/DEMO/product?show=1").text


@pytest.mark.parametrize("trouble", [Retry("Acumatica did not answer in time."), Refused("The password was refused.")])
def test_a_source_that_fails_is_a_sentence_on_the_page(engine: Desk, viewer: Client, trouble: Exception) -> None:
    engine.trouble = trouble
    answer = viewer.get("/batch/DEMO/product?show=1")
    assert answer.status_code == 200 and f"could not be read: {trouble}" in text_of(answer.text)


def test_a_title_sorts_the_page_both_ways(engine: Desk, operator: Client) -> None:
    address = "/batch/DEMO/product?show=1&from_date=&to_date="
    assert keys(operator.get(address).text) == ["B1", "A1"]
    assert keys(operator.get(address + "&sort=0").text) == ["A1", "B1"]
    assert keys(operator.get(address + "&sort=7").text) == ["B1", "A1"], "by price, as a number"
    assert keys(operator.get(address + "&sort=9&down=1").text) == ["A1", "B1"]
    assert 'aria-sort="descending"' in operator.get(address + "&sort=9&down=1").text


def test_process_takes_exactly_the_ticked_ones(engine: Desk, operator: Client) -> None:
    answer = operator.post(
        "/batch/DEMO/product/process", data={"key": ["A1", "C3", "A1"], "from_date": "", "to_date": ""}
    )
    assert engine.swept == [("DEMO", "product", "erp_to_store", ("A1", "C3"))]
    assert re.fullmatch(r"/log/runs/\d+", answer.headers["Location"])
    nothing = operator.post("/batch/DEMO/product/process", data={}, follow_redirects=True)
    assert "Tick records first" in nothing.text and len(engine.swept) == 1


def test_process_all_takes_the_filter_and_not_the_page(engine: Desk, operator: Client) -> None:
    operator.post("/batch/DEMO/product/all", data={"data": "never", "from_date": "", "to_date": "", "key": "A1"})
    assert engine.swept == [("DEMO", "product", "erp_to_store", Pick("never"))]
    engine.busy = True
    refused = operator.post("/batch/DEMO/product/all", data={"from_date": "", "to_date": ""}, follow_redirects=True)
    assert "is under way" in refused.text


def test_later_pages_are_asked_for_by_their_place(engine: Desk, viewer: Client) -> None:
    engine.shown = Picked(engine.shown.rows, "50@stock:X")
    page = viewer.get("/batch/DEMO/product?show=1&from_date=&to_date=").text
    following = re.search(r'rel="next" href="([^"]+)"', page)
    assert following is not None
    viewer.get(following[1].replace("&amp;", "&"))
    assert engine.picks[-1][3] == "50@stock:X"


def test_the_direction_can_be_chosen_where_there_are_two(engine: Desk, operator: Client) -> None:
    engine.shown = Picked([], "")
    page = operator.get("/batch/DEMO/customer?way=store_to_erp&show=1&from_date=&to_date=").text
    assert engine.picks[-1][1] == "store_to_erp" and 'aria-label="Direction"' in page
    operator.post("/batch/DEMO/customer/all", data={"way": "store_to_erp", "from_date": "", "to_date": ""})
    assert engine.swept[-1][2] == "store_to_erp"


def test_it_is_saved_as_a_schedule_with_the_same_filter_and_removed_again(engine: Desk, admin: Client) -> None:
    today = f"{utcnow():%Y-%m-%d}"
    fields = {"data": "changed", "from_date": today, "to_date": today}
    admin.post("/batch/DEMO/product/schedule", data={**fields, "cron": "0 3 * * *"})
    (saved,) = schedules.batches("DEMO", "product", "erp_to_store")
    assert (saved.cron, saved.active, saved.job) == ("0 3 * * *", True, "batch")
    assert saved.filter == '{"data": "changed", "since": 0, "until": 0}'
    page = admin.get("/batch/DEMO/product").text
    assert "Changed since the last sync, from the same day, to the same day" in page
    wrong = admin.post("/batch/DEMO/product/schedule", data={**fields, "cron": "soon"}, follow_redirects=True)
    assert "five fields" in wrong.text and 'value="soon"' in wrong.text
    admin.post(f"/batch/DEMO/product/schedule/{saved.id}/remove")
    assert schedules.batches("DEMO", "product", "erp_to_store") == []
    assert admin.post("/batch/DEMO/product/schedule/77/remove").status_code == 404
