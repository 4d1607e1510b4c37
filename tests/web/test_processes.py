"""Real-Time Processes: the queue of one entity, Process Messages, Process selected."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from flask import Flask

from connector.db import db, utcnow
from connector.errors import Fail
from connector.queue.models import Run
from tests import rows
from tests.web import seed
from tests.web.operating import Desk, desk, shows, statements, text_of
from tests.web.people import Client


@pytest.fixture
def engine(app: Flask) -> Desk:
    seed.connector()
    return desk(app)


@pytest.mark.parametrize(("entity", "title"), [("product", "Product"), ("price", "Price"), ("inventory", "Inventory")])
def test_each_entity_has_a_page_with_its_pending_messages(
    engine: Desk, viewer: Client, entity: str, title: str
) -> None:  # fmt: skip
    for other in ("product", "price", "inventory"):
        rows.message(key=f"{other}-1", entity=other)
        rows.message(key=f"{other}-done", entity=other, status="succeeded")
    page = viewer.get(f"/processes/DEMO/{entity}").text
    assert f"Real-Time Processes: {title}" in page
    assert re.findall(r'href="/records/DEMO/\w+/([\w-]+)"', page) == [f"{entity}-1"]


def test_a_record_without_a_message_is_found_by_its_key(engine: Desk, viewer: Client) -> None:
    assert "Show the record" in viewer.get("/processes/DEMO/price").text
    found = viewer.get("/processes/DEMO/price/record?key=%20A%2FB%20")
    assert (found.status_code, found.headers["Location"]) == (303, "/records/DEMO/price/A/B")
    assert viewer.get("/processes/DEMO/price/record?key=").headers["Location"] == "/processes/DEMO/price"


def test_the_columns_are_those_of_the_screen(engine: Desk, viewer: Client) -> None:
    rows.message(key="MUG", attempts=2, error="The store was busy.", available_at=utcnow() + timedelta(minutes=5))
    page = viewer.get("/processes/DEMO/price").text
    columns = [text_of(cell) for cell in re.findall(r'<th scope="col"[^>]*>(.*?)</th>', page)]
    assert columns == ["Message", "Key", "Operation", "Queued", "Attempts", "Next attempt", "Status", "Last error"]
    text = text_of(page)
    assert "Upsert" in text and "in 4 min" in text and "The store was busy." in text


def test_the_counts_are_those_of_the_table(engine: Desk, viewer: Client) -> None:
    rows.many(7)
    rows.many(2, status="waiting")
    rows.many(3, status="failed")
    assert "7 pending 2 waiting 0 running 3 failed 0 held" in text_of(viewer.get("/processes/DEMO/price").text)


def test_later_pages_go_on_where_the_first_ended(engine: Desk, viewer: Client) -> None:
    rows.many(70)
    first = viewer.get("/processes/DEMO/price").text
    later = re.search(r'rel="next" href="([^"]+)"', first)
    assert later is not None
    second = viewer.get(later.group(1)).text
    keys = [re.findall(r"/records/DEMO/price/(M\d+)", page) for page in (first, second)]
    assert keys[0] + keys[1] == [f"M{number}" for number in range(70)]
    assert "First ones" in second
    assert "Nothing behind this place" in viewer.get("/processes/DEMO/price?after=9.9.9").text


def test_an_empty_queue_says_so(engine: Desk, viewer: Client) -> None:
    assert "Nothing waits" in viewer.get("/processes/DEMO/price").text


def test_process_messages_drains_and_shows_its_progress_until_it_ends(engine: Desk, operator: Client) -> None:
    rows.many(4)
    started = operator.post("/processes/DEMO/price/process")
    assert engine.processed == [("DEMO", "price", "otto")]
    address = started.headers["Location"]
    going = operator.part(address).text
    assert "0 of 4" in going
    assert re.search(r'id="work" hx-get="/processes/DEMO/price\?run=\d+" hx-trigger="every 1s"', going)
    with db.write() as connection:
        connection.execute(Run.__table__.update().values(status="success", done=4, succeeded=4, finished_at=utcnow()))
    ended = operator.part(address).text
    assert "4 of 4" in ended
    assert "hx-trigger" not in ended.split(">")[0], "polling ends by itself"


def test_a_run_that_died_is_not_asked_for_for_ever(engine: Desk, viewer: Client) -> None:
    number = rows.run(status="processing", total=4)  # long ago
    page = viewer.get(f"/processes/DEMO/price?run={number}").text
    assert "has not ended after an hour" in page
    assert "every 1s" not in page


def test_a_run_of_another_queue_is_not_shown(engine: Desk, viewer: Client) -> None:
    number = rows.run(entity="product", status="processing")
    for run in (number, 999):
        assert "run-title" not in viewer.get(f"/processes/DEMO/price?run={run}").text


def test_process_selected_puts_the_ticked_ones_first(engine: Desk, operator: Client) -> None:
    rows.many(5)
    answer = operator.post("/processes/DEMO/price/selected", data={"id": ["2", "4", "77"]})
    assert engine.synced == [("DEMO", "price", "M1", "otto"), ("DEMO", "price", "M3", "otto")]
    page = operator.get(answer.headers["Location"]).text
    assert "2 messages are processed now" in page


def test_after_process_selected_the_page_looks_a_limited_number_of_times(engine: Desk, operator: Client) -> None:
    rows.message(key="A", priority=0)
    address = "/processes/DEMO/price?looks="
    assert 'hx-get="/processes/DEMO/price?looks=59"' in operator.get(address + "60").text
    assert 'hx-get="/processes/DEMO/price?looks=59"' in operator.get(address + "5000").text
    assert 'hx-get="/processes/DEMO/price"' in operator.get(address + "1").text
    assert "every 1s" not in operator.get("/processes/DEMO/price").text


@pytest.mark.parametrize(("ids", "said"), [([], "Tick messages"), (["1"], "processed already")])
def test_selecting_nothing_that_is_there_is_said(engine: Desk, operator: Client, ids: list[str], said: str) -> None:
    rows.message(status="succeeded")
    answer = operator.post("/processes/DEMO/price/selected", data={"id": ids}, follow_redirects=True)
    assert said in answer.text
    assert engine.synced == []


def test_an_engine_that_refuses_is_quoted(engine: Desk, operator: Client) -> None:
    rows.message()
    engine.trouble = Fail("The connector needs attention.")
    for path, data in (("process", {}), ("selected", {"id": "1"})):
        answer = operator.post(f"/processes/DEMO/price/{path}", data=data, follow_redirects=True)
        assert "Nothing was started: The connector needs attention." in answer.text


@pytest.mark.parametrize("path", ["/processes/DEMO/nothing", "/processes/NOBODY/price", "/processes/%00/price"])
def test_what_is_not_there_is_404(engine: Desk, operator: Client, path: str) -> None:
    assert operator.get(path).status_code == 404
    assert operator.post(path + "/process").status_code == 404
    assert operator.post(path + "/selected").status_code == 404


@pytest.mark.parametrize("query", ["after=x", "run=x", "looks=-1", "run=99999999999999999999"])
def test_a_broken_address_is_400(engine: Desk, viewer: Client, query: str) -> None:
    assert viewer.get("/processes/DEMO/price?" + query).status_code == 400


def test_only_operators_process(engine: Desk, viewer: Client, operator: Client, stranger: Client) -> None:
    rows.message()
    for path in ("process", "selected"):
        address = f"/processes/DEMO/price/{path}"
        assert viewer.post(address, data={"id": "1"}).status_code == 403
        assert stranger.post(address, data={"id": "1"}).status_code in (302, 303)
        assert operator.post(address, data={"id": "1"}, forged=True).status_code == 400
    assert (engine.synced, engine.processed) == ([], [])
    assert stranger.get("/processes/DEMO/price").status_code in (302, 303)
    main = viewer.get("/processes/DEMO/price").text.split("<main")[1]
    assert "Process Messages" not in main and "Process selected" not in main and "checkbox" not in main
    assert "Process Messages" in operator.get("/processes/DEMO/price").text


def test_the_page_costs_three_statements_with_two_thousand_messages(engine: Desk, viewer: Client) -> None:
    rows.many(2000)
    with statements() as seen:
        page = viewer.get("/processes/DEMO/price")
    assert len(seen) <= 3, seen
    assert shows(page.text, viewer.part("/processes/DEMO/price").text)
