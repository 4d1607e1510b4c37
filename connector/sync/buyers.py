"""Whose order is it in the ERP? Found by the store's id, then by e-mail, else made - once, whoever else asks.

An order never changes a customer that the ERP has (CUS-04): its addresses go on the order only.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace

from connector.errors import Fail, Outcome, Retry, Skip
from connector.records import CUSTOMER, Address, Customer, Order
from connector.sync import bindings
from connector.sync.bindings import PROVISIONAL
from connector.sync.context import Context
from connector.sync.needs import Needs
from connector.sync.safety import safety
from connector.sync.translate.customers import for_erp


def of(context: Context, needs: Needs, order: Order, *, anyone: bool = False) -> str:
    """The ERP's id of an order's customer. Raises Fail, Retry or Refused when none is there and none can be made.

    Raises Skip for a customer of a class that is not synced, unless that does not matter (CFG-10; `anyone`: a person
    asked for this very order).
    """
    account = str(context.setting("customer", "guest_account"))
    if order.guest and context.setting("customer", "guests", "create") == "account":
        if not account:
            text = "Guests' orders go to one customer account, but none is chosen."
            raise Fail(text, code="order.guest_account", help="Choose the guest account in the customer settings.")
        return account
    classes = () if anyone else enabled_classes(context)
    found = _bound(context, order)
    if found:
        _refuse_others(order, _class_of(context, found) if classes else "", classes)
        return found
    if not order.customer_email:
        raise Fail(f"Order {order.key} has no e-mail address to know its customer by.", code="order.no_email")
    with alone(context, [_customer(order)]) as still:
        return _bound(context, order) or _found(context, order, classes) or _made(context, order, classes, still)


@contextmanager
def alone(context: Context, customers: Sequence[Customer]) -> Iterator[Callable[[], None]]:
    """Nobody else makes customers of these e-mail addresses meanwhile: neither an order nor the customers' own sync.

    Gives a function to call right before they are made. Both raise Retry: somebody else is at it, or has taken over.
    """
    with ExitStack() as stack:
        names = sorted({f"customer {one.email.casefold()}" for one in customers}) if safety().one_maker else []
        holds = [stack.enter_context(context.exclusive(name)) for name in names]

        def still() -> None:
            if not all(hold() for hold in holds):
                raise Retry("This took so long that somebody else may be making the customer.", away=True)

        yield still


def enabled_classes(context: Context) -> Sequence[str]:
    """The customer classes whose orders are synced; none: all of them (CFG-04, CFG-10)."""
    if not context.setting("order", "only_enabled_customers", True):
        return ()
    return tuple(context.setting("customer", "classes", ()))


def _refuse_others(order: Order, customer_class: str, classes: Sequence[str]) -> None:
    if classes and customer_class not in classes:
        raise Skip(
            f"The customer of order {order.key} is of class {customer_class or '(none)'}, which is not synced "
            "(customer and order settings)."
        )


def _class_of(context: Context, id: str) -> str:
    found = context.target.read_many(CUSTOMER, [id]).get(id)
    return found.customer_class if isinstance(found, Customer) else ""


def _bound(context: Context, order: Order) -> str:
    if not order.customer:
        return ""
    row = bindings.by_target(context.connector, CUSTOMER, [order.customer]).get(order.customer)
    return row.key if row and not row.key.startswith(PROVISIONAL) else ""


def _found(context: Context, order: Order, classes: Sequence[str]) -> str:
    """The ERP's customer of that e-mail address, bound to the store's account when the buyer has one."""
    known = context.target.find_like(CUSTOMER, [_customer(order)])
    for record in known.values():
        _refuse_others(order, getattr(record, "customer_class", ""), classes)
        if order.customer and not context.dry:
            bindings.adopt(context.connector, CUSTOMER, {record.key: order.customer})
        return record.key
    return ""


def _made(context: Context, order: Order, classes: Sequence[str], still: Callable[[], None]) -> str:
    new = for_erp(context, _customer(order), new=True)
    _refuse_others(order, new.customer_class, classes)
    still()
    (done,) = context.target.write_many([new], known={})
    if done.problem is not None:
        raise _said(done.problem, order)
    if order.customer and not context.dry:
        bindings.adopt(context.connector, CUSTOMER, {done.target_id: order.customer})
    return done.target_id


def _said(word: Outcome, order: Order) -> Outcome:
    """The customer's trouble is the order's: the next attempt looks by e-mail first, so nothing is made twice."""
    if isinstance(word, Retry):
        return word
    return Fail(
        f"The customer {order.customer_email} of order {order.key}: {word.reason}", code=word.code, help=word.help
    )


def _customer(order: Order) -> Customer:
    """What an order tells of its buyer: enough to make a customer from."""
    home = order.billing or order.delivery or Address()
    first, _, last = order.customer_name.partition(" ")
    return Customer(
        key=order.customer or f"guest:{order.customer_email}",
        email=order.customer_email,
        first_name=home.first_name or first,
        last_name=home.last_name or last,
        company=home.company,
        phone=home.phone,
        vat_number=home.vat_number,
        group=order.customer_group,
        currency=order.currency,
        store=order.store,
        website=order.website,
        addresses=tuple(_addresses(order)),
    )


def _addresses(order: Order) -> list[Address]:
    found: list[Address] = []
    if order.billing:
        found.append(replace(order.billing, billing=True, shipping=order.delivery in (None, order.billing)))
    if order.delivery and order.delivery != order.billing:
        found.append(replace(order.delivery, shipping=True, billing=False))
    return found
