"""Alerts: one message for each cause and one when it is over, whatever the number of records."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
import responses
from flask import Flask
from sqlalchemy import update

from connector import events
from connector.clock import FakeClock
from connector.db import db
from connector.engine.alerting import Alerting
from connector.queue.models import Message
from connector.queue.sql import insert_many
from connector.setup import connectors, settings
from connector.setup.rows import Config
from connector.watch import alerts, causes, channels, drift, mail
from connector.watch.alerts import Note
from connector.watch.comparing import DIFFERENT, Found
from tests import rows

NOW = datetime(2026, 1, 1, 12, tzinfo=UTC)
REASONS = {"magento.url_key_taken": "The URL key is taken.", "sku too long": "The SKU is too long.", "x": "Refused."}
TABLE: Any = Message.__table__


def config(attention: str = "", **alert: Any) -> Config:
    values = {part.name: {one.name: one.default for one in part.settings} for part in settings.OWN}
    values["alert"] |= alert
    values["entities"] = dict.fromkeys(values["entities"], True)
    return Config("DEMO", "Demo shop", True, "acumatica", "magento", "active", attention, 1, values)


class Post:
    """Keeps what was told."""

    def __init__(self) -> None:
        self.notes: list[Note] = []
        self.works = True

    def __call__(self, note: Note) -> bool:
        if self.works:
            self.notes.append(note)
        return self.works

    def take(self) -> list[str]:
        told, self.notes = [note.subject for note in self.notes], []
        return told


@pytest.fixture
def post() -> Post:
    return Post()


def fail(number: int) -> None:
    """So many failures of three causes, in one statement."""
    at = int(NOW.timestamp()) * 1_000_000
    found = list(REASONS.items())
    lines = [
        ("DEMO", "product", "erp_to_store", f"K{n}", "failed", said, code, said, at, at, at)
        for n in range(number)
        for code, said in [found[n % 3]]
    ]  # fmt: skip
    columns = {"connector_id": "text", "entity": "text", "direction": "text", "key": "text", "status": "text",
               "reason": "text", "code": "text", "error": "text", "created_at": "bigint", "available_at": "bigint",
               "settled_at": "bigint"}  # fmt: skip
    more = {"operation": "upsert", "priority": 5, "origin": "push", "user": "", "version": 0, "payload": "{}",
            "merged": 0, "attempts": 1, "deaths": 0, "epoch": 0, "worker": "", "waits_for": ""}  # fmt: skip
    kinds = {name: "text" if isinstance(value, str) else "integer" for name, value in more.items()}
    with db.write() as connection:
        insert_many(connection, "message", [(*line, *more.values()) for line in lines], **columns, **kinds)


def mend(code: str = "") -> None:
    with db.write() as connection:
        query = update(TABLE).where(TABLE.c.status == "failed")
        connection.execute((query.where(TABLE.c.code == code) if code else query).values(status="succeeded", code=""))


def test_five_thousand_failures_of_three_causes_are_three_alerts_and_three_recoveries(
    any_app: Flask, post: Post
) -> None:
    fail(5000)
    for _ in range(3):
        alerts.step(config(), post, NOW)
    told = post.take()
    assert len(told) == 3 and any("The URL key is taken. (1,667 messages)" in one for one in told)
    mend("x")
    alerts.step(config(), post, NOW)
    assert [one.rpartition("] ")[2] for one in post.take()] == ["Over: product: Refused."]
    mend()
    for _ in range(3):
        alerts.step(config(), post, NOW)
    assert len(post.take()) == 2
    assert len(events.latest(action=alerts.ACTION)) == 3


def test_a_cause_that_comes_back_is_told_again(app: Flask, post: Post) -> None:
    for _ in range(2):
        rows.message(status="failed", code="x", reason="Refused.")
        alerts.step(config(), post, NOW)
        mend()
        alerts.step(config(), post, NOW)
    assert len(post.take()) == 4


def test_nobody_is_disturbed_in_quiet_hours_and_what_is_over_by_then_is_not_told(app: Flask, post: Post) -> None:
    night = config(quiet_from="22:00", quiet_to="07:00")
    rows.message(status="failed", code="x", reason="Refused.")
    rows.message(status="failed", code="y", reason="Too long.", key="B")
    alerts.step(night, post, NOW.replace(hour=23))
    mend("x")
    alerts.step(night, post, NOW.replace(hour=6, minute=59))
    assert post.take() == []
    alerts.step(night, post, NOW.replace(hour=7))
    assert [one.rpartition(": ")[2] for one in post.take()] == ["Too long."]


@pytest.mark.parametrize(
    ("first", "last", "hour", "quiet"),
    [("22:00", "07:00", 23, True), ("22:00", "07:00", 12, False), ("12:00", "13:00", 12, True), ("", "", 3, False)],
)
def test_quiet_hours_may_go_over_midnight(first: str, last: str, hour: int, quiet: bool) -> None:
    assert alerts.quiet({"quiet_from": first, "quiet_to": last}, NOW.replace(hour=hour)) == quiet


def test_what_nobody_took_is_tried_again(app: Flask, post: Post) -> None:
    rows.message(status="failed", code="x", reason="Refused.")
    post.works = False
    assert alerts.step(config(), post, NOW) == 0
    post.works = True
    assert alerts.step(config(), post, NOW) == 1


def test_many_causes_at_once_are_one_message(app: Flask, post: Post) -> None:
    for number in range(alerts.MANY + 1):
        rows.message(status="failed", code=f"c{number}", reason=f"Cause {number}.", key=str(number))
    alerts.step(config(), post, NOW)
    assert post.take() == ["[Demo shop] 11 causes of trouble"]


def test_a_cause_is_told_from_so_many_messages_on(app: Flask, post: Post) -> None:
    fail(5)
    alerts.step(config(minimum=2), post, NOW)
    assert len(post.take()) == 2


def test_attention_late_messages_and_drift_are_causes_too(app: Flask) -> None:
    rows.message(status="pending", created_at=NOW.replace(hour=11), available_at=NOW.replace(hour=11), entity="price")
    number = drift.begin("DEMO", "price", "full", "")
    drift.save(number, 100, [Found(str(n), DIFFERENT, [("price", "1", "2")]) for n in range(10)])
    drift.finish(number)
    found = {cause.key: cause for cause in causes.of(config("Refused."), NOW)}
    assert set(found) == {"attention", "late/price/erp_to_store", "drift/price"}
    assert "90 %" in found["drift/price"].title and found["drift/price"].address.endswith(f"/drift/{number}")
    assert (
        causes.of(config(late_minutes=0, in_step=0), NOW) == causes.of(config(late_minutes=61, in_step=90), NOW) == []
    )


# --- the channels


@pytest.fixture
def house(app: Flask, clock: FakeClock, monkeypatch: pytest.MonkeyPatch) -> Iterator[Alerting]:
    sent: list[tuple[Any, ...]] = []
    monkeypatch.setattr(mail, "send", lambda to, subject, text: sent.append((to, subject, text)) or True)
    alerting = Alerting(clock)
    alerting.mails = sent  # type: ignore[attr-defined]
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        alerting.mock = mock  # type: ignore[attr-defined]
        yield alerting


NOTE = Note("opened", "DEMO", "[Demo] Refused.", "Refused.\nhttps://x/", ({"id": 1, "title": "Refused."},))


def test_every_channel_gets_it(house: Any) -> None:
    house.mock.post("https://hooks.example.com/secret-token", json={})
    house.mock.post("https://ntfy.example.com/", json={})
    chosen = config(mail=["ann@example.com"], webhook="https://hooks.example.com/secret-token",
                    apprise="ntfys://ntfy.example.com/alerts")  # fmt: skip
    assert house.send(chosen, NOTE)
    assert house.mails == [(["ann@example.com"], "[Demo] Refused.", NOTE.text)]
    body = json.loads(house.mock.calls[0].request.body)
    assert (body["event"], body["connector"], body["alerts"]) == ("opened", "DEMO", [{"id": 1, "title": "Refused."}])
    assert "ntfy.example.com" in house.mock.calls[1].request.url


def test_a_channel_that_fails_is_told_once_and_without_its_address(house: Any) -> None:
    house.mock.post("https://hooks.example.com/secret-token", status=500)
    chosen = config(webhook="https://hooks.example.com/secret-token")
    assert not house.send(chosen, NOTE) and not house.send(chosen, NOTE)
    (told,) = events.latest(action=alerts.ACTION)
    assert "webhook" in told.message and "secret-token" not in told.message


def test_links_begin_with_the_address_of_the_house() -> None:
    assert alerts.link(config(house="https://cc.example.com/"), "/failed") == "https://cc.example.com/failed"


def test_somebody_elsewhere_is_told_that_we_live_every_so_many_minutes(house: Any, clock: FakeClock) -> None:
    house.mock.get("https://ping.example.com/abc", body="ok")
    chosen = config(heartbeat="https://ping.example.com/abc", heartbeat_minutes=10)
    for _ in range(21):
        house._alive(chosen)
        clock.advance(60)
    assert len(house.mock.calls) == 3


def test_switched_off_nobody_is_told(house: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    rows.message(status="failed", code="x", reason="Refused.")
    run: Any = type("Run", (), {"stop": type("Stop", (), {"is_set": lambda self: False})()})()
    for on, told in ((False, 0), (True, 1)):
        monkeypatch.setattr(connectors, "all", lambda on=on: [config(enabled=on, mail=["ann@example.com"])])
        house.run(run)
        assert len(house.mails) == told


def test_addresses_that_are_none_are_refused_with_a_sentence() -> None:
    typed = {"mail": ["ann"], "webhook": "ftp://x", "heartbeat": "x", "quiet_from": "25:00", "quiet_to": ""}
    _, errors = settings.ALERT.clean(typed)
    assert set(errors) == {"mail", "webhook", "heartbeat", "quiet_from", "quiet_to"}
    assert channels.wrong("json://localhost nonsense://x") == [2]
