"""Tax rates and rules, and which of them meets a line. Sources: the recordings `tax_and_rules` and `orders_read`."""

from __future__ import annotations

from typing import Any

from connector.sandbox.magento.directory import region_of
from connector.sandbox.magento.routing import Call, Refusal, as_float, as_int, missing, number, route
from connector.sandbox.magento.search import search
from connector.sandbox.magento.shop import Doc

TAX = "Magento_Tax::manage_tax"
NO_ENTITY = "No such entity with %fieldName = %fieldValue"


def meeting(call: Call, address: Doc, product_class: str) -> Doc | None:
    """The rate for an address and a product's tax class; the narrowest region first."""
    rates = call.shop.store.kind("taxrate")
    wanted = {str(one) for rule in call.shop.store.kind("taxrule").values() for one in rule["tax_rate_ids"]
              if product_class in {str(number) for number in rule["product_tax_class_ids"]}}  # fmt: skip
    found = [
        rate
        for key, rate in rates.items()
        if key in wanted
        and rate["tax_country_id"] == address.get("country_id")
        and rate["tax_region_id"] in (0, address.get("region_id"))
    ]
    return max(found, key=lambda rate: rate["tax_region_id"], default=None)


@route("POST", "taxRates", TAX, ("taxRate",))
@route("PUT", "taxRates", TAX, ("taxRate",))
def rate_save(call: Call) -> Any:
    raw = call.body["taxRate"]
    for name in ("tax_country_id", "rate", "code"):
        if raw.get(name) in (None, ""):
            raise missing(name)
    old = call.unit.get("taxrate", str(raw.get("id"))) if raw.get("id") else None
    row = {
        "id": old["id"] if old else call.unit.count("taxrate"),
        "tax_country_id": raw["tax_country_id"],
        "tax_region_id": as_int("tax_region_id", raw.get("tax_region_id")) or 0,
        "tax_postcode": raw.get("tax_postcode", "*"),
        "rate": as_float("rate", raw["rate"]),
        "code": raw["code"],
    }
    if any(other["code"] == row["code"] and other["id"] != row["id"]
           for other in call.shop.store.kind("taxrate").values()):  # fmt: skip
        raise Refusal(400, "Code already exists.")
    call.unit.put("taxrate", str(row["id"]), row)
    call.unit.note("tax_rate", str(row["id"]), old, row)
    return show_rate(row)


def show_rate(row: Doc) -> Doc:
    region = region_of(row["tax_region_id"])
    named = {"region_name": region["code"]} if region else {}
    return {**row, "rate": number(row["rate"]), "titles": [], **named}


@route("GET", "taxRates/search", TAX)
def rates(call: Call) -> Any:
    rows = sorted(call.shop.store.kind("taxrate").values(), key=lambda row: row["id"])
    return search(call, rows, lambda row, name: row.get(name), show_rate)


@route("POST", "taxRules", TAX, ("rule",))
def rule_save(call: Call) -> Any:
    raw = call.body["rule"]
    row = {
        "id": call.unit.count("taxrule"),
        "code": raw.get("code"),
        "priority": raw.get("priority", 0),
        "position": raw.get("position", 0),
        "customer_tax_class_ids": raw.get("customer_tax_class_ids") or [],
        "product_tax_class_ids": raw.get("product_tax_class_ids") or [],
        "tax_rate_ids": raw.get("tax_rate_ids") or [],
        "calculate_subtotal": bool(raw.get("calculate_subtotal")),
    }
    call.unit.put("taxrule", str(row["id"]), row)
    call.unit.note("tax_rule", str(row["id"]), None, row)
    return row


@route("GET", "taxRules/search", TAX)
def rules(call: Call) -> Any:
    rows = sorted(call.shop.store.kind("taxrule").values(), key=lambda row: row["id"])
    return search(call, rows, lambda row, name: row.get(name), lambda row: row)


# Classes


@route("GET", "taxClasses/search", TAX)
def classes(call: Call) -> Any:
    rows = sorted(call.shop.store.kind("taxclass").values(), key=lambda row: row["class_id"])
    return search(call, rows, lambda row, name: row.get(name), lambda row: row)


@route("GET", "taxClasses/{number}", TAX)
def class_get(call: Call) -> Any:
    return _class(call)


@route("POST", "taxClasses", TAX, ("taxClass",))
def class_create(call: Call) -> Any:
    """Answers the new id as text; a name is unique among its kind."""
    raw = call.body["taxClass"]
    name, kind = str(raw.get("class_name") or ""), raw.get("class_type", "PRODUCT")
    if not name:
        raise missing("class_name")
    if kind not in ("PRODUCT", "CUSTOMER"):
        text = 'Invalid value of "%value" provided for the %fieldName field.'
        raise Refusal(400, text, {"fieldName": "class_type", "value": kind})
    _unique(call, name, kind, 0)
    at = 1 + max(row["class_id"] for row in call.shop.store.kind("taxclass").values())
    row = {"class_id": at, "class_name": name, "class_type": kind}
    call.unit.put("taxclass", str(at), row)
    call.unit.note("tax_class", str(at), None, row)
    return str(at)


@route("PUT", "taxClasses/{number}", TAX, ("taxClass",))
def class_update(call: Call) -> Any:
    old, raw = _class(call), call.body["taxClass"]
    row = {**old, "class_name": raw.get("class_name") or old["class_name"]}
    _unique(call, row["class_name"], row["class_type"], row["class_id"])
    call.unit.put("taxclass", str(row["class_id"]), row)
    call.unit.note("tax_class", str(row["class_id"]), old, row)
    return str(row["class_id"])


@route("DELETE", "taxClasses/{number}", TAX)
def class_delete(call: Call) -> Any:
    row = _class(call)
    if row["class_id"] in (2, 3):
        text = "You cannot delete this tax class as it is used in Tax Rules."
        text += " You have to delete the rules it is used in first."
        raise Refusal(400, text)
    call.unit.drop("taxclass", str(row["class_id"]))
    call.unit.note("tax_class", str(row["class_id"]), row, None)
    return True


def _unique(call: Call, name: str, kind: str, own: int) -> None:
    for row in call.shop.store.kind("taxclass").values():
        if (row["class_name"].lower(), row["class_type"]) == (name.lower(), kind) and row["class_id"] != own:
            raise Refusal(400, "A class with the same name already exists for ClassType %1.", [kind])


def _class(call: Call) -> Doc:
    row: Doc | None = call.unit.get("taxclass", call.params["number"])
    if row is None:
        text = call.params["number"]
        raise Refusal(404, NO_ENTITY, {"fieldName": "taxClassId", "fieldValue": int(text) if text.isdigit() else text})
    return row
