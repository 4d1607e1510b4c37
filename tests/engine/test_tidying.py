"""The nightly jobs: cleaning as often as the settings say, the archive, and notices of old credentials."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import delete, insert, select, update

from connector import events
from connector import notices as bell
from connector.clock import FakeClock
from connector.db import db, utcnow
from connector.engine import tidying
from connector.errors import Fail
from connector.queue.archive import Archive
from connector.queue.models import Message
from connector.queue.scheduler import JobRun, next_run
from connector.queue.wake import Bell
from connector.setup import connectors, tokens, users
from connector.setup.connectors import Config
from connector.setup.models import Connector
from tests.web import seed

MONDAY = datetime(2026, 5, 4, 1, 0, tzinfo=UTC)
NIGHTLY = "0 1 * * *"


def job_run(mode: str = "auto") -> JobRun:
    return JobRun("worker", FakeClock(), Bell(), threading.Event(), mode)


def configured(**log: object) -> Config:
    return seed.configured("ONE", log=log)


def old_message() -> None:
    at = utcnow() - timedelta(days=40)
    row = {"connector_id": "ONE", "entity": "price", "direction": "erp_to_store", "key": "MUG", "status": "succeeded"}
    with db.write() as connection:
        connection.execute(insert(Message.__table__).values(**row, created_at=at, available_at=at, settled_at=at))


def messages() -> int:
    with db.read() as connection:
        return len(connection.execute(select(Message.__table__.c.id)).all())


@pytest.mark.parametrize(
    ("frequency", "cron", "days"),
    [
        ("daily", NIGHTLY, {0, 1, 2, 3, 4, 5, 6}),
        ("weekly", NIGHTLY, {0}),
        ("monthly", NIGHTLY, set()),
        ("weekly", "0 1 * * wed", {2}),  # whoever wrote it chose the day
    ],
)
def test_the_frequency_says_on_which_days_the_log_is_cleaned(frequency: str, cron: str, days: set[int]) -> None:
    nights = [MONDAY + timedelta(days=day) for day in range(7)]
    launched = [at for at in nights if next_run(cron, at) == at]
    assert {at.weekday() for at in launched if tidying.due(frequency, cron, at)} == days
    assert tidying.due("monthly", NIGHTLY, datetime(2026, 6, 1, 1, 0, tzinfo=UTC))


def test_a_clean_by_hand_does_not_wait_for_its_day(app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config = configured(keep_days=30, frequency="monthly")
    old_message()
    monkeypatch.setattr(tidying, "due", lambda *_: False)
    assert tidying.clean(config, job_run(), tmp_path, NIGHTLY) == "Not today: the log is cleaned monthly."
    assert messages() == 1
    assert "1 messages" in tidying.clean(config, job_run("manual"), tmp_path, NIGHTLY)
    assert messages() == 0


def test_nothing_goes_without_a_lifetime(app: Flask, tmp_path: Path) -> None:
    old_message()
    assert tidying.clean(configured(), job_run(), tmp_path, NIGHTLY) == "Everything is kept."
    assert messages() == 1


def test_the_archive_keeps_what_goes_and_forgets_it_after_its_days(app: Flask, tmp_path: Path) -> None:
    config, archive = configured(keep_days=30, mode="archive", archive_days=10), Archive(tmp_path, "ONE")
    archive.keep("message", [{"id": 1}], utcnow() - timedelta(days=11))
    old_message()
    said = tidying.clean(config, job_run(), tmp_path, NIGHTLY)
    assert said.endswith("were put into the archive; 1 archive files were deleted")
    assert [day for _, day in archive.files()] == [utcnow().date()]


def test_without_the_archive_nothing_is_written(app: Flask, tmp_path: Path) -> None:
    old_message()
    tidying.clean(configured(keep_days=30), job_run(), tmp_path, NIGHTLY)
    assert messages() == 0 and list(tmp_path.glob("archive/*")) == []


def test_an_archive_that_cannot_be_written_loses_nothing(app: Flask, tmp_path: Path) -> None:
    blocked = tmp_path / "archive"
    blocked.write_text("a file where the folder should be")
    old_message()
    with pytest.raises(Fail, match="archive cannot be written"):
        tidying.clean(configured(keep_days=30, mode="archive"), job_run(), tmp_path, NIGHTLY)
    assert messages() == 1


# --- credentials ------------------------------------------------------------------------------------------------


def notices() -> list[tuple[str, str]]:
    return [(row.connector_id, row.message) for row in events.latest(level=events.WARNING)]


def aged(days: int) -> Config:
    config = configured()
    with db.write() as connection:
        connection.execute(update(Connector.__table__).values(created_at=utcnow() - timedelta(days=days)))
    return config


def test_a_secret_that_has_been_the_same_for_half_a_year_is_told_once_a_week(any_app: Flask) -> None:
    config = aged(200)
    tidying.tell_of_expiry(config)
    told = notices()
    assert told and all(connector == "ONE" and "It was typed 200 days ago" in text for connector, text in told)
    assert "password" not in [text for _, text in told if seed.ERP["password"] in text], "no secret is said"
    assert tidying.tell_of_expiry(config) == "No credential is about to end."
    assert notices() == told
    assert bell.unread(0) == len(told), "and the bell counts each once"


def test_a_secret_that_was_typed_again_is_young(any_app: Flask) -> None:
    tidying.tell_of_expiry(aged(200))
    rang = bell.unread(0)
    with db.write() as connection:
        connection.execute(delete(events.Event.__table__))
    revision = connectors.get("ONE").revision
    connectors.save("ONE", {"erp": {"password": "second-password"}}, user="ann", revision=revision)
    tidying.tell_of_expiry(connectors.get("ONE"))
    assert not any("Password" in text for _, text in notices())
    assert bell.unread(0) == rang - 1, "what was mended rings no more"


def test_an_api_token_is_told_before_it_ends(any_app: Flask) -> None:
    config, ann = configured(), users.create("Ann", "correct horse battery", "viewer")
    tokens.create(ann, "soon", 10, by="Ann")
    tokens.create(ann, "late", 100, by="Ann")
    assert tidying.tell_of_expiry(config) == "1 notices"
    ((connector, text),) = notices()
    assert connector == "" and text.startswith("The API token 'soon' of Ann ends soon.")
