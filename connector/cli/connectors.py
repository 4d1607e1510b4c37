"""`connector ...`: list, show, carry connectors from house to house."""

from __future__ import annotations

import json
import os
from typing import Any

import click
from flask.cli import AppGroup

from connector.cli import beginning
from connector.cli.common import known, operator, sentences

connector = AppGroup("connector", help="The configured connectors.")


@connector.command("list")
@click.option("--json", "as_json", is_flag=True, help="For scripts.")
@sentences()
def listed(as_json: bool) -> None:
    """List all connectors with their state."""
    from connector.setup import connectors

    rows = [
        {
            "id": config.id,
            "name": config.name,
            "plugin": config.plugin,
            "active": config.active,
            "state": config.state,
            "attention": config.attention,
        }
        for config in connectors.all()
    ]
    if as_json:
        click.echo(json.dumps(rows, indent=2, ensure_ascii=False))
        return
    for row in rows:
        note = row["attention"] or ("" if row["active"] else "not active")
        click.echo(f"{row['id']:20} {row['state']:8} {row['plugin']:12} {row['name']}  {note}".rstrip())
    if not rows:
        click.echo("There is no connector yet.")


@connector.command("show")
@click.argument("id")
@sentences()
def show(id: str) -> None:
    """Show the settings of one connector; secrets are masked."""
    from connector.setup import connectors

    config = known(id)
    click.echo(f"{config.id}  {config.name}\nstate {config.state}, {config.erp} to {config.plugin}")
    if config.attention:
        click.echo(f"needs attention: {config.attention}")
    for section, named in connectors.masked(config).items():
        click.echo(f"\n[{section}]")
        for name, value in named.items():
            click.echo(f"{name} = {', '.join(value) if isinstance(value, list | tuple) else value}".rstrip())


@connector.command("export")
@click.argument("ids", nargs=-1, metavar="[ID]...")
@click.option("-o", "--output", type=click.File("w", encoding="utf-8", lazy=True), default="-", help="File to write.")
@sentences()
def export(ids: tuple[str, ...], output: Any) -> None:
    """Write connectors as JSON. Secrets become references to environment variables, "env:NAME"."""
    from connector.setup import connectors, transfer

    configs = [known(id) for id in ids] if ids else connectors.all()
    json.dump(transfer.export(configs), output, indent=2, ensure_ascii=False)
    output.write("\n")


@connector.command("import")
@click.argument("file", type=click.File("r", encoding="utf-8"))
@click.option("--dry-run", is_flag=True, help="Say what would change and change nothing.")
@click.option("--initialize", is_flag=True, help="Then check and initialize those that are new, so that they work.")
@sentences()
def import_(file: Any, dry_run: bool, initialize: bool) -> None:
    """Create or change connectors from a JSON FILE ("-" is standard input): all of them, or none."""
    from connector.setup import connectors, transfer
    from connector.setup.models import NEW

    try:
        content = file.read()
    except UnicodeDecodeError:
        raise click.ClickException("The file is not text in UTF-8.") from None
    done = transfer.load(content, env=os.environ, user=operator(), dry_run=dry_run)
    would = "would be " if dry_run else ""
    for each in done:
        if each.created:
            click.echo(f"{each.id}: {would}created")
        for edit in each.edits:
            click.echo(f"{each.id}: {edit.field}: {edit.old} -> {edit.new}")
        for text in each.said:
            click.echo(f"{each.id}: {text}")
        if not each.changed:
            click.echo(f"{each.id}: no change")
    changed = sum(each.changed for each in done)
    click.echo(f"{changed} of {len(done)} connectors {would}changed.")
    for config in [connectors.get(each.id) for each in done] if initialize and not dry_run else []:
        if config.state == NEW:
            beginning.initialize(config)


@connector.command("initialize")
@click.argument("id")
@click.option("--schedules/--no-schedules", default=True, show_default=True, help="Switch its schedules on.")
@sentences()
def initialize(id: str, schedules: bool) -> None:
    """Check both systems of a new connector and begin: what its Initialize button does."""
    beginning.initialize(known(id), schedules=schedules)


@connector.command("copy")
@click.argument("id")
@click.argument("new_id")
@click.option("--name", default="", help="What people call it.")
@sentences()
def copy(id: str, new_id: str, name: str) -> None:
    """Make NEW_ID, configured as ID is: without its secrets and without what it has synced."""
    from connector.setup import shelf

    shelf.copy(known(id).id, new_id, name, operator())
    click.echo(f"{new_id} is made as a copy of {id}. Its secrets have to be typed.")


@connector.command("archive")
@click.argument("id")
@sentences()
def archive(id: str) -> None:
    """Put a connector away that rests; nothing is lost."""
    from connector.setup import shelf

    shelf.archive(known(id).id, operator())
    click.echo(f"{id} is archived.")


@connector.command("restore")
@click.argument("id")
@sentences()
def restore(id: str) -> None:
    """Take an archived connector back."""
    from connector.setup import shelf

    shelf.restore(known(id).id, operator())
    click.echo(f"{id} is back.")


@connector.command("reseal")
@sentences()
def reseal() -> None:
    """Seal all secrets with the first key of SECRETS_KEY, so that an old key can be taken out."""
    from connector.setup import connectors, secrets

    try:
        count = connectors.reseal(operator())
    except secrets.Unreadable as error:
        raise click.ClickException(str(error)) from None
    click.echo(f"The secrets of {count} connectors are sealed with the newest key.")
