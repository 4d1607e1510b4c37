"""The name of a queue: which connector, which entity, which way. It knows none of them."""

from __future__ import annotations

from typing import NamedTuple


class Lane(NamedTuple):
    """One queue of the message table; each has a window of its own."""

    connector: str
    entity: str
    direction: str

    def __str__(self) -> str:
        return "/".join(self)

    @classmethod
    def parse(cls, text: str) -> Lane:
        """The lane of "DEMO/price/erp_to_store". Raises ValueError when it is not one."""
        parts = text.rsplit("/", 2)
        if len(parts) != 3 or not all(parts):
            raise ValueError(f"{text!r} is not connector/entity/direction")
        return cls(*parts)
