"""The pages of mapping, schema, lists and rules in a real browser: by keyboard, in every look, without scripts."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from connector.records import Product
from connector.setup import mappings, references, rules, schema
from connector.systems.base import Choice, Field
from tests.browser.conftest import PHONE, Site, Visit, fits, no_findings
from tests.web import seed
from tests.web.paper import Paired

pytestmark = pytest.mark.browser
DEMO = "/connectors/DEMO"
LONG = "A very long field name without any blank/" + "x" * 60


@pytest.fixture
def engine(site: Site) -> Paired:
    """Two systems in memory, a mapping with every remark, lists, a schema, a rule."""
    engine = Paired()
    site.app.extensions["engine"] = engine
    seed.configured()
    engine.erp.lists = {"warehouse": [Choice("MAIN", "Main warehouse"), Choice("EAST")]}
    engine.erp.known = {"product": [
        Field("Description", "Description", "General Settings", "Stock Item / General", preselected=True),
        Field(LONG, "Long one", "General Settings", custom=True), Field("Attributes/COLOR", "Colour", "Attributes"),
    ]}  # fmt: skip
    engine.erp.records["SOCKS"] = Product("SOCKS", raw=(("Description", "Fancy socks"),))
    references.load("DEMO", engine.erp)
    schema.refresh("DEMO", "erp", "product", engine.erp)
    rows = [{"store": "name", "erp": "Description"}, {"store": LONG, "erp": LONG, "active": False}]
    mappings.save("DEMO", "product", rows, "ann")
    given = {"name": "Hold", "conditions": {"field": "country", "op": "eq", "value": "DE"}, "actions": [{"do": "hold"}]}
    rules.save("DEMO", None, given, user="ann")
    return engine


PAGES = (
    "/mapping/product", "/mapping/product/edit?row=0&row=1", "/mapping/payment/edit", "/mapping/statuses",
    "/mapping/product/attributes", "/mapping/product/recommended", "/schema/customer", "/references", "/rules/1",
)  # fmt: skip


def test_every_page_is_sound_on_a_dark_phone(visit: Visit, engine: Paired) -> None:
    page = visit(DEMO + PAGES[0], theme="dark", width=PHONE)
    sound(page)
    for path in PAGES[1:]:
        page.goto(DEMO + path)
        sound(page)


def test_the_form_is_sound_in_the_light(visit: Visit, engine: Paired) -> None:
    sound(visit(DEMO + PAGES[1]))


def sound(page: Page) -> None:
    """Nothing to find with every part of the page opened, and nothing sticks out."""
    page.locator("details.more").evaluate_all("found => found.forEach(each => each.open = true)")
    no_findings(page)
    fits(page)


def test_a_mapping_is_made_tried_and_saved_by_keyboard_alone(visit: Visit, engine: Paired) -> None:
    page = visit(DEMO + "/mapping/category")
    press = page.keyboard.press
    page.locator("#map").focus()
    press("Enter")
    page.locator("#r0-store").focus()
    page.keyboard.type("name")
    press("Tab")
    page.keyboard.type("Description")
    press("Tab")
    press("ArrowDown")
    page.locator("#more").focus()
    press("Enter")
    expect(page.locator("#r0-store")).to_have_value("name")
    expect(page.locator("#r0-direction")).to_have_value("store_to_erp")
    page.locator("#save").focus()
    press("Enter")
    expect(page.get_by_role("status").first).to_contain_text("name added")
    expect(page.get_by_role("row", name="name Description")).to_be_visible()


def test_a_broken_template_is_said_at_its_field_and_the_tester_shows_a_good_one(visit: Visit, engine: Paired) -> None:
    page = visit(DEMO + "/mapping/product/edit?row=0")
    page.locator("details.more > summary").first.click()
    page.get_by_label("Send").select_option("template")
    page.get_by_label("Constant, format or template").fill("{{ value|uper }}")
    page.locator("#save").click()
    wrong = page.get_by_label("Constant, format or template")
    expect(wrong).to_have_value("{{ value|uper }}")
    expect(wrong).to_have_attribute("aria-invalid", "true")
    wrong.fill("{{ value|upper }}")
    page.get_by_label("Record key").fill("SOCKS")
    page.locator("#try").click()
    expect(page.locator("#tester")).to_contain_text("FANCY SOCKS")
    expect(page.get_by_label("Constant, format or template")).to_have_value("{{ value|upper }}")
