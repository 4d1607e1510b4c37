"""Sales orders of the ERP: found again by reference, read for pages. Facts/ACUMATICA.md, 3.6.

An order counts as ours only when ExternalRef is equal and its description begins with the same connector's name, so
that two stores with equal numbers never meet (CFG-19). Keys are "SO/SO004711": type, slash, number.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal

from connector.records import ORDER, Line, Order, Payment, Record
from connector.systems.acumatica import addresses, filters, lists
from connector.systems.acumatica.erp import Erp
from connector.systems.acumatica.values import Entity, exact, flag, instant, micros, number, rows, text
from connector.systems.base import Change, Page

ENTITY, MODIFIED = "SalesOrder", "LastModified"
LINKED = "BillToAddress,BillToContact,ShipToAddress,ShipToContact,ShippingSettings,FinancialSettings,Totals"
WHOLE = f"Details,Payments,TaxDetails,{LINKED}"
TAG = " | "  # ends the connector's name in a description
NONE = Decimal(0)


def key_of(entity: Entity) -> str:
    return f"{text(entity, 'OrderType')}/{text(entity, 'OrderNbr')}"


def split(key: str) -> tuple[str, str]:
    """Type and number of a key; an empty type where there is none."""
    kind, slash, nbr = key.partition("/")
    return (kind, nbr) if slash else ("", kind)


def rows_of(erp: Erp, keys: Sequence[str], options: Mapping[str, object]) -> dict[str, Entity]:
    """The sales orders of these keys as the site has them, by the key as asked."""
    by_type: dict[str, list[str]] = {}
    for key in keys:
        kind, nbr = split(key)
        if kind and nbr:
            by_type.setdefault(kind, []).append(nbr)
    found: dict[str, Entity] = {}
    for kind, numbers in by_type.items():
        for chunk in filters.chunks("OrderNbr", numbers, {**options, "$filter": f"OrderType eq '{kind}'"}):
            condition = filters.both(f"OrderType eq {filters.literal(kind)}", f"({filters.any_of('OrderNbr', chunk)})")
            for row in lists.matching(erp.client, ENTITY, condition, options, "OrderNbr"):
                found[key_of(row).casefold()] = row
    return {key: found[key.casefold()] for key in keys if key.casefold() in found}


def read(erp: Erp, keys: Sequence[str]) -> dict[str, Order]:
    """The orders of these keys ("SO/SO004711"). Raises Retry, Refused or Fail."""
    return {key: order(row) for key, row in rows_of(erp, keys, {"$expand": WHOLE}).items()}


def order(entity: Entity) -> Order:
    """One order as the ERP has it now."""
    totals, shipping = addresses.linked(entity, "Totals"), addresses.linked(entity, "ShippingSettings")
    freight = sum((number(totals, name) or NONE for name in ("Freight", "PremiumFreight")), NONE)
    lines = tuple(_line(row) for row in rows(entity, "Details"))
    return Order(
        key=key_of(entity),
        version=micros(instant(entity, MODIFIED, "LastModifiedDateTime")),
        target_id=key_of(entity),
        number=text(entity, "CustomerOrder"),
        status=text(entity, "Status"),
        placed_at=instant(entity, "Date"),
        currency=text(entity, "CurrencyID"),
        customer=text(entity, "CustomerID"),
        billing=_address(entity, "BillTo"),
        delivery=_address(entity, "ShipTo"),
        lines=lines,
        shipping_amount=freight,
        discount=sum((line.discount for line in lines), NONE),
        tax=number(entity, "TaxTotal") or NONE,
        total=number(entity, "OrderTotal") or NONE,
        payments=tuple(_payment(row) for row in rows(entity, "Payments")),
        erp_type=text(entity, "OrderType"),
        erp_number=text(entity, "OrderNbr"),
        erp_customer=text(entity, "CustomerID"),
        branch=text(entity, "Branch") or text(addresses.linked(entity, "FinancialSettings"), "Branch"),
        warehouse=text(entity, "PreferredWarehouseID") or text(shipping, "PreferredWarehouseID"),
        ship_via=text(entity, "ShipVia") or text(shipping, "ShipVia"),
        shipping_terms=text(shipping, "ShippingTerms"),
        hold=flag(entity, "Hold"),
        reference=text(entity, "ExternalRef"),
        description=text(entity, "Description"),
    )


def _line(row: Entity) -> Line:
    return Line(
        key=text(row, "LineNbr"),
        sku=text(row, "InventoryID"),
        quantity=number(row, "OrderQty") or NONE,
        price=number(row, "UnitPrice") or NONE,
        discount=number(row, "DiscountAmount") or NONE,
        name=text(row, "LineDescription"),
        uom=text(row, "UOM"),
        tax_category=text(row, "TaxCategory"),
        warehouse=text(row, "WarehouseID"),
        branch=text(row, "Branch"),
        shipped=number(row, "QtyOnShipments") or NONE,
    )


def _payment(row: Entity) -> Payment:
    method = text(row, "PaymentMethod")
    return Payment(
        method=method,
        amount=number(row, "AppliedToOrder", "PaymentAmount") or NONE,
        reference=text(row, "PaymentRef"),
        erp_method=method,
        cash_account=text(row, "CashAccount"),
        plugin=text(row, "ProcessingCenterID"),
    )


def _address(entity: Entity, side: str) -> addresses.Address | None:
    contact, where = addresses.linked(entity, f"{side}Contact"), addresses.linked(entity, f"{side}Address")
    return addresses.read({**contact, "Address": where}, side.casefold()) if where else None


# --- what is there already


def alike(erp: Erp, records: Sequence[Record]) -> Mapping[str, Record]:
    """Orders that were made of these before: same reference, same connector. Raises Retry, Refused or Fail."""
    wanted = {one.reference: one for one in records if isinstance(one, Order) and one.reference}
    found: dict[str, Record] = {}
    for row in by_reference(erp, list(wanted)):
        one = wanted.get(text(row, "ExternalRef"))
        if (
            one is not None
            and ours(row, one.description)
            and (not one.erp_type or text(row, "OrderType") == one.erp_type)
        ):
            found.setdefault(one.key, order(row))
    return found


def by_reference(erp: Erp, references: Sequence[str]) -> Iterable[Entity]:
    asked = {
        "$select": "OrderType,OrderNbr,ExternalRef,CustomerOrder,Description,Status,CustomerID,OrderTotal,TaxTotal"
    }
    return lists.by_keys(erp.client, ENTITY, "ExternalRef", references, asked)


def ours(row: Entity, description: str) -> bool:
    """Whether a document's description begins with the connector's name that begins this one."""
    name, mark, _ = description.partition(TAG)
    return bool(mark) and text(row, "Description").startswith(name + TAG)


# --- polls


def types(erp: Erp) -> list[str]:
    """Types of orders that matter to this connector: those it makes and those it fetches."""
    chosen = [erp.word("order", "type", "SO"), *erp.lines("order", "types"), erp.word("order", "rma_type")]
    return sorted({kind for kind in chosen if kind})


def since(erp: Erp, entity: str, when: datetime | None, position: str, kinds: Sequence[str]) -> Page:
    """One page of orders of these types changed since then; a position is "TYPE:last number"."""
    kind, _, after = position.partition(":")
    kind = kind or kinds[0]

    def change(row: Entity, version: int) -> Change:
        return Change(entity, key_of(row), version=version)

    page = lists.page(
        erp.client, ENTITY, "OrderNbr", MODIFIED, when, after, change,
        more=f"OrderType eq {filters.literal(kind)}", options={"$select": f"OrderType,OrderNbr,{MODIFIED}"},
    )  # fmt: skip
    left = [each for each in kinds if each > kind]
    follow = f"{kind}:{page.position}" if page.position else f"{left[0]}:" if left else None
    return Page(page.changes, follow)


def changed(erp: Erp, when: datetime | None, position: str) -> Page:
    return since(erp, ORDER, when, position, types(erp))


def amount(entity: Entity, name: str) -> Decimal:
    return exact(number(entity, name)) or NONE
