"""What comes back for an order of the store: status, shipments, invoices - in the store's words and under its ids."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

from connector.errors import Fail, Outcome, Skip, Wait
from connector.records import ORDER, Invoice, OrderStatus, Record, Shipment, Track
from connector.sync import bindings
from connector.sync.bindings import Bound
from connector.sync.safety import safety
from connector.sync.translate.job import Job
from connector.systems import mapping
from connector.systems.mapping import Row

OWED = "unpaid"
DROP_HELP = "Choose the ship via for drop-ship in the setup parameters, then reprocess (ORD-23)."


def statuses(job: Job, records: Sequence[Record]) -> dict[str, Record | Outcome]:
    """Order statuses by the map (MAP-18). An unknown one leaves the order untouched and says so."""
    found = [one for one in records if isinstance(one, OrderStatus)]
    orders = _Orders(job, {one.key: (one.key, one.number) for one in found})
    return {one.key: _status(job, one, orders) for one in found}


def _status(job: Job, one: OrderStatus, orders: _Orders) -> Record | Outcome:
    bound = orders.bound.get(one.key)
    if bound is None:
        return orders.without(one.key, one.key)
    row, meant = mapping.status_out(job.context.rows("status_out"), one.status)
    if row is None or not row.store:
        hint = f" Perhaps {meant!r} is meant?" if meant else ""
        text = f"The ERP's status {one.status!r} of order {bound.key} is not mapped: the order is left as it is.{hint}"
        return Skip(text)
    early = job.context.setting("order", "confirmed_shipment", True) and not one.shipped
    if early and not _ending(one.status) and not _paid_up(job, bound, one):
        return Skip(f"No shipment of order {bound.key} is confirmed yet: its status is not sent (order settings).")
    return replace(one, number=bound.key, store_id=bound.source_id, store_status=row.store)


def _paid_up(job: Job, bound: Bound, one: OrderStatus) -> bool:
    """Whether what was owed has been paid: then the status goes before any shipment (CFG-12).

    An order that the store had paid in full never owed anything. What is owed is kept with the order's binding.
    """
    owed = Decimal(json.loads(bound.target_state or "{}").get(OWED) or 0)
    if one.unpaid > 0 and one.unpaid != owed and not job.context.dry:
        state = json.dumps({OWED: str(one.unpaid)})
        bindings.remember(job.context.connector, ORDER, bound.key, bound.source_state, state)
    return bool(job.context.setting("order", "unpaid_zero", True)) and owed > 0 and one.unpaid <= 0


def _ending(status: str) -> bool:
    """A cancelled order has no shipment to wait for; neither has one that is held back."""
    return "".join(status.split()).casefold() in ("canceled", "cancelled", "onhold", "credithold", "rejected")


def shipments(job: Job, records: Sequence[Record]) -> dict[str, Record | Outcome]:
    """Confirmed (or invoiced) shipments with the store's carrier and source."""
    found = [one for one in records if isinstance(one, Shipment)]
    orders = _Orders(job, {one.key: (one.order, one.number) for one in found})
    return {one.key: _shipment(job, one, orders) for one in found}


def _shipment(job: Job, one: Shipment, orders: _Orders) -> Record | Outcome:
    bound = orders.bound.get(one.order)
    if bound is None:
        return orders.without(one.key, one.order)
    if job.context.setting("shipment", "trigger", "confirmation") == "invoice" and not one.invoiced:
        return Skip(f"Shipment {one.shipment or one.key} waits for the release of its invoice (shipment settings).")
    ship_via = one.ship_via or (str(job.context.setting("shipment", "drop_ship_via")) if one.drop_ship else "")
    if one.drop_ship and not ship_via:
        text = f"Shipment {one.shipment or one.key} came from the vendor, and no ship via is chosen for such ones."
        return Fail(text, code="shipment.drop_ship_via", help=DROP_HELP)
    row = mapping.shipping_out(job.context.rows("shipping_out"), ship_via)
    return replace(
        one,
        number=bound.key,
        store_id=bound.source_id,
        ship_via=ship_via,
        source=mapping.source_of(job.context.rows("warehouse"), one.warehouse),
        tracks=tuple(_track(job, track, row) for track in _tracks(job, one)),
        notify=bool(job.context.setting("shipment", "notify", False)),
        others=one.others and tuple(_other(job, other) for other in one.others),
    )


def _other(job: Job, one: Shipment) -> Shipment:
    """Another shipment of the order, whose parcels this one may have to tell with its own."""
    row = mapping.shipping_out(job.context.rows("shipping_out"), one.ship_via)
    return replace(one, tracks=tuple(_track(job, track, row) for track in _tracks(job, one)))


def _tracks(job: Job, one: Shipment) -> tuple[Track, ...]:
    """The parcels; without any the shipment's own number stands for one, where that is wanted (SHP-06)."""
    if one.tracks or not job.context.setting("shipment", "use_number_as_track", True):
        return one.tracks
    return (Track(one.shipment or one.key),)


def _track(job: Job, track: Track, row: Row | None) -> Track:
    carrier = row.store if row else str(job.context.setting("shipment", "default_carrier", "custom"))
    title = (row.more.get("title") or "") if row else str(job.context.setting("shipment", "default_title"))
    return replace(track, carrier=track.carrier or carrier, title=track.title or title)


def invoices(job: Job, records: Sequence[Record]) -> dict[str, Record | Outcome]:
    """One invoice in the store, when the order is completely processed (SHP-04, SHP-05, CONFLICTS 49)."""
    found = [one for one in records if isinstance(one, Invoice)]
    orders = _Orders(job, {one.key: (one.order, one.number) for one in found})
    return {one.key: _invoice(one, orders) for one in found}


def _invoice(one: Invoice, orders: _Orders) -> Record | Outcome:
    bound = orders.bound.get(one.order)
    if bound is None:
        return orders.without(one.key, one.order)
    if not one.complete:
        return Skip(f"Order {bound.key} is not completely processed yet: one invoice goes to the store when it is.")
    return replace(one, number=bound.key, store_id=bound.source_id)


class _Orders:
    """The store's orders by the ERP's names of them. `wanted` is (message's key -> the ERP's name, the store's number).

    The ERP may ship an order before we know that it is there: its answer was lost, or the worker was killed. Such
    an order has been begun here, and what belongs to it waits for the look-up that will find it.
    """

    def __init__(self, job: Job, wanted: Mapping[str, tuple[str, str]]) -> None:
        self.job = job
        self.bound = self._read(wanted)
        unbound = {key: number for key, (name, number) in wanted.items() if number and name not in self.bound}
        begun = bindings.get_many(job.context.connector, ORDER, sorted(set(unbound.values())))
        self.begun = {key: number for key, number in unbound.items() if number in begun and not begun[number].target_id}
        if not safety().order_first:
            self.begun = {}
        if self.begun:  # say what they would wait for, then look once more
            job.context.announce(ORDER, self.begun)
            self.bound |= self._read({key: wanted[key] for key in self.begun})
            job.needs.ask(ORDER, sorted(set(self.begun.values())))

    def _read(self, wanted: Mapping[str, tuple[str, str]]) -> dict[str, Bound]:
        names = sorted({name for name, _ in wanted.values()})
        connector = self.job.context.connector
        found = bindings.by_target(connector, ORDER, names, states=True)
        entered = bindings.get_many(connector, ORDER, [name for name in names if name not in found], states=True)
        # those that were entered in the ERP are bound the other way round
        return found | {name: replace(one, source_id=one.target_id) for name, one in entered.items() if one.target_id}

    def without(self, key: str, name: str) -> Outcome:
        """The word for what belongs to an order that is not bound."""
        number = self.begun.get(key)
        if number is None:
            return Skip(f"Order {name} was not made from an order of this store.")
        return Wait(f"Order {number} is not known to be in the ERP yet.", for_=(ORDER, number))
