"""Customer groups. Source: facts/MAGENTO.md, section 13, and the recording `customers`."""

from __future__ import annotations

from typing import Any

from connector.sandbox.magento.routing import Call, Refusal, as_int, route
from connector.sandbox.magento.search import search

GROUP = "Magento_Customer::group"
LONGEST = 32
Doc = dict[str, Any]


def all_groups(call: Call) -> dict[int, str]:
    """Codes of the groups by id."""
    return {row["id"]: row["code"] for row in call.shop.store.kind("customer_group").values()}


def show(call: Call, row: Doc) -> Doc:
    of = call.unit.get("taxclass", str(row["tax_class_id"])) or {"class_name": ""}
    return {**row, "tax_class_name": of["class_name"]}


@route("GET", "customerGroups/search", GROUP)
def listing(call: Call) -> Any:
    rows = sorted(call.shop.store.kind("customer_group").values(), key=lambda row: row["id"])
    return search(call, rows, lambda row, name: row.get({"customer_group_id": "id"}.get(name, name)),
                  lambda row: show(call, row))  # fmt: skip


@route("GET", "customerGroups/default", GROUP)
@route("GET", "customerGroups/default/{store}", GROUP)
def default(call: Call) -> Any:
    return show(call, call.unit.get("customer_group", "1"))


@route("GET", "customerGroups/{number}", GROUP)
def read(call: Call) -> Any:
    return show(call, of(call))


@route("GET", "customerGroups/{number}/permissions", GROUP)
def permissions(call: Call) -> Any:
    return of(call)["id"] <= 1


@route("POST", "customerGroups", GROUP, ("group",))
def create(call: Call) -> Any:
    return _save(call, None)


@route("PUT", "customerGroups/{number}", GROUP, ("group",))
def update(call: Call) -> Any:
    return _save(call, of(call))


@route("DELETE", "customerGroups/{number}", GROUP)
def delete(call: Call) -> Any:
    """Its customers fall back to the default group."""
    row = of(call)
    if row["id"] <= 1:
        raise Refusal(400, "Cannot delete group.")
    call.unit.drop("customer_group", str(row["id"]))
    for key, doc in list(call.shop.store.kind("customer").items()):
        if doc["group_id"] == row["id"]:
            call.unit.put("customer", key, {**doc, "group_id": 1})
    call.unit.note("customer_group", str(row["id"]), row, None)
    return True


def _save(call: Call, old: Doc | None) -> Doc:
    raw = call.body["group"]
    code = str(raw.get("code") or (old or {}).get("code") or "")[:LONGEST]
    if not code:
        raise Refusal(400, '"%fieldName" is required. Enter and try again.', {"fieldName": "code"})
    tax = as_int("tax_class_id", raw.get("tax_class_id", (old or {"tax_class_id": 3})["tax_class_id"]))
    known = call.unit.get("taxclass", str(tax))
    if known is None or known["class_type"] != "CUSTOMER":
        text = 'Invalid value of "%value" provided for the %fieldName field.'
        raise Refusal(400, text, {"fieldName": "taxClassId", "value": tax})
    if any(other.lower() == code.lower() and (old or {}).get("id") != number
           for number, other in all_groups(call).items()):  # fmt: skip
        raise Refusal(400, "Customer Group already exists.")
    row = {"id": old["id"] if old else call.unit.count("customer_group"), "code": code, "tax_class_id": tax}
    call.unit.put("customer_group", str(row["id"]), row)
    call.unit.note("customer_group", str(row["id"]), old, row)
    return show(call, row)


def of(call: Call) -> Doc:
    row: Doc | None = call.unit.get("customer_group", call.params["number"])
    if row is None:
        number = call.params["number"]
        shown = int(number) if number.isdigit() else number
        raise Refusal(404, "No such entity with %fieldName = %fieldValue", {"fieldName": "id", "fieldValue": shown})
    return row
