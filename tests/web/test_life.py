"""The life cycle: every step is asked with numbers first, and done once; the grid shows what was made."""

from __future__ import annotations

import csv
import io
import re

import pytest

from connector.db import db
from connector.errors import Fail
from connector.setup import activities, connectors, lifecycle, schedules
from connector.setup.lifecycle import Probe
from connector.sync import notifications
from connector.sync.catalogue import SYNCS
from connector.systems.base import Check, Feature, Push
from tests.web import seed
from tests.web.conftest import StandIn
from tests.web.people import Client
from tests.web.sent import DEMO

LIF_03 = ("PRODUCT", "PRICING", "QUANTITY", "PRODSTATUS", "PRODUCTDEPENDENCIES", "ITEMSALESCATEGORY", "CUSTOMER")


def stop(admin: Client) -> None:
    admin.post(DEMO + "/deactivate", data={"kind": "stop"})


def test_the_whole_life_of_a_connector(admin: Client, demo: StandIn) -> None:
    asked = admin.get(DEMO + "/initialize").text
    assert "Initialize all features of Demo shop?" in asked and 'name="schedules" value="1" checked' in asked
    assert connectors.get("DEMO").state == "new", "asking changes nothing"
    answer = admin.post(DEMO + "/initialize", data={"schedules": "1"})
    assert (answer.status_code, answer.location) == (303, DEMO + "/activity")
    page = admin.get(DEMO + "/activity").text
    assert "Demo shop is being initialized" in page and "It can be read and written" in page
    assert all(schedule.active for schedule in schedules.of("DEMO")) and schedules.of("DEMO")
    for number in range(3):
        seed.message(f"K{number}")
    assert "3 messages wait now: what waits is kept" in admin.get(DEMO + "/deactivate").text
    admin.post(DEMO + "/deactivate", data={"kind": "pause"})
    assert connectors.get("DEMO").state == "paused"
    stop(admin)
    assert "3 messages wait from before the stop." in admin.get(DEMO + "/activate").text
    admin.post(DEMO + "/activate", data={"waiting": "send"})
    assert connectors.get("DEMO").state == "active"
    stop(admin)
    assert "3 messages wait and would be given up" in admin.get(DEMO + "/uninstall").text
    admin.post(DEMO + "/uninstall")
    assert connectors.get("DEMO").state == "new" and schedules.of("DEMO") == []
    assert seed.statuses() == {"skipped": 3}
    assert demo.refreshed == 6


def test_the_grid_has_the_documented_rows_and_columns(admin: Client, demo: StandIn) -> None:
    """LIF-02, LIF-03, LIF-08: checks first, a queue for each kind, utilization is the number of pending messages."""
    admin.post(DEMO + "/initialize", data={"schedules": "1"})
    for number in range(7):
        seed.message(f"K{number}", entity="price")
    seed.message("gone", "failed", entity="price")
    table = list(csv.reader(io.StringIO(admin.get(DEMO + "/activity.csv").text.lstrip("\ufeff"))))
    assert table[0][:4] == ["Activity", "Created", "Queue utilization", "Activation status"]
    names = [row[0] for row in table[1:]]
    assert names[:3] == ["Message table", "Acumatica endpoint", "Magento 2 API"]
    assert {f"Queue for {kind}" for kind in (*LIF_03, "SALESORDER")} <= set(names)
    assert len([name for name in names if name.startswith("Queue for ")]) == len(SYNCS)
    rows = {row[0]: row for row in table[1:]}
    assert rows["Queue for PRICING"][2:4] == ["7", "Active"] and rows["Queue for PRODUCT"][2] == "0"
    page = admin.get(DEMO + "/activity").text
    for head in ("Activity", "Created", "Queue utilization", "Activation status"):
        assert f">{head}</th>" in page


def test_the_grid_shows_how_things_stand_now(admin: Client, viewer: Client, demo: StandIn) -> None:
    demo.erp.queries = {"CC Prices"}
    admin.post(DEMO + "/initialize", data={})
    page = admin.get(DEMO + "/activity").text
    assert re.search(r"GI for PRICING.*?Active.*?CC Prices is active", page, re.S)
    assert re.search(r"GI for PRODUCT<.*?Not there.*?is not there over OData", page, re.S), "not an error: it is polled"
    admin.post(DEMO + "/deactivate", data={"kind": "pause"})
    page = viewer.get(DEMO + "/activity").text
    assert re.search(r"Queue for PRICING.*?Collects, does not send", page, re.S)
    assert re.search(r"Schedule window price.*?Off", page, re.S) and "do-deactivate" not in page


def test_the_grid_knows_when_a_notification_was_heard(admin: Client, demo: StandIn) -> None:
    admin.post(DEMO + "/initialize", data={})
    assert re.search(r"PN for PRICING.*?No secret", admin.get(DEMO + "/activity").text, re.S)
    admin.post(DEMO + "/guide/secret")
    assert re.search(r"PN for PRICING.*?Listening.*?nothing was heard yet", admin.get(DEMO + "/activity").text, re.S)
    with db.write() as connection:
        notifications.accept(connection, "DEMO", "acumatica", Push("1", "cc prices", 1, ()), "{}", "accepted")
    assert re.search(r"PN for PRICING.*?Active.*?last heard", admin.get(DEMO + "/activity").text, re.S)


def test_the_grid_is_asked_again_while_it_is_being_made_and_not_after(admin: Client, demo: StandIn) -> None:
    lifecycle.begin("DEMO", [Probe("Message table", lambda: (True, "Ready."))])
    part = admin.part(DEMO + "/activity").text
    assert 'hx-trigger="every 1s"' in part and "Waiting" in part and "<h1>" not in part
    assert admin.get(DEMO + "/initialize").status_code == 303, "nobody starts a second one"
    activities.settle("DEMO", "Message table", True, "Ready.")
    assert "hx-trigger" not in admin.part(DEMO + "/activity").text


def test_after_a_stop_what_waited_can_be_given_up(admin: Client, demo: StandIn) -> None:
    admin.post(DEMO + "/initialize", data={"schedules": "1"})
    stop(admin)
    for status in ("pending", "waiting", "held", "failed"):
        seed.message(f"K-{status}", status)
    admin.post(DEMO + "/activate", data={"waiting": "discard"})
    assert seed.statuses() == {"skipped": 3, "failed": 1}


def test_deactivate_wants_a_choice_and_preselects_none(admin: Client, demo: StandIn) -> None:
    """LIF-11, CONFLICTS 11: without scripts the server says so."""
    admin.post(DEMO + "/initialize", data={})
    page = admin.get(DEMO + "/deactivate").text
    assert page.count('type="radio"') == 2 and " checked" not in page.split('id="kind-pause"')[1]
    for data in ({}, {"kind": ""}, {"kind": "both"}):
        answer = admin.post(DEMO + "/deactivate", data=data)
        assert answer.status_code == 422 and "Choose one of the two." in answer.text
        assert connectors.get("DEMO").state == "active"
    admin.post(DEMO + "/deactivate", data={"kind": "pause"})
    assert "It is paused already." in admin.get(DEMO + "/deactivate").text


def test_initialization_can_leave_the_schedules_off(admin: Client, demo: StandIn) -> None:
    admin.post(DEMO + "/initialize", data={})
    assert not any(schedule.active for schedule in schedules.of("DEMO"))


def test_a_failing_check_stops_initialization_and_is_shown(admin: Client, demo: StandIn) -> None:
    demo.check = Check(ok=False, problem="It does not answer.")
    admin.post(DEMO + "/initialize", data={"schedules": "1"})
    page = admin.get(DEMO + "/activity").text
    assert "Not initialized." in page and "It does not answer." in page and "Queue for" not in page
    assert connectors.get("DEMO").state == "new" and schedules.of("DEMO") == []


@pytest.mark.parametrize("ticked", [True, False])
def test_a_needed_entity_that_the_endpoint_lacks_stops_initialization(
    admin: Client, demo: StandIn, ticked: bool
) -> None:
    """INS-03, INS-01: required is what a ticked entity needs; the rest is only told."""
    demo.erp.found = [Feature("StorageDetailsInquiry", False, ("inventory" if ticked else "shipment",))]
    admin.post(DEMO + "/initialize", data={})
    page = admin.get(DEMO + "/activity").text
    assert (connectors.get("DEMO").state == "new") == ticked
    told = "lacks StorageDetailsInquiry (for inventory)" if ticked else "Not there: StorageDetailsInquiry"
    assert told in page


def test_a_store_without_bulk_routes_is_told_about(admin: Client, demo: StandIn) -> None:
    """INS-04."""
    demo.check = Check(ok=True, facts=(("Bulk API", "no"),))
    admin.post(DEMO + "/initialize", data={})
    assert "They do not answer (no): the synchronous routes are used." in admin.get(DEMO + "/activity").text


def test_what_the_state_forbids_is_refused_with_a_sentence(admin: Client, demo: StandIn) -> None:
    assert admin.get(DEMO + "/uninstall").status_code == 303
    assert "Uninstall is not possible now" in admin.get(DEMO).text
    assert admin.post(DEMO + "/uninstall").status_code == 303
    assert "has to be stopped" in admin.get(DEMO).text
    assert re.search(r'id="do-uninstall"[^>]*disabled', admin.get(DEMO).text)
    admin.post(DEMO + "/deactivate", data={"kind": "pause"})
    assert "it has to be active" in admin.get(DEMO).text


def test_the_last_action_is_stamped(admin: Client, demo: StandIn) -> None:
    admin.post(DEMO + "/initialize", data={})
    assert re.search(r"Last action: Initialized by olga", admin.get(DEMO).text)
    assert re.search(r"Last action: Initialized by olga, <time", admin.get(DEMO + "/activity").text)


def test_the_features_can_be_tested_without_changing_anything(admin: Client, demo: StandIn) -> None:
    before = connectors.get("DEMO")
    page = admin.post(DEMO + "/features").text
    assert page.count("Well") == 6 and "All is well." in page and "Queue for" not in page
    demo.check = Fail("No.", help="Ask.")
    page = admin.post(DEMO + "/features").text
    assert "Something is wrong" in page and "No. Ask." in page
    assert connectors.get("DEMO") == before and activities.of("DEMO") == []


def test_an_export_holds_no_formula(admin: Client, demo: StandIn) -> None:
    demo.check = Check(ok=False, problem="=HYPERLINK(1)")
    admin.post(DEMO + "/initialize", data={})
    assert "'=HYPERLINK(1)" in admin.get(DEMO + "/activity.csv").text


def test_a_queue_of_a_way_that_is_not_chosen_neither_collects_nor_sends(admin: Client, demo: StandIn) -> None:
    lifecycle.initialize("DEMO", "olga")
    page = re.sub(r"<[^>]+>", " ", admin.get(DEMO).text)
    found = dict(re.findall(r"(Queue for PRODUCT(?: from the store)?)\s+0\s+(yes|no)\s+", page))
    assert found == {"Queue for PRODUCT": "yes", "Queue for PRODUCT from the store": "no"}
