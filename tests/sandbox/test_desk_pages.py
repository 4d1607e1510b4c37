"""The ERP's pages for customers, categories and orders: forms and buttons, without a script."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from connector.sandbox import journal
from connector.sandbox.acumatica.app import Acumatica
from tests.sandbox.test_orders import order
from tests.sandbox.test_pages import well_made

PAGES = "/_sandbox/pages"


@pytest.mark.parametrize(
    "path",
    ["/customers", "/customers?q=ada", "/customer", "/customer?key=c0000001", "/categories", "/category?id=11",
     "/orders", "/orders?q=nothing", "/order?key=SO/SO000001"],
)  # fmt: skip
def test_pages_are_well_made(client: FlaskClient, path: str):
    order(client, CustomerOrder="<b>1</b>")
    client.post("/_sandbox/desk/ship", json={"order": "SO/SO000001", "anyway": True})
    answer = client.get(PAGES + path)
    assert answer.status_code == 200 and "<b>1</b>" not in answer.text
    well_made(answer.text)


@pytest.mark.parametrize("path", ["/customer?key=NOPE", "/category?id=4711", "/order?key=SO/NOPE"])
def test_what_is_not_there_is_a_404(client: FlaskClient, path: str):
    assert client.get(PAGES + path).status_code == 404


def test_a_customer_is_made_edited_and_deleted_by_form(erp: Acumatica, client: FlaskClient):
    form = {"CustomerName": "By form", "Email": "form@example.com", "Country": "US", "CustomerClass": "RETAIL",
            "Status": "Active", "PriceClassID": ""}  # fmt: skip
    made = client.post(f"{PAGES}/customer", data=form)
    assert made.status_code == 303 and "C0000040" in made.headers["Location"]
    client.post(f"{PAGES}/customer?key=C0000040", data={**form, "City": "Austin"})
    doc = erp.store.get("customer", "C0000040")
    assert doc["linked"]["MainContact"]["Address"]["City"] == "Austin"
    wrong = client.post(f"{PAGES}/customer?key=C0000040", data={**form, "Country": "Elbonia"})
    assert wrong.status_code == 422 and "Elbonia" in wrong.text and "cannot be found" in wrong.text
    client.post(f"{PAGES}/customer?key=C0000040", data={"delete": "1"})
    assert erp.store.get("customer", "C0000040") is None


def test_a_category_is_made_moved_and_deleted_by_form(erp: Acumatica, client: FlaskClient):
    client.post(f"{PAGES}/categories", data={"Description": "New", "ParentCategoryID": "1"})
    assert erp.store.get("itemsalescategory", "000101")["fields"]["ParentCategoryID"] == 1
    client.post(f"{PAGES}/category?id=101", data={"Description": "New", "ParentCategoryID": "20", "SortOrder": "3"})
    assert erp.store.get("itemsalescategory", "000101")["fields"]["ParentCategoryID"] == 20
    wrong = client.post(
        f"{PAGES}/category?id=20", data={"Description": "K", "ParentCategoryID": "101"}, follow_redirects=True
    )
    assert "below itself" in wrong.text
    client.post(f"{PAGES}/category?id=101", data={"delete": "1"})
    assert erp.store.get("itemsalescategory", "000101") is None


def test_an_order_goes_all_its_way_by_buttons(erp: Acumatica, client: FlaskClient):
    form = {"OrderType": "SO", "CustomerID": "C0000001", "InventoryID": "TL-00001", "OrderQty": "4", "UnitPrice": "10"}
    client.post(f"{PAGES}/orders", data=form)

    def push(**data: str) -> str:
        return client.post(f"{PAGES}/order?key=SO/SO000001", data=data, follow_redirects=True).text

    def status() -> str:
        return str(erp.store.get("salesorder", "SO/SO000001")["fields"]["Status"])

    push(do="hold")
    assert status() == "On Hold"
    push(do="open")
    assert "Shipment 000001 is created." in push(do="ship", **{"qty-1": "3"}, anyway="1") and status() == "Shipping"
    push(do="confirm", shipment="000001", tracking="1Z1, 1Z2", **{"qty-1": "3"})
    assert status() == "Back Order"
    packages = erp.store.get("shipment", "000001")["details"]["Packages"]
    assert [row["TrackingNbr"] for row in packages] == ["1Z1", "1Z2"]
    assert "Receipt RCT000001" in push(do="drop", tracking="V1", **{"qty-1": "1"}) and status() == "Completed"
    assert "Invoice/AR000001 is prepared." in push(do="invoice", shipment="000001")
    assert "Invoice/AR000001 is released." in push(do="release", name="Invoice/AR000001")
    assert 'role="alert"' in push(do="confirm", shipment="000001") and 'role="alert"' in push(do="dance")
    words = [entry["effect"] for entry in journal.read(erp.store, key="SO/SO000001")["entries"]]
    assert words[0] == "order_create" and set(words[1:]) == {"order_update"}


def test_a_wrong_order_is_said(client: FlaskClient):
    form = {"OrderType": "SO", "CustomerID": "NOPE", "InventoryID": "TL-00001", "OrderQty": "4"}
    answer = client.post(f"{PAGES}/orders", data=form, follow_redirects=True)
    assert "CustomerID: Customer &#39;NOPE&#39; cannot be found" in answer.text


def test_more_goods_come_by_a_button(erp: Acumatica, client: FlaskClient):
    assert "records are added" in client.post(f"{PAGES}/composites", follow_redirects=True).text
    assert erp.store.get("templateitems", "TPL-TEE")
