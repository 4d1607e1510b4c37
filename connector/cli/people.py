"""`user ...` and `token ...`: the people who may sign in, and the keys of their scripts."""

from __future__ import annotations

import sys
from typing import Any

import click
from flask import current_app
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


@user.command("unlock")
@click.argument("name")
@sentences()
def unlock(name: str) -> None:
    """End the lock of a name after too many wrong passwords."""
    from connector.setup import users

    done = users.unlock(_find(name), by=operator())
    click.echo(f"User {name} can sign in again." if done else f"User {name} was not locked.")


@user.command("grant")
@click.argument("name")
@click.argument("connector_id")
@click.argument("role", type=click.Choice(["none", VIEWER, OPERATOR, ADMIN, "general"]))
@sentences()
def grant(name: str, connector_id: str, role: str) -> None:
    """Give a person another ROLE in one connector; "general" takes the difference away."""
    from connector.setup import grants

    person = _find(name)
    wanted = grants.of(person.id) | {connector_id: "" if role == "general" else role}
    said = grants.save(person, wanted, by=operator())
    click.echo("; ".join(said) + "." if said else "Nothing was different.")


@user.command("code")
@sentences()
def code() -> None:
    """Say the set-up code with which the first administrator is made in the browser."""
    from connector.setup import users

    if not users.nobody_yet():
        raise click.ClickException("There is a user already: the code is worth nothing.")
    click.echo(users.setup_code(current_app.config["SECRET_KEY"]))


token = AppGroup("token", help="API tokens, for scripts.")


@token.command("add")
@click.argument("name")
@click.argument("purpose")
@click.option("--days", type=click.IntRange(1, 3650), default=90, show_default=True)
@sentences()
def add_token(name: str, purpose: str, days: int) -> None:
    """Make a token of the person NAME; it is shown once."""
    from connector.setup import tokens

    made = tokens.create(_find(name), purpose, days, by=operator())
    click.echo(f"Token {made.id} is made. It holds for {days} days.")
    click.echo(f"Token (shown only now): {made.secret}")


@token.command("list")
@click.argument("name", required=False)
@sentences()
def list_tokens(name: str | None) -> None:
    """List the tokens of everybody, or of one person. What they are is never shown."""
    from connector.setup import tokens, users

    for person in [_find(name)] if name else users.all():
        for row in tokens.of(person.id):
            ends = f"{row.expires_at:%Y-%m-%d}" if row.expires_at else "never"
            used = f"{row.used_at:%Y-%m-%d %H:%M}" if row.used_at else "never"
            click.echo(f"{row.id:5} {person.name:20} ends {ends:10}  used {used:16}  {row.name}")


@token.command("revoke")
@click.argument("number", type=int)
@sentences()
def revoke_token(number: int) -> None:
    """End a token now."""
    from connector.setup import tokens

    try:
        name = tokens.revoke(number, by=operator())
    except KeyError:
        raise click.ClickException(f"There is no token {number} that still holds.") from None
    click.echo(f"Token {name} is revoked.")


def _typed() -> str:
    return sys.stdin.readline().rstrip("\r\n")


def _find(name: str) -> Any:
    from connector.setup import users

    found = users.find(name)
    if found is None:
        raise click.ClickException(f"There is no user {name[:60]!r}.")
    return found
