"""Orders as Magento tells them: polled by change, read by the number that the buyer saw.

Those that were entered in the ERP are written by `erp_orders`, and are not taken for orders of the shop again.

facts/MAGENTO.md, carts and orders. The order's discount contains the shipping's; both contain the tax of the
discount where prices include tax, which is named apart. Money is the base currency's. What a total contains
besides (fixed product taxes, gift wrapping) is named in `adjustments`, the cents of rounded prices in `rounding`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any, ClassVar

from connector.errors import Fail, Skip
from connector.records import ORDER, Address, Line, Order, Payment, Record, Tax
from connector.systems.base import Page, Written
from connector.systems.magento import erp_orders
from connector.systems.magento.client import Filter, reading
from connector.systems.magento.entity import Entity, instant, since_filter, version
from connector.systems.magento.lines import amount, lines, number, rounding
from connector.systems.magento.shares import ZERO, decimals

Row = Mapping[str, Any]
CREDITS = (  # what pays like money: field of the order (Adobe Commerce), kind
    ("gift_cards_amount", "gift_card"),
    ("customer_balance_amount", "store_credit"),
    ("reward_currency_amount", "reward"),
)
PRIVATE = {"protect_code", "remote_ip", "x_forwarded_for"}  # nobody's business but the shop's
WRAPPING = ("gw_{}price", "gw_items_{}price", "gw_card_{}price")  # of the order, its items, its card


class Orders(Entity):
    """Reads orders of one shop."""

    name: ClassVar[str] = ORDER

    def read_many(self, keys: Sequence[str]) -> dict[str, Record]:
        rows = self.client.search_in("/orders", "increment_id", keys, action="order_sync")
        found: dict[str, Record] = {}
        with reading("/orders"):
            for row in rows:
                key = str(row["increment_id"])
                if key in found:
                    text = f"The store has two orders with the number {key}."
                    raise Fail(text, code="magento.two_orders", help="Give the stores different number prefixes.")
                if key in keys and not _from_erp(row):
                    found[key] = self.order(row)
        return found

    def changed_since(self, since: datetime | None, position: str) -> Page:
        """Orders in one of the chosen statuses."""
        filters: list[Filter] = since_filter(since)
        statuses = [str(status) for status in self.shop.setting(ORDER, "statuses", ())]
        if statuses:
            filters.append(("status", ",".join(statuses), "in"))
        page = self._changes(
            "/orders",
            key="increment_id",
            number="entity_id",
            filters=filters,
            position=position,
            action="order_sync",
            also=("ext_order_id",),
        )
        return Page(tuple(change for change in page.changes if not _from_erp(change.payload)), page.position)

    def write(self, record: Order, target_id: str) -> Written:
        if target_id:
            text = f"Order {record.key} is in the store already: Magento does not change the lines of an order."
            return Written(record.key, target_id, problem=Skip(text))
        there = erp_orders.find(self.shop, [record])
        if record.key in there:  # made by an attempt whose answer was lost
            return Written(record.key, str(there[record.key]["entity_id"]), fields={"notes": ["it was there already"]})
        return erp_orders.write(self.shop, record)

    def find_like(self, records: Sequence[Order]) -> dict[str, Record]:
        found = erp_orders.find(self.shop, records)
        return {
            record.key: replace(record, target_id=str(found[record.key]["entity_id"]))
            for record in records
            if record.key in found
        }

    def delete(self, key: str, target_id: str) -> Written:
        return Written(key, target_id, problem=Skip("Magento's API cannot delete an order: cancel it."))

    def order(self, row: Row) -> Order:
        """One order of an answer. Raises KeyError, TypeError or ValueError for what is none."""
        extension = _extension(row)
        currency = str(row.get("base_currency_code") or row.get("order_currency_code") or "")
        places = decimals(currency)
        view = self.shop.directory.view(row.get("store_id"))
        found = lines([dict(item) for item in row.get("items") or []], Decimal(1).scaleb(-places))
        delivery, method = _delivery(extension)
        shipping_tax_share = amount(row, "shipping_discount_tax_compensation_amnt")
        if not shipping_tax_share:
            shipping_tax_share = amount(row, "shipping_discount_tax_compensation_amount")
        shipping_discount = amount(row, "shipping_discount_amount")
        payments = _payments(row, extension)
        extras, cents = _besides(row, extension, found, places)
        order = Order(
            key=str(row["increment_id"]),
            version=version(row.get("updated_at")),
            raw=_raw(row),
            number=str(row["increment_id"]),
            store_id=str(row["entity_id"]),
            store=view.code if view else "",
            website=view.website if view else "",
            status=str(row.get("status") or ""),
            state=str(row.get("state") or ""),
            placed_at=instant(row.get("created_at")),
            currency=currency,
            base_currency=currency,
            customer=str(row.get("customer_id") or ""),
            customer_email=str(row.get("customer_email") or ""),
            customer_name=" ".join(
                str(row[name]) for name in ("customer_firstname", "customer_lastname") if row.get(name)
            ),
            customer_group=self._group(row),
            guest=str(row.get("customer_is_guest")) == "1" or not row.get("customer_id"),
            billing=address(row["billing_address"]) if isinstance(row.get("billing_address"), Mapping) else None,
            delivery=delivery,
            lines=found,
            shipping_method=method,
            shipping_title=str(row.get("shipping_description") or ""),
            shipping_amount=amount(row, "shipping_amount"),
            shipping_discount=shipping_discount - shipping_tax_share,
            shipping_tax=amount(row, "shipping_tax_amount"),
            discount=abs(amount(row, "discount_amount"))
            - shipping_discount
            - amount(row, "discount_tax_compensation_amount"),
            coupon=str(row.get("coupon_code") or ""),
            tax=amount(row, "tax_amount"),
            taxes=_taxes(row, extension, found),
            adjustments=extras,
            rounding=cents,
            total=amount(row, "grand_total") + sum((one.amount for one in payments if one.kind != "payment"), ZERO),
            decimals=places,
            payments=payments,
            comment=_comment(row, extension),
        )
        return order

    def _group(self, row: Row) -> str:
        number = str(row.get("customer_group_id") or "0")
        return self.shop.directory.groups().get(int(number), "") if number.isdigit() else ""


def _from_erp(row: Row) -> bool:
    return erp_orders.MARK in str(row.get("ext_order_id") or "")


def address(row: Row) -> Address:
    """One address of an order."""
    street = row.get("street")
    return Address(
        key=str(row.get("entity_id") or row.get("id") or ""),
        first_name=str(row.get("firstname") or ""),
        last_name=str(row.get("lastname") or ""),
        company=str(row.get("company") or ""),
        lines=tuple(str(line) for line in (street if isinstance(street, list) else [street]) if line),
        city=str(row.get("city") or ""),
        region=str(row.get("region_code") or ""),
        region_name=str(row.get("region") or ""),
        postcode=str(row.get("postcode") or ""),
        country=str(row.get("country_id") or ""),
        phone=str(row.get("telephone") or ""),
        email=str(row.get("email") or ""),
        vat_number=str(row.get("vat_id") or ""),
        billing=row.get("address_type") == "billing",
        shipping=row.get("address_type") == "shipping",
    )


def _delivery(extension: Row) -> tuple[Address | None, str]:
    """(where to, carrier_method): only the shipping assignment has them, a virtual order has neither."""
    for one in extension.get("shipping_assignments") or []:
        shipping = one.get("shipping") if isinstance(one, Mapping) else None
        if isinstance(shipping, Mapping):
            to = shipping.get("address")
            return (address(to) if isinstance(to, Mapping) else None), str(shipping.get("method") or "")
    return None, ""


def _payments(row: Row, extension: Row) -> tuple[Payment, ...]:
    """Gift cards, store credit and reward points pay like money (ORD-13, ORD-14); the rest is the payment's."""
    found: list[Payment] = []
    for name, kind in CREDITS:
        paid = amount(extension, name) or amount(row, name)
        if not paid:
            continue
        cards = extension.get("gift_cards") if kind == "gift_card" else None
        rows = [card for card in cards or [] if isinstance(card, Mapping)] if isinstance(cards, list) else []
        if rows and sum((amount(card, "amount") for card in rows), ZERO) == paid:
            # the code of a card is as good as its money: four characters tell one from another
            found += [
                Payment(kind, amount(card, "amount"), kind, reference=str(card.get("code") or "")[-4:], captured=True)
                for card in rows
            ]
        else:
            found.append(Payment(kind, abs(paid), kind, captured=True))
    payment = row.get("payment")
    due = amount(row, "grand_total")
    if isinstance(payment, Mapping) and payment.get("method") and (due or payment["method"] != "free"):
        found.insert(
            0,
            Payment(
                method=str(payment["method"]),
                amount=due,
                card_type=_card(payment, extension),
                reference=str(payment.get("last_trans_id") or payment.get("cc_trans_id") or ""),
                captured=due > 0 and amount(row, "total_paid") >= due,
            ),
        )
    return tuple(found)


def _card(payment: Row, extension: Row) -> str:
    """The brand of the card, where the gateway tells it: a field of its own, or among what it says besides."""
    if payment.get("cc_type"):
        return str(payment["cc_type"])
    for one in extension.get("payment_additional_info") or []:
        if isinstance(one, Mapping) and str(one.get("key")).lower() in (
            "cc_type",
            "card_type",
            "cardtype",
            "card_brand",
        ):
            return str(one.get("value") or "")
    return ""


def _taxes(row: Row, extension: Row, found: Sequence[Line]) -> tuple[Tax, ...]:
    """The taxes by name, each with what it was reckoned on."""
    base: dict[str, Decimal] = {}
    net = {line.key: line.price * line.quantity - line.discount for line in found}
    for item in extension.get("item_applied_taxes") or []:
        if not isinstance(item, Mapping):
            continue
        shipping = item.get("type") == "shipping"
        worth = amount(row, "shipping_amount") if shipping else net.get(str(item.get("item_id")), ZERO)
        for tax in item.get("applied_taxes") or []:
            code = str(tax.get("code") or tax.get("title") or "")
            base[code] = base.get(code, ZERO) + worth
    return tuple(
        Tax(
            str(tax.get("code") or tax.get("title") or ""),
            number(tax, "percent"),
            amount(tax, "amount"),
            base.get(str(tax.get("code") or tax.get("title") or ""), ZERO),
        )
        for tax in extension.get("applied_taxes") or []
        if isinstance(tax, Mapping)
    )


def _besides(
    row: Row, extension: Row, found: Sequence[Line], places: int
) -> tuple[tuple[tuple[str, str], ...], Decimal]:
    """(what the total contains besides and the order names, the cents of rounded prices)."""
    named: list[tuple[str, Decimal]] = []
    told = {**row, **extension}
    wrapping = sum((number(told, name.format("base_")) or number(told, name.format("")) for name in WRAPPING), ZERO)
    if wrapping:
        named.append(("Gift wrapping", wrapping))
    items = [item for item in row.get("items") or [] if isinstance(item, Mapping)]
    fixed = sum((amount(item, "weee_tax_applied_row_amount") for item in items if not item.get("parent_item_id")), ZERO)
    if fixed:
        named.append(("Fixed product tax", fixed))
    extras = tuple((what, format(value, "f")) for what, value in named)
    return extras, rounding(row, found, Decimal(1).scaleb(-places), fixed)


def _comment(row: Row, extension: Row) -> str:
    """What the buyer wrote: the remark, and a gift message with whom it is from."""
    parts = [str(row.get("customer_note") or "").strip()]
    gift = extension.get("gift_message")
    if isinstance(gift, Mapping) and gift.get("message"):
        names = " ".join(
            f"{word} {gift[name]}" for word, name in (("from", "sender"), ("to", "recipient")) if gift.get(name)
        )
        parts.append(f"Gift message {names}: {gift['message']}".replace("  ", " "))
    return "\n".join(part for part in parts if part)


def _raw(row: Row) -> tuple[tuple[str, str], ...]:
    """The order's own simple fields by name."""
    simple = {name: str(value) for name, value in row.items() if isinstance(value, str | int | float)}
    return tuple(sorted((name, value) for name, value in simple.items() if value and name not in PRIVATE))


def _extension(row: Row) -> Row:
    found = row.get("extension_attributes")
    return found if isinstance(found, Mapping) else {}
