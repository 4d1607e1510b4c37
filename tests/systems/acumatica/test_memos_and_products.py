"""What a store sends besides orders and customers: credit memos that hang on an order, products that are new."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from connector.errors import Fail
from connector.records import CREDIT_MEMO, PRODUCT, CreditMemo, Line, Product
from connector.systems.acumatica import Acumatica
from connector.systems.base import Written
from tests.systems.acumatica.conftest import ENDPOINT, Make, Wire, load
from tests.systems.acumatica.test_customers import wrapped

D = Decimal
MEMO = CreditMemo(
    "500", number="12", order="SO/SO1", erp_type="RC", branch="MAIN", reference="W-500", created_on=date(2026, 3, 2),
    description="shop-1 | Credit memo 500", currency="EUR", lines=(Line("9", "TEA", D(2), D("9.99")),),
    shipping=D(5), adjustment=D("-1"), tax=D("3.01"), total=D("26.99"), reason="Broken",
)  # fmt: skip
ORIGINAL = {
    "OrderType": "SO", "OrderNbr": "SO1", "CustomerID": "C1", "PreferredWarehouseID": "WEST",
    "Details": [{"InventoryID": "TEA", "WarehouseID": "EAST", "UOM": "EA", "OrderQty": 5}],
    "TaxDetails": [{"TaxID": "STATE", "TaxAmount": 2}, {"TaxID": "CITY", "TaxAmount": 1}],
}  # fmt: skip


def put(wire: Wire, entity: str) -> list[dict[str, Any]]:
    return [json.loads(each.body or "{}") for each in wire.requests(f"/{entity}") if each.method == "PUT"]


def write(erp: Acumatica, one: CreditMemo | Product, known: str = "") -> Written:
    (done,) = erp.write_many([one], known={one.key: known} if known else {})
    return done


# --- credit memos


def test_a_credit_memo_is_a_return_linked_to_its_order(erp: Acumatica, wire: Wire) -> None:
    wire.get(f"{ENDPOINT}/SalesOrder", json=[wrapped(ORIGINAL)])
    wire.put(f"{ENDPOINT}/SalesOrder", json=wrapped({"OrderType": "RC", "OrderNbr": "RC7", "OrderTotal": 26.99}))
    done = write(erp, MEMO)
    assert (done.target_id, done.created, done.problem) == ("RC/RC7", True, None)
    (body,) = put(wire, "SalesOrder")
    assert (body["OrderType"], body["CustomerID"], body["ExternalRef"]) == tuple(wrapped(["RC", "C1", "W-500"]))
    assert body["FinancialSettings"] == wrapped({"OriginalOrderType": "SO", "OriginalOrderNbr": "SO1"})
    assert body["ExternalRefundRef"] == {"value": "500"}
    (line,) = body["Details"]
    told = wrapped({"InventoryID": "TEA", "OrderQty": 2, "UnitPrice": 9.99, "WarehouseID": "EAST", "UOM": "EA"})
    assert told.items() <= line.items()
    assert body["Totals"]["PremiumFreight"] == {"value": 4}
    assert body["TaxDetails"] == wrapped([{"TaxID": "STATE", "TaxAmount": 2.01}, {"TaxID": "CITY", "TaxAmount": 1}])


def test_a_credit_memo_without_its_order_fails(erp: Acumatica, wire: Wire) -> None:
    wire.get(f"{ENDPOINT}/SalesOrder", json=[])
    problem = write(erp, MEMO).problem
    assert isinstance(problem, Fail) and problem.code == "acumatica.no_original"


def test_a_credit_memo_is_found_again_and_not_made_twice(erp: Acumatica, wire: Wire) -> None:
    row = {"OrderType": "RC", "OrderNbr": "RC7", "ExternalRef": "W-500", "Description": "shop-1 | x"}
    wire.get(f"{ENDPOINT}/SalesOrder", json=wrapped([{**row, "OrderType": "SO"}, {**row, "Description": "y"}, row]))
    assert [one.key for one in erp.find_like(CREDIT_MEMO, [MEMO]).values()] == ["RC/RC7"]
    assert write(erp, MEMO, "RC/RC7") == Written("500", "RC/RC7")
    assert put(wire, "SalesOrder") == []


# --- products

NEW = Product(
    "CUP1", name="Cup", item_class="KITCHEN", tax_category="TAXABLE", price=D("4.50"), weight=D("0.2"),
    description="<p>A cup</p>", url_key="cup", base_uom="EA", categories=("9", "x"), attributes=(("GLAZE", "blue"),),
    mapped=(("TariffCode", "6912"),),
)  # fmt: skip


def test_a_new_product_becomes_a_stock_item(erp: Acumatica, wire: Wire) -> None:
    wire.get(f"{ENDPOINT}/StockItem", json=[])
    wire.get(f"{ENDPOINT}/NonStockItem", json=[])
    wire.put(f"{ENDPOINT}/StockItem", json=wrapped({"InventoryID": "CUP1", "Description": "Cup"}))
    done = write(erp, NEW)
    assert (done.target_id, done.created, done.problem) == ("CUP1", True, None)
    assert isinstance(done.seen, Product) and done.seen.name == "Cup"
    assert put(wire, "StockItem") == [wrapped({
        "InventoryID": "CUP1", "Description": "Cup", "ItemClass": "KITCHEN", "TaxCategory": "TAXABLE", "BaseUOM": "EA",
        "DefaultPrice": 4.5, "DimensionWeight": 0.2, "Content": "<p>A cup</p>", "CustomURL": "cup",
        "TariffCode": "6912", "Attributes": [{"AttributeID": "GLAZE", "Value": "blue"}],
        "Categories": [{"CategoryID": 9}],
    })]  # fmt: skip
    assert [each for each in wire.requests("/StockItem") if each.method == "PUT"][0].headers["If-None-Match"] == "*"


def test_a_virtual_product_becomes_a_non_stock_item(erp: Acumatica, wire: Wire) -> None:
    wire.get(f"{ENDPOINT}/StockItem", json=[])
    wire.get(f"{ENDPOINT}/NonStockItem", json=[])
    wire.put(f"{ENDPOINT}/NonStockItem", json={})
    write(erp, Product("WARRANTY", name="Warranty", item_class="SERVICE", stock_item=False, requires_shipment=False))
    assert put(wire, "NonStockItem") == [
        wrapped(
            {"InventoryID": "WARRANTY", "Description": "Warranty", "ItemClass": "SERVICE", "RequireShipment": False}
        )
    ]


def test_without_an_item_class_no_item_can_be_made(erp: Acumatica, wire: Wire) -> None:
    wire.get(f"{ENDPOINT}/StockItem", json=[])
    wire.get(f"{ENDPOINT}/NonStockItem", json=[])
    problem = write(erp, Product("CUP1", name="Cup")).problem
    assert isinstance(problem, Fail) and problem.code == "acumatica.item_class"


def test_of_an_item_that_is_there_only_what_differs_is_written(make: Make, wire: Wire) -> None:
    wire.site()
    wire.get(f"{ENDPOINT}/StockItem", json=load("stock-items.json"))
    wire.put(f"{ENDPOINT}/StockItem", json={})
    erp = make()
    same = erp.read_many(PRODUCT, ["TEAPOT01"])["TEAPOT01"]
    assert isinstance(same, Product)
    assert write(erp, same, "TEAPOT01").fields == {} and put(wire, "StockItem") == []
    now = Product("TEAPOT01", name="Teapot", item_class="OTHER", price=D(1), attributes=(("GLAZE", "blue"),),
                  categories=("9", "300"), active=False)  # fmt: skip
    done = write(erp, now, "TEAPOT01")
    assert not done.created
    assert put(wire, "StockItem") == [wrapped({
        "InventoryID": "TEAPOT01", "Description": "Teapot", "ItemStatus": "No Sales",
        "Categories": [{"CategoryID": 300}],
    })]  # fmt: skip


def test_a_product_that_a_store_deleted_stays_in_the_erp(erp: Acumatica) -> None:
    with pytest.raises(Fail, match="ever deleted"):
        erp.delete(PRODUCT, "CUP1", "CUP1")
