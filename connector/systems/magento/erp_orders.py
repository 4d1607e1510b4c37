"""Orders that were entered in the ERP, shown in the store's account of the buyer (ORD-04).

facts/MAGENTO.md, carts and orders: PUT /orders/create stores a raw order without a look at stock, totals or addresses
and without a reservation, which a later shipment would still lift: that is noted with each. The ERP's key is kept in
ext_order_id with the connector's name before it, by which it is found again and not taken for an order of the shop.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from connector.errors import Fail, Wait
from connector.records import PRODUCT, Address, Line, Order
from connector.systems.base import View, Written
from connector.systems.magento import numbers
from connector.systems.magento.addresses import NO_PHONE, region_of
from connector.systems.magento.client import not_magento, reading
from connector.systems.magento.find import by_key
from connector.systems.magento.shares import ZERO
from connector.systems.magento.shop import Shop

MARK = " | "
RATES = ("base_to_global_rate", "base_to_order_rate", "store_to_base_rate", "store_to_order_rate")
NOTE = "the store has not reserved the quantities of this order: a shipment will lift its salable quantity by them"


def mark(shop: Shop, key: str) -> str:
    """What the store's order is marked by."""
    return f"{shop.section('connector').get('id') or 'ERP'}{MARK}{key}"


def find(shop: Shop, records: Sequence[Order]) -> dict[str, dict[str, Any]]:
    """Orders that we have put into the store, by the ERP's key."""
    marks = {mark(shop, record.key): record.key for record in records}
    fields = "entity_id,increment_id,ext_order_id"
    rows = shop.client.search_in("/orders", "ext_order_id", sorted(marks), fields=fields, action="order_sync")
    with reading("/orders"):
        return {marks[str(row["ext_order_id"])]: row for row in rows if str(row.get("ext_order_id")) in marks}


def write(shop: Shop, record: Order) -> Written:
    """Put one order into the store. Raises Wait for a product that it has not got, Fail for what cannot be told."""
    view = _view(shop, record)
    if view.currency and record.currency and record.currency != view.currency:
        raise Fail(
            f"The order is in {record.currency}, the store view {view.code} keeps its books in {view.currency}.",
            code="magento.order_currency",
            help="Map the order's branch to a store view of its currency.",
        )
    rows = _products(shop, record.lines)
    who = _buyer(shop, record, view)
    entity = {**_money(record, record.currency or view.currency), **who, "store_id": int(view.id)}
    entity |= {"state": "new", "status": "pending", "ext_order_id": mark(shop, record.key)}
    entity["items"] = [_item(line, rows[line.sku.casefold()]) for line in record.lines]
    billing = record.billing or record.delivery
    if billing is not None:
        entity["billing_address"] = _address(shop, billing, record, who["customer_email"], "billing")
    entity["is_virtual"] = 0 if record.delivery else 1
    if record.delivery is not None:
        shipping = {
            "address": _address(shop, record.delivery, record, who["customer_email"], "shipping"),
            "method": record.shipping_method or "flatrate_flatrate",
            "total": {"shipping_amount": _plain(_shipping(record)), "base_shipping_amount": _plain(_shipping(record))},
        }
        entity["extension_attributes"] = {"shipping_assignments": [{"shipping": shipping, "items": []}]}
    data = shop.client.call("PUT", "/orders/create", body={"entity": entity}).data
    if not isinstance(data, Mapping) or "entity_id" not in data:
        raise not_magento("/orders/create")
    told = {"number": data.get("increment_id"), "ext_order_id": entity["ext_order_id"], "notes": [NOTE]}
    return Written(record.key, str(data["entity_id"]), created=True, fields=told)


def _view(shop: Shop, record: Order) -> View:
    views = shop.directory.views()
    found = shop.directory.view(record.store) if record.store else None
    if found is None and record.website:
        found = shop.directory.view_of_website(record.website)
    if found is None and views:
        found = views[0]
    if found is None:
        raise Fail("The store has no store view to put the order into.", code="magento.no_view")
    return found


def _products(shop: Shop, lines: Sequence[Line]) -> dict[str, Mapping[str, Any]]:
    if not lines:
        raise Fail("The order has no lines.", code="magento.no_lines")
    skus = list(dict.fromkeys(line.sku for line in lines))
    found = {
        key.casefold(): row
        for key, row in by_key(skus, shop.client.search_in("/products", "sku", skus, fields="id,sku,name,type_id"))
    }
    for sku in skus:
        if sku.casefold() not in found:
            raise Wait(f"The store has no product {sku} yet.", for_=(PRODUCT, sku))
    return found


def _buyer(shop: Shop, record: Order, view: View) -> dict[str, Any]:
    """The store's customer of this e-mail in the view's website, else a guest."""
    places = [one for one in (record.billing, record.delivery) if one is not None]
    email = record.customer_email or next((one.email for one in places if one.email), "")
    if not email:
        raise Fail(
            "The order names no e-mail address, by which the store would know its buyer.",
            code="magento.no_email",
            help="Fill in the e-mail of the customer or of the order's contact in the ERP.",
        )
    rows = shop.client.search("/customers/search", [("email", email, "eq")])
    with reading("/customers/search"):
        mine = [row for row in rows if shop.directory.website(row.get("website_id")) == view.website]
        if mine:
            row = mine[0]
            return {
                "customer_email": email, "customer_id": int(row["id"]), "customer_is_guest": 0,
                "customer_group_id": int(row.get("group_id") or 0),
                "customer_firstname": str(row.get("firstname") or ""),
                "customer_lastname": str(row.get("lastname") or ""),
            }  # fmt: skip
    first, last = (places[0].first_name, places[0].last_name) if places else ("", "")
    return {"customer_email": email, "customer_is_guest": 1, "customer_firstname": first, "customer_lastname": last}


def _shipping(record: Order) -> Decimal:
    return record.shipping_amount - record.shipping_discount


def _money(record: Order, currency: str) -> dict[str, Any]:
    subtotal = sum((line.price * line.quantity for line in record.lines), ZERO)
    amounts = {
        "subtotal": subtotal,
        "shipping_amount": _shipping(record),
        "tax_amount": record.tax,
        "discount_amount": -sum((line.discount for line in record.lines), ZERO),
        "grand_total": record.total,
        "total_due": record.total,
    }
    found: dict[str, Any] = {name: _plain(value) for name, value in amounts.items()}
    found |= {f"base_{name}": value for name, value in found.items()}
    found |= {f"{who}_currency_code": currency for who in ("base", "global", "order", "store")}
    found |= dict.fromkeys(
        ("base_to_global_rate", "base_to_order_rate", "store_to_base_rate", "store_to_order_rate"), 1
    )
    method = record.payments[0].method if record.payments else "checkmo"
    return found | {
        "shipping_description": record.shipping_title or record.ship_via or "ERP",
        "total_qty_ordered": _plain(sum((line.quantity for line in record.lines), ZERO)),
        "total_item_count": len(record.lines),
        "payment": {
            "method": method or "checkmo",
            "amount_ordered": found["grand_total"],
            "base_amount_ordered": found["grand_total"],
            "shipping_amount": found["shipping_amount"],
        },
    }


def _item(line: Line, row: Mapping[str, Any]) -> dict[str, Any]:
    price, total = _plain(line.price), _plain(line.price * line.quantity)
    discount, tax = _plain(line.discount), _plain(line.tax)
    with reading("/products"):
        return {
            "sku": str(row["sku"]), "name": line.name or str(row.get("name") or line.sku), "product_id": int(row["id"]),
            "product_type": str(row.get("type_id") or "simple"), "qty_ordered": _plain(line.quantity), "price": price,
            "base_price": price, "original_price": price, "row_total": total, "base_row_total": total,
            "discount_amount": discount, "base_discount_amount": discount, "tax_amount": tax, "base_tax_amount": tax,
        }  # fmt: skip


def _address(shop: Shop, one: Address, record: Order, email: str, kind: str) -> dict[str, Any]:
    first, _, last = record.customer_name.partition(" ")
    body = {
        "firstname": one.first_name or first or one.company or NO_PHONE,
        "lastname": one.last_name or last or NO_PHONE,
        "company": one.company,
        "street": list(one.lines) or [NO_PHONE],
        "city": one.city,
        "postcode": one.postcode,
        "country_id": one.country,
        "telephone": one.phone or NO_PHONE,
        "email": one.email or email,
        "address_type": kind,
    }
    region = region_of(one, shop.directory)
    body |= {"region": region["region"], "region_code": region["region_code"]}
    return body | ({"region_id": region["region_id"]} if region["region_id"] else {})


def _plain(value: Decimal) -> int | float:
    return numbers.plain(value, "amount")
