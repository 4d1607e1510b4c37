"""By hand, with both sandboxes: a full sync with its console, a preview, a rehearsal that is sent afterwards."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from connector.db import db, utcnow
from connector.errors import REHEARSAL
from connector.queue.reading import history, logbook
from connector.queue.reading.filters import Filter
from connector.queue.repairing import repair, sweeps
from connector.setup import connectors, schedules
from connector.sync import picking
from connector.sync.picking import Pick
from connector.systems.base import Change
from tests.conftest import make_app
from tests.flow.shop import CONNECTOR, Shop, configure, eventually, open_shop

PRODUCTS = 12


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory, instance: Path) -> Iterator[Shop]:
    folder = tmp_path_factory.mktemp("by-hand")
    app = make_app(f"sqlite:///{folder / 'connector.sqlite'}", instance)
    with app.app_context():
        db.create_all()
    with open_shop(app, folder, PRODUCTS, configure) as opened:
        yield opened


@pytest.fixture(autouse=True)
def inside(shop: Shop) -> Iterator[None]:
    with shop.app.app_context():
        yield


def ended(run_id: int) -> Any:
    eventually(lambda: logbook.run(run_id).status != "processing", f"run {run_id} has ended")  # type: ignore[union-attr]
    return logbook.run(run_id)


def rehearsing(shop: Shop, on: bool) -> None:
    revision = connectors.get(CONNECTOR).revision
    connectors.save(CONNECTOR, {"rehearsal": {"on": on}}, user="ann", revision=revision)
    shop.engine.refresh()


def test_a_full_sync_writes_every_record_and_tells_each(shop: Shop) -> None:
    run_id = shop.engine.sync_all(CONNECTOR, "product", user="otto")
    assert shop.engine.sync_all(CONNECTOR, "product", user="otto") is None, "a second one while it runs"
    run = ended(run_id)
    assert (run.status, run.total, run.done, run.failed, run.user) == ("success", PRODUCTS, PRODUCTS, 0, "otto")
    assert "Acumatica connection: It answers." in run.details and "Magento 2 clock:" in run.details
    lines = [line.summary for line in logbook.lines(run).rows]
    assert len(lines) == PRODUCTS and f"Product {shop.keys()[0]} created." in lines
    again = ended(shop.engine.sync_all(CONNECTOR, "product", user="otto"))
    assert (again.succeeded, again.skipped) == (0, PRODUCTS), "what is unchanged is not written again"
    assert sweeps.newest(CONNECTOR, ["product"])["product", "erp_to_store"].id == again.id


def test_exactly_the_picked_ones_are_processed(shop: Shop) -> None:
    keys = shop.keys()[:3]
    run = ended(shop.engine.process_picked(CONNECTOR, "product", keys, user="otto"))
    assert (run.total, run.succeeded) == (3, 3), "also though nothing has changed"
    page = shop.engine.picked(CONNECTOR, "product", Pick(), size=5)
    assert len(page.rows) == 5 and page.position and page.rows[0].record is not None
    assert {row.change.key for row in shop.engine.picked(CONNECTOR, "product", Pick(picking.NEVER)).rows}.isdisjoint(
        keys
    )


def test_a_saved_batch_runs_by_its_schedule(shop: Shop) -> None:
    key = shop.keys()[1]
    shop.edit((key, {"Description": "By schedule"}))
    kept = picking.dump(Pick(since=utcnow() - timedelta(days=1)), utcnow().date())
    number = schedules.add_batch(
        CONNECTOR, "product", "erp_to_store", cron="0 3 * * *", description="Net", filter=kept, user="ann"
    )
    (job,) = [job for job in shop.engine.jobs() if job.name.endswith(f"/batch-{number}")]
    assert job.cron == "0 3 * * *"
    shop.engine._batch(schedules.get(number))
    assert shop.product(key)["name"] == "By schedule"
    runs = logbook.runs_page(logbook.RunFilter(CONNECTOR, "product", mode="auto")).rows
    run = next(run for run in runs if run.job == "batch")
    assert (run.user, run.failed, run.details.endswith("records found.\n")) == ("", 0, True) and run.done


def test_a_preview_says_what_the_next_write_does_and_does_not_do_it(shop: Shop) -> None:
    shop.settle()
    shop.life("pause")
    key, before = shop.keys()[0], shop.last_effect()
    shop.edit((key, {"Description": "Another name"}))
    seen = shop.engine.preview(CONNECTOR, "product", key)
    name = next(line for line in seen.lines if line.name == "name")
    assert (name.then, name.changed, name.reason) == ("Another name", True, "The item's description.")
    assert [line.name for line in seen.lines if line.changed] == ["name"]
    assert [request["method"] for request in seen.requests] == ["PUT"]
    assert shop.last_effect() == before, "nothing has reached the store"
    shop.life("activate")
    shop.engine.sync_now(CONNECTOR, "product", key, user="otto")
    eventually(lambda: shop.product(key)["name"] == "Another name", "the write does what the preview said")


def test_a_rehearsal_writes_nothing_and_is_sent_for_real_with_one_click(shop: Shop) -> None:
    shop.settle()
    rehearsing(shop, True)
    key, before = shop.keys()[0], shop.last_effect()
    shop.edit((key, {"Description": "Rehearsed"}))
    shop.add("NEWBIE", "A new one", 12.5)
    chosen = Filter(CONNECTOR, "product", status="skipped", code=REHEARSAL)
    wanted: Callable[[], bool] = lambda: {row.key for row in history.messages(chosen).rows} == {key, "NEWBIE"}  # noqa: E731
    shop.poll("product")
    eventually(wanted, "both are rehearsed")
    shop.poll("price")
    eventually(lambda: shop.messages("price").get("waiting"), "the price of a product that is not there yet waits")
    assert shop.last_effect() == before, "nothing has reached the store"
    message = next(row for row in history.messages(chosen).rows if row.key == "NEWBIE")
    assert message.reason == "Rehearsal: nothing was sent. Product NEWBIE: it would be created."
    (attempt,) = history.attempts(message.id).rows
    assert '"method": "POST"' in attempt.exchanges and "held back" in attempt.exchanges
    rehearsing(shop, False)
    done = repair.reprocess(chosen, user="ann", bell=shop.engine.bell)
    assert done.finished and done.changed, "one of them may have been overtaken by a newer change"
    shop.settle()
    assert shop.product(key)["name"] == "Rehearsed" and shop.product("NEWBIE")["name"] == "A new one"
    assert shop.failures() == [] and history.messages(chosen).rows == []


def test_a_cancelled_run_ends_and_puts_no_more(shop: Shop) -> None:
    lane = shop.engine._lane(CONNECTOR, "inventory", "")

    def gather() -> Iterator[list[Change]]:
        yield []
        run = sweeps.newest(CONNECTOR, ["inventory"])["inventory", "erp_to_store"]
        assert sweeps.cancel(run.id, "ann")
        yield [Change("inventory", "A1")]

    run = ended(shop.engine._sweeper.start(lane, sweeps.FULL, gather, user="otto"))
    assert (run.status, run.cancelled_by) == ("notice", "ann")
    assert "\n0 records found.\nCancelled by ann; 0 records were not sent." in run.details
    assert not sweeps.cancel(run.id, "ann"), "it is over"
