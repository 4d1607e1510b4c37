"""Who may use whom: the table of the design, read out of the imports of every file.

A new arrow is a change of this table and needs a reason beside it.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.conftest import ROOT

HOUSE = ROOT / "connector"
EVERYBODY = {"clock", "errors"}  # small words that know nothing
DATABASE = {"db", "events", "notices"}  # whoever may use the one may use the other
SYSTEM = {"systems.base", "systems.http", "systems.mapping", "records"}

# room -> rooms of the house, and packages besides the standard library, that it may import
ROOMS: dict[str, tuple[set[str], set[str]]] = {
    "clock": (set(), set()),
    "errors": (set(), set()),
    "records": (set(), set()),
    "db": ({"clock"}, {"flask_sqlalchemy", "sqlalchemy"}),
    "events": ({"db"}, {"sqlalchemy"}),
    "notices": ({"db"}, {"sqlalchemy"}),  # like events: every room may tell, none is known
    "queue": (DATABASE, {"sqlalchemy"}),
    "queue.scheduler": (DATABASE | {"queue"}, {"sqlalchemy", "apscheduler"}),
    "queue.wake": (DATABASE | {"queue"}, {"sqlalchemy", "psycopg"}),  # LISTEN needs the driver itself
    "sync": (DATABASE | {"records", "systems.base", "systems.mapping"}, {"sqlalchemy"}),
    "setup": (
        DATABASE | {"records", "systems.base", "systems.mapping", "systems.registry"},
        {"sqlalchemy", "cryptography", "werkzeug"},  # werkzeug: password hashes
    ),
    "systems": (set(), set()),
    "systems.setting": (set(), set()),
    "systems.secrecy": (set(), set()),
    "systems.base": ({"records", "systems.setting", "systems.secrecy"}, set()),
    "systems.held": (set(), set()),
    "systems.http": ({"systems.held", "systems.base", "systems.secrecy"}, {"requests"}),
    "systems.mapping": ({"systems.base", "records"}, {"jinja2"}),  # its sandbox runs what people write into a row
    "systems.registry": ({"systems.base"}, set()),
    "systems.acumatica": (SYSTEM | {"systems.acumatica"}, set()),
    "systems.magento": (SYSTEM | {"systems.magento"}, {"requests_oauthlib"}),  # it signs, systems.http sends
    "watch": (DATABASE | {"queue", "sync", "setup", "records", "systems.base"}, {"sqlalchemy"}),
    "watch.channels": (set(), {"apprise"}),  # the usual channels of alerts, which it reaches by itself
    "web": (
        DATABASE | {"queue", "sync", "setup", "records", "systems.base", "systems.mapping", "systems.registry",
         "engine", "watch"},
        {"flask", "flask_babel", "flask_login", "flask_wtf", "flask_bootstrap", "wtforms", "werkzeug", "jinja2",
         "jinja2_fragments", "babel", "pytz", "markupsafe", "sqlalchemy", "prometheus_client", "alembic",
         "django_js_lib_htmx"},
    ),
    "sandbox": (set(), {"flask", "werkzeug", "jinja2", "markupsafe", "requests"}),
}  # fmt: skip
COMPOSITION = {"", "engine", "cli"}  # these put the rooms together and know all of them


class Import(NamedTuple):
    """One import: `name` is absolute and dotted."""

    path: Path
    line: int
    name: str

    def __str__(self) -> str:
        return f"{self.path.relative_to(ROOT)}:{self.line} imports {self.name}"


def files() -> list[Path]:
    return sorted(HOUSE.rglob("*.py"))


def imports(path: Path) -> Iterator[Import]:
    """Every import of a file, those inside functions and under TYPE_CHECKING too."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (Import(path, node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, f"{path}:{node.lineno} uses a relative import, which hides the room"
            yield from (Import(path, node.lineno, _whole(node.module or "", alias.name)) for alias in node.names)


def _whole(module: str, name: str) -> str:
    """`from connector.systems import http` means the module connector.systems.http."""
    target = ROOT.joinpath(*module.split("."), name)
    return f"{module}.{name}" if target.is_dir() or target.with_suffix(".py").exists() else module


def room(dotted: str) -> str:
    """The room of a module: the longest entry of the table, or the first name."""
    parts = dotted.split(".")[1:]
    for length in (2, 1):
        name = ".".join(parts[:length])
        if name in ROOMS:
            return name
    return parts[0] if parts else ""


def room_of(path: Path) -> str:
    dotted = ".".join(path.relative_to(ROOT).with_suffix("").parts)
    return room(dotted.removesuffix(".__init__"))


def allowed(this: str, found: Import) -> bool:
    top = found.name.split(".")[0]
    houses, packages = ROOMS[this]
    if top != "connector":
        return top in sys.stdlib_module_names or top in packages
    other = room(found.name)
    whole = other.split(".")[0]
    if other == this or (whole == this.split(".")[0] and whole not in ("systems", "sandbox")):
        return True
    return other in houses | EVERYBODY or (whole in houses and "." not in this)


@pytest.mark.parametrize("path", files(), ids=lambda path: str(path.relative_to(HOUSE)))
def test_every_file_keeps_to_the_doors_of_its_room(path: Path) -> None:
    this = room_of(path)
    if this in COMPOSITION:
        return
    assert this in ROOMS, f"{this} is not in the table of rooms"
    wrong = [str(found) for found in imports(path) if not allowed(this, found)]
    if this == "sandbox":
        wrong = [text for text in wrong if "connector.sandbox" not in text]
    assert wrong == []


def users_of(package: str) -> set[str]:
    """Files that import a package, as paths inside the house."""
    return {
        str(path.relative_to(HOUSE))
        for path in files()
        for found in imports(path)
        if found.name.split(".")[0] == package
    }


def test_http_goes_through_one_seam() -> None:
    outside = {name for name in users_of("requests") if not name.startswith("sandbox/")}
    assert outside == {"systems/http.py"}
    assert {name for package in ("urllib3", "httpx", "aiohttp") for name in users_of(package)} == set()


def test_mail_goes_through_one_door() -> None:
    assert users_of("smtplib") == {"watch/mail.py"}


def test_the_clock_library_is_the_schedulers_alone() -> None:
    assert users_of("apscheduler") <= {"queue/scheduler.py"}


def calls(path: Path) -> Iterator[tuple[int, str]]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call):
            yield node.lineno, ast.unparse(node.func)


def test_only_the_clock_sleeps() -> None:
    """The sandbox is a house of its own and simulates slowness."""
    sleepers = {
        str(path.relative_to(HOUSE))
        for path in files()
        for _, name in calls(path)
        if name in ("time.sleep", "sleep") and "sandbox" not in path.parts
    }
    assert sleepers == {"clock.py"}


# crew: the runner's threads, where the work is called; settle: one unit's fault must not take the others with it
BROAD = {"queue/working/crew.py", "queue/working/settle.py"}


def test_a_broad_except_stands_in_the_queues_runner_only() -> None:
    found = set()
    for path in files():
        if "sandbox" in path.parts:
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ExceptHandler):
                names = ast.unparse(node.type) if node.type else ""
                broad = not names or "Exception" in names.replace("(", " ").replace(")", " ").replace(",", " ").split()
                if broad:
                    found.add(str(path.relative_to(HOUSE)))
    assert found <= BROAD


def test_nothing_that_is_committed_is_unfinished() -> None:
    marks = ("TO" + "DO", "FIX" + "ME", "NotImplemented" + "Error", "XX" + "X")
    unfinished = [
        f"{path.relative_to(ROOT)}: {mark}"
        for folder in ("connector", "templates", "static", "scripts", "migrations")
        for path in sorted((ROOT / folder).rglob("*"))
        if path.suffix in (".py", ".html", ".css", ".js")
        for mark in marks
        if mark in path.read_text(encoding="utf-8")
    ]
    assert unfinished == []


def test_no_room_of_the_house_is_missing_from_the_table() -> None:
    there = {path.name.removesuffix(".py") for path in HOUSE.iterdir() if path.suffix == ".py" or path.is_dir()}
    there -= {"__init__", "__pycache__", "systems"}
    assert there <= set(ROOMS) | COMPOSITION
    systems = {f"systems.{path.stem}" for path in (HOUSE / "systems").iterdir() if path.name[0] != "_"}
    assert systems <= set(ROOMS)


def test_the_table_notices_what_it_forbids(tmp_path: Path) -> None:
    def verdict(this: str, name: str) -> bool:
        return allowed(this, Import(HOUSE / "x.py", 1, name))

    assert not verdict("queue", "connector.sync.bindings")
    assert not verdict("queue", "apscheduler.triggers")
    assert verdict("queue.scheduler", "connector.queue.working.claim")
    assert not verdict("systems.magento", "connector.systems.acumatica.client")
    assert not verdict("systems.magento", "connector.systems.registry")
    assert not verdict("systems.magento", "flask")
    assert not verdict("sync", "connector.systems.http")
    assert not verdict("setup", "connector.queue.inbox")
    assert not verdict("setup", "flask")
    assert not verdict("web", "connector.systems.magento.client")
    assert not verdict("web", "requests")
    assert verdict("web", "connector.queue.reading.history")
    assert not verdict("sandbox", "connector.db")
    assert room("connector.systems.http") == "systems.http" and room("connector") == ""
