"""The migrations make exactly the tables of the models, on both databases, and can be taken back."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from flask import Flask
from flask_migrate import downgrade, upgrade
from sqlalchemy import Connection, inspect

from connector.db import db
from tests.conftest import ROOT, make_app
from tests.postgres import Cluster


@pytest.fixture(params=["sqlite", "postgresql"])
def empty(request: pytest.FixtureRequest, tmp_path: Path, instance: Path) -> Iterator[Flask]:
    """An application whose database holds nothing."""
    url = f"sqlite:///{tmp_path / 'empty.sqlite'}"
    if request.param == "postgresql":
        cluster: Cluster = request.getfixturevalue("postgres")
        url = cluster.create("connector_migrated")
    app = make_app(url, instance)
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()


def indexes(connection: Connection) -> dict[str, str]:
    """Every index as the database itself writes it, by name: partial conditions are part of it."""
    if db.sqlite:
        query = "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL"
    else:
        query = "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'"
    found = dict(tuple(row) for row in connection.exec_driver_sql(query))
    return {name: " ".join(sql.split()) for name, sql in found.items() if "alembic" not in name}


def test_upgraded_from_nothing_the_database_is_what_the_models_say(empty: Flask) -> None:
    upgrade()
    with db.read() as connection:
        assert compare_metadata(MigrationContext.configure(connection), db.metadata) == []
        migrated = indexes(connection)
    downgrade(revision="base")
    db.create_all()
    with db.read() as connection:
        made = indexes(connection)
    assert migrated == made
    assert {"ux_message_pending", "ux_message_running", "ix_message_ready"} <= set(migrated)
    assert "WHERE" in migrated["ux_message_pending"]


def test_taken_back_nothing_is_left(empty: Flask) -> None:
    upgrade()
    downgrade(revision="base")
    with db.read() as connection:
        assert inspect(connection).get_table_names() in ([], ["alembic_version"])


def test_of_two_processes_that_start_together_one_waits(empty: Flask) -> None:
    env = {**os.environ, "DATABASE_URL": empty.config["DATABASE_URL"], "INSTANCE": empty.config["INSTANCE"]}
    command = [sys.executable, "-m", "flask", "--app", "wsgi", "db", "upgrade"]
    started = [subprocess.Popen(command, cwd=ROOT, env=env, stderr=subprocess.PIPE) for _ in range(2)]
    said = [process.communicate(timeout=60)[1].decode() for process in started]
    assert [process.returncode for process in started] == [0, 0], said
    with db.read() as connection:
        assert "message" in inspect(connection).get_table_names()


def test_migrations_do_not_depend_on_code_that_will_change() -> None:
    for path in (ROOT / "migrations" / "versions").glob("*.py"):
        assert "connector" not in {
            word.split(".")[0]
            for line in path.read_text().splitlines()
            if line.startswith(("import ", "from "))
            for word in line.split()[1:2]
        }
