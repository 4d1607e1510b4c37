"""Pictures of every page into docs/screens: a house of its own, lived in for a minute, and Chromium.

    python -m scripts.screens [--chromium /usr/bin/chromium] [--only overview,failed]

It needs what the tests need (requirements-dev.txt, Chromium) and takes about three minutes. Nothing of it is kept
but the pictures and docs/screens/README.md; a page that has none is noticed by tests/test_screens.py.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from playwright.sync_api import Browser, Page, sync_playwright

from connector.sandbox.process import free_base

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "docs" / "screens"
DEMO = "/connectors/DEMO"
WIDTH, HEIGHT, TALLEST, QUALITY = 1280, 800, 1_600, 50
PASSWORD = "pictures of every page"


class Screen(NamedTuple):
    """One picture. `follow` is a link on the page at `path` that leads to it; `looks` are further pictures."""

    endpoint: str
    title: str
    path: str
    follow: str = ""
    looks: tuple[str, ...] = ()  # dark, phone


SCREENS = (
    Screen("auth.sign_in", "Sign-in", "/sign-in"),
    Screen("overview.page", "Overview", "/", looks=("dark", "phone")),
    Screen("connectors.index", "Connectors", "/connectors"),
    Screen("connectors.new", "New connector", "/connectors/new"),
    Screen("connectors.page", "A connector", DEMO, looks=("phone",)),
    Screen("connectors.settings_page", "Connection", f"{DEMO}/settings/connection"),
    Screen("connectors.settings_page-setup", "Setup parameters", f"{DEMO}/settings/setup"),
    Screen("connectors.settings_page-sync", "Sync configuration", f"{DEMO}/settings/sync"),
    Screen("connectors.settings_page-features", "Features", f"{DEMO}/settings/features"),
    Screen("connectors.settings_page-endpoints", "Endpoint URLs", f"{DEMO}/settings/endpoints"),
    Screen("connectors.settings_page-logging", "Logging", f"{DEMO}/settings/logging"),
    Screen("connectors.settings_page-watching", "Brake and alerts", f"{DEMO}/settings/watching"),
    Screen("connectors.views", "Store views", f"{DEMO}/views"),
    Screen("connectors.activity", "Live activity", f"{DEMO}/activity"),
    Screen("connectors.confirm", "Confirm a step of the lifecycle", f"{DEMO}/confirm/deactivate"),
    Screen("connectors.copy", "Copy a connector", f"{DEMO}/copy"),
    Screen("connectors.import_file", "Import a connector", "/connectors/all/import"),
    Screen("connectors.archived", "Archive of connectors", "/connectors/all/archived"),
    Screen("connectors.offer", "Features of the whole house", "/connectors/all/features"),
    Screen("connectors.schedule", "A schedule", DEMO, follow=f"main a[href*='{DEMO}/schedules/']"),
    Screen("guide.page", "Set-up guide", f"{DEMO}/guide"),
    Screen("guide.package_page", "Import of the inquiry package", f"{DEMO}/guide/package"),
    Screen("clocks.page", "Clocks", f"{DEMO}/clocks"),
    Screen("mapping.index", "Mapping", f"{DEMO}/mapping"),
    Screen("mapping.page", "Field mapping", f"{DEMO}/mapping/product"),
    Screen("mapping.edit_rows", "Change rows of a mapping", f"{DEMO}/mapping/product/edit"),
    Screen("mapping.confirm_recommended", "Recommended rows", f"{DEMO}/mapping/product/recommended"),
    Screen("mapping.confirm_update", "Update of the lists", f"{DEMO}/mapping/payment/update"),
    Screen("mapping.new_attributes", "New attributes", f"{DEMO}/mapping/product/attributes"),
    Screen("mapping.order_statuses", "Order statuses", f"{DEMO}/mapping/statuses"),
    Screen("references.page", "Reference data", f"{DEMO}/references"),
    Screen("references.values", "One list", f"{DEMO}/references", follow="main a[href*='/references/']"),
    Screen("schema.page", "Schema", f"{DEMO}/schema"),
    Screen("rules.page", "Sync rules", f"{DEMO}/rules"),
    Screen("rules.new", "New sync rule", f"{DEMO}/rules/new"),
    Screen("manual.page", "Manual Sync", "/manual/DEMO", looks=("phone",)),
    Screen("processes.page", "Real-Time Processes", "/processes/DEMO/product"),
    Screen("batch.page", "Batch Processes", "/batch/DEMO/product"),
    Screen("records.page", "A product", "/messages?entity=product&status=succeeded",
           follow="table a[href*='/records/DEMO/product/']",
           looks=("dark", "phone")),
    Screen("rehearsals.page", "Rehearsal", f"{DEMO}/rehearsal"),
    Screen("messages.page", "Messages", "/messages"),
    Screen("messages.detail", "A message", "/messages?status=succeeded", follow="main table a[href*='/messages/']"),
    Screen("editing.page", "Edit and retry", "/failed/messages", follow="edit"),
    Screen("failed.page", "Failed messages by cause", "/failed", looks=("dark", "phone")),
    Screen("failed.cause", "A cause", "/failed", follow="main a[href*='/failed/causes/']"),
    Screen("failed.messages", "Failed messages one by one", "/failed/messages"),
    Screen("failed.orders", "Order Sync Failure", "/failed/orders"),
    Screen("search.page", "Search", "/search?q=100"),
    Screen("log.attempts", "Sync log", "/log"),
    Screen("log.entry", "An attempt", "/log", follow="main a[href*='/log/attempts/']"),
    Screen("log.runs", "Runs", "/log/runs"),
    Screen("log.run", "A run", "/log/runs", follow="main a[href*='/log/runs/']"),
    Screen("log.events", "Events", "/log/events"),
    Screen("changelog.page", "Changes by field", "/log/changes"),
    Screen("clearing.page", "Clean up", "/log/clear"),
    Screen("views.page", "Saved views", "/views"),
    Screen("notifications.page", "Push notifications", "/notifications"),
    Screen("notifications.detail", "A push notification", "/notifications", follow="main a[href*='/notifications/']"),
    Screen("schedulers.page", "Schedulers", "/schedulers"),
    Screen("vitals.page", "Health", "/health"),
    Screen("figures.page", "Figures", f"{DEMO}/figures", looks=("dark",)),
    Screen("drift.page", "Reconciliation", f"{DEMO}/drift"),
    Screen("drift.comparison", "A comparison", f"{DEMO}/drift", follow=f"main a[href*='{DEMO}/drift/']"),
    Screen("brake.page", "Brake", f"{DEMO}/brake"),
    Screen("brake.question", "A question of the brake", f"{DEMO}/brake", follow=f"main a[href*='{DEMO}/brake/']"),
    Screen("alerts.page", "Alerts", f"{DEMO}/alerts"),
    Screen("people.page", "People", "/people"),
    Screen("people.person", "A person", "/people", follow="main a[href*='/people/']"),
    Screen("auth.account", "Account", "/account"),
    Screen("audit.page", "Audit", "/audit"),
    Screen("notices.page", "System messages", "/system-messages"),
    Screen("help.page", "Help", "/help"),
    Screen("help.about", "About", "/about"),
)  # fmt: skip


class House:
    """`make run` in a folder of its own; `password` is what it said."""

    def __init__(self, folder: Path) -> None:
        self.base = free_base()
        self.url = f"http://127.0.0.1:{self.base}"
        self.erp, self.store = (f"http://127.0.0.1:{self.base + step}" for step in (1, 2))
        told = {"INSTANCE": str(folder), "PORT": str(self.base), "SANDBOX_PORT": str(self.base)}
        self.process = subprocess.Popen(
            [sys.executable, "scripts/run.py"], cwd=ROOT, env={**os.environ, **told}, stdout=subprocess.PIPE, text=True
        )

    def password(self) -> str:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            if found := re.search(r"Password +(\S+)", line):
                return found[1]
        raise SystemExit("The house did not start; what it said is above.")

    def stop(self) -> None:
        self.process.send_signal(signal.SIGINT)
        self.process.wait(60)


def ask(method: str, url: str, body: Any = None) -> Any:
    """One of the sandbox's own routes."""
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data, {"Content-Type": "application/json"}, method=method)
    with urllib.request.urlopen(request, timeout=60) as answer:
        return json.load(answer)


def until_quiet(house: House, seconds: float = 240) -> None:
    """Until the store's journal has not grown for eight seconds."""
    last, since, end = -1, time.monotonic(), time.monotonic() + seconds
    while time.monotonic() < end and time.monotonic() - since < 8:
        now = int(ask("GET", f"{house.store}/_sandbox/journal?after=999999999")["last"])
        last, since = (now, time.monotonic()) if now != last else (last, since)
        time.sleep(0.5)


def until_filled(house: House, seconds: float = 240) -> None:
    """Until the store has nearly what the ERP has, and rests."""
    end, there = time.monotonic() + seconds, len(ask("GET", f"{house.erp}/_sandbox/state"))
    while time.monotonic() < end and len(ask("GET", f"{house.store}/_sandbox/state")) < 0.8 * there:
        time.sleep(1)
    until_quiet(house)


def live(house: House, page: Page) -> None:
    """A morning in the shop: orders, prices that fail by a wrong setting, and some a hundred times too high."""
    until_filled(house)
    items = list(ask("GET", f"{house.erp}/_sandbox/state"))[:60]
    ask("POST", f"{house.store}/_sandbox/orders", {"count": 6, "kinds": ["guest+purchase_order"], "stock": False})
    former = price_store(page, "99")
    edit(house, {key: {"DefaultPrice": 12.5 + at} for at, key in enumerate(items[:12])})
    time.sleep(12)
    price_store(page, former)
    edit(house, {key: {"DefaultPrice": 9_900} for key in items[20:55]})
    page.goto(f"{DEMO}/drift")
    page.locator("main form button").first.click()
    until_quiet(house, 60)


def price_store(page: Page, number: str) -> str:
    """For which store view prices are written. Returns what stood there."""
    page.goto(f"{DEMO}/settings/connection")
    page.locator("details").evaluate_all("folded => folded.forEach(one => { one.open = true; })")
    field = page.locator("[name=store-price_store_id]")
    former = field.input_value()
    field.fill(number)
    page.locator("form .actions button", has_text="Save").first.click()
    page.wait_for_load_state()
    return former


def edit(house: House, fields: dict[str, dict[str, Any]]) -> None:
    ask("POST", f"{house.erp}/_sandbox/edit", {"edits": [{"key": key, "fields": row} for key, row in fields.items()]})


def sign_in(page: Page, password: str) -> None:
    """As the first administrator, who has to choose a password of his own."""
    page.goto("/sign-in")
    page.fill("#name", "admin")
    page.fill("#password", password)
    page.click("main button")
    if page.locator("#current").count():
        page.fill("#current", password)
        page.fill("#new", PASSWORD)
        page.fill("#again", PASSWORD)
        page.click("main form button >> nth=0")
    page.wait_for_load_state()


def lead(page: Page, screen: Screen) -> bool:
    """Go to a page; False when nothing leads there."""
    page.goto(screen.path)
    if not screen.follow:
        return True
    if screen.follow == "edit":
        link = page.locator("main a[href*='/messages/']").first
        if not link.count():
            return False
        page.goto(f"{link.get_attribute('href')}/edit")
        return True
    own = page.url.rstrip("/").rpartition("/")[2]
    for link in page.locator(screen.follow).all():
        address = link.get_attribute("href") or ""
        if address and not address.partition("?")[0].endswith((own, ".csv", "/new")):
            page.goto(address)
            return True
    return False


def picture(page: Page, name: str) -> None:
    height = min(page.evaluate("document.documentElement.scrollHeight"), TALLEST)
    size = page.viewport_size or {"width": WIDTH, "height": HEIGHT}
    clip = {"x": 0, "y": 0, "width": size["width"], "height": max(height, size["height"])}
    page.screenshot(path=FOLDER / f"{name}.jpg", type="jpeg", quality=QUALITY, full_page=True, clip=clip)  # type: ignore[arg-type]


@contextmanager
def window(browser: Browser, house: House, state: Any, look: str = "") -> Iterator[Page]:
    width = 360 if look == "phone" else WIDTH
    context = browser.new_context(
        base_url=house.url, viewport={"width": width, "height": HEIGHT}, storage_state=state, locale="en-GB",
        color_scheme="dark" if look == "dark" else "light", reduced_motion="reduce",
    )  # fmt: skip
    yield context.new_page()
    context.close()


def take(browser: Browser, house: House, wanted: list[Screen]) -> list[str]:
    """The pictures. Returns the endpoints to which nothing led."""
    without, password = [], house.password()  # it is said when everything runs
    with window(browser, house, None) as page:
        for screen in [one for one in wanted if one.path == "/sign-in"]:
            page.goto(screen.path)
            picture(page, screen.endpoint)
        sign_in(page, password)
        live(house, page)
        state = page.context.storage_state()
        for screen in [one for one in wanted if one.path != "/sign-in"]:
            if lead(page, screen):
                page.wait_for_timeout(400)  # what the page fetches by itself
                picture(page, screen.endpoint)
            else:
                without.append(screen.endpoint)
    for look in ("dark", "phone"):
        with window(browser, house, state, look) as page:
            for screen in [one for one in wanted if look in one.looks and one.endpoint not in without]:
                if lead(page, screen):
                    page.wait_for_timeout(400)
                    picture(page, f"{screen.endpoint}-{look}")
    return without


def index() -> str:
    """docs/screens/README.md."""
    lines = ["# The pages", "", "Made by `python -m scripts.screens` from the demo shop.", ""]
    for screen in SCREENS:
        lines += [f"## {screen.title}", "", f"![{screen.title}]({screen.endpoint}.jpg)", ""]
        lines += [f"![{screen.title}, {look}]({screen.endpoint}-{look}.jpg)\n" for look in screen.looks]
    return "\n".join(lines).rstrip() + "\n"


def main() -> None:
    words = argparse.ArgumentParser(description="Take a picture of every page.")
    words.add_argument("--chromium", default=os.environ.get("CHROMIUM") or shutil.which("chromium"))
    words.add_argument("--only", default="", help="beginnings of endpoints, with commas")
    given = words.parse_args()
    some = tuple(part for part in given.only.split(",") if part)
    wanted = [screen for screen in SCREENS if not some or screen.endpoint.startswith(some)]
    FOLDER.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        house = House(Path(folder))
        try:
            flags = ["--headless", "--no-sandbox", "--disable-gpu"]
            browser = playwright.chromium.launch(executable_path=given.chromium, args=flags)
            without = take(browser, house, wanted)
            browser.close()
        finally:
            house.stop()
    (FOLDER / "README.md").write_text(index(), encoding="utf-8")
    for endpoint in without:
        print(f"nothing leads to {endpoint}", file=sys.stderr)
    sys.exit(1 if without else 0)


if __name__ == "__main__":
    main()
