"""`user ...`: the people who may sign in."""

from __future__ import annotations

import sys
from typing import Any

import click
from flask.cli import AppGroup

from connector.cli.common import operator, sentences
from connector.setup.models import ADMIN, OPERATOR, VIEWER

user = AppGroup("user", help="The people who may sign in.")
ROLE = click.Choice([VIEWER, OPERATOR, ADMIN])
STDIN = click.option("--password-stdin", is_flag=True, help="Read the password from standard input.")


@user.command("add")
@click.argument("name")
@click.option("--role", type=ROLE, default=OPERATOR, show_default=True)
@STDIN
@sentences()
def add(name: str, role: str, password_stdin: bool) -> None:
    """Add a person. Without --password-stdin a password is made, shown once, and changed at the first sign-in."""
    from connector.setup import users

    password = _typed() if password_stdin else users.generate_password()
    made = users.create(name, password, role, must_change=not password_stdin, by=operator())
    click.echo(f"User {made.name} is added, role {made.role}.")
    if not password_stdin:
        click.echo(f"Password (shown only now): {password}")


@user.command("password")
@click.argument("name")
@STDIN
@sentences()
def password(name: str, password_stdin: bool) -> None:
    """Give a person a new password; all sessions and a lock of that name end."""
    from connector.setup import users

    new = _typed() if password_stdin else users.generate_password()
    users.change_password(_find(name), new, must_change=not password_stdin, by=operator())
    click.echo(f"User {name} has a new password.")
    if not password_stdin:
        click.echo(f"Password (shown only now): {new}")


@user.command("change")
@click.argument("name")
@click.option("--role", type=ROLE)
@click.option("--active/--inactive", default=None, help="Whether the person may sign in.")
@sentences()
def change(name: str, role: str | None, active: bool | None) -> None:
    """Give a person another role, or shut the door."""
    from connector.setup import users

    if role is None and active is None:
        raise click.UsageError("Say --role, --active or --inactive.")
    users.change(_find(name), by=operator(), role=role, active=active)
    click.echo(f"User {name} is changed.")


@user.command("list")
@sentences()
def show() -> None:
    """List everybody."""
    from connector.setup import users

    for each in users.all():
        click.echo(f"{each.name:30} {each.role:10} {'' if each.active else 'may not sign in'}".rstrip())


def _typed() -> str:
    return sys.stdin.readline().rstrip("\r\n")


def _find(name: str) -> Any:
    from connector.setup import users

    found = users.find(name)
    if found is None:
        raise click.ClickException(f"There is no user {name[:60]!r}.")
    return found
