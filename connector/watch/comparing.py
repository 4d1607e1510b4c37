"""Is what the target has what the sync would write? Field by field, without false differences. Pure.

The same value has many spellings (12.5 and "12.50", true and "1", a line end more or less). What the target does not
tell of a field is no difference; neither is a value that the target has made of our last write (an address that was
taken), as long as nothing else would be written now.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from connector.records import INVENTORY, PRODUCT, Record, StoreProduct

DIFFERENT, MISSING_STORE, MISSING_ERP, IN_STEP = "different", "missing_store", "missing_erp", "in_step"
SILENT = {"sku", "store_id", "notes", "why", "tiers", "type_id", "price_from", "price_to"}  # never told, or elsewhere
OWN_MESSAGE = {PRODUCT: {"price", "special_price"}}  # what travels with another entity
WORDS = {"true": "1", "yes": "1", "false": "0", "no": "0"}
Fields = list[tuple[str, str, str]]


@dataclass(frozen=True, slots=True)
class Found:
    """One record that is not in step, or whose state shall be listed: (field, what should be there, what is there)."""

    key: str
    kind: str
    fields: Fields
    label: str = ""


def fields(entity: str, told: Mapping[str, Any], there: Record, written: Mapping[str, Any] | None = None) -> Fields:
    """The fields in which `there` is not what would be `told`. `written`: what was last written, where nothing else
    would be written now."""
    now, found = values(there), []
    for name, should in told.items():
        if name in SILENT or name in OWN_MESSAGE.get(entity, ()):
            continue
        if name in now:
            has = now[name]
        elif isinstance(should, Mapping | list | tuple) or should in (None, ""):
            continue
        elif entity == INVENTORY:
            has = 0  # a source without a row holds nothing
        else:
            has = ""
        if isinstance(should, Mapping) and isinstance(has, Mapping):
            has = {part: has.get(part) for part in should}
        if plain(has) == plain(should) or (written and name in written and plain(written[name]) == plain(has)):
            continue
        found.append((name, shown(should), shown(has)))
    return found


def values(record: Record) -> dict[str, Any]:
    """What a side says of a record, by the names under which it is written."""
    if not isinstance(record, StoreProduct):
        return dict(record.raw)
    own = {"name": record.name, "status": 1 if record.enabled else 2}
    money = {"price": record.price, "special_price": record.special_price}
    return {**record.fields, **own, **money, **dict(record.quantities)}


def plain(value: Any) -> Any:
    """What two spellings of one value have in common."""
    if isinstance(value, Mapping):
        return sorted((str(name), str(plain(each))) for name, each in value.items())
    if isinstance(value, list | tuple):
        return sorted(str(plain(each)) for each in value)
    text = " ".join(str("" if value is None else value).split())
    text = WORDS.get(text.casefold(), text)
    try:
        number = Decimal(text)
    except InvalidOperation:
        return text
    return number.normalize() if number.is_finite() and len(text) < 20 else text


def shown(value: Any) -> str:
    """A value for a page, cut where no page needs more."""
    if isinstance(value, Decimal) and value.is_finite():
        return format(value.normalize(), "f")
    return ("" if value is None else str(value))[:200]
