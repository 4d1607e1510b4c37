"""Both sides of a record for its page: a side that cannot be read is a sentence."""

from __future__ import annotations

from connector.errors import Retry
from connector.sync.look import look
from tests.fakes import product
from tests.sync.conftest import Bench


def test_both_sides_and_the_binding_are_shown(bench: Bench) -> None:
    bench.erp.set(product("A1"))
    bench.perform("product", "A1")
    seen = look(bench.context("product"), "A1")
    assert seen.source == product("A1")
    assert seen.target is not None and seen.target.key == "A1"
    assert seen.binding is not None and seen.binding.target_id == "id-A1"
    assert seen.problems == []


def test_a_side_that_cannot_be_read_is_a_sentence(bench: Bench) -> None:
    bench.erp.trouble = Retry("The ERP did not answer in time.")
    seen = look(bench.context("product"), "A1")
    assert seen.source is None
    assert seen.problems == ["The ERP: The ERP did not answer in time."]
