"""Manual Sync: the rows, their badges, Sync Now, Sync Status, the console and its Cancel."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from flask import Flask

from connector.db import db, utcnow
from connector.errors import Skip
from connector.queue.models import Run
from connector.records import ERP_TO_STORE
from connector.setup import auto
from connector.setup.models import ReferenceValue
from connector.setup.settings import ENTITIES
from tests import rows
from tests.web import seed
from tests.web.operating import Desk, desk, text_of
from tests.web.people import Client

ELEVEN = (
    "Tax Category", "Category", "Product Attribute", "Product", "Product Inventory and Price", "Product Image",
    "Customer Attribute", "Customer", "Order", "Product Configurator", "Failed Order",
)  # fmt: skip
EVERYTHING = {"entities": dict.fromkeys(ENTITIES, True), "failed_order": {"enabled": True}}


@pytest.fixture
def engine(app: Flask) -> Desk:
    seed.connector(settings=EVERYTHING)
    return desk(app)


def listed(client: Client, address: str = "/manual/DEMO") -> list[str]:
    table = re.findall(r"<tbody>(.*?)</tbody>", client.get(address).text, re.DOTALL)
    return [text_of(title) for title in re.findall(r'<th scope="row">(.*?)</th>', table[0])] if table else []


def row(client: Client, code: str) -> str:
    found = re.search(rf'<tr id="sync-{code}">(.*?)</tr>', client.get("/manual/DEMO?title=").text, re.DOTALL)
    assert found is not None
    return text_of(found[1])


def test_the_eleven_titles_are_there_in_their_order(engine: Desk, viewer: Client) -> None:
    assert (*listed(viewer), *listed(viewer, "/manual/DEMO?page=2"))[:11] == ELEVEN


def test_only_what_is_switched_on_has_a_row(app: Flask, viewer: Client) -> None:
    seed.connector(settings={"entities": {"product": True, "price": False, "inventory": False}})
    desk(app)
    assert listed(viewer) == ["Product"]


@pytest.mark.parametrize(
    ("status", "badge"),
    [("success", "SUCCESS"), ("error", "ERROR"), ("processing", "PROCESSING"), ("notice", "NOTICE"), ("", "NOT SYNC")],
)
def test_each_state_has_its_badge_in_words(engine: Desk, viewer: Client, status: str, badge: str) -> None:
    if status:
        rows.run(entity="product", status=status, finished_at=None if status == "processing" else utcnow())
    assert badge in row(viewer, "product")


def test_the_newest_run_of_all_records_counts_and_gives_the_date(engine: Desk, viewer: Client) -> None:
    day = utcnow() - timedelta(days=1)
    rows.run(entity="product", status="error", finished_at=day)
    rows.run(entity="product", status="success", finished_at=day + timedelta(hours=1))
    rows.run(entity="product", status="error", finished_at=utcnow(), scope="individual")
    text = row(viewer, "product")
    assert "SUCCESS" in text and f"{day + timedelta(hours=1):%Y-%m-%d %H:%M:%S}" in text


def test_price_and_inventory_are_one_row_that_says_the_worse(engine: Desk, viewer: Client) -> None:
    rows.run(entity="price", status="success", finished_at=utcnow())
    rows.run(entity="inventory", status="error", finished_at=utcnow())
    text = row(viewer, "stock_price")
    assert "ERROR" in text and "Sync Status inventory" in text and "Sync Status price" in text


def test_columns_can_be_filtered(engine: Desk, viewer: Client) -> None:
    rows.run(entity="order", direction="store_to_erp", status="success", finished_at=utcnow())
    assert listed(viewer, "/manual/DEMO?title=attri") == ["Product Attribute", "Customer Attribute"]
    assert listed(viewer, "/manual/DEMO?status=success") == ["Order"]
    assert listed(viewer, "/manual/DEMO?auto=yes") == []
    assert "No sync matches" in viewer.get("/manual/DEMO?auto=yes").text
    assert viewer.get("/manual/DEMO?status=odd").status_code == 422


def test_the_auto_cron_column_says_what_is_configured(engine: Desk, viewer: Client) -> None:
    """SCH-07."""
    auto.set_auto("DEMO", "product", ERP_TO_STORE, True, "06:30:00", "daily")
    assert "Yes 30 6 * * *" in row(viewer, "product") and "Yes" not in row(viewer, "category")
    auto.set_auto("DEMO", "product", ERP_TO_STORE, False)
    assert "Yes" not in row(viewer, "product")


def test_sync_now_starts_a_run_and_shows_its_console(engine: Desk, operator: Client) -> None:
    answer = operator.post("/manual/DEMO/product/sync")
    assert engine.swept == [("DEMO", "product", "erp_to_store", "")]
    console = operator.get(answer.headers["Location"]).text
    assert "is started" in console and 'id="cancel"' in console and "every 1s" in console


def test_both_directions_and_both_entities_of_a_row_go(engine: Desk, operator: Client) -> None:
    operator.post("/manual/DEMO/stock_price/sync")
    operator.post("/manual/DEMO/customer/sync")
    assert [each[1:3] for each in engine.swept] == [
        ("inventory", "erp_to_store"), ("price", "erp_to_store"), ("customer", "erp_to_store"),
        ("customer", "store_to_erp"),
    ]  # fmt: skip


def test_a_second_click_while_it_runs_is_refused_with_a_notice(engine: Desk, operator: Client) -> None:
    engine.busy = True
    assert "is running already" in operator.post("/manual/DEMO/product/sync", follow_redirects=True).text
    engine.busy, engine.trouble = False, Skip("the connector is paused.")
    assert "was not started: the connector is paused." in operator.post(
        "/manual/DEMO/product/sync", follow_redirects=True
    ).text  # fmt: skip


def test_a_store_view_goes_along(engine: Desk, operator: Client) -> None:
    with db.saving() as session:
        session.add(ReferenceValue(connector_id="DEMO", list="store_view", value="de", label="German"))
    assert 'value="de">German' in operator.get("/manual/DEMO").text
    operator.post("/manual/DEMO/order/sync", data={"view": "de"})
    assert engine.swept == [("DEMO", "order", "store_to_erp", "de")]
    assert operator.post("/manual/DEMO/order/sync", data={"view": "xx"}).status_code == 404


def test_sync_status_opens_the_log_of_that_entity(engine: Desk, viewer: Client) -> None:
    page = viewer.get("/manual/DEMO").text
    assert 'href="/log?connector=DEMO&amp;entity=product"' in page
    rows.attempt(entity="product", key="MUG")
    rows.attempt(entity="price", key="CUP")
    log = viewer.get("/log?connector=DEMO&entity=product").text
    assert "MUG" in log and "CUP" not in log


def test_cancel_asks_the_run_to_stop_once(engine: Desk, operator: Client) -> None:
    number = rows.run(entity="product", job="full", status="processing", created_at=utcnow(), started_at=utcnow())
    answer = operator.post(f"/manual/DEMO/runs/{number}/cancel", follow_redirects=True).text
    assert "stops after the work in hand" in answer and "Stopped by otto." in answer and 'id="cancel"' not in answer
    with db.read() as connection:
        assert connection.execute(Run.__table__.select()).one().cancelled_by == "otto"
    assert "over already" in operator.post(f"/manual/DEMO/runs/{number}/cancel", follow_redirects=True).text
    assert operator.post("/manual/DEMO/runs/99/cancel").status_code == 404


def test_the_lines_of_a_run_are_those_of_its_lane_whoever_worked(engine: Desk, viewer: Client) -> None:
    now = utcnow()
    number = rows.run(entity="product", job="full", status="processing", created_at=now, started_at=now)
    later = now + timedelta(seconds=1)
    for run_id, key, said in ((number, "MUG", "Product MUG created."), (None, "CUP", "Product CUP updated.")):
        rows.attempt(run_id=run_id, entity="product", key=key, summary=said, finished_at=later)
    rows.attempt(entity="product", key="OLD", finished_at=now - timedelta(minutes=5))
    page = text_of(viewer.get(f"/log/runs/{number}").text)
    assert "Created MUG" in page and "Updated CUP" in page and "OLD" not in page


def test_failed_orders_are_sent_again_only_while_their_sync_is_on(app: Flask, operator: Client) -> None:
    seed.connector(settings={"entities": {"order": True}})
    desk(app)
    assert operator.post("/manual/DEMO/failed_order/sync").status_code == 404
