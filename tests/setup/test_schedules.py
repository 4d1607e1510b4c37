"""Schedules are switched, changed and checked; cron expressions mean what cron means."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from apscheduler.triggers.cron import CronTrigger
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from connector.db import utcnow
from connector.errors import Invalid
from connector.queue import scheduler
from connector.setup import auto, connectors, cron, lifecycle, schedules
from tests.setup.changes import details, logged
from tests.setup.house import make

NOW = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)

RIGHT = [
    ("* * * * *", "* * * * *"),
    ("*/5 * * * *", "*/5 * * * *"),
    (" 0  1 * * * ", "0 1 * * *"),
    ("0,30 8-17 1 JAN,jul *", "0,30 8-17 1 1,7 *"),
    ("5/15 * * * *", "5-59/15 * * * *"),
    ("0 1 * * 0", "0 1 * * sun"),
    ("0 1 * * 7", "0 1 * * sun"),
    ("0 1 * * 1-5", "0 1 * * mon,tue,wed,thu,fri"),
    ("0 1 * * fri-mon", "0 1 * * sun,mon,fri,sat"),
    ("0 1 * * */2", "0 1 * * sun,tue,thu,sat"),
    ("*,5 * * * *", "* * * * *"),
]


@pytest.mark.parametrize(("typed", "stored"), RIGHT)
def test_a_cron_expression_is_written_in_one_way_that_the_scheduler_understands(typed: str, stored: str) -> None:
    assert cron.normal(typed) == stored == cron.normal(stored)
    CronTrigger.from_crontab(stored)


WRONG = [
    "", "* * * *", "* * * * * *", "60 * * * *", "* 24 * * *", "* * 0 * *", "* * * 13 *", "* * * * 8",
    "*/0 * * * *", "*/90 * * * *", "10-5 * * * *", "x * * * *", "*-5 * * * *", "-1 * * * *", "1, * * * *",
    "* * * * mon-", "mon * * * *", "٥ * * * *", "* * * * *\x00", "1," * 40 + "1 * * * *", "9" * 500 + " * * * *",
]  # fmt: skip


@pytest.mark.parametrize("typed", WRONG)
def test_what_is_no_schedule_is_refused_with_a_sentence(typed: str) -> None:
    with pytest.raises(ValueError, match=r"\.$"):
        cron.normal(typed)


@given(st.text(alphabet="*0123456789,-/ monsu", max_size=40) | st.text(max_size=30))
def test_whatever_is_typed_is_refused_or_fit_for_the_scheduler(typed: str) -> None:
    try:
        stored = cron.normal(typed)
    except ValueError:
        return
    CronTrigger.from_crontab(stored)


def started(**sections: dict[str, object]) -> list[schedules.Schedule]:
    make(**sections)
    lifecycle.initialize("ONE", "ann")
    return schedules.of("ONE")


def test_a_schedule_is_switched_off_and_on(any_app: Flask) -> None:
    first, *others = started()
    schedules.set_active(first.id, False, user="bob")
    assert not schedules.get(first.id).active
    assert len(schedules.all_active(utcnow())) == len(others)
    assert (logged("ONE")[-1].user, details(logged("ONE")[-1])["new"]) == ("bob", "off")
    count = len(logged())
    schedules.set_active(first.id, False, user="bob")
    assert len(logged()) == count


def test_a_schedule_is_changed_and_every_field_is_logged(any_app: Flask) -> None:
    first = started()[0]
    said = schedules.save(
        first.id, cron="0 3 * * 0", active=False, user="bob", description="At night", expires_on=NOW + timedelta(days=9)
    )
    assert said == [
        "cron from * * * * * to 0 3 * * sun",
        "description from Work on product messages to At night",
        "expires on from nothing to 2026-05-13 12:00:00+00:00",
        "active from on to off",
    ]
    changed = schedules.get(first.id)
    assert (changed.cron, changed.active, changed.expires_on) == ("0 3 * * sun", False, NOW + timedelta(days=9))
    again = {"description": "At night", "expires_on": NOW + timedelta(days=9)}
    assert schedules.save(first.id, cron="0 3 * * sun", active=False, user="bob", **again) == []


def test_wrong_values_of_a_schedule_are_refused_by_field(app: Flask) -> None:
    first = started()[0]
    with pytest.raises(Invalid) as refused:
        schedules.save(first.id, cron="never", active=True, user="bob", description="x" * 300)
    assert set(refused.value.errors) == {"cron", "description"}
    with pytest.raises(Invalid) as refused:
        schedules.save(first.id, cron="* * * * *", active=True, user="bob", starts_on=NOW, expires_on=NOW)
    assert set(refused.value.errors) == {"expires_on"}
    with pytest.raises(Invalid) as refused:
        schedules.save(first.id, cron="* * * * *", active=True, user="bob", starts_on=datetime(2026, 1, 1))
    assert set(refused.value.errors) == {"starts_on"}
    assert schedules.get(first.id).cron == "* * * * *"


@pytest.mark.parametrize("id", [0, -1, 999, 2**40])
def test_a_schedule_that_is_not_there_is_a_key_error(any_app: Flask, id: int) -> None:
    with pytest.raises(KeyError):
        schedules.get(id)
    with pytest.raises(KeyError):
        schedules.set_active(id, True, user="bob")


def test_an_expired_schedule_starts_nothing(app: Flask) -> None:
    first, *others = started()
    schedules.save(first.id, cron="* * * * *", active=True, user="bob", expires_on=NOW)
    assert len(schedules.all_active(NOW - timedelta(hours=1))) == len(others) + 1
    assert len(schedules.all_active(NOW + timedelta(hours=1))) == len(others)


def test_only_what_the_state_and_the_ticks_allow_is_active(app: Flask) -> None:
    started(entities={"price": False})

    def jobs() -> set[tuple[str, str]]:
        return {(each.job, each.entity) for each in schedules.all_active(utcnow())}

    polls, clean = {("poll", "product"), ("poll", "inventory")}, {("clean", ""), ("expiry", "")}
    polls |= {("compare", "")}
    assert jobs() == {("window", "product"), ("window", "inventory")} | polls | clean
    lifecycle.pause("ONE", "ann")
    assert jobs() == polls | clean
    connectors.need_attention("ONE", "Refused.")
    assert jobs() == clean
    lifecycle.stop("ONE", "ann")
    assert jobs() == clean


def test_an_archived_connector_starts_nothing(app: Flask) -> None:
    from sqlalchemy import update

    from connector.db import db
    from connector.setup.rows import TABLE

    started()
    with db.write() as connection:
        connection.execute(update(TABLE).values(archived=True))
    assert schedules.all_active(utcnow()) == [] and connectors.all() == []


def test_every_entity_has_a_poll_in_each_direction_in_which_it_travels() -> None:
    from connector.sync.catalogue import SYNCS

    assert {(entity, to) for entity, to, _ in schedules.POLLS} >= {(sync.entity, sync.direction) for sync in SYNCS}
    assert all(cron.normal(each) == each for _, _, each in schedules.POLLS)


def test_an_entity_that_is_ticked_later_gets_its_schedules_when_it_is_saved(any_app: Flask) -> None:
    started(entities={"price": False})
    before = {(each.job, each.entity) for each in schedules.of("ONE")}
    assert ("poll", "price") not in before
    connectors.save("ONE", {"entities": {"price": True}}, user="ann", revision=connectors.get("ONE").revision)
    new = {(each.job, each.entity) for each in schedules.of("ONE")} - before
    assert new == {("window", "price"), ("poll", "price")}


# --- Auto Cron ---------------------------------------------------------------------------------------------------

CHOSEN = [
    ("hourly", "07:20:00", "20 * * * *", "00:20:00"),
    ("daily", "07:20", "20 7 * * *", "07:20:00"),
    ("weekly", "23:59:59", "59 23 * * sun", "23:59:00"),
    ("monthly", "0:05:00", "5 0 1 * *", "00:05:00"),
]


@pytest.mark.parametrize(("frequency", "start", "stored", "shown"), CHOSEN)
def test_a_frequency_and_a_start_time_become_a_cron_expression_and_back(
    any_app: Flask, frequency: str, start: str, stored: str, shown: str
) -> None:
    started()
    said = auto.set_auto("ONE", "price", "erp_to_store", True, start, frequency, user="bob")
    assert said == [f"cron of price from */5 * * * * to {stored}"]
    assert auto.auto("ONE", "price") == auto.Auto(True, shown, frequency, stored)
    CronTrigger.from_crontab(stored)
    assert auto.set_auto("ONE", "price", "erp_to_store", True, start, frequency, user="bob") == []
    assert logged("ONE")[-1].user == "bob" and details(logged("ONE")[-1])["new"] == stored


def test_what_was_typed_on_the_schedulers_page_shows_as_custom_and_is_kept(any_app: Flask) -> None:
    poll = next(each for each in started() if (each.job, each.entity) == ("poll", "price"))
    schedules.save(poll.id, cron="*/7 2 * * mon-fri", active=True, user="bob")
    shown = auto.auto("ONE", "price")
    assert (shown.frequency, shown.cron) == ("custom", "*/7 2 * * mon,tue,wed,thu,fri")
    assert auto.set_auto("ONE", "price", "", False, "01:00:00", "custom") == ["Auto Cron of price from on to off"]
    assert auto.auto("ONE", "price").cron == "*/7 2 * * mon,tue,wed,thu,fri"


def test_the_day_of_a_weekly_or_monthly_launch_is_kept(app: Flask) -> None:
    poll = next(each for each in started() if (each.job, each.entity) == ("poll", "price"))
    schedules.save(poll.id, cron="0 4 * * thu", active=True, user="bob")
    auto.set_auto("ONE", "price", "", True, "05:30:00", "weekly")
    assert auto.auto("ONE", "price").cron == "30 5 * * thu"
    schedules.save(poll.id, cron="0 4 15 * *", active=True, user="bob")
    auto.set_auto("ONE", "price", "", True, "05:30:00", "monthly")
    assert auto.auto("ONE", "price").cron == "30 5 15 * *"


def test_auto_cron_of_an_entity_without_a_schedule_makes_one(any_app: Flask) -> None:
    make()
    assert auto.auto("ONE", "order") == auto.Auto()
    auto.set_auto("ONE", "order", "store_to_erp", True, "00:10:00", "hourly", user="bob")
    assert auto.auto("ONE", "order").cron == "10 * * * *"
    assert [(each.job, each.entity, each.direction) for each in schedules.of("ONE")] == [
        ("poll", "order", "store_to_erp")
    ]


@pytest.mark.parametrize(
    ("start", "frequency", "field"),
    [("25:00", "daily", "start_time"), ("soon", "daily", "start_time"), ("", "hourly", "start_time"),
     ("01:00", "yearly", "frequency"), ("01:00", "custom", "frequency"), ("٠١:٠٠", "daily", "start_time")],
)  # fmt: skip
def test_a_wrong_start_time_or_frequency_is_refused_by_field(
    app: Flask, start: str, frequency: str, field: str
) -> None:
    make()
    with pytest.raises(Invalid) as refused:
        auto.set_auto("ONE", "order", "store_to_erp", True, start, frequency)
    assert set(refused.value.errors) == {field}
    assert schedules.of("ONE") == []


def test_the_next_runs_keep_to_start_and_expiry() -> None:
    at = datetime(2026, 5, 4, 12, 3, tzinfo=UTC)
    five = scheduler.next_runs("*/5 * * * *", at)
    assert [f"{each:%H:%M}" for each in five] == ["12:05", "12:10", "12:15", "12:20", "12:25"]
    starts = scheduler.next_runs("0 1 * * *", at, 2, starts_on=at + timedelta(days=3))
    assert [f"{each:%d %H:%M}" for each in starts] == ["08 01:00", "09 01:00"]
    assert len(scheduler.next_runs("0 1 * * *", at, expires_on=at + timedelta(days=2))) == 2
    assert scheduler.next_runs("0 0 30 2 *", at) == []
