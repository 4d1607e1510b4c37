"""Nine in the morning: failures of three causes, looked at by cause, mended, and sent again by a canary and one click.

Some thirty failures in the usual run, 5,000 with --full. Nothing is lost, and every step stands in the audit trail.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from connector import events
from connector.clock import CLOCK
from connector.db import db
from connector.queue.models import Attempt, Message
from connector.setup import connectors, mappings
from connector.watch import alerts
from tests.conftest import make_app
from tests.flow.shop import CONNECTOR, SOURCES, Shop, configure_all, eventually, open_shop
from tests.web import people

SMALL, FULL = (12, 8), (2_600, 200)  # products (each fails by price and by stock), orders
GOODS = ("tax_category", "attribute", "category", "product", "price", "inventory")
WRONG = ["MAIN=nowhere", "EAST=nowhere", "RETAIL=nowhere"]


@pytest.fixture
def sizes(request: pytest.FixtureRequest) -> tuple[int, int]:
    return FULL if request.config.getoption("--full") else SMALL


@pytest.fixture
def shop(tmp_path: Path, sizes: tuple[int, int]) -> Iterator[Shop]:
    app = make_app(f"sqlite:///{tmp_path / 'connector.sqlite'}", tmp_path / "instance", LEASE_SECONDS=30)
    with app.app_context():
        db.create_all()
    with open_shop(app, tmp_path / "sandbox", sizes[0], configure_all) as opened:
        for entity in GOODS:
            opened.poll(entity)
        opened.settle(60 + sizes[0])
        yield opened
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


def payments(shop: Shop, rows: Any) -> None:
    with shop.app.app_context():
        mappings.save(CONNECTOR, "payment", rows, "ann")
        shop.engine.refresh()


def settings(shop: Shop, **sections: Any) -> None:
    with shop.app.app_context():
        connectors.save(CONNECTOR, sections, user="ann", revision=connectors.get(CONNECTOR).revision)
        shop.engine.refresh()


def causes(shop: Shop) -> Counter[tuple[str, str]]:
    columns = Message.__table__.c
    query = select(columns.entity, columns.code, func.count()).where(columns.status == "failed")
    with shop.app.app_context(), db.read() as connection:
        rows = connection.execute(query.group_by(columns.entity, columns.code)).all()
    return Counter({(entity, code): number for entity, code, number in rows})


def tried_again(shop: Shop) -> int:
    columns = Attempt.__table__.c
    with shop.app.app_context(), db.read() as connection:
        query = select(func.count()).where(columns.kind == "person", columns.outcome == "reprocessed")
        return int(connection.execute(query).scalar_one())


def resolved(shop: Shop) -> int:
    """How many of the failed ones a newer message of their record has made needless."""
    columns, tries = Message.__table__.c, Attempt.__table__.c
    newer = columns.reason.startswith("Resolved by itself") | columns.reason.startswith("A newer change")
    failed = columns.id.in_(select(tries.message_id).where(tries.outcome == "failed"))
    with shop.app.app_context(), db.read() as connection:
        return int(connection.execute(select(func.count()).where(newer, failed)).scalar_one())


def alerts_told(shop: Shop) -> list[alerts.Note]:
    """What the channels of the connector get in this minute."""
    told: list[alerts.Note] = []
    with shop.app.app_context():
        alerts.step(connectors.get(CONNECTOR), lambda note: not told.append(note), CLOCK.now())
    return told


def click(browser: people.Client, seconds: float, **fields: str) -> str:
    """Plan, confirm, and watch until it is over; what the page says then."""
    plan = browser.post("/failed/reprocess", data={"scope": "filter", **fields})
    assert "One of each cause first" in plan.text
    sent = {"scope": "filter", **fields, "confirmed": "1", "stages": "1", "reason": "mended"}
    page = browser.post("/failed/reprocess", data=sent).headers["Location"]
    text = ""

    def over() -> bool:
        nonlocal text
        text = browser.post(page).text
        return 'id="go-on"' not in text

    eventually(over, "the repair is over", 60 + seconds)
    return text


def test_three_causes_are_mended_by_a_canary_and_one_click(shop: Shop, sizes: tuple[int, int]) -> None:
    products, orders = sizes
    kept = [dict(row) for row in _payment_rows(shop)]
    payments(shop, [])
    settings(shop, inventory={"source_map": WRONG}, order={"payment_method": ""}, store={"price_store_id": "99"})
    started = CLOCK.monotonic()
    keys = shop.keys()
    shop.edit(*((key, {"DefaultPrice": 20 + n % 70, "stock": {"MAIN": 5 + n % 90}}) for n, key in enumerate(keys)))
    shop.place(count=orders, seed=3, kinds=["guest+purchase_order"], stock=False)
    for entity in ("price", "inventory", "order"):
        shop.poll(entity)
    shop.settle(60 + products)
    injected = CLOCK.monotonic() - started
    before = causes(shop)
    assert len(before) == 3 and before[("order", "order.payment_method")] == orders, before
    total = sum(before.values())
    assert total > products + orders and injected < 600
    told = alerts_told(shop)
    assert [note.kind for note in told] == ["opened"] * 3, "one for each cause, however many records it has hit"
    assert sum(note.alerts[0]["messages"] for note in told) == total and alerts_told(shop) == []

    with shop.app.app_context():
        browser = people.client(shop.app, "otto")
    page = browser.get("/failed").text
    assert len(re.findall(r'class="card cause"', page)) == 3

    # nothing is mended yet: three canaries die, and no other message is sent
    said = click(browser, products)
    assert said.count("Stopped, because it failed again of the same") == 1 and tried_again(shop) == 3
    assert causes(shop) == before

    payments(shop, kept)  # the one mapping change
    settings(shop, inventory={"source_map": SOURCES}, store={"price_store_id": ""})
    started = CLOCK.monotonic()
    said = click(browser, products)
    shop.settle(60 + products)
    mended = CLOCK.monotonic() - started
    assert causes(shop) == Counter() and shop.failures() == []
    assert [note.kind for note in alerts_told(shop)] == ["over"] * 3
    assert tried_again(shop) + resolved(shop) == 3 + total, "each was sent again once, or something newer had gone"
    assert Counter(one["fields"]["ExternalRef"] for one in shop.erp_orders()).most_common(1)[0][1] == 1
    _trail(shop, total - resolved(shop))
    print(f"{total:,} failures in {injected:.0f} s, mended in {mended:.0f} s")


def _payment_rows(shop: Shop) -> Any:
    with shop.app.app_context():
        return mappings.of(CONNECTOR, "payment")


def _trail(shop: Shop, total: int) -> None:
    """Who changed what, and who sent it again."""
    with shop.app.app_context():
        done = list(events.latest(people=True, limit=200))
    by = {(row.user, row.action) for row in done}
    assert {("ann", "Configuration"), ("otto", "Reprocess Sync")} <= by
    repairs = [row.message for row in done if row.action == "Reprocess Sync"]
    assert repairs[0].startswith(f"{total:,} messages reprocessed by otto") and repairs[0].endswith(": mended")
    assert "failed again of the same" in repairs[1]
