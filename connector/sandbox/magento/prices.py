"""The price endpoints: base, special, cost and tier prices, each with its information and deletion.

All answer 200 with a list: empty when everything went in, else one entry for each bad row while the good
rows ARE written. None of them moves a product's updated_at. Source: facts/MAGENTO.md, section 10, and the
recording `prices`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from connector.sandbox.magento.routing import Call, Refusal, as_float, as_int, number, route
from connector.sandbox.magento.search import stamp
from connector.sandbox.magento.shop import VIEWS, Doc

PRICES = "Magento_Catalog::catalog"
WRONG = "Invalid attribute %fieldName = %fieldValue."
STORES = {int(str(view["id"])) for view in VIEWS}
ROW_TYPES = "\\Magento\\Catalog\\Api\\Data\\{}PriceInterface"
GROUPS = {"NOT LOGGED IN": 0, "GENERAL": 1, "WHOLESALE": 2, "RETAILER": 3, "ALL GROUPS": 32000}
GROUP_NAMES = {0: "NOT LOGGED IN", 1: "General", 2: "Wholesale", 3: "Retailer", 32000: "all groups"}
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


# Base prices and costs


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


# Special prices


@route("POST", "products/special-price", PRICES, ("prices",), ("prices", ROW_TYPES.format("Special")))
def special_prices(call: Call) -> Any:
    bad: list[Bad] = []
    rows = [_special(row) for row in call.body["prices"]]
    for row in rows:
        doc = product(call, row, ("simple", "virtual", "downloadable", "bundle"))
        problem = _special_problem(doc, row)
        if problem or doc is None:
            bad.append(problem or {})
            continue
        values = {"special_price": row["price"], "special_from_date": row["from"], "special_to_date": row["to"]}
        set_values(call, doc, row["store"], values, "special_price")
    return bad


def _special(row: Mapping[str, Any]) -> Doc:
    start, end = row.get("price_from"), row.get("price_to")
    return {
        "sku": row.get("sku"),
        "price": as_float("price", row.get("price")),
        "store": as_int("store_id", row.get("store_id")),
        "from": start,
        "to": end,
    }


def _special_problem(doc: Doc | None, row: Doc) -> Bad | None:
    dates = f"Price From: {row['from'] or ''}, Price To: {row['to'] or ''}"
    where = f"Row ID: SKU = {row['sku']}, Store ID: {text(row['store']) or ''}, {dates}."
    ids = [row["sku"], text(row["store"]), row["from"], row["to"]]
    if doc is None:
        return {
            "message": f"The product that was requested doesn't exist. Verify the product and try again. {where}",
            "parameters": ids,
        }
    if row["price"] is None or row["price"] < 0:
        return {
            "message": f"Invalid attribute Price = {text(row['price']) or ''}. {where}",
            "parameters": ["Price", *ids],
        }
    if row["store"] not in STORES:
        return {"message": f"Requested store is not found. {where}", "parameters": ids}
    for name, title in (("from", "Price From"), ("to", "Price To")):
        if row[name] and stamp(str(row[name])) is None:
            return {"message": f"Invalid attribute {title} = {row['to'] or ''}. {where}", "parameters": [title, *ids]}
    return None


@route("POST", "products/special-price-information", PRICES, ("skus",))
def special_information(call: Call) -> Any:
    return [
        {"price": number(float(value)), "store_id": store, "sku": doc["sku"],
         "price_from": doc["values"].get("special_from_date", {}).get(str(store)),
         "price_to": doc["values"].get("special_to_date", {}).get(str(store))}
        for doc, store, value in information(call, "special_price", "price")
    ]  # fmt: skip


@route("POST", "products/special-price-delete", PRICES, ("prices",))
def special_delete(call: Call) -> Any:
    """Takes away the row as it is stored; what is not there is no error."""
    for row in map(_special, call.body["prices"]):
        doc = call.shop.product(call.unit, str(row["sku"] or ""))
        if doc is None:
            continue
        store = row["store"] or 0
        kept = doc["values"].get("special_price", {}).get(str(store))
        if kept is not None and (row["price"] is None or float(kept) == row["price"]):
            set_values(
                call,
                doc,
                store,
                {"special_price": None, "special_from_date": None, "special_to_date": None},
                "special_price",
            )
    return []


# Tier prices


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
            mark = _mark(_tier(row))
            _keep_tiers(call, doc, [tier for tier in doc["tiers"] if _mark(tier) != mark])
    return []


@route("POST", "products/tier-prices-information", PRICES, ("skus",))
def tier_information(call: Call) -> Any:
    docs = {str(sku).rstrip().lower(): call.shop.product(call.unit, str(sku)) for sku in call.body["skus"]}
    return [
        {
            "price": number(tier["price"]),
            "price_type": tier["price_type"],
            "website_id": tier["website_id"],
            "sku": doc["sku"],
            "customer_group": GROUP_NAMES.get(tier["customer_group_id"], ""),
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
        problem = _tier_problem(doc, row)
        if problem or doc is None:
            bad.append(problem or {})
            continue
        key, tier = doc["sku"].lower(), _tier(row)
        old = [] if replace and key not in cleared else [one for one in doc["tiers"] if _mark(one) != _mark(tier)]
        cleared.add(key)
        _keep_tiers(call, doc, [*old, tier])
    return bad


def _tier(row: Mapping[str, Any]) -> Doc:
    return {
        "website_id": as_int("website_id", row.get("website_id")) or 0,
        "price": as_float("price", row.get("price")) or 0.0,
        "customer_group_id": GROUPS.get(str(row.get("customer_group", "")).upper(), 32000),
        "quantity": as_float("quantity", row.get("quantity")) or 0.0,
        "price_type": row.get("price_type"),
    }


def _mark(tier: Mapping[str, Any]) -> tuple[Any, ...]:
    return tier["website_id"], tier["customer_group_id"], tier["quantity"]


def _keep_tiers(call: Call, doc: Doc, tiers: list[Doc]) -> None:
    call.unit.put("product", doc["sku"].lower(), {**doc, "tiers": tiers})
    call.unit.note("tier_price", doc["sku"], {"tiers": doc["tiers"]}, {"tiers": tiers})


def _tier_problem(doc: Doc | None, row: Mapping[str, Any]) -> Bad | None:
    where = " Row ID: SKU = %SKU, Website ID: %websiteId, Customer Group: %customerGroup, Quantity: %qty."
    ids = [row.get("sku"), text(row.get("website_id")), row.get("customer_group"), text(row.get("quantity"))]
    if doc is None:
        return {"message": "Invalid attribute SKU = %SKU." + where, "parameters": ids}
    if str(row.get("customer_group", "")).upper() not in GROUPS:
        return {"message": "No such entity with Customer Group = %customerGroup." + where, "parameters": ids}
    if row.get("price_type") not in ("fixed", "discount"):
        return {
            "message": "Invalid attribute Price Type = %priceType." + where,
            "parameters": [row.get("price_type"), *ids],
        }
    if (as_float("quantity", row.get("quantity")) or 0) <= 0:
        return {"message": "Invalid attribute Quantity = %qty." + where, "parameters": ids}
    return None
