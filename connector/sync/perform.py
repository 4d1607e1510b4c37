"""The one way that a record travels, for every entity: read, decide, write, bind.

Read the source -> gone? not for the target? unchanged? older than what was written? Skip with a reason ->
translate -> something missing? Wait -> both ways? who wins -> mark -> still ours? -> write -> bind. No transaction
is open during a call, and each step is committed before the next, so a kill at any line is repaired by doing it
again. In a rehearsal (`Context.dry`) all of it is done with requests that are held back, and nothing is remembered.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import dataclass
from functools import partial

from connector.errors import REHEARSAL, Fail, Outcome, Retry, Skip, Wait
from connector.records import (
    CATEGORY,
    CUSTOMER,
    ERP_TO_STORE,
    INVENTORY,
    PRODUCT,
    STORE_TO_ERP,
    Customer,
    Order,
    Record,
    Shipment,
)
from connector.sync import bindings, brake, buyers, changes, edits, terms, translate, twoway
from connector.sync.batches import Write, write_splitting
from connector.sync.bindings import PROVISIONAL, Bound, Mark
from connector.sync.brake import Danger
from connector.sync.context import FORCING, Context, Task
from connector.sync.needs import Needs
from connector.sync.parts import away, parts
from connector.sync.safety import safety
from connector.sync.twoway import Plan
from connector.systems.base import Written

Ours = Callable[[], set[int]]
SIDES = {"erp": "store", "store": "ERP"}  # source -> what the target is called


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
    flow = _Flow(context, tasks, ours)
    for entity in context.sync.needs:
        flow.wait_for(entity)
    return flow.run() if flow.open else flow.results


class _Flow:
    """The state of one call of `perform`: messages leave `open` as their result is known."""

    def __init__(self, context: Context, tasks: Sequence[Task], ours: Ours) -> None:
        self.context, self.ours, self.sync = context, ours, context.sync
        self.entity = context.sync.entity
        self.needs = Needs(context)
        self.twoway = self.entity in twoway.FIELDS and twoway.both(context)
        self.open = {task.key: task for task in tasks}
        self.results: list[Result] = []
        self.bound: dict[str, Bound] = {}
        self.hashes: dict[str, str] = {}
        self.sources: dict[str, Record] = {}  # as read
        self.records: dict[str, Record] = {}  # as they are to be written
        self.plans: dict[str, Plan] = {}
        self.late: dict[str, Mapping[str, str]] = {}  # edits of fields that translation fills
        self.away: Outcome | None = None  # nobody is there: what comes behind need not find that out for itself

    def run(self) -> list[Result]:
        self.sources = self.context.source.read_many(self.entity, list(self.open))
        if not self.context.dry:
            terms.learn(self.context.connector, self.entity, self.sources)
        self._edit()
        self._look_up()
        for key in [key for key in self.open if key not in self.sources]:
            self._gone(key)
        self._translate()
        self._decide()
        known = self._resolve()
        if self.twoway:
            self._weigh(known)
        self._brake()
        self._in_parts(known)
        return self.results

    def _end(self, key: str, word: Outcome | None, summary: str = "", wrote: bool = False) -> None:
        task = self.open.pop(key)
        self.results.append(Result(task.id, word, summary or (word.reason if word else ""), wrote))

    def wait_for(self, entity: str) -> None:
        """What hangs on a record that is on its way itself waits for it, without a question to anybody."""
        bound = bindings.get_many(self.context.connector, entity, list(self.open))
        missing = [key for key in self.open if key not in bound or not (bound[key].target_id or bound[key].sure)]
        coming = self.context.coming(entity, missing) if missing else set()
        for key in self.needs.to_come(entity, [key for key in missing if key in coming]):
            self._end(key, Wait(f"The {entity} {key} is not in the store yet.", for_=(entity, key)))

    def _edit(self) -> None:
        """Put in what a person has written over fields of these records for this one message."""
        for key in [key for key in self.context.edits if key in self.sources]:
            wanted = self.context.edits[key]
            self.late[key] = edits.empty(self.sources[key], wanted)
            try:
                self.sources[key] = edits.put(self.sources[key], wanted)
            except Fail as word:
                self._end(key, word)
        if self.context.edits:
            self.context.edited([self.open[key].id for key in self.context.edits if key in self.open])

    # --- what we know of them ---------------------------------------------------------------------------

    def _look_up(self) -> None:
        find = bindings.by_target if self.sync.reverse else bindings.get_many
        self.bound = find(self.context.connector, self.entity, list(self.open), states=self.twoway)

    def _row(self, key: str) -> str:
        """The key of the binding of a record of this lane."""
        if not self.sync.reverse:
            return key
        bound = self.bound.get(key)
        return bound.key if bound else PROVISIONAL + key

    def _target_id(self, key: str) -> str:
        """The id that a record is bound to in the target, empty when it is not (yet)."""
        bound = self.bound.get(key)
        if bound is None or not self.sync.reverse:
            return bound.target_id if bound else ""
        return "" if bound.key.startswith(PROVISIONAL) else bound.key

    def _gone(self, key: str) -> None:
        """The source has no such record (any more): take it out of the target, if it was ever there."""
        bound = self.bound.get(key)
        if not self.sync.deletes or bound is None or not bound.target_id:
            self._end(key, Skip(f"{key} is not in {self.context.source.label} (any more)."))
            return
        if not self.context.setting("features", f"{self.entity}_deletion", True):  # CFG-17
            text = f"{key} is gone from {self.context.source.label}; deletions are switched off under Features."
            self._end(key, Skip(text))
            return
        if self._held([brake.gone(key)]):
            return
        if self.open[key].id not in self.ours():
            self._lost(key)
            return
        done = self._deleted(key, bound.target_id)
        if done.problem is None:
            bindings.forget(self.context.connector, self.entity, [key])
            label = self.context.source.label
            self._end(key, None, f"{key} is gone from {label}: taken out of {self.context.target.label}.", True)
        else:
            self._end(key, done.problem, wrote=True)

    def _deleted(self, key: str, target_id: str) -> Written:
        if not self.context.dry:
            return self.context.target.delete(self.entity, key, target_id)
        try:
            done = self.context.target.delete(self.entity, key, target_id)
        except Skip:  # it hangs on the answer of what was held back
            done = Written(key, target_id)
        text = f"it would be taken out of {self.context.target.label}, as it is gone from {self.context.source.label}"
        return done if isinstance(done.problem, Outcome) else Written(key, target_id, problem=_rehearsed(key, text))

    # --- what is to be done -----------------------------------------------------------------------------

    def _translate(self) -> None:
        records = [self.sources[key] for key in self.open]
        known = {key: self._target_id(key) for key in self.open}
        persons = {key for key, task in self.open.items() if task.origin == "person"}
        for key, made in translate.translate(self.context, self.needs, records, known, persons).items():
            if isinstance(made, Outcome):
                self._kept_out(key, made)
            else:
                late = self.late.get(key)
                self.records[key] = edits.put(made, late) if late else made

    def _kept_out(self, key: str, word: Outcome) -> None:
        self._left_out([key] if isinstance(word, Skip) else [])
        self._end(key, word)

    def _left_out(self, keys: list[str]) -> None:
        """Kept out of the store on purpose: who needs one of these must not wait for it."""
        keys = [key for key in keys if not self._target_id(key)]
        if keys and not self.context.dry and self.sync.direction == ERP_TO_STORE and self.entity in (CATEGORY, PRODUCT):
            bindings.leave_out(self.context.connector, self.entity, keys)
            self.needs.release(self.entity, keys)

    def _decide(self) -> None:
        fingerprint = self.context.fingerprint()
        for key, task in list(self.open.items()):
            record, bound = self.records[key], self.bound.get(key)
            self.hashes[key] = fingerprint + record.content_hash()[:56]
            if not getattr(record, "sellable", True):
                self._end(key, Skip(f"{key} is not for sale or not exported: no {self.entity} is sent for it."))
            elif bound is None or not bound.sure:
                continue
            elif self.sync.once and bound.target_id:
                self._end(key, Skip(f"It is in {self.context.target.label} already as {bound.target_id}."))
            elif not self.twoway and bound.written_hash == self.hashes[key] and task.origin not in FORCING:
                self._end(key, Skip(f"Unchanged: the {SIDES[self.sync.source]} already has exactly this."))

    def _resolve(self) -> dict[str, str]:
        """Ids in the target by key. What has to exist first and does not makes the message wait."""
        if not self.open:
            return {}
        if self.sync.needs:
            return self._needed(PRODUCT)
        return self._natural()

    def _natural(self) -> dict[str, str]:
        """Before a create, or a write after an unknown outcome: does the target have it under its natural key?"""
        known = {key: self._target_id(key) for key in self.open if self._target_id(key)}
        unknown = [key for key in self.open if key not in known]
        if unknown and safety().natural_key:
            found = self.context.target.find_like(self.entity, [self.records[key] for key in unknown])
            known.update({key: getattr(record, "target_id", "") or record.key for key, record in found.items()})
            if self.sync.once:
                self._already(found)
            if self.sync.reverse:
                self._named({key: known[key] for key in found})
        return known

    def _named(self, found: Mapping[str, str]) -> None:
        """Rows that were begun before the ERP's key was known get it now."""
        for key, erp_key in () if self.context.dry else found.items():
            if key in self.bound:
                bindings.rename(self.context.connector, self.entity, self.bound[key].key, erp_key)

    def _already(self, found: Mapping[str, Record]) -> None:
        """Made before, by an attempt whose answer was lost: bind it, and never make it again."""
        self._taken_off([self.records[key] for key in found])
        self.needs.adopt(self.entity, found, sure=True)
        for key, record in found.items():
            name = getattr(record, "target_id", "") or record.key
            text = f"{self.sync.title} {key} was in {self.context.target.label} already as {name}: bound."
            self._end(key, _rehearsed(key, "it would be bound") if self.context.dry else None, text)

    def _needed(self, entity: str) -> dict[str, str]:
        known, absent, left_out = self.needs.known(entity, list(self.open))
        for key in left_out:
            self._end(
                key, Skip(f"The {entity} {key} is kept out of the store, so its {self.sync.title.lower()} is too.")
            )
        for key in absent:
            self._end(key, Wait(f"The {entity} {key} is not in the store yet.", for_=(entity, key)))
        return known

    def _weigh(self, known: dict[str, str]) -> None:
        """Both ways: read the other side too, and let only go over what changed here or won."""
        there = [known[key] for key in self.open if key in known]
        targets = self.context.target.read_many(self.entity, there) if there else {}
        for key in [key for key in self.open if key in known]:
            target = targets.get(known[key])
            if target is None:
                continue  # bound to something that is gone there: it is made again
            plan = twoway.plan(self.context, self.sources[key], self.records[key], target, self.bound.get(key))
            self.plans[key] = plan
            if plan.back and not self.context.dry:
                self.context.opposite(self.entity, [known[key]])  # under the key that it has on the other side
            if plan.record is not None:
                self.records[key] = plan.record
            elif self.open[key].origin not in FORCING:
                self._at_rest(key, known[key], target)

    def _at_rest(self, key: str, target_id: str, target: Record) -> None:
        bound, plan = self.bound.get(key), self.plans[key]
        if not self.context.dry and (bound is None or not bound.target_state):
            erp, store = (key, target_id) if not self.sync.reverse else (target_id, key)
            bindings.adopt(self.context.connector, self.entity, {erp: store}, sure=True)
            states = twoway.states(self.context, plan, bound, self.sources[key], target)
            bindings.remember(self.context.connector, self.entity, erp, *states)
            self._end(key, None, f"{self.sync.title} {key} is on both sides and says the same: bound as {target_id}.")
            return
        source = self.context.source.label
        self._end(
            key, Skip(f"Nothing that {source} may say has changed since the last sync: an echo of our own write.")
        )

    def _brake(self) -> None:
        """Ask before something is written that would do harm if it were a mistake."""
        ask = self.entity in brake.WATCHED and self.sync.direction == ERP_TO_STORE and self.context.brake is not None
        bound = [key for key in self.open if self._target_id(key)] if ask else []
        if not bound:
            return
        told = bindings.told(self.context.connector, self.entity, bound)
        quantity = str(self.context.setting("inventory", "quantity_kind"))
        judged = (brake.judge(self.records[key], told.get(key, {}), quantity=quantity) for key in bound)
        self._held([danger for danger in judged if danger is not None])

    def _held(self, dangers: list[Danger]) -> bool:
        """Whether the brake has said no to any of these; they are over then."""
        if not dangers or self.context.brake is None or self.context.dry:
            return False
        held = self.context.brake([(self.open[danger.key], danger) for danger in dangers])
        for key, word in held.items():
            self._end(key, word)
        return bool(held)

    # --- doing it ---------------------------------------------------------------------------------------

    def _in_parts(self, known: dict[str, str]) -> None:
        """Mark, write and bind a part after the other: who is killed repeats one part and not all that was read."""
        for part in parts(self.open, self.context.batch):
            self.open, before = dict(part), len(self.results)
            if before and self.context.stopping():
                self.away = self.away or Retry("Its turn had not come when the work was ended.", away=True, after=0)
            for key in list(self.open) if self.away else ():
                self._end(key, self.away)
            marks = self._mark(known)
            if marks:
                self._make(marks, known)
            self.away = self.away or away(result.word for result in self.results[before:])

    def _mark(self, known: dict[str, str]) -> dict[str, Mark]:
        if not self.open:
            return {}
        if self.context.dry:
            return {key: Mark(self._row(key), self.hashes[key], self._version(key), 0) for key in self.open}
        rows = {key: (known.get(key) or self._row(key)) if self.sync.reverse else key for key in self.open}
        back = {row: key for key, row in rows.items()}
        versions = {rows[key]: self._version(key) for key in self.open}
        made = bindings.mark(
            self.context.connector,
            self.entity,
            {rows[key]: self.hashes[key] for key in self.open},
            versions,
            target_ids=back if self.sync.reverse else None,
            source_ids={key: _own_id(self.sources[key]) for key in self.open},
        )
        for key in [key for key in self.open if rows[key] not in made]:
            self._end(key, Skip("Older than what was already written: a newer version has gone out."))
        return {back[row]: mark for row, mark in made.items()}

    def _version(self, key: str) -> int:
        """What orders two writes. The store's times say nothing about the ERP's, so that a way back has none."""
        return 0 if self.twoway and self.sync.direction == STORE_TO_ERP else self.sources[key].version

    def _make(self, marks: dict[str, Mark], known: dict[str, str]) -> None:
        """Write, and where that makes customers of the ERP, be the only one to do so."""
        new = [one for key in marks if key not in known and isinstance(one := self.records[key], Customer)]
        if not new or not self.sync.reverse or self.context.dry:
            self._write(marks, known)
            return
        with buyers.alone(self.context, new) as still:
            found = self.context.target.find_like(CUSTOMER, new)  # an order of theirs may have made them meanwhile
            known |= {key: record.key for key, record in found.items()}
            still()
            self._write(marks, known)

    def _write(self, marks: dict[str, Mark], known: dict[str, str]) -> None:
        if safety().fence_before_write:
            still = self.ours()
            for key in [key for key in marks if self.open[key].id not in still]:
                del marks[key]
                self._lost(key)
        if not marks:
            return
        target, records = self.context.target, [self.records[key] for key in marks]

        def write(part: Sequence[Record]) -> list[Written]:
            return target.write_many(part, known={r.key: known[r.key] for r in part if r.key in known})

        if self.context.dry:
            self._rehearse(write, records)
            return
        written = write_splitting(write, records)
        self._bind(marks, written, {key: self.open[key].id for key in marks}, new=marks.keys() - known.keys())

    def _bind(self, marks: dict[str, Mark], written: list[Written], ids: dict[str, int], new: Set[str]) -> None:
        connector, done = self.context.connector, {item.key: item for item in written if item.problem is None}
        if done:
            rows = {key: marks[key].key for key in done}
            self._taken_off([self.records[key] for key in done])
            self.needs.follow(self.entity, [key for key in done if not self._target_id(key)])
            freed = list(done)
            if self.sync.reverse:
                freed = [item.target_id for item in done.values()] + [PROVISIONAL + key for key in done]
            bindings.bind(
                connector,
                self.entity,
                [marks[key] for key in done],
                target_ids={} if self.sync.reverse else {key: item.target_id for key, item in done.items()},
                fields={rows[key]: item.fields for key, item in done.items()},
                states=self._states(done, rows) if self.twoway else None,
                renamed=self._renamed(done, rows),
                first=partial(changes.keep, lane=self._lane, lines=self._changes(done, rows, ids)),
                then=partial(self.needs.release, self.entity, freed),
            )
            self.needs.release(self.entity, freed)
            terms.bound(connector, self.entity, {key: item.target_id for key, item in done.items()})
        still = self.ours()
        lost = [key for key, task_id in ids.items() if task_id not in still]
        if lost:  # an old value may have landed on a newer one: nobody may believe what is bound
            bindings.doubt(connector, self.entity, [marks[key].key for key in lost])
            self.needs.doubt_dependents(self.entity, [key for key in lost if key in new])
        self._left_out([item.key for item in written if isinstance(item.problem, Skip)])
        self.needs.missed([item.problem for item in written if isinstance(item.problem, Wait)])
        for item in written:
            self._end(item.key, item.problem, self._summary(item), wrote=True)

    def _rehearse(self, write: Write, records: Sequence[Record]) -> None:
        """Go as far as the first answer that nobody can imagine; what would have gone wrong before goes wrong here."""
        try:
            written = write_splitting(write, records)
        except Skip as word:
            written = [Written(record.key, problem=word) for record in records]
        for item in written:
            self.context.told(self.sources[item.key], self.records[item.key], item)
            problem = item.problem
            if problem is None or problem.code == REHEARSAL:
                how = "written" if problem else "created" if item.created else "updated"
                problem = _rehearsed(f"{self.sync.title} {item.key}", f"it would be {how}")
            self._end(item.key, problem)

    @property
    def _lane(self) -> tuple[str, str, str]:
        return self.context.connector, self.entity, self.sync.direction

    def _changes(
        self, done: Mapping[str, Written], rows: Mapping[str, str], ids: Mapping[str, int]
    ) -> list[changes.Line]:
        """What the field-level log is told, unless it is switched off."""
        if not self.context.setting("log", "fields", True):
            return []
        return [changes.Line(key, rows[key], ids[key], item.created, item.fields) for key, item in done.items()]

    def _taken_off(self, records: Sequence[Record]) -> None:
        """The store takes what it ships off its stock by itself, the ERP's number may be there already: say it again.

        Before the bind, so that no kill comes in between.
        """
        skus = {line.sku for record in records if isinstance(record, Shipment) for line in record.lines}
        if skus and safety().stock_after_shipment and not self.context.dry:
            self.needs.retell(INVENTORY, skus)

    def _renamed(self, done: Mapping[str, Written], rows: Mapping[str, str]) -> dict[str, str]:
        """Rows of what came from the store get the key that the ERP has made."""
        if not self.sync.reverse:
            return {}
        return {rows[key]: item.target_id for key, item in done.items() if item.target_id}

    def _states(self, done: Mapping[str, Written], rows: Mapping[str, str]) -> dict[str, tuple[str, str]]:
        """What both sides say now. Who did not say what it has made of our write is asked."""
        silent = {item.target_id: key for key, item in done.items() if item.seen is None and item.target_id}
        asked = self.context.target.read_many(self.entity, list(silent)) if silent else {}
        found: dict[str, tuple[str, str]] = {}
        for key, item in done.items():
            seen = item.seen or asked.get(item.target_id) or self.records[key]
            plan, bound = self.plans.get(key), self.bound.get(key)
            found[rows[key]] = twoway.states(self.context, plan, bound, self.sources[key], seen)
        return found

    def _summary(self, item: Written) -> str:
        if item.problem is not None:
            return item.problem.reason
        text = f"{self.sync.title} {item.key} {'created' if item.created else 'updated'}."
        plan, applied = self.plans.get(item.key), getattr(self.records.get(item.key), "rules", ())
        if plan and plan.conflicts:
            text += f" {'; '.join(plan.conflicts)}."
        return f"{text} Sync rules applied: {', '.join(applied)}." if applied else text

    def _lost(self, key: str) -> None:
        """Somebody has taken the message over: say nothing more, the queue will see the old epoch."""
        self._end(key, Skip("Another worker has taken this message over."))


def _rehearsed(what: str, text: str) -> Skip:
    return Skip(f"Rehearsal: nothing was sent. {what}: {text}.", code=REHEARSAL)


def _own_id(record: Record) -> str:
    """The id that the source itself has for a record, where that is not its key."""
    return record.store_id if isinstance(record, Order) else record.key
