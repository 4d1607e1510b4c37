"""Values as they travel: wrapped in {"value": x}, numbers also as text, dates in several spellings."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any


def plain(raw: Any) -> Any:
    """The value inside {"value": x}; a bare value is taken as it is."""
    return raw.get("value") if isinstance(raw, Mapping) else raw


def finite(value: Any) -> float:
    """A decimal. Raises ValueError for NaN and the infinities, which JSON has not."""
    found = float(value)
    if not math.isfinite(found):
        raise ValueError(f"{value} is not a number")
    return found


def typed(value: Any, kind: str) -> Any:
    """A value in the field's type; numbers sent as text are accepted. Raises ValueError, TypeError."""
    if value is None:
        return None
    if kind == "Decimal":
        return finite(value)
    if kind in ("Int", "Short"):
        return int(value)
    if kind == "Boolean":
        if str(value).lower() not in ("true", "false"):
            raise ValueError(value)
        return str(value).lower() == "true"
    return str(value).rstrip() if kind == "String" else str(value)
