"""`sync` puts records on the message table and waits for their end; `messages` shows what is there."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import click
from flask import current_app
from flask.cli import with_appcontext

from connector.cli.common import known, operator, sentences
from connector.queue.models import OPEN, STATUSES
from connector.sync.catalogue import SYNCS

ENTITIES = click.Choice([sync.entity for sync in SYNCS])
LIMIT = 10_000


@click.command("sync")
@click.argument("entity", type=ENTITIES)
@click.argument("keys", nargs=-1, required=True, metavar="KEY...")
@click.option("--connector", "connector_id", required=True, metavar="ID")
@click.option("--wait", type=click.FloatRange(0, 600), default=20, show_default=True, help="Seconds for each record.")
@with_appcontext
@sentences()
def sync(entity: str, keys: tuple[str, ...], connector_id: str, wait: float) -> None:
    """Send records now, before everything that waits: `sync product MUG --connector DEMO`.

    The work is done by the processes that run; this command only waits for it. Exit code 1 when one was not sent.
    """
    from connector.setup import states

    config = known(connector_id)
    if not config.enabled(entity):
        raise click.ClickException(f"{entity.capitalize()} is not ticked in {config.id}: nothing of it is sent.")
    idle = _idle() or ("" if states.sends(config, entity) else f"{config.id} is {_why(config)}")
    engine, ends = current_app.extensions["engine"], []
    with click.progressbar(keys, label="Sending", show_pos=True) as bar:
        for key in bar:
            ends.append(_end(engine.sync_now(config.id, entity, key, user=operator(), wait=0 if idle else wait)))
    for end in ends:
        click.echo(f"{end.key}: {end.status}. {end.error or end.reason}".rstrip())
    if any(end.status in OPEN for end in ends):
        click.echo(f"What is not sent yet waits{f': {idle}' if idle else ''}.", err=True)
    if not all(end.status in ("succeeded", "skipped") for end in ends):
        raise click.exceptions.Exit(1)


def _end(message_id: int) -> Any:
    from connector.queue.reading import history

    found = history.message(message_id)
    if found is None:
        raise click.ClickException("The message was not written.")
    return found


def _idle() -> str:
    from connector.db import utcnow
    from connector.queue.reading import numbers

    return "" if numbers.workers(utcnow()) else "no process is working; start the web process or a worker"


def _why(config: Any) -> str:
    if config.attention:
        return f"in need of attention ({config.attention})"
    return config.state if config.active else "not active"


@click.command("messages")
@click.option("--status", type=click.Choice(STATUSES))
@click.option("--connector", "connector_id", metavar="ID", default="")
@click.option("--entity", type=ENTITIES)
@click.option("--key", default="", help="Exactly this record.")
@click.option("--text", default="", help="Found in key, reason or error.")
@click.option("--limit", type=click.IntRange(1, LIMIT), default=50, show_default=True)
@click.option("--json", "as_json", is_flag=True, help="For scripts.")
@with_appcontext
@sentences()
def messages(
    status: str | None, connector_id: str, entity: str | None, key: str, text: str, limit: int, as_json: bool
) -> None:
    """List messages, newest first: `messages --status failed --json`."""
    from connector.queue.reading.filters import Filter

    if connector_id:
        known(connector_id)
    rows = list(_rows(Filter(connector_id, entity or "", status=status or "", key=key, text=text), limit))
    if as_json:
        click.echo(json.dumps([_plain(row) for row in rows], indent=2, ensure_ascii=False))
        return
    for row in rows:
        lane = f"{row.connector_id}/{row.entity}"
        why = " ".join((row.error or row.reason).split())[:200]
        click.echo(
            f"{row.id:>8} {row.created_at:%Y-%m-%d %H:%M:%S}Z {row.status:10} {lane:20} {row.key}  {why}".rstrip()
        )
    if not rows:
        click.echo("No message is like that.")


def _rows(chosen: Any, limit: int) -> Iterator[Any]:
    from connector.queue.reading import history

    before: int | None = None
    left = limit
    while left > 0:
        page = history.messages(chosen, before, min(left, 500))
        yield from page.rows
        left, before = left - len(page.rows), page.older
        if before is None:
            return


def _plain(row: Any) -> dict[str, Any]:
    times = ("created_at", "available_at", "settled_at")
    return {
        name: value.isoformat() if name in times and value is not None else value
        for name, value in row._mapping.items()
    }
