"""The inventory routes: sources, stocks, links, source items, salability, and the stock items of old.

Source items are all or nothing at validation, yet an unknown sku is stored. Source: facts/MAGENTO.md,
section 11, and the recording `inventory`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from connector.sandbox.magento import levels
from connector.sandbox.magento.routing import Call, Crash, Refusal, as_float, as_int, internal, number, route
from connector.sandbox.magento.search import Criteria, search
from connector.sandbox.magento.shop import Doc

SOURCE, STOCK, LINK = (
    "Magento_InventoryApi::source",
    "Magento_InventoryApi::stock",
    "Magento_InventoryApi::stock_source_link",
)
LEGACY = "Magento_CatalogInventory::cataloginventory"
ITEM_TYPE = "\\Magento\\InventoryApi\\Api\\Data\\SourceItemInterface"
EMPTY = '"%field" can not be empty.'
NO_PRODUCT = 'The Product with the "%1" SKU doesn\'t exist.'


def invalid(errors: list[tuple[str, str]], *, told: bool = False) -> Refusal:
    """A validator's answer: [(message, field)]; `told` repeats the first detail in the message."""
    rows = [{"message": text, "parameters": {"field": name}} for text, name in errors]
    first = f": {errors[0][0].replace('%field', errors[0][1])}" if told else ""
    return Refusal(400, f"Validation Failed{first}", errors=rows)


# Sources


def show_source(doc: Doc) -> Doc:
    order = ("source_code", "name", "enabled", "description", "latitude", "longitude", "country_id", "region_id", "city", "street",
             "postcode")  # fmt: skip
    shown = {name: doc[name] for name in order if doc.get(name) is not None}
    frontend = "" if doc["source_code"] == "default" else doc["name"]
    return {**shown, "use_default_carrier_config": True, "carrier_links": [],
            "extension_attributes": {"is_pickup_location_active": False, "frontend_name": frontend}}  # fmt: skip


@route("GET", "inventory/sources", SOURCE)
def sources(call: Call) -> Any:
    if not any(key.startswith("searchCriteria") for key, _ in call.query):
        call.query.append(("searchCriteria", ""))  # the one search route that asks for none
    rows = call.shop.store.kind("source").values()
    return search(call, rows, lambda row, name: row.get(name), show_source)


@route("POST", "inventory/sources", SOURCE, ("source",))
def source_save(call: Call) -> Any:
    return _save_source(call, str(call.body["source"].get("source_code") or ""))


@route("PUT", "inventory/sources/{code}", SOURCE, ("source",))
def source_update(call: Call) -> Any:
    return _save_source(call, call.params["code"])


def _save_source(call: Call, code: str) -> Any:
    raw = call.body["source"]
    old = call.unit.get("source", code)
    new = {**(old or {"enabled": True}), **{name: value for name, value in raw.items() if name not in ("extension_attributes", "carrier_links")},
           "source_code": code}  # fmt: skip
    errors = [('"%field" can not contain whitespaces.', "source_code")] if " " in code else []
    errors += [(EMPTY, name) for name in ("source_code", "name", "postcode", "country_id") if not new.get(name)]
    if errors:
        raise invalid(errors)
    call.unit.put("source", code, new)
    call.unit.note("source", code, old, new)
    return []


@route("GET", "inventory/sources/{code}", SOURCE)
def source_get(call: Call) -> Any:
    doc = call.unit.get("source", call.params["code"])
    if doc is None:
        raise Refusal(404, 'Source with code "%value" does not exist.', {"value": call.params["code"]})
    return show_source(doc)


# Stocks and links


def show_stock(doc: Doc) -> Doc:
    return {
        "stock_id": doc["stock_id"],
        "name": doc["name"],
        "extension_attributes": {"sales_channels": doc["channels"]},
    }


@route("GET", "inventory/stocks", STOCK)
def stocks(call: Call) -> Any:
    return search(call, call.shop.store.kind("stock").values(), lambda row, name: row.get(name), show_stock)


@route("POST", "inventory/stocks", STOCK, ("stock",))
def stock_create(call: Call) -> Any:
    raw = call.body["stock"]
    if not raw.get("name"):
        raise invalid([(EMPTY, "name")])
    channels = list((raw.get("extension_attributes") or {}).get("sales_channels") or ())
    codes = {channel.get("code") for channel in channels}
    for key, doc in list(call.shop.store.kind("stock").items()):  # a website moves from its former stock
        kept = [channel for channel in doc["channels"] if channel["code"] not in codes]
        if kept != doc["channels"]:
            call.unit.put("stock", key, {**doc, "channels": kept})
    number_ = call.unit.count("stock")
    call.unit.put("stock", str(number_), {"stock_id": number_, "name": raw["name"], "channels": channels})
    call.unit.note("stocks", str(number_), None, {"name": raw["name"], "channels": channels})
    return number_


@route("GET", "inventory/stocks/{number}", STOCK)
def stock_get(call: Call) -> Any:
    doc = call.unit.get("stock", call.params["number"])
    if doc is None:
        shown = int(call.params["number"]) if call.params["number"].isdigit() else call.params["number"]
        raise Refusal(404, 'Stock with id "%value" does not exist.', {"value": shown})
    return show_stock(doc)


@route("GET", "inventory/stock-resolver/{type}/{code}", STOCK)
def resolve(call: Call) -> Any:
    for doc in call.shop.store.kind("stock").values():
        if any(channel["code"] == call.params["code"] for channel in doc["channels"]):
            return show_stock(doc)
    raise Refusal(404, "No linked stock found")


@route("GET", "inventory/stock-source-links", LINK)
def links(call: Call) -> Any:
    return search(call, call.shop.store.kind("link").values(), lambda row, name: row.get(name), lambda row: row)


@route("POST", "inventory/stock-source-links", LINK, ("links",))
def link(call: Call) -> Any:
    for row in call.body["links"]:
        stock, code = str(row.get("stock_id")), str(row.get("source_code"))
        if not call.unit.get("stock", stock) or not call.unit.get("source", code):
            raise Refusal(400, "Could not save StockSourceLinks")
        new = {"stock_id": int(stock), "source_code": code, "priority": int(row.get("priority", 1))}
        call.unit.put("link", f"{stock}:{code}", new)
        call.unit.note("link", f"{stock}:{code}", None, new)
    return []


@route("GET", "inventory/get-sources-assigned-to-stock-ordered-by-priority/{stock}", STOCK)
def sources_by_priority(call: Call) -> Any:
    codes = levels.sources_of(call, int(call.params["stock"]))
    return [show_source(doc) for code in codes if (doc := call.unit.get("source", code))]


# Source items


@route("GET", "inventory/source-items", SOURCE)
def source_items(call: Call) -> Any:
    criteria = Criteria(call.query)
    docs, skus = call.shop.store.kind("level"), criteria.equal("sku")
    chosen = (
        docs.values()
        if skus is None
        else [docs[key] for key in {sku.rstrip().lower(): 0 for sku in skus} if key in docs]
    )
    rows = [
        {"sku": doc["sku"], "source_code": code, "quantity": number(row["quantity"]), "status": row["status"]}
        for doc in list(chosen)
        for code, row in doc["rows"].items()
    ]
    return search(call, rows, _item_field, lambda row: row, criteria)


def _item_field(row: Doc, name: str) -> Any:
    if name not in row:
        raise internal()
    return row[name]


@route("POST", "inventory/source-items", SOURCE, ("sourceItems",), ("sourceItems", ITEM_TYPE))
def source_items_save(call: Call) -> Any:
    rows = call.body["sourceItems"]
    if not rows:
        raise Refusal(400, "Input data is empty")
    cleaned = [_clean(row) for row in rows]
    errors = [error for row in cleaned for error in _errors(row)]
    if errors:
        raise invalid(errors, told=True)
    if any(call.unit.get("source", row["source_code"]) is None for row in cleaned):
        raise Refusal(400, "Could not save Source Item")
    before = {}
    for row in cleaned:
        key = row["sku"].rstrip().lower()
        before.setdefault(key, call.unit.get("product", key))
        levels.write(call, row["sku"], row["source_code"], row["quantity"], row["status"])
    flipped = [key for key, doc in before.items() if doc and _to_default(cleaned, key)]
    for key in flipped:
        levels.pushed(call, key, before[key] or {})
    if call.shop.switch("search_down"):
        raise AfterEffect(400, "Could not ping search engine: %1", ["No alive nodes found in your cluster"])
    return []


class AfterEffect(Refusal):
    """A refusal that comes when everything is already written."""


def _to_default(rows: list[Doc], key: str) -> bool:
    return any(row["sku"].rstrip().lower() == key and row["source_code"] == levels.DEFAULT for row in rows)


def _clean(row: Mapping[str, Any]) -> Doc:
    return {"sku": str(row.get("sku") or ""), "source_code": str(row.get("source_code") or ""),
            "quantity": as_float("quantity", row.get("quantity")), "status": as_int("status", row.get("status"))}  # fmt: skip


def _errors(row: Doc) -> list[tuple[str, str]]:
    errors = [(EMPTY, name) for name in ("sku", "source_code") if not row[name]]
    if row["quantity"] is None:
        errors.append(('"%field" should be numeric.', "quantity"))
    if row["status"] is None:
        errors.append(('"%field" should be numeric.', "status"))
    elif row["status"] not in (0, 1):
        errors.append(('"%field" should a known status.', "status"))
    return errors


@route("POST", "inventory/source-items-delete", SOURCE, ("sourceItems",), ("sourceItems", ITEM_TYPE))
def source_items_delete(call: Call) -> Any:
    for row in call.body["sourceItems"]:
        levels.remove(call, str(row.get("sku", "")), str(row.get("source_code", "")))
    return []


@route("POST", "inventory/bulk-product-source-assign", SOURCE, ("skus", "sourceCodes"))
def assign(call: Call) -> Any:
    count = 0
    for sku in call.body["skus"]:
        for code in call.body["sourceCodes"]:
            if code not in call.shop.levels(call.unit, sku):
                levels.write(call, sku, code, 0.0, 1)
                count += 1
    return count


@route("POST", "inventory/low-quantity-notifications-delete", SOURCE, ("sourceItems",))
def no_notifications(call: Call) -> Any:
    return []


# What can be sold


@route("GET", "inventory/is-product-salable/{sku}/{stock}", STOCK)
def salable(call: Call) -> Any:
    return levels.is_salable(call, call.params["sku"], int(call.params["stock"]))


@route("GET", "inventory/get-product-salable-quantity/{sku}/{stock}", STOCK)
def salable_quantity(call: Call) -> Any:
    if call.shop.product(call.unit, call.params["sku"]) is None:
        raise Crash
    return number(levels.salable_quantity(call, call.params["sku"], int(call.params["stock"])))


@route("GET", "inventory/is-product-salable-for-requested-qty/{sku}/{stock}/{qty}", STOCK)
def salable_for(call: Call) -> Any:
    stock, wanted = int(call.params["stock"]), float(call.params["qty"])
    enough = levels.salable_quantity(call, call.params["sku"], stock) >= wanted
    if enough and levels.is_salable(call, call.params["sku"], stock):
        return {"salable": True, "errors": []}
    rows = (("back_order-disabled", "Backorders are disabled"), ("manage_stock-enabled", "Manage stock is enabled"),
            ("is_salable_with_reservations-not_enough_qty", "The requested qty is not available"))  # fmt: skip
    return {"salable": False, "errors": [{"code": code, "message": text} for code, text in rows]}


@route("GET", "inventory/are-products-salable", STOCK)
def all_salable(call: Call) -> Any:
    stock = int(call.arg("stockId", "1"))
    return [
        {"sku": sku, "stock_id": stock, "salable": levels.is_salable(call, sku, stock)} for sku in call.args("skus[]")
    ]


# The stock items of old


def _product(call: Call) -> Doc:
    doc = call.shop.product(call.unit, call.params["sku"])
    if doc is None:
        raise Refusal(404, NO_PRODUCT, [call.params["sku"]])
    return doc


@route("GET", "stockItems/{sku}", LEGACY)
def stock_item(call: Call) -> Any:
    return levels.stock_item(call, _product(call))


@route("PUT", "products/{sku}/stockItems/{number}", LEGACY, ("stockItem",))
def stock_item_save(call: Call) -> Any:
    """The id in the path is not looked at; a missing quantity stays as it is."""
    doc = _product(call)
    levels.saved_with_product(call, doc, call.body["stockItem"], fresh=False)
    return doc["item_id"]


@route("GET", "stockStatuses/{sku}", LEGACY)
def stock_status(call: Call) -> Any:
    doc = _product(call)
    item = levels.stock_item(call, doc)
    quantity = number(levels.salable_quantity(call, doc["sku"], 1))
    return {
        "product_id": doc["id"],
        "stock_id": 1,
        "qty": quantity,
        "stock_status": int(item["is_in_stock"]),
        "stock_item": item,
    }


@route("GET", "stockItems/lowStock/", LEGACY)
@route("GET", "stockItems/lowStock", LEGACY)
def low_stock(call: Call) -> Any:
    most, size = float(call.arg("qty", "0")), int(call.arg("pageSize", "0") or 0)
    items = [levels.stock_item(call, doc) for doc in call.shop.store.kind("product").values()]
    found = [item for item in items if item["qty"] is not None and item["qty"] <= most]
    return {"items": found[: size or None], "search_criteria": {"limit": ["1", str(size)]}, "total_count": len(found)}
