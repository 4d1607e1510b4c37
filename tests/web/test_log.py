"""The Sync Log: connector log, runs, events and notifications, their filters, and the export."""

from __future__ import annotations

import csv
import io
import re
from datetime import timedelta

import pytest
from flask import Flask

from connector import events
from connector.db import db, utcnow
from connector.queue.models import Run
from connector.sync.models import Notification
from connector.web.operating import log
from tests import rows
from tests.rows import START
from tests.web import seed
from tests.web.operating import Desk, desk, shows, statements, text_of
from tests.web.people import Client


@pytest.fixture
def engine(app: Flask) -> Desk:
    seed.connector()
    return desk(app)


def headers_of(html: str) -> list[str]:
    return [text_of(cell) for cell in re.findall(r'<th scope="col"[^>]*>(.*?)</th>', html)]


def cells_of(html: str) -> list[list[str]]:
    body = html[html.index("<tbody>") : html.index("</tbody>")] if "<tbody>" in html else ""
    lines = body.split("<tr>")[1:]
    return [[text_of(cell) for cell in re.findall(r"<t[dh][^>]*>(.*?)</t[dh]>", line, re.DOTALL)] for line in lines]


# --- the connector log (LOG-01 .. LOG-04, LOG-07) ---------------------------------------------------------------


def test_the_connector_log_has_the_documented_columns(engine: Desk, viewer: Client) -> None:
    rows.attempt([rows.EXCHANGE], key="MUG", user="otto", message_id=rows.message(status="succeeded"))
    page = viewer.get("/log").text
    assert headers_of(page) == [
        "Level",
        "Action Type",
        "Message",
        "Endpoint URL",
        "Login User",
        "Description",
        "Log Date",
        "Log Time",
        "Details",
    ]
    (line,) = cells_of(page)
    assert line[:8] == [
        "Info", "Pricing Sync", "MUG", "http://store.example/rest/V1/products/MUG", "otto", "Price MUG updated.",
        "2026-05-04", "12:00:00",
    ]  # fmt: skip


def test_filters_of_the_log_combine(engine: Desk, viewer: Client) -> None:
    again = rows.message(status="succeeded", origin="reprocess")
    rows.attempt(key="A", finished_at=START)
    rows.attempt(key="B", level="error", outcome="failed", entity="product", finished_at=START + timedelta(hours=1))
    rows.attempt(key="C", message_id=again, summary="Odd, 100 %.", finished_at=START + timedelta(hours=2))

    def found(query: str) -> str:
        return "".join(line[2] for line in cells_of(viewer.get("/log?" + query).text))

    assert found("") == "CBA"
    assert found("level=error") == "B"
    assert found("action=Product Sync") == "B"
    assert found("action=Pricing Sync") == "A"
    assert found("action=Reprocess Pricing") == "C"
    assert found("action=Reprocess Sync") == "C"
    assert found("text=100 %25") == "C"
    assert found("from_date=2026-05-04&from_time=12:30&to_date=2026-05-04&to_time=13:00") == "B"
    assert found("from_date=2026-05-04&from_time=13:00:01") == "C"
    assert found("to_date=2026-05-04&to_time=12:00") == "A", "up to the end of that minute"
    assert found("to_date=2026-05-03") == ""
    assert found("level=error&action=Pricing Sync") == ""


def test_all_action_types_can_be_chosen_and_those_of_events_lead_there(engine: Desk, viewer: Client) -> None:
    page = viewer.get("/log").text
    options = page[page.index('id="f-action"') : page.index("</select>", page.index('id="f-action"'))]
    assert options.count("<option") == 1 + 15 + 8
    answer = viewer.get("/log?action=Configuration&text=x")
    assert (answer.status_code, answer.headers["Location"]) == (302, "/log/events?action=Configuration&text=x")


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("?level=loud", "not one of the choices"),
        ("?action=Dancing", "not one of the choices"),
        ("?from_date=x", "Write it like 2026-05-31"),
        ("?from_date=2026-05-05&to_date=2026-05-04", "before the beginning"),
        ("?from_date=0001-01-01", "between 1970"),
        ("?from_date=2026-05-05&from_time=10:00%2B02:00", "longer than 8"),
        ("?from_date=2026-05-05&from_time=10%2B02", "Write it like 14:05"),
    ],
)
def test_a_wrong_filter_says_so_beside_the_field(engine: Desk, viewer: Client, query: str, said: str) -> None:
    answer = viewer.get("/log" + query)
    assert (answer.status_code, said in answer.text) == (422, True)
    assert viewer.get("/log/attempts.csv" + query).status_code == 400


def test_the_log_is_paged_and_costs_three_statements(engine: Desk, viewer: Client) -> None:
    rows.many_attempts(2000)
    for query in ("", "?level=info", "?text=m", "?from_date=2026-05-04&to_date=2026-05-04"):
        with statements() as seen:
            page = viewer.get("/log" + query)
        assert len(seen) <= 3, seen
        assert len(cells_of(page.text)) == 50
        assert shows(page.text, viewer.part("/log" + query).text)
    older = re.search(r'rel="next" href="([^"]+)"', page.text)
    assert older is not None
    assert cells_of(viewer.get(older.group(1).replace("&amp;", "&")).text)[0][2] == "M1949"


def test_the_export_has_the_columns_and_no_formula(engine: Desk, viewer: Client) -> None:
    for key in ("=1+1", "+1", "-1", "@a", "\tx", "plain, with comma"):
        rows.attempt([rows.EXCHANGE], key=key, summary='=HYPERLINK("http://evil")')
    answer = viewer.get("/log/attempts.csv?text=evil")
    assert answer.mimetype == "text/csv"
    assert "attachment" in answer.headers["Content-Disposition"]
    header, *lines = list(csv.reader(io.StringIO(answer.text)))
    assert header == [
        "Level",
        "Action Type",
        "Message",
        "Endpoint URL",
        "Login User",
        "Description",
        "Log Date",
        "Log Time",
    ]
    assert [line[2] for line in lines] == ["plain, with comma", "'\tx", "'@a", "'-1", "'+1", "'=1+1"]
    assert {line[5] for line in lines} == {'\'=HYPERLINK("http://evil")'}


def test_the_export_gives_all_of_the_filter_in_pieces(engine: Desk, viewer: Client) -> None:
    rows.many_attempts(1200)
    rows.attempt(key="OTHER", level="error")
    assert len(viewer.get("/log/attempts.csv").text.splitlines()) == 1202
    assert len(viewer.get("/log/attempts.csv?level=error").text.splitlines()) == 2
    assert "/log/attempts.csv?level=error" in viewer.get("/log?level=error").text


def test_an_entry_shows_request_answer_and_duration(engine: Desk, viewer: Client) -> None:
    number = rows.attempt([rows.EXCHANGE], key="MUG", started_at=START - timedelta(seconds=1.5))
    page = viewer.get(f"/log/attempts/{number}").text
    assert "took 1.50 s" in page
    assert "0.042 s" in page
    assert "&#34;price&#34;: 12.5" in page


# --- batches (QUE-11, LOG-10) -----------------------------------------------------------------------------------


def test_a_batch_is_one_entry_whose_failed_records_can_be_retried(
    engine: Desk, operator: Client, viewer: Client
) -> None:
    good, bad = rows.message(key="GOOD", status="succeeded"), rows.message(key="BAD", status="failed", attempts=3)
    batch = rows.attempt(
        [rows.EXCHANGE], kind="batch", key="", summary="2 messages: 1 failed, 1 succeeded", level="error"
    )
    rows.attempt(kind="child", parent_id=batch, message_id=good, key="GOOD")
    rows.attempt(kind="child", parent_id=batch, message_id=bad, key="BAD", outcome="failed", summary="No such product.")
    (line,) = cells_of(operator.get("/log").text)
    assert line[2] == "(batch)" and line[8].startswith("Records")
    page = operator.get(f"/log/attempts/{batch}").text
    lines = cells_of(page)
    assert [line[0] for line in lines] == ["GOOD", "BAD"]
    assert lines[1][2] == "No such product."
    assert page.count('id="retry-') == 1
    assert f'action="/messages/{bad}/reprocess"' in page
    assert "Retry" not in viewer.get(f"/log/attempts/{batch}").text
    operator.post(f"/messages/{bad}/reprocess")
    assert 'id="retry-' not in operator.get(f"/log/attempts/{batch}").text


def test_a_large_batch_is_paged(engine: Desk, viewer: Client) -> None:
    batch = rows.attempt(kind="batch", key="")
    rows.many_attempts(250, kind="child", parent_id=batch)
    page = viewer.get(f"/log/attempts/{batch}").text
    assert len(cells_of(page)) == 200
    more = re.search(r'rel="next" href="([^"]+)"', page)
    assert more is not None
    assert len(cells_of(viewer.get(more.group(1)).text)) == 50


@pytest.mark.parametrize("path", ["/log/attempts/9", "/log/runs/9", "/notifications/9"])
def test_what_is_not_there_is_404(engine: Desk, viewer: Client, path: str) -> None:
    assert viewer.get(path).status_code == 404
    assert viewer.get(path.replace("9", "9" * 25)).status_code == 404


# --- runs (LOG-08, LOG-09, MAN-12 .. MAN-14) --------------------------------------------------------------------


def test_runs_have_the_ten_columns_and_group_action_direction(engine: Desk, viewer: Client) -> None:
    rows.run(
        entity="price",
        mode="manual",
        scope="individual",
        user="otto",
        done=3,
        succeeded=2,
        failed=1,
        status="error",
        scheduled_at=START,
        finished_at=START + timedelta(seconds=9),
        details="One failed.",
    )
    page = viewer.get("/log/runs").text
    columns = headers_of(page)
    for column in (
        "Code",
        "Created",
        "Scheduled",
        "Executed",
        "Finished",
        "Run Mode",
        "Sync Type",
        "Messages",
        "Status",
        "Details",
        "Group",
        "Action",
        "Direction",
        "Failed at",
    ):
        assert column in columns
    line = dict(zip(columns, cells_of(page)[0], strict=True))
    assert (line["Code"], line["Group"], line["Action"], line["Direction"]) == (
        "price DEMO", "PRICING", "Pricing Sync", "ERP to store",
    )  # fmt: skip
    assert (line["Run Mode"], line["Sync Type"], line["Status"]) == ("Manual otto", "Individual", "Error")
    assert (line["Finished"], line["Failed at"]) == ("-", "2026-05-04 12:00:09")
    assert line["Messages"] == "3 processed: One failed."


def test_runs_filter_by_the_ten_codes(engine: Desk, viewer: Client) -> None:
    rows.run(entity="product")
    rows.run(entity="inventory", status="notice", mode="manual", scope="individual")
    codes = ["order", "customer", "tax_category", "inventory", "product_attribute", "customer_attribute", "product",
             "product_configurator", "product_image", "category"]  # fmt: skip
    for code in codes:
        answer = viewer.get(f"/log/runs?entity={code}")
        assert answer.status_code == 200
        assert len(cells_of(answer.text)) == (1 if code in ("product", "inventory") else 0)
    assert len(cells_of(viewer.get("/log/runs?status=notice&mode=manual&scope=individual&connector=DEMO").text)) == 1
    assert viewer.get("/log/runs?entity=dance").status_code == 422


@pytest.mark.parametrize("status", ["processing", "success", "error", "notice"])
def test_each_status_of_a_run_has_a_word_and_an_icon(engine: Desk, viewer: Client, status: str) -> None:
    rows.run(status=status)
    badge = viewer.get("/log/runs").text.split('<span class="pill')[1].split("</span>")[0]
    assert "<svg" in badge and status.capitalize() in badge


def test_the_console_of_a_run_grows_until_it_ends_and_keeps_its_lines(engine: Desk, viewer: Client) -> None:
    now = utcnow()
    number = rows.run(status="processing", created_at=now, started_at=now)
    rows.attempt(run_id=number, key="MUG", message_id=1, summary="Price MUG created.", finished_at=now)
    later = now + timedelta(seconds=1)
    rows.attempt(run_id=number, key="CUP", message_id=2, outcome="skipped", summary="Unchanged.", finished_at=later)
    going = viewer.part(f"/log/runs/{number}").text
    assert 'hx-trigger="every 1s"' in going
    lines = [text_of(line) for line in re.findall(r"<li id=.*?</li>", going, re.DOTALL)]
    assert lines == [
        f"{later:%Y-%m-%d %H:%M:%S} Skipped CUP Unchanged.",
        f"{now:%Y-%m-%d %H:%M:%S} Created MUG Price MUG created.",
    ]
    with db.write() as connection:
        connection.execute(Run.__table__.update().values(status="success", finished_at=later))
    ended = viewer.part(f"/log/runs/{number}").text
    assert "hx-trigger" not in ended
    assert "Price MUG created." in ended
    assert shows(viewer.get(f"/log/runs/{number}").text, ended)


def test_runs_cost_three_statements(engine: Desk, viewer: Client) -> None:
    for _ in range(60):
        number = rows.run()
    for path in ("/log/runs", f"/log/runs/{number}"):
        with statements() as seen:
            viewer.get(path)
        assert len(seen) <= 3, seen


# --- events and notifications -------------------------------------------------------------------------------------


def test_events_show_what_people_did(engine: Desk, viewer: Client) -> None:
    events.record(
        "Configuration", "Threshold count from 25 to 10.", connector_id="DEMO", user="olga", details={"old": 25}
    )
    events.record("Initialization", "Activated.", user="otto")
    page = viewer.get("/log/events").text
    assert headers_of(page) == [
        "Level",
        "Action Type",
        "What happened",
        "Connector",
        "Login User",
        "Log Date",
        "Log Time",
    ]
    assert [line[1] for line in cells_of(page)] == ["Initialization", "Configuration"]
    assert "&#34;old&#34;: 25" in page
    for query in (
        "action=Configuration",
        "connector=DEMO",
        "text=threshold",
        f"action=Configuration&from_date={utcnow():%Y-%m-%d}",
    ):
        assert len(cells_of(viewer.get("/log/events?" + query).text)) == 1, query
    assert len(cells_of(viewer.get("/log/events?level=error").text)) == 0
    assert viewer.get("/log/events?from_date=x").status_code == 422
    assert shows(page, viewer.part("/log/events").text)


def test_events_are_paged_in_two_statements(engine: Desk, viewer: Client) -> None:
    for number in range(60):
        events.record("Configuration", f"Event {number}")
    with statements() as seen:
        page = viewer.get("/log/events").text
    assert len(seen) <= 2, seen
    older = re.search(r'rel="next" href="([^"]+)"', page)
    assert older is not None
    assert [line[2] for line in cells_of(viewer.get(older.group(1)).text)] == [f"Event {n}" for n in range(9, -1, -1)]


def notification(**values: object) -> None:
    usual = {"connector_id": "DEMO", "push_id": "1", "query": "CC Prices", "body": '{"Id": "1"}', "changes": 1}
    with db.saving() as session:
        session.add(Notification(**{**usual, **values}))


def test_notifications_are_shown_also_those_that_nobody_listens_to(engine: Desk, viewer: Client) -> None:
    notification()
    notification(push_id="2", query="My own inquiry", status="unknown", changes=0, duplicates=4, body="<b>&")
    page = viewer.get("/notifications").text
    assert [line[1:5] for line in cells_of(page)] == [
        ["My own inquiry", "Unknown query", "0", "4"],
        ["CC Prices", "Accepted", "1", ""],
    ]
    assert len(cells_of(viewer.get("/notifications?status=unknown&connector=DEMO").text)) == 1
    assert viewer.get("/notifications?status=x").status_code == 422
    detail = viewer.get("/notifications/2").text
    assert "No sync listens to this query" in detail
    assert "&lt;b&gt;&amp;" in detail
    assert shows(page, viewer.part("/notifications").text)


def test_a_list_of_notifications_never_reads_their_bodies(engine: Desk, viewer: Client) -> None:
    for number in range(60):
        notification(push_id=str(number))
    with statements() as seen:
        page = viewer.get("/notifications")
    assert len(seen) <= 2, seen
    assert not any("notification.body" in statement for statement in seen)
    older = re.search(r'rel="next" href="([^"]+)"', page.text)
    assert older is not None
    assert len(cells_of(viewer.get(older.group(1)).text)) == 10


@pytest.mark.parametrize(
    "path",
    [
        "/log",
        "/log/attempts.csv",
        "/log/attempts/1",
        "/log/runs",
        "/log/runs/1",
        "/log/events",
        "/notifications",
        "/notifications/1",
    ],
)
def test_the_log_is_for_everybody_who_is_signed_in(
    engine: Desk, path: str, viewer: Client, operator: Client, admin: Client, stranger: Client
) -> None:
    rows.attempt()
    rows.run()
    notification()
    assert [person.get(path).status_code for person in (viewer, operator, admin)] == [200, 200, 200]
    assert stranger.get(path).status_code in (302, 303)
    assert viewer.post(path).status_code in (400, 405)


@pytest.mark.parametrize("path", ["/log", "/log/runs", "/log/events", "/notifications"])
def test_an_empty_log_says_what_will_come(engine: Desk, viewer: Client, path: str) -> None:
    assert 'class="empty"' in viewer.get(path).text


def test_the_codes_are_the_documented_ten_and_price() -> None:
    assert len(log.CODES) == 11
