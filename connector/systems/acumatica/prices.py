"""Base prices: from the item, or from the sales prices in force when the connector is set so.

Sales prices of facts/ACUMATICA.md section 3.4: only rows of type Base, in the item's base unit (a price per
case sold as a piece would be a disaster), without break quantity and warehouse, and in force today. A
promotional row is the special price; it never becomes the base price.

With sales prices a price has no version (0): when a row runs out, what is in force is older than what was, and
nothing may turn that away as an old truth.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from connector.clock import Clock
from connector.errors import Fail
from connector.records import Price
from connector.systems.acumatica import items, tiers
from connector.systems.acumatica.client import Client
from connector.systems.acumatica.items import KINDS, Item, Kind
from connector.systems.acumatica.values import Entity, flag, instant, micros, number, rows, text

INQUIRY = "SalesPricesInquiry"
DETAILS = "SalesPriceDetails"
FEW = 3  # up to here one inquiry for each item is less work than one for all base prices of the tenant
FIELDS = (
    "InventoryID",
    "ItemStatus",
    "ExportToExternal",
    "DefaultPrice",
    "CurySpecificPrice",
    "MSRP",
    "CurySpecificMSRP",
)


@dataclass(frozen=True, slots=True)
class Wish:
    """What the connector's settings want of prices."""

    sales: bool = False  # sales prices instead of the item's default price
    special: bool = False  # promotional rows become special prices
    tiers: bool = False  # break quantities, price classes and customers become tier prices

    @property
    def inquiry(self) -> bool:
        return self.sales or self.special or self.tiers

    @property
    def types(self) -> tuple[str, ...]:
        """The types of sales prices that are asked for."""
        return tiers.TYPES if self.tiers else (tiers.BASE,)


def wish(preferences: Mapping[str, Any]) -> Wish:
    price = preferences.get("price") or {}
    sales = price.get("preference") == "sales_price"
    return Wish(sales, bool(price.get("special_price")), bool(price.get("tiers")))


def fields(version: str) -> dict[Kind, Sequence[str]]:
    return {kind: (*FIELDS, kind.unit, kind.modified(version)) for kind in KINDS}


def read(client: Client, keys: Sequence[str], wanted: Wish, clock: Clock) -> dict[str, Price]:
    """The prices of these items as they are now. Raises Retry, Refused or Fail."""
    found = items.read(client, keys, fields(client.version()))
    now = clock.now()
    sales = _sales(client, [item.key for item in found.values()], now, wanted.types) if wanted.inquiry and found else {}
    return {key: _price(item, sales.get(item.key.casefold(), []), wanted, now) for key, item in found.items()}


def inquire(client: Client, as_of: datetime, key: str = "", type: str = tiers.BASE) -> list[Entity]:
    """Rows of prices of one type in force on that day, of one item or of all."""
    day = as_of.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    parameters = {"PriceType": type, "EffectiveAsOf": day.isoformat()}
    if key:
        parameters["InventoryID"] = key
    return rows(client.inquire(INQUIRY, parameters, DETAILS), DETAILS)


def _sales(client: Client, keys: Sequence[str], now: datetime, types: Sequence[str]) -> dict[str, list[Entity]]:
    asked = keys if len(keys) <= FEW else [""]
    found = [row for type in types for key in asked for row in inquire(client, now, key, type)]
    by_key: dict[str, list[Entity]] = {}
    for row in found:
        by_key.setdefault(text(row, "InventoryID").casefold(), []).append(row)
    return by_key


def _price(item: Item, sales: Sequence[Entity], wanted: Wish, now: datetime) -> Price:
    entity = item.entity
    valid = [row for row in sales if _counts(row, text(entity, item.kind.unit), now)]
    base = _newest([row for row in valid if not flag(row, "Promotion")]) if wanted.sales else None
    special = _newest([row for row in valid if flag(row, "Promotion")]) if wanted.special else None
    price = number(base, "Price") if base else number(entity, "DefaultPrice", "CurySpecificPrice")
    if price is None:  # never taken for 0: a field that is hidden from us must not give things away
        raise Fail(
            f"Acumatica shows no price for {item.key}.",
            code="acumatica.no_price",
            help="Check the item's default price, and that the user may see the field Default Price.",
        )
    return Price(
        key=item.key,
        version=0 if wanted.inquiry else micros(instant(entity, "LastModifiedDateTime", "LastModified")),
        price=price,
        msrp=number(entity, "MSRP", "CurySpecificMSRP"),
        special_price=number(special, "Price") if special else None,
        special_from=instant(special, "EffectiveDate") if special else None,
        special_to=_last_second(special) if special else None,
        currency=text(base or special or {}, "CurrencyID"),
        sellable=item.sellable,
        tiers=tiers.of(sales, text(entity, item.kind.unit), now) if wanted.tiers else None,
    )


def _counts(row: Entity, unit: str, now: datetime) -> bool:
    """True for a base price of one base unit anywhere that is in force; the last day counts as a whole."""
    starts, ends = instant(row, "EffectiveDate"), instant(row, "ExpirationDate")
    return (
        text(row, "PriceType") in ("Base", "")
        and (text(row, "UOM") in (unit, "") or not unit)
        and (number(row, "BreakQty") or 0) <= 1
        and not text(row, "Warehouse")
        and number(row, "Price") is not None
        and (starts is None or starts <= now)
        and (ends is None or now < ends + timedelta(days=1))
    )


def _last_second(row: Entity) -> datetime | None:
    """The end of the last day: Acumatica's expiration date is a day that still counts."""
    ends = instant(row, "ExpirationDate")
    return ends and ends + timedelta(days=1, seconds=-1)


def _newest(found: Sequence[Entity]) -> Entity | None:
    """The row that took effect last; of several, the one changed last."""

    def order(row: Entity) -> tuple[int, int]:
        return micros(instant(row, "EffectiveDate")), micros(instant(row, "LastModifiedDateTime"))

    return max(found, key=order, default=None)


def changed_keys(
    client: Client, since: datetime, now: datetime, types: Sequence[str] = (tiers.BASE,)
) -> dict[str, int]:
    """Items whose sales price was changed, took effect or ran out since then, with the instant of it.

    Nobody edits anything on the day on which a price starts or ends, so the dates themselves are changes.
    """
    days = {day.date(): day for day in (since, now)}  # what ran out meanwhile is only in the older list
    found: dict[str, int] = {}
    for row in (row for type in types for day in days.values() for row in inquire(client, day, type=type)):
        ends = instant(row, "ExpirationDate")
        moments = [
            instant(row, "LastModifiedDateTime"),
            instant(row, "EffectiveDate"),
            ends and ends + timedelta(days=1),
        ]
        fresh = [micros(when) for when in moments if when is not None and since <= when <= now]
        key = text(row, "InventoryID")
        if fresh and key:
            found[key] = max(found.get(key, 0), *fresh)
    return found
