"""Would this write do harm if it were a mistake? It compares with what was last written, and decides about one record.

How many such records are too many, and what happens then, is not known here: `Context.brake` is asked. Three kinds:
a stock or a price that falls to nothing, a record that is taken out or switched off, a price that becomes another.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from connector.records import INVENTORY, PRICE, PRODUCT, PRODUCT_STATUS, Level, Price, Record, Stock

ZERO, DELETE, PRICED = "zero", "delete", "price"
WATCHED = (PRICE, INVENTORY, PRODUCT, PRODUCT_STATUS)  # what is written of these is judged; deletions of all are
ENABLED = ("1", "True")  # how a store says that a product is switched on
KINDS = {"available", "available_for_shipping", "on_hand"}


@dataclass(frozen=True, slots=True)
class Danger:
    """What a write would do. `factor` is how many times larger or smaller a price becomes, None when to or from 0."""

    key: str
    kind: str
    field: str = ""
    was: str = ""
    new: str = ""
    factor: Decimal | None = Decimal(1)

    def wild(self, limit: int) -> bool:
        """Whether a price moves by that factor or more; a limit of 0 looks at none."""
        if not limit or self.field not in ("price", "special_price"):
            return False
        return self.factor is None or self.factor >= limit

    @property
    def sentence(self) -> str:
        if self.kind == DELETE:
            return f"{self.key}: {self.new}"
        return f"{self.key}: {self.field.replace('_', ' ')} from {self.was} to {self.new}"


def judge(record: Record, told: Mapping[str, Any], *, quantity: str = "available") -> Danger | None:
    """What is to be feared of writing this record. `told` is what the target was told last; `quantity` the kind of
    stock that is sent. None: nothing, or nothing was ever written."""
    if isinstance(record, Price):
        return _price(record, told)
    if isinstance(record, Stock):
        return _stock(record, told, quantity if quantity in KINDS else "available")
    if record.entity in (PRODUCT, PRODUCT_STATUS):
        on = getattr(record, "active", True) and getattr(record, "exported", True)
        if not on and str(told.get("status")) in ENABLED:
            return Danger(record.key, DELETE, "status", "enabled", "switched off in the store")
    return None


def gone(key: str) -> Danger:
    """The source has the record no more: it would be taken out."""
    return Danger(key, DELETE, "", "", "taken out of the other side")


def _price(record: Price, told: Mapping[str, Any]) -> Danger | None:
    was = number(told.get("price"))
    if was is None:
        return None
    found = _moved(record.key, "price", was, record.price)
    special = number(told.get("special_price"))
    if record.special_price is not None and (special is not None or record.special_price <= 0):
        cheaper = _moved(record.key, "special_price", special or was, record.special_price)
        if cheaper is not None and (found is None or worse(cheaper) > worse(found)):
            return cheaper
    return found


def _moved(key: str, field: str, was: Decimal, new: Decimal) -> Danger | None:
    if was == new:
        return None
    factor = None if not was or new <= 0 else max(was / new, new / was).quantize(Decimal("0.01"))
    kind = ZERO if new <= 0 < was else PRICED
    return Danger(key, kind, field, format(was.normalize(), "f"), format(new.normalize(), "f"), factor)


def _stock(record: Stock, told: Mapping[str, Any], quantity: str) -> Danger | None:
    was = sum((number(value) or Decimal(0) for value in told.values()), Decimal(0))
    new = sum((_of(level, quantity) for level in record.levels), Decimal(0))
    if new > 0 or was <= 0:
        return None
    return Danger(record.key, ZERO, "quantity", format(was.normalize(), "f"), "0", None)


def _of(level: Level, quantity: str) -> Decimal:
    return Decimal(getattr(level, quantity))


def number(value: Any) -> Decimal | None:
    """A number of what was written, None for what is none."""
    if value is None or isinstance(value, bool | list | dict):
        return None
    try:
        found = Decimal(str(value))
    except InvalidOperation:
        return None
    return found if found.is_finite() else None


def worse(danger: Danger) -> Decimal:
    """By what the worst examples are found: to nothing first, then the largest move."""
    return Decimal("Infinity") if danger.factor is None else danger.factor


def worst(dangers: Sequence[Danger], most: int) -> list[Danger]:
    """The worst of them, the worst first."""
    return sorted(dangers, key=lambda danger: (-worse(danger), danger.key))[:most]
