"""What the pages of lists, schema, mapping and rules share: the connector, its systems, values to choose from."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from flask import abort, current_app, flash, request
from flask_babel import gettext as _
from flask_login import current_user

from connector.errors import Invalid, Outcome
from connector.setup import connectors, references, schema, statuses
from connector.setup.connectors import Config, Systems
from connector.setup.kinds import Column, Kind
from connector.web.frame.language import tr

Answer = TypeVar("Answer")
Options = list[tuple[str, str, bool]]  # value, label, whether the system has it no more
LONGEST = 20_000


def known(connector_id: str) -> Config:
    """The connector, or 404."""
    try:
        return connectors.get(connector_id)
    except KeyError:
        abort(404)


def admin() -> bool:
    """Whether this person may change what is configured here."""
    return bool(current_user.may("admin"))


def changed() -> None:
    """Tell the engine of this process that the connector is not what it was."""
    current_app.extensions["engine"].refresh()


def engine() -> Any:
    return current_app.extensions["engine"]


def asking(config: Config, ask: Callable[[Systems], Answer]) -> Answer | None:
    """What a system answers; None after a notice that says why it could not be asked."""
    try:
        return ask(engine().systems(config.id))
    except Outcome as word:
        flash(f"{tr(word.reason)} {tr(word.help)}".strip(), "danger")
    except Invalid:
        flash(_("The connection of this connector is not complete: fill in its settings first."), "danger")
    return None


def side(systems: Systems, name: str) -> Any:
    return systems.erp if name == "erp" else systems.store


def typed(name: str) -> str:
    """One field of the form as it was sent, cut where no field of ours is longer."""
    return request.form.get(name, "")[:LONGEST].replace("\r\n", "\n")


def chosen(name: str = "row", given: Sequence[str] | None = None) -> list[int]:
    """Ticked places. Anything but small numbers is a form that is not ours: 400."""
    values = request.values.getlist(name) if given is None else given
    if not all(value.isascii() and value.isdigit() and len(value) < 7 for value in values):
        abort(400)
    return sorted({int(value) for value in values})


def options(config: Config, kind: Kind, column: Column) -> Options:
    """What a column can be chosen from, as last fetched; empty: type it."""
    if column.choices:
        return [(value, tr(label), False) for value, label in column.choices]
    if column.list == "fields":
        rows = schema.fields(config.id, column.name, kind.entity)
        return [(row["name"], _field_label(row), row["missing"]) for row in rows]
    if column.list == "status":
        return [(name, "", False) for name in statuses.names(config.id)]
    if not column.list:
        return []
    return [(one.value, one.label, one.missing) for one in references.values(config.id, column.list)]


def _field_label(row: Any) -> str:
    """ "NAME [section]", as the mapping dialogs show a field (CONFLICTS 43)."""
    where = row["section"] or row["tab"]
    return f"{row['label'] or row['name']} [{where}]" if where and row["side"] == "erp" else row["label"]


def views(config: Config) -> list[tuple[str, str]]:
    """The store views that a row can be for, with the one for all first."""
    found = references.values(config.id, "store_view")
    return [("", _("All store views")), *((one.value, one.label or one.value) for one in found)]
