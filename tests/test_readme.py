"""The README says what is: settings, libraries and commands as they are in the code."""

from __future__ import annotations

import re

import pytest
from flask import Flask

from tests.conftest import ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")


def section(title: str) -> str:
    """What stands under a heading."""
    return README.split(f"\n## {title}\n")[1].split("\n## ")[0]


def rows(title: str) -> list[list[str]]:
    lines = [line for line in section(title).splitlines() if line.startswith("| ")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


def test_every_setting_stands_in_the_table_and_no_other() -> None:
    read = re.findall(r'reader\.get\(\s*"([A-Z_]+)"', (ROOT / "config.py").read_text(encoding="utf-8"))
    assert sorted(row[0].strip("`") for row in rows("Settings")) == sorted(read)


def test_every_library_has_its_reason() -> None:
    wanted = re.findall(r"^([a-z0-9-]+)", (ROOT / "requirements.txt").read_text(encoding="utf-8"), flags=re.MULTILINE)
    named = [name for row in rows("Libraries") for name in row[0].split(", ")]
    assert sorted(named) == sorted(wanted)


def test_every_command_is_named(app: Flask) -> None:
    named = " ".join(row[0] for row in rows("Commands"))
    ours = set(app.cli.commands) - {"db"}
    assert all(f"`{name}" in named for name in ours)
    for group in ("user", "connector"):
        for name in app.cli.commands[group].commands:  # type: ignore[attr-defined]
            assert name in named


@pytest.mark.parametrize(
    "path", sorted(set(re.findall(r"`((?:connector|tests|docs|migrations|templates|static)/?[\w/.]*)`", README)))
)
def test_every_path_is_there(path: str) -> None:
    assert (ROOT / path).exists()


def test_it_is_finished() -> None:
    assert not re.search(r"\bTBD\b|to be written|coming soon|placeholder", README, flags=re.IGNORECASE)
