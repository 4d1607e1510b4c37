"""The life cycle: every step is asked with numbers first, and done once."""

from __future__ import annotations

import re

from connector.errors import Fail
from connector.setup import connectors, schedules
from connector.systems.base import Check
from tests.web import seed
from tests.web.conftest import StandIn
from tests.web.people import Client
from tests.web.sent import DEMO


def test_the_whole_life_of_a_connector(admin: Client, demo: StandIn) -> None:
    asked = admin.get(DEMO + "/initialize").text
    assert "Initialize all features of Demo shop?" in asked and 'name="schedules" value="1" checked' in asked
    assert connectors.get("DEMO").state == "new", "asking changes nothing"
    assert admin.post(DEMO + "/initialize", data={"schedules": "1"}).status_code == 303
    page = admin.get(DEMO).text
    assert "Demo shop is initialized." in page and "Message table: 3 queues, 0 messages wait." in page
    assert all(schedule.active for schedule in schedules.of("DEMO")) and len(schedules.of("DEMO")) == 7
    for number in range(3):
        seed.message(f"K{number}")
    assert "3 messages wait now: what waits is kept" in admin.get(DEMO + "/pause").text
    admin.post(DEMO + "/pause")
    assert connectors.get("DEMO").state == "paused"
    admin.post(DEMO + "/stop")
    assert "3 messages wait from before the stop." in admin.get(DEMO + "/activate").text
    admin.post(DEMO + "/activate", data={"waiting": "send"})
    assert connectors.get("DEMO").state == "active"
    admin.post(DEMO + "/stop")
    assert "3 messages wait and would be given up" in admin.get(DEMO + "/uninstall").text
    admin.post(DEMO + "/uninstall")
    assert connectors.get("DEMO").state == "new" and schedules.of("DEMO") == []
    assert seed.statuses() == {"skipped": 3}
    assert demo.refreshed == 6


def test_after_a_stop_what_waited_can_be_given_up(admin: Client, demo: StandIn) -> None:
    admin.post(DEMO + "/initialize", data={"schedules": "1"})
    admin.post(DEMO + "/stop")
    for status in ("pending", "waiting", "held", "failed"):
        seed.message(f"K-{status}", status)
    admin.post(DEMO + "/activate", data={"waiting": "discard"})
    assert seed.statuses() == {"skipped": 3, "failed": 1}


def test_initialization_can_leave_the_schedules_off(admin: Client, demo: StandIn) -> None:
    admin.post(DEMO + "/initialize", data={})
    assert not any(schedule.active for schedule in schedules.of("DEMO"))


def test_a_failing_check_stops_initialization_and_is_shown(admin: Client, demo: StandIn) -> None:
    demo.check = Check(ok=False, problem="It does not answer.")
    answer = admin.post(DEMO + "/initialize", data={"schedules": "1"})
    assert answer.status_code == 422
    assert "Not initialized." in answer.text and "It does not answer." in answer.text
    assert connectors.get("DEMO").state == "new"


def test_what_the_state_forbids_is_refused_with_a_sentence(admin: Client, demo: StandIn) -> None:
    assert admin.get(DEMO + "/uninstall").status_code == 303
    assert "Uninstall is not possible now" in admin.get(DEMO).text
    assert admin.post(DEMO + "/uninstall").status_code == 303
    assert "has to be stopped" in admin.get(DEMO).text
    assert re.search(r'id="do-uninstall"[^>]*disabled', admin.get(DEMO).text)


def test_the_last_action_is_stamped(admin: Client, demo: StandIn) -> None:
    admin.post(DEMO + "/initialize", data={})
    assert re.search(r"Last action: Initialized by olga", admin.get(DEMO).text)


def test_the_features_can_be_tested_without_changing_anything(admin: Client, demo: StandIn) -> None:
    before = connectors.get("DEMO")
    page = admin.post(DEMO + "/features").text
    assert page.count("Well") == 3 and "All is well." in page
    demo.check = Fail("No.", help="Ask.")
    page = admin.post(DEMO + "/features").text
    assert "Something is wrong" in page and "No. Ask." in page
    assert connectors.get("DEMO") == before
