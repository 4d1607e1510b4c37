"""What an order is refused for, field by field, with the ERP's texts. Source: facts/ACUMATICA.md, 2.8 and 3.6."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from connector.sandbox.acumatica import checks
from connector.sandbox.acumatica.tree import Errors, Node
from connector.sandbox.catalogue import SELLABLE

CURRENCIES = ("USD", "EUR", "GBP", "CAD", "JPY", "KWD")
LISTS = (
    ("Branch", "branch", "Branch"),
    ("PreferredWarehouseID", "warehouse", "Warehouse"),
    ("CashAccount", "cashaccount", "Cash Account"),
)
SHIPPING = (
    ("ShippingTerms", "shippingterm", "Shipping Terms"),
    ("ShippingZone", "shippingzones", "Shipping Zone"),
    ("PreferredWarehouseID", "warehouse", "Warehouse"),
)
FINANCIAL = (("Terms", "terms", "Terms"), ("Branch", "branch", "Branch"), ("CustomerTaxZone", "taxzone", "Tax Zone"))
FIXED = ("Shipping", "Completed", "Invoiced", "Canceled")


def head(erp: Any, node: Node, errors: Errors) -> Mapping[str, Any] | None:
    """Check the order's own fields. Returns the customer, if there is one."""
    kind = erp.store.get("soordertype", str(node.get("OrderType") or "").upper())
    if kind is None:
        errors.append((("OrderType",), f"Order Type '{node.get('OrderType')}' cannot be found in the system."))
    elif not kind["Active"]:
        errors.append((("OrderType",), "The order type is not active."))
    checks.known(erp, node, LISTS, errors)
    checks.active_carrier(erp, node, errors)
    checks.known(erp, node.get("ShippingSettings") or {}, SHIPPING, errors, ("ShippingSettings",))
    checks.known(erp, node.get("FinancialSettings") or {}, FINANCIAL, errors, ("FinancialSettings",))
    method(erp, node, errors)
    for at, row in enumerate(node.get("TaxDetails") or ()):
        checks.known(erp, row, [("TaxID", "tax", "Tax ID")], errors, ("TaxDetails", at))
    return customer(erp, node, errors)


def customer(erp: Any, node: Node, errors: Errors) -> Mapping[str, Any] | None:
    name = str(node.get("CustomerID") or "").strip().upper()
    found: Mapping[str, Any] | None = erp.store.get("customer", name)
    if not name:
        errors.append((("CustomerID",), "'Customer' cannot be empty."))
    elif found is None:
        errors.append((("CustomerID",), f"Customer '{node['CustomerID']}' cannot be found in the system."))
    elif found["fields"].get("Status") in ("Inactive", "Prospect"):
        errors.append((("CustomerID",), f"The customer status is '{found['fields']['Status']}'."))
    else:
        currency(found, node, errors)
        place = str(node.get("LocationID") or "MAIN").strip().upper()
        if erp.store.get("customerlocation", f"{name}/{place}") is None:
            errors.append((("LocationID",), f"Location '{place}' cannot be found in the system."))
    return found


def currency(of: Mapping[str, Any], node: Node, errors: Errors) -> None:
    code = node.get("CurrencyID") or "USD"
    if code not in CURRENCIES:
        errors.append((("CurrencyID",), f"Currency '{code}' cannot be found in the system."))
    elif code != (of["fields"].get("CurrencyID") or "USD") and not of["fields"].get("EnableCurrencyOverride"):
        errors.append((("CurrencyID",), "The currency cannot be overridden for this customer."))


def method(erp: Any, node: Node, errors: Errors, at: tuple[str | int, ...] = ()) -> None:
    """A method of payment must be there and active; its cash account must be one that it allows."""
    name = str(node.get("PaymentMethod") or "").strip().upper()
    found = erp.store.get("paymentmethod", name) if name else None
    if name and found is None:
        errors.append(
            ((*at, "PaymentMethod"), f"Payment Method '{node['PaymentMethod']}' cannot be found in the system.")
        )
    elif found and not found["fields"]["Active"]:
        errors.append(((*at, "PaymentMethod"), f"The payment method '{name}' is not active."))
    elif found and node.get("CashAccount"):
        allowed = {row["CashAccount"] for row in found["details"]["AllowedCashAccounts"]}
        if str(node["CashAccount"]).strip().upper() not in allowed:
            text = f"Cash Account '{node['CashAccount']}' is not allowed for the payment method '{name}'."
            errors.append(((*at, "CashAccount"), text))


def line(erp: Any, row: Node, at: int, errors: Errors) -> Mapping[str, Any] | None:
    """Check one line. Returns its item, if there is one."""
    where = ("Details", at)
    name = str(row.get("InventoryID") or "").strip()
    found: Mapping[str, Any] | None = erp.item(name) if name else None
    if not name:
        errors.append(((*where, "InventoryID"), "'Inventory ID' cannot be empty."))
    elif found is None:
        errors.append(((*where, "InventoryID"), f"Inventory ID '{name}' cannot be found in the system."))
    elif found["fields"].get("ItemStatus") not in SELLABLE:
        errors.append(((*where, "InventoryID"), f"The inventory item is {found['fields'].get('ItemStatus')}."))
    else:
        unit(found, row, where, errors)
    checks.known(
        erp,
        row,
        [
            ("WarehouseID", "warehouse", "Warehouse"),
            ("TaxCategory", "taxcategory", "Tax Category"),
            ("Account", "account", "Account"),
            ("Branch", "branch", "Branch"),
            ("DiscountCode", "discountcode", "Discount Code"),
        ],
        errors,
        where,
    )
    return found


def unit(item: Mapping[str, Any], row: Node, where: tuple[str | int, ...], errors: Errors) -> None:
    of = item["fields"]
    known = {of.get(name) for name in ("BaseUOM", "SalesUOM", "BaseUnit", "SalesUnit")}
    known |= {one.get("FromUOM") for one in item["details"].get("UOMConversions", ())}
    if row.get("UOM") and row["UOM"] not in known:
        errors.append(((*where, "UOM"), f"UOM '{row['UOM']}' cannot be found in the system."))


def unchanged(old: Mapping[str, Any], node: Node, errors: Errors) -> None:
    """Once it is being shipped, the lines, the customer and the freight of an order stay as they are."""
    if old["fields"].get("Status") not in FIXED:
        return
    lines = [strip(row) for row in old["details"].get("Details", ())] != [
        strip(row) for row in node.get("Details") or ()
    ]
    freight = (old["linked"].get("Totals") or {}).get("Freight") != (node.get("Totals") or {}).get("Freight")
    if lines or freight or old["fields"]["CustomerID"] != node.get("CustomerID"):
        errors.append(((), f"The sales order cannot be changed because its status is {old['fields']['Status']}."))


def strip(row: Mapping[str, Any]) -> tuple[Any, ...]:
    return tuple(row.get(name) for name in ("InventoryID", "OrderQty", "UnitPrice", "DiscountAmount", "WarehouseID"))
