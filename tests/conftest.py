"""Fixtures for every test: an application on either database, a clock of one's own, the shared material."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from connector import create_app
from connector.clock import FakeClock
from connector.db import db
from tests import quick
from tests.postgres import Cluster, cluster

quick.compile_rules_once()

ROOT = Path(__file__).resolve().parent.parent
SHARED = ROOT.parent / "shared"  # contracts and recordings: CI has them, a plain checkout has not


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--full", action="store_true", help="the whole torture set: 10,000 messages, 60 kills, each database"
    )


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """Name a long value by its length: every worker has to collect the same names, and a log has to be readable."""
    return f"{argname}-of-{len(val)}" if isinstance(val, str | bytes) and len(val) > 60 else None


@pytest.fixture(scope="session")
def postgres() -> Iterator[Cluster]:
    with cluster() as started:
        if started is None:
            if os.environ.get("CI"):
                pytest.fail("CI must have PostgreSQL")
            pytest.skip("PostgreSQL's initdb and pg_ctl are not installed")
        yield started


@pytest.fixture(scope="session")
def postgres_url(postgres: Cluster, instance: Path) -> str:
    url = postgres.create("connector_test")
    app = make_app(url, instance)
    with app.app_context():
        db.create_all()
        db.engine.dispose()
    return url


def make_app(url: str, instance: Path, **settings: object) -> Flask:
    """An application that starts nothing in the background."""
    app = create_app({"DATABASE_URL": url, "TESTING": True, "INSTANCE": str(instance), **settings})
    app.jinja_env.bytecode_cache = quick.TEMPLATES
    return app


@pytest.fixture(scope="session")
def instance(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder for generated keys, so that tests leave the checkout alone."""
    return tmp_path_factory.mktemp("instance")


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'connector.sqlite'}"


@pytest.fixture(scope="session")
def all_tables(tmp_path_factory: pytest.TempPathFactory, instance: Path) -> Path:
    """A SQLite file with every table and no row: a copy of it takes a tenth of making the tables."""
    path = tmp_path_factory.mktemp("tables") / "empty.sqlite"
    with make_app(f"sqlite:///{path}", instance).app_context():
        db.create_all()
        db.engine.dispose()
    return path


@pytest.fixture
def app(sqlite_url: str, instance: Path, all_tables: Path) -> Iterator[Flask]:
    """An application on a fresh SQLite file, inside its context."""
    shutil.copyfile(all_tables, sqlite_url.removeprefix("sqlite:///"))
    app = make_app(sqlite_url, instance)
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()


@pytest.fixture(params=["sqlite", "postgresql"])
def any_app(request: pytest.FixtureRequest) -> Iterator[Flask]:
    """The same on both databases: whoever uses it runs twice."""
    if request.param == "sqlite":
        yield request.getfixturevalue("app")
        return
    app = make_app(request.getfixturevalue("postgres_url"), request.getfixturevalue("instance"))
    with app.app_context():
        _empty(app)
        yield app
        db.session.remove()
        db.engine.dispose()


def _empty(app: Flask) -> None:
    """Take every row out of the tables that hold or held one; those that were never touched are left alone."""
    tables = [table.name for table in db.metadata.sorted_tables]
    holds = " UNION ALL ".join(f"""SELECT '{name}' WHERE EXISTS (SELECT 1 FROM "{name}")""" for name in tables)
    held = "SELECT regexp_replace(sequencename, '_id_seq$', '') FROM pg_sequences WHERE last_value IS NOT NULL"
    with db.write() as connection:
        used = {name for (name,) in connection.exec_driver_sql(f"{holds} UNION {held}")} & set(tables)
        if used:
            names = ", ".join(f'"{name}"' for name in sorted(used))
            connection.exec_driver_sql(f"TRUNCATE {names} RESTART IDENTITY CASCADE")


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of contracts and recordings; skips where it is absent."""
    if not SHARED.is_dir():
        if os.environ.get("CI"):
            pytest.fail("CI must have the shared contracts and recordings")
        pytest.skip("the shared contracts and recordings are not beside this checkout")
    return SHARED
