"""The frame in a real browser: sign-in, menu, theme, keyboard, scripts off, and no finding of axe anywhere."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import expect

from connector.setup import users
from connector.setup.models import OPERATOR
from tests.browser.conftest import PHONE, Site, Visit, fits, no_findings
from tests.web import seed

pytestmark = pytest.mark.browser
PASSWORD = "four words in a row"


def test_a_person_signs_in_by_keyboard_and_lands_where_he_wanted(app: Flask, visit: Visit) -> None:
    users.create("frida", PASSWORD, OPERATOR)
    page = visit("/help?from=here", who="")
    assert "/sign-in?next=" in page.url
    expect(page.get_by_label("Name")).to_be_focused()
    page.keyboard.type("frida")
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Help")
    assert page.url.endswith("/help?from=here")


def test_a_wrong_password_is_said_and_the_name_is_kept(visit: Visit, look: dict[str, Any]) -> None:
    page = visit("/sign-in", who="", **look)
    page.get_by_label("Name").fill("nobody")
    page.get_by_label("Password").fill("nothing at all")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("alert")).to_contain_text("The name or the password is wrong.")
    expect(page.get_by_label("Name")).to_have_value("nobody")
    no_findings(page)
    fits(page)


def test_an_empty_field_gets_the_focus_and_its_error(visit: Visit) -> None:
    page = visit("/sign-in", who="")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_label("Name")).to_be_focused()
    expect(page.get_by_label("Name")).to_have_accessible_description("Type your name.")


@pytest.mark.parametrize("path", ["/account", "/help", "/nothing-here", "/connectors"])
def test_pages_are_sound_in_every_look(visit: Visit, look: dict[str, Any], path: str) -> None:
    seed.busy_shop()
    page = visit(path, **look)
    no_findings(page)
    fits(page)


def test_the_theme_follows_the_system_without_a_script(visit: Visit) -> None:
    grounds = [
        visit("/sign-in", who="", theme=theme, script=False).locator("body").evaluate("e => getComputedStyle(e).color")
        for theme in ("light", "dark")
    ]
    assert grounds[0] != grounds[1]


def test_a_chosen_theme_stays(visit: Visit) -> None:
    page = visit("/help")
    button = page.get_by_role("button", name="Theme: auto")
    button.click()
    button = page.get_by_role("button", name="Theme: light")
    button.click()
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")
    page.reload()
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")
    no_findings(page)
    page.get_by_role("button", name="Theme: dark").click()
    assert page.locator("html").get_attribute("data-bs-theme") is None


def test_the_first_tab_skips_to_the_content(visit: Visit) -> None:
    page = visit("/help")
    page.keyboard.press("Tab")
    skip = page.get_by_role("link", name="Skip to content")
    expect(skip).to_be_focused()
    box = skip.bounding_box()
    assert box and box["y"] >= 0, "it is seen when it has the focus"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"


def test_focus_is_always_seen(visit: Visit) -> None:
    """Every stop of the Tab key is outlined."""
    seed.busy_shop()
    page = visit("/connectors")
    for _ in range(20):
        page.keyboard.press("Tab")
        width = page.evaluate("getComputedStyle(document.activeElement).outlineWidth")
        assert float(width.removesuffix("px")) >= 2, page.evaluate("document.activeElement.outerHTML.slice(0, 200)")


@pytest.mark.parametrize("script", [True, False])
def test_on_a_phone_the_menu_unfolds_even_without_scripts(visit: Visit, script: bool) -> None:
    page = visit("/help", width=PHONE, script=script)
    link = page.get_by_role("link", name="Failed Messages", exact=True)
    expect(link).to_be_hidden()
    page.get_by_text("Menu").click()
    link.click()
    page.wait_for_url("**/failed")


def test_signing_out_is_said_and_the_back_button_shows_nothing(visit: Visit) -> None:
    seed.connector()
    page = visit("/connectors/DEMO")
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("status").first).to_contain_text("You are signed out.")
    page.go_back()
    expect(page.get_by_role("heading", level=1)).to_have_text("Sign in")


def test_times_are_shown_in_the_zone_of_the_reader(site: Site, visit: Visit) -> None:
    seed.busy_shop()
    page = visit("/")
    time = page.locator("time").first
    expect(time).to_have_attribute("title", time.get_attribute("title") or "")
    shown = time.evaluate("e => [e.dateTime, e.title]")
    hour = page.evaluate("(text) => String(new Date(text).getHours()).padStart(2, '0')", shown[0])
    assert f"{hour}:" in shown[1]


def test_a_language_is_chosen_on_the_account_page(visit: Visit) -> None:
    seed.busy_shop()
    page = visit("/account", "vera")
    page.get_by_label("Language of the pages").select_option("de")
    page.get_by_role("button", name="Use this language").press("Enter")
    expect(page.get_by_role("heading", name="Konto", exact=True)).to_be_visible()
    page.get_by_role("link", name="Nachrichten", exact=True).first.click()
    expect(page.locator("html")).to_have_attribute("lang", "de")
    expect(page.get_by_role("heading", level=1)).to_have_text("Nachrichten")
    no_findings(page)
    for path, width in (("/failed", PHONE), ("/log", PHONE), ("/", PHONE), ("/", 1024)):  # German words are long
        narrow = visit(path, "vera", width=width, script=False)
        fits(narrow)
        expect(narrow.locator("html")).to_have_attribute("lang", "de")
