"""What each state lets run, what leads from one to the next, and what is left in the log."""

from __future__ import annotations

import dataclasses
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import update

from connector.db import db, utcnow
from connector.errors import Invalid
from connector.setup import activities, connectors, lifecycle, schedules, states
from connector.setup.activities import QUEUE
from connector.setup.lifecycle import Probe, Row
from connector.setup.models import ACTIVE, NEW, PAUSED, STOPPED
from connector.setup.rows import TABLE
from tests.setup.changes import details, logged
from tests.setup.house import make


def in_state(state: str) -> str:
    make()
    with db.write() as connection:
        connection.execute(update(TABLE).values(state=state))
    return "ONE"


WELL = Probe("Message table", lambda: (True, "Ready."))
BROKEN = Probe("Store", lambda: (False, "It does not answer."))
OPTIONAL = Probe("Bulk routes", lambda: (False, "They do not answer."), required=False)
MADE = Probe("Queue for PRODUCT", lambda: (True, "Ready."), QUEUE, "product")


def grid(id: str = "ONE") -> list[tuple[str, bool | None, str]]:
    return [(row.name, row.ok, row.text) for row in activities.of(id)]


RULES = [
    # state, notifications, polls, windows
    (NEW, False, False, False),
    (ACTIVE, True, True, True),
    (PAUSED, True, True, False),
    (STOPPED, False, False, False),
]


@pytest.mark.parametrize(("state", "collects", "polls", "sends"), RULES)
def test_each_state_lets_run_what_the_table_says(
    app: Flask, state: str, collects: bool, polls: bool, sends: bool
) -> None:
    config = connectors.get(in_state(state))
    assert (states.collects(config), states.polls(config), states.sends(config)) == (collects, polls, sends)
    assert states.may_start(config, "window", "price") == sends
    assert states.may_start(config, "poll", "price") == polls
    assert states.may_start(config, "clean", "") == (state != NEW)
    off = dataclasses.replace(config, active=False)
    assert not (states.collects(off) or states.polls(off) or states.sends(off))
    refused = dataclasses.replace(config, attention="Refused.")
    assert states.collects(refused) == collects and not (states.polls(refused) or states.sends(refused))


def test_an_entity_that_is_not_ticked_neither_collects_nor_runs(app: Flask) -> None:
    in_state(ACTIVE)
    connectors.save("ONE", {"entities": {"price": False}}, user="ann", revision=1)
    config = connectors.get("ONE")
    assert not (states.collects(config, "price") or states.polls(config, "price") or states.sends(config, "price"))
    assert states.collects(config, "product") and states.sends(config, "product")


@pytest.mark.parametrize("state", [NEW, ACTIVE, PAUSED, STOPPED])
@pytest.mark.parametrize("action", lifecycle.ACTIONS)
def test_an_action_is_done_where_its_button_is_open_and_refused_elsewhere(
    any_app: Flask, state: str, action: str
) -> None:
    open_in = {
        "initialize": {NEW},
        "pause": {ACTIVE},
        "stop": {ACTIVE, PAUSED},
        "activate": {PAUSED, STOPPED},
        "uninstall": {STOPPED},
    }
    id = in_state(state)
    assert lifecycle.can(connectors.get(id), action) == (state in open_in[action])
    step = getattr(lifecycle, action)
    if state in open_in[action]:
        step(id, "bob")
        config = connectors.get(id)
        assert config.state == states.TO[action]
        assert (config.last_action, config.last_action_by) == (lifecycle.DONE[action], "bob")
        assert config.last_action_at and utcnow() - config.last_action_at < timedelta(minutes=1)
        event = logged(id)[-1]
        assert (event.action, event.user, details(event)) == ("Initialization", "bob", {"action": action})
    else:
        before = len(logged())
        with pytest.raises(Invalid) as refused:
            step(id, "bob")
        assert state in refused.value.errors["state"]
        assert connectors.get(id).state == state and len(logged()) == before


@pytest.mark.parametrize("action", lifecycle.ACTIONS)
def test_an_unknown_connector_is_a_key_error(app: Flask, action: str) -> None:
    with pytest.raises(KeyError):
        getattr(lifecycle, action)("NONE", "bob")


def test_initialize_checks_first_and_stops_at_a_problem(any_app: Flask) -> None:
    make()
    rows = lifecycle.initialize("ONE", "bob", probes=[WELL, BROKEN, MADE])
    assert [(row.label, row.ok) for row in rows] == [("Message table", True), ("Store", False)]
    assert connectors.get("ONE").state == NEW and schedules.of("ONE") == []
    assert logged("ONE")[-1].level == "error" and "It does not answer." in logged("ONE")[-1].message
    assert grid() == [("Message table", True, "Ready."), ("Store", False, "It does not answer.")], "nothing is made"


def test_a_check_that_is_not_required_stops_nothing(app: Flask) -> None:
    make()
    lifecycle.initialize("ONE", "bob", probes=[WELL, OPTIONAL, MADE])
    assert connectors.get("ONE").state == ACTIVE
    assert grid()[:3] == [
        ("Message table", True, "Ready."),
        ("Bulk routes", False, "They do not answer."),
        ("Queue for PRODUCT", True, "Ready."),
    ]
    assert ("Schedule window product", True, "* * * * *") in grid()


def test_the_rows_are_planned_at_once_and_settled_one_by_one(any_app: Flask) -> None:
    make()
    seen: list[list[bool | None]] = []

    def look() -> tuple[bool, str]:
        seen.append([ok for _, ok, _ in grid()])
        return True, "Seen."

    rows = [WELL, Probe("A", look), Probe("B", look, QUEUE)]
    lifecycle.begin("ONE", rows)
    assert [ok for _, ok, _ in grid()] == [None, None, None]
    with pytest.raises(Invalid, match="being initialized already"):
        lifecycle.begin("ONE", rows)
    lifecycle.run("ONE", "bob", probes=rows)
    assert seen == [[True, None, None], [True, True, None]]


def test_rows_of_a_process_that_died_do_not_keep_anybody_from_trying_again(app: Flask) -> None:
    make()
    lifecycle.begin("ONE", [WELL])
    with db.write() as connection:
        connection.execute(update(activities.TABLE).values(created_at=utcnow() - timedelta(minutes=11)))
    assert not activities.under_way(activities.of("ONE"), utcnow())
    lifecycle.initialize("ONE", "bob", probes=[WELL])
    assert connectors.get("ONE").state == ACTIVE


@pytest.mark.parametrize("wanted", [True, False])
def test_initialize_makes_the_schedules_switched_as_asked(any_app: Flask, wanted: bool) -> None:
    make()
    assert lifecycle.initialize("ONE", "bob", wanted, probes=[WELL]) == [Row("Message table", True, "Ready.")]
    made = schedules.of("ONE")
    assert [(each.job, each.entity, each.cron) for each in made] == [
        ("window", "product", "* * * * *"),
        ("window", "price", "* * * * *"),
        ("window", "inventory", "* * * * *"),
        ("poll", "product", "*/5 * * * *"),
        ("poll", "price", "*/5 * * * *"),
        ("poll", "inventory", "*/5 * * * *"),
        ("clean", "", "0 1 * * *"),
        ("expiry", "", "0 1 * * *"),
        ("compare", "", "30 2 * * *"),
    ]
    assert {each.active for each in made} == {wanted}
    assert len(schedules.all_active(utcnow())) == (9 if wanted else 0)


def test_nothing_starts_while_a_required_value_is_missing(app: Flask) -> None:
    make()
    with db.write() as connection:
        connection.execute(update(TABLE).values(secrets=""))
    with pytest.raises(Invalid) as refused:
        lifecycle.initialize("ONE", "bob")
    assert set(refused.value.errors) == {"erp.password", "store.token"}


def test_uninstall_takes_schedules_and_messages_and_keeps_the_settings(any_app: Flask) -> None:
    make()
    lifecycle.initialize("ONE", "ann")
    lifecycle.stop("ONE", "ann")
    given_up: list[str] = []

    def discard(id: str) -> int:
        given_up.append(id)
        return 4

    assert lifecycle.uninstall("ONE", "ann", discard=discard) == 4
    assert given_up == ["ONE"] and schedules.of("ONE") == [] and grid() == []
    config = connectors.get("ONE")
    assert config.state == NEW and config.section("erp")["password"] == "first-password"
    assert "9 schedules and 4 waiting messages" in logged("ONE")[-1].message
    lifecycle.initialize("ONE", "ann")
    assert connectors.get("ONE").state == ACTIVE


def test_after_a_stop_what_waited_may_be_given_up_and_the_gap_is_skipped(app: Flask) -> None:
    done: list[str] = []

    def discard(id: str) -> int:
        done.append(f"discard {id}")
        return 2

    def skip_gap(id: str) -> int:
        done.append(f"skip {id}")
        return 0

    id = in_state(STOPPED)
    assert lifecycle.activate(id, "ann", discard=discard, skip_gap=skip_gap) == 2
    assert done == ["discard ONE", "skip ONE"]
    assert "2 messages from before the stop were discarded" in logged(id)[-1].message


def test_after_a_pause_nothing_is_given_up(app: Flask) -> None:
    id = in_state(PAUSED)

    def never(id: str) -> int:
        raise AssertionError

    assert lifecycle.activate(id, "ann", discard=never, skip_gap=never) == 0
    assert connectors.get(id).state == ACTIVE


def test_of_two_people_at_once_one_is_told_that_it_is_done(app: Flask) -> None:
    make()

    def meanwhile() -> tuple[bool, str]:
        lifecycle.run("ONE", "bob")
        return True, "Done."

    with pytest.raises(Invalid, match="active cannot be initialized"):
        lifecycle.initialize("ONE", "ann", probes=[Probe("Message table", meanwhile)])
    assert len(schedules.of("ONE")) == 9
