"""The fields that the schema pages list, and what active ones bring into a product."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from connector.records import CATEGORY, CUSTOMER, PRODUCT, Product
from connector.systems.acumatica import Acumatica, raw, tabs
from tests.systems.acumatica.conftest import ENDPOINT, Make, Wire, load, options

SWAGGER = {
    "components": {
        "schemas": {
            name: {"allOf": [{"properties": {field: {"$ref": f"#/x/{kind}Value"} for field, kind in fields.items()}}]}
            for name, fields in {
                "StockItem": {"InventoryID": "String", "Description": "String", "ItemClass": "String",
                              "MSRP": "Decimal", "TaxCategory": "String", "CustomURL": "String",
                              "DimensionWeight": "Decimal",
                              "LastModified": "DateTime", "TariffCode": "String"},
                "NonStockItem": {"InventoryID": "String", "RequireShipment": "Boolean"},
                "ItemSalesCategory": {"CategoryID": "Int", "Description": "String", "ParentCategoryID": "Int"},
                "Contact": {"Email": "String"}, "Address": {"City": "String"},
                "Customer": {"CustomerID": "String", "CustomerName": "String", "CustomerClass": "String",
                             "Terms": "String", "ShipVia": "String", "SendInvoicesbyEmail": "Boolean"},
            }.items()
        }
    }
}  # fmt: skip
AD_HOC = {"custom": {"Item": {"UsrChannel": {"type": "CustomBooleanField"}, "AttributeCOLOR": {"type": "x"}}}}


def field(**values: Any) -> dict[str, Any]:
    return {name: value if isinstance(value, list) else {"value": value} for name, value in values.items()}


@pytest.fixture
def described(wire: Wire) -> None:
    wire.get(f"{ENDPOINT}/swagger.json", json=SWAGGER)
    wire.get(f"{ENDPOINT}/StockItem/$adHocSchema", json=AD_HOC)
    for entity in ("NonStockItem", "ItemSalesCategory", "Customer"):
        wire.get(f"{ENDPOINT}/{entity}/$adHocSchema", json={})
    uses = [field(AttributeID="SIZE", Required=True)]
    wire.get(f"{ENDPOINT}/ItemClass", json=[field(ClassID="SHIRT", Attributes=uses)])
    values = [field(ValueID="RED", Description="Red", SortOrder=2), field(ValueID="BLUE", Disabled=True)]
    found = [field(AttributeID="COLOR", Description="Colour", ControlType="Combo", Values=values)]
    wire.get(f"{ENDPOINT}/AttributeDefinition", json=found)


@pytest.mark.usefixtures("described")
def test_the_fields_of_products_stand_on_their_tabs_with_custom_ones_and_attributes(erp: Acumatica) -> None:
    found = {one.name: one for one in erp.fields(PRODUCT)}
    assert {one.tab for one in found.values()} <= set(tabs.TABS[PRODUCT]) and len(tabs.TABS[PRODUCT]) == 7
    assert {one.name for one in found.values() if one.preselected} == {
        "InventoryID", "Description", "ItemClass", "TaxCategory",
    }  # fmt: skip
    assert (found["MSRP"].tab, found["MSRP"].kind, found["MSRP"].path) == (tabs.PRICES, "money", "/root/")
    assert (found["CustomURL"].tab, found["CustomURL"].label) == ("eCommerce", "Custom URL")
    assert found["DimensionWeight"].tab == "Packaging" and not found["LastModified"].writable
    custom = found["Item.UsrChannel"]
    assert (custom.path, custom.api_name, custom.kind, custom.custom) == (
        "/root/custom/Item/",
        "UsrChannel",
        "flag",
        True,
    )
    assert (custom.tab, custom.label) == ("Additional Features", "Channel")
    colour = found["Attributes/COLOR"]
    assert (colour.tab, colour.label, colour.kind, colour.options) == (
        "Attributes",
        "Colour",
        "list",
        (("RED", "Red"),),
    )
    assert found["Attributes/SIZE"].kind == "text" and found["CrossReferences/Barcode"].tab == "Cross Reference Details"


@pytest.mark.usefixtures("described")
def test_the_fields_of_customers_and_categories_have_their_own_tabs(erp: Acumatica) -> None:
    found = {one.name: one for one in erp.fields(CUSTOMER)}
    assert len(tabs.TABS[CUSTOMER]) == 8
    assert found["MainContact/Address/City"].path == "/root/MainContact/Address/"
    assert found["BillingContact/Email"].tab == "Billing Settings"
    assert (found["ShipVia"].tab, found["Terms"].tab) == ("Delivery Settings", "Billing Settings")
    assert found["SendInvoicesbyEmail"].tab == "Mail Settings"
    assert {one.name for one in erp.fields(CATEGORY) if one.preselected} == {
        "CategoryID", "Description", "ParentCategoryID",
    }  # fmt: skip
    assert erp.fields("order") == []


def product(make: Make, wire: Wire, schema: dict[str, Any] | None) -> Product:
    wire.site()
    wire.get(f"{ENDPOINT}/swagger.json", json=SWAGGER)
    body = load("stock-items.json")
    body[0]["custom"] = {"Item": {"UsrChannel": {"type": "CustomBooleanField", "value": True}}}
    body[0]["TariffCode"] = {"value": "6912 "}
    wire.get(f"{ENDPOINT}/StockItem", json=body)
    wire.get(f"{ENDPOINT}/NonStockItem", json=[])
    found = make({"schema": {PRODUCT: schema}} if schema is not None else None).read_many(PRODUCT, ["TEAPOT01"])
    record = found["TEAPOT01"]
    assert isinstance(record, Product)
    return record


def test_without_a_choice_every_default_field_is_told_by_its_name(make: Make, wire: Wire) -> None:
    told = dict(product(make, wire, None).raw)
    assert (told["Description"], told["Attributes/GLAZE"]) == ("Stoneware teapot, 1.2 l", "blue")
    assert (told["CrossReferences/Barcode"], told["Item.UsrChannel"]) == ("4006381333931", "true")


def test_inactive_fields_stay_empty_and_active_ones_are_told(make: Make, wire: Wire) -> None:
    schema = {
        "Description": {"path": "/root/", "api_name": "Description"},
        "TariffCode": {"path": "/root/", "api_name": "TariffCode"},
        "Attributes/GLAZE": {"path": "/root/Attributes/", "api_name": "GLAZE"},
        "Item.UsrChannel": {"path": "/root/custom/Item/", "api_name": "UsrChannel"},
        "MadeUp": {"path": "/root/", "api_name": "MadeUp"},
    }
    record = product(make, wire, schema)
    assert record.raw == (
        ("Attributes/GLAZE", "blue"),
        ("Description", "Stoneware teapot, 1.2 l"),
        ("Item.UsrChannel", "true"),
        ("MadeUp", ""),
        ("TariffCode", "6912"),
    )
    assert record.attributes == (("GLAZE", "blue"),) and record.cross_references == ()
    assert (record.name, record.item_class, record.msrp, record.categories) == ("Stoneware teapot, 1.2 l", "", None, ())
    assert record.active and record.exported and record.price == Decimal("39.9")
    asked = options(wire.requests("/StockItem")[0])
    assert asked["$custom"] == "Item.UsrChannel"
    assert "TariffCode" in asked["$select"] and "MadeUp" not in asked["$select"]


@pytest.mark.parametrize(
    ("name", "place"),
    [
        ("Description", ((), "Description")),
        ("MainContact/Address/City", (("MainContact", "Address"), "City")),
        ("Attributes/COLOR", (("Attributes",), "COLOR")),
        ("CrossReferences/GTIN/EAN/UPC/ISBN", (("CrossReferences",), "GTIN/EAN/UPC/ISBN")),
        ("Item.UsrChannel", (("custom", "Item"), "UsrChannel")),
    ],
)
def test_a_name_says_where_a_field_stands(name: str, place: Any) -> None:
    assert raw.place(name) == place


def test_what_a_mapping_made_goes_to_its_edited_place() -> None:
    body: dict[str, Any] = {"CustomerName": {"value": "Old"}}
    wanted = {
        "CustomerName": {"path": "/root/Extra/", "api_name": "Name2"},
        "Terms": {"path": "/root/", "api_name": "Term"},
    }
    mapped = [
        ("CustomerName", "New"), ("Terms", "30D"), ("Attributes/COLOR", "RED"), ("Item.UsrX", "1"),
        ("MainContact/Email", "a@b.example"), ("SendInvoicesbyEmail", "true"),
    ]  # fmt: skip
    assert raw.write(body, mapped, wanted) == {
        "CustomerName": {"value": "Old"},
        "Extra": {"Name2": {"value": "New"}},
        "Term": {"value": "30D"},
        "Attributes": [{"AttributeID": {"value": "COLOR"}, "Value": {"value": "RED"}}],
        "custom": {"Item": {"UsrX": {"type": "CustomStringField", "value": "1"}}},
        "MainContact": {"Email": {"value": "a@b.example"}},
        "SendInvoicesbyEmail": {"value": True},
    }
