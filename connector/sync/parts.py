"""Cutting what was read together into what is written together. It knows no record and no system."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TypeVar

from connector.errors import Outcome, Retry

T = TypeVar("T")


def parts(tasks: Mapping[str, T], size: int) -> Iterator[list[tuple[str, T]]]:
    """The tasks by key, at most `size` at a time; 0: all of them at once."""
    rest = list(tasks.items())
    step = size or max(1, len(rest))
    for start in range(0, len(rest), step):
        yield rest[start : start + step]


def away(words: Iterable[Outcome | None]) -> Outcome | None:
    """The word that says that the other side cannot be reached at all, if any does."""
    return next((word for word in words if isinstance(word, Retry) and word.away), None)
