"""For the tests of the operating pages: a stand-in engine that can sync and look, and a count of statements."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from flask import Flask
from sqlalchemy import event

from connector.db import db, utcnow
from connector.queue.lanes import Lane
from connector.records import Record
from connector.sync.look import Look
from connector.sync.picking import Pick, Picked
from connector.sync.preview import Preview
from tests import rows


@dataclass
class Bell:
    rung: list[Lane] = field(default_factory=list)

    def ring(self, lane: Lane) -> None:
        self.rung.append(lane)


@dataclass
class Desk:
    """Answers as the engine would and keeps what it was asked. `trouble` is raised instead of an answer."""

    bell: Bell = field(default_factory=Bell)
    synced: list[tuple[str, ...]] = field(default_factory=list)
    processed: list[tuple[str, ...]] = field(default_factory=list)
    looked: list[tuple[str, ...]] = field(default_factory=list)
    trouble: Exception | None = None
    source: Record | None = None
    target: Record | None = None
    problems: list[str] = field(default_factory=list)
    ways: list[str] = field(default_factory=list)  # the directions of what was asked
    swept: list[tuple[Any, ...]] = field(default_factory=list)
    picks: list[tuple[Any, ...]] = field(default_factory=list)
    busy: bool = False  # a sweep of every lane is under way
    shown: Picked = field(default_factory=lambda: Picked([], ""))
    previewed: Preview = field(default_factory=lambda: Preview("Nothing."))

    def sync_now(
        self, connector: str, entity: str, key: str, *, user: str, wait: float = 2.0, direction: str = ""
    ) -> int:
        self._maybe()
        self.ways.append(direction)
        self.synced.append((connector, entity, key, user))
        return rows.message(connector_id=connector, entity=entity, key=key, status="succeeded", origin="person")

    def process(self, connector: str, entity: str, *, user: str, direction: str = "") -> int:
        self._maybe()
        self.ways.append(direction)
        self.processed.append((connector, entity, user))
        now = utcnow()
        return rows.run(
            connector_id=connector, entity=entity, mode="manual", user=user, status="processing", total=4,
            created_at=now, started_at=now,
        )  # fmt: skip

    def preview(self, connector: str, entity: str, key: str, direction: str = "") -> Preview:
        self._maybe()
        self.ways.append(direction)
        return self.previewed

    def sync_all(self, connector: str, entity: str, *, user: str, direction: str = "", view: str = "") -> int | None:
        return self._swept("full", connector, entity, direction, user, view)

    def process_picked(
        self, connector: str, entity: str, keys: Sequence[str], *, user: str, direction: str = ""
    ) -> int | None:
        return self._swept("batch", connector, entity, direction, user, tuple(keys))

    def process_all(self, connector: str, entity: str, pick: Pick, *, user: str, direction: str = "") -> int | None:
        return self._swept("batch", connector, entity, direction, user, pick)

    def _swept(self, job: str, connector: str, entity: str, direction: str, user: str, what: Any) -> int | None:
        self._maybe()
        if self.busy:
            return None
        self.swept.append((connector, entity, direction, what))
        now = utcnow()
        return rows.run(
            connector_id=connector, entity=entity, direction=direction, job=job, mode="manual", user=user,
            status="processing", created_at=now, started_at=now,
        )  # fmt: skip

    def picked(
        self, connector: str, entity: str, pick: Pick, position: str = "", *, direction: str = "", size: int = 50
    ) -> Picked:
        self._maybe()
        self.picks.append((entity, direction, pick, position))
        return self.shown

    def refresh(self) -> None:
        return None

    def look(self, connector: str, entity: str, key: str, direction: str = "") -> Look:
        self._maybe()
        self.looked.append((connector, entity, key))
        return Look(self.source, self.target, None, self.problems)

    def read_source(self, connector: str, entity: str, key: str, direction: str) -> Record | None:
        self._maybe()
        return self.source

    def _maybe(self) -> None:
        if self.trouble is not None:
            raise self.trouble


def desk(app: Flask) -> Desk:
    """The engine of the application is a desk."""
    app.extensions["engine"] = Desk()
    return app.extensions["engine"]


@contextmanager
def statements() -> Iterator[list[str]]:
    """The statements of the pages' own reads in the block: without the session's person and the frame's menu."""
    seen: list[str] = []

    def note(_c: Any, _cursor: Any, statement: str, *_: Any) -> None:
        words = " ".join(statement.split())
        frame = "user.session_token" in words.replace('"', "") or (
            "AS rehearsing" in words  # the menu and the banner of a rehearsal
        )
        frame = frame or "notice_read" in words  # the bell
        if re.match(r"(SELECT|WITH|INSERT|UPDATE|DELETE)\b", words) and not frame:
            seen.append(words)

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(db.engine, "before_cursor_execute", note)


def text_of(html: str) -> str:
    """What a reader reads: without tags, with single blanks."""
    plain = re.sub(r"<(script|style|svg)\b.*?</\1>", " ", html, flags=re.DOTALL)
    return " ".join(re.sub(r"<[^>]+>", " ", plain).replace("&#39;", "'").replace("&amp;", "&").split())


def shows(page: str, part: str) -> bool:
    """True when the page holds the block as htmx got it.

    Between the two requests spans like "5 min ago" grow and the signature of the CSRF token gets a new second.
    """

    def still(html: str) -> str:
        html = re.sub(r"(<time[^>]*>)[^<]*", r"\1", html)
        return re.sub(r'(name="csrf_token" value=")[^"]*', r"\1", html)

    return still(part).strip() in still(page)
