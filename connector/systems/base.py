"""What every outside system looks like from inside: System, Setting, Change. It knows no system by name.

To add one: copy a folder under `systems/`, write its class, add a line to `registry.py`, and pass the
contract suite in `tests/contract/`. A system needs no Flask, no database and no queue: settings come in as
a mapping, records come out, HTTP goes through `systems/http`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar, Protocol
from urllib.parse import urlsplit

from connector.clock import CLOCK, Clock
from connector.errors import Fail, Invalid, Outcome
from connector.records import Record

TEXT, SECRET, URL, INTEGER, BOOLEAN, CHOICE, MULTI, LINES = (
    "text",
    "secret",
    "url",
    "integer",
    "boolean",
    "choice",
    "multi",
    "lines",
)


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting as data: the page draws its field from this, the loader checks with it."""

    name: str
    label: str
    kind: str = TEXT
    default: Any = ""
    required: bool = False
    help: str = ""
    choices: tuple[tuple[str, str], ...] = ()  # (value, label)
    low: int | None = None
    high: int | None = None
    confirm: bool = False  # a secret that is typed twice (CON-02, CON-06)
    advanced: bool = False

    @property
    def secret(self) -> bool:
        return self.kind == SECRET

    def clean(self, value: Any) -> Any:
        """The value in its type. Raises ValueError with a sentence for the person who typed it."""
        if value is None or value == "":
            if self.required:
                raise ValueError(f"{self.label} is required.")
            return self.default
        if self.kind == INTEGER:
            return self._integer(value)
        if self.kind == BOOLEAN:
            return value if isinstance(value, bool) else str(value).lower() in ("1", "true", "yes", "on", "y")
        if self.kind == URL:
            return self._url(str(value).strip())
        if self.kind == CHOICE:
            allowed = [choice for choice, _ in self.choices]
            if str(value) not in allowed:
                raise ValueError(f"{self.label} must be one of: {', '.join(allowed)}.")
            return str(value)
        if self.kind in (MULTI, LINES):
            items = value.replace(",", "\n").splitlines() if isinstance(value, str) else value
            return [str(item).strip() for item in items if str(item).strip()]
        text = str(value)
        if "\x00" in text:
            raise ValueError(f"{self.label} holds a character that cannot be stored.")
        return text if self.secret else text.strip()

    def _integer(self, value: Any) -> int:
        try:
            number = int(str(value).strip())
        except ValueError:
            raise ValueError(f"{self.label} must be a whole number.") from None
        if (self.low is not None and number < self.low) or (self.high is not None and number > self.high):
            bounds = f"at least {self.low}" if self.high is None else f"between {self.low} and {self.high}"
            raise ValueError(f"{self.label} must be {bounds}.")
        return number

    def _url(self, value: str) -> str:
        sentence = f"{self.label} must be a web address that starts with http:// or https://."
        try:
            parts = urlsplit(value)
            parts.port  # noqa: B018 - raises for one that is no number
        except ValueError:
            raise ValueError(sentence) from None
        odd = parts.username or parts.query or parts.fragment or any(letter.isspace() for letter in value)
        if parts.scheme not in ("http", "https") or not parts.hostname or odd:
            raise ValueError(sentence)
        return value.rstrip("/")


def clean_all(settings: Iterable[Setting], values: Mapping[str, Any]) -> dict[str, Any]:
    """All settings in their types. Raises Invalid with one sentence for each wrong one."""
    cleaned: dict[str, Any] = {}
    errors: dict[str, str] = {}
    for setting in settings:
        try:
            cleaned[setting.name] = setting.clean(values.get(setting.name))
        except ValueError as error:
            errors[setting.name] = str(error)
    if errors:
        raise Invalid(errors)
    return cleaned


@dataclass(frozen=True, slots=True)
class Change:
    """One record that changed in a system: what a push or a poll says. `payload` is a hint, never the truth."""

    entity: str
    key: str
    operation: str = "upsert"  # upsert | delete
    version: int = 0
    payload: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Push:
    """What one notification says. `known` is False when no entity listens to `query`: it is stored and shown."""

    id: str
    query: str
    stamp: int
    changes: tuple[Change, ...]
    known: bool = True


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a poll: changes, and where the next page starts (None: read to the end)."""

    changes: tuple[Change, ...]
    position: str | None


@dataclass(frozen=True, slots=True)
class Written:
    """The outcome of writing one record: done, or one of the four words in `problem`.

    `created` tells a create from an update; `fields` is what the target was told, for the record page.
    """

    key: str
    target_id: str = ""
    created: bool = False
    fields: Mapping[str, Any] = field(default_factory=dict)
    problem: Outcome | None = None


@dataclass(frozen=True, slots=True)
class Check:
    """What Test Connection found. `facts` are (label, value); `problem` is empty when all is well."""

    ok: bool
    facts: tuple[tuple[str, str], ...] = ()
    problem: str = ""
    help: str = ""
    clock_offset: float | None = None  # seconds that the other side's clock is ahead of ours


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a system can take part in. `batches` maps an entity to the most records of one request."""

    reads: frozenset[str] = frozenset()
    writes: frozenset[str] = frozenset()
    pushes: frozenset[str] = frozenset()
    batches: Mapping[str, int] = field(default_factory=dict)
    parallel: int = 1  # the most requests at a time that do it any good


class Gate(Protocol):
    """Lets requests through at the pace that the system allows; `urgent` ones go before the others."""

    def enter(self, *, urgent: bool = False) -> AbstractContextManager[None]: ...


class OpenGate:
    """A gate without a limit, for tests and single calls."""

    def enter(self, *, urgent: bool = False) -> AbstractContextManager[None]:
        return nullcontext()


class System:
    """One configured outside system. Subclasses set the class attributes and override what they can do.

    `settings` values are already cleaned by `clean_all`. A system keeps its HTTP session and small caches
    (attribute sets, tax classes) on itself; `close()` logs out. Instances are used by several threads.
    """

    name: ClassVar[str] = ""
    label: ClassVar[str] = ""
    role: ClassVar[str] = "store"  # erp | store
    settings: ClassVar[tuple[Setting, ...]] = ()
    capabilities: ClassVar[Capabilities] = Capabilities()

    def __init__(
        self,
        values: Mapping[str, Any],
        *,
        gate: Gate | None = None,
        clock: Clock = CLOCK,
        preferences: Mapping[str, Any] | None = None,
    ) -> None:
        """`preferences` are the connector's other sections (price, inventory, ...), read-only."""
        self.values = dict(values)
        self.gate: Gate = gate or OpenGate()
        self.clock = clock
        self.preferences: Mapping[str, Any] = preferences or {}

    def check(self) -> Check:
        """Test Connection: reads only, never raises for an answer of the other side."""
        raise Fail(f"{self.label} has no connection test.")

    def read_many(self, entity: str, keys: Sequence[str]) -> dict[str, Record]:
        """The records of these keys as they are now; a key that is absent in the answer is gone.

        Raises Retry, Refused or Fail for the whole read.
        """
        raise Fail(f"{self.label} cannot read {entity}.")

    def changed_since(self, entity: str, since: datetime | None, position: str = "") -> Page:
        """Records changed at or after `since` (UTC; None: all), one page from `position` on."""
        raise Fail(f"{self.label} cannot be polled for {entity}.")

    def write_many(self, records: Sequence[Record], *, known: Mapping[str, str]) -> list[Written]:
        """Write a list of records of one entity; one outcome for each, in the same order.

        `known` maps keys to the ids already bound in this system: absent means it may be new. Raises Retry,
        Refused or Fail when the request as a whole was refused (the caller splits a refused batch).
        """
        raise Fail(f"{self.label} cannot be written to.")

    def delete(self, entity: str, key: str, target_id: str) -> Written:
        """Take one record out (or disable it, as the settings say); done when it is already gone."""
        raise Fail(f"{self.label} cannot delete {entity}.")

    def find(self, entity: str, keys: Sequence[str]) -> dict[str, Record]:
        """Look up by natural key (SKU, e-mail, reference): what this system has, by key."""
        return {}

    def parse_push(self, headers: Mapping[str, str], body: bytes) -> Push:
        """What a notification says. Raises Invalid when it is not one."""
        raise Invalid({"body": f"{self.label} sends no notifications."})

    def subscribe(self, address: str, secret: str) -> list[str]:
        """Set up notifications to `address` where the system's API can; returns what was done, in sentences."""
        return []

    def schema(self, entity: str) -> list[str]:
        """Names of the fields that this system has for an entity."""
        return []

    def close(self) -> None:
        """Log out and let go of connections; calling it twice is fine."""


Builder = Callable[..., System]
