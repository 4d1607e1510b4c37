"""Customers: read with their addresses, found by e-mail, written once whole and later only where they differ."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pytest

from connector.errors import Fail
from connector.records import CUSTOMER, Address, Customer
from connector.systems.acumatica import Acumatica, lists
from connector.systems.acumatica.customer_writing import location_id
from connector.systems.base import Written
from tests.systems.acumatica.conftest import ENDPOINT, NOT_THERE, Make, Wire, options

HOME = Address(
    "7", "Ada", "Byron", "Engines Ltd", ("1 Mill Lane", "Yard 2", "Gate"), "Leeds", "", "", "LS1 1AA", "GB", "0113 1",
    billing=True, shipping=True,
)  # fmt: skip
ADA = Customer("12", email="Ada@Example.com", first_name="Ada", last_name="Byron", phone="0113 9", customer_class="WEB",
               price_class="GOLD", terms="30D", statement_cycle="EOM", reference="12-shop", vat_number="GB1",
               addresses=(HOME,))  # fmt: skip


def wrapped(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: wrapped(inner) for name, inner in value.items()}
    return [wrapped(row) for row in value] if isinstance(value, list) else {"value": value}


def contact(line: str = "1 Mill Lane", **more: Any) -> dict[str, Any]:
    where = {"AddressLine1": line, "City": "Leeds", "PostalCode": "LS1 1AA", "Country": "GB", "State": "WY"}
    return {"Attention": "Ada Byron King", "Email": "ada@example.com", "Phone1": "1", "Address": where, **more}


def entity(**changes: Any) -> dict[str, Any]:
    fields = {
        "CustomerID": "C0001 ", "CustomerName": "Engines Ltd", "CustomerClass": "WEB", "Status": "Active",
        "PriceClassID": "GOLD", "Terms": "30D", "AccountRef": "12-shop", "CurrencyID": "GBP",
        "LastModifiedDateTime": "2026-01-02T03:04:05+00:00", "MainContact": contact(Phone2="2"),
        "ShippingContact": contact(),
    }  # fmt: skip
    return dict(wrapped({**fields, **changes}))


@pytest.fixture
def plain(make: Make, wire: Wire) -> Acumatica:
    wire.site()
    return make({"customer": {"include_locations": False}})


def read(erp: Acumatica, key: str = "C0001") -> Customer:
    found = erp.read_many(CUSTOMER, [key])[key]
    assert isinstance(found, Customer)
    return found


def test_a_customer_is_read_with_one_address_when_both_are_the_same(plain: Acumatica, wire: Wire) -> None:
    wire.get(f"{ENDPOINT}/Customer", json=[entity()])
    ada = read(plain, "c0001")
    assert (ada.key, ada.email, ada.first_name, ada.last_name) == ("C0001", "ada@example.com", "Ada", "Byron King")
    assert (ada.company, ada.phone, ada.customer_class, ada.price_class) == ("Engines Ltd", "2", "WEB", "GOLD")
    assert (ada.reference, ada.version, ada.active) == ("12-shop", 1_767_323_045_000_000, True)
    (home,) = ada.addresses
    assert (home.billing, home.shipping, home.lines, home.region) == (True, True, ("1 Mill Lane",), "WY")
    assert ("MainContact/Address/City", "Leeds") in ada.raw


def test_two_addresses_contacts_and_locations_are_told_apart(erp: Acumatica, wire: Wire) -> None:
    contacts = [{"ContactID": 5, "Contact": contact("9 Contact Road", FirstName="Max", LastName="Ney")}]
    wire.get(f"{ENDPOINT}/Customer", json=[entity(ShippingContact=contact("2 Port"), Contacts=contacts)])
    places = [
        wrapped({"Customer": "C0001", "LocationID": "MAIN", "LocationContact": contact("2 Port")}),
        wrapped(
            {"Customer": "C0001", "LocationID": "A7", "LocationName": "Depot", "LocationContact": contact("3 Dock")}
        ),
    ]
    wire.get(f"{ENDPOINT}/CustomerLocation", json=places)
    found = {one.key: one.lines[0] for one in read(erp).addresses}
    assert found == {
        "billing": "1 Mill Lane",
        "shipping": "2 Port",
        "contact:5": "9 Contact Road",
        "location:A7": "3 Dock",
    }


def test_contacts_and_locations_are_neither_asked_for_nor_told_where_they_are_left_out(make: Make, wire: Wire) -> None:
    """CFG-05, CFG-06."""
    wire.site()
    contacts = [{"ContactID": 5, "Contact": contact("9 Contact Road", FirstName="Max", LastName="Ney")}]
    wire.get(f"{ENDPOINT}/Customer", json=[entity(ShippingContact=contact("2 Port"), Contacts=contacts)])
    without = make({"customer": {"include_contacts": False, "include_locations": False}})
    assert [one.key for one in read(without).addresses] == ["billing", "shipping"]
    (asked,) = wire.requests("/Customer")
    assert "Contacts" not in options(asked)["$expand"].split(",")


def test_inactive_fields_of_the_schema_stay_empty(make: Make, wire: Wire) -> None:
    wire.site()
    wire.get(f"{ENDPOINT}/Customer", json=[entity()])
    names = ("CustomerID", "CustomerName", "CustomerClass")
    schema = {CUSTOMER: {name: {"path": "/root/", "api_name": name} for name in names}}
    ada = read(make({"schema": schema, "customer": {"include_locations": False}}))
    assert (ada.email, ada.phone, ada.price_class, ada.addresses) == ("ada@example.com", "", "", ())
    assert [name for name, _ in ada.raw] == sorted(names)


def test_customers_are_polled_by_class_and_page(make: Make, wire: Wire, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lists, "PAGE", 1)
    wire.site()
    wire.get(f"{ENDPOINT}/Customer", json=[entity()])
    page = make({"customer": {"classes": ["WEB", "B2B"]}}).changed_since(
        CUSTOMER, datetime(2026, 1, 1, tzinfo=UTC), "B"
    )
    assert ([change.key for change in page.changes], page.position) == (["C0001"], "C0001")
    assert options(wire.requests("/Customer")[0])["$filter"] == (
        "LastModifiedDateTime ge datetimeoffset'2026-01-01T00:00:00.000+00:00' and CustomerID gt 'B' and "
        "(CustomerClass eq 'WEB' or CustomerClass eq 'B2B')"
    )


def test_a_customer_is_found_by_e_mail_whatever_its_capitals(plain: Acumatica, wire: Wire) -> None:
    wire.get(f"{ENDPOINT}/Customer", json=[entity()])
    (found,) = plain.find_like(CUSTOMER, [ADA]).values()
    assert found.key == "C0001"
    assert options(wire.requests("/Customer")[0])["$filter"] == "MainContact/Email eq 'ada@example.com'"
    assert plain.find_like(CUSTOMER, [Customer("13", email="bob@example.com")]) == {}


def test_of_several_the_one_that_notes_the_account_is_meant(plain: Acumatica, wire: Wire) -> None:
    wire.get(f"{ENDPOINT}/Customer", json=[entity(CustomerID="C0002", AccountRef="9-other"), entity()])
    assert plain.find_like(CUSTOMER, [ADA])["12"].key == "C0001"
    with pytest.raises(Fail, match="C0001, C0002"):
        plain.find_like(CUSTOMER, [Customer("99", email="ada@example.com")])


def write(erp: Acumatica, one: Customer, known: str = "") -> Written:
    (done,) = erp.write_many([one], known={one.key: known} if known else {})
    return done


def sent(wire: Wire, entity: str = "Customer") -> dict[str, Any]:
    (request,) = [each for each in wire.requests(f"/{entity}") if each.method == "PUT"]
    return dict(json.loads(request.body or "{}"))


def test_a_new_customer_is_written_whole(plain: Acumatica, wire: Wire) -> None:
    wire.put(f"{ENDPOINT}/Customer", json=entity())
    done = write(plain, ADA)
    assert (done.target_id, done.created, done.problem) == ("C0001", True, None)
    assert isinstance(done.seen, Customer) and done.seen.key == "C0001"
    assert sent(wire) == wrapped({
        "CustomerName": "Ada Byron", "CustomerClass": "WEB", "Terms": "30D", "StatementCycleID": "EOM",
        "PriceClassID": "GOLD", "Status": "Active", "AccountRef": "12-shop", "TaxRegistrationID": "GB1",
        "MainContact": {
            "Email": "Ada@Example.com", "Attention": "Ada Byron", "Phone1": "0113 1", "Phone2": "0113 9",
            "Address": {"AddressLine1": "1 Mill Lane", "AddressLine2": "Yard 2, Gate", "City": "Leeds", "State": "",
                        "PostalCode": "LS1 1AA", "Country": "GB"},
        },
    })  # fmt: skip
    assert "If-None-Match" not in wire.requests("/Customer")[0].headers


def test_a_number_of_our_own_never_lands_on_another_customer(plain: Acumatica, wire: Wire) -> None:
    wire.put(f"{ENDPOINT}/Customer", status=412)
    done = write(plain, Customer("12", email="a@b.example", number="WEB000012"))
    assert wire.requests("/Customer")[0].headers["If-None-Match"] == "*"
    assert done.problem is not None and done.problem.code == "acumatica.number_taken"


def test_an_update_writes_only_what_differs_and_clears_nothing(plain: Acumatica, wire: Wire) -> None:
    wire.get(f"{ENDPOINT}/Customer", json=[entity()])
    wire.put(f"{ENDPOINT}/Customer", json=entity())
    port = Address("8", "Ada", "Byron King", lines=("2 Port",), city="Hull", country="GB", shipping=True)
    home = Address("7", lines=("1 Mill Lane",), city="Leeds", region="WY", postcode="LS1 1AA", country="GB",
                   phone="1", billing=True)  # fmt: skip
    now = Customer("12", email="ada@example.com", first_name="Ada", last_name="Byron King", company="Engines Ltd",
                   addresses=(home, port), mapped=(("Terms", "60D"), ("CurrencyID", "GBP")))  # fmt: skip
    assert write(plain, now, "C0001").created is False
    where = {
        "AddressLine1": "2 Port",
        "AddressLine2": "",
        "City": "Hull",
        "State": "",
        "PostalCode": "",
        "Country": "GB",
    }
    assert sent(wire) == wrapped({
        "CustomerID": "C0001", "ShippingAddressOverride": True, "ShippingContactOverride": True, "Terms": "60D",
        "ShippingContact": {"Address": where},
    })  # fmt: skip


def test_nothing_different_sends_nothing(plain: Acumatica, wire: Wire) -> None:
    wire.get(f"{ENDPOINT}/Customer", json=[entity()])
    same = plain.read_many(CUSTOMER, ["C0001"])["C0001"]
    done = write(plain, same, "C0001")  # type: ignore[arg-type]
    assert done.target_id == "C0001" and done.fields == {} and done.seen == same


def test_further_addresses_become_locations(erp: Acumatica, wire: Wire) -> None:
    wire.put(f"{ENDPOINT}/Customer", json=entity())
    wire.get(f"{ENDPOINT}/CustomerLocation", json=[])
    wire.put(f"{ENDPOINT}/CustomerLocation", json={})
    other = Address("1300", "Max", "Ney", lines=("3 Dock",), city="Hull", country="GB")
    write(erp, Customer("12", email="a@b.example", last_name="N", addresses=(HOME, other)))
    body = sent(wire, "CustomerLocation")
    assert (body["Customer"], body["LocationID"]) == ({"value": "C0001"}, {"value": location_id("1300")})
    assert body["LocationContact"]["Address"]["AddressLine1"] == {"value": "3 Dock"}
    assert len(location_id("60466175")) == 6


def test_a_refused_customer_says_what_to_do(plain: Acumatica, wire: Wire) -> None:
    body = {"CustomerClass": {"value": "X", "error": "'Customer Class' cannot be found in the system."}}
    wire.put(f"{ENDPOINT}/Customer", json=body, status=422)
    problem = write(plain, ADA).problem
    assert isinstance(problem, Fail) and problem.code == "acumatica.customer_class" and problem.help


@pytest.mark.parametrize(("how", "calls"), [("ignore", []), ("deactivate", ["GET", "PUT"]), ("delete", ["DELETE"])])
def test_a_deleted_account_is_handled_as_the_setting_says(make: Make, wire: Wire, how: str, calls: list[str]) -> None:
    wire.site()
    wire.get(f"{ENDPOINT}/Customer", json=[entity()])
    wire.put(f"{ENDPOINT}/Customer", json=entity())
    wire.delete(f"{ENDPOINT}/Customer/C0001", json=NOT_THERE, status=500)
    done = make({"customer": {"deletion": how}}).delete(CUSTOMER, "12", "C0001")
    assert done.problem is None
    assert [each.method for each in wire.requests("/Customer")] == calls
