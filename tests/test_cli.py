"""The commands: what they print, what they leave behind, and that a mistake is a sentence and an exit code."""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from flask import Flask

from connector.cli import demo as demos
from connector.cli.doctor import FAIL, OK, WARN, Finding, findings
from connector.db import db, utcnow
from connector.engine import Engine
from connector.queue.models import Heartbeat
from connector.sandbox.process import Children, free_base
from connector.setup import connectors, lifecycle, schedules, users
from connector.setup.models import ACTIVE, ADMIN
from connector.systems.base import Check
from tests import rows
from tests.conftest import make_app

Run = Callable[..., Result]


@pytest.fixture
def run(app: Flask) -> Run:
    """Run a command line of words in the application's context."""
    runner = app.test_cli_runner()

    def run(*words: str, **more: Any) -> Result:
        result: Result = runner.invoke(args=list(words), **more)
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
        return result

    return run


def demo(**changes: Any) -> connectors.Config:
    values = demos.values(8100)
    for section, named in changes.items():
        values.setdefault(section, {}).update(named)
    return connectors.create("DEMO", "Demo shop", "magento", values, "ann")


# --- people -------------------------------------------------------------------------------------------------


def test_a_person_is_added_with_a_password_that_is_shown_once(run: Run) -> None:
    result = run("user", "add", "ann", "--role", "admin")
    assert result.exit_code == 0 and "role admin" in result.output
    password = result.output.split(": ")[-1].strip()
    known = users.verify("ann", password)
    assert known is not None and known.must_change and known.role == ADMIN


def test_a_password_can_come_from_standard_input(run: Run) -> None:
    result = run("user", "add", "ann", "--password-stdin", input="a long password\n")
    assert result.exit_code == 0 and "a long password" not in result.output
    known = users.verify("ann", "a long password")
    assert known is not None and not known.must_change
    assert run("user", "password", "ann", "--password-stdin", input="another password\n").exit_code == 0
    assert users.verify("ann", "another password") is not None
    fresh = run("user", "password", "ann").output.split(": ")[-1].strip()
    assert users.verify("ann", fresh) is not None


def test_people_are_listed_and_changed(run: Run) -> None:
    run("user", "add", "ann", "--role", "admin")
    run("user", "add", "bob")
    assert run("user", "change", "bob", "--role", "viewer", "--inactive").exit_code == 0
    lines = run("user", "list").output.splitlines()
    assert [line.split() for line in lines] == [["ann", "admin"], ["bob", "viewer", "may", "not", "sign", "in"]]


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("user", "add", "ann", "--password-stdin"), "at least 10"),
        (("user", "add", "\n"), "name"),
        (("user", "password", "nobody"), "no user 'nobody'"),
        (("user", "change", "ann"), "--role"),
        (("user", "change", "ann", "--inactive"), "last administrator"),
        (("connector", "show", "NONE"), "no connector 'NONE'. Connectors: none yet."),
        (("connector", "export", "NONE"), "no connector"),
        (("connector", "import", "/no/such/file"), "No such file"),
        (("sync", "product", "MUG", "--connector", "NONE"), "no connector"),
        (("sync", "customers", "MUG", "--connector", "NONE"), "'customers' is not one of"),
        (("sync", "product", "--connector", "NONE"), "Missing argument"),
        (("messages", "--status", "lost"), "'lost' is not one of"),
        (("messages", "--limit", "0"), "0 is not in the range"),
        (("messages", "--connector", "NONE"), "no connector"),
    ],
)
def test_a_mistake_is_said_in_a_sentence(run: Run, words: tuple[str, ...], says: str) -> None:
    users.create("ann", "a long password", ADMIN)
    result = run(*words, input="short\n")
    assert result.exit_code in (1, 2) and says in result.output
    assert "Traceback" not in result.output


def test_a_database_without_tables_is_said_in_a_sentence(tmp_path: Path, instance: Path) -> None:
    app = make_app(f"sqlite:///{tmp_path / 'empty.sqlite'}", instance)
    for words in (["user", "list"], ["connector", "list"], ["messages"], ["user", "add", "ann"], ["demo"]):
        result = app.test_cli_runner().invoke(args=words)
        assert result.exit_code == 1 and "flask --app wsgi doctor" in result.output
    result = app.test_cli_runner().invoke(args=["doctor"])
    assert result.exit_code == 1 and "flask --app wsgi db upgrade" in result.output


# --- connectors ---------------------------------------------------------------------------------------------


def test_connectors_are_listed_and_shown_without_secrets(run: Run) -> None:
    assert "no connector yet" in run("connector", "list").output
    demo()
    assert run("connector", "list").output.split()[:3] == ["DEMO", "new", "magento"]
    assert json.loads(run("connector", "list", "--json").output)[0]["state"] == "new"
    shown = run("connector", "show", "DEMO").output
    assert "password = ********" in shown and "token = ********" in shown and "sandbox-token" not in shown
    assert "source_map = MAIN=default, EAST=east, RETAIL=retail" in shown


def test_an_export_is_imported_in_another_house(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    demo()
    file = tmp_path / "demo.json"
    assert run("connector", "export", "-o", str(file)).exit_code == 0
    names = ("ERP_PASSWORD", "STORE_TOKEN", "PUSH_SECRET")
    assert all(f"env:DEMO_{name}" in file.read_text() for name in names)
    result = run("connector", "import", str(file))
    assert result.exit_code == 1 and "DEMO_ERP_PASSWORD is not set" in result.output
    secrets = {f"DEMO_{name}": f"another {name} of it" for name in names}
    for name, value in secrets.items():
        monkeypatch.setenv(name, value)
    dry = run("connector", "import", str(file), "--dry-run")
    assert "DEMO: erp.password: ******** -> ********" in dry.output and "would be changed" in dry.output
    assert connectors.get("DEMO").section("erp")["password"] == "sandbox"
    assert run("connector", "import", str(file)).exit_code == 0
    assert connectors.get("DEMO").section("erp")["password"] == "another ERP_PASSWORD of it"
    again = run("connector", "import", str(file))
    assert again.output == "DEMO: no change\n0 of 1 connectors changed.\n"
    printed = run("connector", "export", "DEMO").output
    assert json.loads(printed)["connectors"][0]["id"] == "DEMO" and "another" not in printed


@pytest.mark.parametrize("content", [b"{", b"\xff\xfe", b"[]", b'{"connectors": [{"id": "A", "plugin": "x"}]}'])
def test_a_file_that_is_wrong_is_refused(run: Run, tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "wrong.json"
    file.write_bytes(content)
    result = run("connector", "import", str(file))
    assert result.exit_code == 1 and result.output.startswith("Error: ") and connectors.all() == []


def test_secrets_are_sealed_again(run: Run) -> None:
    demo()
    assert run("connector", "reseal").output == "The secrets of 1 connectors are sealed with the newest key.\n"


# --- messages -----------------------------------------------------------------------------------------------


def test_messages_are_listed_for_people_and_for_scripts(run: Run) -> None:
    demo()
    assert "No message" in run("messages").output
    rows.message(key="MUG", status="failed", error="The store said no.\nTwice.", code="store.no")
    rows.message(key="CUP", entity="product", status="pending")
    text = run("messages", "--status", "failed").output
    assert "DEMO/price" in text and "MUG  The store said no. Twice." in text and "CUP" not in text
    found = json.loads(run("messages", "--json").output)
    assert [(each["key"], each["status"]) for each in found] == [("CUP", "pending"), ("MUG", "failed")]
    assert found[1]["created_at"].startswith("2026-05-04T12:00:00")
    for words in (("--key", "CUP"), ("--entity", "product"), ("--text", "cup")):
        assert [each["key"] for each in json.loads(run("messages", "--json", *words).output)] == ["CUP"]


def test_a_long_list_is_read_page_by_page(run: Run) -> None:
    demo()
    rows.many(1200)
    found = json.loads(run("messages", "--json", "--limit", "1100").output)
    assert len(found) == 1100 == len({each["id"] for each in found})


class Ends:
    """An engine that settles each record at once, as told."""

    def __init__(self, app: Flask, status: str) -> None:
        self.status, self.asked = status, list[tuple[Any, ...]]()
        app.extensions["engine"] = self

    def sync_now(self, connector: str, entity: str, key: str, *, user: str, wait: float) -> int:
        self.asked.append((connector, entity, key, wait))
        return rows.message(connector_id=connector, entity=entity, key=key, status=self.status, reason="Told so.")


def working() -> None:
    """As if a process worked."""
    with db.write() as connection:
        connection.execute(Heartbeat.__table__.insert(), {"worker": "w", "started_at": utcnow(), "seen_at": utcnow()})


@pytest.mark.parametrize(("status", "code"), [("succeeded", 0), ("skipped", 0), ("failed", 1), ("waiting", 1)])
def test_sync_sends_each_record_and_says_how_it_ended(app: Flask, run: Run, status: str, code: int) -> None:
    demo()
    lifecycle.initialize("DEMO", "ann")
    working()
    engine = Ends(app, status)
    result = run("sync", "product", "MUG", "CUP", "--connector", "DEMO", "--wait", "3")
    assert engine.asked == [("DEMO", "product", "MUG", 3.0), ("DEMO", "product", "CUP", 3.0)]
    assert result.exit_code == code and f"MUG: {status}. Told so." in result.output


def test_sync_does_not_wait_for_what_cannot_come(app: Flask, run: Run) -> None:
    demo()
    engine = Ends(app, "waiting")
    assert "no process is working" in run("sync", "product", "MUG", "--connector", "DEMO").output
    working()
    assert "DEMO is new" in run("sync", "product", "MUG", "--connector", "DEMO").output
    lifecycle.initialize("DEMO", "ann")
    connectors.need_attention("DEMO", "Refused.")
    assert "in need of attention (Refused.)" in run("sync", "product", "MUG", "--connector", "DEMO").output
    assert {asked[3] for asked in engine.asked} == {0}


def test_an_entity_that_is_not_ticked_is_not_sent(app: Flask, run: Run) -> None:
    demo(entities={"price": False})
    engine = Ends(app, "succeeded")
    result = run("sync", "price", "MUG", "--connector", "DEMO")
    assert result.exit_code == 1 and "not ticked" in result.output and engine.asked == []


# --- doctor -------------------------------------------------------------------------------------------------


@pytest.fixture
def healthy(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Check]]:
    """A house in which all is well. The list holds what the next connection tests find."""
    from flask_migrate import upgrade

    db.drop_all()
    upgrade()
    users.create("ann", "a long password", ADMIN)
    demo()
    lifecycle.initialize("DEMO", "ann")
    working()
    checks = [Check(ok=True, facts=(("Version", "2.4"),), clock_offset=0.2)]
    monkeypatch.setattr(Engine, "test_connection", lambda self, id, side, values=None: checks[-1])
    yield checks


def said(level: str, *, offline: bool = False) -> list[Finding]:
    return [finding for finding in findings(offline=offline) if finding.level == level]


def test_a_healthy_house_is_told_line_by_line(run: Run, healthy: list[Check]) -> None:
    result = run("doctor")
    assert result.exit_code == 0
    assert {line[:5].strip() for line in result.output.splitlines()} == {OK}
    assert "Connector DEMO, Acumatica: Connected. Version 2.4" in result.output


def test_a_refused_connection_fails_with_what_to_do(run: Run, healthy: list[Check]) -> None:
    healthy.append(Check(ok=False, problem="The password is wrong.", help="Enter the right one."))
    result = run("doctor")
    assert result.exit_code == 1
    assert "FAIL Connector DEMO, Magento 2: The password is wrong.\n     -> Enter the right one." in result.output
    assert said(FAIL, offline=True) == []


def test_a_clock_that_is_off_is_a_warning(app: Flask, healthy: list[Check]) -> None:
    healthy.append(replace(healthy[0], clock_offset=-600.0))
    assert {finding.text for finding in said(WARN)} == {"Its clock is 600 s behind ours."}


def test_keys_that_others_can_read_fail(app: Flask, healthy: list[Check]) -> None:
    path = Path(app.config["INSTANCE"]) / "secrets_key"
    path.chmod(0o644)
    try:
        assert [finding.text for finding in said(FAIL)] == ["Others can read secrets_key."]
    finally:
        path.chmod(stat.S_IRUSR | stat.S_IWUSR)


def test_without_a_process_an_administrator_or_schedules_it_says_so(app: Flask, healthy: list[Check]) -> None:
    ann = users.find("ann")
    assert ann is not None
    with db.write() as connection:
        connection.exec_driver_sql("UPDATE heartbeat SET seen_at = 0")
        connection.exec_driver_sql('UPDATE "user" SET active = false')
    for schedule in schedules.of("DEMO"):
        schedules.set_active(schedule.id, False, user="ann")
    assert [finding.title for finding in said(FAIL)] == ["People"]
    assert [finding.title for finding in said(WARN)] == ["Processes", "Connector DEMO"]
    lifecycle.stop("DEMO", "ann")
    assert "It is stopped: nothing is sent." in [finding.text for finding in said(WARN)]
    connectors.need_attention("DEMO", "Refused.")
    assert "It has stopped calling: Refused." in [finding.text for finding in said(FAIL)]


def test_a_change_that_has_been_due_for_long_is_a_warning(app: Flask, healthy: list[Check]) -> None:
    rows.message(key="OLD", available_at=utcnow() - timedelta(hours=1), created_at=utcnow() - timedelta(hours=1))
    (finding,) = said(WARN)
    assert finding.title == "Queue DEMO/price/erp_to_store" and "60 minutes" in finding.text


def test_on_postgresql_keys_of_one_machine_are_a_warning(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    from connector.cli import doctor

    monkeypatch.setitem(app.config, "DATABASE_URL", "postgresql+psycopg://h/x")
    assert [finding.level for finding in doctor.settings()] == [OK, WARN]
    for name in ("SECRET_KEY", "SECRETS_KEY"):
        monkeypatch.setitem(os.environ, name, "set somewhere")
    assert [finding.level for finding in doctor.settings()] == [OK]


# --- demo ---------------------------------------------------------------------------------------------------


def test_the_demo_connector_is_made_once_against_the_sandbox(
    app: Flask, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    base = free_base()
    monkeypatch.setitem(app.config, "SANDBOX_PORT", base)
    result = run("demo")
    assert result.exit_code == 1 and "Acumatica sandbox cannot be reached" in result.output
    with Children(base, tmp_path):
        result = run("demo")
        assert result.exit_code == 0, result.output
        config = connectors.get("DEMO")
        assert config.state == ACTIVE and config.section("product")["individual_sync"] is True
        found = json.loads(run("messages", "--json", "--limit", "10000").output)
        assert len(found) > 500 and {"product", "price", "inventory", "category", "customer"} <= {
            each["entity"] for each in found
        }
        lifecycle.stop("DEMO", "ann")
        again = run("demo")
        assert again.exit_code == 0 and connectors.get("DEMO").state == "stopped"
        assert "created" not in again.output and "Message table" not in again.output


def test_the_demo_connector_moves_with_the_sandbox_unless_it_points_elsewhere(app: Flask) -> None:
    demo(store={"url": "https://shop.example"})
    app.config["SANDBOX_PORT"] = 9100
    moved = demos._moved(connectors.get("DEMO"))
    assert moved.section("erp")["url"] == "http://127.0.0.1:9101"
    assert moved.section("store")["url"] == "https://shop.example"
    assert moved.section("push")["secret"] == connectors.get("DEMO").section("push")["secret"]
