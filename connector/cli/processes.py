"""`worker` and `sandbox`: processes that go on until they are told to end."""

from __future__ import annotations

import signal
import threading
from pathlib import Path

import click
from flask import current_app
from flask.cli import with_appcontext

NAMES = ("acumatica", "magento")


@click.command("worker")
@with_appcontext
def worker() -> None:
    """Work the message table until SIGTERM or Ctrl-C; what is in hand is finished first.

    Any number of workers may share one PostgreSQL; web processes need SCHEDULER=off then, or help with the work.
    """
    from connector.clock import CLOCK

    ended = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: ended.set())
    engine = current_app.extensions["engine"]
    engine.start("worker")
    click.echo(f"Worker {engine.worker} is working. Ctrl-C ends it.")
    try:
        while not CLOCK.wait(ended, 3600):
            pass
        click.echo("Finishing what is in hand ...")
    finally:
        engine.stop()


@click.command("sandbox")
@click.argument("names", nargs=-1, type=click.Choice(NAMES))
@click.option("--reset", is_flag=True, help="Begin with a clean catalogue and an empty store.")
@with_appcontext
def sandbox(names: tuple[str, ...], reset: bool) -> None:
    """Run the simulated systems on SANDBOX_PORT + 1 (Acumatica) and + 2 (Magento) until Ctrl-C."""
    from connector.sandbox.process import run_all

    folder = Path(current_app.config["INSTANCE"]) / "sandbox"
    folder.mkdir(parents=True, exist_ok=True)
    code = run_all(current_app.config["SANDBOX_PORT"], folder, names or NAMES, reset=reset)
    raise click.exceptions.Exit(code)
