"""What the environment says, in types. Wrong values are refused at start with one sentence each.

It knows the names of the settings, their bounds and where generated keys are kept; it knows no room of the
house. Every NAME can be given as NAME_FILE too: a file that holds the value, as container secrets do.
The table for people is in README.md.
"""

from __future__ import annotations

import os
import re
import secrets
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from cryptography.fernet import Fernet
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

ROOT = Path(__file__).resolve().parent
LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")
YES, NO = ("on", "yes", "true", "1"), ("off", "no", "false", "0")
SANDBOX_SYSTEMS = 4  # SANDBOX_PORT + 1 .. + 4


class ConfigError(Exception):
    """One sentence for each setting that is wrong; `problems` is the list of them."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


def load(env: Mapping[str, str]) -> dict[str, Any]:
    """The settings of the application, ready for `app.config.update`.

    Creates the instance folder, and in it the keys that nobody set. Raises ConfigError.
    """
    reader = _Reader(env)
    instance = reader.get("INSTANCE", _folder, ROOT / "instance")
    values = {
        "INSTANCE": str(instance),
        "PORT": reader.get("PORT", _between(1, 65535), 8000),
        "SANDBOX_PORT": reader.get("SANDBOX_PORT", _between(1, 65535 - SANDBOX_SYSTEMS), 8100),
        "DATABASE_URL": reader.get(
            "DATABASE_URL", lambda text: _database(text, instance), f"sqlite:///{instance}/connector.sqlite"
        ),
        "LEASE_SECONDS": reader.get("LEASE_SECONDS", _between(5, 600), 30),
        "SCHEDULER": reader.get("SCHEDULER", _switch, True),
        "LOG_LEVEL": reader.get("LOG_LEVEL", _level, "INFO"),
        "HTTPS": reader.get("HTTPS", _switch, False),
        "PROXIES": reader.get("PROXIES", _between(0, 5), 0),
        "SESSION_HOURS": reader.get("SESSION_HOURS", _between(1, 720), 12),
        "SESSION_IDLE_MINUTES": reader.get("SESSION_IDLE_MINUTES", _between(5, 10_080), 120),
        "METRICS_TOKEN": reader.get("METRICS_TOKEN", _long_enough, ""),
        "MAIL_URL": reader.get("MAIL_URL", _mail, ""),
        "MAIL_FROM": reader.get("MAIL_FROM", _sender, "connector@localhost"),
        "SECRET_KEY": reader.get("SECRET_KEY", _long_enough, None),
        "SECRETS_KEY": reader.get("SECRETS_KEY", _fernet_keys, None),
    }
    if reader.problems:
        raise ConfigError(reader.problems)
    _make(instance)
    values["SECRET_KEY"] = values["SECRET_KEY"] or _kept(instance / "secret_key", lambda: secrets.token_hex(32))
    values["SECRETS_KEY"] = values["SECRETS_KEY"] or _kept(
        instance / "secrets_key", lambda: Fernet.generate_key().decode()
    )
    return values | _flask(values)


def _flask(values: Mapping[str, Any]) -> dict[str, Any]:
    """What Flask and its extensions call the same things."""
    options: dict[str, Any] = {}
    if not values["DATABASE_URL"].startswith("sqlite"):
        # a restarted PostgreSQL leaves dead connections in the pool; one small question finds them
        options = {"pool_pre_ping": True, "pool_size": 10, "max_overflow": 20}
    return {
        "SQLALCHEMY_ENGINE_OPTIONS": options,
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "SESSION_COOKIE_SECURE": values["HTTPS"],
    }


class _Reader:
    """Reads one name after the other and collects what is wrong, so that all of it is said at once."""

    def __init__(self, env: Mapping[str, str]) -> None:
        self.env = env
        self.problems: list[str] = []

    def get(self, name: str, parse: Callable[[str], Any], default: Any) -> Any:
        try:
            text = self._text(name)
            return parse(text) if text else default
        except ValueError as error:
            self.problems.append(f"{name} {error}")
            return default

    def _text(self, name: str) -> str:
        value, path = self.env.get(name, "").strip(), self.env.get(f"{name}_FILE", "").strip()
        if value and path:
            raise ValueError(f"and {name}_FILE are both set: keep one of them.")
        if not path:
            return value
        try:
            content = Path(path).read_text(encoding="utf-8").strip()
        except (OSError, ValueError) as error:
            raise ValueError(f"cannot be read from {path}, which {name}_FILE names: {error}.") from None
        if not content:
            raise ValueError(f"is empty in {path}, which {name}_FILE names.")
        return content


def _between(low: int, high: int) -> Callable[[str], int]:
    def parse(text: str) -> int:
        if not (text.isascii() and text.isdigit() and len(text) <= 9 and low <= int(text) <= high):
            raise ValueError(f"must be a whole number from {low} to {high}, not {text[:40]!r}.")
        return int(text)

    return parse


def _switch(text: str) -> bool:
    if text.lower() in YES + NO:
        return text.lower() in YES
    raise ValueError(f"must be on or off, not {text[:40]!r}.")


def _level(text: str) -> str:
    if text.upper() not in LOG_LEVELS:
        raise ValueError(f"must be one of {', '.join(LOG_LEVELS)}, not {text[:40]!r}.")
    return text.upper()


def _folder(text: str) -> Path:
    if "\x00" in text:
        raise ValueError("is not the name of a folder.")
    path = ROOT / Path(text).expanduser()
    if path.exists() and not path.is_dir():
        raise ValueError(f"must name a folder, but {path} is a file.")
    return path


def _long_enough(text: str) -> str:
    if len(text) < 16:
        raise ValueError("must have at least 16 characters.")
    return text


def _mail(text: str) -> str:
    """The address of a mail server. The sentence never repeats the text: it holds a password."""
    try:
        parts = urlsplit(text)
        right = parts.scheme in ("smtp", "smtps") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        right = False
    if not right:
        raise ValueError("must look like smtp://user:password@mail.example.com:587, or smtps:// for TLS.")
    return text


def _sender(text: str) -> str:
    if not re.fullmatch(r"[^\s@,;<>\"()]+@[^\s@,;<>\"()]+", text):
        raise ValueError(f"must be one mail address, not {text[:40]!r}.")
    return text


def _fernet_keys(text: str) -> str:
    """Comma-separated keys: the first seals, all of them open (rotation)."""
    keys = [key.strip() for key in text.split(",") if key.strip()]
    for number, key in enumerate(keys, 1):
        try:
            Fernet(key)
        except ValueError:
            raise ValueError(
                f"must be Fernet keys (32 bytes, URL-safe base64) with commas between; number {number} is not."
            ) from None
    if not keys:
        raise ValueError("holds no key.")
    return ",".join(keys)


def _database(text: str, instance: Path) -> str:
    """An SQLAlchemy address for SQLite or PostgreSQL. The sentences never repeat the text: it holds a password."""
    try:
        url = make_url(text)
    except (ArgumentError, ValueError):
        raise ValueError("must look like sqlite:///connector.sqlite or postgresql://user@host/name.") from None
    if url.drivername in ("postgres", "postgresql", "postgresql+psycopg"):
        if not url.database:
            raise ValueError("must name a database: postgresql://user@host/name.")
        return url.set(drivername="postgresql+psycopg").render_as_string(hide_password=False)
    if url.drivername != "sqlite":
        raise ValueError(f"must be SQLite or PostgreSQL (psycopg), not {url.drivername[:40]}.")
    if url.host or not url.database or url.database == ":memory:" or url.database.startswith("file:"):
        raise ValueError("must name a file: sqlite:///connector.sqlite, or sqlite:////var/lib/connector.sqlite.")
    path = Path(url.database)
    if not path.is_absolute():  # beside the keys, wherever the process was started
        path = instance / (path.relative_to("instance") if path.parts[0] == "instance" else path)
    return url.set(database=str(path)).render_as_string(hide_password=False)


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ConfigError([f"INSTANCE names a folder that cannot be made: {error}."]) from None


def _kept(path: Path, make: Callable[[], str]) -> str:
    """What the file holds; made once, readable by its owner only, whichever of several processes is first."""
    try:
        if not path.exists():
            handle, draft = tempfile.mkstemp(dir=path.parent)  # mode 0600
            with os.fdopen(handle, "w") as file:
                file.write(make())
            try:
                os.link(draft, path)  # refuses to replace what another process has just made
            except FileExistsError:
                pass
            finally:
                os.unlink(draft)
        content = path.read_text(encoding="utf-8").strip()
    except OSError as error:
        raise ConfigError([f"The key in {path} cannot be read or made: {error}."]) from None
    if not content:
        raise ConfigError([f"The key in {path} is empty: delete the file, or put the old key back."])
    return content
