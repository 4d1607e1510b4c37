"""A real browser on a real server: Debian's Chromium, the application on a free port of the loopback.

`visit` opens pages as a person, in a theme, a width, with or without scripts. Every page is watched: a
violation of the Content-Security-Policy or an exception in a script fails the test that caused it.
"""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright
from werkzeug.serving import make_server

from connector.db import db
from tests.web import people

CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or "/usr/bin/chromium"
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
WIDE, PHONE = 1440, 360
REPORT_VIOLATIONS = """
window.__violations = [];
document.addEventListener("securitypolicyviolation", (event) => {
  window.__violations.push(event.violatedDirective + " " + event.blockedURI + " " + (event.sample || ""));
});
"""


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    if not Path(CHROMIUM).exists():
        if os.environ.get("CI"):
            pytest.fail("CI must have Chromium")
        pytest.skip("Chromium is not installed (apt-get install chromium)")
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield started
        started.close()


@dataclass
class Site:
    """The running application and its people."""

    app: Flask
    url: str
    cookies: dict[str, str] = field(default_factory=dict)

    def cookie_of(self, name: str) -> str:
        """The session cookie of a person (see people.ROLES)."""
        if name not in self.cookies:
            client = people.client(self.app, name)
            cookie = client.get_cookie("connector_session")
            assert cookie is not None
            self.cookies[name] = cookie.value
        return self.cookies[name]


@pytest.fixture
def site(app: Flask) -> Iterator[Site]:
    """The application of this test."""
    with served(app) as site:
        yield site
    db.engine.dispose()


@contextmanager
def served(app: Flask) -> Iterator[Site]:
    """An application, served by threads as `make run` serves it."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield Site(app, f"http://127.0.0.1:{server.server_port}")
    server.shutdown()
    thread.join()
    server.server_close()


@dataclass
class Watch:
    """What no page may do."""

    contexts: list[BrowserContext] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    def page(self, page: Page) -> None:
        page.on("pageerror", lambda error: self.faults.append(f"script: {error}"))
        page.on("console", lambda line: self._console(line.text))
        page.add_init_script(REPORT_VIOLATIONS)

    def _console(self, text: str) -> None:
        if "Content Security Policy" in text or "Content-Security-Policy" in text:
            self.faults.append(text)


Visit = Callable[..., Page]


@pytest.fixture
def visit(browser: Browser, site: Site) -> Iterator[Visit]:
    """visit(path, who="olga", theme="light", width=WIDE, script=True) -> Page"""
    watch = Watch()

    def open_page(
        path: str, who: str = "olga", theme: str = "light", width: int = WIDE, script: bool = True, **more: Any
    ) -> Page:
        context = browser.new_context(
            base_url=site.url,
            viewport={"width": width, "height": 900},
            color_scheme=theme,  # type: ignore[arg-type]
            java_script_enabled=script,
            locale="en-GB",
            timezone_id="Europe/Amsterdam",
            reduced_motion="reduce",  # a colour half way through its transition has no contrast to judge
            **more,
        )
        context.set_default_timeout(10_000)
        watch.contexts.append(context)
        if who:
            context.add_cookies([{"name": "connector_session", "value": site.cookie_of(who), "url": site.url}])
        page = context.new_page()
        watch.page(page)
        page.goto(path)
        return page

    yield open_page
    for context in watch.contexts:
        context.close()
    assert not watch.faults, watch.faults


def no_findings(page: Page) -> None:
    """axe-core finds nothing on the page as it stands."""
    found = Axe().run(page).response["violations"]
    told = [f"{one['id']}: {one['help']}: {[node['html'][:160] for node in one['nodes']]}" for one in found]
    assert not told, "\n".join(told)


def fits(page: Page) -> None:
    """Nothing sticks out: the page itself never scrolls sideways."""
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide <= 0, f"the page is {wide} px too wide"


LOOKS = [("light", WIDE), ("dark", WIDE), ("light", PHONE), ("dark", PHONE)]


@pytest.fixture(params=LOOKS, ids=[f"{theme}-{width}" for theme, width in LOOKS])
def look(request: pytest.FixtureRequest) -> dict[str, Any]:
    """Each theme at each width: visit(path, **look)."""
    theme, width = request.param
    return {"theme": theme, "width": width}
