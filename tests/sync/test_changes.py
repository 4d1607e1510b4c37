"""What each write changed, and what a person has written over a record for one message."""

from __future__ import annotations

import json
from dataclasses import replace
from decimal import Decimal

import pytest

from connector.errors import Fail
from connector.records import Address, Customer, Line, Order, Payment, Shipment, Track
from connector.sync import bindings, changes, edits, terms
from connector.sync.perform import perform
from tests.fakes import price, product
from tests.sync.conftest import Bench, Task


def written(entity: str, key: str) -> list[tuple[str, dict[str, list[str]]]]:
    return [(row.kind, json.loads(row.fields)) for row in changes.of_keys("DEMO", entity, [key])]


def test_each_write_leaves_its_fields_before_and_after(bench: Bench) -> None:
    bench.erp.set(product("A1"))
    bench.perform("product", "A1")
    bench.erp.set(price("A1", amount="10.00", version=1))
    bench.perform("price", "A1")
    bench.erp.set(price("A1", amount="12.00", version=2))
    bench.perform("price", "A1")
    newest, first = written("price", "A1")
    changed = [after for _, after in newest[1].values()]
    assert newest[0] == "updated" and first[0] in ("created", "updated")
    assert any("12" in after for after in changed) and any("10" in before for before, _ in newest[1].values())
    assert len(first[1]) >= len(newest[1])


def test_an_unchanged_record_and_a_switched_off_log_leave_nothing(bench: Bench) -> None:
    bench.erp.set(product("A1"))
    bench.perform("product", "A1")
    bench.perform("product", "A1", origin="person")
    assert len(written("product", "A1")) == 1, "the second write said the same"
    bench.settings["log"] = {"fields": False}
    bench.erp.set(product("B1"))
    bench.perform("product", "B1")
    assert written("product", "B1") == []


def test_differences_are_told_as_texts() -> None:
    told = changes.differences({"a": 1, "b": ["x"], "c": None}, {"a": 1, "b": ["x", "y"], "c": "", "d": True})
    assert told == {"b": ['["x"]', '["x", "y"]'], "d": ["", "true"]}


def test_an_edit_goes_for_this_message_and_the_next_run_says_what_the_source_says(bench: Bench) -> None:
    bench.erp.set(product("A1"))
    taken: list[int] = []
    context = replace(bench.context("product"), edits={"A1": {"name": "Better"}}, edited=taken.extend)
    (result,) = perform(context, [Task(1, "A1", origin="edit")], lambda: {1})
    assert result.word is None and taken == [1]
    assert bench.store.products["A1"].name == "Better"
    (result,) = bench.perform("product", "A1")
    assert result.word is None, "what was written is not what the source says"
    assert bench.store.products["A1"].name != "Better"


def test_an_edited_field_that_has_gone_fails_the_message(bench: Bench) -> None:
    bench.erp.set(product("A1"))
    context = replace(bench.context("product"), edits={"A1": {"nothing": "x"}})
    (result,) = perform(context, [Task(1, "A1", origin="edit")], lambda: {1})
    assert isinstance(result.word, Fail) and result.word.code == "edit.field"
    assert bench.store.writes == []


ORDER = Order(
    "101",
    7,
    customer_email="ann@example.com",
    billing=Address("", city="Ulm"),
    lines=(Line("1", "MUG", Decimal(2), Decimal("12.50")), Line("2", "CUP", Decimal(1))),
    payments=(Payment("checkmo", Decimal("25")),),
    reference="WEB101",
)


def test_every_plain_field_can_be_edited_and_no_key() -> None:
    paths = {field.path: field.text for field in edits.fields(ORDER)}
    assert paths["billing.city"] == "Ulm" and paths["lines.1.sku"] == "CUP" and paths["payments.0.amount"] == "25"
    assert paths["guest"] == "no"
    assert not {"key", "version", "store_id", "lines.0.key"} & set(paths)
    made = edits.put(ORDER, {"billing.city": "Bonn", "lines.1.quantity": "3", "guest": "yes", "decimals": "3"})
    assert isinstance(made, Order) and made.billing is not None
    assert (made.billing.city, made.lines[1].quantity, made.guest, made.decimals) == ("Bonn", Decimal(3), True, 3)
    assert made.lines[0] == ORDER.lines[0] and made.key == "101"


@pytest.mark.parametrize("text", ["NaN", "1e999999999999", "Infinity", "twelve", ""])
def test_a_number_has_to_be_one(text: str) -> None:
    with pytest.raises(Fail, match="does not fit"):
        edits.put(ORDER, {"lines.0.price": text})


def test_a_field_that_translation_fills_is_put_in_after_it() -> None:
    assert edits.empty(ORDER, {"ship_via": "UPS", "customer_email": "x"}) == {"ship_via": "UPS"}


def test_records_are_learned_under_their_other_names() -> None:
    assert terms.names(ORDER) == {"ann@example.com", "web101"}
    assert terms.names(Customer("12", email="Ann@Example.com ")) == {"ann@example.com"}
    shipment = Shipment("004711", order="SO/SO004711", number="101", tracks=(Track("1Z 999"),))
    assert terms.names(shipment) == {"101", "so/so004711", "so004711", "1z 999"}
    assert terms.names(product("A1")) == set()


def test_what_was_read_is_found_again_even_when_it_failed(bench: Bench) -> None:
    terms.learn("DEMO", "order", {"101": ORDER})
    terms.learn("DEMO", "order", {"101": ORDER})
    [found] = terms.by_name(" ANN@example.com", 10)
    assert found == ("DEMO", "order", "101", "name")
    terms.bound("DEMO", "order", {"101": "SO/SO004711"})
    assert [each.key for each in terms.by_name("so004711", 10)] == ["101"]
    bindings.adopt("DEMO", "customer", {"C12": "55", bindings.PROVISIONAL + "56": "56"}, sure=True)
    assert [each[:3] for each in terms.by_binding(["55", "56"], ["DEMO"], ["customer"], 9)] == [
        ("DEMO", "customer", "C12")
    ]
    assert terms.keys_of(["55"], ["DEMO"], ["customer"]) == {("DEMO", "customer", "55"): "C12"}
