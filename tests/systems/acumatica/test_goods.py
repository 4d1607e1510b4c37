"""What hangs on items: attributes, tax categories, status, templates and kits, related items, pictures."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from connector.errors import Fail, Retry
from connector.records import (
    ATTRIBUTE,
    COMPOSITE,
    CUSTOMER_ATTRIBUTE,
    IMAGE,
    PRODUCT_STATUS,
    RELATION,
    TAX_CATEGORY,
    Attribute,
    Composite,
    CustomerAttribute,
    Image,
    Option,
    Part,
    ProductStatus,
    Relation,
    TaxCategory,
)
from connector.systems.acumatica import Acumatica, images
from tests.systems.acumatica.conftest import BASE, ENDPOINT, Make, Wire, options
from tests.systems.acumatica.test_customers import wrapped

SINCE = datetime(2026, 1, 1, tzinfo=UTC)
PNG = b"\x89PNG\r\n\x1a\n and so on"


def uses(name: str, *attributes: tuple[str, bool]) -> dict[str, Any]:
    return dict(
        wrapped({"ClassID": name, "Attributes": [{"AttributeID": id, "Required": must} for id, must in attributes]})
    )


@pytest.fixture
def defined(wire: Wire) -> None:
    wire.get(
        f"{ENDPOINT}/ItemClass", json=[uses("SHIRT", ("COLOR", False)), uses("POT", ("COLOR", True), ("SIZE", False))]
    )
    wire.get(f"{ENDPOINT}/CustomerClass", json=[uses("WEB", ("LEVEL", True))])
    values = [{"ValueID": "R", "Description": "Red", "SortOrder": 2}, {"ValueID": "B", "SortOrder": 1},
              {"ValueID": "X", "Disabled": True}]  # fmt: skip
    found = [{"AttributeID": "COLOR ", "Description": "Colour", "ControlType": "Combo", "Values": values},
             {"AttributeID": "LEVEL", "ControlType": "Checkbox"}, {"AttributeID": "OTHER"}]  # fmt: skip
    wire.get(f"{ENDPOINT}/AttributeDefinition", json=wrapped(found))


@pytest.mark.usefixtures("defined")
def test_an_attribute_has_its_values_and_the_item_classes_that_use_it(erp: Acumatica) -> None:
    assert erp.read_many(ATTRIBUTE, ["COLOR", "OTHER"]) == {
        "COLOR": Attribute("COLOR", label="Colour", kind="list", required=True, item_classes=("POT", "SHIRT"),
                           options=(Option("B", "", 1), Option("R", "Red", 2)))
    }  # fmt: skip
    assert [change.key for change in erp.changed_since(ATTRIBUTE, None).changes] == ["COLOR"]


@pytest.mark.usefixtures("defined")
def test_an_item_class_that_changed_tells_its_attributes(erp: Acumatica) -> None:
    assert [change.key for change in erp.changed_since(ATTRIBUTE, SINCE).changes] == ["COLOR", "SIZE"]


@pytest.mark.usefixtures("defined")
def test_attributes_of_customers_are_those_of_their_classes(erp: Acumatica) -> None:
    assert erp.read_many(CUSTOMER_ATTRIBUTE, ["LEVEL", "COLOR"]) == {
        "LEVEL": CustomerAttribute("LEVEL", kind="flag", required=True)
    }
    assert [change.key for change in erp.changed_since(CUSTOMER_ATTRIBUTE, None).changes] == ["LEVEL"]


def test_tax_categories_are_told_with_their_tick(erp: Acumatica, wire: Wire) -> None:
    wire.get(
        f"{ENDPOINT}/TaxCategory",
        json=wrapped([{"TaxCategoryID": "EXEMPT ", "Description": "No tax", "Active": False}]),
    )
    assert erp.read_many(TAX_CATEGORY, ["EXEMPT"]) == {
        "EXEMPT": TaxCategory("EXEMPT", description="No tax", active=False)
    }
    assert [change.key for change in erp.changed_since(TAX_CATEGORY, SINCE).changes] == ["EXEMPT"]


def test_a_status_is_only_whether_an_item_may_be_bought(erp: Acumatica, wire: Wire) -> None:
    found = [{"InventoryID": "A", "ItemStatus": "No Sales"}, {"InventoryID": "B", "ExportToExternal": False}]
    wire.get(f"{ENDPOINT}/StockItem", json=wrapped(found))
    assert erp.read_many(PRODUCT_STATUS, ["A", "B"]) == {
        "A": ProductStatus("A", active=False, status_label="No Sales"),
        "B": ProductStatus("B", active=False),
    }
    assert "Description" not in options(wire.requests("/StockItem")[0])["$select"]


# --- templates and kits


def variant(id: str, **attributes: str) -> dict[str, Any]:
    pairs = [{"AttributeID": name, "Value": value} for name, value in attributes.items()]
    return {"InventoryID": id, "TemplateItemID": "SHIRT", "Attributes": pairs, "DefaultPrice": 1}


def test_a_template_has_its_variants_and_what_tells_them_apart(erp: Acumatica, wire: Wire) -> None:
    matrix = [{"InventoryID": "S-R"}, {"InventoryID": "S-B"}, {"InventoryID": "OLD", "ItemStatus": "Inactive"}]
    wire.get(
        f"{ENDPOINT}/TemplateItems", json=wrapped([{"InventoryID": "SHIRT", "Description": "Shirt", "Matrix": matrix}])
    )
    both = [variant("S-R", COLOR="R", FIT="slim", NOTE="x"), variant("S-B", COLOR="B", FIT="slim", NOTE="")]
    wire.get(f"{ENDPOINT}/StockItem", json=wrapped(both))
    (found,) = erp.read_many(COMPOSITE, ["SHIRT"]).values()
    assert isinstance(found, Composite) and found.product is not None
    assert (found.kind, found.product.name, found.axes) == ("configurable", "Shirt", ("COLOR",))
    assert found.parts == (Part("S-B", choices=(("COLOR", "B"),)), Part("S-R", choices=(("COLOR", "R"),)))


def test_a_kit_is_a_bundle_of_its_newest_revision(make: Make, wire: Wire) -> None:
    wire.site()
    wire.get(f"{ENDPOINT}/TemplateItems", json=[])
    old = {"KitInventoryID": "SET", "RevisionID": "1", "Active": True, "StockComponents": [{"StockInventoryID": "X"}]}
    new = {"KitInventoryID": "SET", "RevisionID": "2", "Active": True,
           "StockComponents": [{"StockInventoryID": "TEA", "ComponentQty": 3}],
           "NonStockComponents": [{"NonStockInventoryID": "CARD"}]}  # fmt: skip
    wire.get(f"{ENDPOINT}/KitSpecification", json=wrapped([old, new, {**new, "RevisionID": "3", "Active": False}]))
    wire.get(f"{ENDPOINT}/StockItem", json=wrapped([{"InventoryID": "SET", "Description": "Set", "DefaultPrice": 9}]))
    (found,) = make().read_many(COMPOSITE, ["SET"]).values()
    assert isinstance(found, Composite) and found.kind == "bundle"
    assert found.parts == (Part("TEA", Decimal(3)), Part("CARD"))
    assert make({"product": {"kits": "simple"}}).read_many(COMPOSITE, ["SET"]) == {}


def test_templates_their_variants_and_kits_are_polled_in_turn(erp: Acumatica, wire: Wire) -> None:
    wire.get(f"{ENDPOINT}/TemplateItems", json=wrapped([{"InventoryID": "SHIRT"}]))
    wire.get(
        f"{ENDPOINT}/StockItem", json=wrapped([{"InventoryID": "TEA"}, {"InventoryID": "C-R", "TemplateItemID": "CUP"}])
    )
    wire.get(f"{ENDPOINT}/KitSpecification", json=wrapped([{"KitInventoryID": "SET"}]))
    told, position = [], ""
    while True:
        page = erp.changed_since(COMPOSITE, SINCE, position)
        told.append([change.key for change in page.changes])
        if page.position is None:
            break
        position = page.position
    assert told == [["SHIRT"], ["CUP"], ["SET"]]
    assert erp.changed_since(COMPOSITE, None).position == "kits:"


# --- related items

GI = f"{BASE}/t/Company/api/odata/gi/CC%20Relations"


def link(kind: str, other: str, rank: int = 1, active: bool = True, item: str = "TEA") -> dict[str, Any]:
    return {"InventoryID": item, "RelatedInventoryID": f"{other} ", "Relation": kind, "Rank": rank, "IsActive": active,
            "INRelatedInventory_lastModifiedDateTime": "2026-01-02T03:04:05Z"}  # fmt: skip


def test_related_items_come_from_the_inquiry_in_their_order(erp: Acumatica, wire: Wire) -> None:
    rows = [link("Up-Sell", "POT", 2), link("USELL", "MUG", 1), link("Cross-Sell", "MILK"),
            link("Substitute", "COFFEE"), link("Other", "GONE", active=False)]  # fmt: skip
    wire.get(GI, json={"value": rows})
    found = erp.read_many(RELATION, ["TEA", "MUG"])
    assert found["MUG"] == Relation("MUG")
    assert found["TEA"] == Relation(
        "TEA", links=(("crosssell", "MILK"), ("related", "COFFEE"), ("upsell", "MUG"), ("upsell", "POT"))
    )
    page = erp.changed_since(RELATION, SINCE)
    assert ([change.key for change in page.changes], page.position) == (["TEA"], None)
    last = options(wire.requests("/gi/")[-1])
    assert last["$filter"] == "INRelatedInventory_lastModifiedDateTime ge 2026-01-01T00:00:00.000Z"


def test_an_inquiry_that_is_not_there_or_lacks_a_column_is_told(erp: Acumatica, wire: Wire) -> None:
    wire.get(GI, json={"value": [{"InventoryID": "TEA", "Relation": "x"}]})
    with pytest.raises(Fail, match="no column for: RelatedInventoryID"):
        erp.read_many(RELATION, ["TEA"])
    wire.replace("GET", GI, status=404)
    with pytest.raises(Fail, match="not there over OData"):
        erp.changed_since(RELATION, None)


def test_an_inquiry_without_rows_relates_nothing(erp: Acumatica, wire: Wire) -> None:
    wire.get(GI, json={"value": []})
    assert erp.read_many(RELATION, ["TEA"]) == {"TEA": Relation("TEA")}
    assert erp.changed_since(RELATION, SINCE).changes == ()


# --- pictures


def test_attached_pictures_are_told_with_the_main_one_first(erp: Acumatica, wire: Wire) -> None:
    files = [{"filename": f"Stock Items (TEA)\\{name}", "href": f"/site/entity/Default/24.200.001/files/{name}"}
             for name in ("back.PNG", "front.jpg", "manual.pdf")]  # fmt: skip
    row = {**wrapped({"InventoryID": "TEA", "ImageUrl": "Stock Items (TEA)\\front.jpg"}), "files": files}
    wire.get(f"{ENDPOINT}/StockItem", json=[row])
    (found,) = erp.read_many(IMAGE, ["TEA"]).values()
    assert isinstance(found, Image)
    assert [(one.name, one.position, one.main) for one in found.pictures] == [
        ("front.jpg", 1, True), ("back.PNG", 2, False),
    ]  # fmt: skip
    assert options(wire.requests("/StockItem")[0])["$expand"] == "files"


def test_pictures_can_be_addresses_instead(make: Make, wire: Wire) -> None:
    wire.site()
    row = {"InventoryID": "TEA", "FileURLs": [{"FileURL": "https://cdn.example/a/tea.jpg", "FileType": "Image"},
                                              {"FileURL": "https://cdn.example/v.mp4", "FileType": "Video"}],
           "Attributes": [{"AttributeID": "PIC", "Value": "https://cdn.example/b.png, not-an-address"}]}  # fmt: skip
    wire.get(f"{ENDPOINT}/StockItem", json=wrapped([row]))
    erp = make({"image": {"source": "url", "url_attribute": "pic"}})
    (found,) = erp.read_many(IMAGE, ["TEA"]).values()
    assert isinstance(found, Image)
    assert [(one.name, one.url) for one in found.pictures] == [
        ("tea.jpg", "https://cdn.example/a/tea.jpg"), ("b.png", "https://cdn.example/b.png"),
    ]  # fmt: skip


def test_a_picture_is_fetched_as_bytes_with_our_session(erp: Acumatica, wire: Wire) -> None:
    wire.get(f"{ENDPOINT}/files/1", body=PNG, content_type="image/png")
    assert erp.download("/site/entity/Default/24.200.001/files/1") == PNG
    assert "seat" in wire.requests("/files/1")[0].headers["Cookie"]


def test_an_address_elsewhere_gets_no_session_of_ours(erp: Acumatica, wire: Wire) -> None:
    wire.get("https://cdn.example/b.png", body=PNG)
    assert erp.download("https://cdn.example/b.png") == PNG
    assert "Cookie" not in wire.requests("cdn")[0].headers


@pytest.mark.parametrize(
    ("body", "reason"), [(b"<html>", "no picture"), (b"", "no picture"), (b"\xff\xd8\xff" + bytes(50), "more than")]
)
def test_what_is_no_picture_or_too_large_is_refused(
    erp: Acumatica, wire: Wire, body: bytes, reason: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(images, "MOST", 20)
    wire.get(f"{ENDPOINT}/files/1", body=body)
    with pytest.raises(Fail, match=reason):
        erp.download("/site/entity/Default/24.200.001/files/1")


def test_a_picture_that_cannot_be_fetched_now_is_tried_again(erp: Acumatica, wire: Wire) -> None:
    wire.get("https://cdn.example/b.png", status=503)
    with pytest.raises(Retry):
        erp.download("https://cdn.example/b.png")


RETAIL = f"{BASE}/entity/eCommerce/24.200.001/ItemImages"


def polled(erp: Acumatica, since: datetime | None) -> list[str]:
    found, position = [], ""
    while True:
        page = erp.changed_since(IMAGE, since, position)
        found += [change.key for change in page.changes]
        if page.position is None:
            return found
        position = page.position


def test_items_whose_files_alone_changed_are_told_where_the_site_tells_them(erp: Acumatica, wire: Wire) -> None:
    wire.get(f"{ENDPOINT}/StockItem", json=wrapped([{"InventoryID": "TEA"}]))
    wire.get(f"{ENDPOINT}/NonStockItem", json=[])
    files = [{"InventoryID": "POT", "LastModifiedDateTime": "2026-01-02T00:00:00+00:00"},
             {"InventoryID": "OLD", "LastModifiedDateTime": "2025-12-31T00:00:00+00:00"}]  # fmt: skip
    wire.put(RETAIL, json=wrapped({"Results": files}))
    assert polled(erp, SINCE) == ["TEA", "POT"]
    assert polled(erp, None) == ["TEA"]


def test_a_site_without_the_retail_features_is_asked_once(erp: Acumatica, wire: Wire) -> None:
    wire.get(f"{ENDPOINT}/StockItem", json=[])
    wire.get(f"{ENDPOINT}/NonStockItem", json=[])
    wire.put(RETAIL, status=404)
    assert polled(erp, SINCE) == polled(erp, SINCE) == []
    assert len(wire.requests("eCommerce")) == 1
