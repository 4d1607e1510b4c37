"""Clear log and Flush messages (LOG-05, LOG-19): asked first, with the number; one entry says who did it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, abort, flash, request, url_for
from flask_login import current_user
from markupsafe import Markup

from connector import events, notices
from connector.queue import housekeeping
from connector.queue.reading.numbers import CAP
from connector.setup.models import ADMIN
from connector.web.access.auth import need
from connector.web.frame import asking
from connector.web.frame.language import format_decimal, tr
from connector.web.frame.marks import N_
from connector.web.frame.render import go, render
from connector.web.frame.words import counted

blueprint = Blueprint("clearing", __name__, url_prefix="/log")


@dataclass(frozen=True, slots=True)
class Clearing:
    """One thing that can be emptied."""

    title: str
    question: str
    button: str
    count: Callable[[list[str]], int]
    do: Callable[[list[str]], int]
    done: str
    back: str


CLEARINGS = {
    "clear": Clearing(
        N_("Clear log"),
        N_(
            "<strong>%(number)s</strong> entries of the connector log are deleted for good. "
            "Messages stay, also what failed; so does the audit trail."
        ),
        N_("Clear the log"),
        lambda connectors: housekeeping.count(connectors, CAP),
        housekeeping.clear,
        N_("The log was cleared: %(number)s entries were deleted."),
        "log.attempts",
    ),
    "flush": Clearing(
        N_("Flush messages"),
        N_(
            "<strong>%(number)s</strong> system messages of bulk operations are deleted for good. "
            "The log and what needs a person stay."
        ),
        N_("Flush"),
        lambda connectors: notices.count(connectors, CAP),
        notices.flush,
        N_("Messages of bulk operations were flushed: %(number)s were deleted."),
        "notices.page",
    ),
}


@blueprint.route("/<any(clear, flush):what>", methods=["GET", "POST"])
@need("viewer")
def page(what: str) -> Response:
    """The question with the number, then the deed. About the connectors of which this person is administrator."""
    clearing, mine = CLEARINGS[what], _mine()
    if not mine:
        abort(403)
    chosen = request.values.get("connector", "")
    if chosen and chosen not in dict(mine):
        abort(403)
    wanted = [chosen] if chosen else [id for id, _ in mine]
    if not chosen and current_user.may(ADMIN, ""):
        wanted.append("")  # what belongs to no connector, such as a repair in several
    if request.method == "GET":
        number = clearing.count(wanted)
        more: dict[str, Any] = {"what": what, "clearing": clearing, "connectors": mine, "chosen": chosen}
        question = Markup(tr(clearing.question)) % {"number": counted(number)}
        return render("log/clear.html", question=question, any=number > 0, **more)
    went = clearing.do(wanted)
    text = clearing.done % {"number": f"{went:,}"}  # as the log keeps it
    events.record("Configuration", text, connector_id=chosen, user=current_user.name, details={"connectors": wanted})
    flash(tr(clearing.done) % {"number": format_decimal(went)}, "success")
    return go(url_for(clearing.back))


def _mine() -> list[tuple[str, str]]:
    return [(id, label) for id, label in asking.connector_choices() if current_user.may(ADMIN, id)]
