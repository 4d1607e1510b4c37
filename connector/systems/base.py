"""What every outside system looks like from inside: System, Setting, Change. It knows no system by name.

To add one: copy a folder under `systems/`, write its class, add a line to `registry.py`, and pass the
contract suite in `tests/contract/`. A system needs no Flask, no database and no queue: settings come in as
a mapping, records come out, HTTP goes through `systems/http`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any, ClassVar, Protocol

from connector.clock import CLOCK, Clock
from connector.errors import Fail, Invalid, Outcome
from connector.records import Record
from connector.systems.secrecy import conceal
from connector.systems.setting import (
    AMOUNT,
    BOOLEAN,
    CHOICE,
    INTEGER,
    LINES,
    MULTI,
    SECRET,
    TEXT,
    URL,
    Setting,
    clean_all,
    missing,
)

__all__ = [
    "AMOUNT",
    "BOOLEAN",
    "CHOICE",
    "INTEGER",
    "LINES",
    "MULTI",
    "SECRET",
    "TEXT",
    "URL",
    "Capabilities",
    "Change",
    "Check",
    "Choice",
    "Endpoint",
    "Feature",
    "Field",
    "Gate",
    "OpenGate",
    "Package",
    "Page",
    "Push",
    "Reference",
    "Setting",
    "Step",
    "System",
    "View",
    "Written",
    "clean_all",
    "missing",
]


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
    `target_id` is the id in the system that was written to (order: "SO/SO004711" in the ERP).
    """

    key: str
    target_id: str = ""
    created: bool = False
    fields: Mapping[str, Any] = field(default_factory=dict)
    problem: Outcome | None = None
    seen: Record | None = None  # the record as the target has it now, where its answer tells: an echo is known by it


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
    """What a system can take part in. `batches` maps an entity to the most records of one request.

    `groups` maps an entity to how many records are worth reading together when many wait, though they are written
    one by one or in several requests.
    """

    reads: frozenset[str] = frozenset()
    writes: frozenset[str] = frozenset()
    pushes: frozenset[str] = frozenset()
    batches: Mapping[str, int] = field(default_factory=dict)
    groups: Mapping[str, int] = field(default_factory=dict)
    parallel: int = 1  # the most requests at a time that do it any good
    limits: Mapping[str, str] = field(default_factory=dict)  # entity -> why it cannot be written, a sentence


@dataclass(frozen=True, slots=True)
class Choice:
    """One row of a reference list. `more` is what else a map needs of it (cash account: its payment method)."""

    value: str
    label: str = ""
    more: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Reference:
    """A list that a system keeps and settings choose from: customer classes, warehouses, tax classes ..."""

    name: str
    label: str


@dataclass(frozen=True, slots=True)
class Field:
    """One field of an entity as a system's schema has it.

    `name` is what a mapping row names it by, unique in its entity ("Description", "Attributes/COLOR",
    "MainContact/Email"); `path` and `api_name` say where it stands in the document that is sent (SCM-07, SCM-08).
    """

    name: str
    label: str = ""
    tab: str = ""  # General Settings, Price/Cost Information, Attributes ... (SCM-04..06)
    section: str = ""  # the Schema Name column
    kind: str = "text"  # text | list | multi | flag | date | number | money
    path: str = "/root/"
    api_name: str = ""
    custom: bool = False
    writable: bool = True
    preselected: bool = False
    options: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class View:
    """One store view: the scope of a setting or of a mapping row."""

    code: str
    label: str
    website: str = ""
    id: str = ""
    currency: str = ""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One action of a system's API, as the endpoint pages list it (END-01, END-02): `path` is the default."""

    code: str
    label: str
    path: str
    method: str = "GET"


@dataclass(frozen=True, slots=True)
class Feature:
    """Something that a site may have or lack (INS-01, INS-03). `needs_it` are the entities that cannot do without."""

    label: str
    found: bool
    needs_it: tuple[str, ...] = ()
    text: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a longer piece of work in a system: what, how it ended, a sentence."""

    label: str
    ok: bool
    text: str


@dataclass(frozen=True, slots=True)
class Package:
    """What can be put into a system so that it tells of its changes: `content` in the system's own format."""

    name: str
    description: str
    content: bytes = field(repr=False)
    queries: tuple[str, ...] = ()


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
    references: ClassVar[tuple[Reference, ...]] = ()
    endpoints: ClassVar[tuple[Endpoint, ...]] = ()

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
        conceal(self.values.get(setting.name) for setting in self.settings if setting.secret)
        self.gate: Gate = gate or OpenGate()
        self.clock = clock
        self.preferences: Mapping[str, Any] = preferences or {}
        self.fetch: Callable[[str], bytes] | None = None  # reads a picture of the source by its url, for a target

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

    def find_like(self, entity: str, records: Sequence[Record]) -> dict[str, Record]:
        """Look up by natural key where that is more than the record's own key (e-mail, name below a parent).

        What this system has, by the key of the record that was given. Raises Fail when several would fit.
        """
        return self.find(entity, [record.key for record in records])

    def seats(self) -> tuple[int, int]:
        """Sessions that are open there now, and the most that will be; (0, 0) where a call needs none."""
        return 0, 0

    def imagine(self, method: str, path: str, body: Any) -> Any:
        """What this system would answer to a write that is only rehearsed; None when nobody can say."""
        return None

    def reason(self, record: Record, name: str) -> str:
        """Where a field of a write of this record comes from, a sentence for the preview; "" when it says itself."""
        return ""

    def open_orders(self, keys: Sequence[str], since: datetime) -> dict[str, dict[str, Decimal]]:
        """What open orders of a store, placed since then, still want of products: order -> product -> quantity."""
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

    def fields(self, entity: str) -> list[Field]:
        """The fields of an entity as the site's own schema has them, custom ones included (SCM-01, SCM-10)."""
        return []

    def reference(self, name: str) -> list[Choice]:
        """One reference list as it is now. Raises Fail when the site has no such list, Retry and Refused."""
        raise Fail(f"{self.label} keeps no list of that name.")

    def views(self) -> list[View]:
        """The store views of a store; an ERP has none."""
        return []

    def download(self, address: str) -> bytes:
        """The bytes of a picture, at most 10 MB. Raises Fail when they are too many or no picture."""
        raise Fail(f"{self.label} has no files to read.")

    def reindex(self, entity: str) -> str:
        """Ask for the indexes after a run; a sentence that says what was asked. Raises Retry, Refused or Fail."""
        return f"{self.label} builds its indexes by itself."

    def now(self) -> datetime | None:
        """What this system's clock says (UTC), None when it does not tell (CON-14)."""
        return None

    def zone(self) -> str:
        """The time zone in which this system shows its times to people, "" when it does not tell (CON-14)."""
        return ""

    def features(self) -> list[Feature]:
        """What this site has of what entities need, and what else of use. Raises Retry, Refused, Fail."""
        return []

    def query(self, name: str) -> int:
        """Run one of the queries that notifications come from, a page of one; rows shown. Raises Fail without it."""
        raise Fail(f"{self.label} has no queries.")

    def install(self, package: Package) -> Iterator[Step]:
        """Put a package into this system, a step as soon as it is over; ends after the first that went wrong."""
        yield Step(package.name, False, f"{self.label} takes no packages.")

    def close(self) -> None:
        """Log out and let go of connections; calling it twice is fine."""


Builder = Callable[..., System]
