"""Special prices with their dates: set, read, take away. Source: facts/MAGENTO.md, section 10, and `prices`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from connector.sandbox.magento.prices import PRICES, ROW_TYPES, STORES, Bad, information, product, set_values, text
from connector.sandbox.magento.routing import Call, as_float, as_int, number, route
from connector.sandbox.magento.search import stamp
from connector.sandbox.magento.shop import Doc


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
