"""A small ERP and a small store in memory: hand-written, so that a test reads like what it says."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal

from connector.db import instant
from connector.errors import Fail, Outcome, Skip, Wait
from connector.records import INVENTORY, PRICE, PRODUCT, Level, Price, Product, Record, Stock, StoreProduct
from connector.systems.base import Capabilities, Change, Check, Page, System, Written


class FakeErp(System):
    """Holds records by (entity, key). `trouble` is raised by the next reads while it is set."""

    name, label, role = "fake_erp", "The ERP", "erp"
    capabilities = Capabilities(reads=frozenset({PRODUCT, PRICE, INVENTORY}))

    def __init__(self) -> None:
        super().__init__({})
        self.records: dict[tuple[str, str], Record] = {}
        self.reads: list[tuple[str, tuple[str, ...]]] = []
        self.trouble: Outcome | None = None
        self.page_size = 100

    def set(self, record: Record) -> None:
        self.records[record.entity, record.key] = record

    def check(self) -> Check:
        return Check(ok=self.trouble is None, problem=self.trouble.reason if self.trouble else "")

    def read_many(self, entity: str, keys: Sequence[str]) -> dict[str, Record]:
        self.reads.append((entity, tuple(keys)))
        if self.trouble:
            raise self.trouble
        return {key: self.records[entity, key] for key in keys if (entity, key) in self.records}

    def changed_since(self, entity: str, since: datetime | None, position: str = "") -> Page:
        if self.trouble:
            raise self.trouble
        found = sorted(
            (record.key, record.version)
            for (kind, _), record in self.records.items()
            if kind == entity and record.key > position and (since is None or instant(record.version) >= since)
        )
        page = found[: self.page_size]
        more = page[-1][0] if len(found) > len(page) else None
        return Page(tuple(Change(entity, key, version=version) for key, version in page), more)


@dataclass
class FakeStore(System):
    """Keeps what it was told. `poison` keys are refused; `trouble(records)` may raise before any effect."""

    products: dict[str, StoreProduct] = field(default_factory=dict)
    prices: dict[str, Decimal] = field(default_factory=dict)
    stock: dict[str, Decimal] = field(default_factory=dict)
    poison: set[str] = field(default_factory=set)
    writes: list[tuple[str, tuple[str, ...]]] = field(default_factory=list)
    creates: list[str] = field(default_factory=list)
    finds: list[tuple[str, ...]] = field(default_factory=list)
    before: Callable[[Sequence[Record]], None] | None = None
    after: Callable[[Sequence[Record]], None] | None = None
    row_poison: set[str] = field(default_factory=set)
    kept_out: set[str] = field(default_factory=set)

    name, label, role = "fake_store", "The store", "store"
    capabilities = Capabilities(writes=frozenset({PRODUCT, PRICE, INVENTORY}), batches={PRICE: 500, INVENTORY: 100})

    def __post_init__(self) -> None:
        super().__init__({})

    def check(self) -> Check:
        return Check(ok=True)

    def read_many(self, entity: str, keys: Sequence[str]) -> dict[str, Record]:
        return {key: self.products[key] for key in keys if key in self.products}

    def find(self, entity: str, keys: Sequence[str]) -> dict[str, Record]:
        self.finds.append(tuple(keys))
        return {key: self.products[key] for key in keys if key in self.products}

    def write_many(self, records: Sequence[Record], *, known: Mapping[str, str]) -> list[Written]:
        self.writes.append((records[0].entity, tuple(record.key for record in records)))
        if self.before:
            self.before(records)
        if any(record.key in self.poison for record in records):
            raise Fail("The store refuses this request.", code="store.poison")
        written = [self._write(record, known) for record in records]
        if self.after:
            self.after(records)
        return written

    def _write(self, record: Record, known: Mapping[str, str]) -> Written:
        if record.key in self.row_poison:
            return Written(record.key, problem=Fail("This row is wrong.", code="store.row"))
        if isinstance(record, Product) and record.key in self.kept_out:
            return Written(record.key, problem=Skip("Not for this store."))
        if isinstance(record, Product):
            created = record.key not in known
            if created:
                self.creates.append(record.key)
            self.products[record.key] = StoreProduct(record.key, target_id=f"id-{record.key}", name=record.name)
            return Written(record.key, f"id-{record.key}", created, {"name": record.name})
        if record.key not in self.products:
            return Written(record.key, problem=Wait("No such product.", for_=(PRODUCT, record.key)))
        if isinstance(record, Price):
            self.prices[record.key] = record.price
            return Written(record.key, f"id-{record.key}", False, {"price": record.price})
        if isinstance(record, Stock):
            self.stock[record.key] = sum((level.available for level in record.levels), Decimal(0))
            return Written(record.key, f"id-{record.key}", False, {"default": self.stock[record.key]})
        return Written(record.key, f"id-{record.key}", False, {})

    def delete(self, entity: str, key: str, target_id: str) -> Written:
        self.products.pop(key, None)
        return Written(key, target_id)


def product(key: str, version: int = 1, **values: object) -> Product:
    return replace(Product(key, version, name=f"Name of {key}"), **values)  # type: ignore[arg-type]


def price(key: str, amount: str, version: int = 1, **values: object) -> Price:
    return replace(Price(key, version, price=Decimal(amount)), **values)  # type: ignore[arg-type]


def stock(key: str, quantity: str, version: int = 1) -> Stock:
    return Stock(key, version, levels=(Level("MAIN", available=Decimal(quantity)),))


class Memory(System):
    """Either side of anything: keeps records by (entity, id), makes ids, and says what it has made of a write."""

    def __init__(self, role: str) -> None:
        super().__init__({})
        self.label = "The ERP" if role == "erp" else "The store"  # type: ignore[misc]
        self.prefix = "E" if role == "erp" else ""
        self.records: dict[tuple[str, str], Record] = {}
        self.written: list[Record] = []
        self.created: list[str] = []
        self.number = 100
        self.clock_now = 1_000_000
        self.before: Callable[[Sequence[Record]], None] | None = None
        self.orders: dict[str, dict[str, Decimal]] = {}  # what open orders still want
        self.answer: Outcome | None = None  # the write has its effect, and this comes back instead of an answer

    def put(self, record: Record) -> None:
        self.clock_now += 1_000_000
        self.records[record.entity, record.key] = replace(record, version=record.version or self.clock_now)

    def open_orders(self, keys: Sequence[str], since: datetime) -> dict[str, dict[str, Decimal]]:
        return self.orders

    def edit(self, entity: str, key: str, **values: object) -> None:
        self.put(replace(self.records[entity, key], **({"version": 0} | values)))  # type: ignore[arg-type]

    def read_many(self, entity: str, keys: Sequence[str]) -> dict[str, Record]:
        return {key: self.records[entity, key] for key in keys if (entity, key) in self.records}

    def find(self, entity: str, keys: Sequence[str]) -> dict[str, Record]:
        return self.read_many(entity, keys)

    def find_like(self, entity: str, records: Sequence[Record]) -> dict[str, Record]:
        found = {}
        for one in records:
            for (kind, id), there in self.records.items():
                if kind == entity and _alike(one, there):
                    found[one.key] = replace(there, **({"target_id": id} if hasattr(there, "target_id") else {}))
        return found

    def write_many(self, records: Sequence[Record], *, known: Mapping[str, str]) -> list[Written]:
        if self.before:
            self.before(records)
        done = [self._write(one, known.get(one.key, "")) for one in records]
        if self.answer:
            raise self.answer
        return done

    def _write(self, one: Record, id: str) -> Written:
        self.written.append(one)
        if not id:
            self.number += 1
            id = f"{self.prefix}{self.number}"
            self.created.append(id)
        self.put(replace(one, key=id, version=0))
        return Written(one.key, id, created=id in self.created, seen=self.records[one.entity, id])

    def delete(self, entity: str, key: str, target_id: str) -> Written:
        self.records.pop((entity, target_id), None)
        return Written(key, target_id)


def _alike(one: Record, other: Record) -> bool:
    if one.entity in NATURAL:
        names = NATURAL[one.entity]
        same = all(getattr(one, name).casefold() == getattr(other, name).casefold() for name in names)
        return same and bool(getattr(one, names[0]))
    return False


NATURAL = {
    "customer": ("email",),
    "order": ("reference",),
    "credit_memo": ("reference",),
    "shipment": ("shipment",),
    "category": ("name", "parent"),
}
