"""Money that is not paid at the till: gift cards, store credit, reward points.

They stand in the order's extension attributes, lower its grand total, are used up by its invoices and go back with its
credit memos. Only Commerce has them, so nothing here was recorded; the names are those of its interface.
"""

from __future__ import annotations

from decimal import Decimal

from connector.sandbox.magento.money import ZERO, exact, plain
from connector.sandbox.magento.shop import Doc

KINDS = {"gift_card": "gift_cards", "store_credit": "customer_balance", "reward": "reward_currency"}


def take(extension: Doc, prefix: str, gross: Decimal, had: str, done: str) -> tuple[Doc, Decimal]:
    """(extension attributes of a document worth `gross`, what of it is left to pay)."""
    told: Doc = {}
    for name in KINDS.values():
        left = exact(extension.get(f"{prefix}{name}_{had}")) - exact(extension.get(f"{prefix}{name}_{done}"))
        part = max(ZERO, min(left, gross))
        if part:
            told[f"{prefix}{name}_amount"] = plain(part)
            gross -= part
    return told, gross


def book(order: Doc, document: Doc, done: str) -> None:
    """Write what a document took into the order (`invoiced` or `refunded`)."""
    extension = dict(order["extension"])
    for name, value in (document.get("extension_attributes") or {}).items():
        key = name.removesuffix("_amount") + f"_{done}"
        extension[key] = plain(exact(extension.get(key)) + exact(value))
    order["extension"] = extension
