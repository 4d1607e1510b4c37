"""Pictures and saved views: every bar is a link, the list, its chart, its file and its repair have one filter."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from flask import Flask

from connector.clock import CLOCK
from connector.db import db, micros
from connector.queue.lanes import Lane
from connector.queue.working import stats
from connector.records import ERP_TO_STORE, PRICE
from connector.watch import drift, figures, views
from connector.watch.comparing import DIFFERENT, Found
from tests import rows
from tests.web import seed
from tests.web.operating import statements
from tests.web.people import Client

LANE = Lane("DEMO", PRICE, ERP_TO_STORE)
HERE = "/connectors/DEMO/figures"


@pytest.fixture
def demo(app: Flask) -> Flask:
    seed.configured("DEMO")
    return app


def settled(minutes_ago: int = 1, **amounts: int) -> None:
    with db.write() as connection:
        stats.count(connection, LANE, CLOCK.now() - timedelta(minutes=minutes_ago), **amounts)


def test_a_bar_is_a_link_to_the_messages_of_its_time(demo: Flask, viewer: Client) -> None:
    settled(succeeded=7, failed=2, calls=3, saved=4)
    at = CLOCK.now() - timedelta(minutes=1)
    rows.message(entity=PRICE, status="succeeded", settled_at=at, key="MUG")
    rows.message(entity=PRICE, status="succeeded", settled_at=at - timedelta(hours=5), key="CUP")
    shown = viewer.get(f"{HERE}?span=hour").text
    assert "9 messages, 2 failed." in shown and "3 calls made, 4 saved by batches" in shown and "57 %" in shown
    (address,) = set(re.findall(r'href="(/messages\?connector=DEMO&amp;from_date[^"]+)"', shown))
    listed = viewer.get(address.replace("&amp;", "&")).text
    assert "MUG" in listed and "CUP" not in listed
    assert viewer.get(f"{HERE}?span=year").status_code == 422


@pytest.mark.parametrize(("span", "bars", "minutes"), [("hour", 60, 1), ("day", 96, 15), ("week", 84, 120)])
def test_the_span_says_how_far_back(demo: Flask, span: str, bars: int, minutes: int) -> None:
    for back in (0, 59, 60, 23 * 60, 7 * 24 * 60 - 200, 8 * 24 * 60):
        settled(back, succeeded=1)
    found = figures.throughput([LANE], span, CLOCK.now())
    assert len(found.slots) == bars
    assert found.slots[0].until - found.slots[0].since == timedelta(minutes=minutes)
    assert sum(slot.succeeded for slot in found.slots) == {"hour": 2, "day": 4, "week": 5}[span]


def test_lag_is_told_for_each_phase(demo: Flask, viewer: Client) -> None:
    settled(succeeded=20)
    start = CLOCK.now() - timedelta(minutes=1)
    for number in range(1, 21):
        begun = start + timedelta(seconds=number)
        ended = begun + timedelta(milliseconds=200)
        message = rows.message(
            entity=PRICE, status="succeeded", key=str(number), version=micros(start - timedelta(seconds=2)),
            created_at=start, settled_at=ended + timedelta(milliseconds=10),
        )  # fmt: skip
        rows.attempt(message_id=message, entity=PRICE, outcome="succeeded", started_at=begun, finished_at=ended)
    lag = figures.lags([LANE])[LANE]
    assert lag.number == 20 and lag.phases["detected"] == (2.0, 2.0)
    assert lag.phases["queued"] == (10.0, 19.0) and lag.phases["sent"] == (0.2, 0.2)
    assert lag.phases["whole"] == pytest.approx((10.21, 19.21))
    shown = viewer.get(HERE).text
    assert "10.0 s" in shown and "p95 19.0 s" in shown and "200 ms" in shown


def test_failures_and_drift_are_pictures_too(demo: Flask, viewer: Client) -> None:
    rows.message(entity=PRICE, status="failed", code="x", reason="Refused by the store.")
    number = drift.begin("DEMO", PRICE, "full", "")
    drift.save(number, 10, [Found("MUG", DIFFERENT, [("price", "1", "2")])])
    drift.finish(number)
    shown = viewer.get(HERE).text
    assert "1 failed messages of 1 cause." in shown and "cause=x" in shown
    assert "90 % in step" in shown and f'href="/connectors/DEMO/drift/{number}"' in shown


def test_the_page_asks_the_database_a_few_times_however_much_there_is(demo: Flask, viewer: Client) -> None:
    for number in range(30):
        settled(number, succeeded=5, failed=1, calls=2)
        rows.message(entity=PRICE, status="failed", code=f"c{number}", key=str(number))
    with statements() as seen:
        viewer.get(f"{HERE}?span=week")
    assert len(seen) <= 8, seen


def test_one_filter_is_for_the_list_its_chart_its_file_and_its_repair(demo: Flask, viewer: Client) -> None:
    settled(3, failed=4, succeeded=9)
    at = CLOCK.now() - timedelta(minutes=3)
    rows.message(entity=PRICE, status="failed", settled_at=at, key="=MUG", reason="Refused.", code="x")
    rows.message(entity="product", status="failed", settled_at=at, key="CUP", code="x")
    shown = viewer.get("/messages?connector=DEMO&entity=price&status=failed").text
    assert "4 messages ended in the last day." in shown and "CUP" not in shown
    assert 'href="/failed?connector=DEMO&amp;entity=price"' in shown
    lines = viewer.get("/messages/export.csv?connector=DEMO&entity=price&status=failed").text.splitlines()
    assert len(lines) == 2 and "'=MUG" in lines[1] and "Refused." in lines[1]
    assert "ended in the last day" not in viewer.get("/messages?connector=DEMO&key=MUG").text
    assert viewer.get("/messages/export.csv?status=nonsense").status_code == 400


def test_a_view_is_kept_for_oneself_and_shared_by_its_link(demo: Flask, viewer: Client, operator: Client) -> None:
    address = "/messages?connector=DEMO&status=failed"
    assert f'name="address" value="{address}"'.replace("&", "&amp;") in viewer.get(address).text
    answer = viewer.post("/views/save", data={"name": " My  failures ", "address": address})
    assert (answer.status_code, answer.headers["Location"]) == (303, address)
    kept = viewer.get("/views").text
    assert "My failures" in kept and "http://localhost" + address.replace("&", "&amp;") in kept
    assert "My failures" not in operator.get("/views").text
    (view,) = views.of("vera")
    assert operator.post(f"/views/{view.id}/remove").status_code == 404
    viewer.post("/views/save", data={"name": "My failures", "address": "/failed"})
    assert [row.address for row in views.of("vera")] == ["/failed"], "the same name: replaced"
    viewer.post(f"/views/{view.id}/remove")
    assert views.of("vera") == []


@pytest.mark.parametrize(
    "address", ["https://evil.example.com/", "//evil.example.com", "/account", "/\\evil", "", "/messages/../account"]
)
def test_nobody_is_led_elsewhere_by_a_view(demo: Flask, viewer: Client, address: str) -> None:
    answer = viewer.post("/views/save", data={"name": "Mine", "address": address})
    assert answer.status_code == 422 and "Only lists of this house" in answer.text
    assert viewer.post("/views/save", data={"name": "", "address": "/messages"}).status_code == 422
