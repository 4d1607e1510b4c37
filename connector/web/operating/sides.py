"""A record as a list of labelled values, for the record page. It knows the neutral records, no system."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from connector.records import Address, Level, Record

Facts = list[tuple[str, list[str]]]
HIDDEN = ("version", "fields", "shown", "raw")
WHY = "why"  # among what was told: sentences about how it came about
MONEY = (
    "price", "msrp", "special_price", "amount", "total", "subtotal", "tax", "discount", "rounding", "shipping_amount",
    "shipping_discount", "shipping_tax",
)  # fmt: skip
LABELS = {
    "key": "Key", "target_id": "ID in the store", "msrp": "MSRP", "url_key": "URL key", "base_uom": "Base unit",
    "weight_uom": "Weight unit", "exported": "Export is on", "active": "May be sold", "sellable": "May be sold",
    "template_id": "Template", "status_label": "Status in the ERP", "levels": "Stock", "quantities": "Stock",
    "special_from": "Special price from", "special_to": "Special price to",
}  # fmt: skip


def facts(record: Record | None) -> Facts:
    """(label, lines) of what a side says; empty fields are left out."""
    if record is None:
        return []
    found = [
        (_label(field.name), _money_or_lines(field.name, getattr(record, field.name)))
        for field in dataclasses.fields(record)
        if field.name not in HIDDEN
    ]
    more = getattr(record, "fields", None)
    found += told(more) if isinstance(more, Mapping) else []
    return [(label, lines) for label, lines in found if lines]


def raw(record: Record | None) -> Facts:
    """(label, lines) of every other field as the system named it, for those who map them."""
    return [(str(name), lines) for name, value in getattr(record, "raw", ()) if (lines := _lines(value))]


def told(values: Mapping[str, Any] | str) -> Facts:
    """The same for what the store was told, as the binding keeps it (a mapping, or JSON of one)."""
    if isinstance(values, str):
        try:
            values = json.loads(values)
        except ValueError:
            return []
    if not isinstance(values, Mapping):
        return []
    return [(_label(str(name)), lines) for name, value in values.items() if name != WHY and (lines := _lines(value))]


def why(values: str) -> list[str]:
    """How the last number came about, in sentences, where the store's side has said it (INV-09)."""
    try:
        said = json.loads(values).get(WHY)
    except (ValueError, AttributeError):
        return []
    return [str(line) for line in said] if isinstance(said, list) else []


def _label(name: str) -> str:
    return LABELS.get(name) or name.replace("_", " ").capitalize()


def _money_or_lines(name: str, value: Any) -> list[str]:
    """An amount of money has two decimals at least: 12.5 reads like a slip."""
    return [_money(value)] if name in MONEY and isinstance(value, Decimal) else _lines(value)


def _money(value: Decimal) -> str:
    exact = value.normalize()
    return format(exact if exact.as_tuple().exponent < -2 else value.quantize(Decimal("0.01")), "f")  # type: ignore[operator]


def _lines(value: Any) -> list[str]:
    if value is None or value in ("", (), [], {}):
        return []
    if isinstance(value, Mapping):
        return [f"{name}: {_text(item)}" for name, item in value.items()]
    if isinstance(value, str | bytes) or not isinstance(value, Iterable):
        return [_part(value)]
    return [_item(item) for item in value]


def _item(item: Any) -> str:
    if isinstance(item, Level):
        return (
            f"{item.warehouse}: {_text(item.on_hand)} on hand, {_text(item.available)} available, "
            f"{_text(item.available_for_shipping)} for shipping"
        )
    if isinstance(item, tuple | list) and len(item) == 2:
        return f"{item[0]}: {_text(item[1])}"
    return _part(item)


def _part(item: Any) -> str:
    """A part of a record (a line, an address, a payment) in one line: what is said in it, with its labels."""
    if isinstance(item, Address):
        names = (" ".join(filter(None, (item.first_name, item.last_name))), item.company, *item.lines)
        place = " ".join(filter(None, (item.postcode, item.city)))
        rest = (item.region_name or item.region, item.country, item.phone, item.email, item.vat_number)
        return ", ".join(dict.fromkeys(text for text in (*names, place, *rest) if text))
    if not dataclasses.is_dataclass(item) or isinstance(item, type):
        return _text(item)
    said = [(field.name, getattr(item, field.name)) for field in dataclasses.fields(item)]
    return ", ".join(f"{_label(name).lower()} {_said(name, value)}" for name, value in said if value)


def _said(name: str, value: Any) -> str:
    if name in MONEY and isinstance(value, Decimal):
        return _money(value)
    return " / ".join(_item(part) for part in value) if isinstance(value, tuple) else _item(value)


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Decimal):
        text = format(value, "f")
        return text.rstrip("0").rstrip(".") if "." in text else text
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M:%S} UTC"
    if isinstance(value, Mapping | list | tuple):
        return json.dumps(value, default=str, ensure_ascii=False)
    return str(value)
