"""What the commands share: who runs them, how a refusal is said, how a connector is found."""

from __future__ import annotations

import getpass
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click
from sqlalchemy.exc import SQLAlchemyError

from connector.errors import Invalid, Outcome

if TYPE_CHECKING:
    from connector.setup.connectors import Config


def operator() -> str:
    """Who the log says did it: the account on this machine."""
    try:
        return f"{getpass.getuser()} (command line)"
    except (KeyError, OSError):  # a container's user without a name
        return "command line"


@contextmanager
def sentences() -> Iterator[None]:
    """Turn refusals into click's error and exit code 1, one line for each. Every command is decorated with it."""
    try:
        yield
    except Invalid as error:
        lines = [text if "." not in name else f"{name}: {text}" for name, text in error.errors.items()]
        raise click.ClickException("\n       ".join(lines)) from None
    except Outcome as word:
        raise click.ClickException(f"{word.reason} {word.help}".strip()) from None
    except SQLAlchemyError as error:
        said = str(getattr(error, "orig", None) or error).strip().splitlines()[0]
        raise click.ClickException(f"The database cannot be used: {said}. Run flask --app wsgi doctor.") from None


def known(id: str) -> Config:
    """The connector of that ID, or a click error that names the ones there are."""
    from connector.setup import connectors

    try:
        return connectors.get(id)
    except KeyError:
        there = ", ".join(config.id for config in connectors.all()) or "none yet"
        raise click.ClickException(f"There is no connector {id[:60]!r}. Connectors: {there}.") from None
