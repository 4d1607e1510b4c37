"""What has to exist before: looked up, adopted, asked for, waited for, released. It moves no record.

The order of the steps is what makes waiting safe: say first what a message may wait for, then look once more.
From then on whoever binds the needed record knows of the message.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import partial

from sqlalchemy import Connection

from connector.errors import Wait
from connector.records import PRODUCT_STATUS, Record
from connector.sync import bindings
from connector.sync.bindings import PROVISIONAL
from connector.sync.catalogue import SYNCS
from connector.sync.context import Context


class Needs:
    """The dependencies of the messages of one piece of work."""

    def __init__(self, context: Context) -> None:
        self.context = context

    def known(self, entity: str, keys: Sequence[str]) -> tuple[dict[str, str], list[str], list[str]]:
        """(ids in the target by key, keys that nobody has yet, keys that are kept out of the target on purpose).

        What the target has under its natural key is bound.
        """
        context = self.context
        bound = bindings.get_many(context.connector, entity, keys)
        known = {key: row.target_id for key, row in bound.items() if row.target_id}
        left_out = [key for key, row in bound.items() if row.sure and not row.target_id]
        missing = [key for key in keys if key not in known and key not in left_out]
        if missing:
            found = context.target.find(entity, missing)
            self.adopt(entity, found)
            known.update({key: getattr(record, "target_id", "") or record.key for key, record in found.items()})
        absent = self.absent(entity, {key: key for key in missing if key not in known}, known)
        return known, absent, left_out

    def absent(self, entity: str, wanted: Mapping[str, str], known: dict[str, str]) -> list[str]:
        """Say what these would wait for, then look once more: from now on, whoever binds one of them calls us.

        `wanted` is (message's key -> needed key); `known` is completed. Returns the needed keys that are not there;
        they are asked for.
        """
        if not wanted:
            return []
        self.context.announce(entity, wanted)
        keys = sorted(set(wanted.values()))
        bound = bindings.get_many(self.context.connector, entity, keys)
        known.update({key: row.target_id for key, row in bound.items() if row.target_id})
        missing = [key for key in keys if key not in known]
        self.ask(entity, missing)
        return missing

    def to_come(self, entity: str, keys: Sequence[str]) -> list[str]:
        """Those of the keys that have to be waited for: said first, then looked for once more, as in `absent`."""
        if not keys:
            return []
        self.context.announce(entity, {key: key for key in keys})
        bound = bindings.get_many(self.context.connector, entity, keys)
        return [key for key in keys if key not in bound or not (bound[key].target_id or bound[key].sure)]

    def in_erp(self, entity: str, wanted: Mapping[str, str]) -> dict[str, str]:
        """ERP keys of these records of the store, by the store's id; those without one are asked for.

        `wanted` is (message's key -> the store's id). Who waits for one of them waits for (entity, PROVISIONAL + id).
        """
        connector, ids = self.context.connector, sorted(set(wanted.values()))
        known = _keys(connector, entity, ids)
        open_ = {key: PROVISIONAL + id for key, id in wanted.items() if id not in known}
        if open_:
            self.context.announce(entity, open_)
            known |= _keys(connector, entity, ids)
            self.ask(entity, [PROVISIONAL + id for id in ids if id not in known])
        return known

    def ask(self, entity: str, keys: Sequence[str]) -> None:
        """Have these synced, if their entity takes part."""
        if keys and self.context.enabled(entity):
            self.context.need(entity, keys)

    def missed(self, words: Sequence[Wait]) -> None:
        """The target itself says that it lacks what is needed, whatever the bindings say: somebody deleted it there.

        Said first and looked for once more then, as in `absent`; what is really gone is asked for again.
        """
        for entity in () if self.context.dry else sorted({word.for_[0] for word in words}):
            keys = [word.for_[1] for word in words if word.for_[0] == entity]
            self.context.announce(entity, {key: key for key in keys})
            found = self.context.target.find(entity, keys)
            self.adopt(entity, found)
            gone = [key for key in keys if key not in found]
            if gone:
                bindings.doubt(self.context.connector, entity, gone)
            self.ask(entity, gone)

    def adopt(self, entity: str, found: Mapping[str, Record], *, sure: bool = False) -> None:
        """Bind what the target has already, and let go on what waited for it."""
        if found and not self.context.dry:
            self.follow(entity, found)
            bindings.adopt(self.context.connector, entity, found, partial(self.release, entity, found), sure=sure)
            self.release(entity, found)

    def release(self, entity: str, keys: Iterable[str], connection: Connection | None = None) -> None:
        """What waits for these goes on. In the transaction that binds them, so that no kill comes in between; and
        after it for those who announced, looked and saw nothing yet while it was open (PostgreSQL)."""
        self.context.release(connection, entity, list(keys))

    def follow(self, entity: str, keys: Iterable[str]) -> None:
        """These are bound for the first time now: what hangs on them is due too, whether or not the source tells.

        A price that was skipped while its product was not for sale, or a stock of zero that no change ever mentions,
        would be missing for ever. Asked for before the bind is committed, so that no kill comes in between.
        """
        for sync in SYNCS:
            if entity in sync.needs and sync.entity != PRODUCT_STATUS:
                self.ask(sync.entity, list(keys))

    def retell(self, entity: str, keys: Iterable[str]) -> None:
        """The target has changed these by itself: what the source says of them is written once more."""
        known = bindings.get_many(self.context.connector, entity, sorted(set(keys)))
        if known and self.context.enabled(entity):
            bindings.doubt(self.context.connector, entity, known)
            self.context.again(entity, list(known))

    def doubt_dependents(self, entity: str, keys: list[str]) -> None:
        """A create that was sent too late carried first values (a price) over what has been written since."""
        for sync in SYNCS if keys else ():
            if entity in sync.needs and self.context.enabled(sync.entity):
                bindings.doubt(self.context.connector, sync.entity, keys)
                self.context.again(sync.entity, keys)


def _keys(connector: str, entity: str, ids: Sequence[str]) -> dict[str, str]:
    bound = bindings.by_target(connector, entity, ids)
    return {id: row.key for id, row in bound.items() if not row.key.startswith(PROVISIONAL)}
