"""Sales orders and payments over REST: money, numbering, refusals, stock, what a repeated PUT does."""

from __future__ import annotations

from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import Client

from connector.sandbox import journal
from connector.sandbox.acumatica.app import Acumatica
from tests.sandbox.conftest import BASE, LOGIN

EVERYTHING = ("?$expand=Details,Totals,TaxDetails,DiscountDetails,Payments,Shipments,BillToAddress,ShipToAddress,"
              "ShipToContact,ShippingSettings,FinancialSettings")  # fmt: skip


def wrapped(value: Any) -> Any:
    """Plain values as the ERP takes them; lists and dicts of them too."""
    if isinstance(value, dict):
        return {name: wrapped(inner) if name not in ("id", "delete") else inner for name, inner in value.items()}
    return [wrapped(inner) for inner in value] if isinstance(value, list) else {"value": value}


def put(client: FlaskClient, entity: str, query: str = EVERYTHING, **fields: Any) -> Any:
    return client.put(f"{BASE}/{entity}{query if entity == 'SalesOrder' else ''}", json=wrapped(fields))


def order(client: FlaskClient, **more: Any) -> dict[str, Any]:
    """One order of two hammers; keywords replace or add fields."""
    line = {"InventoryID": "TL-00001", "OrderQty": 2, "UnitPrice": 10.0, "WarehouseID": "MAIN"}
    answer = put(client, "SalesOrder", **{"OrderType": "SO", "CustomerID": "C0000001", "Details": [line], **more})
    assert answer.status_code == 200, answer.text
    return dict(answer.get_json())


def value(node: dict[str, Any], *path: Any) -> Any:
    for step in path:
        node = node[step]
    return node.get("value")


def effects(erp: Acumatica, effect: str) -> list[dict[str, Any]]:
    return list(journal.read(erp.store, effect=effect)["entries"])


def test_an_order_is_numbered_and_filled(erp: Acumatica, client: FlaskClient):
    body = order(client, ExternalRef="DEMO-100000001", CustomerOrder="100000001", Description="DEMO | web")
    assert (value(body, "OrderNbr"), value(body, "Status"), value(body, "OrderTotal")) == ("SO000001", "Open", 20.0)
    assert value(body, "Details", 0, "LineNbr") == 1 and value(body, "Details", 0, "OpenQty") == 2
    assert value(body, "FinancialSettings", "Terms") and value(body, "BillToAddress", "Country")
    (entry,) = effects(erp, "order_create")
    assert entry["key"] == "SO/SO000001" and entry["after"]["ExternalRef"] == "DEMO-100000001"
    assert entry["after"]["OrderTotal"] == 20.0 and entry["after"]["lines"][0]["InventoryID"] == "TL-00001"


def test_the_same_put_twice_makes_two_orders(erp: Acumatica, client: FlaskClient):
    for _ in range(2):
        order(client, ExternalRef="X-1")
    assert [entry["after"]["ExternalRef"] for entry in effects(erp, "order_create")] == ["X-1", "X-1"]
    query = {"$filter": "ExternalRef eq 'X-1' and OrderType eq 'SO'", "$select": "OrderNbr"}
    assert len(client.get(f"{BASE}/SalesOrder", query_string=query).get_json()) == 2


def test_a_type_with_its_own_numbers_needs_one_and_finds_it_again(erp: Acumatica, client: FlaskClient):
    assert value(order(client, OrderType="CT", OrderNbr="100000777"), "OrderNbr") == "100000777"
    order(client, OrderType="CT", OrderNbr="100000777", Details=[], Description="again")
    assert len(effects(erp, "order_create")) == 1
    refused = put(client, "SalesOrder", OrderType="CT", CustomerID="C0000001")
    assert refused.status_code == 422 and "cannot be empty" in refused.get_json()["OrderNbr"]["error"]
    assert value(order(client, OrderNbr="4711"), "OrderNbr") == "SO000001"  # automatic: replaced


def test_lines_discounts_freight_and_taxes_make_the_total(client: FlaskClient):
    lines = [
        {"InventoryID": "TL-00001", "OrderQty": 3, "UnitPrice": 9.99, "DiscountAmount": 2.0},
        {"InventoryID": "KT-00002", "OrderQty": 1, "UnitPrice": 40, "DiscountPercent": 10},
        {"InventoryID": "SV-001", "OrderQty": 1, "UnitPrice": 15},
    ]
    body = order(client, Details=lines, DiscountDetails=[{"ExternalDiscountCode": "SPRING", "DiscountAmount": 5}],
                 Totals={"OverrideFreightAmount": True, "Freight": 7.5, "PremiumFreight": 1}, IsTaxValid=True,
                 TaxDetails=[{"TaxID": "WEBTAX", "TaxRate": 8, "TaxAmount": 6.13, "TaxableAmount": 76.6}])  # fmt: skip
    assert [value(row, "ExtendedPrice") for row in body["Details"]] == [29.97, 40.0, 15.0]
    assert [value(row, "Amount") for row in body["Details"]] == [27.97, 36.0, 15.0]
    totals = {name: field.get("value") for name, field in body["Totals"].items() if isinstance(field, dict)}
    assert totals["LineTotalAmount"] == 63.97 and totals["MiscTotalAmount"] == 15.0
    assert totals["DiscountTotal"] == 5.0 and totals["Freight"] == 7.5 and totals["TaxTotal"] == 6.13
    assert value(body, "OrderTotal") == round(63.97 + 15 - 5 + 7.5 + 1 + 6.13, 2)
    assert totals["UnpaidBalance"] == value(body, "OrderTotal")
    assert value(body, "ShippingSettings", "FreightPrice") == 7.5


def test_taxes_that_are_not_marked_as_valid_are_worked_out_anew(client: FlaskClient):
    settings = {"OverrideTaxZone": True, "CustomerTaxZone": "NY"}
    body = order(client, FinancialSettings=settings, TaxDetails=[{"TaxID": "WEBTAX", "TaxAmount": 99}])
    assert {value(row, "TaxID"): value(row, "TaxAmount") for row in body["TaxDetails"]} == {
        "NYSTATE": 0.8,
        "NYCITY": 0.9,
    }
    assert value(body, "OrderTotal") == 21.7


def test_freight_without_its_override_is_dropped(client: FlaskClient):
    assert value(order(client, Totals={"Freight": 7.5}), "OrderTotal") == 20.0
    body = order(client, ShippingSettings={"OverrideFreightPrice": True, "FreightPrice": 4})
    assert value(body, "Totals", "Freight") == 4.0


def test_a_wrong_field_name_gives_an_order_of_nothing(client: FlaskClient):
    body = order(client, Details=[{"InventoryID": "TL-00001", "Quantity": 5, "UnitPrice": 10}])
    assert value(body, "Details", 0, "OrderQty") == 0 and value(body, "OrderTotal") == 0


def test_the_price_comes_from_the_item_when_none_is_sent(client: FlaskClient):
    body = order(client, Details=[{"InventoryID": "tl-00001", "OrderQty": 1}])
    assert value(body, "Details", 0, "UnitPrice") == 31.49 and value(body, "Details", 0, "InventoryID") == "TL-00001"


@pytest.mark.parametrize(
    ("fields", "path"),
    [
        ({"CustomerID": "NOPE"}, ("CustomerID",)),
        ({"CustomerID": "C0000014"}, ("CustomerID",)),
        ({"OrderType": "ZZ"}, ("OrderType",)),
        ({"OrderType": "BL"}, ("OrderType",)),
        ({"ShipVia": "NOPE"}, ("ShipVia",)),
        ({"ShipVia": "AIRSHIP"}, ("ShipVia",)),
        ({"PaymentMethod": "NOPE"}, ("PaymentMethod",)),
        ({"PaymentMethod": "OLDCHEQUE"}, ("PaymentMethod",)),
        ({"PaymentMethod": "VISA", "CashAccount": "PAYPAL"}, ("CashAccount",)),
        ({"Branch": "NOPE"}, ("Branch",)),
        ({"CurrencyID": "XXX"}, ("CurrencyID",)),
        ({"LocationID": "NOPE"}, ("LocationID",)),
        ({"Details": [{"InventoryID": "NOPE", "OrderQty": 1}]}, ("Details", 0, "InventoryID")),
        ({"Details": [{"InventoryID": "TL-00001", "OrderQty": "many"}]}, ("Details", 0, "OrderQty")),
        ({"Details": [{"InventoryID": "TL-00001", "WarehouseID": "MOON"}]}, ("Details", 0, "WarehouseID")),
        ({"Details": [{"InventoryID": "TL-00001", "OrderQty": 1, "UOM": "TON"}]}, ("Details", 0, "UOM")),
        ({"IsTaxValid": True, "TaxDetails": [{"TaxID": "NOPE", "TaxAmount": 1}]}, ("TaxDetails", 0, "TaxID")),
        ({"Payments": [{"PaymentMethod": "VISA", "PaymentAmount": 99, "AppliedToOrder": 99}]},
         ("Payments", 0, "AppliedToOrder")),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_in_its_place_and_nothing_is_kept(
    erp: Acumatica, client: FlaskClient, fields: dict[str, Any], path: tuple[Any, ...]
):
    line = {"InventoryID": "TL-00001", "OrderQty": 1, "UnitPrice": 10}
    answer = put(client, "SalesOrder", **{"OrderType": "SO", "CustomerID": "C0000001", "Details": [line], **fields})
    assert answer.status_code == 422, answer.text
    at = answer.get_json()
    assert at["error"].startswith("Inserting  'Sales Order' record")
    for step in path:
        at = at[step]
    assert at["error"]
    assert effects(erp, "order_create") == [] and effects(erp, "stock") == []


def test_an_item_that_is_not_for_sale_is_refused(erp: Acumatica, client: FlaskClient):
    erp.erp.edit("TL-00001", {"ItemStatus": "No Sales"})
    answer = put(client, "SalesOrder", CustomerID="C0000001", Details=[{"InventoryID": "TL-00001", "OrderQty": 1}])
    assert answer.status_code == 422 and "No Sales" in answer.get_json()["Details"][0]["InventoryID"]["error"]


def test_hold_and_what_becomes_of_it(client: FlaskClient):
    body = order(client, Hold=True)
    assert value(body, "Status") == "On Hold"
    assert value(order(client, OrderNbr=value(body, "OrderNbr"), Hold=False, Details=[]), "Status") == "Open"
    assert value(order(client, CustomerID="C0000021"), "Status") == "Credit Hold"


def test_an_open_order_lowers_what_is_available_and_not_what_is_there(erp: Acumatica, client: FlaskClient):
    before = erp.erp.levels("TL-00001")["MAIN"]
    body = order(client)
    after = erp.erp.levels("TL-00001")["MAIN"]
    assert (after["on_hand"], after["available"]) == (before["on_hand"], before["available"] - 2)
    order(client, OrderNbr=value(body, "OrderNbr"), Details=[{"id": body["Details"][0]["id"], "OrderQty": 5}])
    assert erp.erp.levels("TL-00001")["MAIN"]["available"] == before["available"] - 5
    assert client.delete(f"{BASE}/SalesOrder/SO/{value(body, 'OrderNbr')}").status_code == 204
    assert erp.erp.levels("TL-00001")["MAIN"]["available"] == before["available"]
    assert len(effects(erp, "order_delete")) == 1


def test_addresses_need_their_override(client: FlaskClient):
    address = {"AddressLine1": "9 Elsewhere", "City": "Austin", "State": "TX", "PostalCode": "78701", "Country": "US"}
    assert value(order(client, ShipToAddress=address), "ShipToAddress", "AddressLine1") != "9 Elsewhere"
    body = order(client, ShipToAddress=address, ShipToAddressOverride=True, ShipToContactOverride=True,
                 ShipToContact={"Email": "guest@example.com", "BusinessName": "Guest"})  # fmt: skip
    assert value(body, "ShipToAddress", "AddressLine1") == "9 Elsewhere"
    assert value(body, "ShipToContact", "Email") == "guest@example.com"


def test_an_order_is_read_by_its_keys_its_id_and_by_filters(client: FlaskClient):
    body = order(client, CustomerOrder="100000042")
    assert client.get(f"{BASE}/SalesOrder/SO/SO000001").get_json()["id"] == body["id"]
    assert client.get(f"{BASE}/SalesOrder/{body['id']}").get_json()["OrderNbr"] == {"value": "SO000001"}
    stamp = value(body, "LastModified")
    for text in ("CustomerOrder eq '100000042'", "Status eq 'Open' and OrderType eq 'SO'",
                 f"LastModified ge datetimeoffset'{stamp}'", "BillToContact/Email ne 'x'"):  # fmt: skip
        rows = client.get(f"{BASE}/SalesOrder", query_string={"$filter": text}).get_json()
        assert [value(row, "OrderNbr") for row in rows] == ["SO000001"], text
    query = {"$filter": f"LastModified gt datetimeoffset'{stamp}'"}
    assert client.get(f"{BASE}/SalesOrder", query_string=query).get_json() == []


def test_lines_are_added_changed_and_deleted(client: FlaskClient):
    first = order(client)
    number = value(first, "OrderNbr")
    body = order(client, OrderNbr=number, Details=[{"InventoryID": "KT-00002", "OrderQty": 1, "UnitPrice": 5}])
    assert [value(row, "LineNbr") for row in body["Details"]] == [1, 2] and value(body, "OrderTotal") == 25.0
    body = order(client, OrderNbr=number, Details=[{"id": first["Details"][0]["id"], "delete": True}])
    assert [value(row, "InventoryID") for row in body["Details"]] == ["KT-00002"]


def test_a_payment_comes_with_its_order(erp: Acumatica, client: FlaskClient):
    card = [{"TranNbr": "ch_1", "TranType": "AUC", "CardType": "VISA", "NeedValidation": False}]
    paid = {"DocType": "Prepayment", "PaymentMethod": "VISA", "PaymentAmount": 20, "AppliedToOrder": 20,
            "PaymentRef": "ch_1", "ExternalRef": "tx-1", "CreditCardTransactionInfo": card}  # fmt: skip
    body = order(client, Payments=[paid])
    assert value(body, "Totals", "UnpaidBalance") == 0
    row = body["Payments"][0]
    assert (value(row, "DocType"), value(row, "CashAccount"), value(row, "Status")) == (
        "Prepayment",
        "CARDS",
        "Balanced",
    )
    one = client.get(f"{BASE}/Payment/Prepayment/{value(row, 'ReferenceNbr')}?$expand=OrdersToApply").get_json()
    assert value(one, "PaymentRef") == "ch_1" and value(one, "OrdersToApply", 0, "OrderNbr") == "SO000001"
    assert len(effects(erp, "payment_create")) == 1
    order(client, OrderNbr="SO000001", Details=[], Description="touched")
    assert len(effects(erp, "payment_create")) == 1


def test_a_payment_of_its_own_is_applied_released_and_voided(erp: Acumatica, client: FlaskClient):
    order(client)
    apply = [{"OrderType": "SO", "OrderNbr": "SO000001", "AppliedToOrder": 15}]
    made = put(client, "Payment", Type="Prepayment", CustomerID="C0000001", PaymentMethod="CHECK", PaymentAmount=20,
               PaymentRef="4711", OrdersToApply=apply).get_json()  # fmt: skip
    assert (value(made, "AvailableBalance"), value(made, "CashAccount")) == (5.0, "CHECKING")
    assert value(client.get(f"{BASE}/SalesOrder/SO/SO000001{EVERYTHING}").get_json(), "Totals", "UnpaidBalance") == 5.0
    client.put("/_sandbox/switches", json={"action_polls": 0})
    keys = {"entity": wrapped({"Type": "Prepayment", "ReferenceNbr": value(made, "ReferenceNbr")})}
    assert client.post(f"{BASE}/Payment/ReleasePayment", json=keys).status_code == 204
    assert client.post(f"{BASE}/Payment/ReleasePayment", json=keys).status_code == 500
    assert client.post(f"{BASE}/Payment/VoidPayment", json=keys).status_code == 204
    assert value(client.get(f"{BASE}/SalesOrder/SO/SO000001{EVERYTHING}").get_json(), "Totals", "UnpaidBalance") == 20.0
    query = {"$filter": "PaymentRef eq '4711'", "$expand": "ApplicationHistory"}
    assert client.get(f"{BASE}/Payment", query_string=query).status_code == 500


def test_too_much_cannot_be_applied(client: FlaskClient):
    order(client)
    apply = [{"OrderType": "SO", "OrderNbr": "SO000001", "AppliedToOrder": 25}]
    answer = put(client, "Payment", CustomerID="C0000001", PaymentMethod="CHECK", PaymentAmount=25, OrdersToApply=apply)
    assert answer.status_code == 422 and "error" in answer.get_json()["OrdersToApply"][0]["AppliedToOrder"]


def test_an_action_that_runs_is_polled(erp: Acumatica, client: FlaskClient):
    order(client)
    body = {"entity": wrapped({"OrderType": "SO", "OrderNbr": "SO000001"})}
    answer = client.post(f"{BASE}/SalesOrder/CancelSalesOrder", json=body)
    assert answer.status_code == 202
    place = answer.headers["Location"]
    assert [client.get(place).status_code for _ in range(3)] == [202, 204, 404]
    assert erp.store.get("salesorder", "SO/SO000001")["fields"]["Status"] == "Canceled"
    assert client.post(f"{BASE}/SalesOrder/Nonsense", json=body).status_code == 404
    missing = {"entity": wrapped({"OrderType": "SO", "OrderNbr": "SO4711"})}
    assert client.post(f"{BASE}/SalesOrder/CancelSalesOrder", json=missing).status_code == 500


def test_faults_strike_orders_too_and_a_lost_answer_leaves_an_order(erp: Acumatica, client: FlaskClient):
    body = wrapped({"OrderType": "SO", "CustomerID": "C0000001", "ExternalRef": "X-1"})
    caller = Client(erp.wsgi)
    caller.post("/entity/auth/login", json=LOGIN)
    client.put("/_sandbox/faults", json=[{"route": "/SalesOrder", "method": "PUT", "fault": "500_after", "count": 1}])
    assert [caller.put(f"{BASE}/SalesOrder", json=body).status_code for _ in range(2)] == [500, 200]
    assert len(effects(erp, "order_create")) == 2


def test_a_refund_pays_a_credit_memo_back(erp: Acumatica, client: FlaskClient):
    back = {"DocType": "Refund", "PaymentMethod": "CHECK", "PaymentAmount": 20, "AppliedToOrder": 20, "Refund": True}
    body = order(client, OrderType="CM", Payments=[back])
    assert value(body, "Totals", "UnpaidBalance") == 0 and value(body, "Payments", 0, "DocType") == "Refund"
    assert client.get(f"{BASE}/Payment/Refund/{value(body, 'Payments', 0, 'ReferenceNbr')}").status_code == 200


def test_another_process_may_have_been_faster(client: FlaskClient):
    client.put("/_sandbox/switches", json={"conflicts": 1})
    body = wrapped({"OrderType": "SO", "CustomerID": "C0000001"})
    refused = client.put(f"{BASE}/SalesOrder", json=body)
    assert refused.status_code == 500 and "Another process" in refused.get_json()["exceptionMessage"]
    assert client.put(f"{BASE}/SalesOrder", json=body).status_code == 200


def test_a_list_may_refuse_to_expand_what_one_record_can(client: FlaskClient):
    order(client)
    client.put("/_sandbox/switches", json={"delegate_views": ["SalesOrder/Payments"]})
    refused = client.get(f"{BASE}/SalesOrder?$expand=Payments")
    assert refused.status_code == 500 and "BQL delegate" in refused.get_json()["exceptionMessage"]
    assert client.get(f"{BASE}/SalesOrder?$expand=Details").status_code == 200
    assert client.get(f"{BASE}/SalesOrder/SO/SO000001?$expand=Payments").status_code == 200


def test_a_credit_limit_holds_an_order(client: FlaskClient):
    client.put(f"{BASE}/Customer", json=wrapped({"CustomerID": "C0000001", "CreditLimit": 30}))
    assert [value(order(client), "Status") for _ in range(2)] == ["Open", "Credit Hold"]


def test_broken_numbering_is_said(client: FlaskClient):
    client.put("/_sandbox/switches", json={"numbering_broken": True})
    answer = put(client, "SalesOrder", CustomerID="C0000001")
    assert answer.status_code == 500 and "next number" in answer.get_json()["exceptionMessage"]


def test_a_checker_reads_what_is_true(client: FlaskClient):
    order(client, ExternalRef="X-1")
    body = client.get("/_sandbox/desk/records/SalesOrder").get_json()
    assert body["SO/SO000001"]["ExternalRef"] == "X-1" and body["SO/SO000001"]["lines"][0]["OrderQty"] == 2
    assert len(client.get("/_sandbox/desk/records/Customer").get_json()) == 40
    assert client.get("/_sandbox/desk/records/Nonsense").status_code == 400


def test_a_customer_with_orders_cannot_be_deleted(client: FlaskClient):
    order(client)
    assert client.delete(f"{BASE}/Customer/C0000001").status_code == 500
