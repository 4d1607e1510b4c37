"""Schedules in their rows and on their page, and the push address with its secret."""

from __future__ import annotations

import re

import pytest

from connector.setup import connectors, schedules
from tests.web import seed
from tests.web.conftest import StandIn
from tests.web.people import Client
from tests.web.sent import DEMO, logged


@pytest.fixture
def scheduled(admin: Client, demo: StandIn) -> int:
    admin.post(DEMO + "/initialize", data={})
    return int(schedules.of("DEMO")[0].id)


def test_a_schedule_is_switched_in_its_row(admin: Client, scheduled: int) -> None:
    address = f"{DEMO}/schedules/{scheduled}/switch"
    row = admin.post(address, data={"active": "1"}, headers={"HX-Request": "true"}).text
    assert row.strip().startswith(f'<tr id="schedule-{scheduled}">') and "On</span>" in row and "<h1" not in row
    assert schedules.get(scheduled).active
    page = admin.get(DEMO).text
    squeeze = re.compile(r'\s+|value="[^"]*"')  # a CSRF token holds the second in which it was made
    assert squeeze.sub("", row.split("<div hx-swap-oob")[0]) in squeeze.sub("", page), "the row is the row of the page"
    assert admin.post(address, data={"active": "0"}).headers["Location"] == "/connectors/DEMO#schedules"
    assert not schedules.get(scheduled).active


def test_a_schedule_is_changed_on_its_page(admin: Client, scheduled: int) -> None:
    address = f"{DEMO}/schedules/{scheduled}"
    assert 'value="* * * * *"' in admin.get(address).text
    sent = {
        "active": "y",
        "cron": "*/2 * * * *",
        "description": "Nights",
        "starts_on": "2026-12-01T08:00",
        "expires_on": "",
    }
    sent["seen"] = schedules.stamp(schedules.get(scheduled))
    assert admin.post(address, data=sent).status_code == 303
    changed = schedules.get(scheduled)
    assert (changed.cron, changed.description, changed.active, str(changed.starts_on)) == (
        "*/2 * * * *",
        "Nights",
        True,
        "2026-12-01 08:00:00+00:00",
    )
    assert 'value="2026-12-01T08:00"' in admin.get(address).text


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("cron", "every day"),
        ("cron", ""),
        ("cron", "99 * * * *"),
        ("starts_on", "soon"),
        ("expires_on", "0001-01-01T00:00"),
        ("expires_on", "9999-12-31T23:59+23:59"),
        ("description", "x" * 300),
        ("description", "a\x00b"),
    ],
)
def test_a_wrong_schedule_is_refused_beside_its_field(admin: Client, scheduled: int, field: str, typed: str) -> None:
    sent = {"active": "y", "cron": "* * * * *", "description": "", "starts_on": "", "expires_on": "", field: typed}
    answer = admin.post(f"{DEMO}/schedules/{scheduled}", data=sent)
    assert answer.status_code == 422 and f'id="{field}-error"' in answer.text


def test_a_schedule_belongs_to_its_connector(admin: Client, scheduled: int) -> None:
    seed.configured("OTHER")
    assert admin.get(f"/connectors/OTHER/schedules/{scheduled}").status_code == 404
    assert admin.post(f"/connectors/OTHER/schedules/{scheduled}/switch").status_code == 404
    assert admin.get(f"{DEMO}/schedules/{10**30}").status_code == 404


def test_the_push_address_is_there_to_be_copied(viewer: Client, demo: StandIn) -> None:
    page = viewer.get(DEMO).text
    assert '<code id="hook">http://localhost/hooks/acumatica/DEMO</code>' in page
    assert 'data-copy="hook"' in page and "X-Connector-Secret" in page and "CC Prices" in page
    assert "There is no secret yet" in page


def test_a_new_secret_is_shown_once(admin: Client, demo: StandIn) -> None:
    page = admin.post(DEMO + "/secret")
    stored = connectors.get("DEMO").section("push")["secret"]
    assert len(stored) > 40 and f'<code id="secret">{stored}</code>' in page.text
    assert page.headers["Cache-Control"] == "no-store"
    again = admin.get(DEMO).text
    assert stored not in again and "Stored encrypted and never shown." in again
    assert stored not in str(logged())
