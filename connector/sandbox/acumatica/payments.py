"""Payments: made with an order or on their own, applied to orders, released, voided, given back.

The order's unpaid balance follows. Amounts are in the order's currency. Source: facts/ACUMATICA.md, 3.6 and 3.7.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from connector.sandbox.acumatica import booking, checks, order_checks, tree
from connector.sandbox.acumatica.answers import Problem, exception
from connector.sandbox.acumatica.documents import Documents
from connector.sandbox.acumatica.entities import Doc
from connector.sandbox.acumatica.keeping import find, keep, node_of, remove
from connector.sandbox.acumatica.money import cents, exact, places
from connector.sandbox.acumatica.tree import Errors, Node
from connector.sandbox.store import Unit

TYPES = ("Payment", "Prepayment", "Refund", "Voided Payment", "Credit Memo")
TAKEN = [
    "PaymentMethod",
    "CashAccount",
    "PaymentRef",
    "PaymentAmount",
    "ExternalRef",
    "Description",
    "ProcessingCenterID",
    "Hold",
]


class Payments(Documents):
    """Payment (AR302000)."""

    def defaults(self, body: Mapping[str, Any]) -> Node:
        return {
            "Type": "Payment",
            "Hold": False,
            "CustomerLocationID": "MAIN",
            "ApplicationDate": today(),
            "Branch": "MAIN",
            "BranchID": "MAIN",
            "CurrencyID": "USD",
            "OrdersToApply": [],
            "DocumentsToApply": [],
        }

    def settle(self, unit: Unit, old: Doc | None, node: Node, body: Mapping[str, Any], errors: Errors) -> None:
        checks.one_of(node, "Type", TYPES, errors)
        checks.required(node, [("CustomerID", "Customer"), ("PaymentMethod", "Payment Method")], errors)
        checks.known(self.erp, node, [("CustomerID", "customer", "Customer")], errors)
        order_checks.method(self.erp, node, errors)
        if old and old["fields"].get("Status") in ("Closed", "Voided"):
            errors.append(((), f"The payment cannot be changed because its status is {old['fields']['Status']}."))
        self._applications(unit, node, errors)
        if errors:
            return
        account(self.erp, node)
        node["CustomerID"] = str(node["CustomerID"]).strip().upper()
        if old is None:
            node["ReferenceNbr"] = number(unit)
        worked_out(self.erp, node)

    def _applications(self, unit: Unit, node: Node, errors: Errors) -> None:
        applied = Decimal(0)
        for at, row in enumerate(node.get("OrdersToApply") or ()):
            order = find(self.erp, "SalesOrder", row.get("OrderType") or "SO", row.get("OrderNbr"), unit=unit)
            where = ("OrdersToApply", at)
            if order is None:
                errors.append(
                    ((*where, "OrderNbr"), f"Order Nbr. '{row.get('OrderNbr')}' cannot be found in the system.")
                )
                continue
            row["OrderType"], row["OrderNbr"] = order["fields"]["OrderType"], order["fields"]["OrderNbr"]
            own = applied_to(self.erp, order["fields"], without=key(node) if node.get("ReferenceNbr") else "")
            room = exact(order["fields"].get("OrderTotal")) - own
            if row.get("AppliedToOrder") is None:
                row["AppliedToOrder"] = cents(min(room, exact(node.get("PaymentAmount")) - applied))
            applied += exact(row["AppliedToOrder"])
            if exact(row["AppliedToOrder"]) > room:
                errors.append(((*where, "AppliedToOrder"), "The amount exceeds the unpaid balance of the order."))
        if applied > exact(node.get("PaymentAmount")):
            errors.append((("PaymentAmount",), "The payment amount is less than the amounts applied."))

    def keep(self, unit: Unit, old: Doc | None, node: Node, body: Mapping[str, Any]) -> Doc:
        doc = super().keep(unit, old, node, body)
        for row in {(row["OrderType"], row["OrderNbr"]): row for row in (*orders(old), *orders(doc))}.values():
            touched(self.erp, unit, row)
        return doc

    def show(self, doc: Doc, args: Mapping[str, str], number: int = 1) -> dict[str, Any]:
        asked = {name.lower() for name in tree.paths(args.get("$expand", ""))}
        if "applicationhistory" in asked and args.get("sandbox.list"):
            text = (
                "Optimization cannot be performed.The following fields cause the error:\r\n"
                "ApplicationHistory.AdjustedRefNbr: View ARPost has BQL delegate"
            )
            raise Problem(exception(text, "PX.Api.ContractBased.OptimizedExport.CannotOptimizeException"))
        return super().show(doc, args, number)

    def delete(self, doc: Doc, unit: Unit) -> None:
        if doc["fields"]["Status"] not in ("On Hold", "Balanced", "Pending Processing"):
            raise Problem(exception("A released payment cannot be deleted."))
        remove(self.erp, unit, doc)
        for row in orders(doc):
            touched(self.erp, unit, row)


def today() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT00:00:00+00:00")


def number(unit: Unit) -> str:
    return f"{unit.count('ARPAYMENT'):06d}"


def key(node: Mapping[str, Any]) -> str:
    return f"{node['Type']}/{node['ReferenceNbr']}".upper()


def orders(doc: Doc | None) -> list[Node]:
    return list(doc["details"].get("OrdersToApply", ())) if doc else []


def account(erp: Any, node: Node) -> None:
    """Without a cash account the method's default one is taken."""
    method = erp.store.get("paymentmethod", str(node["PaymentMethod"]).strip().upper())
    node["PaymentMethod"] = method["fields"]["PaymentMethodID"]
    rows = method["details"]["AllowedCashAccounts"]
    if not node.get("CashAccount"):
        node["CashAccount"] = next((row["CashAccount"] for row in rows if row["ARDefault"]), None)
    node["IsCCPayment"] = method["fields"]["MeansOfPayment"] == "Credit Card"


def worked_out(erp: Any, node: Node) -> None:
    """Applied amounts, the balance left and the status."""
    to_orders = sum((exact(row.get("AppliedToOrder")) for row in node.get("OrdersToApply") or ()), Decimal(0))
    to_documents = sum((exact(row.get("AmountPaid")) for row in node.get("DocumentsToApply") or ()), Decimal(0))
    decimals = places(node)
    node["AppliedToOrders"], node["AppliedToDocuments"] = cents(to_orders, decimals), cents(to_documents, decimals)
    left = exact(node.get("PaymentAmount")) - to_orders - to_documents
    node["AvailableBalance"] = cents(left, decimals)
    if node.get("Status") in (None, "", "On Hold", "Balanced"):
        node["Status"] = "On Hold" if node.get("Hold") else "Balanced"


def rows_checked(erp: Any, node: Node, errors: Errors) -> None:
    """The payments that come with an order: method, account and amounts."""
    room = exact(node.get("OrderTotal")) - applied_to(erp, node)
    for at, row in enumerate(node.get("Payments") or ()):
        where = ("Payments", at)
        if row.get("ReferenceNbr"):
            continue
        row["DocType"] = row.get("DocType") or ("Refund" if row.get("Refund") else "Payment")
        checks.required(row, [("PaymentMethod", "Payment Method")], errors, where)
        order_checks.method(erp, row, errors, where)
        if row.get("AppliedToOrder") is None:
            row["AppliedToOrder"] = cents(max(Decimal(0), min(room, exact(row.get("PaymentAmount")))), places(node))
        if row.get("PaymentAmount") is None:
            row["PaymentAmount"] = row["AppliedToOrder"]
        if exact(row["AppliedToOrder"]) > exact(row["PaymentAmount"]):
            errors.append(((*where, "AppliedToOrder"), "The amount applied exceeds the payment amount."))
        room -= exact(row["AppliedToOrder"])
        if room < 0:
            errors.append(((*where, "AppliedToOrder"), "The amount exceeds the unpaid balance of the order."))


def from_order(erp: Any, unit: Unit, order: Doc, row: Node) -> None:
    """Make the payment that a row of the order describes (a row with a number is an application of an old one)."""
    of = order["fields"]
    link = {
        "id": str(uuid.uuid4()),
        "OrderType": of["OrderType"],
        "OrderNbr": of["OrderNbr"],
        "AppliedToOrder": row.get("AppliedToOrder") or 0.0,
    }
    if row.get("ReferenceNbr"):
        found = find(erp, "Payment", row.get("DocType") or "Payment", row["ReferenceNbr"], unit=unit)
        if found is None:
            raise Problem(
                exception(f"Reference Nbr. '{row['ReferenceNbr']}' cannot be found in the system.", status=422)
            )
        others = [
            one for one in orders(found) if (one["OrderType"], one["OrderNbr"]) != (of["OrderType"], of["OrderNbr"])
        ]
        node = {**node_of(found), "OrdersToApply": [*others, link]}
    else:
        node = {name: row[name] for name in TAKEN if row.get(name) is not None}
        card = [dict(one) for one in row.get("CreditCardTransactionInfo") or ()]
        node |= {
            "Type": row["DocType"],
            "ReferenceNbr": number(unit),
            "CustomerID": of["CustomerID"],
            "CustomerLocationID": of.get("LocationID"),
            "CurrencyID": of.get("CurrencyID"),
            "ApplicationDate": row.get("ApplicationDate") or today(),
            "Branch": of.get("Branch"),
            "BranchID": of.get("Branch"),
            "OrdersToApply": [link],
            "CreditCardTransactionInfo": card,
        }
        account(erp, node)
        if node["IsCCPayment"] and not card and (row.get("Authorize") or row.get("Capture")):
            node["Status"] = "Pending Processing"
    worked_out(erp, node)
    keep(erp, unit, "Payment", node)
    if row.get("ReferenceNbr"):
        touched(erp, unit, link)


def applied_to(erp: Any, order: Mapping[str, Any], without: str = "") -> Decimal:
    """What payments that are not voided have been applied to an order."""
    return share(erp, list(erp.store.kind("payment").values()), order, without)


def share(erp: Any, docs: list[Doc], order: Mapping[str, Any], without: str = "") -> Decimal:
    """What these payments pay of an order."""
    same, total = (order.get("OrderType"), order.get("OrderNbr")), Decimal(0)
    for one in docs:
        for row in one["details"].get("OrdersToApply", ()):
            mine = (row["OrderType"], row["OrderNbr"]) == same
            if mine and counts(erp, one, order) and key(one["fields"]) != without:
                total += exact(row["AppliedToOrder"])
    return total


def counts(erp: Any, payment: Doc, order: Mapping[str, Any]) -> bool:
    """Whether a payment pays for an order: refunds do for returns, everything else for sales; nothing that is void."""
    back = booking.behavior(erp, {"fields": order}) in ("CM", "RM")
    return payment["fields"]["Status"] != "Voided" and (payment["fields"]["Type"] == "Refund") == back


def balance(erp: Any, unit: Unit, node: Node, rows: list[Node]) -> None:
    """The order's unpaid and unbilled amounts, payments that are about to be made included."""
    paid = applied_to(erp, node) + sum(
        (exact(row.get("AppliedToOrder")) for row in rows if not row.get("ReferenceNbr")), Decimal(0)
    )
    done = node.get("Status") in ("Canceled",)
    total = exact(node.get("OrderTotal"))
    billed = node.get("Status") in ("Invoiced", "Completed", "Canceled")
    node["Totals"] = {
        **(node.get("Totals") or {}),
        "UnpaidBalance": 0.0 if done else cents(total - paid, places(node)),
        "UnbilledAmount": 0.0 if billed else cents(total, places(node)),
    }


def touched(erp: Any, unit: Unit, row: Mapping[str, Any]) -> None:
    """An application changed: the order's unpaid balance is worked out anew."""
    order = find(erp, "SalesOrder", row["OrderType"], row["OrderNbr"], unit=unit)
    if order is None:
        return
    changed = [doc for (kind, _), doc in unit.changed.items() if kind == "payment" and doc]
    gone = {name for (kind, name), doc in unit.changed.items() if kind == "payment"}
    stored = [doc for name, doc in erp.store.kind("payment").items() if name not in gone]
    paid = share(erp, [*changed, *stored], row)
    node = node_of(order)
    node["Totals"] = {**node["Totals"], "UnpaidBalance": cents(exact(node.get("OrderTotal")) - paid, places(node))}
    keep(erp, unit, "SalesOrder", node)


def rows_of(erp: Any, order: Mapping[str, Any]) -> list[Node]:
    """The payments of an order as its rows."""
    found = []
    for one in list(erp.store.kind("payment").values()):
        for row in orders(one):
            if (row["OrderType"], row["OrderNbr"]) != (order["OrderType"], order["OrderNbr"]):
                continue
            of = one["fields"]
            shown = {name: of.get(name) for name in (*TAKEN, "ApplicationDate", "ReferenceNbr", "Status")}
            found.append(
                {
                    **shown,
                    "id": row["id"],
                    "DocType": of["Type"],
                    "AppliedToOrder": row["AppliedToOrder"],
                    "Currency": of.get("CurrencyID"),
                    "Balance": of.get("AvailableBalance"),
                    "NoteID": one["id"],
                    "CreditCardTransactionInfo": one["details"].get("CreditCardTransactionInfo", []),
                }
            )
    return found


def release(erp: Any, unit: Unit, doc: Doc) -> Doc:
    """Balanced becomes Open, or Closed when nothing is left. Raises Problem for any other status."""
    if doc["fields"]["Status"] not in ("Balanced", "Pending Processing"):
        raise Problem(exception(f"The payment cannot be released because its status is {doc['fields']['Status']}."))
    node = node_of(doc)
    node["Status"] = "Closed" if not node.get("AvailableBalance") and not node.get("AppliedToOrders") else "Open"
    return keep(erp, unit, "Payment", node, effect="release")


def void(erp: Any, unit: Unit, doc: Doc) -> Doc:
    """A voided payment pays nothing any more."""
    if doc["fields"]["Status"] == "Voided":
        raise Problem(exception("The payment is voided already."))
    new = keep(erp, unit, "Payment", {**node_of(doc), "Status": "Voided", "AvailableBalance": 0.0}, effect="void")
    for row in orders(doc):
        touched(erp, unit, row)
    return new
