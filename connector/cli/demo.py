"""`demo`: a connector DEMO between the two sandbox systems, ready to work. Run again it puts right what is missing."""

from __future__ import annotations

import secrets
from copy import deepcopy
from typing import TYPE_CHECKING, Any

import click
from flask import current_app
from flask.cli import with_appcontext

from connector.cli import beginning, demo_shop
from connector.cli.common import operator, sentences
from connector.sync.catalogue import SYNCS

if TYPE_CHECKING:
    from connector.setup.connectors import Config

DEMO = "DEMO"
HOST = "http://127.0.0.1"


@click.command("demo")
@click.option("--look/--no-look", default=True, help="Look for records at once when the connector is new.")
@with_appcontext
@sentences()
def demo(look: bool) -> None:
    """Create the connector DEMO against the sandbox, initialize it, and tell the sandbox where to notify."""
    from connector.setup import connectors, mappings
    from connector.setup.models import NEW

    try:
        config = _moved(connectors.get(DEMO))
    except KeyError:
        config = connectors.create(DEMO, "Demo shop", "magento", values(_base()), operator())
        for kind, rows in demo_shop.MAPPINGS.items():
            mappings.save(DEMO, kind, rows, operator())
        click.echo("Connector DEMO is created.")
    address = notify(config, current_app.config["PORT"])
    click.echo(f"The Acumatica sandbox notifies {address}.")
    if config.state == NEW and not config.last_action:
        beginning.initialize(config)
        if look:
            _look(config)


def _base() -> int:
    return int(current_app.config["SANDBOX_PORT"])


def values(base: int) -> dict[str, dict[str, Any]]:
    """The settings of DEMO with the sandbox systems on `base` + 1 and + 2. The push secret is made here."""
    return deepcopy(demo_shop.SETTINGS) | {
        "erp": {"url": f"{HOST}:{base + 1}", "tenant": "Company", "username": "admin", "password": "sandbox"},
        "store": {"url": f"{HOST}:{base + 2}", "token": "sandbox-token"},
        "queue": {"check_process_time": 50, "process_sleep_time": 5},
        "inventory": {"source_map": ["MAIN=default", "EAST=east", "RETAIL=retail"]},
        "product": {"individual_sync": True},
        "push": {"secret": secrets.token_urlsafe(32)},
    }


def notify(config: Config, port: int) -> str:
    """Tell the sandbox ERP where notifications go and what they carry. Returns the address. Raises Retry, Fail."""
    from connector.systems.http import Http

    push = config.section("push")
    address = f"{HOST}:{port}/hooks/acumatica/{config.id}"
    queries = {name.removesuffix("_query"): query for name, query in push.items() if name.endswith("_query") and query}
    http = Http(config.section("erp")["url"], name="The Acumatica sandbox", timeout=(2.0, 10.0))
    try:
        body = {"address": address, "header": push["header"], "value": push["secret"], "queries": queries}
        http.call("PUT", "/_sandbox/push", body=body)
    finally:
        http.close()
    return address


def _moved(config: Config) -> Config:
    """The same connector after SANDBOX_PORT was changed; one that points elsewhere is left alone."""
    from connector.setup import connectors

    wanted = values(_base())
    given = {
        side: {"url": wanted[side]["url"]}
        for side in ("erp", "store")
        if config.section(side)["url"].startswith(f"{HOST}:")
    }
    given["push"] = {} if config.section("push")["secret"] else {"secret": wanted["push"]["secret"]}
    for change in connectors.save(DEMO, given, user=operator(), revision=config.revision):
        click.echo(f"Connector DEMO: {change}.")
    return connectors.get(DEMO)


def _look(config: Config) -> None:
    engine = current_app.extensions["engine"]
    syncs = [sync for sync in SYNCS if config.enabled(sync.entity) and config.flows(sync.entity, sync.direction)]
    with click.progressbar(syncs, label="Looking for records", show_pos=True) as bar:
        for sync in bar:
            engine.poll(DEMO, sync.entity, user=operator(), direction=sync.direction)
