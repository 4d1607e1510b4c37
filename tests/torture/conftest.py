"""Which size: the quick one, or with --full the whole."""

from __future__ import annotations

import pytest

from tests.torture.chaos import Size

QUICK = Size(
    products=40, changes=500, new=10, seconds=27, kills=7, freezes=1, storms=2,
    orders=30, shipments=26, edits=15, people=8, polls=8, skews=2,
)  # fmt: skip
FULL = Size(
    products=520, changes=8_500, new=150, seconds=540, kills=60, freezes=8, storms=12,
    orders=600, shipments=450, edits=200, people=60, polls=60, skews=8,
)  # fmt: skip


@pytest.fixture
def size(request: pytest.FixtureRequest) -> Size:
    return FULL if request.config.getoption("--full") else QUICK
