"""What every translation is given. It translates nothing."""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import dataclass

from connector.sync.context import Context
from connector.sync.needs import Needs


@dataclass(frozen=True, slots=True)
class Job:
    """One piece of work: the context, the way to what is needed, ids in the target by key, keys of a person."""

    context: Context
    needs: Needs
    known: Mapping[str, str]
    persons: Set[str]
