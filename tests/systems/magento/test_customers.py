"""Customers both ways: recognised by e-mail, never the first of several, no address lost."""

from __future__ import annotations

from typing import Any

import pytest

from connector.errors import Fail, Skip
from connector.records import Address, Customer
from tests.systems.magento.furniture import settled
from tests.systems.magento.shop import Sent, Shop, listing, refusal

GONE = refusal("No such entity with %fieldName = %fieldValue", {"fieldName": "customerId", "fieldValue": 9})
HOME = Address(
    lines=("1 Main St", "Suite 2"), city="Austin", region="TX", postcode="78701", country="US", phone="5125550100",
    billing=True, shipping=True,
)  # fmt: skip
ANN = Customer(
    "C000123", email="Ann@Example.com", first_name="Ann", last_name="Lee", group="wholesale", addresses=(HOME,)
)


def stored(number: int = 9, **more: Any) -> dict[str, Any]:
    return {
        "id": number, "group_id": 2, "email": "ann@example.com", "firstname": "Ann", "lastname": "Lee", "store_id": 1,
        "website_id": 1, "updated_at": "2026-11-21 08:32:25", "addresses": [], **more,
    }  # fmt: skip


def place(number: int, street: str, **more: Any) -> dict[str, Any]:
    return {
        "id": number, "customer_id": 9, "firstname": "Ann", "lastname": "Lee", "street": [street], "city": "Austin",
        "region": {"region_code": "TX", "region": "Texas", "region_id": 57}, "region_id": 57, "country_id": "US",
        "postcode": "78701", "telephone": "1", **more,
    }  # fmt: skip


def body(sent: Sent) -> dict[str, Any]:
    assert set(sent.body) == {"customer"}
    return dict(sent.body["customer"])


def echo(shop: Shop, method: str, path: str, **more: Any) -> None:
    """The shop answers with what it was sent, under an id."""
    shop.on(method, path, lambda sent: {**stored(), **sent.body["customer"], **more})


def test_a_new_customer_is_one_post_with_group_website_and_address(shop: Shop) -> None:
    echo(settled(shop), "POST", "/customers")
    (written,) = shop.magento().write_many([ANN], known={})
    (post,) = shop.writes()
    assert post.url == "https://shop.test/rest/all/V1/customers"
    assert body(post) == {
        "email": "Ann@Example.com", "firstname": "Ann", "lastname": "Lee", "group_id": 2, "website_id": 1,
        "custom_attributes": [{"attribute_code": "acu_customer_id", "value": "C000123"}],
        "addresses": [
            {
                "firstname": "Ann", "lastname": "Lee", "company": "", "street": ["1 Main St", "Suite 2"],
                "city": "Austin", "postcode": "78701", "country_id": "US", "telephone": "5125550100",
                "default_billing": True, "default_shipping": True,
                "region": {"region_code": "TX", "region": "Texas", "region_id": 57},
            }
        ],
    }  # fmt: skip
    assert written.problem is None and written.created and written.target_id == "9"
    assert isinstance(written.seen, Customer) and written.seen.group == "Wholesale"
    assert written.seen.addresses[0].region_name == "Texas"


def test_a_customer_of_another_website_is_made_through_one_of_its_views(shop: Shop) -> None:
    echo(settled(shop), "POST", "/customers")
    shop.magento().write_many([Customer("C1", email="a@b.test", website="trade")], known={})
    post = shop.writes()[0]
    assert post.url == "https://shop.test/rest/trade_en/V1/customers"
    assert (body(post)["website_id"], body(post)["store_id"]) == (2, 3)


def test_a_website_that_is_not_there_is_refused_in_words(shop: Shop) -> None:
    (written,) = settled(shop).magento().write_many([Customer("C1", email="a@b.test", website="moon")], known={})
    assert isinstance(written.problem, Fail) and "moon" in written.problem.reason and not shop.writes()


def test_a_known_customer_is_merged_and_its_other_addresses_are_kept(shop: Shop) -> None:
    held = [place(5, "1 Main St Suite 2", default_billing=True, default_shipping=True), place(6, "Holiday home")]
    settled(shop).answer("GET", "/customers/9", stored(addresses=held, website_id=2))
    echo(shop, "PUT", "/customers/9")
    (written,) = shop.magento().write_many([ANN], known={"C000123": "9"})
    sent = body(shop.writes()[0])
    assert [row.get("id") for row in sent["addresses"]] == [5, 6]
    assert sent["addresses"][1] == {
        "id": 6, "firstname": "Ann", "lastname": "Lee", "street": ["Holiday home"], "city": "Austin",
        "region": {"region_code": "TX", "region": "Texas", "region_id": 57}, "country_id": "US", "postcode": "78701",
        "telephone": "1", "default_billing": False, "default_shipping": False,
    }  # fmt: skip
    assert sent["website_id"] == 2 and "id" not in sent and not written.created


def test_a_moved_default_address_is_the_same_address_and_not_one_more(shop: Shop) -> None:
    held = [place(5, "Old Rd", default_billing=True), place(6, "Elsewhere", default_shipping=True)]
    settled(shop).answer("GET", "/customers/9", stored(addresses=held))
    echo(shop, "PUT", "/customers/9")
    moved = Address(lines=("New Rd",), city="Austin", region_name="texas", country="US", billing=True)
    shop.magento().write_many([Customer("C1", email="a@b.test", addresses=(moved,))], known={"C1": "9"})
    rows = body(shop.writes()[0])["addresses"]
    assert [(row.get("id"), row["street"]) for row in rows] == [(5, ["New Rd"]), (6, ["Elsewhere"])]
    assert rows[0]["region"]["region_id"] == 57 and rows[0]["telephone"] == "-"
    assert rows[1]["default_shipping"] is True and rows[1]["default_billing"] is False


def test_one_address_that_was_both_defaults_stays_when_only_one_moves_away(shop: Shop) -> None:
    held = [place(5, "Both", default_billing=True, default_shipping=True)]
    settled(shop).answer("GET", "/customers/9", stored(addresses=held))
    echo(shop, "PUT", "/customers/9")
    moved = Address(lines=("New Rd",), city="Austin", country="US", billing=True)
    shop.magento().write_many([Customer("C1", email="a@b.test", addresses=(moved,))], known={"C1": "9"})
    rows = body(shop.writes()[0])["addresses"]
    assert [(row.get("id"), row["default_billing"], row["default_shipping"]) for row in rows] == [
        (None, True, False),
        (5, False, True),
    ]


def test_without_addresses_from_the_erp_the_stores_are_left_alone(shop: Shop) -> None:
    settled(shop).answer("GET", "/customers/9", stored(addresses=[place(5, "x")]))
    echo(shop, "PUT", "/customers/9")
    shop.magento().write_many([Customer("C1", email="a@b.test")], known={"C1": "9"})
    assert "addresses" not in body(shop.writes()[0])


def test_an_address_that_is_not_complete_is_left_out_and_said(shop: Shop) -> None:
    echo(settled(shop), "POST", "/customers")
    half = Address(city="Austin")
    (written,) = shop.magento().write_many([Customer("C1", email="a@b.test", addresses=(half,))], known={})
    assert "addresses" not in body(shop.writes()[0])
    assert written.fields["notes"] == ["an address was left out: no lines, country"]


def test_a_country_that_the_store_does_not_know_is_refused_because_the_address_would_vanish(shop: Shop) -> None:
    odd = Address(lines=("x",), city="y", country="ZZ")
    (written,) = settled(shop).magento().write_many([Customer("C1", email="a@b.test", addresses=(odd,))], known={})
    assert isinstance(written.problem, Fail) and "country ZZ" in written.problem.reason and not shop.writes()


def test_a_region_of_a_country_without_regions_is_free_text(shop: Shop) -> None:
    echo(settled(shop), "POST", "/customers")
    there = Address(lines=("x",), city="Kiel", region_name="Holstein", country="DE")
    shop.magento().write_many([Customer("C1", email="a@b.test", addresses=(there,))], known={})
    region = body(shop.writes()[0])["addresses"][0]["region"]
    assert region == {"region_code": "Holstein", "region": "Holstein", "region_id": 0}


def test_a_company_without_a_person_gets_both_names(shop: Shop) -> None:
    echo(settled(shop), "POST", "/customers")
    shop.magento().write_many([Customer("C1", email="a@b.test", company="Acme Tool Works")], known={})
    assert (body(shop.writes()[0])["firstname"], body(shop.writes()[0])["lastname"]) == ("Acme", "Tool Works")


def test_an_unknown_group_is_refused_in_words(shop: Shop) -> None:
    (written,) = settled(shop).magento().write_many([Customer("C1", email="a@b.test", group="Gold")], known={})
    assert isinstance(written.problem, Fail) and "group Gold" in written.problem.reason
    assert written.problem.code == "magento.unknown_group"


def test_mapped_fields_go_where_the_store_wants_them(shop: Shop) -> None:
    echo(settled(shop), "POST", "/customers")
    pairs = (("vip", "yes"), ("taxvat", "DE1"), ("lastname", "Ray"), ("group_id", "3"), ("nope", "1"))
    (written,) = shop.magento().write_many([Customer("C1", email="a@b.test", mapped=pairs)], known={})
    sent = body(shop.writes()[0])
    assert (sent["taxvat"], sent["lastname"]) == ("DE1", "Ray") and "group_id" not in sent
    assert {"attribute_code": "vip", "value": "1"} in sent["custom_attributes"]
    assert written.fields["notes"] == [
        "group_id left out: the store writes it itself",
        "nope left out: the store has no such field",
    ]


def test_a_customer_that_was_deleted_in_the_store_is_made_anew(shop: Shop) -> None:
    settled(shop).answer("GET", "/customers/9", GONE, 404)
    echo(shop, "POST", "/customers", id=12)
    (written,) = shop.magento().write_many([Customer("C1", email="a@b.test")], known={"C1": "9"})
    assert written.created and written.target_id == "12"


def test_an_inactive_customer_is_not_made(shop: Shop) -> None:
    (written,) = settled(shop).magento().write_many([Customer("C1", email="a@b.test", active=False)], known={})
    assert isinstance(written.problem, Skip) and not shop.writes()


TAKEN = refusal("A customer with the same email address already exists in an associated website.")


def test_a_customer_who_came_since_he_was_looked_for_is_the_one(shop: Shop) -> None:
    """He signed up meanwhile, or two customers of the ERP share the address and are written at the same time."""
    settled(shop).answer("POST", "/customers", TAKEN, 400)
    shop.answer("GET", "/customers/search", listing([stored()]))
    shop.answer("GET", "/customers/9", stored())
    echo(shop, "PUT", "/customers/9")
    (written,) = shop.magento().write_many([ANN], known={})
    assert (written.problem, written.target_id, written.created) == (None, "9", False)
    assert [sent.method for sent in shop.writes()] == ["POST", "PUT"]


def test_a_taken_e_mail_is_told_with_what_to_do(shop: Shop) -> None:
    settled(shop).answer("POST", "/customers", TAKEN, 400)
    shop.answer("GET", "/customers/search", listing([]))  # the customer of another website
    (written,) = shop.magento().write_many([Customer("C1", email="a@b.test")], known={})
    assert written.problem is not None and written.problem.code == "magento.email_taken"


def test_customers_are_found_by_e_mail_whatever_the_case(shop: Shop) -> None:
    settled(shop).answer("GET", "/customers/search", listing([stored()]))
    found = shop.magento().find_like("customer", [ANN, Customer("C2", email="other@b.test"), Customer("C3")])
    assert {key: getattr(one, "target_id", "") for key, one in found.items()} == {"C000123": "9"}
    assert shop.sent[0].filters() == {"email": ("in", "Ann@Example.com,other@b.test")}


def test_of_several_with_one_e_mail_the_website_decides_or_nobody(shop: Shop) -> None:
    settled(shop).answer("GET", "/customers/search", listing([stored(), stored(11, website_id=2, store_id=3)]))
    magento = shop.magento()
    found = magento.find_like("customer", [Customer("C1", email="ann@example.com", website="trade")])
    assert found["C1"].key == "11"
    with pytest.raises(Fail, match=r"9 \(main\), 11 \(trade\)"):
        magento.find_like("customer", [Customer("C1", email="ann@example.com")])


def test_a_customer_is_read_with_addresses_group_website_and_its_own_fields(shop: Shop) -> None:
    row = stored(
        taxvat="X1", addresses=[place(5, "1 Main St", default_billing=True, company="Acme")],
        custom_attributes=[
            {"attribute_code": "acu_customer_id", "value": "C000123"}, {"attribute_code": "vip", "value": True},
        ],
    )  # fmt: skip
    settled(shop).answer("GET", "/customers/search", listing([row]))
    one = shop.magento().read_many("customer", ["9", "x"])["9"]
    assert isinstance(one, Customer)
    assert (one.group, one.website, one.store, one.company, one.phone) == ("Wholesale", "main", "default", "Acme", "1")
    assert one.reference == "C000123" and one.addresses[0].billing and one.version == 1795249945_000000
    raw = dict(one.raw)
    assert raw["vip"] == "1" and raw["billing/postcode"] == "78701" and raw["taxvat"] == "X1"


def test_changed_customers_are_polled_by_the_shops_id(shop: Shop) -> None:
    shop.answer("GET", "/customers/search", {"items": [stored()], "total_count": 1})
    page = shop.magento().changed_since("customer", None)
    assert [change.key for change in page.changes] == ["9"] and page.position is None


@pytest.mark.parametrize(("how", "word"), [("ignore", "left in the store"), ("deactivate", "cannot deactivate")])
def test_a_deleted_customer_is_left_where_the_settings_or_the_api_say_so(shop: Shop, how: str, word: str) -> None:
    written = shop.magento({"customer": {"deletion": how}}).delete("customer", "C1", "9")
    assert isinstance(written.problem, Skip) and word in written.problem.reason


def test_a_deleted_customer_goes_and_going_twice_is_fine(shop: Shop) -> None:
    shop.answer("DELETE", "/customers/9", True)
    shop.answer("DELETE", "/customers/9", GONE, 404)
    magento = shop.magento({"customer": {"deletion": "delete"}})
    assert magento.delete("customer", "C1", "9").fields == {"deleted": True}
    assert magento.delete("customer", "C1", "9").fields == {"notes": ["it was already gone"]}
    assert isinstance(magento.delete("customer", "C1", "x").problem, Fail)
