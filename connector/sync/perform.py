"""The one way that a record travels, for every entity: read, decide, write, bind.

Read the source -> gone? not for the store? unchanged? older than what was written? Skip with a reason ->
something missing? Wait -> mark -> still ours? -> write -> bind. No transaction is open during a call, and
each step is committed before the next, so a kill at any line is repaired by doing it again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from functools import partial

from sqlalchemy import Connection

from connector.errors import Outcome, Skip, Wait
from connector.records import PRODUCT, Record
from connector.sync import bindings
from connector.sync.batches import write_splitting
from connector.sync.bindings import Bound, Mark
from connector.sync.catalogue import SYNCS
from connector.sync.context import FORCING, Context, Task
from connector.sync.safety import safety
from connector.systems.base import Written

Ours = Callable[[], set[int]]


@dataclass(frozen=True, slots=True)
class Result:
    """How one message ended: `word` is None when it is done. `wrote` is True when a call may have changed it."""

    task_id: int
    word: Outcome | None
    summary: str = ""
    wrote: bool = False


def perform(context: Context, tasks: Sequence[Task], ours: Ours) -> list[Result]:
    """Process messages of one sync (one, or a batch). `ours` tells which of them nobody has taken over.

    Raises Retry, Refused or Fail when the source could not be read at all: it goes for every message.
    """
    return _Flow(context, tasks, ours).run()


class _Flow:
    """The state of one call of `perform`: messages leave `open` as their result is known."""

    def __init__(self, context: Context, tasks: Sequence[Task], ours: Ours) -> None:
        self.context, self.ours = context, ours
        self.entity = context.sync.entity
        self.open = {task.key: task for task in tasks}
        self.results: list[Result] = []
        self.bound: dict[str, Bound] = {}
        self.hashes: dict[str, str] = {}

    def run(self) -> list[Result]:
        records = self.context.source.read_many(self.entity, list(self.open))
        self.bound = bindings.get_many(self.context.connector, self.entity, list(self.open))
        for key in [key for key in self.open if key not in records]:
            self._gone(key)
        self._decide(records)
        known = self._resolve()
        marks = self._mark(records)
        if marks:
            self._write(records, marks, known)
        return self.results

    def _end(self, key: str, word: Outcome | None, summary: str = "", wrote: bool = False) -> None:
        task = self.open.pop(key)
        self.results.append(Result(task.id, word, summary or (word.reason if word else ""), wrote))

    def _gone(self, key: str) -> None:
        """The source has no such record (any more): take it out of the target, if it was ever there."""
        bound = self.bound.get(key)
        if self.entity != PRODUCT or bound is None:
            self._end(key, Skip(f"{key} is not in {self.context.source.label} (any more)."))
            return
        if self.open[key].id not in self.ours():
            self._lost(key)
            return
        done = self.context.target.delete(self.entity, key, bound.target_id)
        if done.problem is None:
            bindings.forget(self.context.connector, self.entity, [key])
            self._end(key, None, f"{key} is gone from {self.context.source.label}: taken out of the store.", True)
        else:
            self._end(key, done.problem, wrote=True)

    def _decide(self, records: dict[str, Record]) -> None:
        fingerprint = self.context.fingerprint()
        for key, task in list(self.open.items()):
            record, bound = records[key], self.bound.get(key)
            self.hashes[key] = fingerprint + record.content_hash()[:56]
            if not getattr(record, "sellable", True):
                self._end(key, Skip(f"{key} is not for sale or not exported: no {self.entity} is sent for it."))
            elif bound and bound.sure and bound.written_hash == self.hashes[key] and task.origin not in FORCING:
                self._end(key, Skip("Unchanged: the store already has exactly this."))

    def _resolve(self) -> dict[str, str]:
        """Ids in the target by key. What has to exist first and does not makes the message wait."""
        if not self.open:
            return {}
        if self.context.sync.needs:
            return self._needed(PRODUCT)
        return self._natural()

    def _natural(self) -> dict[str, str]:
        """Before a create, or a write after an unknown outcome: does the target have it under its natural key?"""
        known = {key: bound.target_id for key, bound in self.bound.items() if key in self.open and bound.target_id}
        unknown = [key for key in self.open if key not in known]
        if unknown and safety().natural_key:
            found = self.context.target.find(self.entity, unknown)
            known.update({key: getattr(record, "target_id", "") or record.key for key, record in found.items()})
        return known

    def _needed(self, entity: str) -> dict[str, str]:
        bound = bindings.get_many(self.context.connector, entity, list(self.open))
        known = {key: row.target_id for key, row in bound.items() if row.target_id}
        missing = [key for key in self.open if key not in known]
        if missing:
            found = self.context.target.find(entity, missing)
            self._adopt(entity, found)
            known.update({key: getattr(record, "target_id", "") or record.key for key, record in found.items()})
        absent = self._absent(entity, [key for key in missing if key not in known], known)
        if absent and self.context.enabled(entity):
            self.context.need(entity, absent)
        for key in absent:
            self._end(key, Wait(f"The {entity} {key} is not in the store yet.", for_=(entity, key)))
        return known

    def _absent(self, entity: str, keys: list[str], known: dict[str, str]) -> list[str]:
        """Say what these would wait for, then look once more: from now on, whoever binds one of them calls us."""
        if not keys:
            return []
        self.context.announce(entity, keys)
        bound = bindings.get_many(self.context.connector, entity, keys)
        known.update({key: row.target_id for key, row in bound.items() if row.target_id})
        return [key for key in keys if key not in known]

    def _mark(self, records: dict[str, Record]) -> dict[str, Mark]:
        hashes = {key: self.hashes[key] for key in self.open}
        if not hashes:
            return {}
        versions = {key: records[key].version for key in hashes}
        marks = bindings.mark(self.context.connector, self.entity, hashes, versions)
        for key in [key for key in hashes if key not in marks]:
            self._end(key, Skip("Older than what was already written: a newer version has gone out."))
        return marks

    def _write(self, records: dict[str, Record], marks: dict[str, Mark], known: dict[str, str]) -> None:
        if safety().fence_before_write:
            still = self.ours()
            for key in [key for key in marks if self.open[key].id not in still]:
                del marks[key]
                self._lost(key)
        if not marks:
            return
        target = self.context.target
        written = write_splitting(
            lambda part: target.write_many(part, known={r.key: known[r.key] for r in part if r.key in known}),
            [records[key] for key in marks],
        )
        self._bind(marks, written, {key: self.open[key].id for key in marks}, new=marks.keys() - known.keys())

    def _bind(self, marks: dict[str, Mark], written: list[Written], ids: dict[str, int], new: Set[str]) -> None:
        connector, done = self.context.connector, {item.key: item for item in written if item.problem is None}
        if done:
            bindings.bind(
                connector,
                self.entity,
                [marks[key] for key in done],
                target_ids={key: item.target_id for key, item in done.items()},
                fields={key: item.fields for key, item in done.items()},
                then=partial(self._release, self.entity, done),
            )
            self._release(self.entity, done)
        still = self.ours()
        lost = [key for key, task_id in ids.items() if task_id not in still]
        if lost:  # an old value may have landed on a newer one: nobody may believe what is bound
            bindings.doubt(connector, self.entity, lost)
            self._doubt_dependents([key for key in lost if key in new])
        self._missed([item.problem for item in written if isinstance(item.problem, Wait)])
        for item in written:
            self._end(item.key, item.problem, _summary(self.entity, item), wrote=True)

    def _doubt_dependents(self, keys: list[str]) -> None:
        """A create that was sent too late carried first values (a price) over what has been written since."""
        for sync in SYNCS if keys else ():
            if self.entity in sync.needs and self.context.enabled(sync.entity):
                bindings.doubt(self.context.connector, sync.entity, keys)
                self.context.again(sync.entity, keys)

    def _missed(self, words: list[Wait]) -> None:
        """The target itself says that it lacks what is needed, whatever the bindings say: somebody deleted it there.

        Said first and looked for once more then, as in `_absent`; what is really gone is asked for again.
        """
        for entity in sorted({word.for_[0] for word in words}):
            keys = [word.for_[1] for word in words if word.for_[0] == entity]
            self.context.announce(entity, keys)
            found = self.context.target.find(entity, keys)
            self._adopt(entity, found)
            gone = [key for key in keys if key not in found]
            if gone:
                bindings.doubt(self.context.connector, entity, gone)
            if gone and self.context.enabled(entity):
                self.context.need(entity, gone)

    def _adopt(self, entity: str, found: Mapping[str, Record]) -> None:
        if found:
            bindings.adopt(self.context.connector, entity, found, partial(self._release, entity, found))
            self._release(entity, found)

    def _release(self, entity: str, keys: Iterable[str], connection: Connection | None = None) -> None:
        """What waits for these goes on. In the transaction that binds them, so that no kill comes in between; and
        after it for those who announced, looked and saw nothing yet while it was open (PostgreSQL)."""
        self.context.release(connection, entity, list(keys))

    def _lost(self, key: str) -> None:
        """Somebody has taken the message over: say nothing more, the queue will see the old epoch."""
        self._end(key, Skip("Another worker has taken this message over."))


def _summary(entity: str, item: Written) -> str:
    if item.problem is not None:
        return item.problem.reason
    return f"{entity.capitalize()} {item.key} {'created' if item.created else 'updated'}."
