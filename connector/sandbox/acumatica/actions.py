"""Actions of records: POST .../SalesOrder/SalesOrderCreateShipment and its kin, and asking how far they are.

An action is done at once; what the caller sees of it (202 and a Location to poll, or 204) follows the switch
`action_polls`. Source: facts/ACUMATICA.md, section 2.6.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from typing import Any

from flask import Response, request

from connector.sandbox.acumatica import fulfilment, invoices, orders, payments
from connector.sandbox.acumatica.answers import Problem, not_found, unknown_route
from connector.sandbox.acumatica.entities import Doc
from connector.sandbox.acumatica.values import plain
from connector.sandbox.acumatica.writing import Writing
from connector.sandbox.store import Unit

Run = Callable[[Any, Unit, Doc, Mapping[str, Any]], Any]
RUNNING: dict[str, list[Any]] = {}  # action id: polls that are left, the answer when it ends


def cancel(erp: Any, unit: Unit, doc: Doc, asked: Mapping[str, Any]) -> Any:
    if orders.shipments_of(erp, doc):
        raise Problem(fulfilment.refusal("The sales order cannot be canceled because it has shipments."))
    return orders.change(erp, unit, doc, {"Status": "Canceled"}, effect="cancel")


def reopen(erp: Any, unit: Unit, doc: Doc, asked: Mapping[str, Any]) -> Any:
    if doc["fields"]["Status"] not in ("Canceled", "Completed", "Back Order"):
        raise Problem(fulfilment.refusal(f"The order is {doc['fields']['Status']} and cannot be reopened."))
    return orders.change(erp, unit, doc, {"Status": "Open", "Hold": False})


def release_hold(erp: Any, unit: Unit, doc: Doc, asked: Mapping[str, Any]) -> Any:
    return orders.change(erp, unit, doc, {"Status": "Open", "Hold": False, "CreditHold": False})


def ship(erp: Any, unit: Unit, doc: Doc, asked: Mapping[str, Any]) -> Any:
    return fulfilment.create(erp, unit, doc, warehouse=str(plain(asked.get("WarehouseID")) or ""),
                             date=plain(asked.get("ShipmentDate")))  # fmt: skip


def nothing(erp: Any, unit: Unit, doc: Doc, asked: Mapping[str, Any]) -> Any:
    """An action that changes nothing here."""


ACTIONS: dict[str, dict[str, Run]] = {
    "salesorder": {
        "CancelSalesOrder": cancel, "ReopenSalesOrder": reopen, "OpenSalesOrder": release_hold,
        "ReleaseFromCreditHoldSalesOrder": release_hold, "SalesOrderCreateShipment": ship,
        "SalesOrderCreateReceipt": ship, "AutoRecalculateDiscounts": nothing, "RecalculatePricesDiscounts": nothing,
        "PrepareSalesInvoice": lambda erp, unit, doc, asked: invoices.of_order(erp, unit, doc),
    },
    "shipment": {
        "ConfirmShipment": lambda erp, unit, doc, asked: fulfilment.confirm(erp, unit, doc),
        "CorrectShipment": lambda erp, unit, doc, asked: fulfilment.correct(erp, unit, doc),
        "PrepareInvoice": lambda erp, unit, doc, asked: invoices.of_shipment(erp, unit, doc),
        "UpdateIN": nothing,
    },
    "salesinvoice": {"ReleaseSalesInvoice": lambda erp, unit, doc, asked: invoices.release(erp, unit, doc)},
    "invoice": {"ReleaseInvoice": lambda erp, unit, doc, asked: invoices.release(erp, unit, doc)},
    "payment": {
        "ReleasePayment": lambda erp, unit, doc, asked: payments.release(erp, unit, doc),
        "VoidPayment": lambda erp, unit, doc, asked: payments.void(erp, unit, doc),
        "VoidCardPayment": lambda erp, unit, doc, asked: payments.void(erp, unit, doc),
        "CaptureCreditCardPayment": lambda erp, unit, doc, asked: payments.release(erp, unit, doc),
        "CardOperation": nothing,
    },
    "customer": {"CreateContactFromCustomer": nothing},
}  # fmt: skip


def run(system: Any, records: Writing, name: str, body: Mapping[str, Any]) -> Response:
    """Run an action on the record that `entity` means. Raises Problem: 404 for an unknown action, 500 for a record."""
    known = {one.lower(): (one, act) for one, act in ACTIONS.get(records.entity.name.lower(), {}).items()}
    if name.lower() not in known:
        return unknown_route(request.path)
    title, act = known[name.lower()]
    target(records, body.get("entity") or {})
    polls = int(system.erp.switch("action_polls"))
    try:
        with system.store.unit("POST", request.path) as unit:
            doc = target(records, body.get("entity") or {})  # as it is now that nobody else writes
            made = act(system.erp, unit, doc, body.get("parameters") or {})
        end = fulfilment.refusal(made) if isinstance(made, str) else Response(status=204)
    except Problem as problem:
        end = problem.response
    if not polls:
        return end
    ident = str(uuid.uuid4())
    RUNNING[ident] = [polls, end]
    place = f"{records.base}/{records.entity.name}/{title}/status/{ident}"
    return Response(status=202, headers={"Location": place})


def target(records: Writing, entity: Mapping[str, Any]) -> Doc:
    keys = [str(plain(entity.get(key)) or "") for key in records.entity.keys]
    doc = records.by_id(str(entity["id"])) if entity.get("id") else records.by_keys(keys) if all(keys) else None
    if doc is None:
        raise not_found()
    return doc


def status(system: Any, ident: str) -> Response:
    """202 while it runs, then its answer once; 404 for an action that is not there."""
    found = RUNNING.get(ident.lower())
    if found is None:
        return unknown_route(request.path)
    found[0] -= 1
    if found[0] >= 0:
        return Response(status=202, headers={"Location": request.path})
    end: Response = RUNNING.pop(ident.lower())[1]
    return end
