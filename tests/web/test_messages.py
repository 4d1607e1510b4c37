"""Messages: the list, one message with all its tries, and what an operator can do there."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from flask import Flask

from connector.db import utcnow
from connector.errors import Fail
from connector.queue.reading import history, paging
from connector.queue.reading.history import Filter
from tests import rows
from tests.web import seed
from tests.web.operating import Desk, desk, shows, statements, text_of
from tests.web.people import Client


@pytest.fixture
def engine(app: Flask) -> Desk:
    seed.connector()
    return desk(app)


def status_of(number: int) -> str:
    found = history.message(number)
    assert found is not None
    return str(found.status)


def ids_in(html: str) -> list[int]:
    return [int(number) for number in re.findall(r'<th scope="row"><a[^>]* href="/messages/(\d+)"', html)]


def test_fifty_messages_stand_on_a_page_and_the_older_ones_behind_it(engine: Desk, viewer: Client) -> None:
    rows.many(120, status="succeeded")
    seen: list[int] = []
    address = "/messages"
    for _ in range(3):
        page = viewer.get(address).text
        seen += ids_in(page)
        older = re.search(r'id="page-next" rel="next" href="([^"]+)"', page)
        address = older.group(1).replace("&amp;", "&") if older else ""
    assert seen == list(range(120, 0, -1))
    assert address == ""


def test_the_address_is_the_filter_and_older_pages_keep_it(engine: Desk, viewer: Client) -> None:
    rows.many(60, status="failed")
    rows.many(5, status="succeeded", entity="product")
    page = viewer.get("/messages?connector=DEMO&entity=price&status=failed&text=m").text
    assert len(ids_in(page)) == 50
    assert '<option value="failed" selected>' in page
    assert 'value="m"' in page
    kept = "connector=DEMO&amp;entity=price&amp;status=failed&amp;text=m&amp;before="
    assert re.search(rf'rel="next" href="/messages\?{kept}\d+"', page)


def test_one_direction_of_an_entity_that_goes_both_ways(engine: Desk, viewer: Client) -> None:
    rows.many(3, entity="category")
    rows.many(2, entity="category", direction="store_to_erp")
    assert len(ids_in(viewer.get("/messages?entity=category&direction=store_to_erp").text)) == 2
    assert "is not one of the choices" in viewer.get("/messages?direction=sideways").text


def test_a_key_leads_to_the_record_whatever_it_looks_like(engine: Desk, viewer: Client) -> None:
    rows.message(key="A/B #1 <b>")
    page = viewer.get("/messages?key=A/B %231 <b>").text
    assert 'href="/records/DEMO/price/A/B%20%231%20%3Cb%3E"' in page
    assert "A/B #1 &lt;b&gt;" in page


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("", "There are no messages"),
        ("?status=failed", "No message matches"),
        ("?before=5", "No message matches"),
        ("?status=broken", "is not one of the choices"),
        ("?connector=NOBODY", "is not one of the choices"),
        ("?key=" + "x" * 300, "longer than 255"),
        ("?text=%00", "cannot be looked for"),
    ],
)
def test_an_empty_list_says_why(engine: Desk, viewer: Client, query: str, said: str) -> None:
    answer = viewer.get("/messages" + query)
    assert said in answer.text
    assert answer.status_code == (422 if "?" in query and said.startswith(("is not", "longer", "cannot")) else 200)


def test_a_search_that_stops_at_its_window_offers_to_look_further(
    engine: Desk, viewer: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(paging, "WINDOW", 10)
    rows.message(key="NEEDLE", status="succeeded")
    rows.many(30, status="succeeded")
    page = viewer.get("/messages?text=needle").text
    assert "Older ones have not been looked at" in page
    assert "Look further back" in page


def test_htmx_gets_the_same_list_that_the_page_has(engine: Desk, viewer: Client) -> None:
    rows.many(3)
    part, page = viewer.part("/messages?status=pending"), viewer.get("/messages?status=pending")
    assert shows(page.text, part.text)
    assert "<html" not in part.text
    assert part.headers["Vary"].count("HX-Request") == 1


@pytest.mark.parametrize("query", ["", "?status=failed", "?status=succeeded&text=x", "?key=M1", "?before=1000"])
def test_a_list_costs_three_statements_with_two_thousand_messages(engine: Desk, viewer: Client, query: str) -> None:
    rows.many(1900, status="succeeded")
    rows.many(100, status="failed")
    viewer.get("/messages")
    with statements() as seen:
        assert viewer.get("/messages" + query).status_code == 200
    assert len(seen) <= 3, seen


# --- one message ------------------------------------------------------------------------------------------------


def test_a_message_shows_where_it_stands_and_its_lineage(engine: Desk, viewer: Client) -> None:
    number = rows.message(key="MUG", status="pending", merged=6, attempts=1, reason="Try 2 of 3: the store was busy.",
                          available_at=utcnow() + timedelta(minutes=2), payload='{"price": "12.50"}')  # fmt: skip
    text = text_of(viewer.get(f"/messages/{number}").text)
    assert "Try 2 of 3: the store was busy." in text
    assert "Next try in 1 min" in text
    assert "Changes in it 7 (6 later changes were folded into it)" in text
    assert "Came by Push notification" in text
    assert '"price": "12.50"' in text.replace("&#34;", '"')


def test_every_try_has_its_requests_pretty_and_as_curl_without_secrets(engine: Desk, viewer: Client) -> None:
    number = rows.message(key="MUG", status="succeeded")
    rows.attempt([rows.EXCHANGE], message_id=number, outcome="retry", summary="It was busy.")
    rows.attempt([{**rows.EXCHANGE, "status": None, "error": "ReadTimeout", "params": {"token": "abc", "q": "1"}}],
                 message_id=number, number=2)  # fmt: skip
    page = viewer.get(f"/messages/{number}").text.replace("&#34;", '"').replace("&#39;", "'")
    assert page.index("Try 2") < page.index("Try 1")
    assert '  "sku": "MUG"' in page
    assert "no answer (ReadTimeout)" in page
    assert "curl -X PUT http://store.example/rest/V1/products/MUG -H 'Authorization: ***'" in page
    assert '{"product": {"sku": "MUG", "price": 12.5}}' in page
    assert "token=***" in page.replace("%2A", "*")
    assert "abc" not in page


def test_a_failed_message_says_what_to_do(engine: Desk, viewer: Client) -> None:
    number = rows.message(status="failed", code="magento.url_key_taken", reason="URL key exists.")
    text = text_of(viewer.get(f"/messages/{number}").text)
    assert "The URL key is taken. Another product or category has this address." in text


def test_a_bug_shows_its_traceback(engine: Desk, viewer: Client) -> None:
    number = rows.message(status="failed", code="bug.ZeroDivisionError")
    rows.attempt(message_id=number, outcome="failed", level="error", error="Traceback (most recent call last): 1/0")
    page = viewer.get(f"/messages/{number}").text
    assert "Traceback (most recent call last): 1/0" in page
    assert "A fault in the connector itself" in page


def test_unreadable_exchanges_are_left_out_and_break_nothing(engine: Desk, viewer: Client) -> None:
    number = rows.message(status="succeeded")
    for stored in ("not json", '{"a": 1}', '[1, null, {"headers": 5, "params": [["a"]], "seconds": "x"}]'):
        rows.attempt(message_id=number, exchanges_text=stored)
    assert viewer.get(f"/messages/{number}").status_code == 200


def test_a_message_on_its_way_is_asked_for_again_and_a_settled_one_is_not(engine: Desk, viewer: Client) -> None:
    running, done = rows.message(status="running", key="A"), rows.message(status="succeeded", key="B")
    assert 'hx-trigger="every 1s"' in viewer.get(f"/messages/{running}").text
    assert "hx-trigger" not in viewer.part(f"/messages/{done}").text
    assert shows(viewer.get(f"/messages/{running}").text, viewer.part(f"/messages/{running}").text)


def test_many_tries_are_paged(engine: Desk, viewer: Client) -> None:
    number = rows.message(status="failed")
    for place in range(25):
        rows.attempt(message_id=number, number=place + 1)
    page = viewer.get(f"/messages/{number}").text
    assert page.count('class="card attempt"') == 20
    older = re.search(r'rel="next" href="([^"]+)"', page)
    assert older is not None
    assert viewer.get(older.group(1)).text.count('class="card attempt"') == 5


def test_a_message_costs_three_statements(engine: Desk, viewer: Client) -> None:
    number = rows.message(status="failed")
    for _ in range(20):
        rows.attempt([rows.EXCHANGE], message_id=number)
    with statements() as seen:
        viewer.get(f"/messages/{number}")
    assert len(seen) <= 7, seen


@pytest.mark.parametrize("path", ["/messages/999", "/messages/99999999999999999999", "/messages/x", "/messages/-1"])
def test_a_message_that_is_not_there_is_404(engine: Desk, viewer: Client, path: str) -> None:
    assert viewer.get(path).status_code == 404


# --- doing --------------------------------------------------------------------------------------------------------


def test_an_operator_reprocesses_one_message(engine: Desk, operator: Client) -> None:
    number = rows.message(key="MUG", status="failed", attempts=3)
    answer = operator.post(f"/messages/{number}/reprocess", data={"reason": "set added"})
    assert (answer.status_code, answer.headers["Location"]) == (303, f"/messages/{number}")
    page = operator.get(answer.headers["Location"]).text
    assert f"Message {number} is reprocessed." in page
    assert "Reprocessed by otto: set added" in page
    assert [lane.entity for lane in engine.bell.rung] == ["price"]


def test_skipping_and_holding_need_a_reason(engine: Desk, operator: Client) -> None:
    number = rows.message(status="pending")
    for act, status in (("skip", "skipped"), ("hold", "held")):
        refused = operator.post(f"/messages/{number}/{act}", data={"reason": "  "})
        assert refused.status_code == 422
        assert 'aria-invalid="true"' in refused.text
        assert status_of(number) == "pending"
        again = rows.message(key=act)
        assert operator.post(f"/messages/{again}/{act}", data={"reason": "why"}).status_code == 303
        assert status_of(again) == status


def test_a_reason_that_cannot_be_kept_is_refused(engine: Desk, operator: Client) -> None:
    number = rows.message(status="failed")
    for reason in ("x" * 501, "a\x00b"):
        assert operator.post(f"/messages/{number}/reprocess", data={"reason": reason}).status_code == 422
    assert status_of(number) == "failed"


def test_a_message_that_changed_meanwhile_is_left_alone(engine: Desk, operator: Client) -> None:
    number = rows.message(status="running")
    answer = operator.post(f"/messages/{number}/skip", data={"reason": "x"}, follow_redirects=True)
    assert "has changed in the meantime" in answer.text
    assert status_of(number) == "running"


def test_sync_again_shows_the_new_message(engine: Desk, operator: Client) -> None:
    number = rows.message(key="MUG", status="succeeded")
    answer = operator.post(f"/messages/{number}/sync")
    assert engine.synced == [("DEMO", "price", "MUG", "otto")]
    assert answer.headers["Location"] == f"/messages/{number + 1}"
    htmx = operator.post(f"/messages/{number}/sync", headers={"HX-Request": "true"})
    assert htmx.headers["HX-Redirect"] == f"/messages/{number + 2}"


def test_an_engine_that_refuses_is_quoted(engine: Desk, operator: Client) -> None:
    number = rows.message(key="MUG", status="succeeded")
    engine.trouble = Fail("The connector is stopped.")
    answer = operator.post(f"/messages/{number}/sync", follow_redirects=True)
    assert "Price MUG was not synced: The connector is stopped." in answer.text


@pytest.mark.parametrize("act", ["reprocess", "skip", "hold", "sync"])
def test_only_operators_may_act(engine: Desk, viewer: Client, stranger: Client, operator: Client, act: str) -> None:
    number = rows.message(status="failed")
    assert viewer.post(f"/messages/{number}/{act}", data={"reason": "x"}).status_code == 403
    assert stranger.post(f"/messages/{number}/{act}", data={"reason": "x"}).status_code in (302, 303)
    assert operator.post(f"/messages/{number}/{act}", data={"reason": "x"}, forged=True).status_code == 400
    assert (status_of(number), engine.synced) == ("failed", [])
    assert "What you can do" not in viewer.get(f"/messages/{number}").text
    assert "What you can do" in operator.get(f"/messages/{number}").text


@pytest.mark.parametrize("path", ["/messages", "/messages/1"])
def test_strangers_are_asked_to_sign_in(engine: Desk, stranger: Client, path: str) -> None:
    rows.message()
    answer = stranger.get(path)
    assert answer.status_code in (302, 303)
    assert "/sign-in" in answer.headers["Location"]


def test_a_list_of_an_unknown_status_never_reaches_the_table(engine: Desk) -> None:
    with pytest.raises(ValueError, match="status"):
        Filter(status="nothing")
