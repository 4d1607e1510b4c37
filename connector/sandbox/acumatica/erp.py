"""The ERP itself: items, stock and reference data, and how they change. It knows no HTTP.

Every committed change gives the record a new version (the instant in microseconds, never the same twice),
one line in the journal and the push notifications of the queries that it touches.
Sources: facts/ACUMATICA.md, sections 2.4, 3.2, 3.3 and 5.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping
from typing import Any

from connector.sandbox import catalogue
from connector.sandbox.acumatica import notices, reference_business, reference_people, relating
from connector.sandbox.acumatica.reference import reference
from connector.sandbox.store import Store, Unit, micros

PRICE_FIELDS = ("DefaultPrice", "MSRP", "CurySpecificPrice", "CurySpecificMSRP")
TRUTH = (
    "Description",
    "ItemStatus",
    "ItemClass",
    "TaxCategory",
    "ExportToExternal",
    "Visibility",
    "DefaultPrice",
    "MSRP",
    "DimensionWeight",
    "RequireShipment",
)
SETTINGS: dict[str, Any] = {
    "login_limit": 10,
    "idle_seconds": 600,
    "versions": ["25.200.001", "24.200.001", "23.200.001", "22.200.001"],
    "old_entity_list": False,  # GET /entity as before 2023 R2: a bare array
    "padded_ids": False,  # REST answers pad InventoryID with blanks
    "tenants": ["Company"],
    "clock_offset": 0,  # seconds that the site's clock is ahead, in its answers and in every change
    "missing_entities": [],  # entities that the endpoint lacks
    "publish_polls": 2,  # how often publishEnd says that it is not through
    "publish_error": "",  # a publication fails with this sentence
    "push_items": True,  # off: a project's push notification is passed over
    "action_polls": 1,  # how often the status of an action is asked for before it is done; 0: done at once, 204
    "delegate_views": [],  # "Entity/Detail" that lists cannot expand: CannotOptimizeException
    "conflicts": 0,  # so many PUTs to come are refused: another process has updated the record
    "numbering_broken": False,  # sequences of orders and customers give no next number
    "customer_numbering": "both",  # both: a number that is sent counts; auto: it is replaced; manual: it is needed
}


class Erp:
    """One tenant's data."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self._stamp = 0
        self._lock = threading.Lock()
        if not store.kind("item"):
            self.fill(520)
        elif not store.kind("customerclass"):  # kept by an older sandbox that had items alone
            with store.unit("SANDBOX", "/_sandbox/reset") as unit:
                reference_business.business(unit, self.stamp())
                reference_people.people(unit, self.stamp(), catalogue.SEED)

    def switch(self, name: str) -> Any:
        """The value of one of the switches."""
        return self.store.setting("switches", {}).get(name, SETTINGS[name])

    def stamp(self) -> int:
        """The version of a change: now in microseconds, later than every one before."""
        with self._lock:
            now = micros() + int(self.switch("clock_offset") * 1_000_000)
            self._stamp = max(now, self._stamp + 1)
            return self._stamp

    def reset(self, count: int, seed: int = catalogue.SEED) -> None:
        """A clean catalogue of `count` items; the journal starts a new epoch."""
        with self.store.lock:
            self.store.clear()
            self.fill(count, seed)

    def fill(self, count: int, seed: int = catalogue.SEED) -> None:
        first = self.stamp() - 30 * 86_400_000_000
        with self.store.unit("SANDBOX", "/_sandbox/reset") as unit:
            for number, raw in enumerate(catalogue.generate(count, seed), 1):
                self._fill_item(unit, raw, number, first + number * 1_000_000)
            reference(unit, first)
            reference_business.business(unit, first)
            reference_people.people(unit, first, seed)
            unit.note("reset", "", None, {"products": count})

    def _fill_item(self, unit: Unit, raw: dict[str, Any], number: int, stamp: int) -> None:
        key = raw["fields"]["InventoryID"].upper()
        doc = {"id": catalogue.identity("item", key), "kind": raw["kind"], "fields": raw["fields"],
               "details": raw["details"], "modified": stamp, "created": stamp, "number": number}  # fmt: skip
        unit.put("item", key, doc)
        if raw["kind"] == "StockItem":
            levels = {name: level(on_hand, booked, stamp) for name, (on_hand, booked) in raw["stock"].items()}
            unit.put("stock", key, {"levels": levels})
        if raw["promotion"]:
            unit.put("price", key, {"rows": [promotion(number, raw["promotion"], stamp)]})

    def item(self, key: str) -> dict[str, Any] | None:
        return self.store.get("item", key.strip().upper())

    def items(self, kind: str = "") -> list[dict[str, Any]]:
        """All items of a kind in the order of their keys."""
        docs = self.store.kind("item")
        return [docs[key] for key in sorted(docs) if not kind or docs[key]["kind"] == kind]

    def levels(self, key: str) -> dict[str, dict[str, Any]]:
        """Stock by warehouse."""
        return dict((self.store.get("stock", key.strip().upper()) or {"levels": {}})["levels"])

    def price_for(self, key: str, customer: Mapping[str, Any] | None, quantity: float) -> float:
        """The price of one piece for a customer and a quantity, without discounts."""
        doc, own = self.item(key), relating.best(self, key, customer, quantity)
        return own if own is not None else float((doc["fields"].get("DefaultPrice") if doc else None) or 0.0)

    def edit(
        self, key: str, changes: Mapping[str, Any], unit: Unit | None = None, path: str = "/_sandbox/edit"
    ) -> bool:
        """Change fields of an item (`stock` = {warehouse: quantity or level}). False when there is no such item."""
        if unit is None:
            with self.store.unit("SANDBOX", path) as own:
                return self.edit(key, changes, own)
        found = unit.get("item", key.strip().upper())
        if found is None:
            return False
        values = {name: value for name, value in changes.items() if name not in ("stock", "promotion")}
        message = notices.new_id()
        if values:
            self.save(unit, {**found, "fields": {**found["fields"], **with_currency(values)}}, message=message)
        if "promotion" in changes:
            self.promote(unit, key, changes["promotion"], message)
        if changes.get("stock"):
            self.move(unit, key, changes["stock"], message)
        return True

    def save(self, unit: Unit, doc: dict[str, Any], *, message: str = "") -> dict[str, Any]:
        """Insert or update an item. Nothing happens when nothing differs. Returns what is stored."""
        key = doc["fields"]["InventoryID"].strip().upper()
        old = unit.get("item", key)
        changed = differences(old, doc)
        if old is not None and not changed:
            return old
        stamp = self.stamp()
        new = {**doc, "modified": stamp, "created": old["created"] if old else stamp}
        unit.put("item", key, new)
        if old is None and new["kind"] == "StockItem":
            unit.put("stock", key, {"levels": {"MAIN": level(0, 0, stamp)}})
        only_price = old is not None and set(changed) <= set(PRICE_FIELDS)
        effect = "create" if old is None else "price" if only_price else "product"
        name = doc["fields"]["InventoryID"]
        if old is None:
            unit.note(effect, name, None, truth(new), stamp)
        else:
            unit.note(effect, name, pick(old, changed), pick(new, changed), stamp)
        notices.item_changed(unit, old, new, set(changed), message or notices.new_id())
        return new

    def delete(self, unit: Unit, doc: dict[str, Any]) -> None:
        key = doc["fields"]["InventoryID"].strip().upper()
        stamp = self.stamp()
        for kind in ("item", "stock", "price"):
            unit.drop(kind, key)
        unit.note("delete", doc["fields"]["InventoryID"], truth(doc), None, stamp)
        notices.item_changed(unit, doc, None, set(), notices.new_id(), stamp)

    def move(self, unit: Unit, key: str, quantities: Mapping[str, Any], message: str = "") -> None:
        """Set stock by warehouse: a number is the new quantity on hand, what is booked stays booked."""
        key = key.strip().upper()
        doc, found = unit.get("item", key), unit.get("stock", key)
        if doc is None or found is None:
            return
        stamp = self.stamp()
        old = found["levels"]
        new = {**old, **{name: moved(old.get(name), wanted, stamp) for name, wanted in quantities.items()}}
        new = {
            name: row for name, row in new.items() if quantity(row) != quantity(old.get(name)) or row is old.get(name)
        }
        new = {**old, **new}
        touched = [name for name in new if new[name] is not old.get(name)]
        if not touched:
            return
        unit.put("stock", key, {"levels": new})
        unit.note("stock", doc["fields"]["InventoryID"], {name: quantity(old.get(name)) for name in touched},
                  {name: quantity(new[name]) for name in touched}, stamp)  # fmt: skip
        notices.stock_changed(unit, doc, old, new, touched, message or notices.new_id())

    def promote(self, unit: Unit, key: str, price: Any, message: str = "") -> None:
        """Set the promotional sales price of an item, or end it with None."""
        key = key.strip().upper()
        doc, old = unit.get("item", key), unit.get("price", key)
        if doc is None or (old is None and not price):
            return
        stamp = self.stamp()
        rows = [promotion(doc["number"], float(price), stamp)] if price else []
        unit.put("price", key, {"rows": rows})
        before = old["rows"][0]["Price"] if old and old["rows"] else None
        unit.note("promotion", doc["fields"]["InventoryID"], {"Price": before}, {"Price": price or None}, stamp)
        notices.price_touched(unit, doc, message or notices.new_id(), stamp)

    def state(self, keys: Iterable[str] = ()) -> dict[str, Any]:
        """What is true now, record by record: for a checker that compares two systems."""
        wanted = [key.strip().upper() for key in keys] or list(self.store.kind("item"))
        found = ((key, self.item(key)) for key in wanted)
        return {doc["fields"]["InventoryID"]: self._state(key, doc) for key, doc in found if doc}

    def _state(self, key: str, doc: dict[str, Any]) -> dict[str, Any]:
        stock = {name: {**quantity(row), "version": row["modified"]} for name, row in self.levels(key).items()}
        return {"kind": doc["kind"], "version": doc["modified"], **truth(doc), "stock": stock}


def level(on_hand: float, booked: float, stamp: int) -> dict[str, Any]:
    """Stock of one item in one warehouse: `booked` is what sales orders have reserved."""
    return {"on_hand": on_hand, "available": on_hand - booked, "shipping": on_hand, "modified": stamp}


def moved(old: Mapping[str, Any] | None, wanted: Any, stamp: int) -> dict[str, Any]:
    """The level after an edit; a mapping sets the three quantities one by one."""
    row = dict(old or level(0, 0, 0))
    if isinstance(wanted, Mapping):
        row.update({name: float(wanted[name]) for name in ("on_hand", "available", "shipping") if name in wanted})
    else:
        change = float(wanted) - row["on_hand"]
        row.update({name: row[name] + change for name in ("on_hand", "available", "shipping")})
    return {**row, "modified": stamp}


def quantity(row: Mapping[str, Any] | None) -> dict[str, Any]:
    return {name: row[name] for name in ("on_hand", "available", "shipping")} if row else {}


def promotion(number: int, price: float, stamp: int) -> dict[str, Any]:
    return {
        "RecordID": 100_000 + number,
        "Price": price,
        "Promotion": True,
        "EffectiveDate": "2026-01-01T00:00:00+00:00",
        "ExpirationDate": "2027-12-31T00:00:00+00:00",
        "modified": stamp,
    }


def with_currency(values: Mapping[str, Any]) -> dict[str, Any]:
    """The base price and its twin in the base currency are one number."""
    twins = {"DefaultPrice": "CurySpecificPrice", "MSRP": "CurySpecificMSRP"}
    extra = {}
    for one, other in twins.items():
        if one in values and other not in values:
            extra[other] = values[one]
        elif other in values and one not in values:
            extra[one] = values[other]
    return {**values, **extra}


def differences(old: Mapping[str, Any] | None, new: Mapping[str, Any]) -> list[str]:
    """Names of the fields and details that differ."""
    if old is None:
        return list(new["fields"])
    names = [*old["fields"], *(name for name in new["fields"] if name not in old["fields"])]
    changed = [name for name in names if old["fields"].get(name) != new["fields"].get(name)]
    return changed + [name for name in new["details"] if old["details"].get(name) != new["details"][name]]


def pick(doc: Mapping[str, Any], names: Iterable[str]) -> dict[str, Any]:
    return {name: doc["fields"].get(name, doc["details"].get(name)) for name in names}


def truth(doc: Mapping[str, Any]) -> dict[str, Any]:
    return {name: doc["fields"][name] for name in TRUTH if name in doc["fields"]}
