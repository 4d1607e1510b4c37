"""Customers, places and contacts over REST: numbering, defaults, overrides, filters, refusals."""

from __future__ import annotations

from typing import Any

import pytest
from flask.testing import FlaskClient

from connector.sandbox import journal
from connector.sandbox.acumatica.app import Acumatica
from tests.sandbox.conftest import BASE

MAIN = {
    "Email": {"value": "new@example.com"}, "FirstName": {"value": "Nia"}, "LastName": {"value": "New"},
    "Address": {"AddressLine1": {"value": "1 Road"}, "City": {"value": "Buffalo"}, "State": {"value": "NY"},
                "PostalCode": {"value": "14201"}, "Country": {"value": "US"}},
}  # fmt: skip


def attribute(name: str, value: str) -> dict[str, Any]:
    return {"Attributes": [{"AttributeID": {"value": name}, "Value": {"value": value}}]}


EXPAND = "?$expand=MainContact,MainContact/Address,BillingContact/Address,ShippingContact/Address,Attributes,Contacts"


def put(client: FlaskClient, entity: str, query: str = "", **fields: Any) -> Any:
    body = {name: raw if isinstance(raw, dict | list) else {"value": raw} for name, raw in fields.items()}
    return client.put(f"{BASE}/{entity}{query}", json=body)


def effects(erp: Acumatica, effect: str) -> list[dict[str, Any]]:
    return list(journal.read(erp.store, effect=effect)["entries"])


def test_forty_customers_are_there(client: FlaskClient):
    rows = client.get(f"{BASE}/Customer").get_json()
    assert len(rows) == 40 and rows[0]["CustomerID"]["value"] == "C0000001"
    assert {row["Status"]["value"] for row in rows} >= {"Active", "On Hold", "Inactive"}
    assert "MainContact" not in rows[0]


def test_a_new_customer_is_numbered_and_takes_the_defaults_of_its_class(erp: Acumatica, client: FlaskClient):
    answer = put(client, "Customer", EXPAND, CustomerName="Nia New", CustomerClass="ECOMMERCE", MainContact=MAIN)
    body = answer.get_json()
    assert answer.status_code == 200 and body["CustomerID"]["value"] == "C0000040"
    assert body["Terms"] == {"value": "PREPAY"} and body["StatementCycleID"] == {"value": "EOM"}
    assert body["Status"] == {"value": "Active"} and body["Email"] == {"value": "new@example.com"}
    assert body["MainContact"]["Address"]["City"] == {"value": "Buffalo"}
    assert body["ShippingContact"]["Address"]["City"] == {"value": "Buffalo"}
    assert {row["AttributeID"]["value"] for row in body["Attributes"]} >= {"INDUSTRY", "NEWSLETTER"}
    (entry,) = effects(erp, "customer_create")
    assert entry["key"] == "C0000040" and entry["after"]["Email"] == "new@example.com"
    assert client.get(f"{BASE}/CustomerLocation/C0000040/MAIN").status_code == 200


def test_the_same_put_twice_makes_two_customers(erp: Acumatica, client: FlaskClient):
    for _ in range(2):
        put(client, "Customer", CustomerName="Twice", MainContact=MAIN)
    assert len(effects(erp, "customer_create")) == 2


def test_a_number_that_is_sent_counts_unless_numbering_is_automatic(client: FlaskClient):
    assert put(client, "Customer", CustomerID="web17", CustomerName="W").get_json()["CustomerID"]["value"] == "WEB17"
    client.put("/_sandbox/switches", json={"customer_numbering": "auto"})
    assert put(client, "Customer", CustomerID="WEB18", CustomerName="W").get_json()["CustomerID"]["value"] == "C0000040"
    client.put("/_sandbox/switches", json={"customer_numbering": "manual"})
    assert put(client, "Customer", CustomerName="W").status_code == 422


def test_customers_are_found_by_mail_and_by_date(client: FlaskClient):
    def found(text: str) -> list[str]:
        rows = client.get(f"{BASE}/Customer", query_string={"$filter": text, "$select": "CustomerID"}).get_json()
        return [row["CustomerID"]["value"] for row in rows]

    put(client, "Customer", CustomerName="Nia New", MainContact=MAIN)
    assert found("MainContact/Email eq 'NEW@example.com'") == ["C0000040"]
    assert found("Email eq 'new@example.com'") == ["C0000040"]
    assert found("MainContact/Address/City eq 'Buffalo' and CustomerID eq 'C0000040'") == ["C0000040"]
    assert len(found("MainContact/Email eq 'shared@example.com'")) == 2
    stamp = client.get(f"{BASE}/Customer/C0000040").get_json()["LastModifiedDateTime"]["value"]
    assert found(f"LastModifiedDateTime ge datetimeoffset'{stamp}'") == ["C0000040"]
    query = {"$filter": "Contacts/ContactID eq 1"}
    assert client.get(f"{BASE}/Customer", query_string=query).status_code == 500


def test_an_address_without_its_override_is_dropped(client: FlaskClient):
    other = {"Address": {"City": {"value": "Austin"}}}
    put(client, "Customer", CustomerID="OVR", CustomerName="O", MainContact=MAIN, ShippingContact=other)
    body = client.get(f"{BASE}/Customer/OVR{EXPAND}").get_json()
    assert body["ShippingContact"]["Address"]["City"] == {"value": "Buffalo"}
    put(client, "Customer", CustomerID="OVR", ShippingAddressOverride=True, ShippingContact=other)
    body = client.get(f"{BASE}/Customer/OVR{EXPAND}").get_json()
    assert body["ShippingContact"]["Address"]["City"] == {"value": "Austin"}
    assert body["MainContact"]["Address"]["City"] == {"value": "Buffalo"}


@pytest.mark.parametrize(
    ("fields", "path"),
    [
        ({"CustomerClass": "NOPE"}, ("CustomerClass",)), ({"Terms": "NOPE"}, ("Terms",)),
        ({"Status": "Odd"}, ("Status",)),
        ({"CustomerName": ""}, ("CustomerName",)), ({"PriceClassID": "NOPE"}, ("PriceClassID",)),
        ({"MainContact": {"Address": {"Country": {"value": "Elbonia"}}}}, ("MainContact", "Address", "Country")),
        (attribute("NOPE", "1"), ("Attributes", 0, "AttributeID")),
        (attribute("INDUSTRY", "Odd"), ("Attributes", 0, "Value")),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_in_its_place(client: FlaskClient, fields: dict[str, Any], path: tuple[Any, ...]):
    answer = put(client, "Customer", **{"CustomerID": "BAD", "CustomerName": "Bad", **fields})
    assert answer.status_code == 422
    at = answer.get_json()
    assert at["error"].startswith("Inserting  'Customers' record")
    for step in path:
        at = at.get(step, {}) if isinstance(at, dict) else at[step]
    assert at["error"]
    assert client.get(f"{BASE}/Customer/BAD").status_code == 500


def test_an_attribute_is_written_by_its_id(client: FlaskClient):
    rows = [{"AttributeID": {"value": "INDUSTRY"}, "Value": {"value": "Schools"}}]
    put(client, "Customer", CustomerID="C0000002", Attributes=rows)
    put(client, "Customer", CustomerID="C0000002", Attributes=rows)
    body = client.get(f"{BASE}/Customer/C0000002{EXPAND}").get_json()
    values = {row["AttributeID"]["value"]: row["Value"] for row in body["Attributes"]}
    assert values["INDUSTRY"] == {"value": "Schools"} and values["LOYALTYNO"] == {}


def test_an_update_by_id_and_what_differs_not_is_no_update(erp: Acumatica, client: FlaskClient):
    first = client.get(f"{BASE}/Customer/C0000001").get_json()
    body = {"id": first["id"], "CustomerName": {"value": "Renamed"}}
    assert client.put(f"{BASE}/Customer", json=body).get_json()["CustomerName"] == {"value": "Renamed"}
    client.put(f"{BASE}/Customer", json=body)
    assert len(effects(erp, "customer_update")) == 1


def test_contacts_of_a_customer(client: FlaskClient):
    row = {
        "Contact": {"FirstName": {"value": "Bo"}, "LastName": {"value": "Buyer"}, "Email": {"value": "bo@example.com"}}
    }
    put(client, "Customer", CustomerID="C0000001", Contacts=[row])
    (found,) = client.get(f"{BASE}/Customer/C0000001?$expand=Contacts,Contacts/Contact").get_json()["Contacts"]
    number = found["ContactID"]["value"]
    assert found["Contact"]["Email"] == {"value": "bo@example.com"}
    one = client.get(f"{BASE}/Contact/{number}").get_json()
    assert one["BusinessAccount"] == {"value": "C0000001"} and one["DisplayName"] == {"value": "Bo Buyer"}
    assert put(client, "Contact", FirstName="Ann", LastName="Other", BusinessAccount="C0000001").status_code == 200
    assert put(client, "Contact", FirstName="Nobody").status_code == 422


def test_places_of_a_customer(client: FlaskClient):
    address = {"Address": {"City": {"value": "Oakland"}}}
    made = put(client, "CustomerLocation", "?$expand=LocationContact/Address", Customer="C0000001", LocationID="dock",
               LocationName="Dock", AddressOverride=True, LocationContact=address).get_json()  # fmt: skip
    assert made["LocationID"] == {"value": "DOCK"}
    assert made["LocationContact"]["Address"]["City"] == {"value": "Oakland"}
    auto = put(client, "CustomerLocation", Customer="C0000001", LocationName="Next").get_json()
    assert auto["LocationID"] == {"value": "LOC0001"}
    query = {"$filter": "Customer eq 'C0000001'"}
    assert len(client.get(f"{BASE}/CustomerLocation", query_string=query).get_json()) == 3
    assert put(client, "CustomerLocation", Customer="NOPE", LocationID="X").status_code == 422


def test_a_customer_can_be_deleted(erp: Acumatica, client: FlaskClient):
    assert client.delete(f"{BASE}/Customer/C0000003").status_code == 204
    assert client.get(f"{BASE}/Customer/C0000003").status_code == 500
    assert client.get(f"{BASE}/CustomerLocation/C0000003/MAIN").status_code == 500
    assert [entry["key"] for entry in effects(erp, "customer_delete")] == ["C0000003"]


def test_a_custom_field_is_kept_and_shown_when_it_is_asked_for(client: FlaskClient):
    custom = {"CurrentCustomer": {"UsrStore": {"type": "CustomStringField", "value": "EU"}}}
    client.put(f"{BASE}/Customer", json={"CustomerID": {"value": "C0000001"}, "custom": custom})
    assert client.get(f"{BASE}/Customer/C0000001").get_json()["custom"] == {}
    assert client.get(f"{BASE}/Customer/C0000001?$custom=CurrentCustomer.UsrStore").get_json()["custom"] == custom
