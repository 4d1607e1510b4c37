"""The queue knows no page and no system, and its tests need none: an application with tables and nothing else."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask

import connector.events
import connector.queue.models
import connector.setup.models
import connector.sync.models  # noqa: F401
from connector.db import db
from tests.postgres import Cluster


def bare(url: str) -> Flask:
    app = Flask("queue")
    app.config.update(TESTING=True, SQLALCHEMY_DATABASE_URI=url)
    if not url.startswith("sqlite"):
        app.config["SQLALCHEMY_ENGINE_OPTIONS"] = {"pool_pre_ping": True, "pool_size": 10, "max_overflow": 20}
    db.init_app(app)
    return app


@pytest.fixture(scope="session")
def postgres_url(postgres: Cluster) -> str:
    url = postgres.create("queue_test")
    with bare(url).app_context():
        db.create_all()
        db.engine.dispose()
    return url


@pytest.fixture
def app(sqlite_url: str) -> Iterator[Flask]:
    app = bare(sqlite_url)
    with app.app_context():
        db.create_all()
        yield app
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def postgres_app(postgres_url: str) -> Iterator[Flask]:
    app = bare(postgres_url)
    with app.app_context():
        with db.write() as connection:
            names = ", ".join(f'"{table.name}"' for table in db.metadata.sorted_tables)
            connection.exec_driver_sql(f"TRUNCATE {names} RESTART IDENTITY CASCADE")
        yield app
        db.session.remove()
        db.engine.dispose()


@pytest.fixture(params=["sqlite", "postgresql"])
def any_app(request: pytest.FixtureRequest) -> Flask:
    """The same on both databases: whoever uses it runs twice."""
    app: Flask = request.getfixturevalue("app" if request.param == "sqlite" else "postgres_app")
    return app
