"""Get New Attributes: ERP attributes that the store has not, and a message that makes one there (MAP-04, MAP-05)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Response, abort, flash, url_for
from flask_babel import gettext as _
from flask_login import current_user

from connector.errors import Invalid, Outcome
from connector.records import ATTRIBUTE, CUSTOMER, CUSTOMER_ATTRIBUTE, PRODUCT
from connector.setup import mappings, schema
from connector.setup.connectors import Config
from connector.setup.kinds import Kind
from connector.systems import registry
from connector.web.access.auth import need
from connector.web.frame import configuring
from connector.web.frame.configuring import known
from connector.web.frame.language import tr
from connector.web.frame.marks import N_
from connector.web.frame.render import go, render
from connector.web.mapping import base
from connector.web.mapping.base import blueprint, the_kind

MADE_BY = {PRODUCT: ATTRIBUTE, CUSTOMER: CUSTOMER_ATTRIBUTE}
PREFIX = "Attributes/"
KINDS = {
    "text": N_("Text"),
    "list": N_("Drop-down"),
    "multi": N_("Several choices"),
    "flag": N_("Yes or no"),
    "date": N_("Date"),
}


@blueprint.get("/<kind>/attributes")
@need("admin")
def new_attributes(connector_id: str, kind: str) -> Response:
    """The list: only those that are neither in the store nor mapped."""
    config, which = known(connector_id), _with_attributes(kind)
    return render(
        "mapping/attributes.html",
        config=config,
        kind=which,
        found=missing(config, which),
        loaded=bool(schema.fields(config.id, "erp", which.entity)),
        refused=_refused(config, which),
    )


@blueprint.route("/<kind>/attributes/<path:key>", methods=["GET"])
@need("admin")
def new_attribute(connector_id: str, kind: str, key: str) -> Response:
    """The form of one, filled with what the ERP says of it."""
    config, which = known(connector_id), _with_attributes(kind)
    one = _one(config, which, key)
    return render("mapping/attribute.html", config=config, kind=which, one=one, refused=_refused(config, which))


@blueprint.route("/<kind>/attributes/<path:key>", methods=["POST"])
@need("admin")
def create_attribute(connector_id: str, kind: str, key: str) -> Response:
    """Put it on the queue, urgent: the store gets it as the ERP defines it, with its options."""
    config, which = known(connector_id), _with_attributes(kind)
    one = _one(config, which, key)
    try:
        number = configuring.engine().sync_now(
            config.id, MADE_BY[which.entity], one["key"], user=current_user.name, wait=5.0
        )
    except (Outcome, Invalid, KeyError) as error:
        why = getattr(error, "reason", error)
        flash(_("The attribute could not be asked for: %(why)s", why=why), "danger")
        return go(url_for("mapping.new_attributes", connector_id=config.id, kind=which.name))
    flash(
        _(
            "Attribute %(key)s is on its way to the store (message %(number)s). Then update the schema and map it.",
            key=one["key"],
            number=number,
        ),
        "success",
    )
    return go(url_for("messages.detail", message_id=number) if number else base.address(config, which))


def missing(config: Config, kind: Kind) -> list[dict[str, Any]]:
    """ERP attributes that no row maps and whose code the store has not."""
    mapped = {row["erp"] for row in mappings.of(config.id, kind.name)}
    there = {row["name"].casefold() for row in schema.fields(config.id, "store", kind.entity) if not row["missing"]}
    found = [row for row in schema.fields(config.id, "erp", kind.entity) if row["name"].startswith(PREFIX)]
    return [
        one
        for row in found
        if not row["missing"] and row["name"] not in mapped and (one := _told(row))["code"] not in there
    ]


def _told(row: Mapping[str, Any]) -> dict[str, Any]:
    key = row["name"].removeprefix(PREFIX)
    code = "".join(letter if letter.isascii() and letter.isalnum() else "_" for letter in key.casefold())
    return {
        "key": key,
        "label": row["label"] or key,
        "code": code,
        "type": tr(KINDS.get(row["kind"], KINDS["text"])),
        "options": [pair[1] or pair[0] for pair in row["options"]],
    }


def _one(config: Config, kind: Kind, key: str) -> dict[str, Any]:
    for one in missing(config, kind):
        if one["key"] == key:
            return one
    abort(404)


def _with_attributes(name: str) -> Kind:
    kind = the_kind(name)
    if kind.entity not in MADE_BY:
        abort(404)
    return kind


def _refused(config: Config, kind: Kind) -> str:
    """Why the plug-in cannot make such attributes, "" when it can (SYN-15: the edition rule)."""
    can = registry.get(config.plugin).capabilities
    entity = MADE_BY[kind.entity]
    if entity in can.limits:
        return tr(can.limits[entity])
    return "" if entity in can.writes else _("This store cannot be given new attributes.")
