"""What the store is made of, read once and kept for five minutes: websites, attribute sets, tax classes, sources.

A name that is not found is looked for once more when the copy is older than half a minute, so that a set
created a moment ago is used. It knows no record of the ERP.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from connector.clock import Clock
from connector.errors import Fail
from connector.systems.magento import errors
from connector.systems.magento.client import Client, not_magento, reading

T = TypeVar("T")
KEEP, LOOK_AGAIN = 300.0, 30.0  # seconds
FIELDS = (
    "attribute_id,attribute_code,default_frontend_label,frontend_input,is_user_defined,is_required,options[label,value]"
)


class Kept(Generic[T]):
    """One answer of the shop with a time limit. Threads that ask meanwhile wait for the one that reads."""

    def __init__(self, clock: Clock, read: Callable[[], T]) -> None:
        self.clock = clock
        self._read = read
        self._lock = threading.Lock()
        self._value: T | None = None
        self._at: float | None = None

    def get(self, *, seconds: float = KEEP) -> T:
        """The kept value, read anew when it is older than `seconds`."""
        with self._lock:
            now = self.clock.monotonic()
            if self._at is None or now - self._at >= seconds:
                self._value = self._read()
                self._at = now
            return self._value  # type: ignore[return-value]

    def forget(self) -> None:
        with self._lock:
            self._at = None


@dataclass(frozen=True, slots=True)
class Attribute:
    """One attribute of the store: how its values have to be written."""

    code: str
    kind: str  # Magento's frontend_input: text, select, multiselect, boolean, date, price ...
    own: bool  # made by the shop's people, not by Magento
    options: tuple[tuple[str, str], ...] = ()  # (label, id)
    label: str = ""
    id: int = 0
    required: bool = False


class Store:
    """The caches of one shop."""

    def __init__(self, client: Client, clock: Clock) -> None:
        self.client = client
        self.clock = clock
        self._websites = Kept(clock, self._read_websites)
        self._sets = Kept(clock, self._read_sets)
        self._tax_classes = Kept(clock, self._read_tax_classes)
        self._sources = Kept(clock, self._read_sources)
        self._attributes: dict[str, tuple[float, Attribute | None]] = {}
        self._set_names: dict[str, str] = {}
        self._tax_names: dict[str, str] = {}

    def website_ids(self, wanted: Sequence[str]) -> list[int]:
        """Ids of these websites (codes or ids), of all when none is named. Raises Fail for an unknown one."""
        known = self._websites.get()
        if not wanted:
            return sorted(set(known.values()))
        ids = {known.get(str(name).strip().lower()) for name in wanted}
        if None in ids:
            known = self._websites.get(seconds=LOOK_AGAIN)
            ids = {known.get(str(name).strip().lower()) for name in wanted}
        if None in ids:
            names = ", ".join(str(name) for name in wanted if str(name).strip().lower() not in known)
            raise Fail(
                f"The store has no website {names}.",
                code="magento.unknown_website",
                help="Correct the websites in the connector's product settings.",
            )
        return sorted(number for number in ids if number is not None)  # a repeated id is refused: facts, section 22

    def attribute_set(self, name: str) -> int | None:
        return _look(self._sets, name)

    def tax_class(self, name: str) -> int | None:
        return _look(self._tax_classes, name)

    def set_name(self, number: Any) -> str:
        """The name of an attribute set by its id, "" for an unknown one."""
        self._sets.get()
        return self._set_names.get(str(number), "")

    def tax_class_name(self, number: Any) -> str:
        """The name of a product tax class by its id, "" for none."""
        self._tax_classes.get()
        return self._tax_names.get(str(number), "")

    def sources(self) -> frozenset[str] | None:
        """Codes of the inventory sources; None where the shop has no multi source inventory."""
        return self._sources.get()

    def has_source(self, code: str) -> bool:
        return code in (self._sources.get() or ()) or code in (self._sources.get(seconds=LOOK_AGAIN) or ())

    def attributes(self, codes: Sequence[str], *, seconds: float = KEEP) -> dict[str, Attribute]:
        """The attributes of these codes that the store has, at most `seconds` old; absent ones half a minute."""
        now = self.clock.monotonic()
        kept = {code: self._attributes[code] for code in codes if code in self._attributes}
        most = {code: seconds if kept[code][1] is not None else min(seconds, LOOK_AGAIN) for code in kept}
        due = [code for code in codes if code not in kept or now - kept[code][0] >= most[code]]
        if due:
            rows = self.client.search_in(
                "/products/attributes", "attribute_code", due, fields=FIELDS, action="verify_attributes"
            )
            with reading("/products/attributes"):
                found = {attribute.code: attribute for attribute in map(attribute_of, rows)}
            kept.update({code: (now, found.get(code)) for code in due})
            self._attributes = {**self._attributes, **kept}  # replaced, not changed: other threads read it
        return {code: attribute for code, (_, attribute) in kept.items() if attribute is not None}

    def forget_attribute(self, code: str) -> None:
        """Read one attribute anew: it has just been made or got options."""
        self._attributes = {known: row for known, row in self._attributes.items() if known != code}

    def forget(self) -> None:
        """Read everything anew: the shop said that an id is not right any more."""
        for kept in (self._websites, self._sets, self._tax_classes, self._sources):
            kept.forget()
        self._attributes = {}

    def _read_websites(self) -> dict[str, int]:
        """code and id -> id, without the admin's own (id 0)."""
        known: dict[str, int] = {}
        rows = rows_of(self.client.get("/store/websites"), "/store/websites")
        with reading("/store/websites"):
            for row in rows:
                if int(row["id"]):
                    known[str(row["code"]).lower()] = known[str(row["id"])] = int(row["id"])
        return known

    def _read_sets(self) -> dict[str, int]:
        rows = self.client.search(
            "/products/attribute-sets/sets/list", fields="attribute_set_id,attribute_set_name", sort="attribute_set_id"
        )
        with reading("/products/attribute-sets/sets/list"):
            self._set_names = {str(row["attribute_set_id"]): str(row["attribute_set_name"]).strip() for row in rows}
            return {str(row["attribute_set_name"]).strip().lower(): int(row["attribute_set_id"]) for row in rows}

    def _read_tax_classes(self) -> dict[str, int]:
        """Product tax classes only: a customer class may have the same name."""
        rows = self.client.search("/taxClasses/search", [("class_type", "PRODUCT", "eq")])
        with reading("/taxClasses/search"):
            self._tax_names = {str(row["class_id"]): str(row["class_name"]).strip() for row in rows}
            return {str(row["class_name"]).strip().lower(): int(row["class_id"]) for row in rows}

    def _read_sources(self) -> frozenset[str] | None:
        try:
            rows = self.client.search("/inventory/sources", fields="source_code")
        except Fail as word:
            if word.code == errors.NO_ROUTE:  # the inventory modules are switched off: legacy stock items
                return None
            raise
        with reading("/inventory/sources"):
            return frozenset(str(row["source_code"]) for row in rows)


def rows_of(data: Any, path: str) -> list[dict[str, Any]]:
    """The list of objects that a Magento answer must be here. Raises Fail when it is something else."""
    if not isinstance(data, list) or not all(isinstance(row, Mapping) for row in data):
        raise not_magento(path)
    return [dict(row) for row in data]


def _look(kept: Kept[dict[str, int]], name: str) -> int | None:
    name = name.strip().lower()
    if not name:
        return None
    number = kept.get().get(name)
    return number if number is not None else kept.get(seconds=LOOK_AGAIN).get(name)


def attribute_of(row: Mapping[str, Any]) -> Attribute:
    """One attribute out of an answer. Raises KeyError, TypeError or ValueError for what is none."""
    options = tuple(
        (str(option.get("label") or "").strip(), str(option["value"]))
        for option in row.get("options") or []
        if isinstance(option, Mapping) and str(option.get("value") or "")
    )
    return Attribute(
        str(row["attribute_code"]),
        str(row.get("frontend_input") or "text"),
        bool(row.get("is_user_defined")),
        options,
        str(row.get("default_frontend_label") or ""),
        int(row.get("attribute_id") or 0),
        bool(row.get("is_required")),
    )
