"""The mail report: once for each run in which something failed, to all readers, with its causes."""

from __future__ import annotations

import threading
from types import SimpleNamespace
from typing import Any

import pytest
from flask import Flask

from connector.clock import FakeClock
from connector.engine.jobs import Jobs
from connector.errors import Fail, Skip
from connector.queue.scheduler import JobRun
from connector.queue.wake import Bell
from connector.queue.working.policy import Policy
from connector.setup import settings as sections
from connector.watch import mail, report
from tests import rows
from tests.queueing import LANE, Script, attempts, put, window

ON = {"report": True, "recipients": ["shop@example.com", "erp@example.com"], "template": "summary"}
Sent = list[tuple[list[str], str, str]]


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> Sent:
    found: Sent = []

    def send(to: list[str], subject: str, text: str) -> bool:
        found.append((list(to), subject, text))
        return True

    monkeypatch.setattr(mail, "send", send)
    return found


def failing_run(count: int = 7) -> int:
    run = rows.run(status="error", failed=count, done=count + 1, succeeded=1, finished_at=rows.START)
    for n in range(count):
        code = "magento.url_key_taken" if n else "bug.KeyError"
        message = rows.message(key=f"M{n}", status="failed", code=code)
        rows.attempt(message_id=message, run_id=run, key=f"M{n}", outcome="failed", summary="No.", level="error")
    return run


def test_a_run_in_which_something_failed_is_mailed_once_to_all(app: Flask, sent: Sent) -> None:
    run = failing_run()
    assert report.send("DEMO", ON, run)
    [(to, subject, text)] = sent
    assert to == ["shop@example.com", "erp@example.com"] and subject == "DEMO: 7 price messages failed"
    assert "6 x magento.url_key_taken: No.\n    M6, M5, M4, M3, M2 and 1 more" in text
    assert "1 x bug.KeyError: No.\n    M0\n" in text and f"/log/runs/{run}" in text
    assert "M1" not in text, "the summary names five of a cause"


def test_the_template_says_whether_every_record_is_named(app: Flask, sent: Sent) -> None:
    report.send("DEMO", {**ON, "template": "records"}, failing_run())
    assert "M1: No." in sent[0][2]


def test_nothing_is_mailed_where_it_is_off_or_nothing_failed(app: Flask, sent: Sent) -> None:
    assert not report.send("DEMO", {**ON, "report": False}, failing_run())
    assert not report.send("DEMO", ON, rows.run(done=3, succeeded=3))
    assert not report.send("DEMO", ON, None) and not report.send("DEMO", ON, 4711)
    assert sent == []


def test_a_window_mails_at_its_end(app: Flask, sent: Sent, monkeypatch: pytest.MonkeyPatch, clock: FakeClock) -> None:
    """One mail for the run of a window, however many of its messages failed."""
    put(clock, "A", "B", "C")
    config = SimpleNamespace(id="DEMO", section=lambda name: {"log": ON}.get(name, {}))
    connections: Any = SimpleNamespace(config=lambda id: config)
    worker: Any = SimpleNamespace(work=Script(lambda message: Fail("No.", code="a")))
    monkeypatch.setattr("connector.engine.jobs.policy", lambda *_: Policy())
    jobs = Jobs(app, connections, worker, Bell(), clock)
    jobs._window(LANE, JobRun("w", clock, Bell(), threading.Event()))
    assert [subject for _, subject, _ in sent] == ["DEMO: 3 price messages failed"]


def test_what_is_switched_off_writes_no_line(app: Flask, clock: FakeClock) -> None:
    """LOG-14: outcomes of a lane in the policy's quiet set."""
    put(clock, "A", "B", "C")
    words = {"A": None, "B": Skip("Unchanged."), "C": Fail("No.", code="a")}
    window(clock, Script(lambda message: words[message.key]), Policy(quiet=frozenset({"skipped"}), threshold=25))
    assert sorted(row["key"] for row in attempts() if row["kind"] != "batch") == ["A", "C"]


@pytest.mark.parametrize(
    ("values", "wrong"),
    [
        ({"report": True}, "is required when"),
        ({"recipients": "nobody"}, "which is no mail address"),
        ({"actions": ["nothing"]}, "has no choice 'nothing'"),
    ],
)
def test_wrong_settings_are_told(values: dict[str, Any], wrong: str) -> None:
    _, errors = sections.LOG.clean(values)
    assert any(wrong in sentence for sentence in errors.values())
    cleaned, errors = sections.LOG.clean({"report": True, "recipients": "a@b.example, c@d.example"})
    assert cleaned["recipients"] == ["a@b.example", "c@d.example"] and not errors
