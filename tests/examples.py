"""How many examples a property test tries: few with every run, thousands with `HYPOTHESIS_PROFILE=full`."""

from __future__ import annotations

import os

FULL = os.environ.get("HYPOTHESIS_PROFILE") == "full"


def examples(few: int, many: int) -> int:
    return many if FULL else few
