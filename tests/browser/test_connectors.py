"""The pages of the connectors in a real browser: by mouse and keyboard, in every look, with and without scripts."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from connector.db import db
from connector.setup import activities, connectors, lifecycle, schedules
from connector.setup.lifecycle import Probe
from connector.sync import notifications
from connector.systems.base import Check, Push
from tests.browser.conftest import Site, Visit, fits, no_findings
from tests.web import seed
from tests.web.conftest import StandIn

pytestmark = pytest.mark.browser
DEMO = "/connectors/DEMO"
CONNECTION, SETUP, SYNC = (f"{DEMO}/settings/{page}" for page in ("connection", "setup", "sync"))


@pytest.fixture
def engine(site: Site) -> StandIn:
    """The application's engine is a stand-in: no test of a page calls a system."""
    site.app.extensions["engine"] = StandIn()
    seed.configured()
    return site.app.extensions["engine"]


def initialize(page: Page) -> None:
    page.get_by_role("button", name="Initialize DEMO").click()
    page.get_by_role("button", name="Yes, initialize").click()
    expect(page.get_by_role("status").first).to_contain_text("Demo shop is being initialized")
    page.get_by_role("link", name="DEMO", exact=True).click()


def test_the_page_of_a_connector_is_sound_in_every_look(visit: Visit, engine: StandIn, look: dict[str, Any]) -> None:
    page = visit(DEMO, **look)
    initialize(page)
    no_findings(page)
    fits(page)


@pytest.mark.parametrize("name", ["connection", "setup", "sync", "features", "endpoints", "logging"])
def test_its_settings_are_sound_in_every_look(visit: Visit, engine: StandIn, look: dict[str, Any], name: str) -> None:
    page = visit(f"{DEMO}/settings/{name}", **look)
    for summary in page.locator("details.more summary").all():
        summary.click()
    no_findings(page)
    fits(page)


@pytest.mark.parametrize("path", ["/connectors/new", DEMO + "/initialize", DEMO + "/activity", DEMO + "/schedules/1"])
def test_its_other_pages_are_sound_in_every_look(
    visit: Visit, engine: StandIn, look: dict[str, Any], path: str
) -> None:
    if "schedules" in path or "activity" in path:
        initialize(visit(DEMO))
    page = visit(path, **look)
    no_findings(page)
    fits(page)


def test_a_viewer_reads_it_in_every_look(visit: Visit, engine: StandIn, look: dict[str, Any]) -> None:
    page = visit(DEMO, who="vera", **look)
    expect(page.get_by_role("button", name="Save")).to_have_count(0)
    no_findings(page)
    fits(page)


@pytest.mark.parametrize("script", [True, False])
def test_a_connector_is_made_saved_and_corrected(visit: Visit, engine: StandIn, script: bool) -> None:
    page = visit("/connectors/new", script=script)
    field(page, "Connector ID").fill("SHOP2")
    field(page, "Acumatica URL").fill("https://erp.example")
    field(page, re.compile("^User name .required")).fill("admin")
    page.get_by_label("Password", exact=True).fill("pw")
    field(page, "Confirm password").fill("pw")
    field(page, "Store URL").fill("shop.example")
    token(page)
    page.get_by_role("button", name="Make the connector").click()
    wrong = field(page, "Store URL")
    expect(wrong).to_have_value("shop.example")
    expect(wrong).to_have_accessible_description(re.compile("must be a web address"))
    if script:
        expect(wrong).to_be_focused()
    wrong.fill("https://shop.example")
    page.get_by_label("Password", exact=True).fill("pw")
    field(page, "Confirm password").fill("pw")
    token(page)
    page.get_by_role("button", name="Make the connector").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("SHOP2")
    page.get_by_role("link", name="Setup parameters").first.click()
    field(page, "Threshold count").fill("10")
    page.get_by_role("button", name="Save").last.click()
    expect(page.get_by_role("status").first).to_contain_text("Threshold count from 25 to 10")


def field(page: Page, label: str | re.Pattern[str]) -> Locator:
    """The field itself: the help beside it is named after it, too."""
    return page.locator("input, select, textarea").and_(page.get_by_label(label))


def token(page: Page) -> None:
    page.locator("[name='store-token']").fill("tok")
    page.locator("[name='store-token-confirm']").fill("tok")


def test_enter_in_a_field_saves_and_does_not_test(visit: Visit, engine: StandIn) -> None:
    page = visit(SETUP)
    field(page, "Retry count").fill("4")
    field(page, "Retry count").press("Enter")
    expect(page.get_by_role("status").first).to_contain_text("Retry count from 3 to 4")
    assert engine.tested == []


def test_a_connection_is_tested_in_place_and_the_typed_values_stay(visit: Visit, engine: StandIn) -> None:
    engine.check = Check(ok=False, problem="401: not accepted.", help="Make a new token.")
    page = visit(CONNECTION)
    page.get_by_label("Access token", exact=True).fill("typed")
    field(page, "Confirm access token").fill("typed")
    test = page.get_by_role("button", name=re.compile("Test connection with Magento"))
    test.click()
    outcome = page.locator("#tested-store")
    expect(outcome).to_contain_text("No connection with Magento 2. 401: not accepted.")
    expect(page.get_by_label("Access token", exact=True)).to_have_value("typed")
    expect(test).to_be_focused()
    engine.check = Check(ok=True, facts=(("Edition", "Community"),))
    test.press("Enter")
    expect(outcome).to_contain_text("Magento 2 answers.")
    no_findings(page)
    assert connectors.get("DEMO").section("store")["token"] == "typed"
    field(page, "Tenant").fill("Other")
    page.get_by_role("button", name="Save").first.click()
    expect(page.get_by_role("status").first).to_contain_text("Tenant from Company to Other")


def test_what_cannot_be_tested_leads_to_its_field(app: Any, visit: Visit, site: Site) -> None:
    """With the real engine, which refuses before any request."""
    seed.configured()
    page = visit(CONNECTION)
    field(page, "Store URL").fill("nonsense")
    page.get_by_role("button", name=re.compile("Test connection with Magento")).click()
    page.get_by_role("link", name=re.compile("Store URL must be")).click()
    expect(field(page, "Store URL")).to_be_focused()


def test_a_connection_is_tested_without_scripts(visit: Visit, engine: StandIn) -> None:
    page = visit(CONNECTION, script=False)
    field(page, "Store URL").fill("https://other.example")
    field(page, "Tenant").fill("Other")
    page.get_by_role("button", name=re.compile("Test connection with Magento")).click()
    expect(page.locator("#tested-store")).to_contain_text("Magento 2 answers.")
    expect(field(page, "Tenant")).to_have_value("Other")
    assert connectors.get("DEMO").section("store")["url"] == "https://other.example"


def test_the_example_follows_the_numbers_as_they_are_typed(visit: Visit, engine: StandIn) -> None:
    for number in range(12):
        seed.message(f"K{number}")
    page = visit(SETUP)
    example = page.locator("#example")
    expect(example).to_contain_text("12 wait now, that is not more than 25: 12 requests")
    field(page, "Threshold count").fill("5")
    expect(example).to_contain_text("12 wait now, that is more than 5: 1 request, up to 25 in each")
    field(page, "Batch mode").uncheck()
    expect(example).to_contain_text("12 wait now, batch mode is off: 12 requests")
    field(page, "Threshold count").fill("-1")
    expect(example).to_contain_text("No example: Threshold count must be between")


def test_a_schedule_is_switched_in_its_row_by_keyboard(visit: Visit, engine: StandIn) -> None:
    page = visit(DEMO)
    initialize(page)
    first = schedules.of("DEMO")[0].id
    row = page.locator(f"#schedule-{first}")
    button = row.get_by_role("button")
    expect(row).to_contain_text("On")
    button.focus()
    button.press("Enter")
    expect(row).to_contain_text("Off")
    expect(row.get_by_role("button", name="Switch on window product")).to_be_focused()
    assert not schedules.get(first).active
    no_findings(page)


def test_the_life_cycle_is_walked_with_no_and_yes(visit: Visit, engine: StandIn) -> None:
    page = visit(DEMO)
    initialize(page)
    page.get_by_role("button", name="Deactivate DEMO").click()
    page.get_by_role("link", name="Cancel", exact=True).click()
    expect(page.locator("#life")).to_contain_text("Active: changes are collected and sent.")
    page.get_by_role("button", name="Deactivate DEMO").click()
    no_findings(page)
    ok = page.get_by_role("button", name="OK", exact=True)
    expect(ok).to_be_disabled()
    page.get_by_role("radio", name="Pause sync to Magento 2").focus()
    page.keyboard.press("ArrowDown")  # the keyboard chooses by moving
    expect(page.get_by_role("radio", name="Stop push notifications")).to_be_checked()
    expect(ok).to_be_enabled()
    page.keyboard.press("Enter")
    expect(page.locator("#life")).to_contain_text("Stopped:")
    page.get_by_role("button", name="Uninstall DEMO").click()
    no_findings(page)
    page.get_by_role("button", name="Yes, uninstall").click()
    expect(page.get_by_role("button", name="Uninstall DEMO")).to_be_disabled()
    assert connectors.get("DEMO").state == "new"


def test_initialization_is_watched_live(visit: Visit, engine: StandIn) -> None:
    lifecycle.begin("DEMO", [Probe("Message table", lambda: (True, "Ready.")), Probe("Store", lambda: (True, ""))])
    page = visit(DEMO + "/activity")
    expect(page.locator("#going")).to_be_visible()
    expect(page.get_by_role("row", name="Message table")).to_contain_text("Waiting")
    activities.settle("DEMO", "Message table", True, "Ready.")
    expect(page.get_by_role("row", name="Message table")).to_contain_text("Well")
    activities.settle("DEMO", "Store", False, "It does not answer.")
    expect(page.get_by_role("alert")).to_contain_text("Not initialized.")
    expect(page.locator("#going")).to_have_count(0)
    no_findings(page)


def test_without_scripts_the_dialog_says_that_a_choice_is_missing(visit: Visit, engine: StandIn) -> None:
    page = visit(DEMO, script=False)
    initialize(page)
    page.get_by_role("button", name="Deactivate DEMO").click()
    page.get_by_role("button", name="OK", exact=True).click()
    expect(page.get_by_role("alert")).to_have_text("Choose one of the two.")


def test_a_new_secret_can_be_copied(visit: Visit, engine: StandIn) -> None:
    page = visit(DEMO, permissions=["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name="New secret").click()
    no_findings(page)
    page.get_by_role("button", name="Copy the secret").click()
    expect(page.get_by_role("button", name="Copied the secret")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == connectors.get("DEMO").section("push")["secret"]
    page.get_by_role("link", name="I have copied it").click()
    expect(page.locator("#push-address")).to_contain_text("Stored encrypted and never shown.")


def test_an_error_of_the_server_is_a_notice_and_the_page_stays(visit: Visit, engine: StandIn) -> None:
    page = visit(DEMO)
    initialize(page)
    first = schedules.of("DEMO")[0].id
    page.locator(f"#schedule-{first} form input[name=csrf_token]").evaluate("e => e.value = 'x'")
    page.evaluate("document.body.removeAttribute('hx-headers')")
    page.locator(f"#switch-{first}").click()
    expect(page.locator("#notices")).to_contain_text("This form has expired.")
    expect(page.locator(f"#schedule-{first}")).to_be_visible()
    expect(page).to_have_title(re.compile("Demo shop"))


def test_the_guide_is_sound_in_every_look(visit: Visit, engine: StandIn, look: dict[str, Any]) -> None:
    page = visit(DEMO + "/guide", **look)
    expect(page.get_by_role("heading", level=1)).to_have_text("Set-up guide of Demo shop")
    no_findings(page)
    fits(page)


@pytest.mark.parametrize("path", ["/guide/package", "/clocks"])
def test_import_and_clocks_are_sound_in_every_look(
    visit: Visit, engine: StandIn, look: dict[str, Any], path: str
) -> None:
    engine.erp.ahead = 600
    page = visit(DEMO + path, **look)
    no_findings(page)
    fits(page)


def test_the_guide_prints_without_the_frame_and_its_buttons(visit: Visit, engine: StandIn) -> None:
    page = visit(DEMO + "/guide", permissions=["clipboard-read", "clipboard-write"])
    copying = page.get_by_role("button", name="Copy the name CC Prices")
    copying.click()
    assert page.evaluate("navigator.clipboard.readText()") == "CC Prices"
    page.emulate_media(media="print")
    buttons = copying, page.get_by_role("button", name="New secret")
    for gone in (*buttons, page.locator(".sidebar"), page.locator("#heard")):
        expect(gone).to_be_hidden()
    expect(page.locator("#gi-price-title")).to_be_visible()
    fits(page)


def test_the_first_notification_appears_while_the_guide_is_open(visit: Visit, engine: StandIn) -> None:
    page = visit(DEMO + "/guide")
    row = page.locator("#heard").get_by_role("row", name="Price")
    expect(row).to_contain_text("Listening for the first notification")
    with db.write() as connection:
        notifications.accept(connection, "DEMO", "acumatica", Push("id-1", "CC Prices", 1, ()), "{}", "accepted")
    expect(row).to_contain_text("Heard")


def test_a_drifting_clock_is_synchronized_by_keyboard(visit: Visit, engine: StandIn) -> None:
    engine.erp.ahead = 600
    page = visit(DEMO + "/clocks")
    page.get_by_role("button", name="Verify").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#verified")).to_contain_text("600 s ahead of")
    page.get_by_role("button", name="Sync Now").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("status").first).to_contain_text("The clocks are synchronized.")
    expect(page.get_by_role("button", name="Sync Now")).to_have_count(0)
