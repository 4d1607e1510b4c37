"""Orders into the ERP: every field of the default mapping, money to the cent, found again and never made twice."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from connector.errors import Fail, Retry, Skip
from connector.records import ORDER, Address, Line, Order, Payment, Tax
from connector.systems.acumatica import Acumatica, order_body
from connector.systems.base import Change, Written
from tests.systems.acumatica.conftest import ENDPOINT, Make, Wire, failure, options
from tests.systems.acumatica.test_customers import wrapped

D = Decimal
WHERE = Address("", "Ada", "Byron", "Engines Ltd", ("1 Mill Lane", "Yard 2"), "Leeds", "WY", "", "LS1", "GB", "0113")
ORDER_1 = Order(
    "000000012", number="000000012", store="de", currency="EUR", placed_at=datetime(2026, 3, 1, 22, tzinfo=UTC),
    customer_email="ada@example.com", customer_name="Ada Byron", billing=WHERE, delivery=replace(WHERE, city="Hull"),
    lines=(
        Line("31", "TEA", D(3), D("9.9900"), D("1.97"), D("5.32"), "Tea", warehouse="EAST", note="Gift wrap: yes"),
        Line("32", "POT", D(1), D(40), D(0), D("7.60"), "Pot", account="40000"),
    ),
    shipping_amount=D("8.00"), shipping_discount=D("1.50"), tax=D("12.92"),
    taxes=(Tax("VAT19", D(19), D("12.92"), D("68.00")),), total=D("87.42"), comment="Customer Notes: ring twice",
    payments=(
        Payment("visa", D("67.42"), reference="tx-1", erp_method="VISA", cash_account="10600"),
        Payment("giftcard", D("20.00"), "gift_card", erp_method="GIFT", cash_account="10900"),
    ),
    erp_type="WO", erp_customer="C0001", branch="MAIN", warehouse="WEST", ship_via="UPS", shipping_terms="FREE",
    reference="W-000000012", description="shop-1 | German store order 000000012",
)  # fmt: skip
TOTALS = {"Freight": 0, "PremiumFreight": 6.5}
ANSWER = {"OrderType": "WO", "OrderNbr": "WO0007", "OrderTotal": 87.42, "TaxTotal": 12.92, "Totals": TOTALS,
          "Payments": [{"DocType": "Payment", "ReferenceNbr": "AR001"}]}  # fmt: skip


def write(erp: Acumatica, order: Order = ORDER_1, known: str = "") -> Written:
    (done,) = erp.write_many([order], known={order.key: known} if known else {})
    return done


def sent(wire: Wire) -> list[dict[str, Any]]:
    return [json.loads(each.body or "{}") for each in wire.requests("/SalesOrder") if each.method == "PUT"]


def answer(wire: Wire, **changes: Any) -> None:
    wire.put(f"{ENDPOINT}/SalesOrder", json=wrapped({**ANSWER, **changes}))


def test_an_order_has_every_field_of_the_default_mapping(erp: Acumatica, wire: Wire) -> None:
    answer(wire)
    done = write(erp)
    assert (done.target_id, done.created, done.problem) == ("WO/WO0007", True, None)
    assert done.fields["Payments"] == "AR001"
    (body,) = sent(wire)
    day = "2026-03-01T00:00:00+00:00"

    def party(city: str) -> dict[str, Any]:
        return {"AddressLine1": "1 Mill Lane", "AddressLine2": "Yard 2", "City": city, "State": "WY",
                "PostalCode": "LS1", "Country": "GB"}  # fmt: skip

    contact = {"Attention": "Ada Byron", "BusinessName": "Engines Ltd", "Email": "ada@example.com", "Phone1": "0113"}
    paid = {"DocType": "Payment", "ApplicationDate": day, "Hold": False}
    assert body == wrapped({
        "OrderType": "WO", "CustomerID": "C0001", "CustomerOrder": "000000012", "ExternalRef": "W-000000012",
        "Description": "shop-1 | German store order 000000012", "Date": day, "RequestedOn": day, "CurrencyID": "EUR",
        "PreferredWarehouseID": "WEST", "Hold": False, "DisableAutomaticDiscountUpdate": True, "Branch": "MAIN",
        "BillToAddressOverride": True, "BillToContactOverride": True, "BillToContact": contact,
        "BillToAddress": party("Leeds"), "ShipToAddressOverride": True, "ShipToContactOverride": True,
        "ShipToContact": contact, "ShipToAddress": party("Hull"), "note": "Customer Notes: ring twice",
        "ShippingSettings": {"ShipVia": "UPS", "ShippingTerms": "FREE", "PreferredWarehouseID": "WEST"},
        "Totals": {"OverrideFreightAmount": True, "Freight": 0, "PremiumFreight": 6.5},
        "Details": [
            {"InventoryID": "TEA", "LineDescription": "Tea", "OrderQty": 3, "UnitPrice": 9.99, "ManualPrice": True,
             "DiscountAmount": 1.97, "ManualDiscount": True, "WarehouseID": "EAST", "Branch": "MAIN",
             "ExternalRef": "31", "note": "Gift wrap: yes"},
            {"InventoryID": "POT", "LineDescription": "Pot", "OrderQty": 1, "UnitPrice": 40, "ManualPrice": True,
             "DiscountAmount": 0, "ManualDiscount": True, "WarehouseID": "WEST", "Branch": "MAIN", "Account": "40000",
             "ExternalRef": "32"},
        ],
        "IsTaxValid": True, "DisableAutomaticTaxCalculation": True,
        "TaxDetails": [{"TaxID": "VAT19", "TaxRate": 19, "TaxableAmount": 68, "TaxAmount": 12.92}],
        "Payments": [
            {**paid, "PaymentMethod": "VISA", "CashAccount": "10600", "PaymentRef": "tx-1", "ExternalRef": "tx-1",
             "Description": "shop-1 | German store order 000000012 | visa", "PaymentAmount": 67.42,
             "AppliedToOrder": 67.42},
            {**paid, "PaymentMethod": "GIFT", "CashAccount": "10900", "PaymentRef": "000000012",
             "ExternalRef": "000000012", "Description": "shop-1 | German store order 000000012 | giftcard",
             "PaymentAmount": 20, "AppliedToOrder": 20},
        ],
    })  # fmt: skip


def test_lines_of_items_without_a_sales_account_get_the_default_one(make: Make, wire: Wire) -> None:
    """SYN-27: an item's own account stays, a line's too; each item is asked once."""
    wire.site()
    answer(wire, OrderTotal=89.42)
    wire.get(f"{ENDPOINT}/StockItem", json=[wrapped({"InventoryID": "TEA", "SalesAccount": ""})])
    wire.get(f"{ENDPOINT}/NonStockItem", json=[wrapped({"InventoryID": "CUP", "SalesAccount": "40900"})])
    erp = make({"order": {"sales_account": "40000-X"}})
    order = replace(ORDER_1, lines=(*ORDER_1.lines, Line("33", "CUP", D(1), D(2))), total=D("89.42"))
    write(erp, order)
    write(erp, order)
    accounts = [line.get("Account", {}).get("value") for line in sent(wire)[-1]["Details"]]
    assert accounts == ["40000-X", "40000", None]
    assert len(wire.requests("/StockItem")) == len(wire.requests("/NonStockItem")) == 1


def test_taxes_can_be_left_to_the_erp_or_go_under_one_id_and_zone(make: Make, wire: Wire) -> None:
    wire.site()
    answer(wire)
    erp = make({"order": {"tax_id": "AVALARA", "tax_zone": "WEB"}})
    write(erp)
    write(erp, replace(ORDER_1, send_taxes=False))
    first, second = sent(wire)
    assert first["TaxDetails"] == [wrapped({"TaxID": "AVALARA", "TaxableAmount": 68, "TaxAmount": 12.92})]
    assert first["FinancialSettings"] == wrapped({"OverrideTaxZone": True, "CustomerTaxZone": "WEB"})
    assert not {"TaxDetails", "IsTaxValid"} & second.keys()


def test_a_tax_without_a_name_fails_and_nothing_is_sent(erp: Acumatica, wire: Wire) -> None:
    done = write(erp, replace(ORDER_1, taxes=()))
    assert isinstance(done.problem, Fail) and done.problem.code == "acumatica.tax_id"
    assert sent(wire) == []


def test_old_sites_take_the_branch_in_the_financial_settings(make: Make, wire: Wire) -> None:
    wire.site("site-before-2023r2.json")
    body = order_body.body(make().erp, ORDER_1)
    assert "Branch" not in body and body["FinancialSettings"] == {"Branch": {"value": "MAIN"}}


def test_a_tokenized_payment_carries_its_transaction(erp: Acumatica) -> None:
    paid = Payment("card", D(5), reference="tx-9", erp_method="TOKEN", plugin="STRIPE")
    made = order_body.payment(paid, ORDER_1)
    (transaction,) = made["CreditCardTransactionInfo"]
    assert (made["ProcessingCenterID"], made["DocType"]) == ({"value": "STRIPE"}, {"value": "Prepayment"})
    assert (transaction["TranNbr"], transaction["TranType"]) == ({"value": "tx-9"}, {"value": "AUT"})
    captured = order_body.payment(replace(paid, captured=True), ORDER_1)
    assert captured["CreditCardTransactionInfo"][0]["TranType"] == {"value": "AAC"}


def test_another_total_puts_the_order_on_hold_and_fails_line_by_line(erp: Acumatica, wire: Wire) -> None:
    lines = [{"ExternalRef": "32", "Amount": 45}, {"ExternalRef": "31", "Amount": 28}]
    answer(wire, OrderTotal=97.42, Details=lines, Totals={"Freight": 5, "PremiumFreight": 6.5})
    done = write(erp)
    assert isinstance(done.problem, Fail) and done.problem.code == "acumatica.total_differs"
    assert "97.42, the store's is 87.42 EUR: line POT is 45 instead of 40; freight is 11.5 instead of 6.5" in str(
        done.problem.reason.replace(".00", "").replace("6.50", "6.5")
    )
    assert sent(wire)[1] == wrapped({"OrderType": "WO", "OrderNbr": "WO0007", "Hold": True})


def test_a_difference_can_be_allowed_or_only_held(make: Make, wire: Wire) -> None:
    wire.site()
    answer(wire, OrderTotal=87.45)
    assert write(make({"order": {"tolerance": "0.03"}})).problem is None
    assert len(sent(wire)) == 1
    done = write(make({"order": {"on_difference": "hold"}}))
    assert done.problem is None and "on hold" in done.fields["Difference"]
    assert len(sent(wire)) == 3


def test_payments_are_released_when_the_setting_says_so(make: Make, wire: Wire) -> None:
    wire.site()
    answer(wire)
    wire.post(f"{ENDPOINT}/Payment/ReleasePayment", json=failure("The period is closed."), status=500)
    done = write(make({"order": {"release_payments": True}}))
    assert done.problem is None and "The period is closed" in done.fields["Release AR001"]
    (call,) = wire.requests("ReleasePayment")
    assert json.loads(call.body or "") == {"entity": wrapped({"Type": "Payment", "ReferenceNbr": "AR001"})}


def test_the_stores_own_number_is_only_ever_an_insert(erp: Acumatica, wire: Wire) -> None:
    wire.put(f"{ENDPOINT}/SalesOrder", status=412)
    done = write(erp, replace(ORDER_1, erp_number="000000012"))
    assert done.problem is not None and done.problem.code == "acumatica.number_taken"
    assert wire.requests("/SalesOrder")[0].headers["If-None-Match"] == "*"


def test_a_lost_answer_leaves_the_outcome_unknown(erp: Acumatica, wire: Wire) -> None:
    wire.put(f"{ENDPOINT}/SalesOrder", status=504)
    problem = write(erp).problem
    assert isinstance(problem, Retry) and problem.unknown


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Details[1]/InventoryID: Inventory ID 'X' cannot be found in the system.", "unknown_item"),
        ("The customer's credit limit has been exceeded.", "credit_limit"),
        ("Payments[1]/AppliedToOrder: The amount exceeds the unpaid balance of the order.", "overpaid"),
        ("Ship Via 'UPS' is inactive.", "ship_via"),
        ("Cannot generate the next number for the SOORDER numbering sequence.", "numbering"),
        ("Order Nbr. WO0007 already exists.", "number_taken"),
        ("Payment Method 'VISA' cannot be found in the system.", "payment_method"),
        ("Cash Account '1' cannot be found in the system.", "cash_account"),
        ("Tax ID 'X' cannot be found in the system.", "tax"),
        ("Warehouse 'W' cannot be found in the system.", "warehouse"),
        ("Branch 'B' cannot be found in the system.", "branch"),
        ("Customer 'C' is inactive.", "customer"),
        ("The financial period 03-2026 is closed.", "period"),
        ("'Order Type' cannot be found in the system.", "order_type"),
        ("'Terms' cannot be empty.", "required"),
    ],
)
def test_each_cause_has_its_own_code_and_help(erp: Acumatica, wire: Wire, text: str, code: str) -> None:
    wire.put(f"{ENDPOINT}/SalesOrder", json=failure(text), status=500)
    problem = write(erp).problem
    assert isinstance(problem, Fail) and problem.code == f"acumatica.{code}" and problem.help


# --- found again


def there(**changes: Any) -> dict[str, Any]:
    fields = {"OrderType": "WO", "OrderNbr": "WO0007", "ExternalRef": "W-000000012", "Status": "Open", "Hold": False,
              "Description": "shop-1 | anything"}  # fmt: skip
    return dict(wrapped({**fields, **changes}))


def test_an_order_is_found_by_reference_and_connector(erp: Acumatica, wire: Wire) -> None:
    wire.get(f"{ENDPOINT}/SalesOrder", json=[there()])
    (found,) = erp.find_like(ORDER, [ORDER_1]).values()
    assert isinstance(found, Order) and found.target_id == found.key == "WO/WO0007"
    assert options(wire.requests("/SalesOrder")[0])["$filter"] == "ExternalRef eq 'W-000000012'"


@pytest.mark.parametrize(
    "other", [{"Description": "shop-11 | x"}, {"Description": "Phone"}, {"ExternalRef": "12"}, {"OrderType": "QT"}]
)
def test_another_stores_order_of_that_number_is_not_taken_for_it(
    erp: Acumatica, wire: Wire, other: dict[str, str]
) -> None:
    wire.get(f"{ENDPOINT}/SalesOrder", json=[there(**other)])
    assert erp.find_like(ORDER, [ORDER_1]) == {}


def test_a_known_order_is_held_or_cancelled_while_that_is_allowed(erp: Acumatica, wire: Wire) -> None:
    wire.get(f"{ENDPOINT}/SalesOrder", json=[there()])
    wire.put(f"{ENDPOINT}/SalesOrder", json={})
    wire.post(f"{ENDPOINT}/SalesOrder/CancelSalesOrder", status=204)
    assert write(erp, replace(ORDER_1, hold=True), "WO/WO0007").fields == {"Hold": True}
    assert write(erp, replace(ORDER_1, state="canceled"), "WO/WO0007").fields == {"action": "CancelSalesOrder"}
    assert isinstance(write(erp, ORDER_1, "WO/WO0007").problem, Skip)
    wire.replace("GET", f"{ENDPOINT}/SalesOrder", json=[there(Status="Shipping")])
    problem = write(erp, replace(ORDER_1, state="canceled"), "WO/WO0007").problem
    assert isinstance(problem, Skip) and "Shipping" in problem.reason


def test_orders_are_read_by_type_and_number(erp: Acumatica, wire: Wire) -> None:
    row = there(CustomerOrder="12", OrderTotal=10.5, CustomerID="C1", Details=[{"InventoryID": "TEA ", "OrderQty": 2}])
    wire.get(f"{ENDPOINT}/SalesOrder", json=[row])
    found = erp.read_many(ORDER, ["WO/WO0007", "nonsense"])
    assert list(found) == ["WO/WO0007"]
    order = found["WO/WO0007"]
    assert isinstance(order, Order)
    assert (order.number, order.total, order.lines[0].sku, order.lines[0].quantity) == ("12", D("10.5"), "TEA", 2)
    assert options(wire.requests("/SalesOrder")[0])["$filter"] == "OrderType eq 'WO' and (OrderNbr eq 'WO0007')"


def test_orders_are_polled_type_by_type(make: Make, wire: Wire) -> None:
    wire.site()
    wire.get(f"{ENDPOINT}/SalesOrder", json=[there()])
    erp = make({"order": {"type": "WO", "types": ["SO", "CT"]}})
    page = erp.changed_since(ORDER, datetime(2026, 1, 1, tzinfo=UTC))
    assert page.changes == (Change(ORDER, "WO/WO0007"),) and page.position == "SO:"
    assert erp.changed_since(ORDER, None, "SO:").position == "WO:"
    assert erp.changed_since(ORDER, None, "WO:").position is None
    returns = make({"order": {"type": "WO", "types": ["SO"], "rma_type": "RX"}})
    positions = [returns.changed_since(ORDER, None, start).position for start in ("", "SO:")]
    assert positions == ["SO:", "WO:"], "returns, orders of the settings, orders of the store: each type is asked for"
