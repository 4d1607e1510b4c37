"""API tokens: keys for scripts. Each may do what its owner may, is shown once and kept as a SHA-256 only.

A token has 256 bits of chance, so a plain hash is enough: nobody can try them all. It knows no page.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import Row, func, insert, select, update

from connector import events
from connector.db import db, utcnow
from connector.errors import Invalid
from connector.setup.models import Token, User

TABLE = Token.__table__
PREFIX = "cct_"  # so that a token that leaked can be recognised
SHAPE = re.compile(r"cct_[A-Za-z0-9_-]{43}")
LONGEST_NAME, LONGEST_DAYS, MOST = 120, 3650, 25
NOTED_EVERY = timedelta(minutes=1)  # "last used" is not worth a write for each request


class Made(NamedTuple):
    """A new token; `secret` is known at this moment only."""

    id: int
    secret: str


def create(user: User, name: str, days: int | None, *, by: str) -> Made:
    """A token of this person that ends after so many days (None: never). Raises Invalid by "token_name", "days"."""
    name, secret, now = name.strip(), PREFIX + secrets.token_urlsafe(32), utcnow()
    errors = _errors(name, days)
    if errors:
        raise Invalid(errors)
    row = {
        "user_id": user.id,
        "name": name,
        "digest": _digest(secret),
        "created_at": now,
        "expires_at": now + timedelta(days=days) if days else None,
    }
    with db.write() as connection:
        usable = select(func.count()).where(TABLE.c.user_id == user.id, TABLE.c.revoked_at.is_(None))
        if connection.execute(usable).scalar_one() >= MOST:
            raise Invalid({"token_name": f"There are {MOST} tokens already: revoke one first."})
        id = connection.execute(insert(TABLE).values(**row).returning(TABLE.c.id)).scalar_one()
        ends = f"ends on {row['expires_at']:%Y-%m-%d}" if days else "does not end"
        _log(connection, by, f"API token {name!r} of {user.name} was made; it {ends}.")
    return Made(id, secret)


def owner(secret: str) -> int | None:
    """The number of the person whose token this is, when it is one that holds; notes that it was used."""
    if not SHAPE.fullmatch(secret):
        return None
    now = utcnow()
    with db.read() as connection:
        row = connection.execute(select(TABLE).where(TABLE.c.digest == _digest(secret))).one_or_none()
    if row is None or row.revoked_at is not None or (row.expires_at is not None and row.expires_at <= now):
        return None
    if row.used_at is None or now - row.used_at >= NOTED_EVERY:
        with db.write() as connection:
            connection.execute(update(TABLE).where(TABLE.c.id == row.id).values(used_at=now))
    return int(row.user_id)


def of(user_id: int) -> list[Row[Any]]:
    """The tokens of a person that are not revoked, newest first; never the secret."""
    columns = (TABLE.c.id, TABLE.c.name, TABLE.c.created_at, TABLE.c.expires_at, TABLE.c.used_at)
    query = select(*columns).where(TABLE.c.user_id == user_id, TABLE.c.revoked_at.is_(None))
    with db.read() as connection:
        return list(connection.execute(query.order_by(TABLE.c.id.desc())).all())


def revoke(id: int, *, by: str, user_id: int | None = None) -> str:
    """End a token now, one of this person's when `user_id` is given; returns its name. Raises KeyError."""
    query = select(TABLE.c.id, TABLE.c.name, User.name.label("owner")).join(User, User.id == TABLE.c.user_id)
    query = query.where(TABLE.c.id == id, TABLE.c.revoked_at.is_(None))
    if user_id is not None:
        query = query.where(TABLE.c.user_id == user_id)
    with db.write() as connection:
        row = connection.execute(query).one_or_none() if 0 < id < 2**31 else None
        if row is None:
            raise KeyError(id)
        connection.execute(update(TABLE).where(TABLE.c.id == id).values(revoked_at=utcnow()))
        _log(connection, by, f"API token {row.name!r} of {row.owner} was revoked.")
    return str(row.name)


def ended(row: Row[Any], now: datetime) -> bool:
    """Whether a token of the list has come to its end."""
    return row.expires_at is not None and bool(row.expires_at <= now)


def _errors(name: str, days: int | None) -> dict[str, str]:
    errors = {}
    if not 1 <= len(name) <= LONGEST_NAME or not name.isprintable():
        errors["token_name"] = f"Say in 1 to {LONGEST_NAME} characters on one line what the token is for."
    if days is not None and not 1 <= days <= LONGEST_DAYS:
        errors["days"] = f"A token holds for 1 to {LONGEST_DAYS} days."
    return errors


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def _log(connection: Any, by: str, message: str) -> None:
    events.record("People", message, user=by, connection=connection)
