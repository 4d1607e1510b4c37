"""Products, prices and stock on their way to the store: categories, websites, customer groups, sources."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from connector.errors import Outcome, Wait
from connector.records import CATEGORY, Level, Price, Product, Record, Stock, Tier
from connector.sync import bindings
from connector.sync.translate.job import Job
from connector.systems import mapping


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
    if one.tiers is None:
        return one
    tiers = (_tier(job, tier) for tier in one.tiers if not tier.customer)
    return replace(one, tiers=tuple(tier for tier in tiers if tier is not None))


def _tier(job: Job, tier: Tier) -> Tier | None:
    if not tier.price_class:
        return tier
    rows = job.context.rows("customer_group")
    group = next((row.store for row in rows if str(row.more.get("price_class") or "") == tier.price_class), "")
    return replace(tier, group=group) if group else None


def stocks(job: Job, records: Sequence[Record]) -> dict[str, Record | Outcome]:
    """Stock without the warehouses that do not count, and without or with the vendors' (SYN-01, INV-02, INV-05).

    Precedence of the four settings about warehouses: CONFLICTS 33.
    """
    counted = warehouses(job)
    vendors = str(job.context.setting("inventory", "vendor", "none"))
    return {one.key: _counted(one, counted, vendors) for one in records if isinstance(one, Stock)}


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


def _counted(one: Stock, counted: set[str] | None, vendors: str) -> Stock:
    own = [level for level in one.levels if not level.vendor and (counted is None or level.warehouse in counted)]
    theirs = [level for level in one.levels if level.vendor]
    if vendors == "sum" and theirs:
        own = _with(own, theirs)
    return replace(one, levels=tuple(own) + (tuple(theirs) if vendors == "separate" else ()))


def _with(own: list[Level], theirs: list[Level]) -> list[Level]:
    """What vendors have, added to the first warehouse of ours: the store knows no vendors."""
    more = sum((level.available for level in theirs), Decimal(0))
    if not own:
        own = [Level(theirs[0].warehouse)]
    first = own[0]
    own[0] = replace(
        first,
        on_hand=first.on_hand + more,
        available=first.available + more,
        available_for_shipping=first.available_for_shipping + more,
    )
    return own
