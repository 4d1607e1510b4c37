"""The pages of work by hand in Chromium: both themes and widths, by keyboard, without scripts."""

from __future__ import annotations

from decimal import Decimal

import pytest
from flask import Flask
from playwright.sync_api import expect

from connector.db import micros, utcnow
from connector.errors import REHEARSAL
from connector.records import Product
from connector.setup import schedules
from connector.setup.settings import ENTITIES
from connector.sync.picking import Picked, Row
from connector.sync.preview import Line, Preview
from connector.systems.base import Change
from tests import rows
from tests.browser.conftest import PHONE, WIDE, Visit, fits, no_findings
from tests.web import seed
from tests.web.operating import Desk, desk

pytestmark = pytest.mark.browser
LIST = "/batch/DEMO/product?show=1&from_date=&to_date="
PAGES = (
    "/manual/DEMO", LIST, "/connectors/DEMO/rehearsal", "/records/DEMO/product/AXE?preview=1", "/log/runs/1",
)  # fmt: skip


@pytest.fixture
def engine(app: Flask) -> Desk:
    now = utcnow()
    on = {"entities": dict.fromkeys(ENTITIES, True), "product": {"individual_sync": True}, "rehearsal": {"on": True}}
    seed.connector(settings=on)
    found = desk(app)
    run = rows.run(entity="product", job="full", status="processing", total=40, done=12, created_at=now, started_at=now)
    rows.attempt(run_id=run, entity="product", key="AXE", message_id=1, summary="Product AXE created.", finished_at=now)
    reason = "Rehearsal: nothing was sent. Product AXE: it would be updated."
    rows.message(entity="product", key="AXE", status="skipped", code=REHEARSAL, reason=reason, settled_at=now)
    records = [Product(f"AXE-{n}", micros(now), name=f"Axe {n}", price=Decimal(n)) for n in range(8)]
    found.shown = Picked([Row(Change("product", one.key, version=one.version), one, "newer") for one in records], "8@x")
    found.previewed = Preview(
        "Product AXE: it would be updated.", None, (Line("name", "Old", "New", True, "The item's description."),),
        ("a note",), [rows.EXCHANGE],
    )  # fmt: skip
    schedules.add_batch("DEMO", "product", "erp_to_store", cron="0 3 * * *", description="Net", filter="{}", user="ann")
    return found


@pytest.mark.parametrize(("width", "theme"), [(WIDE, "light"), (PHONE, "dark")])
def test_the_pages_have_no_findings_and_fit(engine: Desk, visit: Visit, width: int, theme: str) -> None:
    page = visit(PAGES[0], who="olga", width=width, theme=theme)
    for address in PAGES:
        page.goto(address)
        page.evaluate("document.querySelectorAll('details:not(.phone-menu)').forEach((more) => { more.open = true })")
        no_findings(page)
        fits(page)


def test_records_are_ticked_and_processed_by_keyboard(engine: Desk, visit: Visit) -> None:
    page = visit(LIST, who="otto")
    page.focus("#pick-2")
    page.keyboard.press("Space")
    page.focus("#process")
    page.keyboard.press("Enter")
    expect(page.locator("#notices")).to_contain_text("1 record: the run is started.")
    assert engine.swept == [("DEMO", "product", "erp_to_store", ("AXE-1",))]


def test_without_scripts_the_list_is_read_sorted_and_a_sync_started(engine: Desk, visit: Visit) -> None:
    page = visit("/batch/DEMO/product", who="otto", script=False)
    page.click("#filter-go")
    page.click("#sort-0")
    page.click("#sort-0")
    assert page.locator("tbody input").first.get_attribute("value") == "AXE-7"
    page.goto("/manual/DEMO")
    page.click("#now-product")
    expect(page.locator("h1")).to_contain_text("Run")
    page.click("#cancel")
    expect(page.locator("main")).to_contain_text("Stopped by otto.")
