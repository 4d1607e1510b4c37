"""Tier prices through the bulk endpoints: the ERP's breaks for each group in place of what the store has.

Used when the connector's price settings ask for it. A price class without a group of the store, and the price of one
customer, are left out: without a group they would be everybody's (facts/MAGENTO.md, bulk price endpoints).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from connector.errors import Fail, Outcome
from connector.records import Price, Tier
from connector.systems.magento import numbers
from connector.systems.magento.client import Client
from connector.systems.magento.find import by_key

ALL = "ALL GROUPS"
SHOWN = 10  # customers or classes that a note names
Name = tuple[str, str, str, Decimal]  # group, quantity, kind of price, price: what two rows are compared by


class Tiers:
    """Tier prices of one shop, for all websites."""

    def __init__(self, client: Client) -> None:
        self.client = client

    def write(self, records: Sequence[Price]) -> dict[str, Outcome]:
        """Bring the tiers of these products in line; the problem of each that was refused. None: left alone."""
        problems: dict[str, Outcome] = {}
        wanted: dict[str, list[dict[str, Any]]] = {}
        for record in records:
            try:
                if record.tiers is not None:
                    wanted[record.key] = _rows(record)
            except Fail as word:
                problems[record.key] = word
        if not wanted:
            return problems
        held = self._held(list(wanted))
        changed = [key for key, rows in wanted.items() if _names(rows) != _names(held.get(key, []))]
        away = [row for key in changed if not wanted[key] for row in held.get(key, [])]
        sent = [row for key in changed for row in wanted[key]]
        said = self.client.post_rows("/products/tier-prices-delete", "prices", away, action="") if away else []
        if sent:
            said += self.client.put_rows("/products/tier-prices", "prices", _whole(sent))
        problems.update(_named(changed, said))
        return problems

    def told(self, record: Price) -> dict[str, Any]:
        """What the product has now, for the record page."""
        if record.tiers is None:
            return {}
        notes = _left_out([tier for tier in record.tiers if not _fits(tier)])
        rows = [f"{row['quantity']} for {row['customer_group']}: {row['price']}" for row in _rows(record)]
        return {"tiers": rows, "notes": notes} if notes else {"tiers": rows}

    def _held(self, keys: Sequence[str]) -> dict[str, list[dict[str, Any]]]:
        rows = self.client.information("/products/tier-prices-information", keys)
        held: dict[str, list[dict[str, Any]]] = {}
        for key, row in by_key(keys, rows):
            held.setdefault(key, []).append(dict(row))
        return held


def _fits(tier: Tier) -> bool:
    return not tier.customer and bool(tier.group or not tier.price_class)


def _left_out(tiers: Sequence[Tier]) -> list[str]:
    """Why some tier prices are not in the store, in sentences."""
    own = sorted({tier.customer for tier in tiers if tier.customer})
    classes = sorted({tier.price_class for tier in tiers if not tier.customer})
    notes = [f"prices of single customers left out, Magento has none: {', '.join(own[:SHOWN])}"] if own else []
    if classes:
        notes.append(f"prices left out of classes that no customer group is mapped to: {', '.join(classes[:SHOWN])}")
    return notes


def _rows(record: Price) -> list[dict[str, Any]]:
    found: dict[tuple[str, Decimal], dict[str, Any]] = {}
    for tier in record.tiers or ():
        if _fits(tier):
            group = tier.group or ALL
            found[group.casefold(), tier.quantity] = {
                "sku": record.key,
                "price": numbers.money(tier.price, "tier price"),
                "price_type": "fixed",
                "website_id": 0,
                "customer_group": group,
                "quantity": numbers.plain(tier.quantity, "quantity"),
            }
    return list(found.values())


def _names(rows: Sequence[Mapping[str, Any]]) -> set[tuple[Any, ...]]:
    return {
        (
            str(row.get("customer_group")).casefold(),
            numbers.read(row.get("quantity")) or Decimal(0),
            str(row.get("price_type")),
            int(row.get("website_id") or 0),
            numbers.read(row.get("price")) or Decimal(0),
        )
        for row in rows
    }


def _whole(rows: Sequence[dict[str, Any]]) -> list[list[dict[str, Any]]]:
    """The rows by product: a request that split one product would have its second part replace the first."""
    by_sku: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        by_sku.setdefault(row["sku"], []).append(row)
    return list(by_sku.values())


def _named(keys: Sequence[str], said: Sequence[Mapping[str, Any]]) -> dict[str, Outcome]:
    """Whom each complaint is about: the SKU stands among its parameters; one that names nobody is held against all."""
    problems: dict[str, Outcome] = {}
    for row in said:
        given = row.get("parameters")
        values = list(given.values()) if isinstance(given, Mapping) else given if isinstance(given, list) else []
        words = {str(value).casefold() for value in values}
        named = [key for key in keys if key.casefold() in words]
        about = f"{row.get('message')} ({', '.join(sorted(words))})"
        about = f"{row.get('message')} ({', '.join(sorted(words))})"
        text = f"The price was written, but Magento did not take a tier price: {about}"
        problems.update({key: Fail(text, code="magento.tier_price_not_taken") for key in named or keys})
    return problems
