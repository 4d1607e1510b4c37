"""Preview and rehearsal: the real way of a record, with writes that are held back and nothing remembered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import func, select

from connector.db import db
from connector.errors import REHEARSAL, Fail, Skip, Wait
from connector.records import PRODUCT, Product, Record, StoreProduct
from connector.sync.models import Binding
from connector.sync.perform import Result, perform
from connector.sync.preview import Line, Preview, preview
from connector.systems import held
from connector.systems.base import Written
from connector.systems.mapping import Row
from tests.fakes import FakeStore, product
from tests.fakes import price as priced
from tests.sync.conftest import Bench, Task


@dataclass
class Wire(FakeStore):
    """Writes by requests that somebody must hold back; it keeps what it has."""

    answers: bool = True

    def write_many(self, records: Sequence[Record], *, known: Mapping[str, str]) -> list[Written]:
        return [self._one(record, record.key in known) for record in records]

    def _one(self, record: Record, known: bool) -> Written:
        if record.key in self.poison:
            return Written(record.key, problem=Fail("The store has no such attribute set."))
        fields: dict[str, Any] = {"sku": record.key, "name": getattr(record, "name", ""), **dict(record.mapped)}
        price = getattr(record, "price", None)
        fields |= {"price": price} if price is not None else {}
        holder = held.holder()
        assert holder is not None, "a rehearsal lets no request out"
        method = "PUT" if known else "POST"
        holder.hold({"method": method, "url": f"/products/{record.key}", "body": fields}, method, "/products", fields)
        return Written(record.key, "7", created=not known, fields={**fields, "notes": ["a note"]})

    def imagine(self, method: str, path: str, body: Any) -> Any:
        return {} if self.answers else None

    def reason(self, record: Record, name: str) -> str:
        return "The item's description." if name == "name" else ""

    def delete(self, entity: str, key: str, target_id: str) -> Written:
        holder = held.holder()
        assert holder is not None
        holder.hold({"method": "DELETE"}, "DELETE", "/products", None)
        return Written(key, target_id)


@pytest.fixture
def wire(bench: Bench) -> Wire:
    bench.store = Wire()
    return bench.store


def looked_at(bench: Bench, entity: str, key: str, **more: Any) -> Preview:
    with held.holding(bench.store.imagine) as requests:
        return preview(replace(bench.context(entity), dry=True, **more), key, requests)


def rehearse(bench: Bench, entity: str, *keys: str) -> list[Result]:
    tasks = [Task(number, key) for number, key in enumerate(keys, 1)]
    with held.holding(bench.store.imagine):
        return perform(replace(bench.context(entity), dry=True), tasks, lambda: {task.id for task in tasks})


def bindings() -> int:
    with db.read() as connection:
        return int(connection.execute(select(func.count()).select_from(Binding)).scalar_one())


def test_a_new_record_shows_every_field_as_new(bench: Bench, wire: Wire) -> None:
    bench.erp.set(product("A1", name="Axe"))
    seen = looked_at(bench, "product", "A1")
    assert seen.new and seen.word is None and "it would be created" in seen.summary
    assert Line("name", "", "Axe", True, "The item's description.") in seen.lines
    assert seen.notes == ("a note",)
    assert [request["method"] for request in seen.requests] == ["POST"]
    assert bindings() == 0 and bench.needed == [] and bench.released == []


def test_a_known_record_shows_what_differs_from_what_the_target_has_now(bench: Bench, wire: Wire) -> None:
    wire.products["A1"] = StoreProduct("A1", target_id="7", name="Old axe", price=Decimal("12.50"))
    bench.erp.set(product("A1", name="Axe", price=Decimal("12.5")))
    seen = looked_at(bench, "product", "A1")
    changed = {line.name: (line.now, line.then, line.changed) for line in seen.lines}
    assert changed["name"] == ("Old axe", "Axe", True)
    assert changed["sku"] == ("A1", "A1", False)
    assert changed["price"] == ("12.50", "12.5", False), "the same number in two spellings"
    assert not seen.new


def test_a_mapped_value_names_its_row_and_its_transform(bench: Bench, wire: Wire) -> None:
    bench.erp.set(replace(product("A1"), raw=(("Attributes/COLOR", "RED"),)))
    rows = (Row(store="color", erp="Attributes/COLOR"),)
    seen = looked_at(bench, "product", "A1", mappings={PRODUCT: rows})
    line = next(line for line in seen.lines if line.name == "color")
    assert line.then == "RED"
    assert line.reason == "Mapping row color <-> Attributes/COLOR: The ERP says 'RED', as it is."


def test_what_would_not_be_written_says_why(bench: Bench, wire: Wire) -> None:
    assert looked_at(bench, "product", "GONE").word is not None
    bench.erp.set(priced("A1", "10"))
    assert isinstance(looked_at(bench, "price", "A1").word, Wait)
    bench.erp.set(product("A1"))
    wire.poison.add("A1")
    word = looked_at(bench, "product", "A1").word
    assert isinstance(word, Fail) and "attribute set" in word.reason


def test_where_nobody_can_say_the_answer_the_first_request_is_shown(bench: Bench, wire: Wire) -> None:
    wire.answers = False
    bench.erp.set(product("A1", name="Axe"))
    seen = looked_at(bench, "product", "A1")
    assert "it would be written" in seen.summary
    assert {line.name for line in seen.lines} >= {"sku", "name"}


def test_a_rehearsal_skips_every_message_and_remembers_nothing(bench: Bench, wire: Wire) -> None:
    bench.erp.set(product("A1"))
    bench.erp.set(product("A2"))
    results = rehearse(bench, "product", "A1", "A2")
    words = [result.word for result in results]
    assert all(isinstance(word, Skip) and word.code == REHEARSAL for word in words)
    assert bindings() == 0 and bench.released == [] and bench.needed == []


def test_what_the_target_has_already_is_not_bound_by_a_rehearsal(bench: Bench, wire: Wire) -> None:
    wire.products["A1"] = StoreProduct("A1", target_id="7")
    bench.erp.set(priced("A1", "10"))
    (result,) = rehearse(bench, "price", "A1")
    assert result.word is not None and result.word.code == REHEARSAL
    assert bindings() == 0 and bench.released == [] and bench.needed == []


def test_what_would_go_wrong_goes_wrong_in_a_rehearsal_too(bench: Bench, wire: Wire) -> None:
    bench.erp.set(product("A1"))
    wire.poison.add("A1")
    (result,) = rehearse(bench, "product", "A1")
    assert isinstance(result.word, Fail)


def test_a_record_that_is_gone_stays_bound_and_in_the_target(bench: Bench, wire: Wire) -> None:
    with db.saving() as session:
        session.add(Binding(connector_id="DEMO", entity="product", key="A1", target_id="7"))
    for answers in (True, False):
        wire.answers = answers
        (result,) = rehearse(bench, "product", "A1")
        assert result.word is not None and result.word.code == REHEARSAL and "taken out" in result.summary
    assert bindings() == 1


def test_unchanged_records_are_no_news_in_a_rehearsal(bench: Bench) -> None:
    bench.erp.set(Product("A1", 5, name="Axe"))
    bench.perform("product", "A1")
    before = bindings()
    (result,) = rehearse(bench, "product", "A1")
    assert result.word is not None and result.word.reason.startswith("Unchanged")
    assert bindings() == before
