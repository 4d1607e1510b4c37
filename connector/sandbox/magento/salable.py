"""What can be sold, and the stock items of old. Source: facts/MAGENTO.md, section 11, and `back_in_stock`."""

from __future__ import annotations

from typing import Any

from connector.sandbox.magento import levels
from connector.sandbox.magento.routing import Call, Crash, Refusal, number, route
from connector.sandbox.magento.shop import Doc
from connector.sandbox.magento.sources import STOCK

LEGACY = "Magento_CatalogInventory::cataloginventory"
LOW_CRITERIA = {
    "mapper_interface_name": "Magento\\CatalogInventory\\Model\\ResourceModel\\Stock\\Item\\StockItemCriteriaMapper",
    "criteria_list": [],
    "filters": [],
    "orders": [],
}
NO_PRODUCT = 'The Product with the "%1" SKU doesn\'t exist.'


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


# Which source should ship


@route("GET", "inventory/source-selection-algorithm-list", STOCK)
def algorithms(call: Call) -> Any:
    told = "Algorithm which provides Source Selections based on"
    distance = {"code": "distance", "title": "Distance Priority",
                "description": f"{told} shipping address distance from the source"}  # fmt: skip
    priority = {"code": "priority", "title": "Source Priority",
                "description": f"{told} predefined priority of Source"}  # fmt: skip
    return [distance, priority]


@route("POST", "inventory/source-selection-algorithm-result", STOCK, ("inventoryRequest", "algorithmCode"))
def selection(call: Call) -> Any:
    """By priority: as much from the first source as it has, the rest from the next."""
    raw = call.body["inventoryRequest"]
    rows, shippable = [], True
    for item in raw.get("items") or ():
        wanted, held = float(item.get("qty") or 0), call.shop.levels(call.unit, str(item.get("sku")))
        for code in levels.sources_of(call, int(raw.get("stockId") or 1)):
            row = held.get(code)
            if row is None or row["status"] != 1:
                continue
            taken = min(wanted, row["quantity"])
            wanted -= taken
            rows.append({"source_code": code, "sku": item["sku"], "qty_to_deduct": number(taken),
                         "qty_available": number(row["quantity"])})  # fmt: skip
        shippable = shippable and wanted <= 0
    return {"source_selection_items": rows, "shippable": shippable}


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
    return {
        "items": found[: size or None],
        "search_criteria": {**LOW_CRITERIA, "limit": ["1", str(size)]},
        "total_count": len(found),
    }
