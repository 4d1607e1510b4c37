"""What an address asks for: filters, cursors and days from a query or a form, checked, with a sentence for each
wrong one. It knows no table; values that pass can be handed to any read.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import UTC, date, datetime, time, timedelta
from urllib.parse import urlencode

from flask import abort, request
from flask_babel import gettext as _
from flask_login import current_user
from sqlalchemy import select

from connector.db import db
from connector.setup.models import Connector
from connector.sync.catalogue import ERP_TO_STORE, STORE_TO_ERP, SYNCS
from connector.web.frame import zones
from connector.web.frame.marks import N_

LARGEST = 2**63 - 1  # of a database id
ENTITIES = tuple({sync.entity: sync.title for sync in SYNCS}.items())
DIRECTIONS = ((ERP_TO_STORE, N_("ERP to store")), (STORE_TO_ERP, N_("Store to ERP")))


class Asked:
    """Reads one query or form. `errors` has a sentence for each field that is wrong, `values` what was typed."""

    def __init__(self, given: Mapping[str, str]) -> None:
        self.given = given
        self.errors: dict[str, str] = {}
        self.values: dict[str, str] = {}

    def text(self, name: str, longest: int = 255) -> str:
        """What was typed, without blanks at its ends; "" when it is wrong."""
        value = self.given.get(name, "").strip()
        self.values[name] = value[:longest]
        if len(value) > longest:
            return self._wrong(name, _("This is longer than %(longest)s characters.", longest=longest))
        if not storable(value):
            return self._wrong(name, _("This holds a character that cannot be looked for."))
        return value

    def choice(self, name: str, allowed: Collection[str]) -> str:
        value = self.text(name)
        if value and value not in allowed:
            return self._wrong(name, _("%(value)s is not one of the choices.", value=repr(value[:40])))
        return value

    def cursor(self, name: str) -> int | None:
        """Where a page starts. Nobody types it: a wrong one is a broken address."""
        value = self.given.get(name, "")
        if not value:
            return None
        if not (value.isascii() and value.isdigit() and len(value) < 20 and int(value) <= LARGEST):
            abort(400)
        return int(value)

    def moment(self, day: str, hour: str, *, end: bool = False, utc: bool = False) -> datetime | None:
        """A day and a time of day in the viewer's zone as an instant; without a time the day's first or last."""
        day_text, hour_text = self.text(day, 10), self.text(hour, 8)
        if not day_text and not hour_text:
            return None
        if not day_text:
            if day not in self.errors:
                self._wrong(day, _("Choose the day as well."))
            return None
        try:
            chosen = date.fromisoformat(day_text)
        except ValueError:
            self._wrong(day, _("This is not a day. Write it like 2026-05-31."))
            return None
        try:
            clock = time.fromisoformat(hour_text) if hour_text else (time.max if end else time.min)
        except ValueError:
            clock = None
        if clock is None or clock.tzinfo is not None:
            self._wrong(hour, _("This is not a time. Write it like 14:05 or 14:05:30."))
            return None
        if not 1970 <= chosen.year <= 9000:
            self._wrong(day, _("Choose a day between 1970 and 9000."))
            return None
        typed = datetime.combine(chosen, clock)
        found = typed.replace(tzinfo=UTC) if utc else zones.instant_of(typed)
        if end and hour_text:  # "until 14:05" means to the end of that minute, or of that second
            found += timedelta(minutes=1) if len(hour_text) == 5 else timedelta(seconds=1)
            found -= timedelta(microseconds=1)
        return found

    def _wrong(self, name: str, sentence: str) -> str:
        self.errors[name] = sentence
        return ""

    @property
    def status(self) -> int:
        return 422 if self.errors else 200

    @property
    def narrowed(self) -> bool:
        """True when anything was asked for at all."""
        return any(self.values.values())

    def address(self, **more: object) -> str:
        """This page with the same filter; the fields of `more` are added."""
        return query(request.path, **self.values, **more)


def query(path: str, **fields: object) -> str:
    """An address of ours with the fields that are not empty."""
    text = urlencode({name: str(value) for name, value in fields.items() if value not in ("", None)})
    return request.script_root + path + (f"?{text}" if text else "")


def storable(text: str) -> bool:
    """False for what no database keeps as text: NUL, or half of a surrogate pair."""
    if "\x00" in text:
        return False
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def numbered(values: Collection[str]) -> list[int]:
    """Ids that a form ticked. Anything else is a form that is not ours: 400."""
    if not all(value.isascii() and value.isdigit() and len(value) < 20 for value in values):
        abort(400)
    return [int(value) for value in values if int(value) <= LARGEST]


def connector_choices() -> list[tuple[str, str]]:
    """Every connector that this person may see as (id, label), the archived ones too: their history is still there."""
    with db.read() as connection:
        found = connection.execute(select(Connector.id, Connector.name).order_by(Connector.id)).all()
    hidden = current_user.hidden
    return [
        (row.id, f"{row.name} ({row.id})" if row.name and row.name != row.id else row.id)
        for row in found
        if row.id not in hidden
    ]


def connector_label(connector_id: str) -> str:
    """What people call this connector. 404 when there is none of that ID."""
    if not storable(connector_id):
        abort(404)
    with db.read() as connection:
        name = connection.execute(select(Connector.name).where(Connector.id == connector_id)).scalar_one_or_none()
    if name is None:
        abort(404)
    return name or connector_id
