"""A record as a list of labelled values, for the record page. It knows the neutral records, no system."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from flask_babel import gettext as _

from connector.records import Address, Level, Record
from connector.web.frame import zones
from connector.web.frame.language import inside, tr
from connector.web.frame.marks import N_

Facts = list[tuple[str, list[str]]]
HIDDEN = ("version", "fields", "shown", "raw")
WHY = "why"  # among what was told: sentences about how it came about
MONEY = (
    "price", "msrp", "special_price", "amount", "total", "subtotal", "tax", "discount", "rounding", "shipping_amount",
    "shipping_discount", "shipping_tax",
)  # fmt: skip
LABELS = {
    "key": N_("Key"), "target_id": N_("ID in the store"), "msrp": N_("MSRP"), "url_key": N_("URL key"),
    "base_uom": N_("Base unit"), "weight_uom": N_("Weight unit"), "exported": N_("Export is on"),
    "active": N_("May be sold"), "sellable": N_("May be sold"), "template_id": N_("Template"),
    "status_label": N_("Status in the ERP"), "levels": N_("Stock"), "quantities": N_("Stock"),
    "special_from": N_("Special price from"), "special_to": N_("Special price to"),
}  # fmt: skip
FIELDS = (  # the labels of all others: their names, written out
    N_("Account"), N_("Addresses"), N_("Adjustment"), N_("Adjustments"), N_("Amount"), N_("Attributes"),
    N_("Available"), N_("Available for shipping"), N_("Axes"), N_("Backorders"), N_("Base currency"), N_("Billing"),
    N_("Branch"), N_("Cancelled"), N_("Captured"), N_("Card type"), N_("Carrier"), N_("Cash account"), N_("Categories"),
    N_("Choices"), N_("City"), N_("Code"), N_("Comment"), N_("Company"), N_("Complete"), N_("Country"), N_("Coupon"),
    N_("Created on"), N_("Cross references"), N_("Currency"), N_("Customer"), N_("Customer class"),
    N_("Customer email"), N_("Customer group"), N_("Customer name"), N_("Decimals"), N_("Delivery"), N_("Description"),
    N_("Digest"), N_("Discount"), N_("Drop ship"), N_("Email"), N_("Enabled"), N_("Erp customer"), N_("Erp method"),
    N_("Erp number"), N_("Erp type"), N_("First name"), N_("Group"), N_("Guest"), N_("Hold"), N_("In menu"),
    N_("Invoiced"), N_("Item class"), N_("Item classes"), N_("Kind"), N_("Label"), N_("Last name"), N_("Line"),
    N_("Lines"), N_("Links"), N_("Main"), N_("Mapped"), N_("Meta description"), N_("Meta keywords"), N_("Meta title"),
    N_("Method"), N_("Name"), N_("Note"), N_("Notify"), N_("Number"), N_("On hand"), N_("Options"), N_("Order"),
    N_("Ordered at"), N_("Others"), N_("Parent"), N_("Parent sku"), N_("Parts"), N_("Payments"), N_("Phone"),
    N_("Pictures"), N_("Placed at"), N_("Plugin"), N_("Position"), N_("Postcode"), N_("Price"), N_("Price class"),
    N_("Product"), N_("Quantity"), N_("Rate"), N_("Reason"), N_("Reference"), N_("Refunded"), N_("Region"),
    N_("Region name"), N_("Required"), N_("Requires shipment"), N_("Reserved"), N_("Reserved by"), N_("Rounding"),
    N_("Rules"), N_("Search keywords"), N_("Send taxes"), N_("Ship via"), N_("Shipment"), N_("Shipped"),
    N_("Shipped on"), N_("Shipping"), N_("Shipping amount"), N_("Shipping discount"), N_("Shipping method"),
    N_("Shipping tax"), N_("Shipping terms"), N_("Shipping title"), N_("Short description"), N_("Sku"), N_("Sort by"),
    N_("Source"), N_("Special price"), N_("State"), N_("Statement cycle"), N_("Status"), N_("Stock item"), N_("Store"),
    N_("Store id"), N_("Store status"), N_("Tax"), N_("Tax category"), N_("Taxable"), N_("Taxes"), N_("Terms"),
    N_("Tiers"), N_("Title"), N_("Total"), N_("Tracks"), N_("Type"), N_("Unpaid"), N_("Uom"), N_("Url"), N_("Value"),
    N_("Vat number"), N_("Vendor"), N_("Views"), N_("Visibility"), N_("Warehouse"), N_("Website"), N_("Websites"),
    N_("Weight"),
)  # fmt: skip


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
    return tr(LABELS.get(name) or name.replace("_", " ").capitalize())


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
        return _(
            "%(warehouse)s: %(on_hand)s on hand, %(available)s available, %(shipping)s for shipping",
            warehouse=item.warehouse,
            on_hand=_text(item.on_hand),
            available=_text(item.available),
            shipping=_text(item.available_for_shipping),
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
    return ", ".join(f"{inside(_label(name))} {_said(name, value)}" for name, value in said if value)


def _said(name: str, value: Any) -> str:
    if name in MONEY and isinstance(value, Decimal):
        return _money(value)
    return " / ".join(_item(part) for part in value) if isinstance(value, tuple) else _item(value)


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, Decimal):
        text = format(value, "f")
        return text.rstrip("0").rstrip(".") if "." in text else text
    if isinstance(value, datetime):
        return zones.exact(value)
    if isinstance(value, Mapping | list | tuple):
        return json.dumps(value, default=str, ensure_ascii=False)
    return str(value)
