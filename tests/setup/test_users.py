"""People: made once, let in with the right password only, locked out for a while."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connector.db import utcnow
from connector.errors import Invalid
from connector.setup import users
from tests.setup.changes import logged

RIGHT = "correct horse battery"


def test_the_right_password_lets_in_and_a_wrong_one_does_not(any_app: Flask) -> None:
    made = users.create("Ann", RIGHT, "admin")
    assert (made.name, made.role, made.must_change) == ("Ann", "admin", False)
    for name in ("Ann", "ann", " ann "):
        known = users.verify(name, RIGHT)
        assert known is not None and known.id == made.id
    for name, password in (("Ann", RIGHT.upper()), ("Ann", ""), ("Bob", RIGHT), ("", RIGHT), ("a\x00", "\x00")):
        assert users.verify(name, password) is None


def test_a_password_is_stored_as_a_hash(app: Flask) -> None:
    made = users.create("Ann", RIGHT)
    assert RIGHT not in made.password_hash and made.password_hash.startswith("scrypt:")
    assert RIGHT not in str(logged())


def test_five_wrong_passwords_lock_a_name_for_fifteen_minutes(any_app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    users.create("Ann", RIGHT)
    for _ in range(4):
        assert users.verify("Ann", "wrong password") is None
    assert users.verify("Ann", RIGHT) is not None  # counts from the start again
    for _ in range(5):
        assert users.verify("Ann", "wrong password") is None
    assert users.verify("Ann", RIGHT) is None
    assert "locked for 15 minutes" in logged()[-1].message
    later = utcnow() + timedelta(minutes=15, seconds=1)
    monkeypatch.setattr(users, "utcnow", lambda: later)
    assert users.verify("Ann", RIGHT) is not None
    known = users.find("ann")
    assert known is not None and known.locked_until is None and known.failures == 0


def test_wrong_passwords_of_a_locked_name_do_not_make_the_lock_longer(app: Flask) -> None:
    users.create("Ann", RIGHT)
    for _ in range(5):
        users.verify("Ann", "wrong password")
    until = _locked("Ann")
    for _ in range(6):
        users.verify("Ann", "wrong password")
    assert _locked("Ann") == until


def _locked(name: str) -> datetime | None:
    known = users.find(name)
    assert known is not None
    return known.locked_until


def test_a_new_password_ends_sessions_and_locks(any_app: Flask) -> None:
    old = users.create("Ann", RIGHT, must_change=True)
    for _ in range(5):
        users.verify("Ann", "wrong password")
    users.change_password(old, "another long one")
    new = users.verify("Ann", "another long one")
    assert new is not None and not new.must_change
    assert new.session_token != old.session_token and users.verify("Ann", RIGHT) is None


@pytest.mark.parametrize("password", ["", "short", "x" * 201, "nul\x00nul\x00nul", "line\nline\nline"])
def test_a_password_that_is_none_is_refused(app: Flask, password: str) -> None:
    with pytest.raises(Invalid) as refused:
        users.create("Ann", password)
    assert set(refused.value.errors) == {"password"}
    known = users.create("Bob", RIGHT)
    with pytest.raises(Invalid):
        users.change_password(known, password)
    assert users.verify("Bob", RIGHT) is not None


@pytest.mark.parametrize("name", ["", "  ", "x" * 121, "a\x00b", "a\nb", "ann"])
def test_a_name_is_there_once_and_can_be_typed(any_app: Flask, name: str) -> None:
    users.create("Ann", RIGHT)
    with pytest.raises(Invalid) as refused:
        users.create(name, RIGHT)
    assert set(refused.value.errors) == {"name"}
    with pytest.raises(Invalid) as refused:
        users.create("Bob", RIGHT, "king")
    assert set(refused.value.errors) == {"role"}


@given(name=st.text(max_size=130), password=st.text(max_size=220))
@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_strange_names_and_passwords_let_nobody_in(app: Flask, name: str, password: str) -> None:
    assert users.verify(name, password) is None


def test_the_first_administrator_is_made_once_with_a_password_that_is_told_once(any_app: Flask) -> None:
    password = users.ensure_admin()
    assert password and len(password) >= 20
    known = users.verify("admin", password)
    assert known is not None and known.role == "admin"
    assert users.ensure_admin() is None
    assert password not in str(logged())


def test_whoever_is_out_cannot_sign_in_and_the_last_administrator_stays(any_app: Flask) -> None:
    ann, bob = users.create("Ann", RIGHT, "admin"), users.create("Bob", RIGHT, "viewer")
    for wanted in ({"role": "viewer"}, {"active": False}):
        with pytest.raises(Invalid, match="last administrator"):
            users.change(ann, by="Ann", **wanted)
    users.change(bob, by="Ann", role="admin")
    users.change(ann, by="Bob", active=False)
    assert users.verify("Ann", RIGHT) is None
    assert [(user.name, user.role, user.active) for user in users.all()] == [
        ("Ann", "admin", False),
        ("Bob", "admin", True),
    ]
    with pytest.raises(Invalid):
        users.change(bob, by="Bob", role="king")


def test_generated_passwords_differ_and_are_strong() -> None:
    made = {users.generate_password() for _ in range(50)}
    assert len(made) == 50 and all(users.password_errors(password) == {} for password in made)
