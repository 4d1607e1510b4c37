"""What the items refer to: warehouses, item classes, tax categories, sales categories, attributes."""

from __future__ import annotations

from typing import Any

from connector.sandbox import catalogue
from connector.sandbox.store import Unit


def reference(unit: Unit, stamp: int) -> None:
    """Warehouses, item classes, tax categories, sales categories and attributes."""

    def put(kind: str, key: str, fields: dict[str, Any], details: dict[str, list[dict[str, Any]]]) -> None:
        unit.put(kind, key, {"id": catalogue.identity(kind, key), "kind": kind, "fields": fields, "details": details,
                             "modified": stamp, "created": stamp})  # fmt: skip

    for name, title in catalogue.WAREHOUSES:
        bin_ = {
            "LocationID": "MAIN",
            "Description": "Main bin",
            "Active": True,
            "SalesAllowed": True,
            "ReceiptsAllowed": True,
        }
        put("warehouse", name, {"WarehouseID": name, "Description": title, "Active": True}, {"Locations": [bin_]})
    for name, title in catalogue.TAX_CATEGORIES:
        fields = {"TaxCategoryID": name, "Description": title, "Active": True, "ExcludeListedTaxes": False}
        put("taxcategory", name, fields, {"Details": []})
    classes = {**catalogue.CLASSES, "SERVICE": {"title": "Services", "attributes": ()}}
    for name, kind in classes.items():
        stock = name != "SERVICE"
        fields = {
            "ClassID": name,
            "Description": kind["title"],
            "StockItem": stock,
            "BaseUOM": "EA" if stock else "HOUR",
            "ItemType": "Finished Good" if stock else "Service",
            "TaxCategoryID": "TAXABLE" if stock else "EXEMPT",
            "SalesUOM": "EA" if stock else "HOUR",
            "PostingClass": "STOCK" if stock else "NONSTOCK",
        }
        rows = [
            {"AttributeID": code, "Required": False, "SortOrder": at} for at, code in enumerate(kind["attributes"], 1)
        ]
        put("itemclass", name, fields, {"Attributes": rows})
    for number, parent, title in catalogue.CATEGORIES:
        fields = {"CategoryID": number, "ParentCategoryID": parent, "Description": title, "SortOrder": number}
        put("itemsalescategory", f"{number:06d}", fields, {})
    unit.put("sequence", "CATEGORY", {"last": 100})
    for name, (title, values) in catalogue.ATTRIBUTES.items():
        rows = [
            {"ValueID": value, "Description": value, "SortOrder": at, "Disabled": False}
            for at, value in enumerate(values, 1)
        ]
        fields = {"AttributeID": name, "Description": title, "ControlType": "Combo", "Internal": False}
        put("attributedefinition", name, fields, {"Values": rows})
