"""Rehearsal: switched by an administrator, told on every page of the connector, sent for real afterwards."""

from __future__ import annotations

import pytest
from flask import Flask

from connector import events
from connector.errors import REHEARSAL
from connector.queue.reading import history
from connector.queue.reading.filters import Filter
from connector.setup import connectors
from tests import rows
from tests.web import seed
from tests.web.operating import Desk, desk, text_of
from tests.web.people import Client, client

HERE = "/connectors/DEMO/rehearsal"


@pytest.fixture
def engine(app: Flask) -> Desk:
    seed.configured("DEMO")
    seed.configured("OTHER")
    return desk(app)


def switch(admin: Client, on: bool) -> str:
    revision = connectors.get("DEMO").revision
    data = {"on": "1" if on else "0", "revision": str(revision)}
    return admin.post(f"{HERE}/switch", data=data, follow_redirects=True).text


def rehearsed(key: str, **values: object) -> int:
    reason = f"Rehearsal: nothing was sent. Price {key}: it would be updated."
    return rows.message(key=key, status="skipped", code=REHEARSAL, reason=reason, **values)


def test_it_begins_and_ends_with_an_event_and_a_banner_on_every_page(engine: Desk, admin: Client) -> None:
    assert "begins" in switch(admin, True)
    assert connectors.get("DEMO").section("rehearsal")["on"] is True
    for address in (HERE, "/connectors/DEMO", "/processes/DEMO/price", "/messages?connector=DEMO", "/batch/DEMO/price"):
        assert 'id="rehearsing"' in admin.get(address).text, address
    for address in ("/connectors/OTHER", "/"):
        assert 'id="rehearsing"' not in admin.get(address).text, address
    assert "rehearsal.on" in str([event.details for event in events.latest(connector_id="DEMO")])
    assert "has ended" in switch(admin, False)
    assert 'id="rehearsing"' not in admin.get(HERE).text


def test_two_editors_do_not_overwrite_each_other(engine: Desk, admin: Client) -> None:
    answer = admin.post(f"{HERE}/switch", data={"on": "1", "revision": "0"}, follow_redirects=True).text
    assert "Nothing was changed" in answer
    assert not connectors.get("DEMO").section("rehearsal")["on"]


def test_what_would_have_been_done_is_listed_by_entity(engine: Desk, viewer: Client) -> None:
    rehearsed("MUG")
    rehearsed("CUP", entity="product")
    rows.message(key="SAME", status="skipped", reason="Unchanged.")
    page = viewer.get(HERE).text
    assert "it would be updated" in page and "MUG" in page and "CUP" in page and "SAME" not in page
    assert "CUP" not in viewer.get(f"{HERE}?entity=price").text
    assert 'id="send"' not in page and 'id="switch"' not in page, "a viewer changes nothing"


def test_one_click_sends_all_of_the_filter_for_real_after_the_end(
    engine: Desk, admin: Client, operator: Client
) -> None:
    rehearsed("MUG")
    rehearsed("CUP", entity="product")
    rows.message(key="SAME", status="skipped", reason="Unchanged.")
    switch(admin, True)
    assert "End the rehearsal first" in operator.post(f"{HERE}/send", follow_redirects=True).text
    switch(admin, False)
    said = operator.post(f"{HERE}/send", data={"entity": "price"}, follow_redirects=True).text
    assert "1 message sent for real now." in said
    pending = history.messages(Filter("DEMO", status="pending")).rows
    assert [(row.key, row.code, row.origin) for row in pending] == [("MUG", "", "reprocess")]
    assert "1 message sent" in operator.post(f"{HERE}/send", follow_redirects=True).text
    assert seed.statuses() == {"pending": 2, "skipped": 1}


def test_the_page_says_what_it_is_about(engine: Desk, viewer: Client) -> None:
    assert "Nothing was rehearsed" in text_of(viewer.get(HERE).text)
    assert "An administrator can switch it." in viewer.get(HERE).text


def test_a_connector_that_rehearses_says_so_on_its_pages(any_app: Flask) -> None:
    seed.connector("DEMO", settings={"rehearsal": {"on": True}})
    seed.connector("OTHER")
    viewer = client(any_app, "vera")
    assert 'id="rehearsing"' in viewer.get("/connectors/DEMO/rehearsal").text
    assert 'id="rehearsing"' not in viewer.get("/connectors/OTHER/rehearsal").text
