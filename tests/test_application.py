"""create_app(): an application that nobody uses any more goes, with all that it held."""

from __future__ import annotations

import gc
import weakref
from pathlib import Path

from tests.conftest import make_app


def test_an_application_that_is_done_with_is_forgotten(sqlite_url: str, instance: Path) -> None:
    gone = [weakref.ref(make_app(sqlite_url, instance)) for _ in range(5)]
    gc.collect()
    assert sum(application() is not None for application in gone) <= 1, "at most the one that was made last"
