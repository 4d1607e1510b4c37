"""Conditions on an order: a tree of AND and OR over what the order says (RUL-02). Pure: no rule, no table.

A tree is {"all": [...]} or {"any": [...]} of trees and leaves; a leaf is {"field", "op", "value"}; {} is true.
A field with several values (SKUs, payment methods) fits when one of them does; a negative operator when none does.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from connector.records import Order

ALL, ANY = "all", "any"
DEEPEST, MOST, LONGEST = 2, 100, 500  # groups of conditions, as the page draws them
RAW = "raw:"


def _of_address(which: str, name: str) -> Callable[[Order], list[str]]:
    return lambda order: [str(getattr(getattr(order, which), name))] if getattr(order, which) else []


def _one(name: str) -> Callable[[Order], list[str]]:
    return lambda order: [str(getattr(order, name))]


# field -> (label, values of an order)
FIELDS: dict[str, tuple[str, Callable[[Order], list[str]]]] = {
    "number": ("Order number", _one("number")),
    "store": ("Store view", _one("store")),
    "website": ("Website", _one("website")),
    "status": ("Status", _one("status")),
    "currency": ("Currency", _one("currency")),
    "total": ("Total", _one("total")),
    "discount": ("Discount", _one("discount")),
    "shipping_amount": ("Shipping amount", _one("shipping_amount")),
    "shipping_method": ("Shipping method", _one("shipping_method")),
    "payment_method": ("Payment method", lambda order: [paid.method for paid in order.payments]),
    "coupon": ("Coupon code", _one("coupon")),
    "customer_email": ("Customer's e-mail", _one("customer_email")),
    "customer_group": ("Customer group", _one("customer_group")),
    "guest": ("Guest (yes or no)", lambda order: ["yes" if order.guest else "no"]),
    "country": ("Delivery country", _of_address("delivery", "country")),
    "region": ("Delivery region", _of_address("delivery", "region")),
    "postcode": ("Delivery postcode", _of_address("delivery", "postcode")),
    "city": ("Delivery city", _of_address("delivery", "city")),
    "billing_country": ("Billing country", _of_address("billing", "country")),
    "sku": ("SKU of a line", lambda order: [line.sku for line in order.lines]),
    "lines": ("Number of lines", lambda order: [str(len(order.lines))]),
    "quantity": ("Pieces in all", lambda order: [str(sum((line.quantity for line in order.lines), Decimal(0)))]),
}
OPERATORS = {
    "eq": "is",
    "ne": "is not",
    "in": "is one of (commas)",
    "not_in": "is none of (commas)",
    "contains": "contains",
    "not_contains": "does not contain",
    "starts": "begins with",
    "gt": "is more than",
    "ge": "is at least",
    "lt": "is less than",
    "le": "is at most",
    "empty": "is empty",
    "not_empty": "is not empty",
}
NEGATIVE = {"ne": "eq", "not_in": "in", "not_contains": "contains", "empty": "not_empty"}
NUMERIC = ("gt", "ge", "lt", "le")
BARE = ("empty", "not_empty")  # these need no value


def matches(tree: Mapping[str, Any], order: Order) -> bool:
    """Whether an order is like this tree. The tree has passed `problem`."""
    if ALL in tree:
        return all(matches(each, order) for each in tree[ALL])
    if ANY in tree:
        return any(matches(each, order) for each in tree[ANY]) if tree[ANY] else True
    if "field" not in tree:
        return True
    return _leaf(str(tree["field"]), str(tree.get("op")), str(tree.get("value", "")), order)


def _leaf(field: str, operator: str, value: str, order: Order) -> bool:
    if operator in NEGATIVE:
        return not _leaf(field, NEGATIVE[operator], value, order)
    return any(_fits(said, operator, value) for said in values(field, order))


def values(field: str, order: Order) -> list[str]:
    """What an order says of a field; `raw:<name>` reaches what the store says besides."""
    if field.startswith(RAW):
        return [said for name, said in order.raw if name == field.removeprefix(RAW)]
    return FIELDS[field][1](order) if field in FIELDS else []


def _fits(said: str, operator: str, value: str) -> bool:
    this, other = said.strip().casefold(), value.strip().casefold()
    if operator in NUMERIC:
        left, right = _number(said), _number(value)
        if left is None or right is None:
            return False
        return {"gt": left > right, "ge": left >= right, "lt": left < right, "le": left <= right}[operator]
    if operator == "not_empty":
        return bool(this)
    if operator == "contains":
        return other in this
    if operator == "starts":
        return this.startswith(other)
    if operator == "in":
        return any(_same(this, part.strip()) for part in other.split(",") if part.strip())
    return operator == "eq" and _same(this, other)


def _same(this: str, other: str) -> bool:
    """Equal texts, or numbers that are equal: 10 is 10.00."""
    if this == other:
        return True
    left, right = _number(this), _number(other)
    return left is not None and left == right


def _number(text: str) -> Decimal | None:
    try:
        found = Decimal(text.strip()[:60])
    except InvalidOperation:
        return None
    return found if found.is_finite() else None


def problem(tree: Any) -> str:
    """The sentence that says why a tree cannot be saved, "" when it can."""
    count = 0
    waiting: list[tuple[Any, int]] = [(tree, 0)]
    while waiting:
        node, depth = waiting.pop()
        count += 1
        if depth > DEEPEST or count > MOST:
            return f"Conditions have at most {DEEPEST} levels and {MOST} parts."
        if not isinstance(node, Mapping):
            return "A condition is a field, an operator and a value."
        inside = [node[join] for join in (ALL, ANY) if join in node]
        if len(inside) > 1 or any(isinstance(each, str) or not isinstance(each, Sequence) for each in inside):
            return "A group of conditions is either all or any of a list."
        if inside:
            waiting += [(each, depth + 1) for each in inside[0]]
        elif node and (sentence := _leaf_problem(node)):
            return sentence
    return ""


def _leaf_problem(leaf: Mapping[str, Any]) -> str:
    field, operator, value = leaf.get("field"), leaf.get("op"), leaf.get("value", "")
    if not isinstance(field, str) or (field not in FIELDS and not field.removeprefix(RAW).strip()):
        return "Choose what the condition looks at."
    if field not in FIELDS and not field.startswith(RAW):
        return f"There is no {field[:40]!r} to look at."
    if not isinstance(operator, str) or operator not in OPERATORS:
        return "Choose how to compare."
    if not isinstance(value, str) or len(value) > LONGEST or "\x00" in value:
        return f"A value has at most {LONGEST} characters."
    if operator in NUMERIC and _number(value) is None:
        return f"{value[:40]!r} is no number to compare with."
    return "" if operator in BARE or value.strip() else "Write what to compare with."


def told(tree: Mapping[str, Any], top: bool = True) -> str:
    """A tree in words: "Delivery country is DE and (Total is more than 100 or SKU of a line begins with B)"."""
    for join, word in ((ALL, " and "), (ANY, " or ")):
        if join in tree:
            parts = [text for each in tree[join] if (text := told(each, False))]
            text = word.join(parts)
            return text if top or len(parts) < 2 else f"({text})"
    if "field" not in tree:
        return ""
    field = str(tree["field"])
    label = FIELDS[field][0] if field in FIELDS else field.removeprefix(RAW)
    operator = OPERATORS.get(str(tree.get("op")), "?").replace(" (commas)", "")
    return f"{label} {operator} {tree.get('value', '')}".strip()
