"""Sources, stocks, and which sources serve a stock. Source: facts/MAGENTO.md, section 11, and `inventory`."""

from __future__ import annotations

from typing import Any

from connector.sandbox.magento import levels
from connector.sandbox.magento.routing import Call, Refusal, route
from connector.sandbox.magento.search import search
from connector.sandbox.magento.shop import Doc

SOURCE, STOCK, LINK = (
    "Magento_InventoryApi::source",
    "Magento_InventoryApi::stock",
    "Magento_InventoryApi::stock_source_link",
)
EMPTY = '"%field" can not be empty.'


def invalid(errors: list[tuple[str, str]], *, told: bool = False) -> Refusal:
    """A validator's answer: [(message, field)]; `told` repeats the first detail in the message."""
    rows = [{"message": text, "parameters": {"field": name}} for text, name in errors]
    first = f": {errors[0][0].replace('%field', errors[0][1])}" if told else ""
    return Refusal(400, f"Validation Failed{first}", errors=rows)


# Sources


def show_source(doc: Doc) -> Doc:
    order = (
        "source_code",
        "name",
        "enabled",
        "description",
        "latitude",
        "longitude",
        "country_id",
        "region_id",
        "city",
        "street",
        "postcode",
    )
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
    new = {
        **(old or {"enabled": True}),
        **{name: value for name, value in raw.items() if name not in ("extension_attributes", "carrier_links")},
        "source_code": code,
    }
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
