"""Routes for scripts that play a person at the ERP: /_sandbox/desk/... Everything answers what became of it.

POST order, ship, confirm, drop, invoice, release, act; PUT record; DELETE record; GET orders.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, Flask, jsonify, request

from connector.sandbox.acumatica import files, keeping, truths
from connector.sandbox.acumatica.desk import Desk
from connector.sandbox.acumatica.model import ENTITIES
from connector.sandbox.acumatica.orders import shipments_of
from connector.sandbox.control import refused


def register(app: Flask, system: Any) -> None:
    page = Blueprint("desk", __name__, url_prefix="/_sandbox/desk")
    desk = Desk(system.erp)

    def asked() -> dict[str, Any]:
        return request.get_json(silent=True) or {}

    def told(work: Callable[[dict[str, Any]], Any]) -> Any:
        try:
            return jsonify(work(asked()))
        except (ValueError, KeyError, TypeError) as error:
            return refused(error)

    @page.post("/order")
    def order() -> Any:
        """An order as typed in: the body of a PUT with plain values."""
        return told(lambda raw: state(system.erp, name_of(desk.put("SalesOrder", raw, "/_sandbox/desk/order"))))

    @page.post("/ship")
    def ship() -> Any:
        """{order, quantities?: {line or item: quantity}, warehouse?, anyway?}"""

        def work(raw: dict[str, Any]) -> Any:
            more = {"warehouse": raw.get("warehouse", ""), "anyway": bool(raw.get("anyway"))}
            made = desk.ship(raw["order"], raw.get("quantities"), **more)
            return {"created": made, **state(system.erp, raw["order"])}

        return told(work)

    @page.post("/confirm")
    def confirm() -> Any:
        """{shipment, packages?: [{TrackingNbr, Weight}], quantities?}"""

        def work(raw: dict[str, Any]) -> Any:
            doc = desk.confirm(raw["shipment"], raw.get("packages") or (), raw.get("quantities"))
            links = [f"{row['OrderType']}/{row['OrderNbr']}" for row in doc["details"]["Orders"]]
            return {"shipment": doc["fields"], "orders": [state(system.erp, link) for link in links]}

        return told(work)

    @page.post("/drop")
    def drop() -> Any:
        """{order, quantities?, tracking?}: the vendor has sent it."""

        def work(raw: dict[str, Any]) -> Any:
            number = desk.drop_ship(raw["order"], raw.get("quantities"), raw.get("tracking", ""))
            return {"receipt": number, **state(system.erp, raw["order"])}

        return told(work)

    @page.post("/invoice")
    def invoice() -> Any:
        """{shipment or order, release?}"""

        def work(raw: dict[str, Any]) -> Any:
            made = desk.invoice(raw.get("shipment") or raw["order"])
            return {"invoices": [desk.release(name)["fields"] for name in made] if raw.get("release") else made}

        return told(work)

    @page.post("/release")
    def release() -> Any:
        """{name: "Invoice/AR000001" or "Prepayment/000001"}"""
        return told(lambda raw: desk.release(raw["name"])["fields"])

    @page.post("/act")
    def act() -> Any:
        """{order, action: hold | open | cancel | reopen}"""

        def work(raw: dict[str, Any]) -> Any:
            desk.act(raw["order"], raw["action"])
            return state(system.erp, raw["order"])

        return told(work)

    @page.route("/record", methods=["PUT", "DELETE"])
    def record() -> Any:
        """PUT {entity, fields} inserts or updates; DELETE {entity, keys: [..]}. Customer, ItemSalesCategory ..."""

        def work(raw: dict[str, Any]) -> Any:
            if request.method == "DELETE":
                desk.drop(raw["entity"], *[str(key) for key in raw["keys"]])
                return {"deleted": raw["keys"]}
            doc = desk.put(raw["entity"], raw["fields"], "/_sandbox/desk/record")
            return {"id": doc["id"], "fields": doc["fields"], "version": doc["modified"]}

        return told(work)

    @page.post("/relations")
    def relations() -> Any:
        """{item, rows: [{RelatedInventoryID, Relation?, Rank?, IsActive?}]}"""
        return told(lambda raw: {"rows": desk.relate(raw["item"], raw["rows"])})

    @page.post("/prices")
    def prices() -> Any:
        """{item, rows: [{PriceType?, PriceCode, Price, BreakQty?, EffectiveDate?, ExpirationDate?}]}"""
        return told(lambda raw: {"rows": desk.prices(raw["item"], raw["rows"])})

    @page.post("/composites")
    def composites() -> Any:
        """Templates with variants, kits, related items, pictures, vendors, prices for classes."""
        return told(lambda raw: desk.composites())

    @page.get("/orders")
    def listed() -> Any:
        """Orders by ExternalRef, CustomerOrder or name (`?ref=`), all of them without: for a checker."""
        ref = request.args.get("ref", "")
        docs = list(system.store.kind("salesorder").values())
        return jsonify(
            [
                state(system.erp, name_of(doc))
                for doc in docs
                if ref in ("", doc["fields"].get("ExternalRef"), doc["fields"].get("CustomerOrder"), name_of(doc))
            ]
        )

    @page.get("/records/<entity>")
    def records(entity: str) -> Any:
        """{name: what is true of the record} of one kind (Customer, SalesOrder ...): for a checker."""
        docs = list(system.store.kind(entity.lower()).values())
        if entity.lower() not in ENTITIES or not ENTITIES[entity.lower()].shape:
            return refused(ValueError(f"There is no list of {entity}."))
        return jsonify({keeping.name_of(doc["kind"], doc["fields"]): {"id": doc["id"], "version": doc["modified"],
                        **truths.of(keeping.noun(doc["kind"]), doc)} for doc in docs})  # fmt: skip

    @app.get("/_sandbox/pictures/<ident>.png")
    def picture(ident: str) -> Any:
        """A picture by its address, for everybody, as a shop's web server would give it."""
        return files.fetch(system.erp, ident)

    app.register_blueprint(page)


def name_of(doc: dict[str, Any]) -> str:
    return f"{doc['fields']['OrderType']}/{doc['fields']['OrderNbr']}"


def state(erp: Any, name: str) -> dict[str, Any]:
    """An order as it is now, with its lines and shipments."""
    doc = Desk(erp).order(name)
    shown = ("LineNbr", "InventoryID", "OrderQty", "OpenQty", "QtyOnShipments", "UnitPrice", "Amount", "WarehouseID")
    rows = [{field: row.get(field) for field in shown} for row in doc["details"]["Details"]]
    return {"order": name, "fields": doc["fields"], "totals": doc["linked"]["Totals"], "lines": rows,
            "taxes": doc["details"].get("TaxDetails", []), "shipments": shipments_of(erp, doc),
            "version": doc["modified"]}  # fmt: skip
