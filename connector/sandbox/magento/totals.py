"""What a cart costs: rows, discount, shipping, tax and the grand total, once in each currency.

Tax is taken from the row after its discount; the order is Magento's: subtotal, shipping, discount, tax. It knows no
storage and no JSON. Source: the recordings `checkout` and `orders_read`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal

from connector.sandbox.magento.money import ZERO, Deltas, exact, rounded
from connector.sandbox.magento.shop import Doc

HUNDRED = Decimal(100)


@dataclass
class Terms:
    """Everything about a cart that is not a line. Amounts are in the base currency."""

    rate: Decimal = Decimal(1)  # one unit of the base currency in the order's
    decimals: int = 2
    shipping: Decimal = ZERO
    shipping_tax: Decimal = ZERO  # percent
    percent: Decimal = ZERO  # discount on each line
    fixed: Decimal = ZERO  # discount on the whole cart
    on_shipping: bool = False  # the percentage counts for the shipping as well
    credits: dict[str, Decimal] = field(default_factory=dict)  # gift card, store credit, reward


@dataclass
class Sums:
    """A cart in one currency. `rows` has the amounts of each line by its key."""

    rows: dict[str, dict[str, Decimal]] = field(default_factory=dict)
    subtotal: Decimal = ZERO
    subtotal_incl_tax: Decimal = ZERO
    discount: Decimal = ZERO  # of the lines and the shipping, positive
    shipping: Decimal = ZERO
    shipping_discount: Decimal = ZERO
    shipping_tax: Decimal = ZERO
    tax: Decimal = ZERO
    credits: dict[str, Decimal] = field(default_factory=dict)
    grand_total: Decimal = ZERO


def paying(lines: list[Doc]) -> list[Doc]:
    """The lines that carry money: bundles leave it to their children, configurables keep it."""
    found: list[Doc] = []
    for line in lines:
        found += line["children"] if line["product_type"] == "bundle" else [line]
    return found


def compute(lines: list[Doc], terms: Terms, *, base: bool) -> Sums:
    """The amounts of a cart in the base currency or in the order's."""
    decimals = 2 if base else terms.decimals
    rate = Decimal(1) if base else terms.rate

    def convert(value: Decimal) -> Decimal:
        return rounded(value * rate, decimals)

    sums, deltas = Sums(), Deltas(decimals)
    rows = paying(lines)
    for line in rows:
        price = convert(exact(line["base_price"]))
        sums.rows[line["key"]] = {"price": price, "row_total": rounded(price * exact(line["qty"]), decimals)}
    sums.subtotal = sum((row["row_total"] for row in sums.rows.values()), ZERO)
    sums.shipping = convert(terms.shipping)
    _discount(rows, sums, terms, convert(terms.fixed), deltas, decimals)
    _tax(rows, sums, terms, deltas, decimals)
    sums.grand_total = sums.subtotal - sums.discount + sums.shipping + sums.tax
    for kind, worth in terms.credits.items():
        sums.credits[kind] = min(convert(worth), sums.grand_total)
        sums.grand_total -= sums.credits[kind]
    _parents(lines, sums, decimals)
    return sums


def _discount(rows: list[Doc], sums: Sums, terms: Terms, fixed: Decimal, deltas: Deltas, decimals: int) -> None:
    left = min(fixed, sums.subtotal)
    for at, line in enumerate(rows, 1):
        row = sums.rows[line["key"]]
        cut = deltas.round("discount", row["row_total"] * terms.percent / HUNDRED)
        if left:
            share = left if at == len(rows) else rounded(fixed * row["row_total"] / sums.subtotal, decimals)
            cut, left = cut + share, left - share
        row["discount"] = min(cut, row["row_total"])
    if terms.on_shipping:
        sums.shipping_discount = rounded(sums.shipping * terms.percent / HUNDRED, decimals)
    sums.discount = sum((row["discount"] for row in sums.rows.values()), ZERO) + sums.shipping_discount


def _tax(rows: list[Doc], sums: Sums, terms: Terms, deltas: Deltas, decimals: int) -> None:
    for line in rows:
        row, percent = sums.rows[line["key"]], exact(line["tax_percent"]) / HUNDRED
        row["tax"] = deltas.round(f"tax {percent}", (row["row_total"] - row["discount"]) * percent)
        before = deltas.round(f"before {percent}", row["row_total"] * percent)
        row["incl_tax"] = row["row_total"] + before
        row["price_incl_tax"] = rounded(row["incl_tax"] / (exact(line["qty"]) or Decimal(1)), decimals)
    sums.subtotal_incl_tax = sum((row["incl_tax"] for row in sums.rows.values()), ZERO)
    sums.shipping_tax = rounded((sums.shipping - sums.shipping_discount) * terms.shipping_tax / HUNDRED, decimals)
    sums.tax = sum((row["tax"] for row in sums.rows.values()), ZERO) + sums.shipping_tax


def _parents(lines: list[Doc], sums: Sums, decimals: int) -> None:
    """A bundle shows the sum of its children, a child of a configurable shows nothing."""
    for line in lines:
        if line["product_type"] != "bundle":
            continue
        rows = [sums.rows[child["key"]] for child in line["children"]]
        new = {name: sum((row[name] for row in rows), ZERO) for name in ("row_total", "tax", "incl_tax")}
        quantity = exact(line["qty"])
        new |= {"discount": ZERO, "price": rounded(new["row_total"] / quantity, decimals),
                "price_incl_tax": rounded(new["incl_tax"] / quantity, decimals)}  # fmt: skip
        sums.rows[line["key"]] = new
