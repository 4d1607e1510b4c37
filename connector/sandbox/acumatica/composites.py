"""More goods on request: templates with variants, kits, related items, pictures, vendors, prices for classes.

They are added to a catalogue (`POST /_sandbox/desk/composites`, or `composites` of a reset), not part of its plain
count of products. The same things come every time; what is there already stays as it is.
"""

from __future__ import annotations

from itertools import product
from typing import Any

from connector.sandbox.acumatica import files, relating
from connector.sandbox.acumatica.keeping import find, keep
from connector.sandbox.catalogue import identity
from connector.sandbox.store import Unit

COLOURS = {"Black": (25, 25, 28), "White": (240, 240, 236), "Red": (190, 40, 40), "Blue": (40, 80, 180),
           "Green": (40, 130, 70)}  # fmt: skip
TEMPLATES = (  # id, title, class, category, price, axes
    ("TPL-TEE", "Team T-Shirt", "APPAREL", 41, 19.9, {"COLOR": ("Black", "White", "Red"), "SIZE": ("S", "M", "L")}),
    ("TPL-BOOT", "Site Boot", "FOOTWEAR", 42, 89.0, {"COLOR": ("Black", "Blue"), "SIZE": ("M", "L")}),
    ("TPL-POT", "Stock Pot", "KITCHEN", 21, 45.0, {"COLOR": ("Red", "Blue", "Green")}),
)
KITS = (  # id, title, class, is a stock item, parts
    ("KIT-CAMP", "Camping starter kit", "OUTDOOR", False, (("OD-00003", 1), ("OD-00010", 2))),
    ("KIT-BENCH", "Workbench kit", "TOOLS", True, (("TL-00001", 1), ("TL-00008", 1), ("TL-00015", 4))),
)
LINKS = {"TL-00001": (("TL-00008", "Cross-Sell"), ("TL-00015", "Up-Sell"), ("KT-00002", "Related")),
         "KT-00002": (("KT-00009", "Cross-Sell"),), "OD-00003": (("OD-00010", "Up-Sell"),)}  # fmt: skip
PICTURED = ("TL-00001", "KT-00002", "OD-00003", "AP-00004", "TPL-TEE", "TPL-BOOT")
ADDRESSED = "KT-00002"  # this item has its picture as an address as well


def add(erp: Any, unit: Unit) -> dict[str, int]:
    """Add all of them. Returns how many records came."""
    before = len(unit.changed)
    for row in TEMPLATES:
        template(erp, unit, *row)
    for kit_row in KITS:
        kit(erp, unit, *kit_row)
    for name, links in LINKS.items():
        if unit.get("item", name) and all(unit.get("item", other) for other, _ in links):
            relating.relate(erp, unit, name, [{"RelatedInventoryID": to, "Relation": kind} for to, kind in links])
    for name in ("TL-00001", "KT-00002"):
        if unit.get("item", name):
            class_prices(erp, unit, name)
    vendors(erp, unit)
    for at, name in enumerate(PICTURED):
        pictures(erp, unit, name, at)
    return {"records": len(unit.changed) - before}


def template(erp: Any, unit: Unit, name: str, title: str, of: str, category: int, price: float,
             axes: dict[str, tuple[str, ...]]) -> None:  # fmt: skip
    if find(erp, "TemplateItems", name, unit=unit):
        return
    rows = [{"id": identity("row", f"{name}:{axis}"), "AttributeID": axis, "Required": True} for axis in axes]
    keep(erp, unit, "TemplateItems", {
        "InventoryID": name, "Description": title, "IsStockItem": True, "ItemClass": of, "ItemStatus": "Active",
        "DefaultPrice": price, "MSRP": round(price * 1.25, 2), "BaseUOM": "EA", "SalesUOM": "EA",
        "TaxCategory": "TAXABLE", "ExportToExternal": True, "Visibility": "Visible", "PageTitle": title,
        "Availability": "Set as Available (Track Qty.)", "Content": f"<p>{title}, in several kinds.</p>",
        "DimensionWeight": 0.4, "Attributes": rows,
        "Categories": [{"id": identity("row", f"{name}:{category}"), "CategoryID": category}],
    })  # fmt: skip
    for values in product(*axes.values()):
        chosen = dict(zip(axes, values, strict=True))
        code = "-".join([name, *(value[:3].upper() for value in values)])
        text = f"{title}, {', '.join(values)}"
        item(erp, unit, code, text, of, category, price, template=name, values=chosen)


def item(erp: Any, unit: Unit, code: str, title: str, of: str, category: int, price: float, *, template: str = "",
         values: dict[str, str] | None = None, kind: str = "StockItem", **more: Any) -> None:  # fmt: skip
    """One item that is not of the plain catalogue."""
    if unit.get("item", code):
        return
    stamp = erp.stamp()
    fields = {
        "InventoryID": code, "Description": title, "ItemClass": of, "ItemStatus": "Active", "TaxCategory": "TAXABLE",
        "DefaultPrice": price, "MSRP": round(price * 1.25, 2), "CurySpecificPrice": price, "PostingClass": "STOCK",
        "CurySpecificMSRP": round(price * 1.25, 2), "BaseUOM": "EA", "SalesUOM": "EA", "BaseUnit": "EA",
        "SalesUnit": "EA", "DefaultWarehouseID": "MAIN", "DimensionWeight": 0.4, "WeightUOM": "KG",
        "ExportToExternal": True, "Visibility": "Visible", "Availability": "Set as Available (Track Qty.)",
        "TemplateItemID": template or None, "IsAKit": False, "PageTitle": title, **more,
    }  # fmt: skip
    attributes = [{"AttributeID": name, "AttributeDescription": name.title(), "Value": value, "ValueDescription": value,
                   "Required": True, "IsActive": True} for name, value in (values or {}).items()]  # fmt: skip
    doc = {"id": identity("item", code), "kind": kind, "fields": fields, "modified": stamp, "created": stamp,
           "number": 90_000 + len(erp.store.kind("item")) + len(unit.changed),
           "details": {"Attributes": attributes, "CrossReferences": [],
                       "Categories": [{"CategoryID": category}]}}  # fmt: skip
    erp.save(unit, doc)
    if kind == "StockItem":
        amount = float(sum(map(ord, code)) % 40)
        erp.move(unit, code, {"MAIN": amount, "EAST": amount / 2 // 1})


def kit(erp: Any, unit: Unit, name: str, title: str, of: str, stock: bool, parts: tuple[tuple[str, int], ...]) -> None:
    if not all(unit.get("item", part) for part, _ in parts) or find(erp, "KitSpecification", name, "1", unit=unit):
        return
    kind = "StockItem" if stock else "NonStockItem"
    item(erp, unit, name, title, of, 31 if of == "OUTDOOR" else 11, 149.0, kind=kind, IsAKit=True, IsKit=True,
         RequireShipment=True)  # fmt: skip
    rows = [{"id": identity("row", f"{name}:{part}"), "StockInventoryID": part, "ComponentQty": float(count),
             "UOM": "EA", "AllowComponentQtyVariance": False} for part, count in parts]  # fmt: skip
    keep(erp, unit, "KitSpecification", {"KitInventoryID": name, "RevisionID": "1", "Description": title,
                                         "Active": True, "IsNonStock": not stock, "StockComponents": rows,
                                         "NonStockComponents": []})  # fmt: skip


def class_prices(erp: Any, unit: Unit, name: str) -> None:
    if unit.get("classprice", name):
        return
    base = float(unit.get("item", name)["fields"]["DefaultPrice"])  # type: ignore[index]
    rows = [("WHOLESALE", 0.9, 0), ("WHOLESALE", 0.8, 10), ("VIP", 0.85, 0)]
    relating.prices(erp, unit, name, [{"PriceCode": code, "Price": round(base * share, 2), "BreakQty": count}
                                      for code, share, count in rows])  # fmt: skip


def vendors(erp: Any, unit: Unit) -> None:
    """What two items can be had for from vendors, and how many they have (an attribute of the site's own)."""
    stamp = erp.stamp()
    unit.put("attributedefinition", "VENDORQTY", {
        "id": identity("attributedefinition", "VENDORQTY"), "kind": "attributedefinition", "details": {"Values": []},
        "fields": {"AttributeID": "VENDORQTY", "Description": "Quantity at the vendor", "ControlType": "Text",
                   "Internal": False}, "modified": stamp, "created": stamp,
    })  # fmt: skip
    for name, count in (("TL-00001", "40"), ("KT-00002", "12")):
        doc = unit.get("item", name)
        if doc is None or doc["details"].get("VendorDetails"):
            continue
        row = {"VendorID": "V000001", "VendorName": "Halden Works", "Active": True, "Default": True, "RecordID": 1,
               "LastVendorPrice": 9.5, "CurrencyID": "USD", "LeadTimeDays": 5, "MinOrderQty": 10.0, "LotSize": 10.0,
               "PurchaseUnit": "EA", "Location": "MAIN"}  # fmt: skip
        value = {"AttributeID": "VENDORQTY", "AttributeDescription": "Quantity at the vendor", "Value": count,
                 "ValueDescription": count, "Required": False, "IsActive": True}  # fmt: skip
        details = {**doc["details"], "VendorDetails": [row], "Attributes": [*doc["details"]["Attributes"], value]}
        erp.save(unit, {**doc, "details": details})


def pictures(erp: Any, unit: Unit, name: str, number: int) -> None:
    doc = unit.get("item", name) or find(erp, "TemplateItems", name, unit=unit)
    if doc is None:
        return
    for at, shade in enumerate(list(COLOURS.values())[number % 3 : number % 3 + 2], 1):
        files.seed(unit, doc["id"], f"{name.lower()}-{at}.png", files.picture(*shade))
    if name == ADDRESSED and not doc["details"].get("FileURLs"):
        place = f"/_sandbox/pictures/{identity('file', doc['id'] + '/' + name.lower() + '-1.png')}.png"
        row = {"FileURL": place, "FileType": "Image", "NoteID": doc["id"]}
        erp.save(unit, {**doc, "details": {**doc["details"], "FileURLs": [row]}})
