"""The operating pages in Chromium: by mouse, by keyboard, without scripts, in both themes and widths."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Page, expect
from sqlalchemy import func, select

from connector import events
from connector.db import db, utcnow
from connector.queue.models import Message, Run
from connector.queue.repairing import repair
from connector.records import Price, StoreProduct
from connector.sync.models import Binding, FieldChange, Notification
from tests import rows
from tests.browser.conftest import PHONE, WIDE, Visit, fits, no_findings
from tests.web import seed
from tests.web.operating import Desk, desk

pytestmark = pytest.mark.browser
URL_KEY = "magento.url_key_taken"


@pytest.fixture
def engine(app: Flask) -> Desk:
    """A shop in which something has happened on every page."""
    engine, now = desk(app), utcnow()
    seed.connector(settings={"product": {"individual_sync": True}})
    for number in range(60):
        rows.message(key=f"SHIRT-{number:03}", created_at=now, available_at=now)
    for number in range(4):
        rows.message(key=f"LAMP-{number}", entity="product", status="failed", attempts=3, code=URL_KEY,
                     reason="URL key for specified store already exists.", settled_at=now)  # fmt: skip
    rows.message(key="ODD", status="failed", code="bug.ValueError", reason="A fault.", settled_at=now)
    mug = rows.message(key="MUG", status="succeeded", merged=2, reason="Price MUG updated.", settled_at=now)
    rows.attempt(
        [rows.EXCHANGE, {**rows.EXCHANGE, "status": None, "error": "ReadTimeout"}], message_id=mug, error="x\ny"
    )
    run = rows.run(status="processing", total=60, created_at=now, started_at=now, mode="manual", user="otto")
    rows.attempt(run_id=run, key="SHIRT-000", message_id=1, finished_at=now)
    batch = rows.attempt([rows.EXCHANGE], kind="batch", key="", level="error", outcome="failed", summary="2 messages")
    rows.attempt(kind="child", parent_id=batch, message_id=65, key="ODD", outcome="failed", level="error")
    rows.run(status="error", finished_at=now, details="The store could not be reached.")
    events.record(
        "Configuration", "Threshold count from 25 to 10.", connector_id="DEMO", user="olga", details={"old": 25}
    )
    with db.saving() as session:
        session.add(
            FieldChange(
                connector_id="DEMO", entity="price", direction="erp_to_store", key="MUG", message_id=mug,
                kind="updated", fields='{"price": ["12.00", "12.50"]}',
            )
        )  # fmt: skip
        session.add(Notification(connector_id="DEMO", push_id="1", query="Mine", status="unknown", body='{"Id": "1"}'))
        session.add(Binding(connector_id="DEMO", entity="price", key="MUG", target_id="17", written_at=now))
    engine.source = Price("MUG", 1, price=Decimal("12.50"))
    engine.target = StoreProduct("MUG", target_id="17", price=Decimal("11"))
    return engine


PAGES = (
    "/messages", "/messages?status=broken", "/messages?text=nothing", "/messages/1", "/messages/65", "/messages/66",
    "/failed", "/failed/messages", "/failed?from_date=x", "/log", "/log?level=debug", "/log/attempts/3", "/log/runs",
    "/log/runs/1", "/log/events", "/notifications", "/notifications/1", "/processes/DEMO/price?run=1",
    "/processes/DEMO/inventory", "/records/DEMO/price/MUG", "/records/DEMO/product/NEW",
    f"/failed/causes/DEMO/product?cause={URL_KEY}", "/failed/orders", "/messages/65/edit", "/log/changes",
    "/search?q=MUG&all=1",
)  # fmt: skip


def status_counts() -> dict[str, int]:
    with db.read() as connection:
        return dict(connection.execute(select(Message.status, func.count()).group_by(Message.status)).tuples().all())


def test_every_page_is_accessible_and_fits(engine: Desk, visit: Visit, look: dict[str, Any]) -> None:
    full = (look["theme"], look["width"]) in (("light", WIDE), ("dark", PHONE))  # axe takes its time
    page = visit("/messages", "otto", **look)
    for path in PAGES:
        page.goto(path)
        if "/records/" in path:
            expect(page.get_by_role("heading", name="In the ERP")).to_be_visible()
        page.evaluate("document.querySelectorAll('details:not(.phone-menu)').forEach((more) => { more.open = true })")
        assert page.locator("h1").count() == 1, path
        if full:
            no_findings(page)
        fits(page)
        assert page.evaluate("window.__violations") == [], path


def test_a_cause_is_reprocessed_by_mouse(engine: Desk, visit: Visit) -> None:
    page = visit("/failed", "otto")
    card = page.locator("section.cause", has=page.get_by_role("heading", name="The URL key is taken"))
    card.get_by_role("button", name="Reprocess these").click()
    expect(page.get_by_role("heading", name="Reprocess 4 messages?")).to_be_visible()
    no_findings(page)
    page.get_by_label("Reason").fill("keys changed")
    page.get_by_label("One of each cause first").uncheck()
    page.get_by_role("button", name="Reprocess 4 messages").click()
    expect(page.get_by_role("status").first).to_contain_text("4 messages reprocessed.")
    expect(page.get_by_role("heading", name="The URL key is taken")).to_have_count(0)
    assert status_counts()["failed"] == 1


def test_the_confirmation_can_be_left(engine: Desk, visit: Visit) -> None:
    page = visit("/failed", "otto")
    page.locator("#reprocess-all").click()
    expect(page.get_by_role("heading", name="Reprocess 5 messages?")).to_be_visible()
    page.get_by_role("link", name="Cancel").click()
    expect(page.locator("#confirm-panel")).to_have_count(0)
    assert status_counts()["failed"] == 5


def test_selected_ones_are_skipped_by_keyboard(engine: Desk, visit: Visit) -> None:
    page = visit("/failed/messages", "otto")
    box = page.get_by_role("checkbox", name="LAMP-3")
    box.focus()
    page.keyboard.press("Space")
    page.locator("#skip-selected").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Skip 1 message?")).to_be_visible()
    expect(page.locator("#confirm-go")).to_be_focused()
    page.keyboard.press("Enter")  # without a reason
    expect(page.get_by_text("Say why, so that others know it later.")).to_be_visible()
    expect(page.get_by_label("Reason")).to_be_focused()
    page.keyboard.type("not sold any more")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status").first).to_contain_text("1 message skipped.")
    assert status_counts() == {"failed": 4, "pending": 60, "skipped": 1, "succeeded": 1}


def test_a_large_repair_goes_on_by_itself(engine: Desk, visit: Visit, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(repair, "CHUNK", 10)
    monkeypatch.setattr(repair.advance, "__kwdefaults__", {**(repair.advance.__kwdefaults__ or {}), "seconds": 0.0})
    rows.many(55, status="failed", code="many")
    page = visit("/failed", "otto")
    page.locator("#reprocess-all").click()
    page.get_by_label("One of each cause first").uncheck()
    page.locator("#confirm-go").click()
    expect(page.get_by_text("60 messages reprocessed by otto.")).to_be_visible()
    assert status_counts()["pending"] == 120


def test_messages_are_filtered_and_opened_by_keyboard(engine: Desk, visit: Visit) -> None:
    page = visit("/messages", "otto")
    page.get_by_label("Key", exact=True).focus()
    page.keyboard.type("MUG")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/messages\?.*key=MUG"))
    expect(page.locator("tbody tr")).to_have_count(1)
    expect(page.get_by_label("Key", exact=True)).to_be_focused()
    page.go_back()
    expect(page.locator("tbody tr")).to_have_count(50)
    page.go_forward()
    expect(page.locator("tbody tr")).to_have_count(1)
    page.locator("tbody th a").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Message 66")).to_be_visible()


def test_a_wrong_filter_keeps_the_list_and_says_what_is_wrong(engine: Desk, visit: Visit) -> None:
    page = visit("/log", "otto")
    page.get_by_label("From time (UTC)").fill("10:00:00")
    page.locator("#filter-go").click()
    expect(page.get_by_text("Choose the day as well.")).to_be_visible()
    expect(page.locator("#f-from_date")).to_be_focused()


def test_a_call_is_copied_as_curl(engine: Desk, visit: Visit) -> None:
    page = visit("/messages/66", "otto", permissions=["clipboard-read", "clipboard-write"])
    page.locator("details.call > summary").first.click()
    page.get_by_role("button", name="Copy").first.click()
    expect(page.get_by_role("button", name="Copied").first).to_be_visible()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied.startswith("curl -X PUT http://store.example/rest/V1/products/MUG -H 'Authorization: ***'")


def test_sync_now_swaps_its_own_block_and_the_rest_follows(engine: Desk, visit: Visit) -> None:
    page = visit("/records/DEMO/price/MUG", "otto")
    expect(page.get_by_role("heading", name="In the ERP")).to_be_visible()
    expect(page.locator("#history li")).to_have_count(3)
    page.evaluate("window.__same = true")
    page.get_by_role("button", name="Sync Now").click()
    expect(page.locator("#history li")).to_have_count(4)
    expect(page.get_by_role("button", name="Sync Now")).to_be_focused()
    page.wait_for_load_state("networkidle")
    assert page.evaluate("window.__same"), "the page was not loaded anew"
    assert engine.synced == [("DEMO", "price", "MUG", "otto")]
    assert len(engine.looked) == 2, "both sides were read again"


def test_process_messages_shows_progress_and_polling_ends(engine: Desk, visit: Visit) -> None:
    page = visit("/processes/DEMO/price", "otto")
    page.get_by_role("button", name="Process Messages").click()
    expect(page.get_by_role("heading", name="Processing")).to_be_visible()
    expect(page.get_by_text("0 of 4 (0 %)")).to_be_visible()
    page.get_by_role("checkbox").nth(2).check()
    picked = page.get_by_role("checkbox").nth(2).get_attribute("id")
    page.locator("#r-5").focus()
    with db.write() as connection:
        connection.execute(Run.__table__.update().where(Run.total == 4).values(done=2))
    expect(page.get_by_text("2 of 4 (50 %)")).to_be_visible()
    expect(page.locator(f"#{picked}")).to_be_checked()
    expect(page.locator("#r-5")).to_be_focused()
    with db.write() as connection:
        ended = {"done": 4, "succeeded": 4, "status": "success", "finished_at": utcnow()}
        connection.execute(Run.__table__.update().where(Run.total == 4).values(ended))
    expect(page.get_by_role("heading", name="Processed")).to_be_visible()
    assert page.locator("#work").get_attribute("hx-trigger") is None


def test_what_was_opened_stays_open_while_a_message_is_polled(engine: Desk, visit: Visit) -> None:
    number = rows.message(key="BUSY", status="running")
    rows.attempt([rows.EXCHANGE], message_id=number, outcome="retry")
    page = visit(f"/messages/{number}", "otto")
    page.locator("details.call > summary").click()
    with db.write() as connection:
        done = {"status": "succeeded", "settled_at": utcnow()}
        connection.execute(Message.__table__.update().where(Message.id == number).values(done))
    expect(page.locator("#message").get_by_text("Succeeded").first).to_be_visible()
    assert page.locator("details.call").get_attribute("open") is not None
    assert page.locator("#message").get_attribute("hx-trigger") is None


def test_times_are_shown_in_the_users_zone(engine: Desk, visit: Visit) -> None:
    number = rows.message(key="T", status="succeeded", created_at=rows.START)
    expect(visit(f"/messages/{number}", "vera").get_by_text("4 May 2026, 14:00:00").first).to_be_visible()
    plain = visit(f"/messages/{number}", "vera", script=False)
    expect(plain.get_by_text("2026-05-04 12:00:00 UTC").first).to_be_visible()


# --- without scripts ----------------------------------------------------------------------------------------------


def test_without_scripts_a_cause_is_reprocessed(engine: Desk, visit: Visit) -> None:
    page = visit("/failed", "otto", script=False)
    page.get_by_role("button", name=re.compile("Reprocess these.*The URL key is taken")).click()
    expect(page.get_by_role("heading", name="Reprocess 4 messages?")).to_be_visible()
    page.get_by_label("One of each cause first").uncheck()
    page.get_by_role("button", name="Reprocess 4 messages").click()
    expect(page.get_by_text("4 messages reprocessed.")).to_be_visible()


def test_without_scripts_a_repair_is_driven_by_its_button(
    engine: Desk, visit: Visit, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(repair, "CHUNK", 2)
    monkeypatch.setattr(repair.advance, "__kwdefaults__", {**(repair.advance.__kwdefaults__ or {}), "seconds": 0.0})
    page = visit("/failed/messages", "otto", script=False)
    for box in page.get_by_role("checkbox").all():
        box.check()
    page.get_by_role("button", name="Reprocess selected").click()
    page.get_by_label("One of each cause first").uncheck()
    page.get_by_role("button", name="Reprocess 5 messages").click()
    expect(page.get_by_text("2 of 5 (40 %)")).to_be_visible()
    page.get_by_role("button", name="Go on").click()
    page.get_by_role("button", name="Go on").click()
    expect(page.get_by_text("5 messages reprocessed by otto.")).to_be_visible()


def test_without_scripts_a_record_is_synced_and_read(engine: Desk, visit: Visit) -> None:
    page = visit("/records/DEMO/price/MUG", "otto", script=False)
    expect(page.get_by_role("heading", name="In the ERP")).to_have_count(0)
    page.get_by_role("link", name="Read both systems now").click()
    expect(page.get_by_role("heading", name="In the ERP")).to_be_visible()
    page.get_by_role("button", name="Sync Now").click()
    expect(page).to_have_url(re.compile(r"/records/DEMO/price/MUG$"))
    assert engine.synced == [("DEMO", "price", "MUG", "otto")]


def test_without_scripts_messages_are_processed_and_filtered(engine: Desk, visit: Visit) -> None:
    page = visit("/processes/DEMO/price", "otto", script=False)
    page.get_by_role("checkbox").first.check()
    page.get_by_role("button", name="Process selected").click()
    expect(page.get_by_text("1 message is processed now, ahead of the others.")).to_be_visible()
    page.get_by_role("button", name="Process Messages").click()
    expect(page.get_by_role("heading", name="Processing")).to_be_visible()
    page.goto("/messages")
    page.get_by_label("Status").select_option("failed")
    page.get_by_role("button", name="Filter").click()
    expect(page.locator("tbody tr")).to_have_count(5)


def test_without_scripts_a_wrong_filter_is_said(engine: Desk, visit: Visit) -> None:
    page = visit("/failed?to_time=10:00", "otto", script=False)
    expect(page.get_by_text("Choose the day as well.")).to_be_visible()


def test_a_wide_table_is_scrolled_by_keyboard(engine: Desk, visit: Visit) -> None:
    page = visit("/log", "vera", width=360)
    region = page.get_by_role("region", name="Connector log")
    region.focus()
    for _ in range(5):
        page.keyboard.press("ArrowRight")
    page.wait_for_function("document.querySelector('.scroll').scrollLeft > 0")


def walk(page: Page, limit: int = 80) -> list[str]:
    """The names of what Tab reaches, in order."""
    seen: list[str] = []
    for _ in range(limit):
        page.keyboard.press("Tab")
        seen.append(
            page.evaluate("(document.activeElement.innerText || document.activeElement.ariaLabel || '').trim()")
        )
    return seen


def test_every_control_of_the_failed_page_is_reached_by_tab(engine: Desk, visit: Visit) -> None:
    reached = walk(visit("/failed", "otto"))
    for name in ("One by one", "Filter", "Show", "Reprocess these", "Skip these", "Reprocess all failed messages"):
        assert any(name in text for text in reached), name
