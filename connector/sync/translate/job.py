"""What every translation is given. It translates nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import dataclass
from typing import Any

from connector.sync.context import Context
from connector.sync.needs import Needs


@dataclass(frozen=True, slots=True)
class Job:
    """One piece of work: the context, the way to what is needed, ids in the target by key, keys of a person."""

    context: Context
    needs: Needs
    known: Mapping[str, str]
    persons: Set[str]

    def best(self, kind: str, fits: Callable[[Any], bool], view: str = "") -> Any | None:
        """The row of a mapping that fits: one of this store view before one for all (MAP-23), else in their order."""
        return best(self.context.rows(kind), fits, view)


def best(rows: Sequence[Any], fits: Callable[[Any], bool], view: str = "") -> Any | None:
    """As `Job.best`, over these rows."""
    found = [row for row in rows if row.scope in ("", view) and fits(row)]
    return max(found, key=lambda row: row.scope != "", default=None)
