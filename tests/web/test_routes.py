"""Every route, every role, with and without CSRF token: nobody gets further than routes.txt says."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

import pytest
from flask import Flask
from werkzeug.routing import Rule

from connector.db import db
from connector.errors import Fail
from connector.setup import connectors, grants, lifecycle, schedules, users
from connector.setup.models import ADMIN, OPERATOR, VIEWER
from connector.sync.models import Notification
from tests import rows
from tests.conftest import ROOT
from tests.web import people, seed

TABLE = ROOT / "tests" / "web" / "routes.txt"
RANK = {"anybody": 0, VIEWER: 1, OPERATOR: 2, ADMIN: 3}
FORGERY_PROOF = {"hooks.acumatica", "hooks.store"}  # it has a secret of its own
LAST = (
    "auth.sign_out_everywhere",
    "auth.sign_out",
    "connectors.archive",
    "clearing.page",
)  # what would end the walk early
SAMPLES = {
    "connector_id": "DEMO", "connector": "DEMO", "entity": "price", "key": "MUG", "side": "erp", "filename": "app.css",
    "message_id": "1", "run_id": "1", "attempt_id": "1", "notification_id": "1", "token": "1", "page": "queue",
    "section": "customer", "name": "classes", "kind": "product", "version": "1", "number": "1", "code": "product",
    "sender": "magento",
}  # fmt: skip


class Line(NamedTuple):
    """Who may do it."""

    role: str
    about: str = ""


class Person(NamedTuple):
    """Somebody who tries: the role everywhere, and the one in DEMO where it differs."""

    name: str
    role: str
    demo: str = ""


PEOPLE = [
    Person("stranger", ""),
    Person("viewer", VIEWER),
    Person("operator", OPERATOR),
    Person("admin", ADMIN),
    Person("shut out", ADMIN, grants.NONE),
    Person("viewer here", ADMIN, VIEWER),
    Person("operator here", VIEWER, OPERATOR),
    Person("admin here", VIEWER, ADMIN),
]


class Refusing:
    """An engine that does nothing: no test of a route calls a system."""

    bell = None

    def refresh(self) -> None:
        return None

    def __getattr__(self, name: str) -> Any:
        def refuse(*_: Any, **__: Any) -> Any:
            raise Fail("Not now.")

        return refuse


def table() -> dict[tuple[str, str], Line]:
    lines = [line.split() for line in TABLE.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    return {(method, endpoint): Line(*rest) for method, endpoint, *rest in lines}


def routes(app: Flask) -> Iterator[tuple[str, Rule]]:
    for rule in sorted(app.url_map.iter_rules(), key=lambda rule: (rule.endpoint in LAST, rule.endpoint)):
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            yield method, rule


def address(rule: Rule) -> str:
    path = re.sub(r"<any\((\w+).*?\):\w+>", r"\1", rule.rule)
    return re.sub(r"<(?:\w+:)?(\w+)>", lambda match: SAMPLES[match[1]], path)


def test_every_route_has_its_line_and_every_line_its_route(app: Flask) -> None:
    assert {(method, rule.endpoint) for method, rule in routes(app)} == set(table())


def test_what_names_a_connector_in_its_address_asks_for_the_role_there(app: Flask) -> None:
    for method, rule in routes(app):
        line = table()[method, rule.endpoint]
        if {"connector_id", "connector"} & rule.arguments and line.role != "public":
            assert line.about in ("connector", "both"), rule.rule


@pytest.fixture
def house(app: Flask) -> Flask:
    """A connector with one of everything that an address can name, and the numbers 1 that go with it."""
    for id in ("DEMO", "OTHER"):
        seed.configured(id, product={"individual_sync": True})
    lifecycle.initialize("DEMO", "olga")
    assert schedules.of("DEMO")[0].id == 1
    people.add("target", VIEWER)
    message = rows.message(status="failed", code="x")
    assert (message, rows.run(job="bulk"), rows.attempt(message_id=message)) == (1, 1, 1)
    with db.saving() as session:
        session.add(Notification(connector_id="DEMO", push_id="1", query="CC Prices", body="{}", changes=1))
    app.extensions["engine"] = Refusing()
    app.config["PROPAGATE_EXCEPTIONS"] = False  # what a view makes of a refusing engine is not the matter here
    return app


def browser_of(app: Flask, person: Person) -> people.Client:
    if not person.role:
        return people.client(app)
    browser = people.client(app, person.name, role=person.role)
    user = users.find(person.name)
    assert user is not None
    if person.demo:
        grants.save(user, {"DEMO": person.demo}, by="olga")
    return browser


def expected(person: Person, line: Line) -> str:
    """What has to come of it: "in", "sign in", "refused" or "hidden"."""
    if line.role == "public":
        return "in"
    if not person.role:
        return "sign in"
    role = person.role
    if line.about == "connector":
        role = person.demo or role
    elif line.about == "some":
        role = max(role, person.demo.replace(grants.NONE, "") or role, key=lambda each: RANK[each])
    elif line.about == "both":
        role = min(role, person.demo or role, key=lambda each: RANK.get(each, 0))
    if role == grants.NONE:
        return "hidden"
    return "in" if RANK[role] >= RANK[line.role] else "refused"


def seen(answer: Any) -> str:
    if answer.status_code == 401 or answer.headers.get("Location", "").startswith("/sign-in?next="):
        return "sign in"
    if answer.status_code == 303 and answer.headers.get("Location") == "/sign-in":
        return "sign in"
    return {403: "refused", 404: "hidden"}.get(answer.status_code, "in")


@pytest.mark.parametrize("person", PEOPLE, ids=lambda person: person.name)
def test_nobody_gets_further_than_the_table_says(house: Flask, person: Person) -> None:
    browser, lines, wrong = browser_of(house, person), table(), []
    for method, rule in routes(house):
        line, path = lines[method, rule.endpoint], address(rule)
        if rule.endpoint == "auth.sign_out":
            continue
        answer = browser.open(path, method=method, headers={"X-CSRFToken": browser.token}, buffered=True)
        wanted, got = expected(person, line), seen(answer)
        if wanted == "in" and got == "hidden" and method == "POST":
            got = "in"  # let in, but what the address names has gone meanwhile
        if line.role == "public" and got == "sign in":
            got = "in"
        if wanted == "in" and got == "hidden" and not _row(rule):
            got = "in"  # the sample names nothing that is there
        if wanted != got:
            wrong.append(f"{method} {path}: {wanted} expected, {got} seen ({answer.status_code})")
    assert wrong == []


def _row(rule: Rule) -> bool:
    """Whether the sample of this address is surely there, so that 404 would be a refusal."""
    return bool({"message_id", "run_id", "attempt_id", "notification_id"} & rule.arguments)


@pytest.mark.parametrize("person", [each for each in PEOPLE if each.role], ids=lambda person: person.name)
def test_without_the_csrf_token_nothing_is_done(house: Flask, person: Person) -> None:
    browser, before, wrong = browser_of(house, person), connectors.get("DEMO").revision, []
    for method, rule in routes(house):
        if method == "GET" or rule.endpoint in FORGERY_PROOF:
            continue
        answer = browser.open(address(rule), method=method)
        if answer.status_code != 400:
            wrong.append(f"{method} {address(rule)}: {answer.status_code}")
    assert wrong == []
    assert connectors.get("DEMO").revision == before and browser.get("/account").status_code == 200
