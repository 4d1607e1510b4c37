"""How one record travels: every end that a message can come to, on both databases."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

import pytest

from connector.errors import Fail, Refused, Retry, Skip, Wait
from connector.records import Record, StoreProduct
from connector.sync import bindings
from connector.sync.perform import perform
from connector.sync.safety import sabotage
from tests.fakes import price, product, stock
from tests.sync.conftest import Bench, Task


def word(result: object) -> type | None:
    found = result.word  # type: ignore[attr-defined]
    return None if found is None else type(found)


def test_a_new_product_is_created_and_bound(bench: Bench) -> None:
    bench.erp.set(product("A1"))
    (result,) = bench.perform("product", "A1")
    assert result.word is None and result.wrote and "created" in result.summary
    bound = bindings.get_many("DEMO", "product", ["A1"])["A1"]
    assert (bound.target_id, bound.version, bound.sure) == ("id-A1", 1, True)
    assert bench.released == [("product", ("A1",))] * 2
    assert bench.inside == [True, False], "against a kill in between, and against who looked while it was open"


def test_an_unchanged_record_sends_nothing(bench: Bench) -> None:
    bench.erp.set(product("A1"))
    bench.perform("product", "A1")
    (result,) = bench.perform("product", "A1")
    assert word(result) is Skip and "Unchanged" in result.summary
    assert len(bench.store.writes) == 1


def test_a_persons_sync_now_sends_even_what_looks_unchanged(bench: Bench) -> None:
    bench.erp.set(product("A1"))
    bench.perform("product", "A1")
    (result,) = bench.perform("product", "A1", origin="person")
    assert result.word is None
    assert len(bench.store.writes) == 2


def test_a_change_of_a_deciding_setting_sends_again(bench: Bench) -> None:
    bench.erp.set(product("A1", version=9))
    bench.perform("product", "A1")
    bench.settings["product"] = {"websites": ["base"]}
    (result,) = bench.perform("product", "A1")
    assert result.word is None


def test_a_record_that_is_gone_is_taken_out_of_the_store(bench: Bench) -> None:
    bench.erp.set(product("A1"))
    bench.perform("product", "A1")
    bench.erp.records.clear()
    (result,) = bench.perform("product", "A1")
    assert result.word is None and "taken out" in result.summary
    assert not bench.store.products
    assert bindings.get_many("DEMO", "product", ["A1"]) == {}


def test_deletions_that_are_switched_off_leave_the_record_in_the_store(bench: Bench) -> None:
    bench.settings["features"] = {"product_deletion": False}
    bench.erp.set(product("A1"))
    bench.perform("product", "A1")
    bench.erp.records.clear()
    (result,) = bench.perform("product", "A1")
    assert word(result) is Skip and "deletions are switched off" in result.summary
    assert bench.store.products and bindings.get_many("DEMO", "product", ["A1"])


def test_a_record_that_never_was_is_skipped_with_a_reason(bench: Bench) -> None:
    (result,) = bench.perform("product", "NOPE")
    assert word(result) is Skip and "The ERP" in result.summary


def test_a_price_waits_for_its_product_and_asks_for_it(bench: Bench) -> None:
    bench.erp.set(price("A1", "10"))
    (result,) = bench.perform("price", "A1")
    assert isinstance(result.word, Wait) and result.word.for_ == ("product", "A1")
    assert bench.needed == [("product", ("A1",))]
    assert bench.store.writes == []


def test_nothing_is_asked_for_when_the_needed_entity_is_switched_off(bench: Bench) -> None:
    bench.disabled.add("product")
    bench.erp.set(price("A1", "10"))
    (result,) = bench.perform("price", "A1")
    assert word(result) is Wait and bench.needed == []


def test_a_price_adopts_a_product_that_the_store_already_had(bench: Bench) -> None:
    bench.store.products["A1"] = StoreProduct("A1", target_id="77")
    bench.erp.set(price("A1", "10"))
    (result,) = bench.perform("price", "A1")
    assert result.word is None and bench.store.prices == {"A1": Decimal(10)}
    assert bindings.get_many("DEMO", "product", ["A1"])["A1"].target_id == "77"


def test_an_unsellable_item_gets_no_price(bench: Bench) -> None:
    bench.erp.set(price("A1", "10", sellable=False))
    (result,) = bench.perform("price", "A1")
    assert word(result) is Skip and bench.store.writes == []


def test_a_product_that_the_store_already_has_is_updated_not_created(bench: Bench) -> None:
    bench.store.products["A1"] = StoreProduct("A1", target_id="77")
    bench.erp.set(product("A1"))
    bench.perform("product", "A1")
    assert bench.store.creates == []


def lose_reply(records: Sequence[Record]) -> None:
    raise Retry("The store did not answer in time.", unknown=True)


def create_with_lost_reply(bench: Bench) -> None:
    bench.erp.set(product("A1"))
    bench.store.after = lose_reply
    (first,) = bench.perform("product", "A1")
    assert word(first) is Retry
    bench.store.after = None
    (second,) = bench.perform("product", "A1")
    assert second.word is None
    assert bench.store.creates == ["A1"], "created twice"


def test_after_a_lost_reply_the_record_is_looked_up_before_it_is_created(bench: Bench) -> None:
    create_with_lost_reply(bench)


def test_without_the_natural_key_look_up_it_would_be_created_twice(bench: Bench) -> None:
    with sabotage(natural_key=False), pytest.raises(AssertionError, match="created twice"):
        create_with_lost_reply(bench)


def an_older_read_after_a_newer_write(bench: Bench) -> None:
    bench.store.products["A1"] = StoreProduct("A1", target_id="1")
    bench.erp.set(price("A1", "20", version=2))
    bench.perform("price", "A1")
    bench.erp.set(price("A1", "10", version=1))
    (result,) = bench.perform("price", "A1")
    assert bench.store.prices == {"A1": Decimal(20)}, "stale"
    assert word(result) is Skip and "Older" in result.summary


def test_an_older_version_never_lands_after_a_newer_one(bench: Bench) -> None:
    an_older_read_after_a_newer_write(bench)


def test_without_the_version_compare_it_would(bench: Bench) -> None:
    with sabotage(version_compare=False), pytest.raises(AssertionError, match="stale"):
        an_older_read_after_a_newer_write(bench)


def taken_over_before_the_write(bench: Bench) -> None:
    bench.erp.set(product("A1"))
    bench.perform("product", "A1", ours=lambda: set())
    assert bench.store.writes == [], "wrote without the lease"


def test_a_message_that_was_taken_over_is_not_written(bench: Bench) -> None:
    taken_over_before_the_write(bench)


def test_without_the_fence_it_would_be(bench: Bench) -> None:
    with sabotage(fence_before_write=False), pytest.raises(AssertionError, match="without the lease"):
        taken_over_before_the_write(bench)


def test_a_write_that_finishes_after_a_take_over_leaves_the_record_in_doubt(bench: Bench) -> None:
    """Stopped in the middle of the call: what we bound must not make the next attempt skip."""
    bench.erp.set(product("A1"))
    answers = [{1}, set()]
    bench.perform("product", "A1", ours=lambda: answers.pop(0))
    bound = bindings.get_many("DEMO", "product", ["A1"])["A1"]
    assert not bound.sure
    (again,) = bench.perform("product", "A1")
    assert again.word is None and len(bench.store.writes) == 2


def test_a_kill_between_the_call_and_the_bind_makes_the_next_attempt_write_again(bench: Bench) -> None:
    def die(records: Sequence[Record]) -> None:
        raise KeyboardInterrupt

    bench.erp.set(product("A1"))
    bench.store.after = die
    with pytest.raises(KeyboardInterrupt):
        bench.perform("product", "A1")
    bench.store.after = None
    (result,) = bench.perform("product", "A1")
    assert result.word is None and bench.store.creates == ["A1"]


def test_a_refused_batch_is_split_until_the_poison_record_is_alone(bench: Bench) -> None:
    keys = [f"A{number}" for number in range(16)]
    for key in keys:
        bench.store.products[key] = StoreProduct(key, target_id=key)
        bench.erp.set(stock(key, "5"))
    bench.store.poison = {"A11"}
    results = dict(zip(keys, bench.perform("inventory", *keys), strict=True))
    failed = [key for key in keys if key not in bench.store.stock]
    assert failed == ["A11"]
    assert sum(word(result) is Fail for result in results.values()) == 1
    assert len(bench.store.writes) <= 2 * 4 + 1


def test_a_wrong_row_fails_alone(bench: Bench) -> None:
    for key in ("A1", "A2", "A3"):
        bench.store.products[key] = StoreProduct(key, target_id=key)
        bench.erp.set(price(key, "5"))
    bench.store.row_poison = {"A2"}
    results = bench.perform("price", "A1", "A2", "A3")
    assert [word(result) for result in sorted(results, key=lambda r: r.task_id)] == [None, Fail, None]
    assert len(bench.store.writes) == 1


def test_an_outage_is_a_retry_for_every_record_of_the_batch(bench: Bench) -> None:
    def down(records: Sequence[Record]) -> None:
        raise Retry("The store answered 503.")

    for key in ("A1", "A2"):
        bench.store.products[key] = StoreProduct(key, target_id=key)
        bench.erp.set(price(key, "5"))
    bench.store.before = down
    assert [word(result) for result in bench.perform("price", "A1", "A2")] == [Retry, Retry]
    assert len(bench.store.writes) == 1


def test_refused_credentials_are_raised_for_the_whole_unit(bench: Bench) -> None:
    def refuse(records: Sequence[Record]) -> None:
        raise Refused("The token was refused.")

    bench.erp.set(product("A1"))
    bench.store.before = refuse
    with pytest.raises(Refused):
        bench.perform("product", "A1")


def test_a_source_that_cannot_be_read_is_raised_for_the_whole_unit(bench: Bench) -> None:
    bench.erp.trouble = Retry("The ERP did not answer in time.")
    with pytest.raises(Retry):
        bench.perform("product", "A1", "A2")
    assert bench.store.writes == []


def test_a_product_that_comes_between_the_look_and_the_wait_is_not_waited_for(bench: Bench) -> None:
    """The price has looked in vain; the product is bound before its message is put to wait."""
    bench.erp.set(product("A1"))
    bench.erp.set(price("A1", "10"))

    def bound_meanwhile() -> None:
        bench.meanwhile = None
        bench.perform("product", "A1")

    bench.meanwhile = bound_meanwhile
    (result,) = bench.perform("price", "A1")
    assert bench.announced == [("product", ("A1",))]
    assert result.word is None and bench.store.prices == {"A1": Decimal(10)}


def test_an_adopted_product_frees_what_else_waits_for_it(bench: Bench) -> None:
    bench.store.products["A1"] = StoreProduct("A1", target_id="77")
    bench.erp.set(price("A1", "10"))
    bench.perform("price", "A1")
    assert ("product", ("A1",)) in bench.released


def a_product_that_was_deleted_in_the_store(bench: Bench) -> None:
    bench.erp.set(product("A1"))
    bench.erp.set(price("A1", "10"))
    bench.perform("product", "A1")
    bench.store.products.clear()


def test_a_price_whose_product_was_deleted_in_the_store_asks_for_it_again(bench: Bench) -> None:
    a_product_that_was_deleted_in_the_store(bench)
    (result,) = bench.perform("price", "A1")
    assert word(result) is Wait
    assert bench.announced == [("product", ("A1",))] and ("product", ("A1",)) in bench.needed
    (again,) = bench.perform("product", "A1")
    assert again.word is None, "what the bindings say is not believed any more"
    assert bench.released[-1] == ("product", ("A1",))


def test_a_product_that_comes_back_between_the_refusal_and_the_wait_calls_the_price(bench: Bench) -> None:
    a_product_that_was_deleted_in_the_store(bench)

    def back_meanwhile() -> None:
        bench.store.products["A1"] = StoreProduct("A1", target_id="78")

    bench.meanwhile = back_meanwhile
    bench.perform("price", "A1")
    assert bench.released[-1] == ("product", ("A1",)), "the queue sends the message back instead of putting it to wait"
    assert "product" not in dict(bench.needed)


def test_a_create_that_was_sent_too_late_has_the_price_written_again(bench: Bench) -> None:
    """Stopped in the middle of the create: its first price may lie over one that was written since."""
    bench.erp.set(product("A1"))
    bench.erp.set(price("A1", "10"))

    def price_written_meanwhile(records: Sequence[Record]) -> None:
        bench.store.before = None
        bench.store.products["A1"] = StoreProduct("A1", target_id="1")
        bench.perform("price", "A1")

    bench.store.before = price_written_meanwhile
    answers = [{1}, set()]
    bench.perform("product", "A1", ours=lambda: answers.pop(0))
    assert not bindings.get_many("DEMO", "price", ["A1"])["A1"].sure
    assert bench.put_again == [("price", ("A1",)), ("inventory", ("A1",))]


def test_an_update_that_was_sent_too_late_leaves_the_price_alone(bench: Bench) -> None:
    bench.erp.set(product("A1"))
    bench.perform("product", "A1")
    bench.erp.set(product("A1", version=2, name="New name"))
    answers = [{1}, set()]
    bench.perform("product", "A1", ours=lambda: answers.pop(0))
    assert bench.put_again == []


def test_what_hangs_on_a_product_is_asked_for_when_the_product_is_bound_for_the_first_time(bench: Bench) -> None:
    """Its price may have been skipped while it was not for sale; a stock of zero is in no list of changes."""
    bench.erp.set(product("A1"))
    bench.perform("product", "A1")
    assert bench.needed == [("price", ("A1",)), ("inventory", ("A1",))]
    bench.erp.set(product("A1", version=2, name="Another name"))
    bench.perform("product", "A1")
    assert len(bench.needed) == 2, "only the first time"


def test_what_hangs_on_a_product_is_asked_for_before_the_bind_can_be_seen(bench: Bench) -> None:
    bench.erp.set(product("A1"))
    order: list[str] = []
    context = bench.context("product")
    asked, freed = context.need, context.release
    context = replace(
        context,
        need=lambda kind, keys: (order.append("asked"), asked(kind, keys))[1],
        release=lambda connection, kind, keys: (order.append("bound"), freed(connection, kind, keys))[1],
    )
    perform(context, [Task(1, "A1")], lambda: {1})
    assert order == ["asked", "asked", "bound", "bound"]


def test_what_hangs_on_a_product_that_is_kept_out_does_not_wait_for_it(bench: Bench) -> None:
    """And when the product goes in after all, what hangs on it is asked for."""
    bench.erp.set(product("A1"))
    bench.erp.set(price("A1", "10"))
    bench.store.kept_out.add("A1")
    (result,) = bench.perform("product", "A1")
    assert word(result) is Skip and ("product", ("A1",)) in bench.released
    (result,) = bench.perform("price", "A1")
    assert word(result) is Skip and "kept out" in result.summary
    bench.store.kept_out.clear()
    bench.needed.clear()
    bench.perform("product", "A1", origin="person")
    assert bench.needed == [("price", ("A1",)), ("inventory", ("A1",))]
    assert bench.perform("price", "A1")[0].word is None


def test_what_hangs_on_a_product_that_is_on_its_way_waits_without_a_question_to_anybody(bench: Bench) -> None:
    bench.erp.set(price("A1", "10"))
    bench.coming.add(("product", "A1"))
    (result,) = bench.perform("price", "A1")
    assert isinstance(result.word, Wait) and result.word.for_ == ("product", "A1")
    assert (bench.erp.reads, bench.store.finds, bench.needed) == ([], [], [])
    assert bench.announced == [("product", ("A1",))]


def test_a_product_that_arrives_right_after_that_look_is_not_waited_for(bench: Bench) -> None:
    bench.erp.set(product("A1"))
    bench.erp.set(price("A1", "10"))
    bench.coming.add(("product", "A1"))

    def bound_meanwhile() -> None:
        bench.meanwhile = None
        bench.perform("product", "A1")

    bench.meanwhile = bound_meanwhile
    (result,) = bench.perform("price", "A1")
    assert result.word is None and bench.store.prices["A1"] == Decimal(10)


def test_a_group_is_read_once_and_bound_part_by_part(bench: Bench) -> None:
    """Who is killed in the middle repeats at most the part in hand."""
    keys = [f"P{number}" for number in range(7)]
    for key in keys:
        bench.erp.set(product(key))
    bench.batch = 3
    bound: list[int] = []
    bench.store.before = lambda records: bound.append(len(bindings.get_many("DEMO", "product", keys)))
    assert all(result.word is None for result in bench.perform("product", *keys))
    assert len(bench.erp.reads) == len(bench.store.finds) == 1
    assert [written for _, written in bench.store.writes] == [("P0", "P1", "P2"), ("P3", "P4", "P5"), ("P6",)]
    assert bound == [3, 6, 7]  # the part in hand is marked, the ones before are bound, the rest is untouched


def test_of_a_group_only_the_part_in_hand_meets_a_store_that_is_away(bench: Bench) -> None:
    def away(records: Sequence[Record]) -> None:
        raise Retry("The store cannot be reached.", away=True)

    for key in ("A1", "A2", "A3"):
        bench.erp.set(product(key))
    bench.batch, bench.store.before = 1, away
    results = bench.perform("product", "A1", "A2", "A3")
    assert [word(result) for result in results] == [Retry] * 3 and [one.wrote for one in results] == [
        True,
        False,
        False,
    ]
    assert len(bench.store.writes) == 1


def test_a_group_ends_between_two_parts_when_the_work_is_to_end(bench: Bench) -> None:
    """Pause is pressed while a hundred products are in hand: the part in hand is written, the rest goes back."""
    keys = [f"P{number}" for number in range(6)]
    for key in keys:
        bench.erp.set(product(key))
    bench.batch, bench.stopping = 2, lambda: len(bench.store.writes) >= 1
    results = bench.perform("product", *keys)
    assert [word(result) for result in results] == [None, None, Retry, Retry, Retry, Retry]
    last = results[-1].word
    assert isinstance(last, Retry) and last.away and last.after == 0 and not results[-1].wrote
    assert [written for _, written in bench.store.writes] == [("P0", "P1")]
