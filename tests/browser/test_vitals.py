"""The Health page in a real browser: wide and light, 360 px and dark, and Try now without a script."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import expect

from connector.clock import CLOCK
from connector.queue import leases
from connector.watch import breaker
from connector.watch.breaker import THRESHOLD, Breakers
from connector.watch.meter import Meter, Taken
from tests.browser.conftest import Visit, fits, no_findings
from tests.web import seed

pytestmark = pytest.mark.browser


@pytest.fixture(autouse=True)
def trouble(visit: Visit) -> None:
    """One side that nobody answers at, one entity that fails, refused credentials, a licence nearly used up."""
    seed.busy_shop()
    seed.configured("BUSY", erp={**seed.ERP, "requests_per_minute": 50})
    bases = {"erp": "https://erp.test", "store": "https://shop.test"}
    Breakers().note("DEMO", "price", [{"url": "https://shop.test/rest", "status": None}] * THRESHOLD, bases)
    Breakers().note("DEMO", "order_status", [{"url": "https://erp.test/entity", "status": 503}] * THRESHOLD, bases)
    Meter("host-1").write({"BUSY/acumatica": Taken(45, sessions=2, seats=2)})
    leases.take("DEMO/price/erp_to_store/window", "host-1", seconds=600, now=CLOCK.now())


@pytest.mark.parametrize("look", [{}, {"theme": "dark", "width": 360}], ids=["wide", "dark phone"])
def test_the_page_is_sound(visit: Visit, look: dict[str, Any]) -> None:
    page = visit("/health", **look)
    expect(page.get_by_text("Left alone for now", exact=True)).to_be_visible()
    no_findings(page)
    fits(page)


def test_try_now_works_without_scripts(visit: Visit) -> None:
    page = visit("/health", script=False)
    page.get_by_role("button", name="Try now DEMO Store").click()
    expect(page.get_by_text("The next message of DEMO tries the Store.")).to_be_visible()
    (side,) = [one for one in breaker.states(["DEMO"])["DEMO"] if one.side == "store"]
    assert side.retry_at <= CLOCK.now()
