"""People: made, changed, locked out and let in again by an administrator; the first one in the browser; sessions."""

from __future__ import annotations

import logging
import re
from datetime import timedelta

import pytest
from flask import Flask

from connector import events
from connector.db import utcnow
from connector.setup import grants, tokens, users
from connector.setup.models import User
from connector.web.access import sessions, sign_in
from connector.web.frame.flood import Flood
from tests.web import seed
from tests.web.conftest import StandIn
from tests.web.operating import text_of
from tests.web.people import TOKEN, Client, client

PASSWORD = "four words in a row"
SHOWN = re.compile(r'<code id="password">([^<]+)</code>')


@pytest.fixture
def otto(operator: Client) -> User:
    found = users.find("otto")
    assert found is not None
    return found


def address(user: User, more: str = "") -> str:
    return f"/people/{user.id}{more}"


def sent(browser: Client, user: User, **changes: str) -> dict[str, str]:
    """The form of a person as a browser would send it, with some fields changed."""
    page = browser.get(address(user)).text
    seen = re.search(r'name="seen" type="hidden" value="(\w+)"', page)
    assert seen is not None
    form = {"seen": seen.group(1), "role": user.role, "active": "y", **changes}
    return {name: value for name, value in form.items() if value != "(out)"}


def audit() -> list[tuple[str, str, str]]:
    return [(row.action, row.user, row.message) for row in events.latest(people=True)]


def test_a_person_is_added_with_a_password_that_is_shown_once(admin: Client, app: Flask) -> None:
    page = admin.post("/people", data={"name": "Hans", "role": "viewer"})
    shown = SHOWN.search(page.text)
    assert shown is not None and page.headers["Cache-Control"] == "no-store"
    made = users.verify("hans", shown.group(1))
    assert made is not None and (made.role, made.must_change) == ("viewer", True)
    assert shown.group(1) not in admin.get("/people").text + admin.get(address(made)).text
    assert audit()[0] == ("People", "olga", "User Hans was made, role viewer.")
    assert "Has to choose a password" in text_of(admin.get("/people").text)


@pytest.mark.parametrize(
    ("name", "role", "sentence"),
    [("", "viewer", "1 to 120"), ("x" * 121, "viewer", "1 to 120"), ("olga", "viewer", "already"),
     ("a\x00b", "viewer", "1 to 120"), ("Hans", "king", "must be one of")],
)  # fmt: skip
def test_a_person_that_cannot_be_is_refused_beside_the_field(
    admin: Client, name: str, role: str, sentence: str
) -> None:
    answer = admin.post("/people", data={"name": name, "role": role})
    assert answer.status_code == 422
    assert sentence in answer.text and 'aria-invalid="true"' in answer.text
    assert len(users.all()) == 1


def test_another_role_is_saved_logged_and_ends_the_sessions(admin: Client, operator: Client, otto: User) -> None:
    answer = admin.post(address(otto), data=sent(admin, otto, role="viewer"))
    assert answer.status_code == 303
    changed = users.find("otto")
    assert changed is not None and changed.role == "viewer"
    row = events.latest(people=True)[0]
    assert (row.action, row.user, row.message) == ("People", "olga", "User otto: role from operator to viewer.")
    assert all(text in row.details for text in ('"field": "user.otto.role"', '"ip": "127.0.0.1"', '"result": "done"'))
    assert operator.get("/").headers["Location"].startswith("/sign-in")
    assert admin.post(address(otto), data=sent(admin, changed)).status_code == 303
    assert len(audit()) == 1, "nothing was different"


def test_the_last_administrator_stays_and_the_form_keeps_what_was_chosen(admin: Client) -> None:
    olga = users.find("olga")
    assert olga is not None
    for changes in ({"role": "viewer"}, {"active": "(out)"}):
        answer = admin.post(address(olga), data=sent(admin, olga, **changes))
        assert answer.status_code == 422 and "The last administrator must stay one." in answer.text
    assert admin.get("/people").status_code == 200 and audit() == []


def test_nothing_is_half_saved(admin: Client, otto: User) -> None:
    seed.connector()
    wrong = sent(admin, otto, role="viewer", **{"grant-DEMO": "king"})
    answer = admin.post(address(otto), data=wrong)
    assert answer.status_code == 422 and 'id="grant-DEMO-error"' in answer.text
    assert audit() == [] and grants.of(otto.id) == {}


def test_the_second_of_two_editors_is_told(admin: Client, otto: User) -> None:
    first, second = sent(admin, otto, role="viewer"), sent(admin, otto, role="admin")
    assert admin.post(address(otto), data=first).status_code == 303
    answer = admin.post(address(otto), data=second)
    assert answer.status_code == 409 and "Somebody else has saved otto" in answer.text
    changed = users.find("otto")
    assert changed is not None and changed.role == "viewer"


def test_who_is_out_cannot_sign_in_and_is_out_at_once(admin: Client, operator: Client, otto: User) -> None:
    admin.post(address(otto), data=sent(admin, otto, active="(out)"))
    assert operator.get("/").status_code == 303
    assert "May not sign in" in text_of(admin.get("/people").text)


def test_a_lock_is_ended_by_hand(admin: Client, app: Flask) -> None:
    made = users.create("frida", PASSWORD, "viewer")
    for _ in range(5):
        users.verify("frida", "nope")
    assert "Locked" in text_of(admin.get(address(made)).text)
    assert admin.post(address(made, "/unlock")).status_code == 303
    assert users.verify("frida", PASSWORD) is not None
    assert audit()[0][2] == "The lock of user frida was ended."


def test_a_new_password_is_shown_once_and_must_be_changed(admin: Client, app: Flask) -> None:
    made = users.create("frida", PASSWORD, "viewer")
    shown = SHOWN.search(admin.post(address(made, "/password")).text)
    assert shown is not None and users.verify("frida", PASSWORD) is None
    changed = users.verify("frida", shown.group(1))
    assert changed is not None and changed.must_change


def test_an_administrator_signs_a_person_out_and_revokes_a_token(admin: Client, operator: Client, otto: User) -> None:
    made = tokens.create(otto, "nightly", 30, by="otto")
    assert admin.post(address(otto, "/sign-out")).status_code == 303
    assert operator.get("/").status_code == 303
    olga = users.find("olga")
    assert olga is not None
    assert admin.post(address(olga, f"/tokens/{made.id}/revoke")).status_code == 404, "it is not hers"
    assert admin.post(address(otto, f"/tokens/{made.id}/revoke")).status_code == 303
    assert tokens.owner(made.secret) is None


@pytest.mark.parametrize("path", ["/people/0", "/people/999", "/people/99999999999999999999"])
def test_a_person_who_is_not_there_is_not_found(admin: Client, path: str) -> None:
    assert admin.get(path).status_code == 404


def test_people_are_the_administrators_business(viewer: Client, operator: Client) -> None:
    for browser in (viewer, operator):
        assert browser.get("/people").status_code == 403
        assert 'href="/people"' not in browser.get("/").text


# --- the first administrator ------------------------------------------------------------------------------------


@pytest.fixture
def code(app: Flask, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setattr(sign_in, "told", Flood(1))
    return users.setup_code(app.config["SECRET_KEY"])


def test_the_first_administrator_needs_the_code_from_the_log(
    stranger: Client, code: str, caplog: pytest.LogCaptureFixture
) -> None:
    assert 'href="/first-user"' in stranger.get("/sign-in").text
    with caplog.at_level(logging.WARNING):
        page = stranger.get("/first-user")
        stranger.get("/first-user")
    assert caplog.text.count(code) == 1 and code not in page.text
    form = {"name": "Ann", "password": PASSWORD, "again": PASSWORD}
    wrong = stranger.post("/first-user", data={**form, "code": "AAAAA-AAAAA-AAAAA-AAAAA"})
    assert wrong.status_code == 422 and "This is not the code" in wrong.text and PASSWORD not in wrong.text
    assert users.nobody_yet()
    made = stranger.post("/first-user", data={**form, "code": f" {code.lower()} "})
    assert (made.status_code, made.headers["Location"]) == (303, "/")
    assert "Ann" in stranger.get("/people").text


def test_there_is_a_first_administrator_once(admin: Client, stranger: Client, code: str) -> None:
    assert stranger.get("/first-user").headers["Location"] == "/sign-in"
    form = {"name": "Eve", "password": PASSWORD, "again": PASSWORD, "code": code}
    assert stranger.post("/first-user", data=form).headers["Location"] == "/sign-in"
    assert users.find("Eve") is None
    assert "/first-user" not in stranger.get("/sign-in").text


@pytest.mark.parametrize(
    ("changes", "field"),
    [({"name": ""}, "name"), ({"password": "short"}, "password"), ({"again": "other"}, "again"), ({"code": ""}, "code"),
     ({"name": "a\x00b"}, "name")],
)  # fmt: skip
def test_a_first_administrator_who_cannot_be_is_refused_beside_the_field(
    stranger: Client, code: str, changes: dict[str, str], field: str
) -> None:
    form = {"name": "Ann", "password": PASSWORD, "again": PASSWORD, "code": code, **changes}
    answer = stranger.post("/first-user", data=form)
    assert answer.status_code == 422 and f'id="{field}-error"' in answer.text
    assert users.nobody_yet()


# --- sessions ---------------------------------------------------------------------------------------------------


def signed_in(app: Flask, name: str = "frida") -> Client:
    browser = client(app)
    assert browser.post("/sign-in", data={"name": name, "password": PASSWORD}).status_code == 303
    found = TOKEN.search(browser.get("/account").text)
    assert found is not None
    browser.token = found.group(1)
    return browser


@pytest.fixture
def frida(app: Flask) -> User:
    return users.create("frida", PASSWORD, "operator")


def later(monkeypatch: pytest.MonkeyPatch, **span: int) -> None:
    at = utcnow() + timedelta(**span)
    monkeypatch.setattr(sessions, "utcnow", lambda: at)


def test_a_session_ends_when_nobody_uses_it(app: Flask, frida: User, monkeypatch: pytest.MonkeyPatch) -> None:
    browser, idle = signed_in(app), app.config["SESSION_IDLE_MINUTES"]
    later(monkeypatch, minutes=idle - 1)
    assert browser.get("/").status_code == 200
    later(monkeypatch, minutes=2 * idle - 2)
    assert browser.part("/").status_code == 200, "but a page that polls does not count as use"
    later(monkeypatch, minutes=2 * idle + 1)
    answer = browser.get("/messages")
    assert answer.headers["Location"] == "/sign-in?next=/messages"
    assert "the session had come to its end" in browser.get("/sign-in").text


def test_a_session_ends_after_its_hours_however_busy(app: Flask, frida: User, monkeypatch: pytest.MonkeyPatch) -> None:
    browser = signed_in(app)
    for hour in range(1, 12):
        later(monkeypatch, hours=hour)
        assert browser.get("/").status_code == 200
    later(monkeypatch, hours=12)
    assert browser.get("/").status_code == 303


def test_signing_out_everywhere_keeps_this_browser(app: Flask, frida: User) -> None:
    here, elsewhere = signed_in(app), signed_in(app)
    assert here.post("/account/sign-out-everywhere").status_code == 303
    assert here.get("/").status_code == 200 and elsewhere.get("/").status_code == 303


def test_signing_in_and_out_and_refusals_are_in_the_audit_trail(app: Flask, frida: User) -> None:
    signed_in(app).post("/sign-out")
    client(app).post("/sign-in", data={"name": "frida", "password": "nope"})
    client(app).post("/sign-in", data={"name": PASSWORD, "password": "typed into the wrong field"})
    assert audit() == [
        ("Sign-in", "frida", "A sign-in as frida was refused."),
        ("Sign-in", "frida", "Signed out."),
        ("Sign-in", "frida", "Signed in."),
    ]
    assert [('"result": "refused"' in row.details) for row in events.latest(people=True)] == [True, False, False]


# --- API tokens on the account page -----------------------------------------------------------------------------


def test_a_token_is_shown_once_and_revoked(app: Flask, frida: User) -> None:
    browser = signed_in(app)
    page = browser.post("/account/tokens", data={"token_name": "nightly", "days": "30"})
    secret = re.search(r'<code id="token">([^<]+)</code>', page.text)
    assert secret is not None and tokens.owner(secret.group(1)) == frida.id
    account = browser.get("/account").text
    assert "nightly" in account and secret.group(1) not in account
    (row,) = tokens.of(frida.id)
    assert browser.post(f"/account/tokens/{row.id}/revoke").headers["Location"] == "/account#tokens"
    assert browser.post(f"/account/tokens/{row.id}/revoke").status_code == 404
    assert tokens.owner(secret.group(1)) is None


def test_a_token_without_a_name_is_refused_beside_the_field(app: Flask, frida: User) -> None:
    browser = signed_in(app)
    answer = browser.post("/account/tokens", data={"token_name": "", "days": "30"})
    assert answer.status_code == 422 and 'id="token_name-error"' in answer.text
    assert browser.post("/account/tokens", data={"token_name": "x", "days": "31"}).status_code == 422
    assert tokens.of(frida.id) == []


def test_who_must_choose_a_password_makes_no_token_first(app: Flask) -> None:
    browser = client(app, "vera", must_change=True)
    assert browser.post("/account/tokens", data={"token_name": "x", "days": "30"}).headers["Location"] == "/account"
    vera = users.find("vera")
    assert vera is not None and tokens.of(vera.id) == []


# --- a role in each connector -----------------------------------------------------------------------------------


def granted(app: Flask, **roles: str) -> Client:
    """vera, a viewer, with these roles in connectors that are there."""
    for id in ("DEMO", "NORTH"):
        seed.connector(id, name=f"Shop {id}")
    browser = client(app, "vera")
    vera = users.find("vera")
    assert vera is not None
    grants.save(vera, roles, by="olga")
    return browser


def test_a_connector_with_the_role_none_is_nowhere(app: Flask, stand_in: StandIn) -> None:
    browser = granted(app, NORTH="none")
    for id in ("DEMO", "NORTH"):
        seed.message("MUG", "failed", connector_id=id, code="x")
        events.record("Configuration", f"Something about {id}", connector_id=id)
    for path in ("/", "/connectors", "/messages", "/failed", "/failed/messages", "/log", "/log/runs", "/log/events",
                 "/notifications"):  # fmt: skip
        text = browser.get(path).text
        assert "NORTH" not in text, path
        assert "DEMO" in text or path in ("/log", "/log/runs", "/notifications"), path
    for path in ("/messages/2", "/processes/NORTH/price", "/records/NORTH/price/MUG", "/connectors/NORTH"):
        assert browser.get(path).status_code == 404, path
    assert browser.get("/messages/1").status_code == 200
    assert browser.post("/messages/2/sync").status_code == 404


def test_an_operator_of_one_connector_repairs_there_only(app: Flask, stand_in: StandIn) -> None:
    browser = granted(app, DEMO="operator")
    for id in ("DEMO", "NORTH"):
        seed.message("MUG", "failed", connector_id=id, code="x")
    assert browser.post("/messages/1/reprocess").status_code == 303
    assert browser.post("/messages/2/reprocess").status_code == 403
    seed.message("CUP", "failed", connector_id="DEMO", code="x")
    everything = {"scope": "filter", "confirmed": "1"}
    assert browser.post("/failed/reprocess", data=everything).status_code == 303
    assert browser.post("/failed/reprocess", data={**everything, "connector": "NORTH"}).status_code == 403
    named = {"scope": "selected", "id": ["2", "3"], "confirmed": "1"}
    assert browser.post("/failed/reprocess", data=named).status_code == 303
    assert seed.statuses() == {"pending": 2, "failed": 1}


def test_an_administrator_of_one_connector_sets_up_that_one(app: Flask, demo: StandIn) -> None:
    seed.configured("OTHER")
    browser = client(app, "vera")
    vera = users.find("vera")
    assert vera is not None
    grants.save(vera, {"DEMO": "admin"}, by="olga")
    assert browser.get("/connectors/DEMO/initialize").status_code == 200
    assert browser.get("/connectors/OTHER/initialize").status_code == 403
    assert browser.get("/connectors/new").status_code == 403 and browser.get("/people").status_code == 403


def test_an_administrator_is_a_viewer_where_it_was_said_so(app: Flask, demo: StandIn) -> None:
    browser = client(app, "olga")
    olga = users.find("olga")
    assert olga is not None
    grants.save(olga, {"DEMO": "viewer"}, by="olga")
    assert browser.get("/connectors/DEMO").status_code == 200
    assert browser.get("/connectors/DEMO/initialize").status_code == 403
    assert browser.get("/people").status_code == 200
