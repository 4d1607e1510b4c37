"""The ERP's own routes for scripts: edit records, start traffic, say where pushes go, drop sessions."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Flask, jsonify, request

from connector.sandbox.acumatica.model import NON_STOCK_ITEM, STOCK_ITEM
from connector.sandbox.acumatica.values import finite
from connector.sandbox.catalogue import STATUSES
from connector.sandbox.control import refused

READ_ONLY = STOCK_ITEM.read_only | NON_STOCK_ITEM.read_only | {"InventoryID"}
FIELDS = {**STOCK_ITEM.fields, **NON_STOCK_ITEM.fields}


def register(app: Flask, system: Any) -> None:
    page = Blueprint("controls", __name__, url_prefix="/_sandbox")

    @page.route("/push", methods=["GET", "PUT"])
    def push() -> Any:
        if request.method == "GET":
            return jsonify({**system.store.push, "counts": system.sender.counts()})
        try:
            return jsonify(system.sender.configure(request.get_json(silent=True) or {}))
        except ValueError as error:
            return refused(error)

    @page.get("/push/messages")
    def messages() -> Any:
        return jsonify(system.sender.view(request.args.get("status", ""), request.args.get("limit", 100, int)))

    @page.post("/push/again")
    def again() -> Any:
        raw = request.get_json(silent=True) or {}
        return jsonify(sent=system.sender.again(raw.get("id")))

    @page.route("/traffic", methods=["GET", "POST"])
    def traffic() -> Any:
        if request.method == "GET":
            return jsonify(system.traffic.status())
        try:
            return jsonify(system.traffic.start(request.get_json(silent=True) or {}))
        except ValueError as error:
            return refused(error)

    @page.post("/edit")
    def edit() -> Any:
        raw = request.get_json(silent=True) or {}
        edits = raw["edits"] if isinstance(raw, dict) and "edits" in raw else [raw]
        try:
            cleaned = [(str(entry["key"]), clean(entry["fields"])) for entry in edits]
        except (KeyError, TypeError, ValueError) as error:
            return refused(ValueError(f"An edit is {{key, fields}}: {error}"))
        missing = [key for key, fields in cleaned if not system.erp.edit(key, fields)]
        done = {key: system.erp.state([key]) for key, _ in cleaned[:1]}
        return jsonify(edited=len(cleaned) - len(missing), missing=missing, state=next(iter(done.values()), {})), (
            404 if missing and len(cleaned) == 1 else 200
        )

    @page.post("/sessions/drop")
    def drop() -> Any:
        return jsonify(dropped=system.sessions.drop_all())

    app.register_blueprint(page)


def clean(raw: Any) -> dict[str, Any]:
    """Fields in their types; `stock` is {warehouse: quantity or {on_hand, available, shipping}}. Raises ValueError."""
    if not isinstance(raw, dict) or not raw:
        raise ValueError("fields is an object with at least one field")
    fields: dict[str, Any] = {}
    for name, value in raw.items():
        if name == "stock":
            fields[name] = {str(key).strip().upper(): level(amount) for key, amount in dict(value).items()}
        elif name == "promotion":
            fields[name] = finite(value) if value not in (None, "") else None
        elif name not in FIELDS or name in READ_ONLY:
            raise ValueError(f"{name} is not a field that can be edited")
        else:
            fields[name] = typed(name, value)
    return fields


def level(amount: Any) -> Any:
    if isinstance(amount, dict):
        return {name: finite(value) for name, value in amount.items()}
    return finite(amount)


def typed(name: str, value: Any) -> Any:
    kind = FIELDS[name]
    if kind == "Decimal":
        number = finite(value)
        if number < 0:
            raise ValueError(f"{name} must not be negative")
        return number
    if kind == "Boolean":
        return value if isinstance(value, bool) else str(value).lower() in ("true", "1", "yes", "on")
    if name == "ItemStatus" and value not in STATUSES:
        raise ValueError(f"ItemStatus is one of: {', '.join(STATUSES)}")
    return str(value)
