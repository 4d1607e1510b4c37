"""How Alembic reaches this application's database: through Flask-Migrate, in one transaction, one process at a time."""

from __future__ import annotations

from typing import Any, Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext
from flask import current_app
from sqlalchemy import BigInteger, Connection

from connector.db import Instant

LOCK = 7_263_001  # any number that nothing else locks


def as_plain_types(kind: str, item: Any, autogen: AutogenContext) -> str | Literal[False]:
    """Write our own types as what they are stored as, so that old migrations do not depend on today's code."""
    if kind != "type":
        return False
    if isinstance(item, Instant):
        return "sa.BigInteger()"
    if isinstance(item, BigInteger) and item._variant_mapping:
        return "sa.BigInteger().with_variant(sa.Integer(), 'sqlite')"
    return False


def leave_out_empty(_context: Any, _revision: Any, directives: list[Any]) -> None:
    """No file when nothing has changed."""
    if getattr(context.config.cmd_opts, "autogenerate", False) and directives[0].upgrade_ops.is_empty():
        directives[:] = []


def one_at_a_time(connection: Connection) -> None:
    """Two processes that start together: the second waits, then finds everything done."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({LOCK})")


def run() -> None:
    """Run what was asked for. On SQLite the transaction takes the write lock from the start."""
    migrate = current_app.extensions["migrate"]
    with migrate.db.write() as connection:
        one_at_a_time(connection)
        context.configure(
            connection=connection,
            target_metadata=migrate.db.metadata,
            render_item=as_plain_types,
            process_revision_directives=leave_out_empty,
            render_as_batch=bool(context.script.get_heads()),  # SQLite cannot alter; the first one only creates
            compare_type=True,
            transactional_ddl=True,
        )
        context.run_migrations()


run()
