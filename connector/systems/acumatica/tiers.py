"""Tier prices out of sales prices: break quantities, customer price classes, single customers (PRI-04, SYN-15).

The rules of base prices hold (facts/ACUMATICA.md, 3.4): in force today, in the item's base unit, without a warehouse.
Of several rows for one quantity a promotion counts before a regular price, else the one that took effect last.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal

from connector.records import Tier
from connector.systems.acumatica.values import Entity, flag, instant, micros, number, text

BASE, CLASS, CUSTOMER = "Base", "Customer Price Class", "Customer"
TYPES = (BASE, CLASS, CUSTOMER)
Place = tuple[str, str, Decimal]  # type, price class or customer, quantity


def of(rows: Sequence[Entity], unit: str, now: datetime) -> tuple[Tier, ...]:
    """The tiers of one item, sorted; the base price of a single piece is none."""
    best: dict[Place, Entity] = {}
    for row in rows:
        kind = text(row, "PriceType") or BASE
        place = (
            kind,
            "" if kind == BASE else text(row, "PriceCode"),
            max(number(row, "BreakQty") or Decimal(1), Decimal(1)),
        )
        if _counts(row, unit, now) and (kind == BASE) == (not place[1]) and not (kind == BASE and place[2] <= 1):
            best[place] = max(row, best.get(place, row), key=_order)
    return tuple(_tier(place, best[place]) for place in sorted(best))


def _tier(place: Place, row: Entity) -> Tier:
    kind, code, quantity = place
    return Tier(
        quantity=quantity,
        price=number(row, "Price") or Decimal(0),
        price_class=code if kind == CLASS else "",
        customer=code if kind == CUSTOMER else "",
    )


def _order(row: Entity) -> tuple[bool, int, int]:
    effective, modified = instant(row, "EffectiveDate"), instant(row, "LastModifiedDateTime")
    return flag(row, "Promotion"), micros(effective), micros(modified)


def _counts(row: Entity, unit: str, now: datetime) -> bool:
    starts, ends = instant(row, "EffectiveDate"), instant(row, "ExpirationDate")
    return (
        text(row, "PriceType") in (*TYPES, "")
        and (not unit or text(row, "UOM") in (unit, ""))
        and not text(row, "Warehouse")
        and number(row, "Price") is not None
        and (starts is None or starts <= now)
        and (ends is None or now < ends + timedelta(days=1))
    )
