"""`doctor`: settings, database, people, processes, connectors; each line is OK, WARN or FAIL, and what to do."""

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import click
from flask import current_app
from flask.cli import with_appcontext

if TYPE_CHECKING:
    from connector.setup.connectors import Config

OK, WARN, FAIL = "OK", "WARN", "FAIL"
COLOURS = {OK: "green", WARN: "yellow", FAIL: "red"}
LATE = timedelta(minutes=10)  # a change that has been due for longer is worth a word
CLOCK_SECONDS = 5.0
FREE_SPACE = 200 * 1024 * 1024


class Finding(NamedTuple):
    """One line. `todo` says what to do, empty when all is well."""

    level: str
    title: str
    text: str
    todo: str = ""


@click.command("doctor")
@click.option("--offline", is_flag=True, help="Do not call the outside systems.")
@with_appcontext
def doctor(offline: bool) -> None:
    """Check everything that this house needs, and say what to do. Exit code 1 when something fails."""
    failed = False
    for finding in findings(offline=offline):
        click.secho(f"{finding.level:5}", fg=COLOURS[finding.level], nl=False)
        click.echo(f"{finding.title}: {finding.text}")
        if finding.todo:
            click.echo(f"     -> {finding.todo}")
        failed = failed or finding.level == FAIL
    if failed:
        raise click.exceptions.Exit(1)


def findings(*, offline: bool) -> Iterator[Finding]:
    """Every finding, in the order in which things depend on each other."""
    yield from settings()
    yield from folder()
    tables = list(database())
    yield from tables
    if any(finding.level == FAIL for finding in tables):
        return  # nothing else can be read
    yield from people()
    yield from processes()
    yield from connectors(offline)


def settings() -> Iterator[Finding]:
    """The settings were read, or this command would not run; some of them do not go together."""
    config = current_app.config
    kind = "SQLite" if config["DATABASE_URL"].startswith("sqlite") else "PostgreSQL"
    yield Finding(OK, "Settings", f"Read. Database {kind}, port {config['PORT']}, lease {config['LEASE_SECONDS']} s.")
    if kind == "PostgreSQL":
        made_here = [name for name in ("SECRET_KEY", "SECRETS_KEY") if _kept(name)]
        if made_here:
            todo = "Set both, or the _FILE variants, to the same values on every host; the files hold the present ones."
            yield Finding(WARN, "Keys", f"{' and '.join(made_here)} come from this machine's instance folder.", todo)


def _kept(name: str) -> bool:
    path = Path(current_app.config["INSTANCE"]) / name.lower()
    return not (os.environ.get(name) or os.environ.get(f"{name}_FILE")) and path.exists()


def folder() -> Iterator[Finding]:
    """The instance folder can be written, is not full, and its keys are nobody else's."""
    path = Path(current_app.config["INSTANCE"])
    if not os.access(path, os.W_OK | os.X_OK):
        yield Finding(FAIL, "Instance", f"{path} cannot be written.", "Give this account write access to the folder.")
        return
    open_to_others = [
        each.name
        for each in (path / "secret_key", path / "secrets_key")
        if each.exists() and stat.S_IMODE(each.stat().st_mode) & 0o077
    ]
    if open_to_others:
        names = " ".join(str(path / name) for name in open_to_others)
        yield Finding(FAIL, "Instance", f"Others can read {', '.join(open_to_others)}.", f"Run chmod 600 {names}.")
    free = shutil.disk_usage(path).free
    if free < FREE_SPACE:
        yield Finding(
            WARN, "Instance", f"Only {free // 2**20} MB are free.", "Make room: a full disk stops every write."
        )
    if not open_to_others and free >= FREE_SPACE:
        yield Finding(OK, "Instance", f"{path} can be written; the keys are closed to others.")


def database() -> Iterator[Finding]:
    """The database answers, can be written, and has every migration; SQLite writes ahead."""
    from sqlalchemy.exc import SQLAlchemyError

    from connector.db import db

    try:
        with db.read() as connection:
            mode = connection.exec_driver_sql("PRAGMA journal_mode").scalar() if db.sqlite else ""
            have, wanted = _revisions(connection)
        with db.write() as connection:
            connection.rollback()
    except SQLAlchemyError as error:
        said = str(getattr(error, "orig", error)).splitlines()[0]
        yield Finding(FAIL, "Database", f"It cannot be used: {said}", "Check DATABASE_URL, and that the server runs.")
        return
    if have != wanted:
        yield Finding(FAIL, "Database", "Its tables are not those of this version.", "Run flask --app wsgi db upgrade.")
        return
    yield Finding(OK, "Database", f"Reachable and up to date ({', '.join(sorted(have))}).")
    if db.sqlite and mode != "wal":
        todo = "Keep the file on a local disk: write-ahead logging does not work on network shares."
        yield Finding(FAIL, "Database", f"SQLite journals in mode {mode}, not in WAL.", todo)


def _revisions(connection: Any) -> tuple[set[str], set[str]]:
    from alembic.migration import MigrationContext
    from alembic.script import ScriptDirectory

    scripts = ScriptDirectory(current_app.extensions["migrate"].directory)
    return set(MigrationContext.configure(connection).get_current_heads()), set(scripts.get_heads())


def people() -> Iterator[Finding]:
    """Somebody can sign in and change things."""
    from connector.setup import users
    from connector.setup.models import ADMIN

    admins = [user.name for user in users.all() if user.role == ADMIN and user.active]
    if admins:
        yield Finding(OK, "People", f"Administrators: {', '.join(admins)}.")
    else:
        yield Finding(
            FAIL, "People", "No administrator can sign in.", "Run flask --app wsgi user add NAME --role admin."
        )


def processes() -> Iterator[Finding]:
    """Some process works, and nothing has been due for long."""
    from connector.db import utcnow
    from connector.queue.lanes import Lane
    from connector.queue.reading import numbers
    from connector.setup import connectors, states
    from connector.sync.catalogue import SYNCS

    now = utcnow()
    working = numbers.workers(now)
    if working:
        yield Finding(OK, "Processes", f"{working} at work.")
    else:
        todo = "Start gunicorn wsgi:app with SCHEDULER=on, or flask --app wsgi worker."
        yield Finding(WARN, "Processes", "None has been at work in the last 90 seconds.", todo)
    sending = [config for config in connectors.all() if states.sends(config)]
    lanes = [Lane(config.id, sync.entity, sync.direction) for config in sending for sync in SYNCS]
    for lane, since in numbers.oldest(lanes, now).items():
        if now - since > LATE:
            minutes = int((now - since).total_seconds() // 60)
            todo = "See its messages; more parallel requests or a larger batch count drain it faster."
            yield Finding(WARN, f"Queue {lane}", f"A change has been due for {minutes} minutes.", todo)


def connectors(offline: bool) -> Iterator[Finding]:
    """Each connector: its state, its schedules, both connections and their clocks."""
    from connector.setup import connectors

    configs = connectors.all()
    if not configs:
        yield Finding(
            WARN, "Connectors", "There is none yet.", "Make one under Connectors, or run flask --app wsgi demo."
        )
    for config in configs:
        yield from _state(config)
        if not offline:
            yield from _side(config, "erp")
            yield from _side(config, "store")


def _state(config: Config) -> Iterator[Finding]:
    from connector.setup import schedules
    from connector.setup.models import ACTIVE

    title = f"Connector {config.id}"
    if config.attention:
        todo = "Enter the right credentials and test the connection; calls go on after that."
        yield Finding(FAIL, title, f"It has stopped calling: {config.attention}", todo)
    elif not config.active or config.state != ACTIVE:
        state = config.state if config.active else "not ticked active"
        todo = "Initialize or activate it when it should send."
        yield Finding(WARN, title, f"It is {state}: nothing is sent.", todo)
    elif not any(schedule.active for schedule in schedules.of(config.id)):
        yield Finding(WARN, title, "None of its schedules is switched on.", "Switch them on at the connector's page.")
    else:
        yield Finding(OK, title, "Active.")


def _side(config: Config, side: str) -> Iterator[Finding]:
    from connector.errors import Invalid, Outcome
    from connector.systems import registry

    title = f"Connector {config.id}, {registry.get(config.erp if side == 'erp' else config.plugin).label}"
    test: Callable[[str, str], Any] = current_app.extensions["engine"].test_connection
    todo = "Test the connection at the connector's page."
    try:
        check = test(config.id, side)
    except Invalid as error:
        yield Finding(FAIL, title, " ".join(error.errors.values()), "Fill the settings in at the connector's page.")
        return
    except Outcome as word:
        yield Finding(FAIL, title, word.reason, word.help or todo)
        return
    if not check.ok:
        yield Finding(FAIL, title, check.problem, check.help or todo)
        return
    facts = ", ".join(f"{name} {value}" for name, value in check.facts[:3])
    yield Finding(OK, title, f"Connected. {facts}".strip())
    if check.clock_offset is not None and abs(check.clock_offset) >= CLOCK_SECONDS:
        ahead = "ahead of" if check.clock_offset > 0 else "behind"
        text = f"Its clock is {abs(check.clock_offset):.0f} s {ahead} ours."
        yield Finding(WARN, title, text, "Set the clocks right (NTP): polls go by the time of the ERP.")
