"""The sandbox shares no code with the connector: its imports are read and checked."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2] / "connector" / "sandbox"
ALLOWED = {"flask", "werkzeug", "requests", *sys.stdlib_module_names}


def imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or ""


def test_the_sandbox_imports_nothing_of_the_product():
    for path in ROOT.rglob("*.py"):
        for name in imports(path):
            mine = name == "connector.sandbox" or name.startswith("connector.sandbox.")
            assert mine or name.split(".")[0] in ALLOWED, f"{path.name} imports {name}"


def test_requests_is_only_used_to_send_pushes():
    users = {path.name for path in ROOT.rglob("*.py") if "requests" in set(imports(path))}
    assert users == {"push.py"}


def test_nothing_outside_tests_and_the_command_line_imports_the_sandbox():
    for path in ROOT.parent.rglob("*.py"):
        if ROOT in path.parents:
            continue
        users = [name for name in imports(path) if name.startswith("connector.sandbox")]
        assert not users or path.name.startswith("cli") or "cli" in path.parts or "sandbox" in path.name, path
