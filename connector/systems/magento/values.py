"""One attribute value of the ERP in the form that the store's attribute type wants.

facts/MAGENTO.md, attributes: select = option id as text, multiselect = ids joined by commas, boolean 1 or 0,
dates in UTC without a zone. A label in place of an id would be refused, an id that does not exist accepted.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation

from connector.errors import Fail
from connector.systems.magento.numbers import plain
from connector.systems.magento.store import Attribute

TRUE, FALSE = {"1", "true", "yes", "y", "on"}, {"0", "false", "no", "n", "off"}


def code_of(name: str) -> str:
    """The attribute code that an ERP attribute id stands for: `Color Name` -> `color_name`."""
    return re.sub(r"[^a-z0-9]+", "_", name.strip().lower()).strip("_")


def typed(attribute: Attribute, value: str) -> str:
    """The value as the store wants it; "" clears it. Raises ValueError with a reason when it cannot be had."""
    value = value.strip()
    if not value:
        return ""
    kind = KINDS.get(attribute.kind)
    if kind is None:
        raise ValueError(f"attributes of type {attribute.kind} are not filled")
    return kind(attribute, value)


def _text(attribute: Attribute, value: str) -> str:
    return value


def _option(attribute: Attribute, value: str) -> str:
    wanted = value.strip().lower()
    for label, number in attribute.options:
        if label.lower() == wanted:
            return number
    raise ValueError(f'the store has no option "{value.strip()}"')


def _options(attribute: Attribute, value: str) -> str:
    return ",".join(dict.fromkeys(_option(attribute, part) for part in re.split(r"[,;]", value) if part.strip()))


def _flag(attribute: Attribute, value: str) -> str:
    if value.lower() in TRUE:
        return "1"
    if value.lower() in FALSE:
        return "0"
    raise ValueError(f'"{value}" is neither yes nor no')


def _date(attribute: Attribute, value: str) -> str:
    return utc_text(_moment(value))


def _moment(value: str) -> datetime:
    try:
        return datetime.fromisoformat(value)
    except ValueError:
        pass
    try:
        return datetime.strptime(value, "%m/%d/%Y")  # as Acumatica shows dates of its own attributes
    except ValueError:
        raise ValueError(f'"{value}" is not a date') from None


def _number(attribute: Attribute, value: str) -> str:
    try:
        return str(plain(Decimal(value), attribute.code))
    except (InvalidOperation, Fail):
        raise ValueError(f'"{value}" is not a number') from None


def utc_text(moment: datetime) -> str:
    """An instant as Magento keeps it: UTC without a zone (facts/MAGENTO.md, searchCriteria, dates)."""
    if moment.tzinfo is not None:
        moment = moment.astimezone(UTC)
    return moment.strftime("%Y-%m-%d %H:%M:%S")


KINDS: dict[str, Callable[[Attribute, str], str]] = {
    "text": _text,
    "textarea": _text,
    "texteditor": _text,
    "select": _option,
    "multiselect": _options,
    "swatch_visual": _option,
    "swatch_text": _option,
    "boolean": _flag,
    "date": _date,
    "datetime": _date,
    "price": _number,
    "weight": _number,
}
