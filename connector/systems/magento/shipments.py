"""Shipments told to the store, each once: what was shipped of which row, from which source, in which parcels.

facts/MAGENTO.md, order operations: the call is not idempotent and clamps what is too much, it wants the parent's row
of configurables and bundles, and without a source code it takes `default`. So our own comment is looked for first.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any, ClassVar

from connector.errors import Fail, Skip
from connector.records import INVENTORY, SHIPMENT, Record, Shipment, Track
from connector.systems.base import Written
from connector.systems.magento import numbers, packing, placed
from connector.systems.magento.client import reading
from connector.systems.magento.entity import Entity
from connector.systems.magento.packing import Packed
from connector.systems.magento.placed import Placed
from connector.systems.magento.shares import ZERO

CUSTOM = "custom"
ITEMS = "/inventory/source-items"
LACKING = "magento.source_refused"
ACTION = "shipment_sync"


class Shipments(Entity):
    """Writes shipments of one shop."""

    name: ClassVar[str] = SHIPMENT

    def write(self, record: Shipment, target_id: str) -> Written:
        order = placed.read(self.client, record.store_id, record.number)
        tracks = self._tracks(record)
        there = self._ours(order.id, record, tracks)
        if there is not None:
            more = self._add_tracks(order.id, there, tracks)
            return Written(
                record.key, str(there["entity_id"]), fields={"notes": ["it was in the store already"], **more}
            )
        packed = packing.pack(record, order)
        rows, notes = packed.rows, packed.notes
        if not rows:
            return Written(record.key, problem=_nothing(record, order, packed))
        tracks += self._tracks_of_parts(order.id, record, packed)
        body: dict[str, Any] = {
            "items": [{"order_item_id": id, "qty": numbers.plain(quantity)} for id, quantity in rows.items()],
            "notify": record.notify or bool(self.shop.setting(SHIPMENT, "notify", False)),
            "appendComment": False,
            "comment": {"comment": said(record), "is_visible_on_front": 0},
            "tracks": [_track(track) for track in tracks],
        }
        source = self._source(record)
        if source:
            body["arguments"] = {"extension_attributes": {"source_code": source}}
        answer = self._ship(order.id, body, packed, source)
        sent: dict[str, Any] = {
            "shipped": {str(id): f"{quantity:f}" for id, quantity in rows.items()},
            "source": source,
        }
        sent |= {"tracks": [track.number for track in tracks]} | ({"notes": notes} if notes else {})
        return Written(record.key, str(answer or ""), created=True, fields=sent)

    def delete(self, key: str, target_id: str) -> Written:
        return Written(key, target_id, problem=Skip("Magento's API cannot take a shipment back."))

    def find_like(self, records: Sequence[Shipment]) -> dict[str, Record]:
        """Shipments that an attempt whose answer was lost has made: by our comment, or by all their parcels."""
        found: dict[str, Record] = {}
        for record in records:
            if record.store_id.isdigit():
                there = self._ours(int(record.store_id), record, self._tracks(record))
                if there is not None:
                    found[record.key] = replace(record, key=str(there["entity_id"]))
        return found

    def _tracks_of_parts(self, order_id: int, record: Shipment, packed: Packed) -> list[Track]:
        """The parcels of earlier shipments that had nothing but parts of the bundles that this one completes."""
        earlier = [
            other for other in record.others or ()
            if any(line.sku.casefold() in packed.completed for line in other.lines)
            and self._ours(order_id, other, self._tracks(other)) is None
        ]  # fmt: skip
        return [track for other in earlier for track in self._tracks(other)]

    def _ship(self, order_id: int, body: dict[str, Any], packed: Packed, source: str) -> Any:
        """The call. A source that lacks the goods refuses it: then they are put there first, and it is made again."""
        try:
            return self.client.call("POST", f"/order/{order_id}/ship", body=body, action=ACTION).data
        except Fail as word:
            if word.code != LACKING or not self._fill_up(packed, source):
                raise
        return self.client.call("POST", f"/order/{order_id}/ship", body=body, action=ACTION).data

    def _fill_up(self, packed: Packed, source: str) -> bool:
        """Raise the source's quantities to what was shipped from it; False when it has enough or does not carry it.

        The ERP has taken the last pieces off its stock, and that number can be in the store before the shipment is:
        then there is nothing left to ship. The number follows again after the shipment (sync/perform).
        """
        wanted = packed.pieces
        also = [("source_code", source, "eq")]
        held = self.client.search_in(ITEMS, "sku", list(wanted), also=also) if source else []
        with reading(ITEMS):
            low = [
                {"sku": row["sku"], "source_code": source, "quantity": numbers.plain(need), "status": 1}
                for row in held
                if Decimal(str(row["quantity"])) < (need := wanted.get(str(row["sku"]).casefold(), ZERO))
            ]
        if low:
            self.client.post_rows(ITEMS, "sourceItems", low, action=ACTION)
            packed.notes += [
                f"{row['sku']}: {row['quantity']} put into source {source}, which had fewer" for row in low
            ]
        return bool(low)

    def _ours(self, order_id: int, record: Shipment, tracks: Sequence[Track]) -> dict[str, Any] | None:
        numbers_ = {track.number for track in tracks if track.number != record.shipment}
        rows = self.client.search("/shipments", [("order_id", str(order_id), "eq")])
        with reading("/shipments"):
            for row in rows:
                int(row["entity_id"])
                comments = [str(one.get("comment") or "") for one in row.get("comments") or []]
                if any(text.startswith(mark(record)) for text in comments):
                    return row
            for row in rows:
                held = {str(one.get("track_number") or "") for one in row.get("tracks") or []}
                other = any(str(one.get("comment") or "").startswith(MARK) for one in row.get("comments") or [])
                if numbers_ and numbers_ <= held and not other:  # made by hand with the same parcels
                    return row
        return None

    def _add_tracks(self, order_id: int, there: Mapping[str, Any], tracks: Sequence[Track]) -> dict[str, Any]:
        """Parcels that were added in the ERP after the shipment went out."""
        held = {str(one.get("track_number") or "") for one in there.get("tracks") or []}
        new = [track for track in tracks if track.number not in held]
        for track in new:
            entity = {**_track(track), "order_id": order_id, "parent_id": int(there["entity_id"]),
                      "qty": 1, "weight": 0, "description": track.title or track.number}  # fmt: skip
            self.client.call("POST", "/shipment/track", body={"entity": entity})
        return {"tracks": [track.number for track in new]} if new else {}

    def _tracks(self, record: Shipment) -> list[Track]:
        """The parcels; without one the shipment's own number, so that the buyer has something to ask by (SHP-06)."""
        carrier = str(self.shop.setting(SHIPMENT, "default_carrier", CUSTOM))
        title = str(self.shop.setting(SHIPMENT, "default_title", "")) or record.ship_via or "Shipment"
        tracks = [track for track in record.tracks if track.number]
        if not tracks and self.shop.setting(SHIPMENT, "use_number_as_track", True) and record.shipment:
            tracks = [Track(record.shipment)]
        return [replace(one, carrier=one.carrier or carrier, title=one.title or title) for one in tracks]

    def _source(self, record: Shipment) -> str:
        if self.store.sources() is None:
            return ""
        source = record.source or str(self.shop.setting(INVENTORY, "default_source", "default"))
        if not self.store.has_source(source):
            raise Fail(
                f"The store has no inventory source {source}.",
                code="magento.unknown_source",
                help="Correct the warehouse mapping or the default source in the connector's inventory settings.",
            )
        return source


MARK = "ERP shipment "


def mark(record: Shipment) -> str:
    """What our comment begins with: with a comma, so that 00471 is not taken for 004711."""
    return f"{MARK}{record.shipment or record.key},"


def said(record: Shipment) -> str:
    """The comment of a shipment: number, carrier and date of the ERP (SHP-01)."""
    parts = [f"{record.shipped_on:%Y-%m-%d}" if record.shipped_on else "", record.ship_via and f"by {record.ship_via}"]
    return " ".join([mark(record), *(part for part in parts if part)]).rstrip()


def _track(track: Track) -> dict[str, Any]:
    return {"track_number": track.number, "title": track.title, "carrier_code": track.carrier}


def _nothing(record: Shipment, order: Placed, packed: Packed) -> Fail | Skip:
    if packed.waiting:
        return Skip(
            f"The other parts of its bundle have not left the ERP yet: order {order.number} is told with them.",
            code="magento.part_of_bundle",
        )
    if packed.told:
        text = f"Its bundle in order {order.number} was told with the shipment of another part."
        return Skip(text, code="magento.told_with_bundle")
    if not any(item.left for item in order.items):
        return Skip(f"Order {order.number} is completely shipped in the store already.", code="magento.nothing_left")
    named = ", ".join(dict.fromkeys(line.sku for line in record.lines)) or "nothing"
    return Fail(
        f"Nothing of shipment {record.shipment or record.key} ({named}) is left to ship in the store's order "
        f"{order.number}.",
        code="magento.nothing_to_ship",
        help="Compare the lines of both orders: another item was shipped than the one that was sold. A bundle is "
        "shipped when all its parts are.",
    )
