"""The lists of the business over REST and over OData: what Default has, and what it has not."""

from __future__ import annotations

import json

import pytest
from flask.testing import FlaskClient

from connector.sandbox.acumatica.app import Acumatica
from connector.sandbox.acumatica.model import ENTITIES
from connector.sandbox.acumatica.shapes import SHAPES
from tests.sandbox.conftest import BASE
from tests.sandbox.test_inquiries import BASIC

DAC = "/t/Company/api/odata/dac"


@pytest.mark.parametrize(
    ("entity", "key"),
    [
        ("CustomerClass", "ECOMMERCE"), ("CustomerPriceClass", "VIP"), ("PaymentMethod", "VISA"), ("Account", "40000"),
        ("ShipVia", "GROUND"), ("ShippingTerm", "FLATRATE"), ("ShippingZones", "ABROAD"), ("Tax", "NYSTATE"),
        ("TaxZone", "NY"), ("UnitsOfMeasure", "EA"), ("DiscountCode", "WEBDOC"),
    ],
)  # fmt: skip
def test_lists_of_the_business(client: FlaskClient, entity: str, key: str):
    rows = client.get(f"{BASE}/{entity}").get_json()
    assert len(rows) > 1
    one = client.get(f"{BASE}/{entity}/{key.lower()}").get_json()
    assert one[ENTITIES[entity.lower()].keys[0]]["value"] == key


def test_a_method_of_payment_names_its_cash_accounts(client: FlaskClient):
    one = client.get(f"{BASE}/PaymentMethod/VISA?$expand=AllowedCashAccounts,ProcessingCenters").get_json()
    accounts = {row["CashAccount"]["value"]: row["ARDefault"]["value"] for row in one["AllowedCashAccounts"]}
    assert accounts == {"CARDS": True, "CHECKING": False}
    assert one["ProcessingCenters"][0]["ProcCenterID"]["value"] == "STRIPE"


@pytest.mark.parametrize("entity", ["CashAccount", "CreditTerms", "StatementCycle", "OrderType", "Branch", "Terms"])
def test_what_default_has_not_is_a_404(client: FlaskClient, entity: str):
    assert client.get(f"{BASE}/{entity}").status_code == 404


@pytest.mark.parametrize(
    ("table", "column", "value"),
    [
        ("CashAccount", "CashAccountCD", "CARDS".ljust(10)), ("Terms", "TermsID", "30D"),
        ("ARStatementCycle", "StatementCycleId", "EOM"), ("SOOrderType", "OrderType", "CT"),
        ("Branch", "BranchCD", "MAIN".ljust(30)), ("Carrier", "CarrierID", "AIRSHIP"),
        ("InventoryItem", "InventoryCD", "TL-00001".ljust(30)),
    ],
)  # fmt: skip
def test_tables_over_odata(outsider: FlaskClient, table: str, column: str, value: str):
    rows = outsider.get(f"{DAC}/{table}", headers=BASIC).get_json()["value"]
    assert value in {row[column] for row in rows}


def test_the_structure_of_companies_names_the_branches(client: FlaskClient):
    rows = client.put(f"{BASE}/CompaniesStructure?$expand=Results", json={"id": None}).get_json()["Results"]
    assert [row["BranchID"]["value"] for row in rows] == ["MAIN", "WEST"]
    assert rows[0]["BranchStatus"] == {"value": True}


def test_warehouses_of_items_follow_the_stock(client: FlaskClient):
    query = {"$filter": "InventoryID eq 'TL-00001'"}
    rows = client.get(f"{BASE}/ItemWarehouse", query_string=query).get_json()
    assert [row["WarehouseID"]["value"] for row in rows] == ["EAST", "MAIN", "RETAIL"]
    assert client.get(f"{BASE}/ItemWarehouse/TL-00001/MAIN").status_code == 200
    assert client.get(f"{BASE}/ItemWarehouse/TL-00001/MOON").status_code == 500


def test_tables_have_long_names_filters_and_limits(outsider: FlaskClient):
    query = {"$filter": "UserNumbering eq true", "$select": "OrderType,Active"}
    rows = outsider.get(f"{DAC}/PX_Objects_SO_SOOrderType", query_string=query, headers=BASIC).get_json()["value"]
    assert rows == [{"OrderType": "CT", "Active": True}]
    assert outsider.get(f"{DAC}/Nope", headers=BASIC).status_code == 404
    assert outsider.get(f"{DAC}/Terms").status_code == 401
    assert outsider.get(DAC, headers=BASIC).get_json()["value"]


@pytest.mark.parametrize("name", sorted(entity.name for entity in ENTITIES.values() if entity.shape))
def test_every_field_of_the_contract_is_shown(erp: Acumatica, name: str, shared):
    contract = json.loads((shared / "contracts/acumatica/entities-Default_24.200.001.json").read_text())["entities"]
    assert set(ENTITIES[name.lower()].fields_of("24.200.001")) == set(contract[name]["fields"])


def test_the_swagger_has_linked_records_and_rows(client: FlaskClient):
    schemas = client.get(f"{BASE}/swagger.json").get_json()["components"]["schemas"]
    assert "post" in client.get(f"{BASE}/swagger.json").get_json()["paths"]["/Shipment/ConfirmShipment"]
    customer = schemas["Customer"]["allOf"][1]["properties"]
    assert customer["MainContact"] == {"$ref": "#/components/schemas/Contact"}
    assert schemas["SalesOrder"]["allOf"][1]["properties"]["Details"]["items"]["$ref"].endswith("/SalesOrderDetail")


def test_a_list_can_be_added_to(client: FlaskClient):
    body = {"PriceClassID": {"value": "CLUB"}, "Description": {"value": "Members of the club"}}
    assert client.put(f"{BASE}/CustomerPriceClass", json=body).status_code == 200
    assert client.get(f"{BASE}/CustomerPriceClass/CLUB").get_json()["Description"] == {"value": "Members of the club"}
    refused = client.put(f"{BASE}/CustomerPriceClass", json={"Description": {"value": "Without a key"}})
    assert refused.status_code == 422 and "error" in refused.get_json()["PriceClassID"]
    assert client.delete(f"{BASE}/CustomerPriceClass/CLUB").status_code == 204


@pytest.mark.parametrize("name", sorted(SHAPES))
def test_linked_records_and_rows_have_the_fields_of_the_contract(name: str, shared):
    contract = json.loads((shared / "contracts/acumatica/entities-Default_24.200.001.json").read_text())["entities"]
    own = SHAPES[name]
    assert set(own.fields_of("24.200.001")) == set(contract[name]["fields"])
    assert set(own.linked.items()) <= set((contract[name].get("linked") or {}).items())
    assert set(own.details.items()) <= set((contract[name].get("details") or {}).items())
