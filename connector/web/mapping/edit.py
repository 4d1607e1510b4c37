"""The form of some rows of a mapping: new ones and stored ones together, saved in one go, tried before that.

A row of the form keeps the place that it has in the stored mapping; the stamp makes sure that the mapping is still
the one that the form was made from. Without scripts every button sends the form and gets it back as it was typed.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Response, abort, flash, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from connector.errors import Invalid
from connector.setup import mapping_checks, mappings, stamps
from connector.setup.connectors import Config
from connector.setup.kinds import Kind
from connector.systems.mapping import Transform
from connector.web.access.auth import need
from connector.web.frame import configuring
from connector.web.frame.asking import Asked
from connector.web.frame.configuring import known, typed
from connector.web.frame.language import tr
from connector.web.frame.render import go, render
from connector.web.mapping import base, tester
from connector.web.mapping.base import blueprint, the_kind

MOST = 60  # rows of one form
NEW = 3  # blank rows of a fresh one
ARROW = "="


@blueprint.get("/<kind>/edit")
@need("admin")
def edit_rows(connector_id: str, kind: str) -> Response:
    """The form: of the rows that are named, else of three blank ones."""
    config, which = known(connector_id), the_kind(kind)
    rows, stamp = base.stored(config, which)
    places = [at for at in configuring.chosen("row", request.args.getlist("row")) if at < len(rows)][:MOST]
    forms = [_shown(which, rows[at], at) for at in places]
    forms = forms or [_prefilled(which)] + [_blank(which) for _ in range(NEW - 1)]
    return _show(config, which, forms, stamp)


@blueprint.post("/<kind>/choose")
@need("admin")
def edit_chosen(connector_id: str, kind: str) -> Response:
    """From the ticks of the grid to the form of these rows."""
    config, which = known(connector_id), the_kind(kind)
    return go(url_for("mapping.edit_rows", connector_id=config.id, kind=which.name, row=configuring.chosen()[:MOST]))


@blueprint.post("/<kind>/edit")
@need("admin")
def save_rows(connector_id: str, kind: str) -> Response:
    """Save, one more row, or try: what the pressed button says."""
    config, which = known(connector_id), the_kind(kind)
    forms, stamp = _sent(which), typed("based_on")
    do = typed("do")
    if do == "more":
        return _show(config, which, [*forms, _blank(which)][:MOST], stamp)
    rows = mappings.of(config.id, which.name)
    wanted, places = _merged(which, rows, forms)
    if do == "try":
        tried = tester.tried(config, which, rows, wanted, places, typed("key").strip(), typed("second").strip())
        errors = _placed(mapping_checks.errors(which, [mapping_checks.cleaned(which, row) for row in wanted]), places)
        return _show(config, which, forms, stamp, errors=errors[0], problems=errors[1], tried=tried)
    try:
        said = mappings.save(config.id, which.name, wanted, current_user.name, stamp)
    except Invalid as error:
        own, others = _placed(error.errors, places)
        return _show(config, which, forms, stamp, status=422, errors=own, problems=others)
    except stamps.Stale:
        return _stale(config, which, forms)
    configuring.changed()
    flash(base.saved(said), "success")
    return go(base.address(config, which))


def _stale(config: Config, kind: Kind, forms: list[dict[str, str]]) -> Response:
    """Somebody was quicker: the rows of the form become new ones beside what is stored now."""
    stamp = base.stored(config, kind)[1]
    return _show(config, kind, [form | {"at": ""} for form in forms], stamp, status=409, stale=True)


def _sent(kind: Kind) -> list[dict[str, str]]:
    """The rows of the form as they were sent."""
    places = request.form.getlist("place")
    if len(places) > MOST or not all(place.isascii() and place.isdigit() and len(place) < 4 for place in places):
        abort(400)
    names = list(_blank(kind))
    return [
        {name: typed(f"r{place}-{name}") for name in names} | ({"active": typed(f"r{place}-active")})
        for place in dict.fromkeys(places)
    ]


def _blank(kind: Kind) -> dict[str, str]:
    usual = {"at": "", "scope": "", "active": "1"}
    columns = {column.name: "" for column in kind.columns}
    if not kind.fields:
        return usual | columns
    more = {"kind": "none", "value": "", "pairs": "", "otherwise": "fail", "default": ""}
    return usual | columns | {"direction": "erp_to_store", "use_in": "both"} | more


def _prefilled(kind: Kind) -> dict[str, str]:
    """A blank row with what the address says (a new attribute, a method that was not mapped)."""
    asked = Asked(request.args)
    return _blank(kind) | {column.name: asked.text(column.name) for column in kind.columns}


def _shown(kind: Kind, row: Mapping[str, Any], at: int) -> dict[str, str]:
    form = _blank(kind) | {column.name: base.cell(row, column) for column in kind.columns}
    form |= {"at": str(at), "scope": row["scope"], "active": "1" if row["active"] else ""}
    if kind.fields:
        transform = Transform.of(row["more"].get("transform"))
        form |= {"direction": row["direction"], "use_in": row["use_in"], "kind": transform.kind}
        form |= {"value": transform.value, "otherwise": transform.otherwise, "default": transform.default}
        form["pairs"] = "\n".join(f"{erp} {ARROW} {store}" for erp, store in transform.pairs)
    return form


def _row(kind: Kind, form: Mapping[str, str]) -> dict[str, Any]:
    """A row of the form as a row of the mapping."""
    names = [column.name for column in kind.columns if column.name not in ("store", "erp")]
    row: dict[str, Any] = {"store": form["store"], "erp": form["erp"], "scope": form["scope"]}
    row |= {"active": bool(form["active"]), "more": {name: form[name] for name in names}}
    if kind.fields:
        pairs = [line.partition(ARROW) for line in form["pairs"].splitlines() if line.strip()]
        row |= {"direction": form["direction"], "use_in": form["use_in"]}
        row["more"]["transform"] = {
            "kind": form["kind"], "value": form["value"], "otherwise": form["otherwise"], "default": form["default"],
            "pairs": [[erp.strip(), store.strip()] for erp, _, store in pairs],
        }  # fmt: skip
    return row


def _empty(kind: Kind, form: Mapping[str, str]) -> bool:
    """A blank row that was left blank."""
    return not form["at"] and not any(form[column.name].strip() for column in kind.columns)


def _merged(
    kind: Kind, rows: mappings.Rows, forms: list[dict[str, str]]
) -> tuple[list[dict[str, Any]], dict[int, int]]:
    """The whole mapping with the form's rows in it, and {place in it: row of the form}."""
    wanted: list[dict[str, Any]] = [dict(row) for row in rows]
    places = {}
    for number, form in enumerate(forms):
        if _empty(kind, form):
            continue
        at = int(form["at"]) if form["at"].isascii() and form["at"].isdigit() and len(form["at"]) < 7 else -1
        if 0 <= at < len(rows):
            wanted[at] = _row(kind, form)
        else:
            wanted.append(_row(kind, form))
            at = len(wanted) - 1
        places[at] = number
    return wanted, places


def _placed(errors: Mapping[str, str], places: Mapping[int, int]) -> tuple[dict[str, str], list[str]]:
    """Sentences by "<row of the form>.<column>", and those of rows that the form does not show."""
    own, others = {}, []
    for path, sentence in errors.items():
        at, name = path.partition(".")[::2]
        if at.isdigit() and int(at) in places:
            own[f"{places[int(at)]}.{name}"] = sentence
        else:
            others.append(
                _("Row %(number)s: %(why)s", number=int(at) + 1, why=tr(sentence)) if at.isdigit() else sentence
            )
    return own, others


def _show(
    config: Config,
    kind: Kind,
    forms: list[dict[str, str]],
    stamp: str,
    *,
    status: int = 200,
    errors: Mapping[str, str] | None = None,
    problems: list[str] | None = None,
    **more: Any,
) -> Response:
    return render(
        "mapping/edit.html",
        status=status,
        config=config,
        kind=kind,
        forms=forms,
        based_on=stamp,
        errors=errors or {},
        problems=problems or [],
        lists={column.name: configuring.options(config, kind, column) for column in kind.columns},
        views=configuring.views(config),
        heading=base.heading(kind),
        directions={name: tr(word) for name, word in base.DIRECTIONS.items()},
        uses={name: tr(word) for name, word in base.USES.items()},
        transforms={name: tr(word) for name, word in base.TRANSFORMS.items()},
        fixed=mapping_checks.FIXED_ERP.get(kind.name, ()),
        asks=tester.asks(kind),
        key=typed("key") if request.method == "POST" else "",
        second=typed("second") if request.method == "POST" else "",
        most=MOST,
        **more,
    )
