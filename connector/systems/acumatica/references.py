"""Lists that settings and maps choose from: classes, terms, warehouses, methods of payment ... (SYN-19..33).

Most are entities of the Default endpoint. What has none there (facts/ACUMATICA.md, 3.8) comes from its table over
OData where the user may read it, else from the values in use; where a site shows neither, the page offers
free typing. It knows no record and writes nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from connector.errors import Fail, Outcome, Refused, Retry
from connector.systems.acumatica.erp import Erp
from connector.systems.acumatica.errors import NoEndpoint
from connector.systems.acumatica.values import Entity, flag, plain, rows, text
from connector.systems.base import Choice, Reference

REFERENCES = (
    Reference("customer_class", "Customer classes"),
    Reference("price_class", "Customer price classes"),
    Reference("terms", "Terms"),
    Reference("statement_cycle", "Statement cycles"),
    Reference("sales_account", "Sales accounts"),
    Reference("payment_method", "Payment methods"),
    Reference("cash_account", "Cash accounts"),
    Reference("plugin", "Payment plug-ins (processing centers)"),
    Reference("order_type", "Order types"),
    Reference("ship_via", "Ship via codes"),
    Reference("shipping_terms", "Shipping terms"),
    Reference("warehouse", "Warehouses"),
    Reference("branch", "Branches"),
    Reference("tax_category", "Tax categories"),
    Reference("item_class", "Item classes"),
    Reference("tax_zone", "Tax zones"),
    Reference("tax", "Taxes"),
)
MOST = 1_000  # rows of an entity that are looked through for the values in use


@dataclass(frozen=True, slots=True)
class Listed:
    """A list that is an entity: its id and, where there is one, the tick that says it may be used."""

    entity: str
    id: str
    active: str = ""
    label: str = "Description"
    more: tuple[tuple[str, str], ...] = ()


LISTED = {
    "customer_class": Listed("CustomerClass", "ClassID"),
    "price_class": Listed("CustomerPriceClass", "PriceClassID"),
    "sales_account": Listed("Account", "AccountCD", "Active", more=(("type", "Type"),)),
    "payment_method": Listed("PaymentMethod", "PaymentMethodID", "Active", more=(("means", "MeansOfPayment"),)),
    "ship_via": Listed("ShipVia", "CarrierID"),
    "shipping_terms": Listed("ShippingTerm", "TermID"),
    "warehouse": Listed("Warehouse", "WarehouseID", "Active"),
    "tax_category": Listed("TaxCategory", "TaxCategoryID", "Active"),
    "item_class": Listed("ItemClass", "ClassID"),
    "tax_zone": Listed("TaxZone", "TaxZoneID"),
    "tax": Listed("Tax", "TaxID"),
}


@dataclass(frozen=True, slots=True)
class Table:
    """A list that only OData has: its table, id and text; and where else its values are in use."""

    table: str
    id: str
    label: str
    used: tuple[tuple[str, str], ...] = ()
    more: tuple[tuple[str, str], ...] = ()


TABLES = {
    "terms": Table("Terms", "TermsID", "Descr", (("CustomerClass", "Terms"), ("Customer", "Terms"))),
    "statement_cycle": Table(
        "ARStatementCycle",
        "StatementCycleId",
        "Descr",
        (("CustomerClass", "StatementCycleID"), ("Customer", "StatementCycleID")),
    ),
    "order_type": Table(
        "SOOrderType",
        "OrderType",
        "Descr",
        (("SalesOrder", "OrderType"),),
        (("numbering", "OrderNumberingID"), ("manual", "UserNumbering")),
    ),
    "branch": Table("Branch", "BranchCD", "AcctName", (("PaymentMethod", "AllowedCashAccounts/Branch"),)),
}


def read(erp: Erp, name: str) -> list[Choice]:
    """One list as it is now, in order of its ids. Raises Fail when the site shows none, Retry and Refused."""
    special: dict[str, Callable[[Erp], Iterable[Choice]]] = {
        "cash_account": _cash_accounts,
        "plugin": _plugins,
        "branch": _branches,
    }
    if name in special:
        found = special[name](erp)
    elif name in LISTED:
        found = _listed(erp, LISTED[name])
    elif name in TABLES:
        found = _table(erp, TABLES[name])
    else:
        raise Fail(f"Acumatica keeps no list of {name}.")
    sorted_ = sorted({choice.value: choice for choice in found if choice.value}.values(), key=lambda one: one.value)
    if not sorted_:
        label = next(each.label for each in REFERENCES if each.name == name)
        raise Fail(
            f"Acumatica shows this user no {label.lower()}.",
            code="acumatica.reference",
            help="Type the value as it stands in Acumatica, or give the user rights to that form and try again.",
        )
    return sorted_


def _listed(erp: Erp, kind: Listed) -> Iterator[Choice]:
    names = [kind.id, kind.label, kind.active, *(field for _, field in kind.more)]
    for row in erp.client.list(kind.entity, {"$select": ",".join(filter(None, names))}):
        if not kind.active or flag(row, kind.active, default=True):
            more = {name: text(row, field) for name, field in kind.more if text(row, field)}
            yield Choice(text(row, kind.id), text(row, kind.label), more)


def _table(erp: Erp, kind: Table) -> list[Choice]:
    """The rows of the table; without a right to it the values that are in use (and no text)."""
    columns = ",".join([kind.id, kind.label, *(field for _, field in kind.more)])
    for options in ({"$select": columns}, {}):
        try:
            found = [_row(kind, row) for row in erp.client.dac(kind.table, options)]
        except (NoEndpoint, Fail):
            continue  # not exposed, or this build names a column otherwise
        except Retry as problem:
            if _gone(problem):
                break
            raise
        if found:
            return found
    return [Choice(value) for value in sorted(_in_use(erp, kind.used))]


def _gone(problem: Outcome) -> bool:
    """Whether it only says that OData is not for this user: then there are other ways."""
    return isinstance(problem, Refused) and problem.code == "acumatica.rights"


def _row(kind: Table, row: Entity) -> Choice:
    more = {name: plain(str(row[field])) for name, field in kind.more if row.get(field)}
    return Choice(plain(str(row.get(kind.id) or "")), plain(str(row.get(kind.label) or "")), more)


def _in_use(erp: Erp, places: Sequence[tuple[str, str]]) -> set[str]:
    """The first place that shows values."""
    for entity, field in places:
        detail, _, column = field.rpartition("/")
        options = {"$select": field, "$expand": detail, "$top": MOST}
        found = erp.client.list(entity, options)
        records = [row for one in found for row in rows(one, detail)] if detail else found
        values = {text(row, column) for row in records} - {""}
        if values:
            return values
    return set()


def _methods(erp: Erp, detail: str, fields: Sequence[str]) -> list[Entity]:
    select = ",".join(["PaymentMethodID", "Active", "UseInAR", *(f"{detail}/{field}" for field in fields)])
    found = erp.client.list("PaymentMethod", {"$select": select, "$expand": detail})
    return [row for row in found if flag(row, "Active", default=True) and flag(row, "UseInAR", default=True)]


def _cash_accounts(erp: Erp) -> Iterator[Choice]:
    """Cash accounts of active methods; `more["payment_method"]` names theirs, joined with commas."""
    methods: dict[str, list[str]] = {}
    labels: dict[str, tuple[str, str]] = {}
    for method in _methods(erp, "AllowedCashAccounts", ("CashAccount", "Description", "Branch", "UseInAR")):
        for row in rows(method, "AllowedCashAccounts"):
            if flag(row, "UseInAR", default=True):
                account = text(row, "CashAccount")
                methods.setdefault(account, []).append(text(method, "PaymentMethodID"))
                labels[account] = (text(row, "Description"), text(row, "Branch"))
    for account, used in methods.items():
        label, branch = labels[account]
        yield Choice(account, label, {"payment_method": ",".join(sorted(set(used))), "branch": branch})


def _plugins(erp: Erp) -> Iterator[Choice]:
    for method in _methods(erp, "ProcessingCenters", ("ProcCenterID", "Active")):
        for row in rows(method, "ProcessingCenters"):
            if flag(row, "Active", default=True):
                yield Choice(text(row, "ProcCenterID"), "", {"payment_method": text(method, "PaymentMethodID")})


def _branches(erp: Erp) -> Iterable[Choice]:
    """From the structure of companies; a bare tenant does not show it, then from the table (facts 2.6)."""
    try:
        found = rows(erp.client.inquire("CompaniesStructure", {}, "Results"), "Results")
    except (NoEndpoint, Fail):
        found = []
    active = [row for row in found if text(row, "BranchStatus").lower() in ("", "true", "active")]
    if not any(text(row, "BranchID") for row in active):
        return _table(erp, TABLES["branch"])
    return [
        Choice(text(row, "BranchID"), text(row, "BranchName"), {"company": text(row, "CompanyID")}) for row in active
    ]
