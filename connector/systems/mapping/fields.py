"""Rows that map a field of the ERP to a field of the store: which of them count, and what they say.

Directions are of a row (DIR-07) within the direction of its entity (DIR-08); a row for one store view goes
before the row for all (MAP-23); `use_in` says whether it counts for a create, an update or both (MAP-07).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from connector.errors import Fail
from connector.records import ERP_TO_STORE, STORE_TO_ERP, Pairs
from connector.systems.mapping.transforms import Transform

BOTH_NEWEST, BOTH_ERP, BOTH_STORE = "both_newest", "both_erp", "both_store"
BOTH = (BOTH_NEWEST, BOTH_ERP, BOTH_STORE)
DIRECTIONS = (ERP_TO_STORE, STORE_TO_ERP, *BOTH)
USES = ("both", "create", "update")
WINNERS = {BOTH_NEWEST: "newest", BOTH_ERP: "erp", BOTH_STORE: "store", ERP_TO_STORE: "erp", STORE_TO_ERP: "store"}


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a mapping. `scope` is a store view's code, "" for all of them."""

    store: str = ""
    erp: str = ""
    direction: str = ERP_TO_STORE
    use_in: str = "both"
    scope: str = ""
    transform: Transform = field(default_factory=Transform)
    more: Mapping[str, Any] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """What a person calls this row."""
        where = f" (store view {self.scope})" if self.scope else ""
        return f"{self.store or '-'} <-> {self.erp or '-'}{where}"

    def source(self, direction: str) -> str:
        return self.erp if direction == ERP_TO_STORE else self.store

    def target(self, direction: str) -> str:
        return self.store if direction == ERP_TO_STORE else self.erp


@dataclass(frozen=True, slots=True)
class Result:
    """What one row gives: a value, or the sentence that says why it has none."""

    row: Row
    source: str = ""
    value: str | None = None
    problem: str = ""


def of(rows: Iterable[Row | Mapping[str, Any]]) -> tuple[Row, ...]:
    """Rows as setup keeps them (store, erp, scope, direction, use_in, more) as values of this module."""
    return tuple(row if isinstance(row, Row) else _row(row) for row in rows)


def _row(found: Mapping[str, Any]) -> Row:
    more = dict(found.get("more") or {})
    return Row(
        store=str(found.get("store") or ""),
        erp=str(found.get("erp") or ""),
        direction=str(found.get("direction") or ERP_TO_STORE),
        use_in=str(found.get("use_in") or "both"),
        scope=str(found.get("scope") or ""),
        transform=Transform.of(found.get("transform") or more.get("transform")),
        more=more,
    )


def effective(row: Row, entity_direction: str) -> str:
    """The direction a row really has when its entity goes `entity_direction` (or "both"); "": it is not applied.

    An entity that goes one way takes its two-way rows along that way and leaves the contrary ones out (DIR-08).
    """
    if entity_direction not in (ERP_TO_STORE, STORE_TO_ERP):
        return row.direction
    return entity_direction if row.direction in (*BOTH, entity_direction) else ""


def winner(row: Row) -> str:
    """Who is right when both sides changed a value since the last sync: newest, erp or store (DIR-03..05)."""
    return WINNERS.get(row.direction, "newest")


def in_force(
    rows: Sequence[Row], *, direction: str, creating: bool, view: str = "", entity_direction: str = "both"
) -> list[Row]:
    """The rows that count for one record going `direction`, in their order; one for each target field."""
    use = "create" if creating else "update"
    chosen: dict[str, Row] = {}
    for row in rows:
        if effective(row, entity_direction) not in (direction, *BOTH):
            continue
        if row.use_in not in ("both", use) or row.scope not in ("", view):
            continue
        held = chosen.get(row.target(direction))
        if row.target(direction) and (held is None or (row.scope and not held.scope)):
            chosen[row.target(direction)] = row
    return list(chosen.values())


def results(
    rows: Sequence[Row],
    raw: Pairs,
    *,
    direction: str,
    creating: bool,
    view: str = "",
    entity_direction: str = "both",
) -> list[Result]:
    """What each row that counts gives, its problem as a sentence: for the tester of a page."""
    fields = dict(raw)
    counting = in_force(rows, direction=direction, creating=creating, view=view, entity_direction=entity_direction)
    return [_result(row, fields, direction) for row in counting]


def _result(row: Row, fields: Mapping[str, str], direction: str) -> Result:
    name = row.source(direction)
    present = name in fields
    if not present and not row.transform.free:
        return Result(row)
    source = fields.get(name, "")
    try:
        return Result(row, source, row.transform.apply(source, fields, direction))
    except ValueError as error:
        return Result(row, source, problem=str(error))


def apply(
    rows: Sequence[Row],
    raw: Pairs,
    *,
    direction: str,
    creating: bool,
    view: str = "",
    entity_direction: str = "both",
) -> Pairs:
    """(target field, value) of every row that counts and whose source field the record has.

    A field that the source did not tell is left alone: absent is not empty. Raises Fail naming the row when a
    lookup list has no such value or a template breaks.
    """
    made = []
    for result in results(
        rows, raw, direction=direction, creating=creating, view=view, entity_direction=entity_direction
    ):
        if result.problem:
            raise Fail(
                f"The mapping row {result.row.name} does not work: {result.problem}",
                code="mapping.row",
                help="Correct this row on the mapping page; its tester shows what it makes of a record.",
            )
        if result.value is not None:
            made.append((result.row.target(direction), result.value))
    return tuple(made)
