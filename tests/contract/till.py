"""A till of our own: random orders as a Magento shop reckons them and its REST API tells them. Test code only.

It shares no line with the plug-in. Prices hold their tax or do not; a line's tax is taken from the row, what was cut
off goes with the next row; with tax in the price, the price without tax is the row's divided by its pieces and
rounded, so that price x quantity is not the row (facts/MAGENTO.md, 14; Magento_Tax). Amounts have the decimals that
the shop reckons with, which need not be those of the currency. Amounts of the order's own currency stand beside those
of the base currency and are of no use to an ERP.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

D = Decimal
ZERO = D(0)
HUNDRED = D(100)
KINDS = ("simple", "virtual", "grouped", "configurable", "bundle", "fixed_bundle")
Row = dict[str, Any]


@dataclass(frozen=True)
class Buy:
    """One thing in the cart. `price` is what the price tag says; of a bundle one part for each SKU after the first."""

    kind: str
    skus: tuple[str, ...]
    quantity: Decimal
    price: Decimal
    rate: Decimal = ZERO  # tax, per cent
    percent: Decimal = ZERO  # discount, per cent
    pieces: tuple[int, ...] = ()  # of each part in one bundle


@dataclass(frozen=True)
class Cart:
    """Everything that is bought at once. `wrong` names what contradicts itself in the order, `by` how much."""

    buys: tuple[Buy, ...]
    currency: str = "USD"
    digits: int = 2  # that the shop reckons with
    tax_in_price: bool = False
    cart_discount: Decimal = ZERO
    shipping: Decimal = ZERO
    shipping_rate: Decimal = ZERO
    shipping_percent: Decimal = ZERO  # discount
    credits: tuple[tuple[str, Decimal], ...] = ()  # gift_cards | customer_balance | reward_currency
    wrapping: Decimal = ZERO
    wrong: str = ""  # total | fee | discount | tax
    by: int = 1  # units of the currency


DECIMALS = {"JPY": 0, "KWD": 3}


@dataclass
class _Part:
    """One row that has money: what it is made of, and its amounts once reckoned."""

    item: Row
    quantity: Decimal
    tag: Decimal
    rate: Decimal
    percent: Decimal
    total: Decimal = ZERO  # without tax, before discount
    price: Decimal = ZERO
    discount: Decimal = ZERO  # with its tax where prices have theirs
    tax: Decimal = ZERO
    shift: Decimal = ZERO  # the discount's tax


@dataclass
class Till:
    """Reckons one cart. `row` is the order as REST tells it, `total` what the buyer owes before credits."""

    cart: Cart
    number: str
    items: list[Row] = field(default_factory=list)
    parts: list[_Part] = field(default_factory=list)
    cut: dict[str, Decimal] = field(default_factory=dict)

    def round(self, amount: Decimal, carry: str = "") -> Decimal:
        amount += self.cut.get(carry, ZERO) if carry else ZERO
        made = amount.quantize(D(1).scaleb(-self.cart.digits), ROUND_HALF_UP)
        if carry:
            self.cut[carry] = amount - made
        return made

    def reckon(self) -> tuple[Row, Decimal]:
        """(the order, its total in the currency's own unit)."""
        for buy in self.cart.buys:
            self._put(buy)
        for part in self.parts:
            self._price(part)
        self._cart_discount()
        for part in self.parts:
            self._tax(part)
        return self._order()

    # --- rows

    def _item(self, sku: str, kind: str, quantity: Decimal, parent: int = 0) -> Row:
        item: Row = {
            "item_id": len(self.items) + 1, "sku": sku, "name": sku, "product_type": kind,
            "qty_ordered": float(quantity), "is_virtual": int(kind == "virtual"), "price": 0, "base_price": 0,
            "original_price": 0, "base_original_price": 0,
        }  # fmt: skip
        if parent:
            item["parent_item_id"] = parent
        self.items.append(item)
        return item

    def _put(self, buy: Buy) -> None:
        if buy.kind == "configurable":
            parent = self._item(buy.skus[0], "configurable", buy.quantity)
            self._item(buy.skus[0], "simple", buy.quantity, parent["item_id"])
        elif buy.kind in ("bundle", "fixed_bundle"):
            self._bundle(buy)
            return
        else:
            parent = self._item(buy.skus[0], buy.kind, buy.quantity)
        self.parts.append(_Part(parent, buy.quantity, buy.price, buy.rate, buy.percent))

    def _bundle(self, buy: Buy) -> None:
        parent = self._item(f"SET-{len(self.items)}", "bundle", buy.quantity)
        for sku, pieces in zip(buy.skus, buy.pieces, strict=True):
            child = self._item(sku, "simple", buy.quantity * pieces, parent["item_id"])
            if buy.kind == "bundle":
                self.parts.append(_Part(child, buy.quantity * pieces, buy.price + pieces, buy.rate, buy.percent))
        if buy.kind == "fixed_bundle":
            self.parts.append(_Part(parent, buy.quantity, buy.price, buy.rate, buy.percent))

    # --- amounts

    def _price(self, part: _Part) -> None:
        whole = self.round(part.tag * part.quantity)
        part.total, part.price = whole, part.tag
        if self.cart.tax_in_price:
            part.tax = self.round(whole * part.rate / (HUNDRED + part.rate), f"in {part.rate}")
            part.total = whole - part.tax
            part.price = self.round(part.total / part.quantity)
        part.discount = min(self.round(whole * part.percent / HUNDRED, "discount"), whole)

    def _cart_discount(self) -> None:
        """A fixed amount off the cart, in proportion; the last row takes the rest."""
        room = [part.total + part.tax - part.discount for part in self.parts]
        whole, left = sum(room, ZERO), min(self.cart.cart_discount, sum(room, ZERO))
        given = left
        for at, part in enumerate(self.parts):
            share = left if at == len(self.parts) - 1 else min(self.round(given * room[at] / (whole or D(1))), left)
            share = min(share, room[at])
            part.discount += share
            left -= share

    def _tax(self, part: _Part) -> None:
        if self.cart.tax_in_price:
            base = part.total + part.tax - part.discount
            after = self.round(base * part.rate / (HUNDRED + part.rate), f"after {part.rate}")
            part.shift, part.tax = part.tax - after, after
        else:
            part.tax = self.round((part.total - part.discount) * part.rate / HUNDRED, f"on {part.rate}")

    def _shipping(self) -> tuple[Decimal, Decimal, Decimal, Decimal]:
        """(without tax, discount, tax, the discount's tax)."""
        cart = self.cart
        amount, rate = cart.shipping, cart.shipping_rate
        off = self.round(amount * cart.shipping_percent / HUNDRED)
        if not cart.tax_in_price:
            return amount, off, self.round((amount - off) * rate / HUNDRED), ZERO
        before = self.round(amount * rate / (HUNDRED + rate))
        after = self.round((amount - off) * rate / (HUNDRED + rate))
        return amount - before, off, after, before - after

    # --- the answer

    def _order(self) -> tuple[Row, Decimal]:
        cart = self.cart
        shipping, off, shipping_tax, shipping_shift = self._shipping()
        taxes: dict[Decimal, Decimal] = {}
        for rate, tax in [*((part.rate, part.tax) for part in self.parts), (cart.shipping_rate, shipping_tax)]:
            taxes[rate] = taxes.get(rate, ZERO) + tax
        subtotal = sum((part.total for part in self.parts), ZERO)
        discount = sum((part.discount for part in self.parts), ZERO) + off
        shift = sum((part.shift for part in self.parts), ZERO)
        tax = sum(taxes.values(), ZERO)
        total = subtotal - discount + shift + shipping + shipping_shift + tax + cart.wrapping
        unit = D(1).scaleb(-DECIMALS.get(cart.currency, 2))
        more = unit * cart.by
        if cart.wrong in ("total", "fee"):
            total += more if cart.wrong == "total" else more + 7
        elif cart.wrong == "discount":
            total, discount = total - more, discount + more
        elif cart.wrong == "tax" and not tax:  # no tax is named, so that none can be missing
            total += more
        elif cart.wrong == "tax":
            total, tax = total + more, tax + more
        amounts = {
            "subtotal": subtotal, "discount_amount": -discount, "tax_amount": tax, "shipping_amount": shipping,
            "shipping_discount_amount": off, "shipping_tax_amount": shipping_tax,
            "discount_tax_compensation_amount": shift,
        }  # fmt: skip
        row = self._head(shipping_shift, amounts)
        left = total
        for name, paid in cart.credits:
            paid = min(self.round(paid), left)
            left -= paid
            row["extension_attributes"][f"base_{name}_amount"] = float(paid)
            row["extension_attributes"][f"{name}_amount"] = float(paid * 3)
        row["base_grand_total"], row["grand_total"] = float(left), float(left * 3)
        if not left:
            row["payment"] = {"method": "free"}
        row["extension_attributes"]["applied_taxes"] = [
            {"code": f"VAT {rate}", "percent": float(rate), "amount": float(amount * 3), "base_amount": float(amount)}
            for rate, amount in taxes.items()
            if amount
        ]
        return row, total.quantize(unit, ROUND_HALF_UP)

    def _head(self, shipping_shift: Decimal, amounts: dict[str, Decimal]) -> Row:
        for part in self.parts:
            self._told(part.item, part.price, part.discount, part.tax, part.shift)
        for item in self.items:
            if item["product_type"] == "bundle" and not item["base_price"]:
                own = [part for part in self.parts if part.item.get("parent_item_id") == item["item_id"]]
                each = sum((part.total for part in own), ZERO) / D(str(item["qty_ordered"]))
                self._told(item, self.round(each), ZERO, sum((part.tax for part in own), ZERO), ZERO)
        row: Row = {
            "entity_id": int(self.number), "increment_id": self.number, "state": "new", "status": "pending",
            "created_at": "2026-11-21 08:32:30", "updated_at": "2026-11-21 08:32:31", "store_id": 1,
            "base_currency_code": self.cart.currency, "order_currency_code": "GBP", "customer_is_guest": 1,
            "customer_email": "ann@example.com", "customer_group_id": 0, "billing_address": dict(HOME),
            "items": self.items, "payment": {"method": "checkmo"}, "extension_attributes": {},
            "base_shipping_discount_tax_compensation_amnt": float(shipping_shift),
        }  # fmt: skip
        for name, value in amounts.items():
            row[f"base_{name}"], row[name] = float(value), float(value * 3)
        if self.cart.wrapping:
            row["extension_attributes"]["gw_base_price"] = float(self.cart.wrapping)
            row["extension_attributes"]["gw_price"] = float(self.cart.wrapping)
        if any(item["product_type"] != "virtual" for item in self.items):
            shipping = {"address": dict(HOME), "method": "flatrate_flatrate"}
            row["extension_attributes"]["shipping_assignments"] = [{"shipping": shipping}]
            row["shipping_description"] = "Flat rate"
        return row

    @staticmethod
    def _told(item: Row, price: Decimal, discount: Decimal, tax: Decimal, shift: Decimal) -> None:
        told = {"price": price, "discount_amount": discount, "tax_amount": tax,
                "discount_tax_compensation_amount": shift}  # fmt: skip
        for name, value in told.items():
            item[f"base_{name}"], item[name] = float(value), float(value * 3)


HOME = {
    "firstname": "Ann", "lastname": "Lee", "street": ["9 Elm"], "city": "Austin", "region_code": "TX",
    "region": "Texas", "postcode": "78701", "country_id": "US", "telephone": "5125550111", "email": "ann@example.com",
}  # fmt: skip


def reckon(cart: Cart, number: str) -> tuple[Row, Decimal]:
    """The order of a cart, and what the buyer owes in the smallest unit of the currency."""
    return Till(cart, number).reckon()


def skus(row: Row) -> Sequence[str]:
    """What has to leave the warehouse."""
    parents = {item.get("parent_item_id") for item in row["items"]}
    return [item["sku"] for item in row["items"] if item["item_id"] not in parents]
