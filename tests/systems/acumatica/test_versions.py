"""Which endpoint version is spoken, and what is said when there is none."""

from __future__ import annotations

from typing import Any

import pytest

from connector.errors import Fail
from connector.systems.acumatica import versions
from connector.systems.acumatica.versions import Site
from tests.systems.acumatica.conftest import load


def site(*found: str) -> Site:
    return Site("", tuple(("Default", version) for version in found))


def test_both_shapes_of_the_list_are_read() -> None:
    new, old = versions.read(load("site.json")), versions.read(load("site-before-2023r2.json"))
    assert new is not None and old is not None
    assert (new.build, new.versions()) == ("25.105.0042", ["23.200.001", "24.200.001"])
    assert (old.build, old.versions()) == ("", ["20.200.001", "22.200.001"])


@pytest.mark.parametrize("body", [None, "x", 3, {}, {"endpoints": None}, {"version": "24", "endpoints": "x"}])
def test_anything_else_is_not_a_site(body: Any) -> None:
    assert versions.read(body) is None


@pytest.mark.parametrize(
    ("found", "chosen"),
    [
        (("22.200.001", "23.200.001", "24.200.001", "25.200.001", "26.200.001"), "25.200.001"),
        (("24.200.001", "20.200.001"), "24.200.001"),
        (("22.200.001", "23.200.001"), "23.200.001"),
        (("22.200.001",), "22.200.001"),
    ],
)
def test_the_newest_known_version_is_taken(found: tuple[str, ...], chosen: str) -> None:
    assert versions.choose(site(*found)) == chosen


def test_a_site_without_a_known_version_is_refused_with_what_it_has() -> None:
    with pytest.raises(Fail) as caught:
        versions.choose(site("18.200.001", "26.200.001"))
    assert "it has 18.200.001, 26.200.001" in caught.value.reason
    with pytest.raises(Fail, match="no version at all"):
        versions.choose(Site("", (("eCommerce", "24.200.001"),)))


def test_a_version_of_the_settings_must_be_there() -> None:
    assert versions.choose(site("23.200.001", "25.200.001"), "23.200.001") == "23.200.001"
    with pytest.raises(Fail) as caught:
        versions.choose(site("23.200.001"), "24.200.001")
    assert "no Default endpoint 24.200.001" in caught.value.reason
    assert "leave the endpoint version empty" in caught.value.help
