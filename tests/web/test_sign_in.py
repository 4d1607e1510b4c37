"""Sign-in, sign-out, one's password: who comes in, where he lands, and what ends a session."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from connector.db import db, utcnow
from connector.setup import users
from connector.setup.models import OPERATOR, User
from connector.web.access.auth import safe_next
from tests.web.people import Client, client

PASSWORD = "four words in a row"


@pytest.fixture
def frida(app: Flask) -> str:
    users.create("frida", PASSWORD, OPERATOR)
    with db.saving() as session:
        session.query(User).filter_by(name="frida").update({"must_change": False})
    return "frida"


def enter(browser: Client, name: str = "frida", password: str = PASSWORD, **more: str) -> int:
    return browser.post("/sign-in", data={"name": name, "password": password, **more}).status_code


def test_the_right_password_leads_to_the_overview(stranger: Client, frida: str) -> None:
    answer = stranger.post("/sign-in", data={"name": " frida ", "password": PASSWORD})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/")
    assert stranger.get("/").status_code == 200


def test_a_wrong_password_and_a_wrong_name_get_the_same_sentence(stranger: Client, frida: str) -> None:
    wrong = stranger.post("/sign-in", data={"name": "frida", "password": "nope"})
    nobody = stranger.post("/sign-in", data={"name": "nobody", "password": "nope"})
    assert (wrong.status_code, nobody.status_code) == (422, 422)
    sentence = "The name or the password is wrong."
    assert sentence in wrong.text and sentence in nobody.text
    assert 'value="frida"' in wrong.text, "the name is kept"
    assert "nope" not in wrong.text, "the password is not"


def test_five_wrong_passwords_lock_the_name_and_say_for_how_long(stranger: Client, frida: str) -> None:
    for _ in range(5):
        enter(stranger, password="nope")
    answer = stranger.post("/sign-in", data={"name": "frida", "password": PASSWORD})
    assert answer.status_code == 422
    assert "this name is locked for another 15 minutes" in answer.text
    with db.saving() as session:
        session.query(User).filter_by(name="frida").update({"locked_until": utcnow() - timedelta(seconds=1)})
    assert enter(stranger) == 303


@pytest.mark.parametrize(
    "data", [{}, {"name": ""}, {"name": "x" * 5000, "password": "y"}, {"name": "a\x00b", "password": "c"}]
)
def test_bad_input_is_answered_with_a_sentence(stranger: Client, frida: str, data: dict[str, str]) -> None:
    assert stranger.post("/sign-in", data=data).status_code == 422


def test_one_comes_back_to_where_one_wanted_to_go(stranger: Client, frida: str) -> None:
    first = stranger.get("/messages?status=failed&key=A%26B")
    assert first.status_code == 303
    page = stranger.get(first.headers["Location"])
    assert page.status_code == 200
    answer = stranger.post(
        "/sign-in", data={"name": "frida", "password": PASSWORD, "next": "/messages?status=failed&key=A%26B"}
    )
    assert answer.headers["Location"] == "/messages?status=failed&key=A%26B"


@pytest.mark.parametrize(
    "address",
    [
        "//evil.example",
        "/\\evil.example",
        "https://evil.example",
        "javascript:alert(1)",
        "evil",
        "/a\r\nb",
        "/\t/evil",
        "",
        None,
    ],
)
def test_an_address_outside_the_house_is_not_followed(address: str | None) -> None:
    assert safe_next(address) is None


@given(st.text())
def test_whatever_is_followed_is_a_path_of_this_house(address: str) -> None:
    safe = safe_next(address)
    assert safe is None or (safe.startswith("/") and safe[1:2] not in ("/", "\\"))


def test_signing_out_needs_a_post_and_ends_the_session(admin: Client) -> None:
    assert admin.get("/sign-out").status_code == 405
    assert admin.post("/sign-out").status_code == 303
    assert admin.get("/").status_code == 303


def test_a_signed_in_person_has_no_use_for_the_sign_in_page(admin: Client) -> None:
    assert admin.get("/sign-in?next=/log").headers["Location"] == "/log"
    assert admin.get("/sign-in?next=//evil.example").headers["Location"] == "/"


def test_who_has_a_password_from_others_must_choose_one_first(app: Flask) -> None:
    browser = client(app, "vera", must_change=True)
    answer = browser.get("/")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/account")
    assert browser.part("/").headers["HX-Redirect"] == "/account"
    assert "Your password was made for you" in browser.get("/account").text


def signed_in(app: Flask) -> Client:
    browser = client(app)
    enter(browser)
    page = browser.get("/account").text
    browser.token = page.split('"X-CSRFToken": "')[1].split('"')[0]
    return browser


def test_a_new_password_ends_every_other_session(app: Flask, frida: str) -> None:
    here, elsewhere = signed_in(app), signed_in(app)
    answer = here.post("/account", data={"current": PASSWORD, "new": "another long one", "again": "another long one"})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/")
    assert here.get("/").status_code == 200
    assert elsewhere.get("/").headers["Location"].startswith("/sign-in")
    assert enter(client(app), password="another long one") == 303
    assert enter(client(app)) == 422


@pytest.mark.parametrize(
    ("current", "new", "again", "sentence"),
    [
        ("wrong", "another long one", "another long one", "This is not your current password."),
        (PASSWORD, "short", "short", "Use at least 10"),
        (PASSWORD, "another long one", "another long two", "This is not the same as the new password."),
        (PASSWORD, PASSWORD, PASSWORD, "Choose another password"),
        (PASSWORD, "x" * 300, "x" * 300, "at most 200"),
        ("", "", "", "Type a new password."),
        (PASSWORD, "nul\x00in the middle", "nul\x00in the middle", "cannot be"),
    ],
)
def test_a_password_that_will_not_do_is_refused_beside_its_field(
    app: Flask, frida: str, current: str, new: str, again: str, sentence: str
) -> None:
    answer = signed_in(app).post("/account", data={"current": current, "new": new, "again": again})
    assert answer.status_code == 422
    assert sentence in answer.text and 'aria-invalid="true"' in answer.text
    assert enter(client(app)) == 303, "the old one still holds"


def test_a_person_who_was_switched_off_is_out_at_once(app: Flask, viewer: Client) -> None:
    with db.saving() as session:
        session.query(User).filter_by(name="vera").update({"active": False})
    assert viewer.get("/").status_code == 303


def test_the_session_cookie_is_guarded_and_ends(app: Flask, stranger: Client, frida: str) -> None:
    answer = stranger.post("/sign-in", data={"name": "frida", "password": PASSWORD})
    cookie = answer.headers["Set-Cookie"]
    assert "HttpOnly" in cookie and "SameSite=Lax" in cookie and "Expires=" in cookie
    assert app.permanent_session_lifetime == timedelta(hours=12)
    stranger.get("/")
    assert "Set-Cookie" not in stranger.get("/").headers, "polling does not make a session live for ever"


def test_a_forged_session_is_a_stranger(app: Flask, stranger: Client) -> None:
    for stored in ("1", "1.", "x.y", "99999999999999999999.t", "1.token-of-olga", ""):
        with stranger.session_transaction() as session:
            session["_user_id"] = stored
        assert stranger.get("/").status_code == 303
    with db.read() as connection:
        assert connection.execute(select(User.id)).all() == []
