"""The overview in a real browser: it moves by itself, keeps the focus, and reads well in every look."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Visit, fits, no_findings
from tests.web import seed

pytestmark = pytest.mark.browser


def test_the_overview_is_sound_in_every_look(visit: Visit, look: dict[str, Any]) -> None:
    seed.busy_shop()
    page = visit("/", **look)
    expect(page.get_by_role("link", name="34 pending, Price")).to_be_visible()
    no_findings(page)
    fits(page)


def test_the_first_visit_is_sound_in_every_look(visit: Visit, look: dict[str, Any]) -> None:
    page = visit("/", **look)
    expect(page.get_by_role("link", name="New connector")).to_be_visible()
    no_findings(page)
    fits(page)


def test_a_new_message_is_counted_without_a_click_and_the_focus_stays(visit: Visit) -> None:
    seed.busy_shop()
    page = visit("/")
    link = page.get_by_role("link", name="34 pending, Price")
    link.focus()
    seed.message("fresh")
    expect(page.get_by_role("link", name="35 pending, Price")).to_be_focused(timeout=8_000)
    no_findings(page)


def test_it_says_when_the_server_is_away_and_when_it_is_back(visit: Visit) -> None:
    seed.busy_shop()
    page = visit("/")
    away = page.get_by_text("The server does not answer.")
    expect(away).to_be_hidden()
    page.context.set_offline(True)
    expect(away).to_be_visible(timeout=8_000)
    page.context.set_offline(False)
    expect(away).to_be_hidden(timeout=8_000)


def test_a_session_that_ended_takes_the_page_to_sign_in_and_back(visit: Visit) -> None:
    seed.busy_shop()
    page = visit("/")
    page.context.clear_cookies()
    page.wait_for_url("**/sign-in?next=/", timeout=8_000)


def test_a_count_leads_to_its_messages(visit: Visit) -> None:
    seed.busy_shop()
    page = visit("/")
    page.get_by_role("link", name="3 failed, Inventory").click()
    page.wait_for_url("**/messages?connector=DEMO&entity=inventory&direction=erp_to_store&status=failed")


def test_without_scripts_the_same_numbers_stand_there(visit: Visit) -> None:
    seed.busy_shop()
    page = visit("/", script=False)
    expect(page.get_by_role("link", name="34 pending, Price")).to_be_visible()
    expect(page.get_by_role("link", name="show it again")).to_be_visible()
