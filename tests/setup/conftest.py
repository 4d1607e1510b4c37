"""The registry with two more systems for the length of a test."""

from __future__ import annotations

import pytest

from connector.systems import registry


@pytest.fixture(autouse=True)
def paper_systems(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(registry.SYSTEMS, "paper", "tests.setup.house:PaperErp")
    monkeypatch.setitem(registry.SYSTEMS, "shelf", "tests.setup.house:PaperStore")
