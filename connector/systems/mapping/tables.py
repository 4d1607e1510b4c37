"""The tables that look things up: payment methods, carriers, groups, warehouses, statuses, branches.

All compare without regard to case and blanks at the ends; statuses also without blanks inside, because the ERP's
documents and its screens do not agree on them (CONFLICTS 39). A row of one store view goes before one of all views.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from difflib import get_close_matches
from typing import NamedTuple

from connector.systems.mapping.fields import Row


class Near(NamedTuple):
    """What a status was looked up as: the row, or the entry of the table that it nearly is."""

    row: Row | None
    nearly: str = ""


def _plain(text: object) -> str:
    return " ".join(str(text or "").split()).casefold()


def _packed(text: object) -> str:
    return "".join(str(text or "").split()).casefold()


def _best(rows: Sequence[Row], view: str, fit: Callable[[Row], int]) -> Row | None:
    """The row that fits best: `fit` is 0 for not at all; at equal fit the view's own row, then the first."""
    fitting = [(fit(row), bool(row.scope), -place, row) for place, row in enumerate(rows) if row.scope in ("", view)]
    fitting = [found for found in fitting if found[0]]
    return max(fitting, key=lambda found: found[:3])[3] if fitting else None


def payment(rows: Sequence[Row], method: str, card_type: str = "", *, view: str = "") -> Row | None:
    """The row of a store's payment method (MAP-14): `erp` is the ERP's method, `more` the cash account and plug-in.

    A row for this very card type goes before one without a card type.
    """

    def fit(row: Row) -> int:
        if _plain(row.store) != _plain(method):
            return 0
        card = _plain(row.more.get("card_type"))
        return (2 if card == _plain(card_type) else 0) if card else 1

    return _best(rows, view, fit)


def shipping_out(rows: Sequence[Row], ship_via: str, *, view: str = "") -> Row | None:
    """The row of an ERP ShipVia (MAP-15): `store` is the carrier's code, `more["title"]` its title."""
    return _best(rows, view, lambda row: int(_plain(row.erp) == _plain(ship_via)))


def shipping_in(rows: Sequence[Row], method: str, title: str = "", *, view: str = "") -> Row | None:
    """The row of a store's shipping method (MAP-16), by its code (carrier_method), else by the text that buyers see."""

    def fit(row: Row) -> int:
        name = _plain(row.store)
        if not name:
            return 0
        return 2 if name == _plain(method) else int(name == _plain(title))

    return _best(rows, view, fit)


def group_of(rows: Sequence[Row], customer_class: str, price_class: str = "", *, view: str = "") -> str:
    """The store's group code for an ERP customer (MAP-13), "" when no row fits. Both classes beat one."""

    def fit(row: Row) -> int:
        wanted, price = _plain(row.erp), _plain(row.more.get("price_class"))
        if (wanted and wanted != _plain(customer_class)) or (price and price != _plain(price_class)):
            return 0
        return 2 * bool(price) + bool(wanted)

    row = _best(rows, view, fit)
    return row.store if row else ""


def classes_of(rows: Sequence[Row], group: str, *, view: str = "") -> tuple[str, str]:
    """(customer class, price class) of the ERP for a store's group; two blanks when no row fits."""
    row = _best(rows, view, lambda row: int(_plain(row.store) == _plain(group)))
    return (row.erp, str(row.more.get("price_class") or "")) if row else ("", "")


def source_of(rows: Sequence[Row], warehouse: str, *, view: str = "") -> str:
    """The store's source code of an ERP warehouse (MAP-17), "" when it is not mapped."""
    row = _best(rows, view, lambda row: int(_plain(row.erp) == _plain(warehouse)))
    return row.store if row else ""


def warehouse_of(rows: Sequence[Row], source: str, *, view: str = "") -> str:
    """The ERP warehouse of a store's source, "" when it is not mapped. The first row where several feed one source."""
    row = _best(rows, view, lambda row: int(_plain(row.store) == _plain(source)))
    return row.erp if row else ""


def near(status: str, known: Iterable[str]) -> str:
    """The entry that a status nearly is ("Complete" for "Completed"), "" when none is close or one is equal."""
    names = {_packed(name): name for name in known if _packed(name)}
    if _packed(status) in names:
        return ""
    found = get_close_matches(_packed(status)[:80], list(names), n=1, cutoff=0.75)
    return names[found[0]] if found else ""


def status_out(rows: Sequence[Row], status: str, *, view: str = "") -> Near:
    """The row of an ERP order status (MAP-18); where there is none, the status that was perhaps meant."""
    row = _best(rows, view, lambda row: int(_packed(row.erp) == _packed(status)))
    return Near(row, "" if row else near(status, (row.erp for row in rows)))


def status_in(rows: Sequence[Row], status: str, *, view: str = "") -> Near:
    """The row of a store's order status on its way to the ERP: `erp` says what becomes of the order (Hold, Open)."""
    row = _best(rows, view, lambda row: int(_packed(row.store) == _packed(status)))
    return Near(row, "" if row else near(status, (row.store for row in rows)))


def branch(rows: Sequence[Row], view: str, website: str = "") -> Row | None:
    """The row of a store view (MAP-21): `erp` is the branch of its orders. Else the row of its website."""

    def fit(row: Row) -> int:
        if _plain(row.store) and _plain(row.store) == _plain(view):
            return 2
        return int(not row.store and bool(website) and _plain(row.more.get("website")) == _plain(website))

    return _best(rows, view, fit)


def websites_of(rows: Sequence[Row], branches: Iterable[str]) -> tuple[str, ...]:
    """The websites in which a product of these branches appears (MAP-21), each once, in the order of the rows."""
    wanted = {_plain(name) for name in branches}
    found = (str(row.more.get("website") or "") for row in rows if _plain(row.erp) in wanted)
    return tuple(dict.fromkeys(name for name in found if name))
