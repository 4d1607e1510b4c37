"""Test Connection: facts while it works, one problem with its help when it does not."""

from __future__ import annotations

from typing import Any

import pytest
import requests

from tests.systems.acumatica.conftest import BASE, ENDPOINT, Make, Wire, failure, load

PAGE = '<form><input type="hidden" value="Company" id="txtSingleCompany" /></form>'


@pytest.fixture
def site(wire: Wire) -> Wire:
    wire.site()
    wire.replace("GET", f"{BASE}/entity", json=load("site.json"), headers={"Date": "Thu, 01 Jan 2026 00:10:00 GMT"})
    wire.get(f"{BASE}/Frames/Login.aspx", body=PAGE, content_type="text/html")
    wire.get(f"{ENDPOINT}/StockItem", json=load("stock-items.json"))
    wire.get(f"{ENDPOINT}/Warehouse", json=load("warehouses.json"))
    return wire


def test_a_good_connection_says_what_it_reached(site: Wire, make: Make) -> None:
    found = make().check()
    assert found.ok and not found.problem
    assert dict(found.facts) == {
        "Build": "25.105.0042",
        "Default endpoints": "23.200.001, 24.200.001",
        "Endpoint in use": "24.200.001",
        "Tenant": "Company",
        "Items": "can be read",
        "Warehouses": "MAIN, RETAIL",
        "Clock": "+600 s against ours",
    }
    assert found.clock_offset == 600.5


def test_a_clock_within_a_second_is_right(site: Wire, make: Make) -> None:
    site.replace("GET", f"{BASE}/entity", json=load("site.json"), headers={"Date": "Thu, 01 Jan 2026 00:00:00 GMT"})
    assert make().check().clock_offset == 0.0


def test_a_site_that_tells_no_time_has_no_offset(site: Wire, make: Make) -> None:
    site.replace("GET", f"{BASE}/entity", json=load("site.json"), headers={"Date": "today"})
    found = make().check()
    assert found.ok and found.clock_offset is None and "Clock" not in dict(found.facts)


def test_a_tenant_that_was_not_meant_is_a_problem(site: Wire, make: Make) -> None:
    found = make(tenant="Other").check()
    assert found.problem == "The sign-in reached the tenant Company, not Other."
    assert "Enter Company" in found.help


@pytest.mark.parametrize(
    "page", [{"body": "<html></html>"}, {"status": 404}, {"status": 302}, {"body": "<input id='txtSingleCompany'>"}]
)
def test_a_tenant_that_nobody_tells_is_no_problem(site: Wire, make: Make, page: dict[str, Any]) -> None:
    site.replace("GET", f"{BASE}/Frames/Login.aspx", **page)
    found = make().check()
    assert found.ok and "Tenant" not in dict(found.facts)


def test_an_empty_catalogue_is_no_problem(site: Wire, make: Make) -> None:
    site.replace("GET", f"{ENDPOINT}/StockItem", json=[])
    assert dict(make().check().facts)["Items"] == "can be read, there are none yet"


def test_a_chosen_warehouse_that_is_not_there_is_a_problem(site: Wire, make: Make) -> None:
    found = make({"inventory": {"warehouses": ["main", "CLOSED", "NORTH"]}}).check()
    assert found.problem == "Acumatica shows no active warehouse CLOSED, NORTH."
    assert dict(found.facts)["Warehouses"] == "MAIN, RETAIL"


def test_missing_rights_are_told_with_what_worked_before(site: Wire, make: Make) -> None:
    site.replace("GET", f"{ENDPOINT}/StockItem", status=403)
    found = make().check()
    assert not found.ok and "SM201025" in found.help
    assert dict(found.facts)["Build"] == "25.105.0042"


@pytest.mark.parametrize(
    ("answer", "problem", "help"),
    [
        ({"status": 500, "json": failure("Error: Invalid credentials.")}, "Invalid credentials", "the tenant"),
        ({"status": 500, "json": failure("API Login Limit")}, "No session of Acumatica is free", "SM604000"),
        ({"status": 500, "json": failure("You need to change your password.")}, "change your password", "browser"),
        ({"status": 404, "body": "Not here"}, "no Acumatica site at this address", "without /Main"),
        ({"status": 301, "headers": {"Location": "https://erp.example/login"}}, "https://erp.example/login", "address"),
        ({"status": 200, "body": "<html>"}, "not the API of Acumatica", "address"),
        ({"body": requests.exceptions.ConnectionError("Connection refused")}, "cannot be reached", "firewall"),
        ({"body": requests.exceptions.ConnectTimeout()}, "did not accept a connection", "firewall"),
        ({"body": requests.exceptions.SSLError("bad")}, "certificate", "certificate"),
        ({"status": 500, "json": failure("Something else.")}, "Something else", ""),
    ],
)
def test_what_is_wrong_with_the_sign_in_is_told(
    wire: Wire, make: Make, answer: dict[str, Any], problem: str, help: str
) -> None:
    wire.post(f"{BASE}/entity/auth/login", **answer)
    found = make().check()
    assert not found.ok
    assert problem in found.problem
    assert help in found.help


@pytest.mark.parametrize(
    ("answer", "problem"),
    [
        ({"status": 404}, "not the API of Acumatica"),
        ({"json": {"hello": 1}}, "not the list of its endpoints"),
        ({"json": [{"name": "Default", "version": "26.200.001"}]}, "it has 26.200.001"),
        ({"json": []}, "no version at all"),
    ],
)
def test_a_site_without_a_usable_endpoint_is_told(wire: Wire, make: Make, answer: dict[str, Any], problem: str) -> None:
    wire.post(f"{BASE}/entity/auth/login", status=204)
    wire.get(f"{BASE}/entity", **answer)
    found = make().check()
    assert not found.ok and problem in found.problem and found.help


def test_a_version_of_the_settings_that_is_not_there_is_told(site: Wire, make: Make) -> None:
    found = make(endpoint_version="25.200.001").check()
    assert "no Default endpoint 25.200.001" in found.problem
