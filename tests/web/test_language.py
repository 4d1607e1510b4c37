"""Whose language a page speaks: the person's own choice, else the browser's; machines are told in English."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest
from flask import Flask

from connector.web.frame import zones
from connector.web.frame.language import LANGUAGES
from tests import rows
from tests.web import people, seed
from tests.web.test_routes import address, house, routes

__all__ = ["house"]  # a fixture
OTHERS = [code for code in LANGUAGES if code != "en"]
WORDS = {"en": "Sign in", "de": "Anmelden", "es": "Iniciar sesión"}


def wish(*codes: str) -> dict[str, str]:
    return {"Accept-Language": ",".join(codes)}


@pytest.mark.parametrize(
    ("wanted", "spoken"),
    [
        (wish("de-AT", "en;q=0.5"), "de"),
        (wish("es"), "es"),
        (wish("fr", "es;q=0.3"), "es"),
        (wish("fr"), "en"),
        (wish("<script>"), "en"),
        ({}, "en"),
    ],
)
def test_a_page_speaks_as_the_browser_asks(app: Flask, wanted: dict[str, str], spoken: str) -> None:
    page = people.client(app).get("/sign-in", headers=wanted).text
    assert f'<html lang="{spoken}">' in page and WORDS[spoken] in page


def test_ones_own_choice_stands_above_the_browsers(app: Flask) -> None:
    browser = people.client(app, "vera")
    assert browser.post("/account/language", data={"language": "es"}).status_code == 303
    assert '<html lang="es">' in browser.get("/messages", headers=wish("de")).text
    assert browser.post("/account/language", data={"language": ""}).status_code == 303
    assert '<html lang="de">' in browser.get("/messages", headers=wish("de")).text


@pytest.mark.parametrize("wrong", ["xx", "<script>", "de\0", "d" * 10_000])
def test_a_language_that_there_is_not_is_refused(app: Flask, wrong: str) -> None:
    browser = people.client(app, "vera")
    answer = browser.post("/account/language", data={"language": wrong})
    assert answer.status_code == 400
    assert '<html lang="en">' in browser.get("/messages").text


def test_numbers_and_spans_follow_the_language(app: Flask) -> None:
    seed.busy_shop()
    seed.minute(1, entity="category", succeeded=4_500)
    page = people.client(app, "vera").get("/", headers=wish("de")).text
    assert re.search(r"\b4\.[5-9]\d\d\b", page) and not re.search(r"\b4,[5-9]\d\d\b", page)


def test_machines_are_told_in_english(app: Flask) -> None:
    answer = people.client(app).post("/hooks/acumatica/NOPE", data="{", headers=wish("de"))
    assert answer.status_code in (401, 404) and not re.search("[äöüß]", answer.text)


@pytest.mark.parametrize("code", OTHERS)
def test_every_page_opens_in_every_language(house: Flask, code: str) -> None:
    """A place that is filled wrongly, a table that is asked for by its English word: the page would break."""
    english, other = people.client(house, "olga"), people.client(house, "oskar", role="admin")
    other.post("/account/language", data={"language": code})
    for method, rule in routes(house):
        if method != "GET" or rule.endpoint.startswith(("static", "bootstrap", "assets")):
            continue
        told, said = english.get(address(rule), buffered=True), other.get(address(rule), buffered=True)
        assert said.status_code == told.status_code, rule.endpoint
        if said.mimetype == "text/html" and "<html" in said.text and said.status_code < 300:
            assert f'<html lang="{code}">' in said.text, rule.endpoint


def test_times_are_written_and_read_in_the_zone_of_the_browser(app: Flask) -> None:
    rows.attempt(message_id=rows.message(), finished_at=datetime(2026, 5, 4, 22, 30, tzinfo=UTC))
    browser = people.client(app, "vera")
    browser.set_cookie("zone", "Asia/Kolkata")
    page = browser.get("/log?from_date=2026-05-05&from_time=04:00:00&to_date=2026-05-05&to_time=04:00:00").text
    assert "2026-05-05" in page and "04:00:00</td>" in page and "From time (Asia/Kolkata)" in page
    assert "04:00:00</td>" not in browser.get("/log?from_date=2026-05-05&from_time=04:00:01").text


@pytest.mark.parametrize("wrong", ["Mars/Base", "../../etc/passwd", "x" * 4_000, "<script>", ""])
def test_a_zone_that_there_is_not_is_utc(app: Flask, wrong: str) -> None:
    browser = people.client(app, "vera")
    browser.set_cookie("zone", wrong)
    assert "From time (UTC)" in browser.get("/log").text


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        (datetime(2026, 3, 29, 2, 30), datetime(2026, 3, 29, 1, 30, tzinfo=UTC)),  # an hour that there was not
        (datetime(2026, 10, 25, 2, 30), datetime(2026, 10, 25, 1, 30, tzinfo=UTC)),  # one that there was twice
        (datetime(2026, 7, 1), datetime(2026, 6, 30, 22, tzinfo=UTC)),
    ],
)
def test_a_time_at_the_turn_of_summer_is_some_time(app: Flask, typed: datetime, meant: datetime) -> None:
    with app.test_request_context("/", headers={"Cookie": "zone=Europe/Berlin"}):
        assert zones.instant_of(typed) == meant
