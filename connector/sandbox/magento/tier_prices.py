"""Tier prices: add, replace, read, take away. Source: facts/MAGENTO.md, section 10, and `prices`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from connector.sandbox.magento.groups import all_groups
from connector.sandbox.magento.prices import PRICES, ROW_TYPES, Bad, product, text
from connector.sandbox.magento.routing import Call, as_float, as_int, number, route
from connector.sandbox.magento.shop import Doc

ALL_GROUPS = 32000


def groups(call: Call) -> dict[str, int]:
    """Ids of the customer groups by their code in capitals, ALL GROUPS included."""
    return {code.upper(): number for number, code in all_groups(call).items()} | {"ALL GROUPS": ALL_GROUPS}


@route("POST", "products/tier-prices", PRICES, ("prices",), ("prices", ROW_TYPES.format("Tier")))
def tier_add(call: Call) -> Any:
    return _tiers(call, replace=False)


@route("PUT", "products/tier-prices", PRICES, ("prices",), ("prices", ROW_TYPES.format("Tier")))
def tier_replace(call: Call) -> Any:
    return _tiers(call, replace=True)


@route("POST", "products/tier-prices-delete", PRICES, ("prices",))
def tier_delete(call: Call) -> Any:
    for row in call.body["prices"]:
        doc = call.shop.product(call.unit, str(row.get("sku") or ""))
        if doc:
            mark = _mark(_tier(call, row))
            _keep_tiers(call, doc, [tier for tier in doc["tiers"] if _mark(tier) != mark])
    return []


@route("POST", "products/tier-prices-information", PRICES, ("skus",))
def tier_information(call: Call) -> Any:
    names = all_groups(call) | {ALL_GROUPS: "all groups"}
    docs = {str(sku).rstrip().lower(): call.shop.product(call.unit, str(sku)) for sku in call.body["skus"]}
    return [
        {
            "price": number(tier["price"]),
            "price_type": tier["price_type"],
            "website_id": tier["website_id"],
            "sku": doc["sku"],
            "customer_group": names.get(tier["customer_group_id"], ""),
            "quantity": number(tier["quantity"]),
        }
        for doc in docs.values()
        if doc
        for tier in doc["tiers"]
    ]


def _tiers(call: Call, *, replace: bool) -> list[Bad]:
    bad: list[Bad] = []
    cleared: set[str] = set()
    for row in call.body["prices"]:
        doc = product(call, row, ("simple", "virtual", "downloadable", "bundle"))
        problem = _tier_problem(call, doc, row)
        if problem or doc is None:
            bad.append(problem or {})
            continue
        key, tier = doc["sku"].lower(), _tier(call, row)
        old = [] if replace and key not in cleared else [one for one in doc["tiers"] if _mark(one) != _mark(tier)]
        cleared.add(key)
        _keep_tiers(call, doc, [*old, tier])
    return bad


def _tier(call: Call, row: Mapping[str, Any]) -> Doc:
    return {
        "website_id": as_int("website_id", row.get("website_id")) or 0,
        "price": as_float("price", row.get("price")) or 0.0,
        "customer_group_id": groups(call).get(str(row.get("customer_group", "")).upper(), ALL_GROUPS),
        "quantity": as_float("quantity", row.get("quantity")) or 0.0,
        "price_type": row.get("price_type"),
    }


def _mark(tier: Mapping[str, Any]) -> tuple[Any, ...]:
    return tier["website_id"], tier["customer_group_id"], tier["quantity"]


def _keep_tiers(call: Call, doc: Doc, tiers: list[Doc]) -> None:
    call.unit.put("product", doc["sku"].lower(), {**doc, "tiers": tiers})
    call.unit.note("tier_price", doc["sku"], {"tiers": doc["tiers"]}, {"tiers": tiers})


def _tier_problem(call: Call, doc: Doc | None, row: Mapping[str, Any]) -> Bad | None:
    where = " Row ID: SKU = %SKU, Website ID: %websiteId, Customer Group: %customerGroup, Quantity: %qty."
    ids = [row.get("sku"), text(row.get("website_id")), row.get("customer_group"), text(row.get("quantity"))]
    if doc is None:
        return {"message": "Invalid attribute SKU = %SKU." + where, "parameters": ids}
    if str(row.get("customer_group", "")).upper() not in groups(call):
        return {"message": "No such entity with Customer Group = %customerGroup." + where, "parameters": ids}
    if row.get("price_type") not in ("fixed", "discount"):
        return {
            "message": "Invalid attribute Price Type = %priceType." + where,
            "parameters": [row.get("price_type"), *ids],
        }
    if (as_float("quantity", row.get("quantity")) or 0) <= 0:
        return {"message": "Invalid attribute Quantity = %qty." + where, "parameters": ids}
    return None
