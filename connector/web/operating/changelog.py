"""The field-level log (LOG-11): each write with its fields before and after; and its export."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from flask import Blueprint, Response, abort, request, url_for
from flask_login import current_user
from sqlalchemy import Select

from connector.db import db
from connector.queue.reading.paging import Page, few_first, newest_first, span
from connector.sync import changes
from connector.web.access.auth import need
from connector.web.frame import asking, exports
from connector.web.frame.asking import ENTITIES, Asked
from connector.web.frame.language import choices
from connector.web.frame.marks import N_
from connector.web.frame.render import render

blueprint = Blueprint("changelog", __name__, url_prefix="/log/changes")
KINDS = {"created": N_("Created"), "updated": N_("Updated"), "deleted": N_("Deleted")}
COLUMNS = ("At", "Connector", "Entity", "Direction", "Key", "Message", "What", "Field", "Before", "After")


@blueprint.get("")
@need("viewer")
def page() -> Response:
    """The list. The address is the filter."""
    asked = Asked(request.args)
    query, key = _wanted(asked)
    found = Page(()) if asked.errors else _page(query, key, asked.cursor("before"))
    return render(
        "log/changes.html",
        "list",
        status=asked.status,
        asked=asked,
        found=found,
        told=changes.told,
        kinds=KINDS,
        deep="before" in request.args,
        connectors=asking.connector_choices(),
        entities=choices(ENTITIES),
        export=asking.query(url_for("changelog.export"), **asked.values),
    )


@blueprint.get("/changes.csv")
@need("viewer")
def export() -> Response:
    """A line for each field that was changed."""
    asked = Asked(request.args)
    query, key = _wanted(asked)
    if asked.errors:
        abort(400)
    return exports.answer("field-changes", COLUMNS, _cells(query, key))


def _wanted(asked: Asked) -> tuple[Select[Any], str]:
    key = asked.text("key")
    connector, entity = asked.text("connector", 40), asked.choice("entity", [entity for entity, _ in ENTITIES])
    return changes.query(connector, entity, key, current_user.hidden), key


def _page(query: Select[Any], key: str, before: int | None, limit: int = 50) -> Page:
    with db.read() as connection:
        if key:
            return few_first(connection, query, changes.TABLE.c.id, before, limit)
        return newest_first(connection, query, changes.TABLE.c.id, before, limit, span(connection, changes.TABLE))


def _cells(query: Select[Any], key: str) -> Iterator[tuple[Any, ...]]:
    before: int | None = None
    given = 0
    while given < exports.MOST_LINES:
        found = _page(query, key, before, exports.PAGE)
        for row in found.rows:
            for field, old, new in changes.told(row.fields):
                given += 1
                start = (exports.moment(row.at), row.connector_id, row.entity, row.direction, row.key, row.message_id)
                yield (*start, row.kind, field, old, new)
        if found.older is None:
            return
        before = found.older
