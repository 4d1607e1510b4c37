"""The box in the header: order number, SKU, e-mail address, number in the ERP or in the store, message number.

Every look is by an index and for the exact name; one record that bears it is opened at once. Names are learned when
records are read (sync/terms).
"""

from __future__ import annotations

from collections.abc import Sequence

from flask import Blueprint, Response, request, url_for
from flask_login import current_user
from sqlalchemy import select

from connector.db import db
from connector.queue.inbox import LONGEST_KEY
from connector.queue.reading import history
from connector.records import CATEGORY, CUSTOMER
from connector.setup.models import Connector
from connector.sync import terms
from connector.sync.catalogue import SYNCS
from connector.sync.terms import Found
from connector.web.access.auth import need
from connector.web.frame.asking import LARGEST, Asked
from connector.web.frame.language import tr
from connector.web.frame.marks import N_
from connector.web.frame.render import go, render

blueprint = Blueprint("search", __name__, url_prefix="/search")
MOST = 100
ORDER = list(dict.fromkeys(sync.entity for sync in SYNCS))
TITLES = {sync.entity: sync.title for sync in SYNCS}
BY = {
    "key": N_("its key"),
    "id": N_("its number in the other system"),
    "name": N_("a number or address in it"),
}


@blueprint.get("")
@need("viewer")
def page() -> Response:
    """What bears the name; straight to the record when it is one (?all=1 shows the list in any case)."""
    asked = Asked(request.args)
    text = asked.text("q", LONGEST_KEY).strip("# ")
    found = find(text) if text else []
    number = _message(text)
    one = _only(found)
    if one is not None and number is None and not request.args.get("all"):
        return go(_address(one))
    return render(
        "search/page.html",
        status=asked.status,
        asked=asked,
        text=text,
        found=[(each, tr(TITLES.get(each.entity, each.entity)), tr(BY[each.by]), _address(each)) for each in found],
        message=number,
        full=len(found) >= MOST,
    )


def find(text: str) -> list[Found]:
    """Records that bear this name, keys first. Four statements, each by an index."""
    hidden = current_user.hidden
    with db.read() as connection:
        known = [id for id in connection.execute(select(Connector.id)).scalars() if id not in hidden]
    spellings = list(dict.fromkeys((text, text.upper(), text.lower())))
    found = [Found(*row, "key") for row in history.records_of(spellings)]
    found += terms.by_binding(spellings, known, ORDER, MOST)
    found += terms.by_name(text, MOST)
    mine = [each for each in _canonical(found, known) if each.connector in known]
    first: dict[tuple[str, str, str], Found] = {}
    for each in sorted(mine, key=lambda each: list(BY).index(each.by)):
        first.setdefault(each[:3], each)
    place = {entity: number for number, entity in enumerate(ORDER)}
    return sorted(first.values(), key=lambda each: (list(BY).index(each.by), place.get(each.entity, 99), each))[:MOST]


def _canonical(found: Sequence[Found], connectors: Sequence[str]) -> list[Found]:
    """What came from the store under the store's number stands under the key of its binding, where it has one."""
    ids = {each.key for each in found if each.entity in (CATEGORY, CUSTOMER)}
    if not ids:
        return list(found)
    bound = terms.keys_of(sorted(ids), connectors, (CATEGORY, CUSTOMER))
    return [each._replace(key=bound.get((each.connector, each.entity, each.key), each.key)) for each in found]


def _only(found: Sequence[Found]) -> Found | None:
    """The one record that is meant: what shares connector and key is one, seen by several entities."""
    best = [each for each in found if each.by == "key"] or list(found)
    records = {(each.connector, each.key) for each in best}
    return best[0] if len(records) == 1 else None


def _address(found: Found) -> str:
    return url_for("records.page", connector=found.connector, entity=found.entity, key=found.key)


def _message(text: str) -> int | None:
    """The message of that number, when there is one that this person may see."""
    if not (text.isascii() and text.isdigit() and len(text) < 19 and int(text) <= LARGEST):
        return None
    message = history.message(int(text))
    return message.id if message is not None and message.connector_id not in current_user.hidden else None
