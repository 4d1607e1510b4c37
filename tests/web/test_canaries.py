"""Secrets that can be recognised are put everywhere, everything is run and looked at, and then they are searched for.

Both systems answer in the worst way: with an error that repeats all that it was sent.
"""

from __future__ import annotations

import base64
import gzip
import logging
import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from urllib.parse import quote

import pytest
import responses
from flask import Flask
from requests import PreparedRequest
from sqlalchemy import select

from connector.clock import CLOCK
from connector.db import db, utcnow
from connector.engine import Engine
from connector.errors import Outcome
from connector.queue.archive import Archive
from connector.queue.lanes import Lane
from connector.queue.models import Attempt, Message
from connector.queue.working.policy import Policy
from connector.setup import connectors, lifecycle, settings, tokens, users
from tests.queueing import window
from tests.web import people, seed
from tests.web.test_routes import address, routes

ADDRESSES = {"alert.webhook", "alert.apprise", "alert.heartbeat"}  # secrets that have to be addresses
PASSWORD = "canary-password-of-olga"
FILLED = {
    "/metrics", "/audit", "/audit/audit.csv", "/log/attempts.csv", "/connectors/DEMO/export", "/api/v1/runs/1",
    "archive", "command messages --json",
}  # fmt: skip
WAYS = [
    {"erp": {"auth": "password"}, "store": {"auth": "bearer"}},
    {
        "erp": {"auth": "oauth", "client_id": "client@Company"},
        "store": {"auth": "oauth1", "consumer_key": "consumer-key-of-the-shop"},
    },
]


def canaries() -> dict[str, dict[str, str]]:
    """A recognisable value for each secret setting, by section; confirmed ones twice."""
    found: dict[str, dict[str, str]] = {}
    for section in settings.sections("acumatica", "magento"):
        for setting in section.settings:
            if setting.secret:
                mine, value = found.setdefault(section.name, {}), f"canary.{section.name}.{setting.name}.{'x' * 20}"
                if f"{section.name}.{setting.name}" in ADDRESSES:
                    value = f"https://{value}/hook"
                mine[setting.name] = value
                if setting.confirm:
                    mine[f"{setting.name}_confirm"] = value
    return found


def forms_of(secret: str) -> set[str]:
    """How a secret may look in what is kept: as it is, in an address, in a Basic header."""
    return {secret, quote(secret), base64.b64encode(secret.encode()).decode().rstrip("=")[:-2]}


def _text(value: str | bytes) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else value


@pytest.fixture
def echoing() -> Iterator[None]:
    """Every system answers 500 and repeats the request with its headers."""

    def echo(request: PreparedRequest) -> tuple[int, dict[str, str], str]:
        body = request.body.decode("utf-8", "replace") if isinstance(request.body, bytes) else str(request.body or "")
        headers = {name: _text(value) for name, value in request.headers.items()}
        said = " ".join(f"{name}: {value}" for name, value in headers.items())
        return 500, {"X-Echo": headers.get("Authorization", "")}, f"Broken by {request.url} {said} {body}"

    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        for method in ("GET", "POST", "PUT", "DELETE"):
            mock.add_callback(method, re.compile(r"https?://.*"), callback=echo)
        yield


@pytest.mark.parametrize("way", WAYS, ids=["cookie and token", "OAuth"])
def test_no_secret_is_found_anywhere(
    app: Flask, sqlite_url: str, way: dict[str, dict[str, str]], echoing: None, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, "connector")
    olga = users.create("olga", PASSWORD, "admin")
    token = tokens.create(olga, "nightly", 30, by="olga").secret
    hidden = canaries()
    usual = {"erp": seed.ERP, "store": seed.STORE}
    given = {name: {**usual.get(name, {}), **values, **way.get(name, {})} for name, values in hidden.items()}
    seed.configured("DEMO", **given)
    lifecycle.initialize("DEMO", "olga")
    fail_everything(app)
    looked = look_at_everything(app, token)
    places = {**looked, "log": caplog.text, "database": stored(sqlite_url)}
    assert [place for place in FILLED if not places[place].strip()] == []
    secrets = [value for values in hidden.values() for value in values.values()]
    secrets += [PASSWORD, token, app.config["SECRET_KEY"], app.config["SECRETS_KEY"]]
    assert any("Broken by" in text for text in places.values()), "the answers of the systems were kept"
    for secret in secrets:
        for form in forms_of(secret):
            assert [name for name, text in places.items() if form in text] == [], form


def fail_everything(app: Flask) -> None:
    """Tests of both connections, a poll, a look, and a message that is worked until it has failed."""
    engine = app.extensions["engine"]
    assert isinstance(engine, Engine)
    for entity in ("product", "price"):
        seed.message("MUG", entity=entity)
    for attempt in (
        lambda: engine.test_connection("DEMO", "erp"),
        lambda: engine.test_connection("DEMO", "store"),
        lambda: engine.poll("DEMO", "product", user="olga"),
        lambda: engine.look("DEMO", "product", "MUG"),
    ):
        try:
            attempt()
        except Outcome as word:
            logging.getLogger("connector").warning("%s %s", word.reason, word.help)
    connectors.clear_attention("DEMO")
    window(CLOCK, engine._worker.work, Policy(retry_count=1), lane=Lane("DEMO", "product", "erp_to_store"))
    connectors.clear_attention("DEMO")


def look_at_everything(app: Flask, token: str) -> dict[str, str]:
    """What every page, export, file, API answer and command that reads says, by its name."""
    browser = people.client(app)
    answer = browser.post("/sign-in", data={"name": "olga", "password": PASSWORD})
    assert answer.status_code == 303
    found = {"archive": archived(app)}
    pages = [
        address(rule) for method, rule in routes(app) if method == "GET" and rule.endpoint not in ("bootstrap.static",)
    ]
    settings_pages = [f"/connectors/DEMO/settings/{name}" for name in ("connection", "setup", "sync", "watching")]
    for path in (*pages, *settings_pages, "/messages/1", "/records/DEMO/product/MUG?read=1", "/log/attempts/2"):
        found[path] = browser.get(path, buffered=True).get_data().decode("latin-1")
    for path in ("/connectors", "/connectors/DEMO", "/messages", "/messages/1", "/runs", "/runs/1"):
        found[f"/api/v1{path}"] = browser.get(f"/api/v1{path}", headers={"Authorization": f"Bearer {token}"}).text
    browser.post("/sign-in", data={"name": "olga", "password": "canary-wrong"})
    run = app.test_cli_runner()
    for words in (
        "connector show DEMO", "connector export", "connector list --json", "user list", "token list", "messages",
        "messages --json", "doctor",
    ):  # fmt: skip
        found[f"command {words}"] = run.invoke(args=words.split()).output
    return found


def archived(app: Flask) -> str:
    """What the log's archive would hold of the tries."""
    archive = Archive(app.config["INSTANCE"], "DEMO")
    with db.read() as connection:
        archive.keep("attempt", connection.execute(select(Attempt.__table__)).mappings().all(), utcnow())
    texts = [gzip.decompress(path.read_bytes()).decode() for path, _ in archive.files()]
    archive.expire(date.max)
    return "".join(texts)


def stored(url: str) -> str:
    return "".join(path.read_bytes().decode("latin-1") for path in files_of(url))


def files_of(url: str) -> list[Path]:
    """The database with what is not yet merged into it."""
    with db.read() as connection:
        assert connection.execute(Message.__table__.select()).first() is not None
    path = Path(url.removeprefix("sqlite:///"))
    return [each for each in (path, path.with_name(path.name + "-wal")) if each.exists()]
