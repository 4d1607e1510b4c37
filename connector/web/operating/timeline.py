"""What happened to one record, across both systems: messages, tries, edits by people, what each write changed, notes.

It puts rows of several tables into one order for the page of a record and of a message; it writes nothing.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from flask_babel import gettext as _

from connector.queue.reading import history
from connector.queue.repairing import care, overrides
from connector.records import CATEGORY, CUSTOMER
from connector.sync import changes, terms
from connector.sync.terms import Found


class Entry(NamedTuple):
    """One line. `kind` is message, single, child, person, edit, change or note; `fields` are (field, before, after)."""

    kind: str
    id: int
    message_id: int
    at: datetime
    word: str
    text: str
    user: str = ""
    number: int = 0
    origin: str = ""
    due: Any = None
    priority: int = 0
    fields: Sequence[tuple[str, str, str]] = ()


def of_record(connector: str, entity: str, key: str, bound: Any) -> list[Entry]:
    """The lines of one record, newest first. One that travels both ways has a key on each side."""
    keys = [key]
    if bound is not None and entity in (CATEGORY, CUSTOMER) and bound.target_id not in ("", key):
        keys.append(bound.target_id)
    found = [Entry(*row) for each in keys for row in history.timeline(connector, entity, each)]
    ids = {entry.message_id for entry in found if entry.kind == "message"}
    found += _edits(ids)
    found += [_change(row) for row in changes.of_keys(connector, entity, keys, 20)]
    found += [
        Entry("note", row.id, row.message_id, row.at, "note", row.text, row.user)
        for row in care.notes_of(connector, entity, ids)
    ]
    return sorted(found, key=lambda entry: (entry.at, entry.kind != "message", entry.id), reverse=True)


def of_message(message: Any) -> list[Entry]:
    """What people wrote over the record for this message, and what its tries changed, newest first."""
    found = _edits([message.id]) + [_change(row) for row in changes.of_message(message.id, message.key)]
    return sorted(found, key=lambda entry: (entry.at, entry.id), reverse=True)


def _edits(ids: Any) -> list[Entry]:
    return [
        Entry(
            "edit",
            row.id,
            row.message_id,
            row.created_at,
            "edited",
            row.reason if row.used_at else _("%(reason)s (no try has taken it yet)", reason=row.reason),
            row.user,
            fields=[(path, before, after) for path, (before, after) in json.loads(row.fields).items()],
        )
        for row in (overrides.listed(ids) if ids else ())
    ]


def _change(row: Any) -> Entry:
    text = {"created": _("Made with"), "deleted": _("Taken out")}.get(row.kind, _("Changed"))
    return Entry("change", row.id, row.message_id, row.at, "changed", text, fields=changes.told(row.fields))


def related(connector: str, entity: str, key: str, limit: int = 20) -> list[Found]:
    """Other records that name this one, such as the shipments of an order."""
    found = terms.by_name(key, limit)
    return [each for each in found if each.connector == connector and (each.entity, each.key) != (entity, key)]
