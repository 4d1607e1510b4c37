"""The API: a token opens it, its owner's role bounds it, and nothing of it can be forged or guessed."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import update

from connector.clock import FakeClock
from connector.db import db, utcnow
from connector.errors import Fail
from connector.setup import grants, tokens, users
from connector.setup.models import Token, User
from connector.web.access import bearer
from tests import rows
from tests.web import seed
from tests.web.people import Client, client

PASSWORD = "four words in a row"


class Engine:
    """Notes what it was asked to send."""

    bell = None

    def __init__(self) -> None:
        self.sent: list[tuple[str, str, str, str]] = []
        self.trouble: Exception | None = None

    def sync_now(
        self, connector_id: str, entity: str, key: str, *, user: str, wait: float = 2.0, direction: str = ""
    ) -> int:
        if self.trouble is not None:
            raise self.trouble
        self.sent.append((connector_id, entity, key, user))
        return 17


class Script:
    """Calls the API with a token, as curl would: without cookies."""

    def __init__(self, app: Flask, secret: str) -> None:
        self.browser, self.headers = client(app), {"Authorization": f"Bearer {secret}"}

    def get(self, path: str) -> Any:
        return self.browser.get(f"/api/v1{path}", headers=self.headers)

    def post(self, path: str, **values: Any) -> Any:
        return self.browser.open(f"/api/v1{path}", method="POST", headers=self.headers, **values)


@pytest.fixture(autouse=True)
def patience(monkeypatch: pytest.MonkeyPatch) -> FakeClock:
    clock = FakeClock()
    monkeypatch.setattr(bearer, "patience", bearer.Patience(clock))
    return clock


@pytest.fixture
def engine(app: Flask) -> Engine:
    seed.configured()
    app.extensions["engine"] = Engine()
    return app.extensions["engine"]


@pytest.fixture
def ann(engine: Engine) -> User:
    return users.create("ann", PASSWORD, "operator")


@pytest.fixture
def script(app: Flask, ann: User) -> Script:
    return Script(app, tokens.create(ann, "nightly", 30, by="ann").secret)


def test_a_script_sees_connectors_messages_and_runs(script: Script) -> None:
    seed.message("MUG", "failed", code="x", reason="No.")
    run = rows.run()
    (shown,) = script.get("/connectors").json["connectors"]
    assert (shown["id"], shown["state"], shown["plugin"]) == ("DEMO", "new", "magento")
    queues = {(queue["entity"], queue["direction"]): queue for queue in script.get("/connectors/DEMO").json["queues"]}
    assert queues["price", "erp_to_store"]["failed"] == 1
    listed = script.get("/messages?status=failed&entity=price&connector=DEMO").json
    assert [(row["key"], row["reason"]) for row in listed["messages"]] == [("MUG", "No.")] and listed["older"] is None
    one = script.get("/messages/1").json
    assert (one["connector"], one["status"], one["created_at"][-6:]) == ("DEMO", "failed", "+00:00")
    assert script.get("/runs").json["runs"][0]["id"] == run == script.get(f"/runs/{run}").json["id"]


def test_messages_are_paged(script: Script) -> None:
    for number in range(5):
        seed.message(f"P{number}")
    first = script.get("/messages?limit=3").json
    assert [row["key"] for row in first["messages"]] == ["P4", "P3", "P2"]
    rest = script.get(f"/messages?limit=3&before={first['older']}").json
    assert [row["key"] for row in rest["messages"]] == ["P1", "P0"] and rest["older"] is None


def test_a_script_sends_a_record_and_reprocesses(script: Script, engine: Engine) -> None:
    answer = script.post("/connectors/DEMO/sync", json={"entity": "price", "key": "A//B"})
    assert (answer.status_code, answer.json) == (202, {"message": 17, "url": "/api/v1/messages/17"})
    assert engine.sent == [("DEMO", "price", "A//B", "ann")]
    seed.message("MUG", "failed", code="x")
    assert script.post("/messages/1/reprocess").json["reprocessed"] == 1
    assert script.post("/messages/1/reprocess").status_code == 409
    engine.trouble = Fail("The connector is stopped.")
    refused = script.post("/connectors/DEMO/sync", json={"entity": "price", "key": "MUG"})
    assert (refused.status_code, refused.json["message"]) == (409, "The connector is stopped.")


@pytest.mark.parametrize(
    "body",
    [{}, {"entity": "dance", "key": "x"}, {"entity": "price"}, {"entity": "price", "key": ""},
     {"entity": "price", "key": "a\x00"}, {"entity": "price", "key": "x" * 300}, {"entity": ["price"], "key": "x"},
     {"entity": "price", "key": 5}, {"entity": "price", "key": "MUG", "direction": "sideways"}],
)  # fmt: skip
def test_what_cannot_be_sent_is_refused_with_a_sentence(script: Script, engine: Engine, body: Any) -> None:
    answer = script.post("/connectors/DEMO/sync", json=body)
    assert answer.status_code == 422 and answer.json["message"].endswith(".") and engine.sent == []


@pytest.mark.parametrize("data", [b"", b"[]", b"{", b"\xff"])
def test_what_is_no_json_is_refused(script: Script, data: bytes) -> None:
    answer = script.post("/connectors/DEMO/sync", data=data, content_type="application/json")
    assert answer.status_code == 400 and answer.is_json


@pytest.mark.parametrize(
    ("path", "status"),
    [("/connectors/NOPE", 404), ("/messages/99", 404), (f"/messages/{10**30}", 404), ("/runs/99", 404),
     ("/messages?status=odd", 422), ("/messages?limit=201", 422), ("/messages?before=x", 400), ("/nothing", 404)],
)  # fmt: skip
def test_a_slip_is_answered_in_json(script: Script, path: str, status: int) -> None:
    answer = script.get(path)
    assert answer.status_code == status and answer.is_json and answer.json["message"]


def test_a_token_may_what_its_owner_may(app: Flask, script: Script, ann: User, engine: Engine) -> None:
    body = {"entity": "price", "key": "MUG"}
    grants.save(ann, {"DEMO": "viewer"}, by="olga")
    assert script.get("/connectors/DEMO").status_code == 200
    assert script.post("/connectors/DEMO/sync", json=body).status_code == 403
    grants.save(ann, {"DEMO": "none"}, by="olga")
    seed.message("MUG")
    assert script.get("/connectors").json == {"connectors": []} and script.get("/messages").json["messages"] == []
    for path in ("/connectors/DEMO", "/messages/1"):
        assert script.get(path).status_code == 404
    assert script.post("/connectors/DEMO/sync", json=body).status_code == 404 and engine.sent == []


@pytest.mark.parametrize("change", ["revoked_at", "expires_at", "active", "must_change"])
def test_a_token_that_does_not_hold_opens_nothing(script: Script, ann: User, change: str) -> None:
    with db.write() as connection:
        if change in ("active", "must_change"):
            connection.execute(update(User.__table__).values({change: change == "must_change"}))
        else:
            connection.execute(update(Token.__table__).values({change: utcnow() - timedelta(seconds=1)}))
    answer = script.get("/connectors")
    assert (answer.status_code, answer.headers["WWW-Authenticate"]) == (401, "Bearer")


def test_a_token_opens_the_api_only(script: Script) -> None:
    assert script.browser.get("/messages", headers=script.headers).status_code == 303
    posted = script.browser.open("/sign-out", method="POST", headers=script.headers)
    assert posted.status_code == 400, "no CSRF token: an API token is none"


def test_whoever_guesses_has_to_wait(app: Flask, script: Script, patience: FakeClock) -> None:
    stranger = Script(app, "cct_" + "a" * 43)
    assert [stranger.get("/connectors").status_code for _ in range(10)] == [401] * 10
    answer = script.get("/connectors")
    assert answer.status_code == 429 and 0 < int(answer.headers["Retry-After"]) <= 61
    patience.sleep(61)
    assert script.get("/connectors").status_code == 200


def test_a_browser_needs_the_csrf_token_of_its_pages(app: Flask, engine: Engine) -> None:
    browser: Client = client(app, "otto")
    body = {"entity": "price", "key": "MUG"}
    assert browser.get("/api/v1/connectors").status_code == 200
    assert browser.post("/api/v1/connectors/DEMO/sync", json=body, forged=True).status_code == 400
    assert engine.sent == []
    assert browser.post("/api/v1/connectors/DEMO/sync", json=body).status_code == 202


def test_a_wrong_token_is_not_helped_by_a_cookie(app: Flask, engine: Engine) -> None:
    browser: Client = client(app, "otto")
    wrong = {"Authorization": "Bearer cct_" + "a" * 43}
    assert browser.get("/api/v1/connectors", headers=wrong).status_code == 401
