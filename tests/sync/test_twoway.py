"""Customers and categories both ways: who wins, what is an echo, and that both sides come to rest."""

from __future__ import annotations

from dataclasses import replace

import pytest
from flask import Flask

from connector.errors import Retry, Skip
from connector.records import Address, Category, Customer
from connector.sync import bindings
from tests.sync.both import Both

ANNA = Customer("C1", email="anna@example.com", first_name="Anna", last_name="Berg", phone="1", customer_class="RETAIL")


@pytest.fixture
def both(any_app: Flask) -> Both:
    found = Both(settings={"direction": {"customer": "both", "category": "both"}})
    found.tables["customer_group"] = [
        {"store": "Wholesale", "erp": "WHOLE", "more": {"price_class": "W"}},
        {"store": "General", "erp": "RETAIL"},
    ]
    return found


def in_step(both: Both) -> str:
    """Anna is on both sides and both are at rest. Returns her id in the store."""
    both.erp.put(ANNA)
    assert both.go("customer", "erp_to_store", "C1").word is None
    (id,) = both.store.created
    assert both.rest("customer", "C1", id) == 0
    return id


def anna(both: Both, id: str) -> tuple[Customer, Customer]:
    erp, store = both.erp.records["customer", "C1"], both.store.records["customer", id]
    assert isinstance(erp, Customer) and isinstance(store, Customer)
    return erp, store


def test_a_customer_of_the_erp_is_made_in_the_store_with_the_group_of_its_class(both: Both) -> None:
    id = in_step(both)
    assert anna(both, id)[1].group == "General"


def test_our_own_write_comes_back_as_an_echo_and_is_not_sent_on(both: Both) -> None:
    id = in_step(both)
    result = both.go("customer", "store_to_erp", id)
    assert isinstance(result.word, Skip) and "echo" in result.summary
    assert both.erp.written == []


def test_a_change_on_one_side_flows_whatever_the_rule(both: Both) -> None:
    both.tables["customer"] = [{"store": "fax", "erp": "Fax", "direction": "both_erp"}]
    id = in_step(both)
    both.store.edit("customer", id, phone="2")
    assert both.go("customer", "store_to_erp", id).word is None
    assert anna(both, id)[0].phone == "2"
    assert both.rest("customer", "C1", id) == 0


def test_only_what_changed_goes_over(both: Both) -> None:
    id = in_step(both)
    both.store.edit("customer", id, phone="2")
    both.erp.edit("customer", "C1", company="Berg & Co")
    both.go("customer", "erp_to_store", "C1")
    assert (anna(both, id)[1].company, anna(both, id)[1].phone) == ("Berg & Co", "2")
    assert ("customer", "store_to_erp", id) in both.asked, "the phone has to come back"
    both.go("customer", "store_to_erp", id)
    assert (anna(both, id)[0].company, anna(both, id)[0].phone) == ("Berg & Co", "2")
    assert both.rest("customer", "C1", id) == 0


@pytest.mark.parametrize("later", ["erp", "store"])
def test_the_later_change_of_the_same_field_wins_on_both_sides(both: Both, later: str) -> None:
    id = in_step(both)
    both.erp.edit("customer", "C1", phone="from the ERP", version=90_000_000 if later == "erp" else 80_000_000)
    both.store.edit("customer", id, phone="from the store", version=85_000_000)
    result = both.go("customer", "erp_to_store", "C1")
    both.go("customer", "store_to_erp", id)
    wanted = "from the ERP" if later == "erp" else "from the store"
    assert [one.phone for one in anna(both, id)] == [wanted, wanted]
    if later == "erp":
        assert "both sides had changed, erp won" in result.summary
    assert both.rest("customer", "C1", id) == 0


def test_the_clocks_are_corrected_before_times_are_compared(both: Both) -> None:
    both.settings["clock"] = {"erp_offset": 20, "store_offset": 0}
    id = in_step(both)
    both.erp.edit("customer", "C1", phone="from the ERP", version=90_000_000)
    both.store.edit("customer", id, phone="from the store", version=85_000_000)
    both.go("customer", "store_to_erp", id)
    assert anna(both, id)[0].phone == "from the store", "the ERP's clock is 20 seconds ahead"


@pytest.mark.parametrize(("rule", "wanted"), [("both_erp", "e"), ("both_store", "s")])
@pytest.mark.parametrize("first", ["erp_to_store", "store_to_erp"])
def test_a_mapped_field_has_its_own_winner_whatever_the_times(both: Both, rule: str, wanted: str, first: str) -> None:
    both.tables["customer"] = [{"store": "fax", "erp": "Fax", "direction": rule}]
    both.erp.put(Customer("C1", email="a@b.example", raw=(("Fax", "1"),)))
    both.go("customer", "erp_to_store", "C1")
    (id,) = both.store.created
    both.store.edit("customer", id, raw=(("fax", "1"),))
    both.go("customer", "store_to_erp", id)
    both.erp.edit("customer", "C1", raw=(("Fax", "e"),))
    both.store.edit("customer", id, raw=(("fax", "s"),))
    both.store.written.clear()
    both.erp.written.clear()
    for way, key in sorted({"erp_to_store": "C1", "store_to_erp": id}.items(), reverse=first == "store_to_erp"):
        both.go("customer", way, key)
    told = dict(both.store.written[0].mapped) if wanted == "e" else dict(both.erp.written[0].mapped)
    assert list(told.values()) == [wanted]
    assert not (both.erp.written if wanted == "e" else both.store.written), "the winner is not written"


def test_a_customer_of_the_store_gets_the_erps_number_and_is_never_made_twice(both: Both) -> None:
    both.store.put(Customer("42", email="New@Example.com", last_name="New", group="Wholesale"))
    both.erp.answer = Retry("The answer was lost.", unknown=True)
    assert isinstance(both.go("customer", "store_to_erp", "42").word, Retry)
    both.erp.answer = None
    assert both.go("customer", "store_to_erp", "42").word is None
    assert both.erp.created == ["E101"], "found again by its e-mail"
    bound = bindings.get_many("DEMO", "customer", ["E101"])["E101"]
    assert (bound.target_id, bound.sure) == ("42", True)
    assert bindings.get_many("DEMO", "customer", ["store:42"]) == {}
    made = both.erp.records["customer", "E101"]
    assert isinstance(made, Customer) and (made.customer_class, made.price_class) == ("WHOLE", "W")
    assert both.rest("customer", "E101", "42") <= 1


def test_a_first_meeting_never_empties_a_field(both: Both) -> None:
    both.erp.put(Customer("C1", email="x@example.com", phone="", company="Big", version=99_000_000))
    both.store.put(Customer("42", email="X@example.com", phone="7", company="", addresses=(Address(city="Ghent"),)))
    both.go("customer", "erp_to_store", "C1")
    both.go("customer", "store_to_erp", "42")
    both.rest("customer", "C1", "42")
    for one in (both.erp.records["customer", "C1"], both.store.records["customer", "42"]):
        assert (
            isinstance(one, Customer) and (one.phone, one.company) == ("7", "Big") and one.addresses[0].city == "Ghent"
        )


def test_categories_wait_for_their_parents_in_both_directions(both: Both) -> None:
    both.settings["category"] = {"root": "", "store_root": "2"}
    both.erp.put(Category("10", name="Shoes"))
    both.erp.put(Category("11", name="Boots", parent="10"))
    waiting = both.go("category", "erp_to_store", "11")
    assert waiting.word is not None and waiting.word.for_ == ("category", "10")  # type: ignore[attr-defined]
    assert ("category", "erp_to_store", "10") in both.asked
    both.go("category", "erp_to_store", "10")
    assert both.go("category", "erp_to_store", "11").word is None
    shoes = bindings.get_many("DEMO", "category", ["10"])["10"].target_id
    boots = next(one for one in both.store.records.values() if isinstance(one, Category) and one.name == "Boots")
    assert boots.parent == shoes
    both.store.put(Category("77", name="Sandals", parent="76"))
    both.store.put(Category("76", name="Summer", parent="2"))
    waiting = both.go("category", "store_to_erp", "77")
    assert waiting.word is not None and waiting.word.for_ == ("category", "store:76")  # type: ignore[attr-defined]
    assert ("category", "store_to_erp", "76") in both.asked
    both.go("category", "store_to_erp", "76")
    assert both.go("category", "store_to_erp", "77").word is None


def test_one_way_overwrites_the_other_side_and_nothing_comes_back(both: Both) -> None:
    both.settings["direction"]["customer"] = "erp_to_store"
    both.erp.put(ANNA)
    both.go("customer", "erp_to_store", "C1")
    (id,) = both.store.created
    both.store.edit("customer", id, phone="2")
    both.erp.edit("customer", "C1", company="Berg")
    both.go("customer", "erp_to_store", "C1")
    assert [one.phone for one in anna(both, id)] == ["1", "1"]
    assert both.erp.written == [] and both.asked == []


def test_one_way_to_the_erp_is_the_mirror(both: Both) -> None:
    """DIR-02: the store overwrites the ERP, and nothing of the ERP reaches the store."""
    both.settings["direction"]["customer"] = "store_to_erp"
    both.store.put(replace(ANNA, key="7", customer_class="", price_class=""))
    assert both.go("customer", "store_to_erp", "7").word is None
    (id,) = both.erp.created
    both.erp.edit("customer", id, phone="2")
    both.store.edit("customer", "7", company="Berg")
    assert both.go("customer", "store_to_erp", "7").word is None
    there = both.erp.records["customer", id]
    assert isinstance(there, Customer) and (there.phone, there.company) == ("1", "Berg")
    assert both.store.written == [] and both.asked == []
