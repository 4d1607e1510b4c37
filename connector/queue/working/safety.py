"""Switches that take one safety out, so that tests can show that each is needed. Production never turns one.

Tests use `sabotaged("fencing")`; processes that a torture test starts read CONNECTOR_SABOTAGE, a list of names
with commas. With `unique_key` off the table's two unique indexes must be dropped by the test as well.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, fields, replace


@dataclass(frozen=True, slots=True)
class Safety:
    """What keeps the promises: each is True unless a test says otherwise."""

    unique_key: bool = True  # one pending and one running message for each record
    fencing: bool = True  # who lost the lease settles nothing


def _without(names: str) -> Safety:
    known = {field.name for field in fields(Safety)}
    wanted = {name.strip() for name in names.split(",") if name.strip()}
    if wanted - known:
        raise ValueError(f"CONNECTOR_SABOTAGE knows {', '.join(sorted(known))}")
    return replace(Safety(), **dict.fromkeys(wanted, False))


_current = _without(os.environ.get("CONNECTOR_SABOTAGE", ""))


def safety() -> Safety:
    """The safeties in force."""
    return _current


@contextmanager
def sabotaged(*names: str) -> Iterator[None]:
    """Take the named safeties out for the length of the block. Only for tests."""
    global _current
    before, _current = _current, _without(",".join(names))
    try:
        yield
    finally:
        _current = before
