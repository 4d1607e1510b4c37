"""Which size: the quick one, or with --full the whole."""

from __future__ import annotations

import pytest

from tests.torture.chaos import Size

QUICK = Size(products=60, changes=1200, new=15, seconds=36, kills=7, freezes=1, storms=2)
FULL = Size(products=520, changes=10_000, new=150, seconds=420, kills=60, freezes=8, storms=12)


@pytest.fixture
def size(request: pytest.FixtureRequest) -> Size:
    return FULL if request.config.getoption("--full") else QUICK
