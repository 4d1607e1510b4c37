"""Orders of a shop for tests: rows as the REST API writes them, with the sums worked out."""

from __future__ import annotations

from typing import Any

HOME = {
    "firstname": "Ann", "lastname": "Lee", "street": ["9 Elm", "Apt 4"], "city": "Austin", "region": "Texas",
    "region_code": "TX", "region_id": 57, "postcode": "78701", "country_id": "US", "telephone": "5125550111",
    "email": "ann@example.com",
}  # fmt: skip


def item(number: int, sku: str, qty: float = 1, price: float = 0, **more: Any) -> dict[str, Any]:
    """One row of an order; amounts in the base currency beside those of the order's."""
    row: dict[str, Any] = {
        "item_id": number, "sku": sku, "name": sku.title(), "product_type": "simple", "qty_ordered": qty,
        "price": price, "base_price": price, "original_price": price, "discount_amount": 0, "base_discount_amount": 0,
        "tax_amount": 0, "base_tax_amount": 0, "qty_shipped": 0, "qty_invoiced": 0, "qty_canceled": 0,
        "qty_refunded": 0, "is_virtual": 0, "row_total": qty * price,
    }  # fmt: skip
    for name in ("discount_amount", "tax_amount", "discount_tax_compensation_amount", "original_price"):
        if name in more:
            more.setdefault(f"base_{name}", more[name])
    return {**row, **more}


def order(items: list[dict[str, Any]], **more: Any) -> dict[str, Any]:
    """One order. What is not given in `more` is 0; the base amounts are the order's own."""
    extension = more.pop("extension", {})
    shipped = more.pop("shipping", True)
    amounts = {
        "subtotal": 0, "shipping_amount": 0, "shipping_discount_amount": 0, "shipping_tax_amount": 0, "tax_amount": 0,
        "discount_amount": 0, "grand_total": 0,
    }  # fmt: skip
    amounts |= {name: more.pop(name) for name in list(more) if name.endswith("_amount") or name in amounts}
    assignment = {"shipping": {"address": {**HOME, "address_type": "shipping"}, "method": "flatrate_flatrate"}}
    return {
        "entity_id": 7, "increment_id": "000000007", "state": "new", "status": "pending", "store_id": 1,
        "created_at": "2026-11-21 08:32:30", "updated_at": "2026-11-21 08:32:33", "base_currency_code": "USD",
        "order_currency_code": "USD", "customer_email": "ann@example.com", "customer_firstname": "Ann",
        "customer_lastname": "Lee", "customer_id": 1, "customer_group_id": 2, "customer_is_guest": 0,
        "billing_address": {**HOME, "address_type": "billing"}, "payment": {"method": "checkmo"}, "items": items,
        "status_histories": [], "protect_code": "hush",
        "extension_attributes": {"shipping_assignments": [assignment] if shipped else [], **extension},
        **amounts, **{f"base_{name}": value for name, value in amounts.items()}, **more,
    }  # fmt: skip
