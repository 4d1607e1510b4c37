"""Products, prices and stock on their way to the store: categories, websites, customer groups, sources."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from connector.clock import CLOCK
from connector.errors import Outcome, Wait
from connector.records import CATEGORY, ORDER, Level, Price, Product, Record, Stock, Tier
from connector.sync import bindings
from connector.sync.translate.job import Job
from connector.systems import mapping

OPEN_DAYS = timedelta(days=30)  # an order that has waited longer for the ERP waits for a person


def products(job: Job, records: Sequence[Record]) -> dict[str, Record | Outcome]:
    """Products with the store's category ids. A category that is not there yet makes its products wait for it;
    one that is kept out of the store on purpose is left out."""
    found = [one for one in records if isinstance(one, Product)]
    known, missing = _categories(job, found)
    return {one.key: _product(job, one, known, missing) for one in found}


def _categories(job: Job, found: Sequence[Product]) -> tuple[dict[str, str], set[str]]:
    """(the store's ids of these products' categories, those that nobody has sent yet)."""
    ids = sorted({id for one in found for id in one.categories})
    if not ids or not job.context.enabled(CATEGORY):
        return {}, set()
    connector = job.context.connector
    bound = bindings.get_many(connector, CATEGORY, ids)
    missing = {id for id in ids if id not in bound}
    if missing:
        job.context.announce(CATEGORY, {one.key: id for one in found for id in one.categories[::-1] if id in missing})
        bound |= bindings.get_many(connector, CATEGORY, sorted(missing))
        missing -= bound.keys()
        job.needs.ask(CATEGORY, sorted(missing))
    return {id: row.target_id for id, row in bound.items() if row.target_id}, missing


def _product(job: Job, one: Product, known: dict[str, str], missing: set[str]) -> Record | Outcome:
    for id in one.categories:
        if id in missing:
            return Wait(f"Category {id} of {one.key} is not in the store yet.", for_=(CATEGORY, id))
    categories = tuple(known[id] for id in one.categories if id in known)
    return replace(one, categories=categories, websites=_websites(job, one) or one.websites)


def _websites(job: Job, one: Product) -> tuple[str, ...]:
    """The websites of the branches whose warehouses hold the item's default one (MAP-21); none: as the settings say."""
    rows = job.context.rows("branch")
    branches = {row.erp for row in rows if one.warehouse and one.warehouse in row.more.get("warehouses", ())}
    return mapping.websites_of(rows, branches)


def prices(job: Job, records: Sequence[Record]) -> dict[str, Record | Outcome]:
    """Prices whose tiers name the store's customer groups; a class without a group has no tier there (PRI-04)."""
    return {one.key: _tiers(job, one) for one in records if isinstance(one, Price)}


def _tiers(job: Job, one: Price) -> Price:
    return one if one.tiers is None else replace(one, tiers=tuple(_tier(job, tier) for tier in one.tiers))


def _tier(job: Job, tier: Tier) -> Tier:
    """With the store's group. What has none, and a price of one customer, is left out by the store, which says so."""
    if not tier.price_class or tier.customer:
        return tier
    rows = job.context.rows("customer_group")
    group = next((row.store for row in rows if str(row.more.get("price_class") or "") == tier.price_class), "")
    return replace(tier, group=group)


def stocks(job: Job, records: Sequence[Record]) -> dict[str, Record | Outcome]:
    """Stock without the warehouses that do not count, without or with the vendors', and with what the store has sold
    that the ERP does not know yet (SYN-01, INV-02, INV-03, INV-05, INV-09).

    Precedence of the four settings about warehouses: CONFLICTS 33.
    """
    counted, into = warehouses(job), _for_vendors(job)
    vendors = str(job.context.setting("inventory", "vendor", "none"))
    known = {one.key: _counted(one, counted, vendors, into) for one in records if isinstance(one, Stock)}
    reserved = _reserved(job, list(known))
    return {key: _less(one, reserved.get(key, {})) for key, one in known.items()}


def warehouses(job: Job) -> set[str] | None:
    """The warehouses whose stock counts; None: all of them."""
    context = job.context
    if context.setting("inventory", "branch_wise", False):
        return {name for row in context.rows("branch") for name in row.more.get("warehouses", ())}
    mapped = {row.erp for row in context.rows("warehouse")}
    if mapped or context.setting("inventory", "warehouses", ()):
        return mapped or None  # the store's side knows the chosen ones itself
    default = str(context.setting("inventory", "default_warehouse"))
    return {default} if default else None


def _for_vendors(job: Job) -> set[str] | None:
    """By branch: the warehouses of the branches that count vendors' stock (INV-04). None: any warehouse will do."""
    if not job.context.setting("inventory", "branch_wise", False):
        return None
    rows = [row for row in job.context.rows("branch") if str(row.more.get("vendor") or "") != "no"]
    return {name for row in rows for name in row.more.get("warehouses", ())}


def _counted(one: Stock, counted: set[str] | None, vendors: str, into: set[str] | None) -> Stock:
    own = [level for level in one.levels if not level.vendor and (counted is None or level.warehouse in counted)]
    theirs = [level for level in one.levels if level.vendor] if into is None or into else []
    if vendors == "sum" and theirs:
        own = _with(own, theirs, into)
    return replace(one, levels=tuple(own) + (tuple(theirs) if vendors == "separate" else ()))


def _with(own: list[Level], theirs: list[Level], into: set[str] | None) -> list[Level]:
    """What vendors have, added to the first of our warehouses that takes it: the store knows no vendors."""
    more = sum((level.available for level in theirs), Decimal(0))
    at = next((at for at, level in enumerate(own) if into is None or level.warehouse in into), len(own))
    if at == len(own):
        own = [*own, Level(min(into) if into else theirs[0].warehouse)]
    first = own[at]
    own[at] = replace(
        first,
        on_hand=first.on_hand + more,
        available=first.available + more,
        available_for_shipping=first.available_for_shipping + more,
    )
    return own


def _reserved(job: Job, keys: list[str]) -> dict[str, dict[str, Decimal]]:
    """Product -> order -> quantity, of the store's open orders that are not in the ERP yet; asked for if it counts."""
    context = job.context
    if not keys or not context.setting("inventory", "subtract_open_orders", False):
        return {}
    orders = context.target.open_orders(keys, CLOCK.now() - OPEN_DAYS)
    there = bindings.get_many(context.connector, ORDER, list(orders))
    found: dict[str, dict[str, Decimal]] = {}
    for number, wanted in orders.items():
        if number not in there or not there[number].target_id:
            for key, quantity in wanted.items():
                found.setdefault(key, {})[number] = quantity
    return found


def _less(one: Stock, reserved: dict[str, Decimal]) -> Stock:
    if not reserved:
        return one
    return replace(one, reserved=sum(reserved.values(), Decimal(0)), reserved_by=tuple(sorted(reserved)))
