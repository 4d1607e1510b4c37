"""The overview: numbers by connector and entity, what needs a person, and the chart."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from flask import Flask

from connector.db import utcnow
from connector.queue.lanes import Lane
from connector.queue.reading import numbers
from connector.queue.reading.numbers import Minute
from connector.sync import catalogue
from connector.sync.brake import Danger
from connector.watch import brakes, drift
from connector.watch.comparing import Found
from connector.web.frame import chart
from connector.web.frame.words import counted, duration, minutes_since
from tests.web import seed
from tests.web.operating import statements
from tests.web.people import Client

PRICE = Lane("DEMO", "price", "erp_to_store")


def test_the_first_visit_says_what_to_do(admin: Client) -> None:
    page = admin.get("/").text
    assert "There is no connector yet" in page
    assert 'href="/connectors/new"' in page
    assert "hx-get" not in page.split('id="live"')[1].split(">")[0], "nothing to poll for"


def test_a_viewer_is_told_that_an_administrator_has_to_make_the_first_connector(viewer: Client) -> None:
    page = viewer.get("/").text
    assert "An administrator has to do this" in page
    assert 'href="/connectors/new"' not in page


def test_every_count_leads_to_its_messages(viewer: Client) -> None:
    seed.busy_shop()
    page = viewer.get("/").text
    assert 'href="/messages?connector=DEMO&amp;entity=price&amp;direction=erp_to_store&amp;status=pending"' in page
    assert 'aria-label="34 pending, Price"' in page
    assert 'aria-label="3 failed, Inventory"' in page
    assert 'aria-label="2 waiting, Inventory"' in page
    assert 'aria-label="1 held, Inventory"' in page


def test_only_what_travels_or_still_has_messages_is_shown(viewer: Client) -> None:
    seed.configured(entities={"price": False, "category": True}, direction={"category": "both"})
    page = viewer.get("/").text
    assert ">Product</a>" in page and ">Price</a>" not in page
    assert ">Category</a>" in page and ">Category from the store</a>" in page
    seed.message("MUG")
    assert ">Price</a>" in viewer.get("/").text


def test_entities_that_have_long_been_quiet_are_folded_away_until_they_are_asked_for(viewer: Client) -> None:
    seed.configured(entities={sync.entity: True for sync in catalogue.SYNCS})
    seed.message("MUG")
    page = viewer.get("/").text
    assert ">Price</a>" in page and ">Invoice</a>" not in page
    assert "quiet entities</a> are folded away" in page and 'hx-get="/"' in page
    whole = viewer.get("/?all=1").text
    assert ">Invoice</a>" in whole and "folded away" not in whole and 'hx-get="/?all=1"' in whole


def test_a_question_of_the_brake_and_what_is_in_step_stand_on_the_card(viewer: Client) -> None:
    seed.configured()
    held = [Danger("MUG", "zero", "quantity", "7", "0", None)]
    row = brakes._put_aside(PRICE, held, True, 0, 1, utcnow())
    number = drift.begin("DEMO", "price", "full", "")
    drift.save(number, 200, [Found("MUG", "different", [("price", "1", "2")])])
    drift.finish(number)
    page = viewer.get("/").text
    assert "The brake asks you." in page and f'href="/connectors/DEMO/brake/{row.id}"' in page
    assert f'href="/connectors/DEMO/drift/{number}">Price 99.5 %</a>' in page
    assert 'href="/connectors/DEMO/figures"' in page


def test_the_overview_asks_a_fixed_number_of_times(viewer: Client) -> None:
    seed.busy_shop()
    with statements() as seen:
        viewer.get("/")
    assert len(seen) <= 13, seen


def test_a_connector_that_needs_a_person_says_why_and_what_to_do(viewer: Client) -> None:
    seed.busy_shop()
    page = viewer.get("/").text
    assert "Needs attention" in page
    assert "Magento refused the access token (401)." in page
    assert 'href="/connectors/NORTH/settings/connection"' in page


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"state": "new"}, "Not initialized"),
        ({"state": "paused"}, "Paused"),
        ({"state": "stopped"}, "Stopped"),
        ({"state": "active", "active": False}, "Switched off"),
    ],
)
def test_the_state_is_said_in_a_word(viewer: Client, values: dict[str, object], words: str) -> None:
    seed.connector(**values)
    assert words in viewer.get("/").text


def test_an_archived_connector_is_not_shown(viewer: Client) -> None:
    seed.connector("GONE", name="Gone shop", archived=True)
    assert "Gone shop" not in viewer.get("/").text


def test_the_block_that_htmx_polls_is_the_block_of_the_page(viewer: Client) -> None:
    seed.busy_shop()
    page, part = viewer.get("/"), viewer.part("/")
    steady = re.compile(r"\d+ (s|min|h)\b")
    assert steady.sub("", part.text.strip()) in steady.sub("", page.text)
    assert "<h1" not in part.text
    assert part.headers["Vary"] == page.headers["Vary"] and "HX-Request" in part.headers["Vary"]


@pytest.mark.parametrize("header", ["HX-Boosted", "HX-History-Restore-Request"])
def test_a_boosted_or_restored_page_comes_whole(viewer: Client, header: str) -> None:
    assert "<h1" in viewer.get("/", headers={"HX-Request": "true", header: "true"}).text


def test_it_says_when_no_process_works_the_messages(viewer: Client) -> None:
    seed.connector()
    assert "No process is working the messages" in viewer.get("/").text
    seed.worker()
    assert "No process is working the messages" not in viewer.get("/").text


def test_counts_stop_at_the_cap(app: Flask) -> None:
    seed.connector()
    for number in range(7):
        seed.message(f"K{number}")
    assert numbers.counts([PRICE], cap=5)[PRICE]["pending"] == 6
    assert counted(6, cap=5) == "5+"
    assert counted(10_000) == "10,000"


def test_the_oldest_is_the_one_that_is_due_longest_not_one_that_rests(any_app: Flask) -> None:
    now = utcnow()
    seed.message("due", created_at=now - timedelta(minutes=5), available_at=now - timedelta(minutes=5))
    seed.message("urgent", created_at=now - timedelta(minutes=9), available_at=now - timedelta(minutes=9), priority=0)
    seed.message("rests", created_at=now - timedelta(hours=5), available_at=now + timedelta(minutes=5))
    assert numbers.oldest([PRICE], now) == {PRICE: now - timedelta(minutes=9)}
    assert numbers.oldest([Lane("DEMO", "product", "erp_to_store")], now) == {}


def test_the_numbers_are_the_same_on_both_databases(any_app: Flask) -> None:
    for status in ("pending", "waiting", "running", "failed", "held", "succeeded"):
        seed.message(f"K-{status}", status)
    seed.minute(0, succeeded=2, failed=1)
    seed.minute(3, entity="product", succeeded=5, skipped=1)
    seed.worker()
    now = utcnow()
    assert numbers.counts([PRICE])[PRICE] == dict.fromkeys(numbers.COUNTED, 1)
    minutes = numbers.minutes("DEMO", now)
    assert len(minutes) == 60
    assert (minutes[-1].succeeded, minutes[-1].failed, minutes[-4].total) == (2, 1, 6)
    assert numbers.last_success([PRICE])[PRICE] == minutes[-1].at
    assert numbers.workers(now) == 1
    assert numbers.totals()[PRICE]["succeeded"] == 2


def test_one_failure_among_thousands_is_still_seen() -> None:
    now = utcnow()
    drawn = chart.draw([Minute(now, succeeded=9_999, failed=1), Minute(now), Minute(now, failed=4)])
    first, last = drawn.bars
    assert first.failed_height == 2.0
    assert first.failed_y >= 0 and first.y + first.height == pytest.approx(chart.HEIGHT)
    assert last.height == 0 and last.failed_height == 2.0
    assert [bar.x for bar in drawn.bars] == [1, 21]


def test_the_chart_says_in_words_what_it_draws(app: Flask) -> None:
    now = utcnow()
    with app.test_request_context():
        assert chart.draw([Minute(now)]).sentence == "No message in the last 1 minutes."
        said = chart.draw([Minute(now, succeeded=1200, failed=3), Minute(now, succeeded=1)]).sentence
    assert said.startswith("1,204 messages in the last 2 minutes, 3 failed; at most 1,203 in one minute, at ")


def test_the_chart_needs_no_inline_style(viewer: Client) -> None:
    seed.busy_shop()
    drawing = viewer.get("/").text.split('<svg class="chart')[1].split("</svg>")[0]
    assert "style" not in drawing
    assert 'role="img" aria-labelledby="said-DEMO"' in drawing
    assert drawing.count("<rect") > 50


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(-3, "0 s"), (59.9, "59 s"), (60, "1 min"), (7300, "2 h"), (86_400, "1 day"), (300_000, "3 days")],
)
def test_a_span_is_said_in_its_largest_unit(seconds: float, words: str) -> None:
    assert duration(seconds) == words


def test_only_the_minute_of_the_last_success_is_known_so_no_seconds_are_claimed() -> None:
    assert minutes_since(utcnow() - timedelta(seconds=50)) == "this minute"
    assert minutes_since(utcnow() - timedelta(seconds=200)) == "3 min ago"


def test_a_first_full_sync_shows_how_far_it_is_and_how_long_it_takes(viewer: Client) -> None:
    seed.connector()
    for number in range(120):
        seed.message(f"P{number:04}", entity="product")
    seed.minute(3, entity="product", accepted=300)
    seed.minute(1, entity="product", succeeded=180)
    page = " ".join(viewer.get("/").text.split())
    assert re.search(r"<strong>Product</strong>: about \d min left at \d+ a (second|minute)", page)
    assert "180 of 300 (60 %)" in page


def test_while_it_is_paused_a_full_sync_stands_still(viewer: Client) -> None:
    seed.connector(state="paused")
    for number in range(120):
        seed.message(f"P{number:04}", entity="product")
    seed.minute(20, entity="product", accepted=120)
    assert "stands still while it is not active" in viewer.get("/").text
