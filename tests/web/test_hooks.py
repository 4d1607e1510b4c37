"""The push intake over HTTP: bounded, well-formed, never a 500, never a full table."""

from __future__ import annotations

import json

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from connector.clock import FakeClock
from connector.db import db
from connector.engine import PushResult
from connector.events import Event
from connector.queue.models import Message
from connector.setup import connectors
from connector.web.frame.flood import Flood
from connector.web.machines import hooks
from tests.web.conftest import StandIn
from tests.web.people import Client

HOOK = "/hooks/acumatica/DEMO"
GOOD = json.dumps({"Id": "1", "Query": "CC Prices", "Inserted": []}).encode()


@pytest.fixture(autouse=True)
def calm(monkeypatch: pytest.MonkeyPatch, clock: FakeClock) -> None:
    monkeypatch.setattr(hooks, "flood", Flood(3, clock))


def logged() -> list[str]:
    with db.read() as connection:
        return list(connection.execute(select(Event.message).order_by(Event.id)).scalars())


def test_a_notification_goes_to_the_engine_and_its_answer_comes_back_as_json(
    stranger: Client, stand_in: StandIn
) -> None:
    answer = stranger.post(HOOK, data=GOOD, forged=True)
    assert (answer.status_code, answer.json) == (202, {"message": "Accepted."})
    assert stand_in.pushed == [("DEMO", GOOD)]
    assert logged() == []


def test_it_needs_no_csrf_token_and_no_sign_in(stranger: Client, stand_in: StandIn) -> None:
    assert stranger.post(HOOK, data=GOOD, forged=True).status_code == 202


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"null",
        b"1" * 5000,
        b"{",
        b"\xff\xfe\x00",
        b"[" * 100_000,
        b'{"a":' * 50_000,
        b'{"Id": "\\ud800"}',
        b'{"\\u0000": 1}',
        b'{"Inserted": [{"InventoryID": "A\\u0000B"}]}',
    ],
    ids=range(11),
)
def test_junk_is_refused_with_a_sentence_and_never_reaches_the_parser(
    stranger: Client, stand_in: StandIn, body: bytes
) -> None:
    stand_in.push = PushResult(400, "from the engine")
    answer = stranger.post(HOOK, data=body, forged=True)
    assert answer.status_code == 400
    assert answer.json["message"].startswith("The body ")
    assert stand_in.pushed == [("DEMO", b"")]


def test_a_stranger_with_junk_learns_only_that_he_is_a_stranger(stranger: Client, stand_in: StandIn) -> None:
    stand_in.push = PushResult(401, "No.")
    answer = stranger.post(HOOK, data=b"junk", forged=True)
    assert (answer.status_code, answer.json) == (401, {"message": "No."})


def test_more_than_a_megabyte_is_refused_unread(stranger: Client, stand_in: StandIn) -> None:
    answer = stranger.post(HOOK, data=b"x" * (1024 * 1024 + 1), forged=True)
    assert answer.status_code == 413
    assert "one megabyte" in answer.json["message"]
    assert stand_in.pushed == []


def test_other_methods_are_refused_as_json(stranger: Client, stand_in: StandIn) -> None:
    answer = stranger.get(HOOK)
    assert answer.status_code == 405 and answer.json["message"]


@pytest.mark.parametrize("name", ["%00", "A" * 300, "a%2Fb%20c", "'; drop table message; --", "%F0%9F%98%80"])
def test_an_impossible_connector_is_as_unknown_as_any_other(stranger: Client, stand_in: StandIn, name: str) -> None:
    stand_in.push = PushResult(401, "No.")
    assert stranger.post(f"/hooks/acumatica/{name}", data=GOOD, forged=True).status_code in (401, 404)
    assert all(connector_id == "" for connector_id, _ in stand_in.pushed)


def test_a_refusal_is_logged_without_the_body(stranger: Client, stand_in: StandIn) -> None:
    stand_in.push = PushResult(401, "This address does not accept notifications with that secret.")
    stranger.post(HOOK, data=GOOD, headers={"X-Connector-Secret": "guessed-secret"}, forged=True)
    assert logged() == [
        "A notification was refused with 401: This address does not accept notifications with that secret."
    ]
    with db.read() as connection:
        assert "guessed-secret" not in str(connection.execute(select(Event.details)).scalars().all())


def test_a_flood_of_junk_cannot_fill_the_table(stranger: Client, stand_in: StandIn, clock: FakeClock) -> None:
    stand_in.push = PushResult(401, "No.")
    for _ in range(20):
        stranger.post(HOOK, data=GOOD, forged=True)
    assert len(logged()) == 3
    clock.advance(60)
    stranger.post(HOOK, data=GOOD, forged=True)
    assert logged()[3:] == [
        "17 more notifications were refused and not listed.",
        "A notification was refused with 401: No.",
    ]


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=30),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=15,
)
notification = st.fixed_dictionaries(
    {},
    optional={
        "Id": anything,
        "Query": st.sampled_from(["CC Prices", "CC Products", "Other"]) | anything,
        "TimeStamp": anything,
        "Inserted": st.lists(st.dictionaries(st.sampled_from(["InventoryID", "NoteID"]) | st.text(), anything))
        | anything,
        "Deleted": anything,
        "CompanyId": anything,
        "AdditionalInfo": anything,
    },
)
"""Shaped like what Acumatica sends, with anything in every place (facts/ACUMATICA.md, push notifications)."""


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(body=st.binary(max_size=300) | notification.map(lambda value: json.dumps(value).encode()))
def test_no_body_makes_a_500(hook_app: Flask, body: bytes) -> None:
    """With the real engine and the right secret."""
    client = hook_app.test_client()
    for path, secret in ((HOOK, "s" * 20), (HOOK, "wrong"), ("/hooks/acumatica/NOBODY", "s" * 20)):
        answer = client.post(path, data=body, headers={"X-Connector-Secret": secret})
        assert answer.status_code < 500, (answer.status_code, body)
        assert isinstance(answer.json["message"], str)


def test_all_these_bodies_left_nothing_in_the_log_that_is_secret(app: Flask, stranger: Client) -> None:
    stranger.post(HOOK, data=b'{"password": "hunter2"}', forged=True)
    with db.read() as connection:
        assert connection.execute(select(func.count()).select_from(Event)).scalar_one() == 1
        assert "hunter2" not in str(connection.execute(select(Event.message, Event.details)).all())


# --- of a store that has a module for it --------------------------------------------------------------------

STORE_HOOK = "/hooks/magento/DEMO"
TOLD = {"entity": "order", "key": "000000012", "id": "n-1"}


@pytest.fixture
def store_app(hook_app: Flask) -> Flask:
    """With orders on their way to the ERP, and nothing else of the store's."""
    wanted = {"entities": {"order": True, "customer": False}}
    connectors.save("DEMO", wanted, user="ann", revision=connectors.get("DEMO").revision)
    hook_app.extensions["engine"].refresh()
    return hook_app


def tell(app: Flask, path: str = STORE_HOOK, secret: str = "s" * 20, body: object = TOLD) -> tuple[int, str]:
    answer = app.test_client().post(path, json=body, headers={"X-Connector-Secret": secret})
    return answer.status_code, answer.json["message"]


def waiting() -> list[tuple[str, str, str]]:
    columns = Message.__table__.c
    with db.read() as connection:
        rows = connection.execute(select(columns.entity, columns.direction, columns.key))
        return [tuple(row) for row in rows]  # type: ignore[misc]


def test_an_order_that_a_store_tells_of_waits_on_its_way_to_the_erp_once(store_app: Flask) -> None:
    assert tell(store_app) == (202, "Accepted.")
    assert tell(store_app) == (200, "Already received.")
    assert waiting() == [("order", "store_to_erp", "000000012")]


def test_a_store_has_to_know_the_secret_and_be_the_connectors_own(store_app: Flask) -> None:
    assert tell(store_app, secret="wrong")[0] == 401
    assert tell(store_app, "/hooks/bigcommerce/DEMO")[0] == 401
    assert tell(store_app, "/hooks/magento/NOBODY")[0] == 401
    assert waiting() == []


def test_what_a_store_sends_is_junk_when_it_names_nothing(store_app: Flask) -> None:
    status, message = tell(store_app, body={"hello": "world"})
    assert status == 400 and "names no order" in message
    assert tell(store_app, body=[])[0] == 400 and waiting() == []


def test_a_thing_that_does_not_travel_is_stored_and_nothing_more(store_app: Flask) -> None:
    assert tell(store_app, body={"customer": {"id": 42}})[0] == 202
    assert waiting() == []
