"""What a person does at the ERP: type orders, ship, confirm, bill, edit customers and categories. No HTTP here.

The control pages and the scripts' routes both come here, so both do the same. Whatever the ERP refuses is a
ValueError with its sentence.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from connector.sandbox.acumatica import (
    actions,
    composites,
    dropping,
    fulfilment,
    invoices,
    orders,
    payments,
    relating,
    rooms,
)
from connector.sandbox.acumatica.answers import Problem
from connector.sandbox.acumatica.documents import Documents
from connector.sandbox.acumatica.entities import Doc
from connector.sandbox.acumatica.erp import Erp
from connector.sandbox.acumatica.keeping import find
from connector.sandbox.acumatica.model import ENTITIES
from connector.sandbox.store import Unit

VERSION = "25.200.001"
Quantities = Mapping[str, Any]  # by line number or by item


class Desk:
    """One person at one desk."""

    def __init__(self, erp: Erp) -> None:
        self.erp = erp

    def put(self, entity: str, body: Mapping[str, Any], path: str = "/_sandbox/desk") -> Doc:
        """Insert or update a record as a PUT would; plain values will do. Raises ValueError."""
        records = rooms.records(self.erp, ENTITIES[entity.lower()], VERSION, "")
        if not isinstance(records, Documents):
            raise ValueError(f"{entity} is not edited here.")
        return self._do(path, lambda unit: records.write(unit, wrapped(body)))

    def drop(self, entity: str, *keys: str) -> None:
        """Delete a record. Raises ValueError."""
        records = rooms.records(self.erp, ENTITIES[entity.lower()], VERSION, "")
        doc = records.by_keys(list(keys))
        if doc is None:
            raise ValueError("There is no such record.")
        self._do("/_sandbox/desk", lambda unit: records.delete(doc, unit))

    def ship(
        self, order: str, quantities: Quantities | None = None, *, warehouse: str = "", anyway: bool = False
    ) -> list[str]:
        """Create shipments of an order ("SO/SO000001"); their numbers. Raises ValueError when nothing can go."""
        doc = self.order(order)
        wanted = by_line(doc, quantities) if quantities else None
        made = self._do(
            f"/_sandbox/ship/{order}",
            lambda unit: fulfilment.create(
                self.erp, unit, self.order(order), warehouse=warehouse, wanted=wanted, anyway=anyway
            ),
        )
        if isinstance(made, str):
            raise ValueError(made)
        return [one["fields"]["ShipmentNbr"] for one in made]

    def confirm(
        self, number: str, packages: Iterable[Mapping[str, Any]] = (), quantities: Quantities | None = None
    ) -> Doc:
        """Confirm a shipment; packages (TrackingNbr, Weight) are added and quantities cut before. Raises ValueError."""
        body: dict[str, Any] = {"ShipmentNbr": number, "Packages": [dict(one) for one in packages]}
        if quantities:
            rows = self.shipment(number)["details"]["Details"]
            cut = [(row, quantities.get(str(row["LineNbr"]), quantities.get(row["InventoryID"]))) for row in rows]
            body["Details"] = [{"id": row["id"], "ShippedQty": value or 0} for row, value in cut]
        if body["Packages"] or quantities:
            self.put("Shipment", body, f"/_sandbox/confirm/{number}")
        path = f"/_sandbox/confirm/{number}"
        done: Doc = self._do(path, lambda unit: fulfilment.confirm(self.erp, unit, self.shipment(number)))
        return done

    def drop_ship(self, order: str, quantities: Quantities | None = None, tracking: str = "") -> str:
        """The vendor has sent the goods: the number of the receipt. Raises ValueError."""
        doc = self.order(order)
        wanted = by_line(doc, quantities) if quantities else None
        made = self._do(
            f"/_sandbox/drop/{order}",
            lambda unit: dropping.received(self.erp, unit, self.order(order), wanted, tracking),
        )
        return str(made["fields"]["ReceiptNbr"])

    def invoice(self, number: str) -> list[str]:
        """Prepare the invoices of a shipment, or of an order that needs none. Raises ValueError."""
        path = f"/_sandbox/invoice/{number}"
        if "/" in number:
            made = [self._do(path, lambda unit: invoices.of_order(self.erp, unit, self.order(number)))]
        else:
            made = self._do(path, lambda unit: invoices.of_shipment(self.erp, unit, self.shipment(number)))
        return [f"{one['fields']['Type']}/{one['fields']['ReferenceNbr']}" for one in made]

    def release(self, name: str) -> Doc:
        """Release an invoice ("Invoice/AR000001") or a payment ("Prepayment/000001"). Raises ValueError."""
        kind, _, number = name.partition("/")

        def work(unit: Unit) -> Doc:
            doc = find(self.erp, "SalesInvoice", kind, number)
            payment = find(self.erp, "Payment", kind, number)
            if payment and not doc:
                return payments.release(self.erp, unit, payment)
            if doc is None:
                raise ValueError(f"There is no {name}.")
            return invoices.release(self.erp, unit, doc)

        released: Doc = self._do(f"/_sandbox/release/{name}", work)
        return released

    def act(self, order: str, name: str) -> None:
        """Run an action of an order: hold, cancel, reopen, open. Raises ValueError."""
        doc = self.order(order)
        runs: dict[str, Callable[[Unit], Any]] = {
            "hold": lambda unit: orders.change(self.erp, unit, self.order(order), {"Status": "On Hold", "Hold": True}),
            "cancel": lambda unit: actions.cancel(self.erp, unit, self.order(order), {}),
            "reopen": lambda unit: actions.reopen(self.erp, unit, self.order(order), {}),
            "open": lambda unit: actions.release_hold(self.erp, unit, self.order(order), {}),
        }
        if name not in runs:
            raise ValueError(f"The action is one of: {', '.join(runs)}.")
        if name in ("hold", "open") and doc["fields"]["Status"] not in ("Open", "On Hold", "Credit Hold", "Back Order"):
            raise ValueError(f"The order is {doc['fields']['Status']}.")
        self._do(f"/_sandbox/{name}/{order}", runs[name])

    def relate(self, item: str, rows: list[Mapping[str, Any]]) -> list[dict[str, Any]]:
        """Set the related items of an item. Raises ValueError."""
        done: list[dict[str, Any]] = self._do(
            "/_sandbox/relate", lambda unit: relating.relate(self.erp, unit, item, rows)
        )
        return done

    def prices(self, item: str, rows: list[Mapping[str, Any]]) -> list[dict[str, Any]]:
        """Set the prices of an item for classes of customers. Raises ValueError."""
        done: list[dict[str, Any]] = self._do(
            "/_sandbox/prices", lambda unit: relating.prices(self.erp, unit, item, rows)
        )
        return done

    def composites(self) -> dict[str, int]:
        """Add templates, kits, related items, pictures and vendors. Raises ValueError."""
        return dict(self._do("/_sandbox/composites", lambda unit: composites.add(self.erp, unit)))

    def order(self, name: str) -> Doc:
        kind, _, number = name.partition("/")
        found = find(self.erp, "SalesOrder", kind, number)
        if found is None:
            raise ValueError(f"There is no order {name}.")
        return found

    def shipment(self, number: str) -> Doc:
        found = find(self.erp, "Shipment", number)
        if found is None:
            raise ValueError(f"There is no shipment {number}.")
        return found

    def _do(self, path: str, work: Callable[[Unit], Any]) -> Any:
        try:
            with self.erp.store.unit("SANDBOX", path) as unit:
                return work(unit)
        except Problem as problem:
            raise ValueError(sentence(problem)) from problem


def by_line(doc: Doc, quantities: Quantities) -> dict[int, float]:
    """Quantities by line number out of line numbers or items. Raises ValueError for what is not on the order."""
    rows = doc["details"]["Details"]
    known = {str(row["LineNbr"]) for row in rows} | {row["InventoryID"] for row in rows}
    unknown = [name for name in quantities if str(name) not in known]
    if unknown:
        raise ValueError(f"The order has no line {unknown[0]}.")
    found = {row["LineNbr"]: quantities.get(str(row["LineNbr"]), quantities.get(row["InventoryID"])) for row in rows}
    return {line: float(value) for line, value in found.items() if value not in (None, "")}


def wrapped(value: Any) -> Any:
    """Plain values as the ERP takes them: {"value": x}, in lists and linked records too."""
    if isinstance(value, Mapping):
        return {name: inner if name in ("id", "delete") else wrapped(inner) for name, inner in value.items()}
    return [wrapped(inner) for inner in value] if isinstance(value, list) else {"value": value}


def sentence(problem: Problem) -> str:
    """What a refusal says, in one line: the first error of a field, else the exception's text."""
    body = problem.response.get_json(silent=True) or {}
    found = list(errors(body))
    return found[0] if found else str(body.get("exceptionMessage") or body.get("message") or "The ERP refused it.")


def errors(value: Any, name: str = "") -> Iterable[str]:
    """Every error in an entity, with its field; those of the whole record last."""
    if isinstance(value, list):
        for row in value:
            yield from errors(row, name)
    if isinstance(value, Mapping):
        for inner, below in value.items():
            if inner != "error":
                yield from errors(below, inner)
        if isinstance(value.get("error"), str):
            yield f"{name}: {value['error']}" if name else value["error"]
