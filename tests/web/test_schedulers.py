"""The Schedulers page: every job with its code, its next runs, its last outcome; run now, switch, filters."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import insert

from connector import events
from connector.clock import CLOCK
from connector.db import db, utcnow
from connector.engine import Engine
from connector.errors import Skip
from connector.queue.models import Message, WindowLease
from connector.setup import connectors, grants, lifecycle, schedules, users
from connector.setup.models import Schedule
from connector.web.operating import schedulers
from tests.web import seed
from tests.web.operating import shows, text_of
from tests.web.people import Client

PAGE = "/schedulers"


class Launching:
    """An engine that notes what it was to launch."""

    def __init__(self) -> None:
        self.launched: list[tuple[int, str]] = []
        self.answer: bool | Exception = True
        self.refreshed = 0

    def launch(self, schedule: Schedule, *, user: str) -> bool:
        if isinstance(self.answer, Exception):
            raise self.answer
        self.launched.append((schedule.id, user))
        return self.answer

    def refresh(self) -> None:
        self.refreshed += 1


@pytest.fixture
def engine(app: Flask) -> Launching:
    seed.configured()
    lifecycle.initialize("DEMO", "olga")
    app.extensions["engine"] = Launching()
    return app.extensions["engine"]


def headers_of(html: str) -> list[str]:
    return [text_of(cell) for cell in re.findall(r'<th scope="col"[^>]*>(.*?)</th>', html)]


def cells_of(html: str) -> list[list[str]]:
    lines = re.findall(r'<tr id="schedule-.*?</tr>', html, re.DOTALL)
    return [[text_of(cell) for cell in re.findall(r"<t[dh]\b[^>]*>(.*?)</t[dh]>", line, re.DOTALL)] for line in lines]


def find(job: str, entity: str = "") -> Schedule:
    return next(each for each in schedules.of("DEMO") if (each.job, each.entity) == (job, entity))


def test_every_schedule_has_its_row_with_code_method_and_cron(engine: Launching, viewer: Client) -> None:
    page = viewer.get(PAGE).text
    assert headers_of(page)[:5] == ["Job code", "Connector", "Method", "Schedule", "State"]
    rows = {row[0]: row for row in cells_of(page)}
    assert {"productSync", "priceSync", "inventorySync", "priceQueue", "cleanLog", "credentialExpiry"} <= set(rows)
    assert "Look for changes" in rows["priceSync"][2] and "*/5 * * * *" in rows["priceSync"][3]
    assert rows["cleanLog"][3].split() == ["0", "1", "*", "*", "*", "Daily"]
    assert rows["priceSync"][5].startswith("in ") and rows["priceSync"][6] == "never"
    main = page.split("<main")[1]
    assert "Run now" not in main and "Edit" not in main, "a viewer looks"
    assert shows(page, viewer.part(PAGE).text)


def test_the_last_run_shows_when_how_long_and_how_it_ended(engine: Launching, viewer: Client) -> None:
    at = utcnow() - timedelta(minutes=7)
    row = {"name": "DEMO/price/erp_to_store/poll", "last_started_at": at, "epoch": 1, "owner": "w"}
    with db.write() as connection:
        ended = {"last_finished_at": at + timedelta(seconds=4), "last_outcome": "12 records seen, 3 put"}
        connection.execute(insert(WindowLease.__table__).values(**row, **ended))
    rows = {row[0]: row for row in cells_of(viewer.get(PAGE).text)}
    assert rows["priceSync"][6] == "7 min ago , took 4 s 12 records seen, 3 put"


@pytest.mark.parametrize(
    ("query", "codes"),
    [
        ("job=clean", {"cleanLog"}),
        ("entity=price", {"priceSync", "priceQueue"}),
        ("entity=price&job=poll&connector=DEMO", {"priceSync"}),
        ("active=off", {"inventorySync"}),
        ("active=expired", {"priceSync"}),
    ],
)
def test_the_list_is_filtered(engine: Launching, viewer: Client, query: str, codes: set[str]) -> None:
    schedules.set_active(find("poll", "inventory").id, False, user="olga")
    expired = utcnow() - timedelta(days=1)
    if "expired" in query:
        poll = find("poll", "price").id
        schedules.save(poll, cron="* * * * *", active=True, user="olga", expires_on=expired)
    assert {row[0] for row in cells_of(viewer.get(f"{PAGE}?{query}").text)} == codes


@pytest.mark.parametrize("query", ["job=dance", "entity=dance", "active=maybe", "connector=NOPE", "job=%00"])
def test_a_wrong_filter_is_said_at_its_field(engine: Launching, viewer: Client, query: str) -> None:
    answer = viewer.get(f"{PAGE}?{query}")
    assert answer.status_code == 422 and 'class="field-error"' in answer.text


def test_an_operator_runs_a_schedule_now(engine: Launching, operator: Client) -> None:
    poll = find("poll", "price")
    answer = operator.post(f"{PAGE}/DEMO/{poll.id}/run")
    assert answer.headers["Location"] == "/schedulers?connector=DEMO"
    assert engine.launched == [(poll.id, "otto")]
    assert "priceSync is started." in operator.get(PAGE).text
    assert events.latest(people=True)[0].message == "Schedule priceSync was started by hand."
    engine.answer = False
    operator.post(f"{PAGE}/DEMO/{poll.id}/run")
    assert "priceSync runs already." in operator.get(PAGE).text
    engine.answer = Skip("it has expired.")
    operator.post(f"{PAGE}/DEMO/{poll.id}/run")
    assert "priceSync was not started: it has expired." in operator.get(PAGE).text


def test_running_and_switching_need_the_role_in_that_connector(
    engine: Launching, viewer: Client, operator: Client, admin: Client
) -> None:
    poll = find("poll", "price")
    assert viewer.post(f"{PAGE}/DEMO/{poll.id}/run").status_code == 403
    assert operator.post(f"{PAGE}/DEMO/{poll.id}/switch").status_code == 403
    seed.configured("OTHER")
    assert admin.post(f"{PAGE}/OTHER/{poll.id}/run").status_code == 404
    assert admin.post(f"{PAGE}/DEMO/999/switch").status_code == 404
    assert admin.post(f"{PAGE}/DEMO/{poll.id}/switch", data={"active": "0"}).status_code == 303
    assert not schedules.get(poll.id).active and engine.refreshed == 1
    vera = users.find("vera")
    assert vera is not None
    grants.save(vera, {"DEMO": "none"}, by="olga")
    assert "DEMO" not in viewer.get(PAGE).text


def test_a_connector_that_rests_runs_nothing_and_says_so(engine: Launching, viewer: Client) -> None:
    lifecycle.stop("DEMO", "olga")
    rows = {row[0]: row for row in cells_of(viewer.get(PAGE).text)}
    assert rows["priceSync"][4] == "On, but its connector rests" and rows["priceSync"][5] == "none"
    assert rows["cleanLog"][4] == "On"


def test_a_house_without_connectors_says_what_will_come(app: Flask, viewer: Client) -> None:
    assert 'class="empty"' in viewer.get(PAGE).text


# --- the next five runs -----------------------------------------------------------------------------------------


def runs_of(page: str) -> list[str]:
    block = page[page.index('id="upcoming"') :]
    return re.findall(r'<time datetime="(\S+)"', block[: block.index("</div>")])


def test_the_next_five_runs_are_shown_while_editing_with_and_without_scripts(
    engine: Launching, admin: Client, viewer: Client
) -> None:
    poll = find("poll", "price")
    address = f"/connectors/DEMO/schedules/{poll.id}"
    assert len(runs_of(admin.get(address).text)) == 5
    typed = {"cron": "30 4 * * mon", "active": "y"}
    part = viewer.get("/connectors/DEMO/schedules/next", query_string=typed)
    found = runs_of(part.text)
    assert part.status_code == 200 and len(found) == 5 and all("T04:30:00" in each for each in found)
    plain = admin.post(address, data={**typed, "preview": "1"})
    assert plain.status_code == 200 and runs_of(plain.text) == found and 'value="30 4 * * mon"' in plain.text
    assert schedules.get(poll.id).cron == "*/5 * * * *", "nothing was saved"


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"cron": "every day"}, "five fields"),
        ({"cron": "99 * * * *"}, "minute"),
        ({"cron": "* * * * *", "starts_on": "soon"}, "not a date"),
        ({"cron": "0 0 30 2 *"}, "It never runs"),
        ({"cron": "* * * * *", "expires_on": "2020-01-01T00:00"}, "It never runs"),
        ({}, "five fields"),
    ],
)
def test_what_never_runs_is_said(engine: Launching, viewer: Client, typed: dict[str, str], sentence: str) -> None:
    answer = viewer.get("/connectors/DEMO/schedules/next", query_string=typed)
    assert answer.status_code == 200 and sentence in answer.text and runs_of(answer.text) == []


# --- the engine -------------------------------------------------------------------------------------------------


@pytest.fixture
def real(app: Flask) -> Engine:
    seed.configured()
    lifecycle.initialize("DEMO", "olga")
    found = app.extensions["engine"]
    assert isinstance(found, Engine)
    return found


def ended(name: str) -> str:
    deadline = CLOCK.monotonic() + 10
    while CLOCK.monotonic() < deadline:
        story = schedulers.leases.stories([name]).get(name)
        if story is not None and story.last_finished_at is not None:
            return str(story.last_outcome)
        CLOCK.sleep(0.02)
    raise AssertionError(f"{name} did not end")


def test_a_schedule_that_is_off_can_be_run_by_hand(real: Engine) -> None:
    clean = find("clean")
    schedules.set_active(clean.id, False, user="olga")
    assert real.launch(schedules.get(clean.id), user="olga")
    assert ended(schedulers.name(clean)) == "Everything is kept."


def test_an_expired_schedule_does_not_run_not_even_by_hand(real: Engine) -> None:
    clean = find("clean")
    schedules.save(clean.id, cron="* * * * *", active=True, user="olga", expires_on=utcnow() - timedelta(seconds=1))
    with pytest.raises(Skip):
        real.launch(schedules.get(clean.id), user="olga")
    assert schedulers.name(clean) not in {job.name for job in real.jobs()}


def test_a_poll_of_a_stopped_connector_is_not_run(real: Engine) -> None:
    lifecycle.stop("DEMO", "olga")
    with pytest.raises(Skip):
        real.launch(find("poll", "price"), user="olga")


def test_failed_orders_are_sent_again_by_their_schedule(real: Engine) -> None:
    revision = connectors.get("DEMO").revision
    wanted = {"entities": {"order": True}, "failed_order": {"enabled": True, "days": 3}}
    connectors.save("DEMO", wanted, user="olga", revision=revision)
    for key, days in (("100", 1), ("101", 9)):
        at = utcnow() - timedelta(days=days)
        row = {"created_at": at, "settled_at": at, "code": "x"}
        with db.saving() as session:
            session.add(failed_order(key, **row))  # the second one is too old
    real._jobs.connections.refresh()
    real.launch(find("failed", "order"), user="olga")
    assert ended(schedulers.name(find("failed", "order"))) == "1 failed orders are sent again"
    assert seed.statuses() == {"pending": 1, "failed": 1}


def failed_order(key: str, **values: object) -> Message:
    lane = {"connector_id": "DEMO", "entity": "order", "direction": "store_to_erp"}
    return Message(key=key, status="failed", payload="{}", **lane, **values)
