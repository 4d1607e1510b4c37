"""What an item's attributes say about its stock: back orders, and what its vendor has (PRD-15, INV-05).

Acumatica keeps no stock of vendors; where one is fed in, it stands in an attribute of the item (VENDORQTY). Its level
stands under the vendor's id, as the warehouse too, so that a mapping can give it a source of its own. Nothing is asked
when the site has no such attribute.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from connector.errors import Fail
from connector.records import Level, Stock
from connector.systems.acumatica import definitions, items
from connector.systems.acumatica.erp import Erp
from connector.systems.acumatica.items import NON_STOCK, STOCK, Item, Kind
from connector.systems.acumatica.values import exact, flag, rows, text

VENDOR_QUANTITY = "VENDORQTY"  # the attribute that holds it, by agreement as BACKORDERS is
VENDOR = "VENDOR"  # the level of an item whose vendor is not told
FIELDS = ("InventoryID", "Attributes/AttributeID", "Attributes/Value")


def add(erp: Erp, found: Mapping[str, Stock]) -> dict[str, Stock]:
    """The same stocks with back orders and vendors' levels. Raises Retry or Refused."""
    back = _used(erp, str(erp.section("product").get("backorders_attribute") or ""))
    wanted = erp.word("inventory", "vendor", "none") != "none"
    vendor = _used(erp, erp.word("inventory", "vendor_erp_attribute", VENDOR_QUANTITY)) if wanted else ""
    counted = [key for key, stock in found.items() if stock.sellable]
    if not counted or not (back or vendor):
        return dict(found)
    details = ("VendorDetails/VendorID", "VendorDetails/Default") if vendor else ()
    asked: dict[Kind, Sequence[str]] = {STOCK: (*FIELDS, *details), NON_STOCK: ("InventoryID",)}
    expand = {STOCK: "Attributes,VendorDetails" if vendor else "Attributes"}
    told = items.read(erp.client, counted, asked, expand)
    return {key: _with(stock, told.get(key), back, vendor) for key, stock in found.items()}


def _used(erp: Erp, attribute: str) -> str:
    """The attribute's id as the site has it; "" when it has none or nobody may look. Asked once in five minutes."""
    wanted = attribute.strip()
    kept = erp.known.get(f"attribute {wanted}")
    if not wanted:
        return ""
    if kept is None or erp.clock.monotonic() >= kept[0]:
        kept = (erp.clock.monotonic() + definitions.REMEMBERED, _id(erp, wanted))
        erp.known[f"attribute {wanted}"] = kept
    return str(kept[1])


def _id(erp: Erp, wanted: str) -> str:
    try:
        return next((one.key for one in definitions.read(erp, [wanted])), "")
    except Fail:
        return ""


def _with(stock: Stock, item: Item | None, back: str, vendor: str) -> Stock:
    if item is None:
        return stock
    values = {text(row, "AttributeID"): text(row, "Value") for row in rows(item.entity, "Attributes")}
    levels = stock.levels
    quantity = exact(values.get(vendor)) if vendor and values.get(vendor) else None
    if quantity is not None:
        whose = _vendor(item)
        levels = (*levels, Level(whose, quantity, quantity, quantity, vendor=whose))
    return replace(stock, levels=levels, backorders=values.get(back, "") if back else "")


def _vendor(item: Item) -> str:
    """The item's default vendor."""
    found = rows(item.entity, "VendorDetails")
    default = next((row for row in found if flag(row, "Default")), found[0] if found else {})
    return text(default, "VendorID") or VENDOR
