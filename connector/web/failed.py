"""Failed Messages: by cause, or one by one; and reprocessing or skipping one, some, a cause, or all of a filter.

Every repair is confirmed first, with the number of messages counted by the server, by the same form with and
without scripts. A large one has a page with its progress; whoever looks at it drives it on (queue/repair).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from flask import Blueprint, Response, abort, current_app, flash, request, url_for
from flask_login import current_user

from connector.queue import acts, history, logbook, repair
from connector.queue.filters import Filter
from connector.queue.models import FAILED
from connector.queue.paging import Page
from connector.queue.repair import Repaired
from connector.setup.models import OPERATOR
from connector.web import asking, causes
from connector.web.asking import ENTITIES, LARGEST, Asked
from connector.web.auth import allow, need
from connector.web.render import go, render

blueprint = Blueprint("failed", __name__, url_prefix="/failed")
NO_CODE = "-"  # in an address: the messages without a cause's code
FIELDS = ("connector", "entity", "cause", "text", "from_date", "from_time", "to_date", "to_time")
REASON = 500


@dataclass(frozen=True)
class Wanted:
    """What a request is about: the filter, and how it was asked for."""

    asked: Asked
    chosen: Filter

    @property
    def fields(self) -> dict[str, str]:
        """The filter as fields of a form or an address."""
        return {name: value for name in FIELDS if (value := self.asked.values.get(name, ""))}


def _wanted(given: Any) -> Wanted:
    asked = Asked(given)
    cause = asked.text("cause", 80)
    chosen = Filter(
        connector=asked.text("connector", 40),
        entity=asked.choice("entity", [entity for entity, _ in ENTITIES]),
        status=FAILED,
        code=None if not cause else "" if cause == NO_CODE else cause,
        text=asked.text("text", 200),
        since=asked.moment("from_date", "from_time"),
        until=asked.moment("to_date", "to_time", end=True),
        without=current_user.hidden,
    )
    return Wanted(asked, chosen)


@blueprint.get("")
@need("viewer")
def page() -> Response:
    """The causes."""
    wanted = _wanted(request.args)
    groups = [] if wanted.asked.errors else history.failed_groups(wanted.chosen)
    return render(
        "failed/page.html",
        "list",
        status=wanted.asked.status,
        groups=[(group, causes.find(group.code)) for group in groups],
        full=len(groups) >= history.MOST_GROUPS,
        **_common(wanted),
    )


@blueprint.get("/messages")
@need("viewer")
def messages() -> Response:
    """The messages, to choose from."""
    wanted = _wanted(request.args)
    wrong = bool(wanted.asked.errors)
    found = Page(()) if wrong else history.messages(wanted.chosen, wanted.asked.cursor("before"))
    return render(
        "failed/messages.html",
        "list",
        status=wanted.asked.status,
        found=found,
        deep="before" in request.args,
        cause=causes.find(wanted.chosen.code) if wanted.chosen.code else None,
        **_common(wanted),
    )


def _common(wanted: Wanted) -> dict[str, Any]:
    return {
        "asked": wanted.asked,
        "fields": wanted.fields,
        "connectors": asking.connector_choices(),
        "entities": ENTITIES,
        "may_act": _may_act(wanted.chosen.connector),
        "no_code": NO_CODE,
    }


def _may_act(connector_id: str) -> bool:
    """Whether this person may repair anything that such a list shows."""
    if connector_id:
        return bool(current_user.may(OPERATOR, connector_id))
    return any(current_user.may(OPERATOR, each) for each in ("", *current_user.grants))


def _mine(wanted: Wanted) -> Wanted:
    """The same, about those connectors only in which this person may repair; 403 when there is none."""
    if wanted.chosen.connector:
        allow(OPERATOR, wanted.chosen.connector)
    elif not _may_act(""):
        abort(403)
    return Wanted(wanted.asked, replace(wanted.chosen, without=current_user.barred(OPERATOR)))


@blueprint.post("/<any(reprocess, skip):act>")
@need("viewer")
def mend(act: str) -> Response:
    """The first POST asks for confirmation, the second (`confirmed`) does it."""
    wanted = _mine(_wanted(request.form))
    scope = request.form.get("scope", "")
    if wanted.asked.errors or scope not in ("selected", "filter"):
        abort(400)
    ids = asking.numbered(request.form.getlist("id"))[: repair.MOST]
    if scope == "selected" and not ids:
        flash("Tick messages first.", "warning")
        return go(asking.query(url_for("failed.messages"), **wanted.fields))
    what = history.outside(ids, wanted.chosen.without) if scope == "selected" else wanted.chosen
    reason = wanted.asked.text("reason", REASON)
    if request.form.get("confirmed") and not wanted.asked.errors:
        if reason or act == acts.REPROCESS:
            return _do(act, what, reason)
        wanted.asked.errors["reason"] = "Say why, so that others know it later."
    return render(
        "failed/confirm.html",
        "confirm",
        status=wanted.asked.status,
        act=act,
        scope=scope,
        number=repair.how_many(act, what),
        ids=ids if scope == "selected" else [],
        cause=causes.find(wanted.chosen.code) if wanted.chosen.code else None,
        back=asking.query(url_for("failed.page"), **wanted.fields),
        asked=wanted.asked,
        fields=wanted.fields,
    )


def _do(act: str, what: Filter | list[int], reason: str) -> Response:
    user = current_user.name
    if act == acts.REPROCESS:
        done = repair.reprocess(what, user=user, reason=reason, bell=_bell())
    else:
        done = repair.skip(what, user=user, reason=reason)
    if not done.finished:
        return go(url_for("failed.progress", run_id=done.run_id))
    flash(_outcome(act, done), "success" if done.changed else "warning")
    return go(url_for("failed.page"))


def _outcome(act: str, done: Repaired) -> str:
    text = f"{done.changed:,} message{'' if done.changed == 1 else 's'} {acts.DONE[act]}."
    left = done.done - done.changed
    return f"{text} {left:,} had been overtaken by newer changes." if left else text


def _bell() -> Any:
    return getattr(current_app.extensions.get("engine"), "bell", None)


@blueprint.get("/repairs/<int:run_id>")
@need("viewer")
def progress(run_id: int) -> Response:
    """How far a repair has come. While it goes on the page drives it by its own form."""
    return _progress(run_id)


@blueprint.post("/repairs/<int:run_id>")
@need("viewer")
def go_on(run_id: int) -> Response:
    """One more slice of a repair."""
    run = _find(run_id)
    if not _may_go_on(run):
        abort(403)
    repair.advance(run_id, bell=_bell())
    return _progress(run_id)


def _find(run_id: int) -> Any:
    run = logbook.run(run_id) if run_id <= LARGEST else None
    if run is None or run.job != "bulk":
        abort(404)
    allow("viewer", run.connector_id)
    return run


def _may_go_on(run: Any) -> bool:
    """A repair of several connectors is driven on by whoever began it, and by operators of the whole house."""
    if run.user == current_user.name and not run.connector_id:
        return _may_act("")
    return bool(current_user.may(OPERATOR, run.connector_id))


def _progress(run_id: int) -> Response:
    run = _find(run_id)
    return render(
        "failed/progress.html",
        "progress",
        run=run,
        going=run.status == "processing",
        said=logbook.details(run),
        may_act=_may_go_on(run),
    )
