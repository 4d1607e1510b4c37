"""The one seam for HTTP: which word each answer becomes, what is recorded, and what is never recorded."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext
from datetime import UTC, datetime

import pytest
import requests
import responses

from connector.clock import FakeClock
from connector.errors import Fail, Outcome, Refused, Retry
from connector.systems.http import KEEP, MASK, Answer, Http, is_urgent, recording, redact, redact_url

BASE = "https://shop.example"


@pytest.fixture
def wire() -> Iterator[responses.RequestsMock]:
    with responses.RequestsMock() as mock:
        yield mock


@pytest.fixture
def http(clock: FakeClock) -> Http:
    return Http(BASE + "/", clock=clock, name="The shop")


def word(http: Http, method: str = "GET", **more: object) -> Outcome:
    with pytest.raises(Outcome) as caught:
        http.call(method, "/x", **more)  # type: ignore[arg-type]
    return caught.value


# --- statuses become words


@pytest.mark.parametrize("status", [408, 425, 429, 500, 502, 503, 504])
def test_a_busy_or_broken_system_is_worth_another_try(http: Http, wire: responses.RequestsMock, status: int) -> None:
    wire.get(f"{BASE}/x", status=status, json={"message": "later please"})
    said = word(http)
    assert type(said) is Retry
    assert said.reason == f"The shop answered {status}: later please"
    assert said.code == f"http.{status}"
    assert said.unknown is False


@pytest.mark.parametrize("status", [400, 404, 405, 409, 422])
def test_a_plain_no_is_final(http: Http, wire: responses.RequestsMock, status: int) -> None:
    wire.get(f"{BASE}/x", status=status, json={"message": "no such thing"})
    said = word(http)
    assert type(said) is Fail
    assert said.reason == f"The shop answered {status}: no such thing"


@pytest.mark.parametrize("status", [401, 403])
def test_refused_credentials_need_a_person(http: Http, wire: responses.RequestsMock, status: int) -> None:
    wire.get(f"{BASE}/x", status=status)
    said = word(http)
    assert type(said) is Refused
    assert said.reason == f"The shop answered {status}."


def test_a_redirect_is_not_followed(http: Http, wire: responses.RequestsMock) -> None:
    wire.get(f"{BASE}/x", status=302, headers={"Location": "https://elsewhere.example/"})
    assert type(word(http)) is Fail
    assert len(wire.calls) == 1


def test_an_error_page_is_shown_without_its_tags(http: Http, wire: responses.RequestsMock) -> None:
    wire.get(f"{BASE}/x", status=502, body="<html><body><h1>Bad\n gateway</h1></body></html>", content_type="text/html")
    reason = word(http).reason
    assert "Bad" in reason and "<" not in reason


def test_a_system_can_name_its_own_word(wire: responses.RequestsMock) -> None:
    def explain(answer: Answer) -> str | Outcome:
        return Fail("that record is gone") if answer.status == 500 else "nothing special"

    http = Http(BASE, explain=explain)
    wire.get(f"{BASE}/x", status=500)
    assert type(word(http)) is Fail
    wire.reset()
    wire.get(f"{BASE}/x", status=503)
    assert word(http).reason == "the system answered 503: nothing special"


# --- no answer


@pytest.mark.parametrize(
    ("error", "method", "unknown"),
    [
        (requests.exceptions.ConnectTimeout(), "POST", False),
        (requests.exceptions.ReadTimeout(), "POST", True),
        (requests.exceptions.ReadTimeout(), "GET", False),
        (requests.exceptions.ConnectionError("Connection refused"), "POST", False),
        (requests.exceptions.ConnectionError("Failed to resolve 'shop.example'"), "PUT", False),
        (requests.exceptions.ConnectionError("Connection reset by peer"), "PUT", True),
        (requests.exceptions.ChunkedEncodingError("IncompleteRead"), "POST", True),
        (requests.exceptions.ChunkedEncodingError("IncompleteRead"), "GET", False),
        (requests.exceptions.SSLError("certificate verify failed"), "POST", False),
    ],
)
def test_a_lost_answer_says_whether_the_write_may_have_landed(
    http: Http, wire: responses.RequestsMock, error: Exception, method: str, unknown: bool
) -> None:
    wire.add(method, f"{BASE}/x", body=error)
    said = word(http, method)
    assert type(said) is Retry
    assert said.unknown is unknown
    assert said.code == "http.unreachable"


@pytest.mark.parametrize(
    ("error", "away"),
    [
        (requests.exceptions.ConnectTimeout(), True),
        (requests.exceptions.ConnectionError("Connection refused"), True),
        (requests.exceptions.ConnectionError("Failed to resolve 'shop.example'"), True),
        (requests.exceptions.ConnectionError("Connection reset by peer"), False),
        (requests.exceptions.ReadTimeout(), False),
        (requests.exceptions.SSLError("certificate verify failed"), False),
    ],
)
def test_only_who_cannot_even_be_reached_is_away(
    http: Http, wire: responses.RequestsMock, error: Exception, away: bool
) -> None:
    wire.add("GET", f"{BASE}/x", body=error)
    said = word(http, "GET")
    assert isinstance(said, Retry) and said.away is away


def test_a_post_that_only_reads_is_never_unknown(http: Http, wire: responses.RequestsMock) -> None:
    wire.put(f"{BASE}/x", body=requests.exceptions.ReadTimeout())
    said = word(http, "PUT", body={}, safe=True)
    assert isinstance(said, Retry) and said.unknown is False


def test_a_failed_write_with_a_server_error_is_unknown(http: Http, wire: responses.RequestsMock) -> None:
    wire.post(f"{BASE}/x", status=500)
    said = word(http, "POST", body={})
    assert isinstance(said, Retry) and said.unknown is True


@pytest.mark.parametrize(("method", "unknown"), [("GET", False), ("POST", True)])
def test_cut_json_is_worth_another_try(http: Http, wire: responses.RequestsMock, method: str, unknown: bool) -> None:
    wire.add(method, f"{BASE}/x", body='{"items": [{"sku": "A', content_type="application/json")
    said = word(http, method)
    assert isinstance(said, Retry)
    assert (said.code, said.unknown) == ("http.cut_json", unknown)


def test_json_nested_without_end_is_no_answer(http: Http, wire: responses.RequestsMock) -> None:
    wire.get(f"{BASE}/x", body="[" * 100_000, content_type="application/json")
    assert word(http).code == "http.cut_json"


# --- Retry-After


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("17", 17.0),
        (" 0 ", 0.0),
        ("Thu, 01 Jan 2026 00:01:30 GMT", 90.0),
        ("Wed, 31 Dec 2025 23:00:00 GMT", 0.0),
        ("soon", None),
        ("", None),
        ("Thu, 99 Foo 2026 00:01:30 GMT", None),
    ],
)
def test_retry_after_is_a_number_of_seconds_or_a_date(
    http: Http, wire: responses.RequestsMock, value: str, seconds: float | None
) -> None:
    wire.get(f"{BASE}/x", status=429, headers={"Retry-After": value})
    said = word(http)
    assert isinstance(said, Retry) and said.after == seconds


# --- what is sent


def test_a_body_is_sent_as_json_and_the_answer_is_read(http: Http, wire: responses.RequestsMock) -> None:
    wire.post(f"{BASE}/x", json={"id": 7}, status=201, headers={"Set-Cookie": "seat=1"})
    answer = http.call("POST", "/x", body={"name": "Ärmel"}, headers={"X-Shop": "1"})
    request = wire.calls[0].request
    assert json.loads(request.body or b"") == {"name": "Ärmel"}
    assert request.headers["Content-Type"] == "application/json"
    assert request.headers["Accept"] == "application/json"
    assert request.headers["X-Shop"] == "1"
    assert (answer.status, answer.data, answer.cookies) == (201, {"id": 7}, {"seat": "1"})


def test_an_empty_post_says_that_it_is_empty(http: Http, wire: responses.RequestsMock) -> None:
    wire.post(f"{BASE}/x", status=204)
    http.call("POST", "/x")
    assert wire.calls[0].request.headers["Content-Length"] == "0"


def test_a_whole_address_is_taken_as_it_is(http: Http, wire: responses.RequestsMock) -> None:
    wire.get("https://files.example/a", json=[])
    assert http.call("GET", "https://files.example/a").data == []


def test_text_without_a_charset_is_utf_8(http: Http, wire: responses.RequestsMock) -> None:
    wire.get(f"{BASE}/x", body="Ärmel – 5 €".encode(), content_type="text/plain")
    assert http.call("GET", "/x").text == "Ärmel – 5 €"


def test_the_time_limits_are_ten_seconds_to_connect_and_two_minutes_to_answer(http: Http) -> None:
    assert http.timeout == (10.0, 120.0)


class WatchingGate:
    """Notes who came through."""

    def __init__(self) -> None:
        self.entered: list[bool] = []

    def enter(self, *, urgent: bool = False) -> AbstractContextManager[None]:
        self.entered.append(urgent)
        return nullcontext()


def test_every_request_passes_the_gate_and_urgent_ones_say_so(wire: responses.RequestsMock) -> None:
    gate = WatchingGate()
    http = Http(BASE, gate=gate)
    wire.get(f"{BASE}/x", json={})
    http.call("GET", "/x")
    with recording(urgent=True):
        assert is_urgent()
        http.call("GET", "/x")
    assert gate.entered == [False, True]
    assert not is_urgent()


# --- recording


def test_an_exchange_is_recorded_with_what_was_sent_and_answered(
    http: Http, wire: responses.RequestsMock, clock: FakeClock
) -> None:
    wire.put(f"{BASE}/x", json={"ok": True})
    with recording() as exchanges:
        http.call("PUT", "/x", params={"page": 1}, body={"sku": "A1"})
    (entry,) = exchanges
    assert entry["method"] == "PUT"
    assert entry["url"] == f"{BASE}/x"
    assert entry["params"] == {"page": 1}
    assert entry["body"] == {"sku": "A1"}
    assert entry["status"] == 200
    assert entry["response"] == {"ok": True}
    assert datetime.fromisoformat(entry["at"]) == datetime(2026, 1, 1, tzinfo=UTC)
    assert entry["seconds"] == 0.0


def test_a_lost_answer_is_recorded_too(http: Http, wire: responses.RequestsMock) -> None:
    wire.get(f"{BASE}/x", body=requests.exceptions.ReadTimeout())
    with recording() as exchanges:
        word(http)
    assert exchanges[0]["status"] is None
    assert exchanges[0]["error"] == "ReadTimeout"


def test_nothing_is_kept_when_nobody_records(http: Http, wire: responses.RequestsMock) -> None:
    wire.get(f"{BASE}/x", json={})
    http.call("GET", "/x")
    with recording() as exchanges:
        pass
    assert exchanges == []


def test_secrets_are_never_recorded(http: Http, wire: responses.RequestsMock) -> None:
    wire.post(f"{BASE}/x", json={"access_token": "hush-4", "expires_in": 3600}, headers={"Set-Cookie": "s=hush-5"})
    with recording() as exchanges:
        http.call(
            "POST",
            "/x?api_key=hush-6&page=2",
            params=[("token", "hush-7"), ("size", 3)],
            body={"name": "admin", "password": "hush-1", "nested": [{"client_secret": {"value": "hush-2"}}]},
            headers={"Authorization": "Bearer hush-3", "Cookie": "hush-8", "X-Connector-Secret": "hush-9"},
        )
        http.call("POST", "/x", data=b"grant_type=password&password=hush-0")
    text = json.dumps(exchanges)
    assert "hush" not in text
    assert exchanges[0]["body"] == {"name": "admin", "password": MASK, "nested": [{"client_secret": MASK}]}
    assert exchanges[0]["url"] == f"{BASE}/x?api_key={MASK}&page=2"
    assert exchanges[0]["params"] == [["token", MASK], ["size", 3]]
    assert exchanges[1]["body"] == "(35 bytes)"


def test_flags_and_missing_values_are_not_masked() -> None:
    assert redact({"password_set": True, "token": None, "lines": ["a", "b"]}) == {
        "password_set": True,
        "token": None,
        "lines": ["a", "b"],
    }


def test_an_address_without_a_query_is_left_alone() -> None:
    assert redact_url(f"{BASE}/x") == f"{BASE}/x"
    assert redact_url(f"{BASE}/x?a&b=c=d") == f"{BASE}/x?a&b=c=d"


def test_a_long_answer_is_kept_in_part(http: Http, wire: responses.RequestsMock) -> None:
    wire.get(f"{BASE}/x", json=[{"sku": f"SKU-{number:06}", "token": "hush"} for number in range(5000)])
    with recording() as exchanges:
        http.call("GET", "/x")
    kept = exchanges[0]["response"]
    assert kept[0] == {"sku": "SKU-000000", "token": MASK}
    assert kept[-1] == "... and 4975 more"
    assert len(json.dumps(kept)) < KEEP


def test_a_long_text_in_an_answer_is_cut(http: Http, wire: responses.RequestsMock) -> None:
    wire.get(f"{BASE}/x", json={"description": "x" * 50_000, "password": "hush"})
    with recording() as exchanges:
        http.call("GET", "/x")
    assert len(exchanges[0]["response"]) == KEEP
    assert "hush" not in exchanges[0]["response"]
