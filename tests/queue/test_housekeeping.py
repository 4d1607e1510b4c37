"""Tidying: what ended well and is old goes with its log; nothing else does, on both databases."""

from __future__ import annotations

import gzip
import json
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import insert, select

from connector.db import db, utcnow
from connector.events import Event
from connector.queue import housekeeping
from connector.queue.archive import Archive
from connector.queue.housekeeping import Cleaned, clean
from connector.queue.models import STATUSES, Attempt, Message, Run
from connector.sync.models import FieldChange

NOW = utcnow()
OLD, YOUNG = NOW - timedelta(days=40), NOW - timedelta(days=2)
LIMIT = NOW - timedelta(days=30)


def message(status: str, at: object = OLD, connector: str = "DEMO") -> int:
    table = Message.__table__
    values = {"connector_id": connector, "entity": "price", "direction": "erp_to_store", "status": status}
    with db.write() as connection:
        key = f"{status}-{connector}-{at}-{connection.execute(select(table.c.id)).all()}"
        return connection.execute(
            insert(table)
            .values(**values, key=key[:250], created_at=at, available_at=at, settled_at=at)
            .returning(table.c.id)
        ).scalar_one()


def attempt(message_id: int | None, at: object = OLD, parent: int | None = None) -> int:
    table = Attempt.__table__
    values = {"connector_id": "DEMO", "entity": "price", "direction": "erp_to_store", "outcome": "succeeded"}
    with db.write() as connection:
        return connection.execute(
            insert(table)
            .values(**values, message_id=message_id, parent_id=parent, started_at=at, finished_at=at)
            .returning(table.c.id)
        ).scalar_one()


def left(table: object) -> set[int]:
    with db.read() as connection:
        return set(connection.execute(select(table.__table__.c.id)).scalars())  # type: ignore[attr-defined]


def test_what_ended_well_goes_and_what_needs_a_person_stays(any_app: Flask) -> None:
    ids = {status: message(status) for status in STATUSES}
    assert clean("DEMO", LIMIT).messages == 3
    gone = {status for status, number in ids.items() if number not in left(Message)}
    assert gone == {"succeeded", "skipped", "superseded"}


def test_what_is_young_or_another_connectors_stays(any_app: Flask) -> None:
    kept = {message("succeeded", YOUNG), message("succeeded", OLD, "OTHER")}
    message("succeeded")
    assert clean("DEMO", LIMIT) == Cleaned(1, 0)
    assert left(Message) == kept


def test_the_log_goes_with_its_message_and_a_batch_with_its_last_child(any_app: Flask) -> None:
    done, failed = message("succeeded"), message("failed")
    attempt(done)
    batch_done, batch_mixed = attempt(None), attempt(None)
    attempt(done, parent=batch_done)
    kept = {batch_mixed, attempt(failed, parent=batch_mixed), attempt(None, YOUNG)}
    clean("DEMO", LIMIT)
    clean("DEMO", LIMIT)
    assert left(Attempt) == kept


def test_many_rows_go_in_short_transactions(any_app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(housekeeping, "CHUNK", 2)
    for _ in range(7):
        message("skipped")
    assert clean("DEMO", LIMIT).messages == 7


def test_it_can_be_ended_between_two_transactions(any_app: Flask) -> None:
    message("succeeded")
    assert clean("DEMO", LIMIT, stop=lambda: True) == Cleaned(0, 0)
    assert len(left(Message)) == 1


# --- the archive, clearing, flushing -------------------------------------------------------------------------


def run_row(job: str = "window", status: str = "success", at: object = OLD) -> int:
    table = Run.__table__
    values = {"connector_id": "DEMO", "entity": "price", "direction": "erp_to_store", "job": job, "status": status}
    with db.write() as connection:
        return connection.execute(insert(table).values(**values, created_at=at).returning(table.c.id)).scalar_one()


def test_old_runs_go_and_what_people_did_stays(any_app: Flask) -> None:
    run_row()
    kept = {run_row(status="processing"), run_row(at=YOUNG)}
    with db.write() as connection:
        for user in ("", "olga"):
            row = {"at": OLD, "connector_id": "DEMO", "action": "Configuration", "message": "m", "user": user}
            connection.execute(insert(Event.__table__).values(row))
        lane = {"connector_id": "DEMO", "entity": "price", "direction": "erp_to_store", "message_id": 1}
        for key, at in (("old", OLD), ("young", YOUNG)):
            change = {**lane, "key": key, "at": at, "kind": "updated", "fields": "{}"}
            connection.execute(insert(FieldChange.__table__).values(change))
    assert clean("DEMO", LIMIT)[2:] == (1, 1, 1)
    with db.read() as connection:
        assert connection.execute(select(FieldChange.__table__.c.key)).scalars().all() == ["young"]
    assert left(Run) == kept
    with db.read() as connection:
        assert connection.execute(select(Event.__table__.c.user)).scalars().all() == ["olga"]


def lines(archive: Archive) -> list[dict[str, object]]:
    return [json.loads(line) for path, _ in archive.files() for line in gzip.open(path, "rt", encoding="utf-8")]


def test_what_is_cleaned_is_first_written_to_a_dated_file(any_app: Flask, tmp_path: Path) -> None:
    archive = Archive(tmp_path, "DEMO")
    done = message("succeeded")
    attempt(done)
    message("failed")
    clean("DEMO", LIMIT, keep=lambda table, rows: archive.keep(table, rows, NOW))
    clean("DEMO", LIMIT, keep=lambda table, rows: archive.keep(table, rows, NOW))
    found = lines(archive)
    assert [(line["table"], line["id"]) for line in found] == [("message", done), ("attempt", 1)]
    assert found[0]["created_at"] == OLD.isoformat()
    (path, day), *others = archive.files()
    assert others == [] and day == NOW.date() and path.name == f"DEMO-{NOW:%Y-%m-%d}.jsonl.gz"
    assert path.stat().st_mode & 0o777 == 0o600 and path.parent.stat().st_mode & 0o777 == 0o700


def test_rows_stay_when_the_archive_cannot_be_written(any_app: Flask) -> None:
    kept = {message("succeeded")}

    def full(table: str, rows: object) -> None:
        raise OSError(28, "No space left on device")

    with pytest.raises(OSError, match="No space"):
        clean("DEMO", LIMIT, keep=full)
    assert left(Message) == kept


def test_old_archives_are_deleted_and_those_of_others_stay(tmp_path: Path) -> None:
    archive, other = Archive(tmp_path, "DEMO"), Archive(tmp_path, "DEMO-2")
    for days in (40, 31, 30, 1):
        archive.keep("message", [{"id": days}], NOW - timedelta(days=days))
    other.keep("message", [{"id": 1}], NOW - timedelta(days=90))
    (archive.folder / "notes.txt").write_text("mine")
    assert archive.expire((NOW - timedelta(days=30)).date()) == 2
    assert [line["id"] for line in lines(archive)] == [30, 1]
    assert len(other.files()) == 1 and (archive.folder / "notes.txt").exists()


def test_clearing_empties_the_log_and_keeps_the_messages(any_app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(housekeeping, "CHUNK", 2)
    kept = {message("failed")}
    for _ in range(5):
        attempt(min(kept), YOUNG)
    assert housekeeping.clear(["OTHER"]) == 0
    assert housekeeping.clear(["DEMO", "OTHER"]) == 5
    assert left(Attempt) == set() and left(Message) == kept
