"""The safeties of this room, each of which a test can take away to show that another test would notice.

Nothing in the product sets them: `sabotage` is called by tests only.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Safety:
    version_compare: bool = True  # an older version never lands after a newer one
    natural_key: bool = True  # look up before a create whose outcome is unknown
    fence_before_write: bool = True  # ask whether the message is still ours just before the call
    order_first: bool = True  # what belongs to an order that is being made waits for it
    one_maker: bool = True  # nobody else makes a customer of the same e-mail address meanwhile
    stock_after_shipment: bool = True  # what the store has taken off by itself is written over


_now = Safety()


def safety() -> Safety:
    return _now


@contextmanager
def sabotage(**without: bool) -> Iterator[None]:
    """Run a block with a safety switched off, e.g. `sabotage(version_compare=False)`."""
    global _now
    before, _now = _now, replace(_now, **without)
    try:
        yield
    finally:
        _now = before
