"""Random edits on both sides, messages in any order: both sides come to rest, equal, with few writes (DIR-03..06).

Customers, products and categories; `HYPOTHESIS_PROFILE=full` tries more.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import count
from typing import NamedTuple

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connector.records import Category, Customer, Product, Record
from connector.systems.base import Written
from tests.examples import examples
from tests.fakes import Memory
from tests.sync.both import Both

SIDES = ("erp", "store")
NUMBERS = count(1)


class Case(NamedTuple):
    """One entity: the fields that are edited, and how the ERP's first record of a number is made."""

    fields: tuple[str, ...]
    make: Callable[[str], Record]


CASES = {
    "customer": Case(
        ("phone", "company", "first_name"),
        lambda key: Customer(key, email=f"{key}@example.com", phone="0", company="0", first_name="0"),
    ),
    "product": Case(("name", "description", "meta_title"), lambda key: Product(key, name="0", description="0")),
    "category": Case(("description", "url_key", "meta_title"), lambda key: Category(key, name=key, description="0")),
}


class Shelves(Memory):
    """Products stand under their SKU on both sides."""

    def _write(self, one: Record, id: str) -> Written:
        if not isinstance(one, Product):
            return super()._write(one, id)
        self.written.append(one)
        new = (one.entity, one.key) not in self.records
        if new:
            self.created.append(one.key)
        self.put(replace(one, version=0))
        return Written(one.key, one.key, created=new, seen=self.records[one.entity, one.key])


edits = st.tuples(st.just("edit"), st.sampled_from(SIDES), st.integers(0, 2), st.sampled_from(("", "a", "b", "c")))
goes = st.tuples(st.just("go"), st.sampled_from(("erp_to_store", "store_to_erp")), st.just(0), st.just(""))


@pytest.mark.parametrize(
    ("entity", "mode"),
    [("customer", "both"), ("customer", "erp_to_store"), ("product", "both"), ("category", "both")],
)
@settings(max_examples=examples(25, 500), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(st.one_of(edits, goes), max_size=14))
def test_random_edits_come_to_rest_with_equal_sides(
    app: Flask, entity: str, mode: str, steps: list[tuple[str, str, int, str]]
) -> None:
    fields, make = CASES[entity]
    both = Both(
        erp=Shelves("erp"),
        store=Shelves("store"),
        settings={"direction": {entity: mode}, "category": {"root": "", "store_root": "2"}},
    )
    number = f"C{next(NUMBERS)}"
    both.store.number = 1_000 * next(NUMBERS)  # the bindings of earlier examples are still there
    both.erp.put(make(number))
    both.go(entity, "erp_to_store", number)
    (id,) = both.store.created
    keys = {"erp": number, "store": id, "erp_to_store": number, "store_to_erp": id}
    made = 0
    for what, where, at, value in steps:
        if what == "edit":
            side = both.erp if where == "erp" else both.store
            side.edit(entity, keys[where], **{fields[at]: value})
            made += 1
        elif mode == "both" or where == "erp_to_store":
            both.go(entity, where, keys[where])
    before = len(both.erp.written) + len(both.store.written)
    if mode == "both":
        both.rest(entity, number, id)
        erp, store = both.erp.records[entity, number], both.store.records[entity, id]
        assert [getattr(erp, name) for name in fields] == [getattr(store, name) for name in fields]
        assert len(both.erp.written) + len(both.store.written) - 1 <= 2 * max(made, 1)
    else:
        both.go(entity, "erp_to_store", number)
        assert both.erp.written == [], "one way is one way"
        assert len(both.store.written) - before <= 1
