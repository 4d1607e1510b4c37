"""Items become products: two kinds, one list each, every field by the default mapping."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from decimal import Decimal

import pytest
import responses
from requests import PreparedRequest

from connector.errors import Fail, Refused, Retry
from connector.records import PRODUCT, Product
from connector.systems.acumatica import Acumatica, filters, items
from connector.systems.acumatica.items import NON_STOCK, STOCK
from tests.systems.acumatica.conftest import BASE, ENDPOINT, NOT_THERE, Make, Wire, failure, load, options

UNLISTED = failure("Optimization cannot be performed.The following fields cause the error:\r\nAttributes.Value: View X")


@pytest.fixture
def catalogue(wire: Wire) -> None:
    wire.get(f"{ENDPOINT}/StockItem", json=load("stock-items.json"))
    wire.get(f"{ENDPOINT}/NonStockItem", json=load("non-stock-items.json"))


def read(erp: Acumatica, *keys: str) -> dict[str, Product]:
    found = erp.read_many(PRODUCT, keys)
    assert all(isinstance(record, Product) for record in found.values())
    return found  # type: ignore[return-value]


@pytest.mark.usefixtures("catalogue")
def test_a_stock_item_has_every_field_of_the_default_mapping(erp: Acumatica) -> None:
    teapot = read(erp, "TEAPOT01")["TEAPOT01"]
    assert replace(teapot, raw=()) == Product(
        key="TEAPOT01",
        version=1_762_154_142_517_000,
        name="Stoneware teapot, 1.2 l",
        stock_item=True,
        requires_shipment=True,
        active=True,
        exported=True,
        visibility="featured",
        item_class="KITCHEN",
        tax_category="TAXABLE",
        price=Decimal("39.9"),
        msrp=Decimal("49.5"),
        weight=Decimal("1.25"),
        weight_uom="KG",
        description="<p>Glazed by hand, holds six cups.</p>",
        url_key="stoneware-teapot",
        meta_title="Stoneware teapot",
        meta_description="A teapot for six cups",
        search_keywords="tea, pot",
        base_uom="EA",
        categories=("9", "112"),
        attributes=(("CAPACITY", ""), ("GLAZE", "blue")),
        cross_references=(("Barcode", "4006381333931"),),
        status_label="Active",
    )
    assert str(teapot.price) == "39.9"


@pytest.mark.usefixtures("catalogue")
def test_an_item_that_may_not_be_sold_says_so(erp: Acumatica) -> None:
    mug = read(erp, "O'NEILL MUG")["O'NEILL MUG"]
    assert (mug.active, mug.exported, mug.status_label) == (False, False, "No Sales")
    assert (mug.visibility, mug.weight, mug.msrp, mug.price) == ("visible", None, Decimal(0), Decimal(7))


@pytest.mark.usefixtures("catalogue")
def test_a_non_stock_item_is_virtual_unless_it_is_shipped(erp: Acumatica) -> None:
    engraving = read(erp, "ENGRAVING")["ENGRAVING"]
    assert (engraving.stock_item, engraving.requires_shipment) == (False, False)
    assert (engraving.price, engraving.weight, engraving.msrp) == (Decimal("12.5"), Decimal("0.2"), None)
    assert engraving.categories == ("9", "30")
    assert engraving.visibility == "invisible"
    assert engraving.version == 1_762_070_400_123_456


@pytest.mark.parametrize(
    ("status", "active"),
    [
        ("Active", True),
        ("No Purchases", True),
        ("No Request", True),
        ("No Sales", False),
        ("Inactive", False),
        ("Marked for Deletion", False),
        ("", True),
    ],
)
def test_the_status_decides_whether_an_item_may_be_sold(erp: Acumatica, wire: Wire, status: str, active: bool) -> None:
    row = {**load("stock-items.json")[0], "ItemStatus": {"value": status} if status else {}}
    wire.get(f"{ENDPOINT}/StockItem", json=[row])
    assert read(erp, "TEAPOT01")["TEAPOT01"].active is active


def test_a_site_without_the_export_tick_exports_everything(erp: Acumatica, wire: Wire) -> None:
    row = {**load("stock-items.json")[0], "ExportToExternal": {}}
    wire.get(f"{ENDPOINT}/StockItem", json=[row])
    assert read(erp, "TEAPOT01")["TEAPOT01"].exported is True


def test_equal_content_has_an_equal_hash_however_it_is_padded(erp: Acumatica, wire: Wire) -> None:
    row = load("stock-items.json")[0]
    wire.get(f"{ENDPOINT}/StockItem", json=[row])
    wire.get(
        f"{ENDPOINT}/StockItem", json=[{**row, "DefaultPrice": {"value": "39.9000"}, "ItemClass": {"value": "KITCHEN"}}]
    )
    first, second = read(erp, "TEAPOT01")["TEAPOT01"], read(erp, "TEAPOT01")["TEAPOT01"]
    assert first.content_hash() == replace(second, version=5).content_hash()


# --- how it is asked


@pytest.mark.usefixtures("catalogue")
def test_stock_items_are_asked_first_and_the_rest_as_non_stock_items(erp: Acumatica, wire: Wire) -> None:
    found = read(erp, "TEAPOT01 ", "O'NEILL MUG", "ENGRAVING", "NOWHERE", "", " ")
    assert sorted(found) == ["ENGRAVING", "O'NEILL MUG", "TEAPOT01 "]
    stock, rest = wire.requests("StockItem")
    assert options(stock)["$filter"] == (
        "InventoryID eq 'TEAPOT01' or InventoryID eq 'O''NEILL MUG' or InventoryID eq 'ENGRAVING'"
        " or InventoryID eq 'NOWHERE'"
    )
    assert options(stock)["$expand"] == "Attributes,Categories,CrossReferences"
    assert options(rest)["$filter"] == "InventoryID eq 'ENGRAVING' or InventoryID eq 'NOWHERE'"
    assert options(rest)["$expand"] == "Attributes,Categories,SalesCategories,CrossReferences"
    assert {"LastModifiedDateTime", "BaseUOM", "Categories/CategoryID"} <= set(options(stock)["$select"].split(","))
    assert {"RequireShipment", "BaseUnit"} <= set(options(rest)["$select"].split(","))


@pytest.mark.usefixtures("catalogue")
def test_one_request_is_enough_when_all_are_stock_items(erp: Acumatica, wire: Wire) -> None:
    read(erp, "TEAPOT01", "O'NEILL MUG")
    assert len(wire.requests("StockItem")) == 1


@pytest.mark.usefixtures("catalogue")
def test_no_key_is_no_request(erp: Acumatica, wire: Wire) -> None:
    assert read(erp) == {}
    assert wire.requests("StockItem") == []


@pytest.mark.usefixtures("catalogue")
def test_upper_and_lower_case_are_one_item(erp: Acumatica) -> None:
    found = read(erp, "teapot01")
    assert found["teapot01"].key == "TEAPOT01"


def test_many_keys_are_asked_for_in_several_short_addresses(erp: Acumatica, wire: Wire) -> None:
    wire.get(f"{ENDPOINT}/StockItem", json=[])
    wire.get(f"{ENDPOINT}/NonStockItem", json=[])
    keys = [f"A-RATHER-LONG-CODE-{number:04}" for number in range(100)]
    assert read(erp, *keys) == {}
    asked = wire.requests("/StockItem")
    assert 2 < len(asked) < 12
    assert all(len((request.url or "").partition("?")[2]) <= filters.LONGEST for request in asked)
    assert all(any(f"'{key}'" in options(request)["$filter"] for request in asked) for key in keys)


def ranged(wire: Wire, there: list[str]) -> None:
    """A site that answers ranges and lists of keys as the real one does, sorted by key."""

    def answer(request: PreparedRequest) -> tuple[int, dict[str, str], str]:
        asked = options(request)
        bounds = dict(re.findall(r"InventoryID (ge|gt|le) '([^']*)'", asked["$filter"]))
        named = re.findall(r"eq '([^']*)'", asked["$filter"])
        found = [key for key in there if key in named] if named else [
            key for key in there
            if bounds.get("ge", "") <= key and (key > bounds["gt"] if "gt" in bounds else True) and key <= bounds["le"]
        ]  # fmt: skip
        row = load("stock-items.json")[0]
        page = found[: int(asked.get("$top", 1_000))]
        return 200, {}, json.dumps([{**row, "InventoryID": {"value": key}} for key in page])

    wire.add_callback("GET", f"{ENDPOINT}/StockItem", callback=answer)
    wire.get(f"{ENDPOINT}/NonStockItem", json=[])


def test_neighbours_are_read_page_by_page_and_not_by_lists_of_keys(erp: Acumatica, wire: Wire) -> None:
    """A full sync: 150 of 155 items that lie between the first and the last are wanted."""
    there = [f"P-{number:04}" for number in range(155)]
    ranged(wire, there)
    found = read(erp, *there[:150][::-1])
    assert sorted(found) == there[:150]
    first, second = (options(request)["$filter"] for request in wire.requests("/StockItem"))
    assert first == "InventoryID ge 'P-0000' and InventoryID le 'P-0149'"
    assert second == "InventoryID gt 'P-0099' and InventoryID le 'P-0149'"


def test_far_apart_keys_are_still_asked_for_by_name(erp: Acumatica, wire: Wire) -> None:
    """Sixty notifications out of a large catalogue: the first page of the range shows that it is no use."""
    ranged(wire, [f"P-{number:04}" for number in range(3_000)])
    keys = [f"P-{number:04}" for number in range(0, 3_000, 50)]
    assert sorted(read(erp, *keys)) == keys
    asked = [options(request)["$filter"] for request in wire.requests("/StockItem")]
    assert asked[0].startswith("InventoryID ge") and all(" eq " in one for one in asked[1:])


def test_what_a_site_sorts_elsewhere_is_not_taken_for_gone(erp: Acumatica, wire: Wire) -> None:
    """The site's order is not ours: a key that it does not show in the range is asked for by name."""
    there = [f"P-{number:04}" for number in range(60)]
    ranged(wire, [*there, "a-tail"])
    assert sorted(read(erp, *there, "a-tail")) == [*there, "a-tail"]


def test_an_old_site_is_asked_for_the_names_that_it_has(wire: Wire, make: Make) -> None:
    wire.site("site-before-2023r2.json")
    old = f"{BASE}/entity/Default/22.200.001"
    row = load("stock-items.json")[0]
    wire.get(
        f"{old}/StockItem", json=[{**row, "LastModifiedDateTime": {}, "LastModified": row["LastModifiedDateTime"]}]
    )
    found = read(make(), "TEAPOT01")["TEAPOT01"]
    assert found.version == 1_762_154_142_517_000
    names = options(wire.calls[-1].request)["$select"].split(",")
    assert "LastModified" in names and "LastModifiedDateTime" not in names
    assert (STOCK.modified("25.200.001"), NON_STOCK.modified("22.200.001")) == ("LastModifiedDateTime",) * 2


# --- what can go wrong


def test_a_list_with_calculated_fields_is_read_one_by_one(erp: Acumatica, wire: Wire) -> None:
    teapot, mug = load("stock-items.json")
    wire.get(f"{ENDPOINT}/StockItem", status=500, json=UNLISTED)
    wire.get(
        f"{ENDPOINT}/StockItem", json=[{"id": row["id"], "InventoryID": row["InventoryID"]} for row in (teapot, mug)]
    )
    wire.get(f"{ENDPOINT}/StockItem/{teapot['id']}", json=teapot)
    wire.get(f"{ENDPOINT}/StockItem/{mug['id']}", status=500, json=NOT_THERE)
    wire.get(f"{ENDPOINT}/NonStockItem", json=[])
    assert sorted(read(erp, "TEAPOT01", "O'NEILL MUG")) == ["TEAPOT01"]
    by_id = wire.requests(teapot["id"])[0]
    assert options(by_id)["$expand"] == "Attributes,Categories,CrossReferences"


def test_a_list_that_cannot_be_read_at_all_is_final_with_help(erp: Acumatica, wire: Wire) -> None:
    wire.get(f"{ENDPOINT}/StockItem", status=500, json=UNLISTED)
    with pytest.raises(Fail) as caught:
        read(erp, "TEAPOT01")
    assert caught.value.code == "acumatica.unlisted" and caught.value.help


def test_a_business_error_on_a_read_is_worth_another_try(erp: Acumatica, wire: Wire) -> None:
    wire.get(f"{ENDPOINT}/StockItem", status=500, json=failure("Transaction was deadlocked."))
    with pytest.raises(Retry, match="deadlocked") as caught:
        read(erp, "TEAPOT01")
    assert caught.value.unknown is False


def test_missing_rights_stop_the_connector(erp: Acumatica, wire: Wire) -> None:
    wire.get(f"{ENDPOINT}/StockItem", status=403)
    with pytest.raises(Refused):
        read(erp, "TEAPOT01")


def test_an_entity_that_acumatica_has_not_is_refused(erp: Acumatica) -> None:
    for call in (lambda: erp.read_many("weather", ["1"]), lambda: erp.changed_since("weather", None)):
        with pytest.raises(Fail, match="weather"):
            call()


def test_items_know_whether_they_may_be_sold() -> None:
    row = {"InventoryID": {"value": "A "}, "ItemStatus": {"value": "Active"}, "ExportToExternal": {"value": False}}
    item = items.Item(STOCK, row)
    assert (item.key, item.active, item.exported, item.sellable) == ("A", True, False, False)


def test_the_wire_is_quiet_until_it_is_asked(wire: Wire, make: Make) -> None:
    make()
    assert isinstance(wire, responses.RequestsMock) and wire.lines() == []
