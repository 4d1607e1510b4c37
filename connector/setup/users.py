"""The people who may sign in: made, checked, locked out for a while, given a new password. It knows no page.

Five wrong passwords in a row lock a name for 15 minutes. Whoever changes a password ends all sessions of that
person, because the session holds `session_token` too.
"""

from __future__ import annotations

import base64
import hmac
import secrets
from datetime import timedelta
from functools import cache
from typing import Any

from sqlalchemy import Connection, Row, func, insert, select, update
from sqlalchemy.exc import IntegrityError
from werkzeug.security import check_password_hash, generate_password_hash

from connector import events
from connector.db import db, utcnow
from connector.errors import Invalid
from connector.setup.models import ADMIN, OPERATOR, VIEWER, User

TABLE = User.__table__
ROLES = (VIEWER, OPERATOR, ADMIN)
FAILURES, LOCKED_FOR = 5, timedelta(minutes=15)
SHORTEST, LONGEST, LONGEST_NAME = 10, 200, 120
LETTERS = "abcdefghjkmnpqrstuvwxyzABCDEFGHJKMNPQRSTUVWXYZ23456789"  # none that look like another


def create(name: str, password: str, role: str = OPERATOR, *, must_change: bool = False, by: str = "") -> User:
    """A new person. Raises Invalid by "name", "password", "role"."""
    name = str(name).strip()
    errors = _name_errors(name) | password_errors(password) | _role_errors(role)
    if errors:
        raise Invalid(errors)
    row = {
        "name": name,
        "password_hash": generate_password_hash(password),
        "role": role,
        "must_change": must_change,
        "session_token": secrets.token_hex(16),
    }
    try:
        with db.write() as connection:
            if _by_name(connection, name) is not None:
                raise Invalid({"name": f"There is a user {name} already."})
            connection.execute(insert(TABLE).values(**row))
            _log(connection, by, f"User {name} was made, role {role}.", {"field": f"user.{name}.role", "new": role})
            return _user(_by_name(connection, name))
    except IntegrityError:
        raise Invalid({"name": f"There is a user {name} already."}) from None


def verify(name: str, password: str) -> User | None:
    """The person, when name and password are right and the name is not locked; else None.

    It takes as long for a name that nobody has, so that names cannot be found out by the clock.
    """
    with db.read() as connection:
        row = _by_name(connection, str(name).strip()[:LONGEST_NAME])
    right = check_password_hash(row.password_hash if row else _nobody(), str(password)[: LONGEST + 1])
    if row is None or not row.active or _locked(row):
        return None
    if not right:
        _count_failure(row)
        return None
    if row.failures or row.locked_until:
        with db.write() as connection:
            connection.execute(update(TABLE).where(TABLE.c.id == row.id).values(failures=0, locked_until=None))
    return _user(row)


def change_password(user: User, new: str, *, must_change: bool = False, by: str = "") -> None:
    """Give a person a new password and end all his sessions; a lock ends too. Raises Invalid by "password"."""
    errors = password_errors(new)
    if errors:
        raise Invalid(errors)
    fresh = {
        "password_hash": generate_password_hash(new),
        "session_token": secrets.token_hex(16),
        "must_change": must_change,
        "failures": 0,
        "locked_until": None,
    }
    with db.write() as connection:
        connection.execute(update(TABLE).where(TABLE.c.id == user.id).values(**fresh))
        _log(connection, by or user.name, f"User {user.name} has a new password.")


def change(user: User, *, by: str, role: str | None = None, active: bool | None = None) -> list[str]:
    """Give another role, or let somebody in or out; ends all sessions of that person when anything changed.

    Returns the changes in words. Raises Invalid; the last active administrator stays.
    """
    wanted: dict[str, Any] = {} if role is None else {"role": role}
    wanted |= {} if active is None else {"active": active}
    errors = _role_errors(role) if role is not None else {}
    if errors:
        raise Invalid(errors)
    with db.write() as connection:
        row = connection.execute(select(TABLE).where(TABLE.c.id == user.id)).one()
        edits = {name: value for name, value in wanted.items() if getattr(row, name) != value}
        leaves = row.role == ADMIN and row.active and {"role", "active"} & edits.keys()
        if leaves and not _other_admins(connection, user.id):
            raise Invalid({"role": "The last administrator must stay one."})
        if not edits:
            return []
        mine = update(TABLE).where(TABLE.c.id == user.id)
        connection.execute(mine.values(**edits, session_token=secrets.token_hex(16)))
        for name, value in edits.items():
            old, new = _shown(getattr(row, name)), _shown(value)
            details = {"field": f"user.{user.name}.{name}", "old": old, "new": new}
            _log(connection, by, f"User {user.name}: {name} from {old} to {new}.", details)
    return [f"{name} from {_shown(getattr(row, name))} to {_shown(value)}" for name, value in edits.items()]


def unlock(user: User, *, by: str) -> bool:
    """End a lock before its time; False when there was none."""
    with db.write() as connection:
        locked = TABLE.c.id == user.id, TABLE.c.locked_until > utcnow()
        done = connection.execute(update(TABLE).where(*locked).values(failures=0, locked_until=None)).rowcount
        if done:
            _log(connection, by, f"The lock of user {user.name} was ended.")
    return bool(done)


def end_sessions(user: User, *, by: str) -> None:
    """Sign a person out everywhere; the password stays."""
    with db.write() as connection:
        mine = update(TABLE).where(TABLE.c.id == user.id)
        connection.execute(mine.values(session_token=secrets.token_hex(16)))
        _log(connection, by, f"User {user.name} was signed out everywhere.")


def speak(user: User, language: str) -> None:
    """Keep in which language somebody reads the pages, "en"; "" leaves it to the browser."""
    with db.write() as connection:
        connection.execute(update(TABLE).where(TABLE.c.id == user.id).values(language=language))


def nobody_yet() -> bool:
    """Whether there is no user at all: then the first one may be made in the browser, with the set-up code."""
    with db.read() as connection:
        return connection.execute(select(TABLE.c.id).limit(1)).first() is None


def setup_code(key: str) -> str:
    """The code that whoever makes the first administrator has to know: four groups of five letters and digits.

    It follows from SECRET_KEY, so that every process of the house says the same, and is worth nothing once there
    is a user.
    """
    digest = hmac.digest(key.encode(), b"first administrator", "sha256")
    text = base64.b32encode(digest).decode()[:20]
    return "-".join(text[at : at + 5] for at in range(0, 20, 5))


def create_first(name: str, password: str) -> User:
    """The first administrator. Raises Invalid by "name", "password", and by "code" when somebody was quicker."""
    if not nobody_yet():
        raise Invalid({"code": "There is a user already: sign in."})
    return create(name, password, ADMIN, by=str(name).strip())


def by_number(id: int) -> User | None:
    """The person of that number."""
    if not 0 < id < 2**31:
        return None
    with db.read() as connection:
        row = connection.execute(select(TABLE).where(TABLE.c.id == id)).one_or_none()
    return _user(row) if row is not None else None


def find(name: str) -> User | None:
    """The person of that name, whatever the case of its letters."""
    with db.read() as connection:
        row = _by_name(connection, str(name).strip())
    return _user(row) if row is not None else None


def all() -> list[User]:
    """Everybody, by name."""
    with db.read() as connection:
        return [_user(row) for row in connection.execute(select(TABLE).order_by(TABLE.c.name))]


def generate_password() -> str:
    """Four groups of five letters and digits: about 115 bits, and it can be read aloud."""
    return "-".join("".join(secrets.choice(LETTERS) for _ in range(5)) for _ in range(4))


def ensure_admin() -> str | None:
    """Make the user "admin" when nobody may sign in yet. Returns the password, the only time that it is known."""
    with db.read() as connection:
        if connection.execute(select(TABLE.c.id).limit(1)).first() is not None:
            return None
    password = generate_password()
    try:
        create("admin", password, ADMIN)
    except Invalid:
        return None  # another process was first
    return password


def password_errors(password: Any) -> dict[str, str]:
    """A sentence under "password" when it cannot be one."""
    if not isinstance(password, str) or not SHORTEST <= len(password) <= LONGEST:
        return {"password": f"Use at least {SHORTEST} and at most {LONGEST} characters."}
    if not password.isprintable():
        return {"password": "The password holds a character that cannot be typed."}
    return {}


def _name_errors(name: str) -> dict[str, str]:
    if not 1 <= len(name) <= LONGEST_NAME or not name.isprintable():
        return {"name": f"The name must have 1 to {LONGEST_NAME} characters on one line."}
    return {}


def _role_errors(role: Any) -> dict[str, str]:
    return {} if role in ROLES else {"role": f"The role must be one of: {', '.join(ROLES)}."}


def _by_name(connection: Connection, name: str) -> Row[Any] | None:
    if not name.isprintable():
        return None
    return connection.execute(select(TABLE).where(func.lower(TABLE.c.name) == func.lower(name))).first()


def _locked(row: Row[Any]) -> bool:
    return row.locked_until is not None and row.locked_until > utcnow()


def _count_failure(row: Row[Any]) -> None:
    """Counted in the database, so that many tries at once count too."""
    with db.write() as connection:
        mine = update(TABLE).where(TABLE.c.id == row.id)
        connection.execute(mine.values(failures=TABLE.c.failures + 1))
        locked = connection.execute(
            mine.where(TABLE.c.failures >= FAILURES).values(failures=0, locked_until=utcnow() + LOCKED_FOR)
        ).rowcount
        if locked:
            text = f"User {row.name} is locked for 15 minutes after {FAILURES} wrong passwords."
            events.record("Sign-in", text, user=row.name, level=events.WARNING, connection=connection)


@cache
def _nobody() -> str:
    return generate_password_hash(secrets.token_hex(16))


def _user(row: Any) -> User:
    """The row as an object of no session: it holds no connection."""
    return User(**dict(row._mapping))


def _other_admins(connection: Connection, id: int) -> int:
    others = select(func.count()).where(TABLE.c.role == ADMIN, TABLE.c.active.is_(True), TABLE.c.id != id)
    return int(connection.execute(others).scalar_one())


def _shown(value: Any) -> str:
    return ("yes" if value else "no") if isinstance(value, bool) else str(value)


def _log(connection: Connection, by: str, message: str, details: dict[str, Any] | None = None) -> None:
    events.record("People", message, user=by, details=details, connection=connection)
