"""Help on every page and for every field, without a script (PER-03)."""

from __future__ import annotations

import re
from html import unescape
from inspect import getsource

import pytest
from flask import Flask

from connector.setup import settings
from connector.web.frame import page_help
from tests.web import seed
from tests.web.people import Client
from tests.web.test_routes import routes

SUMMARY = '<details class="hint"><summary aria-label="Help: ([^"]+)">'
SILENT = ("api.", "assets.", "bootstrap.", "hooks.", "health.", "static")


def pages(app: Flask) -> list[str]:
    """Endpoints whose answer is a page in the frame."""
    views = {rule.endpoint: app.view_functions[rule.endpoint] for method, rule in routes(app) if method == "GET"}
    return [name for name, view in views.items() if not name.startswith(SILENT) and "render(" in getsource(view)]


def test_every_page_has_a_help_of_its_own_or_of_its_kind(app: Flask) -> None:
    without = [each for each in pages(app) if not {each, each.partition(".")[0]} & set(page_help.TEXTS)]
    assert without == []


def test_every_setting_has_a_help() -> None:
    without = [
        f"{section.name}.{setting.name}"
        for section in settings.sections("acumatica", "magento")
        for setting in section.settings
        if not setting.help
    ]
    assert without == []


@pytest.mark.parametrize("page", ["connection", "setup", "sync"])
def test_the_icon_beside_a_field_opens_its_help_without_a_script(admin: Client, page: str) -> None:
    seed.configured()
    text = admin.get(f"/connectors/DEMO/settings/{page}").text
    hints = re.findall(
        r'<details class="hint"><summary aria-label="Help: ([^"]+)">.*?<p class="form-text" id="([^"]+)-help">',
        text,
        re.S,
    )
    assert len(hints) > 20
    for label, field in hints:
        assert f'aria-describedby="{field}-help"' in text or f"{field}-help " in text, label


def test_the_help_menu_of_each_page_says_what_the_page_is_for(app: Flask, admin: Client) -> None:
    seed.configured()
    for endpoint, path in (("schedulers", "/schedulers"), ("clocks", "/connectors/DEMO/clocks"), ("people", "/people")):
        shown = re.search(r'id="page-help">([^<]+)<', admin.get(path).text)
        assert shown and unescape(shown[1]) == page_help.TEXTS[endpoint]
    assert page_help.USUAL in admin.get("/nothing-here").text


def test_who_may_enter_orders_of_which_type_is_advised(viewer: Client) -> None:
    """PER-02: the ERP decides it; the advice is documented."""
    text = unescape(viewer.get("/help").text)
    assert "Who may enter orders of which type is decided in the ERP" in text
