"""Which rows of an order a shipment fills, and how much of each. It reads no shop and sends nothing.

A bundle is shipped by its parent's row, as many times as all its parts have left (facts/MAGENTO.md, order
operations). The parts may leave the ERP in different shipments: then the one that completes the bundle tells it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import ROUND_FLOOR, Decimal

from connector.records import Shipment, Shipped
from connector.systems.magento.placed import Item, Placed
from connector.systems.magento.shares import ZERO

Pieces = dict[str, Decimal]  # folded SKU -> how many


@dataclass(slots=True)
class Packed:
    """`rows` is row -> quantity, `pieces` what leaves the source with them."""

    rows: dict[int, Decimal] = field(default_factory=dict)
    pieces: Pieces = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    waiting: bool = False  # parts of a bundle whose other parts have not left yet
    told: bool = False  # nothing but parts of bundles that another shipment has completed
    completed: set[str] = field(default_factory=set)  # the parts of the bundles that it completes


def pack(record: Shipment, order: Placed) -> Packed:
    """Fill the rows with the lines. A row of the same SKU that is not done comes first; what is too much is noted."""
    made = Packed()
    rest = _pieces(record.lines)
    left = {item.id: item.left for item in order.items}
    _take_direct(order.items, rest, left, made)
    others = record.others
    if others is None:
        _take_bundles(order.items, rest, left, made)
    else:
        gone = _pieces([*record.lines, *(line for other in others for line in other.lines)])
        _complete_bundles(order.items, gone, rest, left, made)
    _note_the_rest(record.lines, order.items, rest, made)
    return made


def _pieces(lines: Iterable[Shipped]) -> Pieces:
    found: Counter[str] = Counter()
    for line in lines:
        found[line.sku.casefold()] += line.quantity  # type: ignore[assignment]
    return {sku: Decimal(many) for sku, many in found.items()}


def _put(item: Item, take: Decimal, left: dict[int, Decimal], made: Packed) -> None:
    made.rows[item.id] = made.rows.get(item.id, ZERO) + take
    left[item.id] -= take


def _leave(sku: str, many: Decimal, made: Packed) -> None:
    made.pieces[sku] = made.pieces.get(sku, ZERO) + many


def _take_direct(items: Iterable[Item], rest: Pieces, left: dict[int, Decimal], made: Packed) -> None:
    for item in items:
        for sku in item.skus:
            take = min(rest.get(sku, ZERO), left[item.id])
            if take > 0:
                _put(item, take, left, made)
                _leave(sku, take, made)
                rest[sku] -= take


def _bundles(items: Iterable[Item]) -> Iterable[Item]:
    return (item for item in items if item.parts and all(item.parts.values()))


def _sets(item: Item, there: Pieces) -> Decimal:
    """How many whole bundles the parts make."""
    return min(there.get(sku, ZERO) / each for sku, each in item.parts.items()).to_integral_value(ROUND_FLOOR)


def _take_bundles(items: Iterable[Item], rest: Pieces, left: dict[int, Decimal], made: Packed) -> None:
    """Bundles out of this shipment alone, where nobody knows what left before."""
    for item in _bundles(items):
        take = min(_sets(item, rest), left[item.id])
        if take > 0:
            _put(item, take, left, made)
            for sku, each in item.parts.items():
                rest[sku] -= take * each
                _leave(sku, take * each, made)


def _complete_bundles(
    items: tuple[Item, ...], gone: Pieces, rest: Pieces, left: dict[int, Decimal], made: Packed
) -> None:
    """Bundles out of everything that has left for the order; what was ordered by itself comes first."""
    for item in items:
        for sku in item.skus if not item.parts else ():
            gone[sku] = max(gone.get(sku, ZERO) - item.shipped - item.left, ZERO)
    parts: set[str] = set()
    for item in _bundles(items):
        parts |= item.parts.keys()
        as_one = sum((gone.get(sku, ZERO) for sku in item.skus), ZERO)  # the kit left the ERP as an item of its own
        whole = min(_sets(item, gone), max(item.shipped + item.left - as_one, ZERO))
        take = min(as_one + whole - item.shipped - made.rows.get(item.id, ZERO), left[item.id])
        if take > 0:
            _put(item, take, left, made)
            made.completed |= item.parts.keys()
        for sku, each in item.parts.items():
            gone[sku] = gone.get(sku, ZERO) - whole * each
            if take > 0:
                _leave(sku, take * each, made)
    _keep_for_later(items, gone, rest, parts, made)


def _keep_for_later(items: tuple[Item, ...], gone: Pieces, rest: Pieces, parts: set[str], made: Packed) -> None:
    """Of the parts in this shipment: those in whole bundles are done, the others wait, or are too many."""
    wanted = {sku for item in _bundles(items) if item.shipped + made.rows.get(item.id, ZERO) < item.shipped + item.left
              for sku in item.parts}  # fmt: skip
    had = [sku for sku in parts if rest.get(sku, ZERO) > 0]
    for sku in had:
        over = min(rest[sku], gone.get(sku, ZERO))
        rest[sku] = ZERO if sku in wanted else over
        if over > 0 and sku in wanted:
            made.waiting = True
            made.notes.append(f"{sku}: {over.normalize():f} told when the other parts of its bundle leave")
    made.told = bool(had) and not made.waiting and not any(rest.values())


def _note_the_rest(lines: Iterable[Shipped], items: tuple[Item, ...], rest: Pieces, made: Packed) -> None:
    for line in lines:
        over = rest.pop(line.sku.casefold(), ZERO)
        if over > 0:
            ordered = any(line.sku.casefold() in (*item.skus, *item.parts) for item in items)
            why = "more than is left of the order" if ordered else "not in the store's order"
            made.notes.append(f"{line.sku}: {over.normalize():f} not shipped in the store, {why}")
