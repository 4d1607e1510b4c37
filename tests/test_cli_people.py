"""`flask user unlock|grant|code` and `flask token`: what administrators do without a browser."""

from __future__ import annotations

from typing import Any

import pytest
from click.testing import Result
from flask import Flask

from connector.setup import grants, tokens, users
from tests.web import seed

PASSWORD = "four words in a row"


@pytest.fixture
def run(app: Flask) -> Any:
    def command(*words: str) -> Result:
        return app.test_cli_runner().invoke(args=list(words))

    return command


def test_a_token_is_made_shown_once_and_revoked(run: Any) -> None:
    ann = users.create("ann", PASSWORD, "operator")
    made = run("token", "add", "ann", "nightly report", "--days", "30")
    secret = made.output.split(": ")[-1].strip()
    assert tokens.owner(secret) == ann.id
    listed = run("token", "list").output
    assert "nightly report" in listed and "ann" in listed and secret not in listed
    (row,) = tokens.of(ann.id)
    assert run("token", "revoke", str(row.id)).exit_code == 0
    assert tokens.owner(secret) is None and run("token", "list", "ann").output == ""


def test_a_lock_is_ended_and_a_role_in_a_connector_given(run: Any) -> None:
    ann = users.create("ann", PASSWORD, "viewer")
    for _ in range(5):
        users.verify("ann", "nope")
    assert run("user", "unlock", "ann").output == "User ann can sign in again.\n"
    assert run("user", "unlock", "ann").output == "User ann was not locked.\n"
    assert users.verify("ann", PASSWORD) is not None
    seed.connector()
    assert run("user", "grant", "ann", "DEMO", "operator").output == "DEMO: the general role to operator.\n"
    assert grants.of(ann.id) == {"DEMO": "operator"}
    assert run("user", "grant", "ann", "DEMO", "general").exit_code == 0 and grants.of(ann.id) == {}


def test_the_set_up_code_is_told_while_there_is_nobody(run: Any, app: Flask) -> None:
    assert run("user", "code").output.strip() == users.setup_code(app.config["SECRET_KEY"])
    users.create("ann", PASSWORD, "admin")
    assert run("user", "code").exit_code == 1


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("token", "add", "nobody", "x"), "no user 'nobody'"),
        (("token", "revoke", "7"), "no token 7"),
        (("user", "grant", "ann", "NOPE", "viewer"), "no such connector"),
    ],
)
def test_a_slip_is_said_in_a_sentence(run: Any, words: tuple[str, ...], sentence: str) -> None:
    users.create("ann", PASSWORD, "viewer")
    done = run(*words)
    assert done.exit_code == 1 and sentence in done.output
