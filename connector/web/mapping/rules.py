"""Sync rules: a list in their order, the form of one, and a test against the store's last orders (RUL-01..03).

Administrators only. The form has two levels of conditions: groups, of which all or any must fit, each of conditions
of which all or any must fit. Without scripts every button sends the form and gets it back as it was typed.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Response, abort, flash, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from connector.errors import Invalid, Outcome, Skip
from connector.queue.reading import history
from connector.queue.reading.filters import Filter
from connector.records import ORDER, STORE_TO_ERP, Order
from connector.setup import references, rules, stamps
from connector.setup.connectors import Config
from connector.sync import rules as at_work
from connector.systems.mapping import conditions
from connector.web.access.auth import need
from connector.web.frame import configuring
from connector.web.frame.configuring import known, typed
from connector.web.frame.language import choices, tr
from connector.web.frame.marks import N_
from connector.web.frame.render import go, render

blueprint = Blueprint("rules", __name__, url_prefix="/connectors/<connector_id>/rules")
MOST_GROUPS, MOST_LEAVES, LAST = 8, 12, 20
JOINS = (("all", N_("All of these")), ("any", N_("Any of these")))
# the words of systems/mapping/conditions, which begin without a capital: marked for the catalogues
OPERATORS = {
    "eq": N_("is"),
    "ne": N_("is not"),
    "in": N_("is one of (commas)"),
    "not_in": N_("is none of (commas)"),
    "contains": N_("contains"),
    "not_contains": N_("does not contain"),
    "starts": N_("begins with"),
    "gt": N_("is more than"),
    "ge": N_("is at least"),
    "lt": N_("is less than"),
    "le": N_("is at most"),
    "empty": N_("is empty"),
    "not_empty": N_("is not empty"),
}
INSIDE = OPERATORS | {"in": N_("is one of"), "not_in": N_("is none of")}


@blueprint.get("")
@need("admin")
def page(connector_id: str) -> Response:
    config = known(connector_id)
    found = [
        row | {"when": _when(row["conditions"]) or _("always"), "then": ", ".join(map(_deed, row["actions"]))}
        for row in rules.of(config.id)
    ]
    return render("rules/page.html", config=config, rules=found)


@blueprint.route("/new", methods=["GET"])
@need("admin")
def new(connector_id: str) -> Response:
    return _show(known(connector_id), None, _form_of({"name": "", "conditions": {}, "actions": []}), "")


@blueprint.get("/<int:number>")
@need("admin")
def rule(connector_id: str, number: int) -> Response:
    config = known(connector_id)
    row = _stored(config, number)
    return _show(config, number, _form_of(row), rules.stamp(row))


@blueprint.post("/save")
@need("admin")
def save(connector_id: str) -> Response:
    """Save, more room, or test: what the pressed button says."""
    config = known(connector_id)
    number = _number(typed("number"))
    form, stamp = _sent(), typed("based_on")
    if typed("do") == "more":
        form["groups"] = [*form["groups"], _group()][:MOST_GROUPS]
        form["groups"] = [group | {"leaves": [*group["leaves"], _leaf()][:MOST_LEAVES]} for group in form["groups"]]
        return _show(config, number, form, stamp)
    given = _given(form)
    if typed("do") == "try":
        return _show(config, number, form, stamp, tried=_try(config, given, typed("key").strip()))
    try:
        said = rules.save(config.id, number, given, user=current_user.name, based_on=stamp)[1]
    except Invalid as error:
        return _show(config, number, form, stamp, status=422, errors=error.errors)
    except stamps.Stale:
        return _show(config, number, form, rules.stamp(_stored(config, number or 0)), status=409, stale=True)
    except KeyError:
        abort(404)
    configuring.changed()
    flash(_("Saved: %(what)s.", what="; ".join(said)) if said else _("Nothing was different."), "success")
    return go(url_for("rules.page", connector_id=config.id))


@blueprint.get("/<int:number>/delete")
@need("admin")
def confirm_remove(connector_id: str, number: int) -> Response:
    config = known(connector_id)
    return render("rules/confirm.html", config=config, rule=_stored(config, number))


@blueprint.post("/<int:number>/delete")
@need("admin")
def remove(connector_id: str, number: int) -> Response:
    config = known(connector_id)
    _stored(config, number)
    name = rules.remove(config.id, number, user=current_user.name)
    configuring.changed()
    flash(_("The rule %(name)s was deleted.", name=name), "success")
    return go(url_for("rules.page", connector_id=config.id))


def _stored(config: Config, number: int) -> dict[str, Any]:
    try:
        return rules.get(config.id, number)
    except KeyError:
        abort(404)


def _number(text: str) -> int | None:
    if text and not (text.isascii() and text.isdigit() and len(text) < 10):
        abort(400)
    return int(text) if text else None


# --- a rule in words, as conditions.told and rules.told say it for the log


def _when(tree: Mapping[str, Any], top: bool = True) -> str:
    for join, word in ((conditions.ALL, _("and")), (conditions.ANY, _("or"))):
        if join in tree:
            parts = [text for each in tree[join] if (text := _when(each, False))]
            text = f" {word} ".join(parts)
            return text if top or len(parts) < 2 else f"({text})"
    if "field" not in tree:
        return ""
    field = str(tree["field"])
    label = tr(conditions.FIELDS[field][0]) if field in conditions.FIELDS else field.removeprefix(conditions.RAW)
    return f"{label} {tr(INSIDE.get(str(tree.get('op')), '?'))} {tree.get('value', '')}".strip()


def _deed(action: Mapping[str, Any]) -> str:
    label, wanted = rules.ACTIONS.get(str(action.get("do")), (str(action.get("do")), ""))
    return _("%(deed)s to %(value)s", deed=tr(label), value=action.get("value", "")) if wanted else tr(label)


# --- the form


def _leaf(field: str = "", op: str = "eq", value: str = "") -> dict[str, str]:
    return {"field": field, "op": op, "value": value}


def _group() -> dict[str, Any]:
    return {"join": "any", "leaves": [_leaf()]}


def _form_of(row: Mapping[str, Any]) -> dict[str, Any]:
    """A stored rule as the two levels of the form; deeper trees (made by import) are shown flattened to two."""
    join, groups = _levels(row["conditions"])
    done = {action["do"]: str(action.get("value", "")) for action in row["actions"]}
    return {
        "name": row["name"],
        "description": row.get("description", ""),
        "priority": str(row.get("priority", 100)),
        "active": bool(row.get("active", True)),
        "join": join,
        "groups": [group | {"leaves": [*group["leaves"], _leaf()]} for group in groups] or [_group()],
        "actions": {name: done.get(name) for name in rules.ACTIONS},
    }


def _levels(tree: Mapping[str, Any]) -> tuple[str, list[dict[str, Any]]]:
    join = "any" if "any" in tree else "all"
    inside = tree.get(join) or ([tree] if "field" in tree else [])
    groups = []
    for each in inside:
        own = "any" if "any" in each else "all"
        leaves = each.get(own) or ([each] if "field" in each else [])
        told = [_leaf(str(one["field"]), str(one["op"]), str(one.get("value", ""))) for one in leaves if "field" in one]
        groups.append({"join": own, "leaves": told})
    return join, groups


def _sent() -> dict[str, Any]:
    """The form as it was sent."""
    groups = []
    for g in range(MOST_GROUPS):
        if f"g{g}-join" not in request.form:
            break
        leaves = [
            _leaf(typed(f"g{g}-{n}-field"), typed(f"g{g}-{n}-op"), typed(f"g{g}-{n}-value"))
            for n in range(MOST_LEAVES)
            if f"g{g}-{n}-field" in request.form
        ]
        groups.append({"join": typed(f"g{g}-join"), "leaves": leaves})
    return {
        "name": typed("name"),
        "description": typed("description"),
        "priority": typed("priority"),
        "active": bool(typed("active")),
        "join": typed("join"),
        "groups": groups or [_group()],
        "actions": {name: typed(f"value-{name}") if typed(f"do-{name}") else None for name in rules.ACTIONS},
        "kept": {name: typed(f"value-{name}") for name in rules.ACTIONS},
    }


def _given(form: Mapping[str, Any]) -> dict[str, Any]:
    """What the form says, as a rule; blank conditions are left out."""
    groups = []
    for group in form["groups"]:
        leaves = [_bare(leaf) for leaf in group["leaves"] if leaf["field"] or leaf["value"].strip()]
        if leaves:
            groups.append(leaves[0] if len(leaves) == 1 else {_join(group["join"]): leaves})
    tree = groups[0] if len(groups) == 1 else {_join(form["join"]): groups} if groups else {}
    actions = [{"do": name, "value": value} for name, value in form["actions"].items() if value is not None]
    names = ("name", "description", "priority", "active")
    return {name: form[name] for name in names} | {"conditions": tree, "actions": actions}


def _join(text: str) -> str:
    return "any" if text == "any" else "all"


def _bare(leaf: Mapping[str, str]) -> dict[str, str]:
    return {"field": leaf["field"], "op": leaf["op"], "value": leaf["value"].strip()}


def _show(
    config: Config, number: int | None, form: Mapping[str, Any], stamp: str, *, status: int = 200, **more: Any
) -> Response:
    lists = {
        name: [(one.value, one.label) for one in references.values(config.id, kept) if not one.missing]
        for name, (_label, kept) in rules.ACTIONS.items()
        if kept
    }
    usual: dict[str, Any] = {"errors": {}, "tried": None, "stale": False}
    return render(
        "rules/edit.html", status=status, config=config, number=number, form=form, based_on=stamp, lists=lists,
        fields=[(name, tr(label)) for name, (label, _values) in conditions.FIELDS.items()],
        operators=choices(OPERATORS.items()),
        joins=choices(JOINS), actions=rules.ACTIONS,
        key=typed("key") if request.method == "POST" else "", **(usual | more),
    )  # fmt: skip


# --- the test


def _try(config: Config, given: Mapping[str, Any], key: str) -> dict[str, Any]:
    """What the rule would do with one order, or with the last ones that travelled. Reads, writes nothing."""
    wrong = conditions.problem(given["conditions"])
    if wrong:
        return {"problem": wrong, "orders": []}
    made = at_work.Rule(given["name"] or _("This rule"), given["conditions"], given["actions"])
    page = history.messages(Filter(config.id, ORDER), limit=LAST * 2)
    last = list(dict.fromkeys(row.key for row in page.rows if row.direction == STORE_TO_ERP))[:LAST]
    keys = [key] if key else last
    if not keys:
        return {"problem": _("No order has come from the store yet: type the number of one."), "orders": []}
    try:
        found = configuring.engine().systems(config.id).store.read_many(ORDER, keys)
    except Outcome as word:
        return {"problem": word.reason, "orders": []}
    except Invalid:
        return {"problem": _("The connection of this connector is not complete."), "orders": []}
    orders = [_told(made, found[each]) for each in keys if isinstance(found.get(each), Order)]
    if not orders:
        return {"problem": _("The store has no order %(key)s.", key=keys[0]), "orders": []}
    return {"problem": "", "orders": orders}


def _told(rule: at_work.Rule, order: Order) -> dict[str, Any]:
    try:
        names = at_work.apply([rule], order)[1]
    except Skip:
        return {"key": order.key, "fits": True, "total": order.total, "what": _("It would not be synced.")}
    told = ", ".join(map(_deed, rule.actions)) or _("nothing yet")
    return {"key": order.key, "fits": bool(names), "total": order.total, "what": told if names else ""}
