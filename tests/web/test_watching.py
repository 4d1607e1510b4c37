"""Brake, reconciliation and alerts as pages: who sees what, what a decision needs, what a file holds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from flask import Flask

from connector import events
from connector.clock import CLOCK
from connector.queue.lanes import Lane
from connector.records import INVENTORY
from connector.setup import connectors
from connector.sync.brake import ZERO, Danger
from connector.watch import alerts, brakes, drift
from connector.watch.comparing import DIFFERENT, IN_STEP, MISSING_ERP, MISSING_STORE, Found
from connector.watch.models import APPROVED, REJECTED
from tests import rows
from tests.web import seed
from tests.web.operating import statements
from tests.web.people import Client

DEMO = "/connectors/DEMO"


class Desk:
    """Keeps what the engine was asked."""

    bell = None

    def __init__(self) -> None:
        self.asked: list[tuple[Any, ...]] = []
        self.free = True

    def refresh(self) -> None:
        return None

    def compare(self, id: str, entity: str, mode: str, *, user: str, days: int) -> int | None:
        self.asked.append((id, entity, mode, user, days))
        return drift.begin(id, entity, mode, user) if self.free else None

    def repair(self, number: int, *, user: str, ids: Sequence[int]) -> None:
        self.asked.append((number, user, list(ids)))

    def try_alert(self, id: str, *, user: str) -> bool:
        self.asked.append((id, user))
        return True


@pytest.fixture
def desk(app: Flask) -> Desk:
    seed.configured("DEMO")
    desk = app.extensions["engine"] = Desk()
    return desk


def question(number: int = 3) -> int:
    lane = Lane("DEMO", INVENTORY, "erp_to_store")
    held = [Danger(f"A{n}", ZERO, "quantity", "7", "0", None) for n in range(number)]
    row = brakes._put_aside(lane, held, True, 1, 10, CLOCK.now())
    for danger in held:
        rows.message(key=danger.key, entity=INVENTORY, status="held", code=brakes.code(row.id), settled_at=CLOCK.now())
    return int(row.id)


def test_a_question_shows_the_worst_and_is_let_go_with_a_reason(desk: Desk, operator: Client) -> None:
    number = question()
    listed = operator.get(f"{DEMO}/brake").text
    assert "Inventory: 3 held" in listed and "3 would fall to nothing (of 10 records" in listed
    shown = operator.get(f"{DEMO}/brake/{number}").text
    assert "A0" in shown and "to nothing" in shown and "Let 3 go" in shown
    answer = operator.post(f"{DEMO}/brake/{number}/approve", data={"hours": "1", "reason": "stock-taking"})
    assert answer.status_code == 303
    row = brakes.find(number)
    assert (row.state, row.user, row.reason) == (APPROVED, "otto", "stock-taking") and row.free_until is not None
    assert events.latest(action=brakes.ACTION, user="otto")
    assert "stock-taking" in operator.get(f"{DEMO}/brake/{number}").text
    again = operator.post(f"{DEMO}/brake/{number}/reject", data={"reason": "no"}, follow_redirects=True)
    assert "Somebody has decided this already" in again.text and brakes.find(number).state == APPROVED


def test_giving_up_needs_a_reason_and_keeps_what_was_typed(desk: Desk, operator: Client) -> None:
    number = question()
    refused = operator.post(f"{DEMO}/brake/{number}/reject", data={"reason": ""})
    assert refused.status_code == 422 and "Say why" in refused.text
    assert operator.post(f"{DEMO}/brake/{number}/approve", data={"hours": "99"}).status_code == 400
    operator.post(f"{DEMO}/brake/{number}/reject", data={"reason": "a mistake"})
    assert brakes.find(number).state == REJECTED


def test_a_viewer_sees_the_question_and_cannot_decide(desk: Desk, viewer: Client) -> None:
    number = question()
    shown = viewer.get(f"{DEMO}/brake/{number}").text
    assert "An operator has to decide" in shown and "Let 3 go" not in shown
    assert viewer.get("/connectors/OTHER/brake/1").status_code == 404
    assert viewer.get(f"{DEMO}/brake/999").status_code == 404


@pytest.fixture
def compared(desk: Desk) -> int:
    number = drift.begin("DEMO", "price", "full", "ann")
    found = [
        Found("MUG", DIFFERENT, [("price", "10", "1"), ("special_price", "9", "")], "A mug"),
        Found("CUP", MISSING_STORE, [], "never sent"),
        Found("=POT", MISSING_ERP, []),
    ]
    drift.save(number, 100, found, 2)
    drift.finish(number)
    return number


def test_a_comparison_shows_what_differs_by_field_and_filters_it(compared: int, operator: Client) -> None:
    here = f"{DEMO}/drift/{compared}"
    shown = operator.get(here).text
    assert "Price: 96.93 % in step" in shown and "Missing in the store" in shown and "Repair all 2" in shown
    assert f'href="{here}?field=price"' in shown, "each bar is a link to its records"
    only = operator.get(f"{here}?kind=missing_store").text
    assert "CUP" in only and "MUG" not in only
    assert "MUG" in operator.get(f"{here}?field=special_price").text
    assert operator.get(f"{here}?kind=nonsense").status_code == 422
    listed = operator.get(f"{DEMO}/drift").text
    assert "96.93 % in step" in listed and "Out of step over time" in listed


def test_the_file_has_a_line_for_each_field_and_no_formulas(compared: int, viewer: Client) -> None:
    lines = viewer.get(f"{DEMO}/drift/{compared}.csv").text.splitlines()
    assert lines[0] == "Record,State,Field,Should be,Is,Note,Repaired"
    assert lines[1:] == [
        "'=POT,Missing in the ERP,,,,,",
        "CUP,Missing in the store,,,,never sent,",
        "MUG,Different,price,10,1,A mug,",
        "MUG,Different,special_price,9,,A mug,",
    ]


def test_one_click_repairs_all_and_a_tick_only_one(desk: Desk, compared: int, operator: Client) -> None:
    operator.post(f"{DEMO}/drift/{compared}/repair", data={"scope": "all"})
    (first, *_) = [row for row in drift.differences(compared) if row.key == "MUG"]
    operator.post(f"{DEMO}/drift/{compared}/repair", data={"scope": "selected", "id": str(first.id)})
    nothing = operator.post(f"{DEMO}/drift/{compared}/repair", data={"scope": "selected"}, follow_redirects=True)
    assert "Tick records first" in nothing.text
    assert desk.asked == [(compared, "otto", []), (compared, "otto", [first.id])]


def test_compare_now_starts_it_and_checks_what_was_typed(desk: Desk, operator: Client, viewer: Client) -> None:
    def post(**form: str) -> Any:
        return operator.post(f"{DEMO}/drift/compare", data={"entity": "price", "mode": "sample", "days": "", **form})

    assert "/drift/1" in post().headers["Location"]
    wrong = post(days="many")
    assert wrong.status_code == 422 and 'value="many"' in wrong.text
    assert post(entity="image").status_code == post(mode="half").status_code == 400
    desk.free = False
    assert post(days="3").headers["Location"].endswith("/drift")
    assert desk.asked == [("DEMO", "price", "sample", "otto", 0), ("DEMO", "price", "sample", "otto", 3)]
    assert viewer.post(f"{DEMO}/drift/compare", data={"entity": "price", "mode": "full"}).status_code == 403
    assert "Compare now" not in viewer.get(f"{DEMO}/drift").text


def test_orders_are_listed_with_the_status_of_both_sides(desk: Desk, viewer: Client) -> None:
    number = drift.begin("DEMO", "order", "full", "ann")
    found = [
        Found("000001", IN_STEP, [("status", "Open", "processing")], "SO/SO000001"),
        Found("000002", MISSING_ERP, [("status", "", "pending")], "The total does not add up."),
    ]
    drift.save(number, 2, found)
    drift.finish(number)
    shown = viewer.get(f"{DEMO}/drift/{number}").text
    assert "SO/SO000001" in shown and "Missing in the ERP" in shown and "does not add up" in shown


def test_the_alerts_page_says_who_is_told_and_tries_the_channels(desk: Desk, operator: Client) -> None:
    assert "Nobody is told" in operator.get(f"{DEMO}/alerts").text
    operator.post(f"{DEMO}/alerts/try")
    assert desk.asked == []
    chosen = {"alert": {"mail": ["ann@example.com"], "apprise": "nonsense://x"}}
    connectors.save("DEMO", chosen, user="ann", revision=connectors.get("DEMO").revision)
    rows.message(status="failed", code="x", reason="Refused.", entity="price")
    alerts.step(connectors.get("DEMO"), lambda note: True, CLOCK.now())
    shown = operator.get(f"{DEMO}/alerts").text
    assert "price: " in shown and "Nobody is told" not in shown and "nobody knows address 1" in shown
    assert "no mail server" in shown
    operator.post(f"{DEMO}/alerts/try")
    assert desk.asked == [("DEMO", "otto")]


def test_each_page_asks_the_database_a_fixed_number_of_times(desk: Desk, viewer: Client) -> None:
    def asked() -> list[int]:
        found = []
        for page in ("drift", "brake", "alerts", "drift/1"):
            with statements() as seen:
                viewer.get(f"{DEMO}/{page}")
            found.append(len(seen))
        return found

    number = drift.begin("DEMO", "price", "full", "ann")
    before = asked()
    drift.save(number, 60, [Found(f"K{n}", DIFFERENT, [("price", "1", "2")]) for n in range(60)])
    question(5)
    assert asked() == before and max(before) < 16
