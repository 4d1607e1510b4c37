"""Failed Messages: causes with their help, choosing, confirming with a number, and repairs that take a while."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from connector import events
from connector.db import db, utcnow
from connector.queue.models import Care, Message
from connector.queue.reading import history, logbook
from connector.queue.reading.logbook import RunFilter
from connector.queue.repairing import repair
from tests import rows
from tests.rows import START
from tests.web import seed
from tests.web.operating import Desk, desk, shows, statements, text_of
from tests.web.people import Client

URL_KEY = "magento.url_key_taken"


@pytest.fixture
def engine(app: Flask) -> Desk:
    seed.connector()
    return desk(app)


def counted() -> dict[str, int]:
    with db.read() as connection:
        found = connection.execute(select(Message.status, func.count()).group_by(Message.status)).all()
    return {row[0]: row[1] for row in found}


def fields_of(html: str) -> dict[str, str | list[str]]:
    """The hidden fields of the confirmation, as a browser would send them."""
    form = html[html.index('id="confirm-panel"') :]
    form = form[form.index("<form") : form.index("</form>")]
    found: dict[str, str | list[str]] = {}
    for name, value in re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', form):
        if name == "id":
            found.setdefault("id", []).append(value)  # type: ignore[union-attr]
        elif name != "csrf_token":
            found[name] = value
    return found


def test_failures_stand_by_cause_with_count_times_and_help(engine: Desk, viewer: Client) -> None:
    rows.many(30, status="failed", code=URL_KEY, reason="URL key for specified store already exists.")
    rows.message(status="failed", entity="product", code="", reason="Nobody knows.")
    page = viewer.get("/failed")
    text = text_of(page.text)
    assert "The URL key is taken 30 messages" in text
    assert "URL key for specified store already exists." in text
    assert "Give the item a URL key of its own in the ERP" in text
    assert "Nobody knows. 1 message" in text
    assert f'title="{START:%Y-%m-%d %H:%M:%S} UTC"' in page.text
    assert f'title="{START + timedelta(seconds=29):%Y-%m-%d %H:%M:%S} UTC"' in page.text


def test_a_count_above_the_cap_is_said_as_such(engine: Desk, viewer: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(history, "CAP", 10_000)
    rows.many(10_002, status="failed", code="a")
    assert "10,000+" in viewer.get("/failed").text


@pytest.mark.parametrize("path", ["/failed", "/failed/messages"])
@pytest.mark.parametrize(
    ("query", "said", "status"),
    [
        ("", "Nothing has failed", 200),
        ("?text=nothing", "No failed message matches", 200),
        ("?entity=nothing", "not one of the choices", 422),
        ("?from_date=yesterday", "Write it like 2026-05-31", 422),
        ("?from_date=2026-02-30", "Write it like 2026-05-31", 422),
        ("?from_time=10:00", "Choose the day as well", 422),
        ("?to_date=2026-05-04&to_time=25:00", "Write it like 14:05", 422),
    ],
)
def test_an_empty_page_says_why(
    engine: Desk, viewer: Client, path: str, query: str, said: str, status: int
) -> None:  # fmt: skip
    answer = viewer.get(path + query)
    assert (answer.status_code, said in answer.text) == (status, True)


def test_a_cause_leads_to_its_messages(engine: Desk, viewer: Client) -> None:
    rows.many(2, status="failed", code=URL_KEY)
    rows.message(key="OTHER", status="failed", code="")
    page = viewer.get("/failed").text
    link = re.search(r'href="(/failed/messages\?[^"]*url_key_taken[^"]*)"', page)
    assert link is not None
    found = text_of(viewer.get(link.group(1).replace("&amp;", "&")).text)
    assert "M1" in found and "OTHER" not in found
    without = text_of(viewer.get("/failed/messages?connector=DEMO&entity=price&cause=-").text)
    assert "OTHER" in without and "M1" not in without


def test_days_and_times_of_day_narrow_the_failures(engine: Desk, viewer: Client) -> None:
    for minute in (0, 5, 10):
        rows.message(key=f"AT{minute}", status="failed", settled_at=START + timedelta(minutes=minute))
    day = "from_date=2026-05-04&from_time=12:05&to_date=2026-05-04&to_time=12:05"
    page = viewer.get("/failed/messages?" + day).text
    assert [f"AT{minute}" in page for minute in (0, 5, 10)] == [False, True, False]


def test_a_group_is_confirmed_with_its_number_and_then_reprocessed(engine: Desk, operator: Client) -> None:
    rows.many(3, status="failed", code=URL_KEY)
    rows.message(key="OTHER", status="failed", code="other")
    asked = operator.post(
        "/failed/reprocess", data={"scope": "filter", "connector": "DEMO", "entity": "price", "cause": URL_KEY}
    )
    assert "Reprocess 3 messages?" in asked.text
    assert counted() == {"failed": 4}, "asking changes nothing"
    done = operator.post("/failed/reprocess", data={**fields_of(asked.text), "reason": "keys changed"})
    assert done.status_code == 303
    assert "3 messages reprocessed." in operator.get(done.headers["Location"]).text
    assert counted() == {"failed": 1, "pending": 3}
    assert {lane.entity for lane in engine.bell.rung} == {"price"}
    (run,) = logbook.runs_page(RunFilter()).rows
    assert logbook.details(run) == "3 messages reprocessed by otto: keys changed"


def test_selected_ones_are_counted_by_the_server(engine: Desk, operator: Client) -> None:
    rows.many(5, status="failed")
    asked = operator.post("/failed/reprocess", data={"scope": "selected", "id": ["1", "3", "99"]})
    assert "Reprocess 2 messages?" in asked.text
    operator.post("/failed/reprocess", data=fields_of(asked.text))
    assert counted() == {"failed": 3, "pending": 2}


def test_one_message_is_one_message(engine: Desk, operator: Client) -> None:
    rows.message(status="failed")
    assert "Skip 1 message?" in operator.post("/failed/skip", data={"scope": "selected", "id": "1"}).text


def test_all_of_the_filter_means_all_and_not_the_page(engine: Desk, operator: Client) -> None:
    rows.many(130, status="failed")
    rows.many(3, status="failed", entity="product")
    asked = operator.post("/failed/reprocess", data={"scope": "filter", "entity": "price"})
    assert "Reprocess 130 messages?" in asked.text
    operator.post("/failed/reprocess", data=fields_of(asked.text))
    assert counted() == {"failed": 3, "pending": 130}


def test_skipping_needs_a_reason(engine: Desk, operator: Client) -> None:
    rows.many(2, status="failed")
    data = {"scope": "filter", "confirmed": "1"}
    refused = operator.post("/failed/skip", data=data)
    assert (refused.status_code, "Say why" in refused.text) == (422, True)
    assert operator.post("/failed/skip", data={**data, "reason": "old"}).status_code == 303
    assert counted() == {"skipped": 2}


def test_choosing_nothing_is_said(engine: Desk, operator: Client) -> None:
    rows.message(status="failed")
    answer = operator.post("/failed/reprocess", data={"scope": "selected"}, follow_redirects=True)
    assert "Tick messages first." in answer.text


def test_messages_that_are_gone_meanwhile_leave_nothing_to_confirm(engine: Desk, operator: Client) -> None:
    rows.message(status="succeeded")
    page = operator.post("/failed/reprocess", data={"scope": "selected", "id": "1"}).text
    assert "None of them has failed any more" in page
    done = operator.post("/failed/reprocess", data={"scope": "selected", "id": "1", "confirmed": "1"})
    assert "0 messages reprocessed." in operator.get(done.headers["Location"]).text


def test_a_large_repair_shows_its_progress_and_goes_on_by_its_own_form(
    engine: Desk, operator: Client, viewer: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(repair, "CHUNK", 10)
    monkeypatch.setattr(repair.advance, "__kwdefaults__", {**repair.advance.__kwdefaults__, "seconds": 0.0})
    rows.many(25, status="failed")
    started = operator.post("/failed/reprocess", data={"scope": "filter", "confirmed": "1"})
    address = started.headers["Location"]
    assert address.startswith("/failed/repairs/")
    page = operator.get(address).text
    assert "10 of 25 (40 %)" in page
    assert 'hx-trigger="load delay:100ms, submit"' in page
    assert "hx-trigger" not in viewer.get(address).text, "who may not act does not drive it on"
    assert viewer.post(address).status_code == 403
    second = operator.post(address, headers={"HX-Request": "true"})
    assert "20 of 25" in second.text
    last = operator.post(address).text
    assert "25 of 25" in last
    assert "hx-trigger" not in last
    assert "25 messages reprocessed by otto." in last
    assert counted() == {"pending": 25}


def test_htmx_is_sent_to_the_progress_page(engine: Desk, operator: Client) -> None:
    rows.message(status="failed")
    answer = operator.post(
        "/failed/reprocess", data={"scope": "filter", "confirmed": "1"}, headers={"HX-Request": "true"}
    )
    assert answer.headers["HX-Redirect"] == "/failed"


def test_a_repair_that_is_none_is_404(engine: Desk, operator: Client) -> None:
    number = rows.run()
    for path in (f"/failed/repairs/{number}", "/failed/repairs/77", "/failed/repairs/99999999999999999999"):
        assert operator.get(path).status_code == 404
        assert operator.post(path).status_code == 404


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"scope": "everything"},
        {"scope": "selected", "id": "1; DROP"},
        {"scope": "filter", "text": "a\x00"},
        {"scope": "filter", "entity": "x"},
    ],
)
def test_a_form_that_is_not_ours_is_refused(engine: Desk, operator: Client, data: dict[str, str]) -> None:
    rows.message(status="failed")
    assert operator.post("/failed/reprocess", data={"confirmed": "1", **data}).status_code == 400
    assert counted() == {"failed": 1}


def test_only_operators_repair(engine: Desk, viewer: Client, operator: Client, stranger: Client) -> None:
    rows.message(status="failed")
    data = {"scope": "filter", "confirmed": "1", "reason": "x"}
    for act in ("reprocess", "skip"):
        assert viewer.post(f"/failed/{act}", data=data).status_code == 403
        assert stranger.post(f"/failed/{act}", data=data).status_code in (302, 303)
        assert operator.post(f"/failed/{act}", data=data, forged=True).status_code == 400
    assert counted() == {"failed": 1}
    for path in ("/failed", "/failed/messages"):
        assert "Reprocess" not in viewer.get(path).text.split("<main")[1]
        assert "Reprocess all" in operator.get(path).text
        assert stranger.get(path).status_code in (302, 303)


@pytest.mark.parametrize(
    "path", ["/failed", "/failed/messages", "/failed/messages?connector=DEMO&entity=price&cause=a"]
)
def test_the_pages_cost_a_few_statements_with_two_thousand_messages(engine: Desk, viewer: Client, path: str) -> None:
    rows.many(1000, status="failed", code="a")
    rows.many(1000, status="failed", code="b", entity="product")
    with statements() as seen:
        page = viewer.get(path)
    assert len(seen) <= (5 if path == "/failed" else 3), seen
    assert shows(page.text, viewer.part(path).text)


def confirmed(operator: Client, path: str, form: dict[str, str | list[str]], **more: str) -> str:
    """The two steps of a repair, by the form that the page shows; the text of the page where it ends."""
    asked = operator.post(path, data=form)
    answer = operator.post(path, data={**fields_of(asked.text), "confirmed": "1", **more})
    assert answer.status_code == 303
    return answer.headers["Location"]


def test_a_plan_says_what_it_will_take_and_sends_one_first(engine: Desk, operator: Client) -> None:
    rows.many(30, status="failed", code=URL_KEY)
    seed.minute(3, succeeded=10, calls=20)
    asked = text_of(operator.post("/failed/reprocess", data={"scope": "filter"}).text)
    assert "Reprocess 30 messages?" in asked and "One of each cause first" in asked
    assert "Price DEMO, ERP to store 30 60 3" in asked, "messages, calls, minutes"
    page = confirmed(operator, "/failed/reprocess", {"scope": "filter"}, stages="1")
    assert counted() == {"failed": 29, "pending": 1}
    text = text_of(operator.get(page).text)
    assert "Tried first, and waited for: message 1 ." in text and "1 of 30" in text
    operator.post(page + "/stop")
    assert "1 message reprocessed by otto. Stopped by otto." in text_of(operator.get(page).text)


def test_without_the_tick_all_are_sent_at_once(engine: Desk, operator: Client) -> None:
    rows.many(30, status="failed", code=URL_KEY)
    confirmed(operator, "/failed/reprocess", {"scope": "filter"})
    assert counted() == {"pending": 30}


def test_a_cause_leads_to_where_it_is_put_right(engine: Desk, viewer: Client) -> None:
    rows.many(3, status="failed", code="order.payment_method", entity="order", settled_at=utcnow())
    page = viewer.get("/failed")
    assert 'href="/connectors/DEMO/mapping/payment"' in page.text and "Mapping: Payment methods" in page.text
    assert 'aria-label="Failed: 3 in the last 24 hours, at most 3 in one"' in page.text
    one = viewer.get("/failed/causes/DEMO/order?cause=order.payment_method")
    assert (
        "The payment method is not mapped" in text_of(one.text)
        and 'href="/connectors/DEMO/mapping/payment"' in one.text
    )
    assert "Owner" in text_of(one.text) or "Who looks after it" in text_of(one.text)
    assert viewer.get("/failed/causes/DEMO/nothing?cause=a").status_code == 404


CAUSE = "/failed/causes/DEMO/price"


def test_a_cause_has_an_owner_and_notes(engine: Desk, operator: Client) -> None:
    rows.many(3, status="failed", code="a")
    where = {"cause": "a"}
    assert (
        operator.post(CAUSE + "/care?cause=a", data={"owner": "olga", "pause": "", "revision": "0"}).status_code == 303
    )
    assert operator.post(CAUSE + "/note?cause=a", data={"note": "Asked the supplier."}).status_code == 303
    text = text_of(operator.get(CAUSE, query_string=where).text)
    assert "olga" in text and "Asked the supplier." in text
    assert "olga" in text_of(operator.get("/failed").text)
    done = [row.message for row in events.latest(people=True)]
    assert "Note on price, a: Asked the supplier." in done and "owner of price, a changed." in done


def test_two_who_save_at_once_do_not_overwrite_each_other(engine: Desk, operator: Client) -> None:
    rows.many(1, status="failed", code="a")
    operator.post(CAUSE + "/care?cause=a", data={"owner": "olga", "pause": "", "revision": "0"})
    late = operator.post(CAUSE + "/care?cause=a", data={"owner": "otto", "pause": "", "revision": "0"})
    assert late.status_code == 422 and "Somebody else has changed this" in late.text
    assert 'value="otto"' in late.text and 'name="revision" value="1"' in late.text
    empty = operator.post(CAUSE + "/note?cause=a", data={"note": " "})
    assert empty.status_code == 422 and "Write something." in empty.text


def test_what_is_paused_is_left_out_and_counted_until_its_time(engine: Desk, operator: Client) -> None:
    rows.many(3, status="failed", code="a")
    rows.many(2, status="failed", code="b", entity="product")
    operator.post(CAUSE + "/care?cause=a", data={"owner": "", "pause": "1", "revision": "0"})
    text = text_of(operator.get("/failed").text)
    assert "1 cause is paused." in text and "3 messages" not in text and "2 messages" in text
    assert "Reprocess 2 messages?" in text_of(operator.post("/failed/reprocess", data={"scope": "filter"}).text)
    assert "3 messages" in text_of(operator.get("/failed?paused=1").text)
    with db.write() as connection:
        connection.execute(Care.__table__.update().values(snoozed_until=utcnow() - timedelta(seconds=1)))
    assert "3 messages" in text_of(operator.get("/failed").text)


def test_failed_orders_stand_with_number_and_error_and_are_sent_again(engine: Desk, operator: Client) -> None:
    first, second = (
        rows.message(key=key, entity="order", direction="store_to_erp", status="failed", code="acumatica.unknown_item",
                     reason=f"Item {key} is not there.")
        for key in ("000000101", "000000102")
    )  # fmt: skip
    rows.message(key="MUG", status="failed", code="a")
    page = operator.get("/failed/orders")
    text = text_of(page.text)
    assert "000000101" in text and "The item is not in Acumatica. Item 000000101 is not there." in text
    assert "MUG" not in text
    confirmed(operator, "/failed/reprocess", {"scope": "selected", "entity": "order", "id": [str(first)]})
    assert counted() == {"failed": 2, "pending": 1}
    operator.post(f"/messages/{second}/reprocess")
    assert "No order has failed" in operator.get("/failed/orders").text
