"""Saved views: filters that people keep under a name. The address is the view, so a link shares it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, delete, func, insert, select, update

from connector.db import db, utcnow
from connector.errors import Invalid
from connector.watch.models import SavedView

TABLE: Any = SavedView.__table__
MOST, LONGEST_NAME, LONGEST_ADDRESS = 200, 80, 2000
LISTS = (
    "/messages",
    "/failed",
    "/failed/messages",
    "/log",
    "/log/runs",
    "/log/events",
    "/notifications",
    "/connectors/",
)


def of(user: str) -> Sequence[Row[Any]]:
    """What one person keeps, by name."""
    with db.read() as connection:
        return connection.execute(select(TABLE).where(TABLE.c.user == user).order_by(TABLE.c.name)).all()


def save(user: str, name: str, address: str) -> None:
    """Keep an address of ours under a name; one of that name is replaced. Raises Invalid by "name" and "address"."""
    name, errors = " ".join(name.split()), {}
    if not name or len(name) > LONGEST_NAME or not name.isprintable():
        errors["name"] = f"Give it a name of at most {LONGEST_NAME} characters."
    if not ours(address):
        errors["address"] = "Only lists of this house can be kept."
    if errors:
        raise Invalid(errors)
    with db.write() as connection:
        mine = (TABLE.c.user == user, TABLE.c.name == name)
        if connection.execute(update(TABLE).where(*mine).values(address=address)).rowcount:
            return
        if connection.execute(select(func.count()).where(TABLE.c.user == user)).scalar_one() >= MOST:
            raise Invalid({"name": f"You keep {MOST} views already: take one out first."})
        connection.execute(insert(TABLE).values(user=user, name=name, address=address, created_at=utcnow()))


def ours(address: str) -> bool:
    """Whether this is the address of a list of ours: nobody is led elsewhere by it."""
    path = address.partition("?")[0]
    plain = len(address) <= LONGEST_ADDRESS and address.isprintable() and "\\" not in address and ".." not in path
    return plain and not address.startswith("//") and (path in LISTS or path.startswith(LISTS[-1]))


def remove(user: str, number: int) -> bool:
    """Take one's own view out; False when there is none of that number."""
    with db.write() as connection:
        return bool(connection.execute(delete(TABLE).where(TABLE.c.id == number, TABLE.c.user == user)).rowcount)
