"""Finding columns of a generic inquiry, whose names are up to whoever built it. It knows no request.

A column is called by its caption, or by `Alias_field` when it has none (facts/ACUMATICA.md section 5); case
and blanks vary. Rows of pushes and of OData are read with this.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

KEY = ("inventoryid", "inventorycd")
WAREHOUSE = ("warehouse", "warehouseid", "site", "siteid", "sitecd")
ON_HAND = ("qtyonhand", "onhand")
AVAILABLE = ("qtyavailable", "qtyavail", "available")
SHIPPING = (
    "qtyhardavailable",
    "qtyhardavail",
    "hardavailable",
    "qtyavailableforshipping",
    "qtyavailableforshipment",
    "availableforshipping",
    "availableforshipment",
)
MODIFIED = ("lastmodifieddateofwarehouseqty", "lastmodifieddatetime", "lastmodifiedon", "lastmodified")


def find(row: Mapping[str, Any], wanted: tuple[str, ...]) -> str | None:
    """The name of the row's column for one of the wanted words (best first), whole names before `Alias_field`."""
    whole = {_bare(name): name for name in reversed(list(row))}
    ends = {_bare(name.rpartition("_")[2]): name for name in reversed(list(row)) if "_" in name}
    for names in (whole, ends):
        for word in wanted:
            if word in names:
                return names[word]
    return None


def _bare(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower())
