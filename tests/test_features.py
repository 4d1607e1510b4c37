"""docs/features.md keeps its word: every file it names is there, and every test."""

from __future__ import annotations

import ast
import re
from functools import cache
from typing import NamedTuple

import pytest

from tests.conftest import ROOT

PAGE = ROOT / "docs" / "features.md"
ID = re.compile(r"[A-Z]{3}-\d{2}")


class Feature(NamedTuple):
    """One row: what the house does, where, and which tests would notice if it stopped."""

    id: str
    title: str
    code: list[str]
    tests: list[str]


def features() -> list[Feature]:
    rows = [
        line.strip("|").split("|") for line in PAGE.read_text(encoding="utf-8").splitlines() if line.startswith("| ")
    ]
    cells = [[cell.strip() for cell in row] for row in rows]
    return [Feature(row[0], row[1], _names(row[2]), _names(row[3])) for row in cells if ID.fullmatch(row[0])]


def _names(cell: str) -> list[str]:
    return re.findall(r"`([^`]+)`", cell)


@cache
def functions(path: str) -> frozenset[str]:
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    return frozenset(node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))


def test_there_is_a_table() -> None:
    found = features()
    assert len(found) > 30
    assert len({feature.id for feature in found}) == len(found), "an id stands in one row"


@pytest.mark.parametrize("feature", features(), ids=lambda feature: feature.id)
def test_a_feature_names_code_and_tests_that_exist(feature: Feature) -> None:
    assert feature.title and feature.code and feature.tests
    for path in feature.code:
        assert (ROOT / path).exists(), f"{path} is not there"
    for test in feature.tests:
        path, _, name = test.partition("::")
        assert (ROOT / path).is_file(), f"{path} is not there"
        assert not name or name in functions(path), f"{path} has no test {name}"
