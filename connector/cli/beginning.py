"""Initialize a connector from the command line: the same checks and rows as the page's button, told line by line."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click
from flask import current_app

from connector.cli.common import operator

if TYPE_CHECKING:
    from connector.setup.connectors import Config


def initialize(config: Config, *, schedules: bool = True) -> None:
    """Check both systems and begin. Raises ClickException when a check fails that is required, Invalid, KeyError."""
    from connector.engine import probes
    from connector.setup import lifecycle

    rows = probes.all(current_app.extensions["engine"], config)
    for row in lifecycle.initialize(config.id, operator(), schedules, probes=rows):
        if row.kind == "check":
            click.echo(f"{'OK  ' if row.ok else 'FAIL'} {row.label}: {row.text}")
        if row.required and not row.ok:
            raise click.ClickException(f"{config.id} is not initialized: {row.label}: {row.text}")
    click.echo(f"{config.id} is initialized.")
