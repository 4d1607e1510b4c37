"""Base prices and costs, and what all price endpoints have in common.

All answer 200 with a list: empty when everything went in, else one entry for each bad row while the good
rows ARE written. None of them moves a product's updated_at. Source: facts/MAGENTO.md, section 10, and the
recording `prices`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from connector.sandbox.magento.routing import Call, Refusal, as_float, as_int, number, route
from connector.sandbox.magento.shop import VIEWS, Doc

PRICES = "Magento_Catalog::catalog"
WRONG = "Invalid attribute %fieldName = %fieldValue."
STORES = {int(str(view["id"])) for view in VIEWS}
ROW_TYPES = "\\Magento\\Catalog\\Api\\Data\\{}PriceInterface"
Bad = dict[str, Any]


def text(value: Any) -> str | None:
    return None if value is None else str(number(value))


def product(
    call: Call, row: Mapping[str, Any], types: tuple[str, ...] = ("simple", "virtual", "downloadable")
) -> Doc | None:
    """The product of a row, when its type can have this price."""
    doc = call.shop.product(call.unit, str(row.get("sku") or ""))
    return doc if doc and doc["type"] in types else None


def set_values(call: Call, doc: Doc, store: int, values: Mapping[str, Any], effect: str) -> None:
    """Write attribute values for one store view, None takes them away; no updated_at, no events."""
    before = {code: doc["values"].get(code, {}).get(str(store)) for code in values}
    changed = {code: dict(kept) for code, kept in doc["values"].items()}
    for code, value in values.items():
        own = changed.setdefault(code, {})
        own[str(store)] = value
        if value is None:
            own.pop(str(store))
    call.unit.put("product", doc["sku"].lower(), {**doc, "values": changed})
    after = dict(values) | ({"store_id": store} if store else {})
    call.unit.note(effect, doc["sku"], before, after)


def information(call: Call, code: str, name: str) -> list[tuple[Doc, int, Any]]:
    """(product, store, value) of every value of an attribute of the skus asked for, each product once."""
    skus = call.body["skus"]
    if not isinstance(skus, list):
        kind = "string" if isinstance(skus, str) else type(skus).__name__
        raise Refusal(
            400, f'The "{kind}" value\'s type is invalid. The "string[]" type was expected. Verify and try again.'
        )
    docs = {sku.rstrip().lower(): call.shop.product(call.unit, sku) for sku in map(str, skus)}
    return [
        (doc, int(store), value)
        for doc in docs.values()
        if doc
        for store, value in sorted(doc["values"].get(code, {}).items())
        if value is not None
    ]


@route("POST", "products/base-prices", PRICES, ("prices",), ("prices", ROW_TYPES.format("Base")))
def base_prices(call: Call) -> Any:
    return _simple(call, "price", "Price", "price")


@route("POST", "products/cost", PRICES, ("prices",), ("prices", "\\Magento\\Catalog\\Api\\Data\\CostInterface"))
def costs(call: Call) -> Any:
    return _simple(call, "cost", "Cost", "cost")


def _simple(call: Call, code: str, title: str, effect: str) -> list[Bad]:
    bad: list[Bad] = []
    rows = [
        (row, as_float(code, row.get(code)), as_int("store_id", row.get("store_id"))) for row in call.body["prices"]
    ]
    for row, price, store in rows:
        doc, sku, problems = product(call, row), row.get("sku"), len(bad)
        if doc is None:
            bad.append({"message": WRONG, "parameters": ["SKU", sku]})
        if price is None or price < 0:
            bad.append({"message": WRONG, "parameters": [title, text(price)]})
        if store not in STORES:
            shown = "" if store is None else store
            message = f"Requested store is not found. Row ID: SKU = {sku}, Store ID: {shown}."
            bad.append({"message": message, "parameters": [sku, text(store)]})
        if doc is not None and len(bad) == problems:
            set_values(call, doc, store or 0, {code: price}, effect)
    return bad


@route("POST", "products/base-prices-information", PRICES, ("skus",))
def base_information(call: Call) -> Any:
    found = information(call, "price", "price")
    return [{"price": number(value), "store_id": store, "sku": doc["sku"]} for doc, store, value in found]


@route("POST", "products/cost-information", PRICES, ("skus",))
def cost_information(call: Call) -> Any:
    found = information(call, "cost", "cost")
    return [{"cost": number(float(value)), "store_id": store, "sku": doc["sku"]} for doc, store, value in found]


@route("POST", "products/cost-delete", PRICES, ("skus",))
def cost_delete(call: Call) -> Any:
    for doc, store, _ in information(call, "cost", "cost"):
        set_values(call, call.shop.product(call.unit, doc["sku"]) or doc, store, {"cost": None}, "cost")
    return True
