"""The three ways in which an ERP is set up, and its clock: over loopback, from the connector's click to the store.

By hand with what the guide says, by importing the package, and neither: then changes are found by polling.
LIF-02, LIF-04, LIF-05, LIF-16, INS-03, CON-16, facts/ACUMATICA.md section 6.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from connector.db import db
from connector.engine import activation, installation, preflight
from connector.queue.models import Message
from connector.queue.reading import logbook
from connector.setup import activities, connectors, guide, lifecycle, schedules
from connector.setup.activities import PACKAGE
from connector.sync import notifications
from tests.conftest import make_app
from tests.flow.shop import CONNECTOR, SECRET, Shop, ask, eventually, open_shop

PRODUCTS = 12


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    folder = tmp_path_factory.mktemp("ways")
    app = make_app(f"sqlite:///{folder / 'connector.sqlite'}", folder / "instance", LEASE_SECONDS=5)
    with app.app_context():
        db.create_all()
    with open_shop(app, folder / "sandbox", PRODUCTS) as shop:
        shop.hook = ask("GET", f"{shop.erp}/_sandbox/push")["address"]  # type: ignore[attr-defined]
        shop.fill()
        yield shop
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def shop(opened: Shop) -> Iterator[Shop]:
    """The ERP as it comes out of the box: no inquiry of ours, no notification, nothing of ours published."""
    ask("PUT", f"{opened.erp}/_sandbox/push", {"queries": {}, "address": "", "value": ""})
    ask("PUT", f"{opened.erp}/_sandbox/customization", {})
    switch(opened, publish_polls=2, publish_error="", push_items=True, missing_entities=[], clock_offset=0)
    with opened.app.app_context():
        yield opened


def switch(shop: Shop, **values: Any) -> None:
    ask("PUT", f"{shop.erp}/_sandbox/switches", values)


def arrives(shop: Shop, place: int, price: float) -> None:
    key = shop.keys()[place]
    eventually(lambda: shop.product(key).get("price") == price, f"the price of {key} arrives")


def package_rows() -> dict[str, tuple[bool | None, str]]:
    return {row.name: (row.ok, row.text) for row in activities.of(CONNECTOR, kinds=[PACKAGE])}


def install(shop: Shop, *, notification: bool) -> dict[str, tuple[bool | None, str]]:
    thread = installation.start(shop.engine, CONNECTOR, "ann", shop.hook, notification=notification)  # type: ignore[attr-defined]
    thread.join(60)
    return package_rows()


def test_by_hand_what_the_guide_says_is_enough(shop: Shop) -> None:
    made = guide.make(connectors.get(CONNECTOR), shop.hook)  # type: ignore[attr-defined]
    queries = {named.entity: named.name for named in made.inquiries}
    typed = {"address": made.address, "header": made.header, "value": SECRET, "queries": queries}
    ask("PUT", f"{shop.erp}/_sandbox/push", typed)
    shop.edit((shop.keys()[0], {"DefaultPrice": 70.5}))
    arrives(shop, 0, 70.5)
    assert "cc prices" in notifications.last_heard(CONNECTOR)


def test_the_package_brings_inquiries_and_the_notification(shop: Shop) -> None:
    found = install(shop, notification=True)
    assert all(ok for ok, _ in found.values()), found
    assert "BranchReports" in found["Published after"][1] and found["Inquiry CC Prices"][0]
    push = ask("GET", f"{shop.erp}/_sandbox/push")
    assert push["address"] == shop.hook and set(push["queries"]) == {"product", "price", "inventory"}  # type: ignore[attr-defined]
    shop.edit((shop.keys()[1], {"DefaultPrice": 71.5}))
    arrives(shop, 1, 71.5)


def test_a_site_that_passes_over_the_notification_is_told_of_nothing_by_it(shop: Shop) -> None:
    switch(shop, push_items=False)
    assert all(ok for ok, _ in install(shop, notification=True).values())
    assert ask("GET", f"{shop.erp}/_sandbox/push")["address"] == "", "then the guide's second part is done by hand"


def test_a_publication_that_fails_leaves_everything_published_and_says_why(shop: Shop) -> None:
    switch(shop, publish_error="The name CC Prices is taken.")
    found = install(shop, notification=False)
    assert found["Publication ended"] == (False, "The name CC Prices is taken.")
    assert found[installation.WHOLE][0] is False and "Inquiry CC Prices" not in found
    state = ask("GET", f"{shop.erp}/_sandbox/customization")
    assert state["published"] == ["BranchReports"]


def test_with_neither_changes_are_found_by_polling(shop: Shop) -> None:
    rows = {row.label: row for row in activation.test(shop.engine, CONNECTOR, "ann")}
    assert not rows["GI for PRICING"].ok and activation.passed(list(rows.values())), "they are not required"
    shop.edit((shop.keys()[2], {"DefaultPrice": 72.5}))
    shop.poll("price")
    arrives(shop, 2, 72.5)


def test_a_clock_that_is_off_is_corrected_when_changes_are_looked_for(shop: Shop) -> None:
    """CON-16: the site is ten minutes behind, so what changes now was changed before our last look, by its time."""
    shop.poll("price")
    switch(shop, clock_offset=-600)
    shop.engine._jobs.clocks._measured.clear()
    shop.poll("price")
    assert abs(connectors.get(CONNECTOR).section("clock")["erp_offset"] + 600) <= 2
    rows = {row.label: row for row in preflight.lines(shop.engine, CONNECTOR)}
    assert rows["Acumatica clock"].ok and "In step" in rows["Acumatica clock"].text
    shop.edit((shop.keys()[3], {"DefaultPrice": 73.5}))
    shop.poll("price")
    arrives(shop, 3, 73.5)
    switch(shop, clock_offset=0)
    connectors.save(CONNECTOR, {"clock": {"erp_offset": 0}}, user="ann", revision=connectors.get(CONNECTOR).revision)


def test_an_endpoint_that_lacks_what_is_needed_is_not_initialized(shop: Shop) -> None:
    """INS-03: an error row, and no schedule."""
    copy(shop, "LACKING")
    switch(shop, missing_entities=["StorageDetailsInquiry"])
    activation.start(shop.engine, "LACKING", "ann", True).join(60)
    rows = {row.name: row for row in activities.of("LACKING")}
    assert rows["Acumatica entities"].ok is False
    assert "StorageDetailsInquiry (for inventory)" in rows["Acumatica entities"].text
    assert connectors.get("LACKING").state == "new" and schedules.of("LACKING") == []


def test_nothing_travels_before_it_is_initialized(shop: Shop) -> None:
    """LIF-16: no request for a connector that is new; then every row is well and it begins."""
    shop.settle()
    copy(shop, "FRESH")
    jobs = {job.name for job in shop.engine.jobs()}
    assert not any("FRESH" in name for name in jobs)
    activation.start(shop.engine, "FRESH", "ann", False).join(60)
    rows = activities.of("FRESH")
    wrong = [(row.name, row.text) for row in rows if row.ok is False and row.kind in ("check", "queue", "schedule")]
    assert wrong == [] and connectors.get("FRESH").state == "active"
    assert not any("FRESH" in job.name for job in shop.engine.jobs()), "the schedules were left off"
    with db.read() as connection:
        assert not connection.execute(Message.__table__.select().where(Message.connector_id == "FRESH")).first()
    lifecycle.stop("FRESH", "ann")


def copy(shop: Shop, id: str) -> None:
    """One more connector between the same two systems."""
    config = connectors.get(CONNECTOR)
    wanted = {name: config.section(name) for name in ("erp", "store")}
    connectors.create(id, id, "magento", wanted, "ann")


def test_a_manual_run_says_first_that_both_sides_answer(shop: Shop) -> None:
    """CON-17: the lines stand in the run; a side that does not answer ends it with status error."""
    shop.settle()
    run = ended(shop, shop.engine.process(CONNECTOR, "price", user="ann"))
    assert "Acumatica connection: It answers.\nAcumatica clock: " in run.details and "Magento 2 clock" in run.details
    ask("PUT", f"{shop.store}/_sandbox/faults", [{"fault": "maintenance"}])
    run = ended(shop, shop.engine.process(CONNECTOR, "price", user="ann"))
    assert run.status == "error" and "Magento 2 connection: " in run.details and "Magento 2 clock" not in run.details
    ask("PUT", f"{shop.store}/_sandbox/faults", [])


def ended(shop: Shop, run_id: int) -> Any:
    """The run when it is over."""
    eventually(lambda: logbook.run(run_id).status != "processing", "the run ends")  # type: ignore[union-attr]
    return logbook.run(run_id)
