"""From the stock of the ERP's warehouses to the quantity of each inventory source, and why it is that number.

It sends nothing. What vendors have is a number of its own, unless the mapping gives the vendor a source; orders that
the ERP does not know yet are taken off, the default source first, never below zero (INV-05, INV-09).
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from connector.records import Level, Stock
from connector.systems.magento import numbers

DEFAULT = "default"  # the one source of the default stock
KINDS = {"available": "available", "available_for_shipping": "available for shipping", "on_hand": "on hand"}
Quantities = dict[str, Decimal]  # source code -> quantity


class Rules:
    """The connector's inventory settings: which kind of quantity, which warehouses, which source each feeds."""

    def __init__(self, preferences: Mapping[str, Any]) -> None:
        kind = str(preferences.get("quantity_kind") or "available")
        self.kind = kind if kind in KINDS else "available"
        # by branch the mapping of the branches decides, whatever warehouses are chosen (CONFLICTS 33)
        chosen = () if preferences.get("branch_wise") else preferences.get("warehouses") or ()
        self.warehouses = {str(name).strip().upper() for name in chosen}
        self.default = str(preferences.get("default_source") or DEFAULT).strip()
        apart = str(preferences.get("vendor") or "") == "separate"
        self.vendor_attribute = str(preferences.get("vendor_attribute") or "").strip() if apart else ""
        self.sources: dict[str, str] = {}
        for line in preferences.get("source_map") or ():
            warehouse, _, source = str(line).partition("=")
            if warehouse.strip() and source.strip():
                self.sources[warehouse.strip().upper()] = source.strip()
        self.mapped = sorted(set(self.sources.values()))

    def quantities(self, record: Stock) -> Quantities:
        """Absolute quantity for each source; below zero counts as zero. A warehouse without a mapping feeds the
        default source; a product without any warehouse has 0 there (unless every source comes from the mapping).
        Raises Fail for a sum that is no quantity.
        """
        sums: Quantities = {} if self.sources else {self.default: Decimal(0)}
        for level in record.levels:
            source = self._source(level)
            if source:
                sums[source] = sums.get(source, Decimal(0)) + self._of(level)
        kept = {source: _kept(quantity) for source, quantity in sums.items()}
        for source, less in self._reserved(record, kept).items():
            kept[source] -= less
        return kept

    def vendors(self, record: Stock) -> Decimal | None:
        """What vendors have of it, where that is sent as a value of its own; None where it is not."""
        if not self.vendor_attribute:
            return None
        return sum((self._of(level) for level in record.levels if level.vendor), Decimal(0))

    def why(self, record: Stock, plan: Mapping[str, Decimal]) -> list[str]:
        """How each number of the plan came about, in sentences."""
        told = [self._told(level) for level in record.levels]
        before = {name: Decimal(0) for name in plan}
        for level in record.levels:
            source = self._source(level)
            before[source] = before.get(source, Decimal(0)) + self._of(level)
        told += [f"{name}: below zero, so 0 counts" for name in plan if before.get(name, Decimal(0)) < 0]
        if record.reserved:
            orders = f" ({', '.join(record.reserved_by)})" if record.reserved_by else ""
            told.append(f"{_shown(record.reserved)} on orders of the store that the ERP does not know yet{orders}")
            kept = {name: max(Decimal(0), quantity) for name, quantity in before.items() if name in plan}
            taken = self._reserved(record, kept)
            told += [f"{name}: {_shown(less)} taken off for them" for name, less in taken.items()]
        told += [f"{name} gets {_shown(quantity)}" for name, quantity in plan.items()]
        return told

    def _told(self, level: Level) -> str:
        source, number = self._source(level), _shown(self._of(level))
        what = (
            f"{level.vendor} (vendor): {number}" if level.vendor else f"{level.warehouse}: {number} {KINDS[self.kind]}"
        )
        if level.vendor and not source:
            return f"{what}, told apart as {self.vendor_attribute}" if self.vendor_attribute else f"{what}, not counted"
        return f"{what}, for {source}" if source else f"{what}, not counted: the warehouse is not chosen"

    def _source(self, level: Level) -> str:
        """The source that a level feeds; "" where it feeds none."""
        if level.vendor:
            return self.sources.get(level.warehouse.strip().upper(), "")
        if self.warehouses and level.warehouse.strip().upper() not in self.warehouses:
            return ""
        return self.sources.get(level.warehouse.strip().upper(), self.default)

    def _reserved(self, record: Stock, kept: Mapping[str, Decimal]) -> Quantities:
        """What is taken off each source for orders that the ERP does not know: the default one first."""
        left, taken = record.reserved, Quantities()
        for source in sorted(kept, key=lambda name: (name != self.default, -kept[name], name)):
            less = min(left, kept[source])
            if less > 0:
                taken[source] = less
                left -= less
        return taken

    def _of(self, level: Level) -> Decimal:
        return Decimal(getattr(level, self.kind))


def _kept(quantity: Decimal) -> Decimal:
    """What the store may keep of a sum. Raises Fail for what is no quantity at all."""
    numbers.plain(quantity, "quantity")
    return max(quantity, Decimal(0))


def _shown(quantity: Decimal) -> str:
    return str(numbers.plain(quantity, "quantity"))
