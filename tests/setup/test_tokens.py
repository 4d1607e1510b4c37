"""API tokens: shown once, held as a hash, ended by time, by hand and with their owner."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select, update

from connector.db import db, utcnow
from connector.errors import Invalid
from connector.setup import tokens, users
from connector.setup.models import Token, User
from tests.setup.changes import logged


@pytest.fixture
def ann(any_app: Flask) -> User:
    return users.create("Ann", "correct horse battery", "operator")


def test_a_token_is_kept_as_a_hash_and_leads_to_its_owner(ann: User) -> None:
    made = tokens.create(ann, " nightly ", 30, by="Ann")
    assert tokens.SHAPE.fullmatch(made.secret)
    assert tokens.owner(made.secret) == ann.id
    with db.read() as connection:
        row = connection.execute(select(Token.__table__)).one()
    assert made.secret not in str(row) and row.used_at is not None and row.name == "nightly"
    assert made.secret not in str(logged()) and "API token 'nightly' of Ann was made" in logged()[-1].message


@pytest.mark.parametrize("secret", ["", "cct_", "x" * 47, "cct_" + "é" * 43, "cct_" + "a" * 43, "cct_" + "a" * 44])
def test_what_is_no_token_of_ours_is_nobodys(ann: User, secret: str) -> None:
    tokens.create(ann, "nightly", None, by="Ann")
    assert tokens.owner(secret) is None


def test_a_token_ends_by_time_and_by_hand(ann: User) -> None:
    short, long = tokens.create(ann, "short", 1, by="Ann"), tokens.create(ann, "long", None, by="Ann")
    with db.write() as connection:
        ended = update(Token.__table__).where(Token.__table__.c.id == short.id)
        connection.execute(ended.values(expires_at=utcnow() - timedelta(seconds=1)))
    assert tokens.owner(short.secret) is None
    assert [tokens.ended(row, utcnow()) for row in tokens.of(ann.id)] == [False, True]
    assert tokens.revoke(long.id, by="Ann") == "long"
    assert tokens.owner(long.secret) is None
    assert [row.name for row in tokens.of(ann.id)] == ["short"]
    with pytest.raises(KeyError):
        tokens.revoke(long.id, by="Ann")


def test_nobody_revokes_the_token_of_another_by_its_number(ann: User) -> None:
    made = tokens.create(ann, "mine", 30, by="Ann")
    for number in (made.id, 0, -1, 2**40):
        with pytest.raises(KeyError):
            tokens.revoke(number, by="Bob", user_id=ann.id + 1)
    assert tokens.owner(made.secret) == ann.id


def test_using_a_token_is_noted_once_a_minute(ann: User, monkeypatch: pytest.MonkeyPatch) -> None:
    made, now = tokens.create(ann, "mine", 30, by="Ann"), utcnow()
    seen = []
    for seconds in (0, 30, 61):
        monkeypatch.setattr(tokens, "utcnow", lambda later=now + timedelta(seconds=seconds): later)
        tokens.owner(made.secret)
        seen.append(tokens.of(ann.id)[0].used_at)
    assert seen == [now, now, now + timedelta(seconds=61)]


@pytest.mark.parametrize(
    ("name", "days", "field"),
    [
        ("", 30, "token_name"),
        ("x" * 121, 30, "token_name"),
        ("a\nb", 30, "token_name"),
        ("a", 0, "days"),
        ("a", 9999, "days"),
    ],
)
def test_a_token_needs_a_name_and_a_time_that_can_be(ann: User, name: str, days: int, field: str) -> None:
    with pytest.raises(Invalid) as refused:
        tokens.create(ann, name, days, by="Ann")
    assert set(refused.value.errors) == {field}


def test_nobody_hoards_tokens(ann: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tokens, "MOST", 2)
    for name in ("one", "two"):
        tokens.create(ann, name, 30, by="Ann")
    with pytest.raises(Invalid, match="revoke one first"):
        tokens.create(ann, "three", 30, by="Ann")
