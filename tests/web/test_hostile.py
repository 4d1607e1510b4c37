"""Hostile and careless input into every form that a page shows: never a fault, told at once, nothing half saved.

The forms are found by looking at the pages, so a new form is tried without a line here.
"""

from __future__ import annotations

import html
import re
import sqlite3
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from werkzeug.datastructures import MultiDict
from werkzeug.test import TestResponse

from connector.db import db, utcnow
from connector.errors import Fail
from connector.setup import lifecycle, mappings, references, rules, schema, shelf, tokens, users
from connector.setup.models import User
from connector.systems.base import Choice, Field
from tests import rows
from tests.web import forms_found, people, seed
from tests.web.forms_found import Form
from tests.web.paper import Paired
from tests.web.people import Client
from tests.web.test_routes import routes

DEMO = "/connectors/DEMO"
PAGES = [
    "/account", "/connectors/new", "/connectors/all/import", "/connectors/all/features", "/connectors/all/archived",
    "/people", "/people/1", "/failed", "/failed/messages", "/messages/1", "/log/clear", "/log/flush",
    "/system-messages", "/schedulers", "/processes/DEMO/price", "/records/DEMO/price/MUG",
    DEMO, f"{DEMO}/activity", f"{DEMO}/clocks", f"{DEMO}/copy", f"{DEMO}/guide", f"{DEMO}/guide/package",
    f"{DEMO}/deactivate", "/connectors/FRESH/initialize", "/connectors/STOPPED/activate",
    "/connectors/STOPPED/uninstall",
    *(f"{DEMO}/settings/{page}" for page in ("connection", "setup", "sync", "endpoints", "features", "logging")),
    f"{DEMO}/schedules/1", f"{DEMO}/views?view=german", f"{DEMO}/references", f"{DEMO}/references/warehouse",
    f"{DEMO}/schema/product", f"{DEMO}/schema/customer",
    *(f"{DEMO}/mapping/{page}" for page in (
        "payment", "product", "product/edit", "product/update", "product/recommended", "statuses", "payment/edit",
        "shipping_out/edit", "customer_group/edit", "warehouse/edit", "branch/edit", "product/attributes/BRAND",
    )),
    f"{DEMO}/rules", f"{DEMO}/rules/new", f"{DEMO}/rules/1", f"{DEMO}/rules/1/delete",
]  # fmt: skip
HOSTILE = [
    "",
    "   ",
    "a\x00b",
    '"><script>alert(1)</script>',
    "-1",
    "9" * 30,
    "1e999",
    "x" * 20_000,
    "٣\u202e😀",
    "{{ 7 * 7 }}{% for x in range(9**9) %}",
    "a\r\nSet-Cookie: x=1",
    "'; DROP TABLE connector; --",
    "../../etc/passwd",
    "None",
    '[1, {"a": null}]',
    "2026-02-30T25:61",
]


class Engine(Paired):
    """Two paper systems; what else a page may ask for is refused in words."""

    bell = None

    def __getattr__(self, name: str) -> Any:
        def refuse(*_: Any, **__: Any) -> Any:
            raise Fail("Not now.")

        return refuse


@pytest.fixture
def house(app: Flask) -> Flask:
    """One of everything that a page can show a form for."""
    engine = app.extensions["engine"] = Engine()
    engine.erp.lists = {"warehouse": [Choice("MAIN", "Main")], "customer_class": [Choice("WEB")]}
    fields = [Field("Attributes/BRAND", "Brand", tab="Attributes"), Field("Description", tab="General")]
    engine.erp.known = dict.fromkeys(("product", "customer"), fields)
    engine.store.lists = {"store_view": [Choice("german", "German")]}
    people.add("target", "viewer")
    for id in ("DEMO", "FRESH", "STOPPED", "OLD"):
        seed.configured(id, product={"individual_sync": True}, push={"secret": "s" * 20})
    for id in ("DEMO", "STOPPED"):
        lifecycle.initialize(id, "olga")
    lifecycle.stop("STOPPED", "olga")
    shelf.archive("OLD", "olga")
    for entity in ("product", "customer"):
        schema.refresh("DEMO", "erp", entity, engine.erp)
    references.load("DEMO", engine.erp)
    references.load("DEMO", engine.store)
    condition = {"all": [{"field": "country", "op": "eq", "value": "DE"}]}
    rule = {"name": "Hold", "priority": 10, "active": True, "actions": [{"do": "hold"}], "conditions": condition}
    rules.save("DEMO", None, rule, user="olga")
    mappings.save("DEMO", "product", [{"store": "name", "erp": "Description"}], "olga")
    target = users.find("target")
    assert target is not None
    tokens.create(target, "nightly", 30, by="olga")
    with db.saving() as session:
        target = session.get(User, target.id)
        target.locked_until = utcnow() + timedelta(minutes=5)
    rows.message(status="failed", code="x", key="MUG")
    rows.message(status="waiting", key="CUP")
    return app


def found_forms(browser: Client) -> list[Form]:
    """The forms of these pages, each once."""
    found: dict[Any, Form] = {}
    for page in PAGES:
        answer = browser.get(page)
        assert answer.status_code == 200, page
        for form in forms_found.of(page, answer.text):
            found.setdefault(form.shape, form)
    return list(found.values())


class Snapshot:
    """The database file as it was, to compare with and to go back to."""

    TRAIL = ("event", "notice", "attempt", "run", "minute_stat", "window_lease", "sqlite_sequence")

    def __init__(self, url: str) -> None:
        self.path = Path(url.removeprefix("sqlite:///"))
        self.kept = sqlite3.connect(":memory:")
        with sqlite3.connect(self.path) as now:
            now.backup(self.kept)
        self.before = self._rows(self.kept)

    def _rows(self, database: sqlite3.Connection) -> dict[str, list[Any]]:
        names = [row[0] for row in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return {
            name: database.execute(f'SELECT * FROM "{name}"').fetchall() for name in names if name not in self.TRAIL
        }

    def changed(self) -> list[str]:
        """Which tables are not what they were; the trail of what was done does not count."""
        with sqlite3.connect(self.path) as now:
            after = self._rows(now)
        return [name for name, kept in self.before.items() if after[name] != kept]

    def restore(self) -> None:
        db.session.remove()
        db.engine.dispose()
        with sqlite3.connect(self.path) as now:
            self.kept.backup(now)


# rooms whose every form has to be found here
ROOMS = {
    "auth", "connectors", "clocks", "guide", "references", "rules", "schema", "mapping", "people", "schedulers",
    "notices", "clearing",
}  # fmt: skip
TRIED_ELSEWHERE = {"auth.first", "auth.sign_in", "clocks.sync"}  # test_sign_in.py, test_clocks.py
PLAIN = ("hidden", "checkbox", "radio", "select")  # nothing is typed: a click that a second one turns back
GUARDS = ("revision", "based_on", "seen")
# forms that make something new: there is nothing that somebody else could have changed
MAKES = {
    "auth.account", "auth.add_token", "people.add", "connectors.new", "connectors.copy", "connectors.import_file",
    "rules.save",
}  # fmt: skip
SAVES_NOTHING = {"connectors.update_list", "mapping.update", "mapping.edit_chosen"}  # they fetch lists, or open a form
Site = tuple[Client, list[Form], Snapshot]


def endpoint(app: Flask, form: Form) -> str:
    """The view that a form is sent to."""
    return str(_match(app, form)[0])


def _match(app: Flask, form: Form) -> tuple[str, dict[str, Any]]:
    name, values = app.url_map.bind("localhost").match(form.action.partition("?")[0], method="POST")
    return str(name), dict(values)


def guard_of(form: Form) -> str:
    """The field that says which state the form was made from; "" when it makes something new."""
    return next((name for name in GUARDS if name in form.fields and any(form.fields[name].values)), "")


def kinds(app: Flask, forms: list[Form]) -> list[Form]:
    """One form of each kind: the same view, the same page of settings or table."""
    found: dict[Any, Form] = {}
    for form in forms:
        name, values = _match(app, form)
        found.setdefault((name, values.get("page"), values.get("kind"), values.get("act"), guard_of(form)), form)
    return list(found.values())


def attacks(form: Form) -> Iterator[MultiDict[str, str]]:
    """The form with every field wrong in another way, three times over; with nothing; with strangers; all NUL."""
    open_fields = [each.name for each in form.fields.values() if each.kind != "hidden"]
    for shift in (0, 5, 10) if open_fields else ():
        data = form.untouched()
        for at, name in enumerate(open_fields):
            data.setlist(name, [HOSTILE[(at + shift) % len(HOSTILE)]])
        yield data
    if form.fields:
        yield MultiDict()
        yield MultiDict([("x" * 30, "y"), *form.untouched().items(multi=True)] * 20)
        yield MultiDict((each.name, HOSTILE[2]) for each in form.fields.values())


def refused_by_notice(browser: Client) -> bool:
    with browser.session_transaction() as session:
        return any(kind in ("error", "danger", "warning") for kind, _ in session.get("_flashes", []))


@pytest.fixture
def site(house: Flask, sqlite_url: str) -> Site:
    browser = people.client(house, "olga")
    olga = users.find("olga")
    assert olga is not None
    tokens.create(olga, "mine", 30, by="olga")
    return browser, kinds(house, found_forms(browser)), Snapshot(sqlite_url)


def test_every_form_is_found_and_takes_no_megabyte(house: Flask, site: Site) -> None:
    browser, forms, snapshot = site
    posts = {rule.endpoint for method, rule in routes(house) if method == "POST"}
    found = {endpoint(house, form) for form in forms}
    assert {each for each in posts - found if each.partition(".")[0] in ROOMS} == TRIED_ELSEWHERE
    for form in forms:
        answer = browser.post(form.action, data={"name": "x" * 1_100_000})
        assert answer.status_code == 413 and "at most one megabyte" in answer.text
    assert snapshot.changed() == []


def test_hostile_input_breaks_nothing_is_told_and_saves_nothing_by_half(site: Site) -> None:
    browser, forms, snapshot = site
    with browser.session_transaction() as session:
        signed_in = dict(session)
    wrong = []
    for form in forms:
        for data in attacks(form):
            with browser.session_transaction() as session:
                session.clear()
                session.update(signed_in)
            answer = browser.post(form.action, data=data)
            wrong += [f"{form.action} {what} ({answer.status_code})" for what in faults(browser, answer, snapshot)]
    assert wrong == []


def faults(browser: Client, answer: TestResponse, snapshot: Snapshot) -> Iterator[str]:
    """What is wrong with this answer to hostile input; the database is put back to what it was."""
    marks = r'class="field-error"|role="alert"|alert-danger|alert-warning|id="problem"'
    changed, by_notice = snapshot.changed(), refused_by_notice(browser)
    if answer.status_code >= 500 or "<script>alert" in answer.text:
        yield "broke"
    if answer.status_code >= 400 and not (re.search(marks, answer.text) or by_notice):
        yield "said nothing"
    if (answer.status_code >= 400 or by_notice) and set(changed) - {"user"}:  # a wrong password counts as one
        yield f"was refused and changed {changed}"
    if changed:
        snapshot.restore()


def test_a_form_that_is_refused_keeps_what_was_typed(site: Site) -> None:
    browser, forms, snapshot = site
    refused = 0
    for form in forms:
        typed = {each.name: f"Typed <{each.name}> & kept" for each in form.fields.values() if each.kind == "text"}
        data = form.untouched()
        for name, value in typed.items():
            data.setlist(name, [value])
        answer = browser.post(form.action, data=data) if typed else None
        if answer is not None and answer.status_code == 422:
            page = html.unescape(answer.text)
            assert [name for name, value in typed.items() if value not in page] == [], form.action
            refused += 1
        if snapshot.changed():
            snapshot.restore()
    assert refused > 6


def test_of_two_editors_the_second_is_told(house: Flask, site: Site) -> None:
    """The form of the second carries the guard of an older state: nothing of it is saved, and he is told."""
    browser, forms, snapshot = site
    unguarded, guarded = set(), 0
    for form in (each for each in forms if endpoint(house, each).partition(".")[0] in ROOMS):
        guard = guard_of(form)
        if endpoint(house, form) in SAVES_NOTHING:
            continue
        if not guard:
            if any(each.kind not in PLAIN for each in form.fields.values()):
                unguarded.add(endpoint(house, form))
            continue
        data = form.untouched()
        data[guard] = str(int(data[guard]) + 7) if guard == "revision" else "0" * len(data[guard])
        answer = browser.post(form.action, data=data)
        said = re.search("[Ss]omebody else|[Ii]n the meantime", answer.text) or refused_by_notice(browser)
        assert answer.status_code in (200, 303, 409) and said, form.action
        assert snapshot.changed() == [], form.action
        guarded += 1
    assert unguarded - MAKES == set()
    assert guarded > 15
