"""Lists that settings choose from: entities, tables over OData, values in use, or a sentence."""

from __future__ import annotations

from typing import Any

import pytest

from connector.errors import Fail
from connector.systems.acumatica import Acumatica
from connector.systems.base import Choice
from tests.systems.acumatica.conftest import BASE, ENDPOINT, Wire

DAC = f"{BASE}/t/Company/api/odata/dac"


def row(**fields: Any) -> dict[str, Any]:
    return {name: {"value": value} if not isinstance(value, list) else value for name, value in fields.items()}


def test_a_list_that_is_an_entity_is_sorted_and_without_what_is_inactive(erp: Acumatica, wire: Wire) -> None:
    found = [row(WarehouseID="RETAIL "), row(WarehouseID="OLD", Active=False), row(WarehouseID="MAIN", Description="M")]
    wire.get(f"{ENDPOINT}/Warehouse", json=found)
    assert erp.reference("warehouse") == [Choice("MAIN", "M"), Choice("RETAIL")]


@pytest.mark.parametrize(
    ("name", "entity", "id"),
    [
        ("customer_class", "CustomerClass", "ClassID"),
        ("price_class", "CustomerPriceClass", "PriceClassID"),
        ("ship_via", "ShipVia", "CarrierID"),
        ("shipping_terms", "ShippingTerm", "TermID"),
        ("tax_category", "TaxCategory", "TaxCategoryID"),
        ("item_class", "ItemClass", "ClassID"),
        ("tax_zone", "TaxZone", "TaxZoneID"),
        ("tax", "Tax", "TaxID"),
        ("sales_account", "Account", "AccountCD"),
        ("payment_method", "PaymentMethod", "PaymentMethodID"),
    ],
)
def test_each_list_comes_from_its_entity(erp: Acumatica, wire: Wire, name: str, entity: str, id: str) -> None:
    wire.get(f"{ENDPOINT}/{entity}", json=[{id: {"value": "X"}, "Description": {"value": "Ex"}}])
    assert [(one.value, one.label) for one in erp.reference(name)] == [("X", "Ex")]


def test_cash_accounts_name_their_methods_of_payment(erp: Acumatica, wire: Wire) -> None:
    def method(id: str, **more: Any) -> dict[str, Any]:
        accounts = [row(CashAccount="10200", Description="Bank", Branch="MAIN"), row(CashAccount="9", UseInAR=False)]
        return row(PaymentMethodID=id, AllowedCashAccounts=accounts, **more)

    wire.get(f"{ENDPOINT}/PaymentMethod", json=[method("VISA"), method("CHECK"), method("OLD", Active=False)])
    assert erp.reference("cash_account") == [
        Choice("10200", "Bank", {"payment_method": "CHECK,VISA", "branch": "MAIN"})
    ]


def test_terms_come_from_their_table(erp: Acumatica, wire: Wire) -> None:
    wire.get(f"{DAC}/Terms", json={"value": [{"TermsID": "30D       ", "Descr": "30 days"}]})
    assert erp.reference("terms") == [Choice("30D", "30 days")]


@pytest.mark.parametrize("status", [403, 404])
def test_without_a_right_to_the_table_the_values_in_use_are_listed(erp: Acumatica, wire: Wire, status: int) -> None:
    wire.get(f"{DAC}/ARStatementCycle", status=status)
    wire.get(f"{ENDPOINT}/CustomerClass", json=[row(StatementCycleID="EOM "), row(StatementCycleID="EOM"), row()])
    assert erp.reference("statement_cycle") == [Choice("EOM")]


def test_order_types_tell_their_numbering(erp: Acumatica, wire: Wire) -> None:
    found = [{"OrderType": "SO", "Descr": "Sales order", "OrderNumberingID": "SOORDER"}, {"OrderType": "CM"}]
    wire.get(f"{DAC}/SOOrderType", json={"value": found})
    assert erp.reference("order_type") == [Choice("CM"), Choice("SO", "Sales order", {"numbering": "SOORDER"})]


def test_branches_come_from_the_structure_of_companies_or_from_their_table(erp: Acumatica, wire: Wire) -> None:
    body = {
        "Results": [
            row(BranchID="MAIN", BranchName="Head office", CompanyID="C"),
            row(BranchID="X", BranchStatus=False),
        ]
    }
    wire.put(f"{ENDPOINT}/CompaniesStructure", json=body)
    assert erp.reference("branch") == [Choice("MAIN", "Head office", {"company": "C"})]
    wire.upsert("PUT", f"{ENDPOINT}/CompaniesStructure", json={"Results": []})
    wire.get(f"{DAC}/Branch", json={"value": [{"BranchCD": "EAST   ", "AcctName": "East"}]})
    assert erp.reference("branch") == [Choice("EAST", "East")]


def test_a_site_that_shows_none_says_so(erp: Acumatica, wire: Wire) -> None:
    wire.get(f"{ENDPOINT}/ShipVia", json=[])
    with pytest.raises(Fail, match="shows this user no ship via codes") as caught:
        erp.reference("ship_via")
    assert "Type the value" in caught.value.help
    with pytest.raises(Fail):
        erp.reference("starships")


def test_every_list_has_a_reader() -> None:
    from connector.systems.acumatica import references

    read = {*references.LISTED, *references.TABLES, "cash_account", "plugin"}
    assert {each.name for each in Acumatica.references} == read
