"""The list of systems: found by name, loaded late, and a missing one breaks only itself."""

from __future__ import annotations

import subprocess
import sys

import pytest

from connector.systems import registry
from connector.systems.acumatica import Acumatica


def test_a_system_is_found_by_its_name() -> None:
    assert registry.get("acumatica") is Acumatica


def test_an_unknown_name_is_a_key_error() -> None:
    with pytest.raises(KeyError):
        registry.get("weather")


def test_a_missing_folder_breaks_only_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(registry.SYSTEMS, "gone", "connector.systems.gone:Gone")
    monkeypatch.setitem(registry.SYSTEMS, "empty", "connector.systems:Empty")
    for name in ("gone", "empty"):
        with pytest.raises(ImportError):
            registry.get(name)
    assert registry.erps()["acumatica"] is Acumatica
    assert not {"gone", "empty"} & {*registry.erps(), *registry.stores()}


def test_the_erps_and_the_stores_are_told_apart() -> None:
    assert set(registry.erps()) == {"acumatica"}
    assert "acumatica" not in registry.stores()


def test_every_line_names_its_system() -> None:
    for name, system in {**registry.erps(), **registry.stores()}.items():
        assert system.name == name


def test_nothing_is_loaded_before_it_is_asked_for() -> None:
    code = "import sys, connector.systems.registry; print([m for m in sys.modules if 'acumatica' in m])"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "[]"
