"""The secrets that are in use in this process, so that what a system answers is kept without them.

A system may answer with an error that repeats what it was sent, headers and all. It knows no setting and no log.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import quote, quote_plus

SHORTEST_SECRET = 8  # a shorter one stands in ordinary texts by chance: masking it would spoil them
COVER = "***"
_in_use: set[str] = set()


def conceal(secrets: Iterable[Any]) -> None:
    """From now on mask these values in whatever the log keeps of the other side's answers."""
    for secret in secrets:
        if isinstance(secret, str) and len(secret) >= SHORTEST_SECRET:
            plain = json.dumps(secret)[1:-1]
            _in_use.update((secret, plain, quote(secret), quote(secret, safe=""), quote_plus(secret)))


def covered(value: Any) -> Any:
    """The same text (or texts inside lists and mappings) without any secret in use. A system may answer with an error
    that repeats what it was sent."""
    if isinstance(value, str):
        for secret in sorted(_in_use, key=len, reverse=True):
            value = value.replace(secret, COVER)
        return value
    if isinstance(value, Mapping):
        return {name: covered(item) for name, item in value.items()}
    return [covered(item) for item in value] if isinstance(value, list | tuple) else value


def conceals(text: str) -> bool:
    """Whether a text holds a secret in use."""
    return any(secret in text for secret in tuple(_in_use))  # another thread may add one
