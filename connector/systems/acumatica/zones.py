"""The time zone in which a site shows its times to a user, out of the locale cookie of the sign-in.

The cookie reads `Culture=en-US&TimeZone=GMTM0500A` (facts/ACUMATICA.md, section 1.1): M is west of Greenwich, P
east, then hours and minutes; the last letter tells zones of one difference apart and is no public table.
"""

from __future__ import annotations

import re
from urllib.parse import unquote

ZONE = re.compile(r"TimeZone=GMT([MPE])(\d{2})(\d{2})")


def of(locale: str) -> str:
    """ "UTC-05:00" of a locale cookie; "" when it tells no zone."""
    found = ZONE.search(unquote(locale))
    if not found:
        return ""
    return f"UTC{'-' if found[1] == 'M' else '+'}{found[2]}:{found[3]}"
