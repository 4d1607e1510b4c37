"""The audit trail, the exports of every log page, clearing and flushing, help and about."""

from __future__ import annotations

import csv
import io
import re

import pytest
from flask import Flask
from sqlalchemy import select

from connector import events
from connector.db import db, utcnow
from connector.queue.models import Attempt
from connector.setup import grants, users
from connector.sync.models import Notification
from tests import rows
from tests.web import seed
from tests.web.conftest import StandIn
from tests.web.operating import shows, text_of
from tests.web.people import Client
from tests.web.sent import DEMO


def table(answer_text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(answer_text)))


def cells_of(html: str) -> list[list[str]]:
    body = html[html.index("<tbody>") : html.index("</tbody>")] if "<tbody>" in html else ""
    found = re.findall(r"<tr>(.*?)</tr>", body, re.DOTALL)
    return [[text_of(cell) for cell in re.findall(r"<td[^>]*>(.*?)</td>", line, re.DOTALL)] for line in found]


def changed(
    field: str = "queue.retry_count", old: str = "3", new: str = "5", user: str = "olga", at: str = "DEMO"
) -> None:
    details = {"field": field, "old": old, "new": new, "label": "Retry count", "plugin": "magento"}
    events.record("Configuration", f"{field} from {old} to {new}.", connector_id=at, user=user, details=details)


def test_what_people_did_is_shown_with_field_old_and_new(admin: Client, demo: StandIn) -> None:
    changed()
    events.record("Data Retrieval", "The house did this by itself.", connector_id="DEMO")
    page = admin.get("/audit").text
    first = cells_of(page)[0]
    assert first[1:4] == ["olga", "Configuration", "DEMO"]
    assert first[4].startswith("queue.retry_count from 3 to 5.") and first[5:7] == ["3", "5"]
    assert "by itself" not in page and "magento" in page
    assert shows(page, admin.part("/audit").text)


def test_a_saved_setting_keeps_who_from_where_and_masks_secrets(admin: Client, demo: StandIn) -> None:
    admin.post(DEMO + "/secret")
    lines = [cells_of(admin.get("/audit").text)[0]]
    assert all(line[1] == "olga" and line[7:] == ["Done", "127.0.0.1"] for line in lines)
    text = admin.get("/audit/audit.csv").text
    assert "erp password" not in text and "store token" not in text


@pytest.mark.parametrize(
    ("query", "number"),
    [("user=olga", 1), ("user=otto", 1), ("user=nobody", 0), ("connector=OTHER", 1), ("action=People", 0),
     ("text=retry", 2), ("from_date=2999-01-01", 0)],
)  # fmt: skip
def test_the_trail_is_filtered_and_exported_with_the_same_filter(
    app: Flask, admin: Client, query: str, number: int
) -> None:
    changed()
    changed(user="otto", at="OTHER")
    assert len(cells_of(admin.get(f"/audit?{query}").text)) == number
    exported = table(admin.get(f"/audit/audit.csv?{query}").text)
    assert exported[0][:3] == ["Date", "Time", "User"] and len(exported) == number + 1


def test_the_trail_is_paged_and_exported_whole(app: Flask, admin: Client) -> None:
    for number in range(60):
        changed(new=str(number))
    older = re.search(r'rel="next" href="([^"]+)"', admin.get("/audit").text)
    assert older is not None and len(cells_of(admin.get(older.group(1)).text)) == 10
    assert len(table(admin.get("/audit/audit.csv").text)) == 61


@pytest.mark.parametrize("query", ["action=dance", "from_date=x", "from_date=2026-02-02&to_date=2026-02-01"])
def test_a_wrong_filter_is_said_at_its_field(admin: Client, query: str) -> None:
    answer = admin.get(f"/audit?{query}")
    assert answer.status_code == 422 and 'class="field-error"' in answer.text
    assert admin.get(f"/audit/audit.csv?{query}").status_code == 400


def test_the_trail_is_for_administrators(viewer: Client, operator: Client) -> None:
    events.record("Sign-in", "Signed in.", user="olga")
    for browser in (viewer, operator):
        assert browser.get("/audit").status_code == browser.get("/audit/audit.csv").status_code == 403
        assert "Signed in." not in browser.get("/log/events").text + browser.get("/log/events.csv").text
        assert browser.get("/log/events?action=Sign-in").status_code == 422


# --- exports ----------------------------------------------------------------------------------------------------


def notification() -> None:
    with db.saving() as session:
        session.add(Notification(connector_id="DEMO", push_id="1", query="=CC Prices", body='{"a": 1}', changes=1))


def test_every_log_page_exports_what_its_filter_finds(app: Flask, viewer: Client) -> None:
    seed.connector()
    rows.run(entity="price")
    rows.run(entity="product", status="error")
    events.record("Configuration", "=SUM(A1)", connector_id="DEMO", user="olga")
    events.record("Initialization", "Activated.", connector_id="OTHER")
    notification()
    runs = table(viewer.get("/log/runs.csv?status=error").text)
    assert runs[0][:4] == ["Code", "Connector", "Created", "Scheduled"] and [line[0] for line in runs[1:]] == [
        "product"
    ]
    found = table(viewer.get("/log/events.csv?connector=DEMO").text)
    assert [line[2] for line in found[1:]] == ["'=SUM(A1)"], "no cell is a formula"
    notes = table(viewer.get("/notifications/notifications.csv").text)
    assert notes[1][1] == "'=CC Prices" and '{"a"' not in str(notes)
    for path in ("/log/runs", "/log/events", "/notifications"):
        assert 'id="export"' in viewer.get(path).text
    for path in ("/log/runs.csv?status=x", "/log/events.csv?level=x", "/notifications/notifications.csv?status=x"):
        assert viewer.get(path).status_code == 400


def test_a_long_export_is_sent_page_by_page(app: Flask, viewer: Client) -> None:
    for number in range(1100):
        events.record("Configuration", f"Event {number}")
    answer = viewer.get("/log/events.csv")
    lines = table(answer.text)
    assert len(lines) == 1101 and lines[1][2] == "Event 1099" and lines[-1][2] == "Event 0"
    assert answer.headers["Content-Disposition"].startswith("attachment; filename=")


def test_an_export_leaves_out_what_is_hidden(app: Flask, viewer: Client) -> None:
    seed.connector()
    vera = users.find("vera")
    assert vera is not None
    grants.save(vera, {"DEMO": "none"}, by="olga")
    rows.run()
    rows.attempt(message_id=None)
    notification()
    events.record("Configuration", "Hidden", connector_id="DEMO")
    for path in ("/log/attempts.csv", "/log/runs.csv", "/log/events.csv", "/notifications/notifications.csv"):
        assert len(table(viewer.get(path).text)) == 1, path


# --- clearing and flushing --------------------------------------------------------------------------------------


def left(model: type) -> int:
    with db.read() as connection:
        return len(connection.execute(select(model.__table__.c.id)).all())  # type: ignore[attr-defined]


def test_the_log_is_cleared_after_a_question_with_the_number(app: Flask, admin: Client) -> None:
    seed.connector()
    message = rows.message(status="failed")
    for _ in range(3):
        rows.attempt(message_id=message)
    page = admin.get("/log/clear").text
    assert "3 entries of the connector log are deleted for good." in text_of(page)
    assert left(Attempt) == 3
    assert admin.post("/log/clear").headers["Location"] == "/log"
    assert left(Attempt) == 0 and seed.statuses() == {"failed": 1}
    row = events.latest(people=True)[0]
    assert (row.user, row.message) == ("olga", "The log was cleared: 3 entries were deleted.")
    assert "disabled" in admin.get("/log/clear").text


def test_clearing_is_for_administrators_of_that_connector(app: Flask, viewer: Client, operator: Client) -> None:
    for id in ("DEMO", "NORTH"):
        seed.connector(id)
        rows.attempt(message_id=None, connector_id=id)
    assert operator.get("/log/clear").status_code == operator.post("/log/clear").status_code == 403
    assert "Clear log" not in operator.get("/log").text
    vera = users.find("vera")
    assert vera is not None
    grants.save(vera, {"DEMO": "admin"}, by="olga")
    assert "Clear log" in viewer.get("/log").text
    assert viewer.post("/log/clear", data={"connector": "NORTH"}).status_code == 403
    assert viewer.post("/log/clear").status_code == 303
    assert left(Attempt) == 1, "the other connector's log is not hers"


# --- help and about ---------------------------------------------------------------------------------------------


def test_every_page_leads_to_documentation_support_and_about(app: Flask, viewer: Client) -> None:
    for path in ("/", "/messages", "/account"):
        page = viewer.get(path).text
        assert 'href="/help"' in page and 'href="/help#support"' in page and 'href="/about"' in page
    assert 'id="support"' in viewer.get("/help").text


def test_about_says_version_and_licence(app: Flask, viewer: Client) -> None:
    page = viewer.get("/about").text
    assert '<dd id="version">0.1.0</dd>' in page and "MIT License" in page


def test_the_time_of_an_event_is_when_it_happened(app: Flask, admin: Client) -> None:
    before = utcnow()
    changed()
    assert cells_of(admin.get("/audit").text)[0][0][:16] in (f"{before:%Y-%m-%d %H:%M}", f"{utcnow():%Y-%m-%d %H:%M}")
