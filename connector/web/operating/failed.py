"""Failed Messages: by cause, or one by one; and reprocessing or skipping one, some, a cause, or all of a filter.

Every repair is confirmed first, with the number of messages counted by the server, by the same form with and
without scripts. A large one has a page with its progress; whoever looks at it drives it on (queue/repair).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from flask import Blueprint, Response, abort, current_app, flash, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_login import current_user

from connector.db import utcnow
from connector.queue.models import FAILED
from connector.queue.reading import estimates, history, logbook
from connector.queue.reading.filters import Filter
from connector.queue.reading.paging import Page
from connector.queue.repairing import acts, care, repair
from connector.queue.repairing.care import About
from connector.queue.repairing.repair import Repaired
from connector.records import ORDER
from connector.setup.models import OPERATOR
from connector.web.access.auth import allow, need
from connector.web.frame import asking
from connector.web.frame.asking import ENTITIES, LARGEST, Asked
from connector.web.frame.language import choices, format_decimal
from connector.web.frame.render import go, render
from connector.web.operating import caring, causes, mending

blueprint = Blueprint("failed", __name__, url_prefix="/failed")
NO_CODE = "-"  # in an address: the messages without a cause's code
FIELDS = ("connector", "entity", "cause", "text", "from_date", "from_time", "to_date", "to_time", "paused")
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
        entity=asked.choice("entity", list(dict(ENTITIES))),
        status=FAILED,
        code=None if not cause else "" if cause == NO_CODE else cause,
        text=asked.text("text", 200),
        since=asked.moment("from_date", "from_time"),
        until=asked.moment("to_date", "to_time", end=True),
        without=current_user.hidden,
        awake=None if asked.choice("paused", ("1",)) else utcnow(),
    )
    return Wanted(asked, chosen)


@blueprint.get("")
@need("viewer")
def page() -> Response:
    """The causes."""
    wanted, now = _wanted(request.args), utcnow()
    cares, single = care.known(now)
    asleep = care.asleep(now, cares) if wanted.chosen.awake is not None else set()
    # looking at each message costs more than all the rest: only when one of them is put aside
    chosen = wanted.chosen if single else replace(wanted.chosen, awake=None)
    groups = [] if wanted.asked.errors else history.failed_groups(chosen, asleep=asleep)
    trends = history.trends(groups, wanted.chosen, now)
    return render(
        "failed/page.html",
        "list",
        status=wanted.asked.status,
        groups=[_shown(group, hours, cares) for group, hours in zip(groups, trends, strict=True)],
        full=len(groups) >= history.MOST_GROUPS,
        asleep=sum(cause[0] not in current_user.hidden for cause in asleep),
        now=now,
        **_common(wanted),
    )


def _shown(group: history.Group, hours: list[int], cares: dict[tuple[str, str, str], Any]) -> dict[str, Any]:
    return {
        "group": group,
        "cause": causes.find(group.code),
        "place": mending.place(group.code, group.connector),
        "hours": hours,
        "care": cares.get((group.connector, group.entity, group.code)),
    }


@blueprint.get("/causes/<connector>/<entity>")
@need("viewer")
def cause(connector: str, entity: str) -> Response:
    """One cause: what it is, where it is put right, who looks after it, its newest messages."""
    return _cause(connector, entity)


@blueprint.post("/causes/<connector>/<entity>/<any(care, note):what>")
@need("operator")
def look_after(connector: str, entity: str, what: str) -> Response:
    """Owner and pause of a cause, or a note on it."""
    about = _about(connector, entity)
    back = url_for("failed.cause", connector=connector, entity=entity, cause=about.code or NO_CODE)
    return caring.save(what, about, back, lambda asked: _cause(connector, entity, asked))


def _about(connector: str, entity: str) -> About:
    code = request.values.get("cause", "")
    if entity not in dict(ENTITIES) or len(code) > 80 or not asking.storable(connector + code):
        abort(404)
    return About(connector, entity, "" if code == NO_CODE else code)


def _cause(connector: str, entity: str, typed: Asked | None = None) -> Response:
    about = _about(connector, entity)
    chosen = Filter(connector, entity, status=FAILED, code=about.code)
    groups = history.failed_groups(chosen)
    code = about.code or NO_CODE
    return render(
        "failed/cause.html",
        status=422 if typed else 200,
        group=groups[0] if groups else None,
        hours=history.trends(groups, chosen, utcnow(), hours=48)[0] if groups else [],
        about=about,
        cause=causes.find(about.code),
        place=mending.place(about.code, connector),
        fields={"connector": connector, "entity": entity, "cause": code, "paused": "1"},
        here={"connector": connector, "entity": entity, "cause": code},
        found=history.messages(chosen, limit=10),
        may_act=_may_act(connector),
        **caring.shown(about, typed),
    )


@blueprint.get("/orders")
@need("viewer")
def orders() -> Response:
    """Order Sync Failure (LOG-13, MAN-19): orders that failed, with number and error; some or all are sent again."""
    wanted = _wanted({**request.args.to_dict(), "entity": ORDER})
    wrong = bool(wanted.asked.errors)
    found = Page(()) if wrong else history.messages(wanted.chosen, wanted.asked.cursor("before"))
    return render(
        "failed/orders.html",
        "list",
        status=wanted.asked.status,
        found=found,
        causes={row.id: causes.find(row.code) for row in found.rows},
        places={row.id: mending.place(row.code, row.connector_id) for row in found.rows},
        deep="before" in request.args,
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
        "entities": choices(ENTITIES),
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
        flash(_("Tick messages first."), "warning")
        return go(asking.query(url_for("failed.messages"), **wanted.fields))
    what = history.outside(ids, wanted.chosen.without) if scope == "selected" else wanted.chosen
    reason = wanted.asked.text("reason", REASON)
    if request.form.get("confirmed") and not wanted.asked.errors:
        if reason or act == acts.REPROCESS:
            return _do(act, what, reason, stages=request.form.get("stages") == "1")
        wanted.asked.errors["reason"] = _("Say why, so that others know it later.")
    return render(
        "failed/confirm.html",
        "confirm",
        status=wanted.asked.status,
        act=act,
        scope=scope,
        number=repair.how_many(act, what),
        plan=estimates.estimate(act, what, utcnow()) if act == acts.REPROCESS else [],
        stages=request.form.get("stages") == "1" or not request.form.get("confirmed"),
        ids=ids if scope == "selected" else [],
        cause=causes.find(wanted.chosen.code) if wanted.chosen.code else None,
        back=asking.query(url_for("failed.page"), **wanted.fields),
        asked=wanted.asked,
        fields=wanted.fields,
    )


def _do(act: str, what: Filter | list[int], reason: str, *, stages: bool = False) -> Response:
    user = current_user.name
    if act == acts.REPROCESS:
        done = repair.reprocess(what, user=user, reason=reason, bell=_bell(), stages=stages)
    else:
        done = repair.skip(what, user=user, reason=reason)
    if not done.finished:
        return go(url_for("failed.progress", run_id=done.run_id))
    flash(_outcome(act, done), "success" if done.changed else "warning")
    return go(url_for("failed.page"))


def _outcome(act: str, done: Repaired) -> str:
    number = format_decimal(done.changed)
    if act == acts.REPROCESS:
        text = ngettext(
            "%(number)s message reprocessed.", "%(number)s messages reprocessed.", done.changed, number=number
        )
    else:
        text = ngettext("%(number)s message skipped.", "%(number)s messages skipped.", done.changed, number=number)
    left = done.done - done.changed
    if not left:
        return text
    over = ngettext(
        "%(number)s had been overtaken by newer changes.",
        "%(number)s had been overtaken by newer changes.",  # one word in English, two in other languages
        left,
        number=format_decimal(left),
    )
    return f"{text} {over}"


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


@blueprint.post("/repairs/<int:run_id>/stop")
@need("viewer")
def stop(run_id: int) -> Response:
    """Send no more messages of a repair."""
    if not _may_go_on(_find(run_id)):
        abort(403)
    repair.stop(run_id, user=current_user.name)
    repair.advance(run_id, bell=_bell())
    return go(url_for("failed.progress", run_id=run_id))


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
    stages = logbook.plan(run).get("stages") or {}
    return render(
        "failed/progress.html",
        "progress",
        run=run,
        going=run.status == "processing",
        said=logbook.details(run),
        may_act=_may_go_on(run),
        canaries=stages.get("first", []),
        waiting=len(stages.get("sent", [])),
        trying=bool(stages.get("canaries")),
    )
