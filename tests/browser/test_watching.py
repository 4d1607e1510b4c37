"""The pages that watch over a connector, in a real browser: charts as links, a decision, a repair, every look."""

from __future__ import annotations

from datetime import timedelta

import pytest
from playwright.sync_api import expect

from connector.clock import CLOCK
from connector.db import db
from connector.queue.lanes import Lane
from connector.queue.working import stats
from connector.sync.brake import ZERO, Danger
from connector.watch import alerts, brakes, drift
from connector.watch.comparing import DIFFERENT, MISSING_STORE, Found
from connector.watch.models import APPROVED
from tests.browser.conftest import Visit, fits, no_findings
from tests.web import seed

pytestmark = pytest.mark.browser
DEMO = "/connectors/DEMO"


@pytest.fixture
def question(visit: Visit) -> int:
    """A shop with something of everything to see; the number of its question."""
    seed.busy_shop()
    lane, now = Lane("DEMO", "inventory", "erp_to_store"), CLOCK.now()
    with db.write() as connection:
        for back in range(1, 9):
            stats.count(connection, lane, now - timedelta(minutes=20 * back), succeeded=9, failed=back % 3, calls=4)
    for share in (4, 2):
        number = drift.begin("DEMO", "price", "full", "ann")
        found = [Found(f"A-VERY-LONG-KEY-{n}", DIFFERENT, [("price", "10", "1")], "A mug") for n in range(share)]
        drift.save(number, 100, [*found, Found("CUP", MISSING_STORE, [], "never sent")])
        drift.finish(number)
    held = [Danger(f"A{n}", ZERO, "quantity", "7", "0", None) for n in range(3)]
    return int(brakes._put_aside(lane, held, True, 1, 10, now).id)


def test_the_pages_are_sound(visit: Visit, question: int) -> None:
    page = visit(f"{DEMO}/figures?span=day", theme="dark", width=360)
    for path in (f"{DEMO}/drift", f"{DEMO}/drift/2", f"{DEMO}/brake/{question}", f"{DEMO}/alerts", ""):
        for summary in page.locator("main details > summary:visible").all():
            summary.click()
        no_findings(page)
        fits(page)
        page.goto(path or "/views")
    no_findings(page)


def test_a_question_is_decided_and_a_bar_followed_without_scripts(visit: Visit, question: int) -> None:
    page = visit("/", script=False)
    page.get_by_role("link", name="See the worst and decide").first.click()
    page.get_by_label("What is let go").select_option("1")
    page.get_by_role("button", name="Let 3 go").click()
    expect(page.get_by_role("status").or_(page.locator("#notices")).first).to_be_visible()
    assert brakes.find(question).state == APPROVED
    page.goto(f"{DEMO}/drift")
    page.locator("svg a").first.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("in step")
    assert alerts.latest("DEMO") == []
