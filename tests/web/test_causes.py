"""Causes and action types: tables that must agree with what the house really says."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from flask import Flask

from connector.sync.catalogue import SYNCS
from connector.web.operating import actions, causes, exchanges

ROOT = Path(__file__).resolve().parents[2]
CODE = re.compile(r'"((?:http|acumatica|magento|order|customer|shipment|rule)\.[a-z_0-9]+)"')
NOT_A_CAUSE = {"magento.local"}


def codes_said() -> set[str]:
    """Every code that stands in the sources of the systems."""
    found: set[str] = set()
    for path in [*(ROOT / "connector" / "systems").rglob("*.py"), *(ROOT / "connector" / "sync").rglob("*.py")]:
        found |= set(CODE.findall(path.read_text(encoding="utf-8")))
    return {code for code in found if not code.endswith(".")} - NOT_A_CAUSE


def test_every_code_that_a_system_says_has_its_help() -> None:
    said = codes_said()
    assert len(said) > 30, "the pattern finds the codes"
    assert said - set(causes.CAUSES) == set()


def test_every_cause_has_a_title_and_a_help() -> None:
    for code, cause in causes.CAUSES.items():
        assert cause.title and cause.help.endswith((".", ")")), code
        assert not cause.title.endswith("."), code


@pytest.mark.parametrize(
    ("code", "title"),
    [
        ("magento.url_key_taken", "The URL key is taken"),
        ("bug.ZeroDivisionError", "A fault in the connector itself"),
        ("http.599", "The system had an error of its own"),
        ("http.418", "The system refused the request"),
        ("the store says * is odd", ""),
        ("", ""),
    ],
)
def test_a_code_without_a_row_falls_back(code: str, title: str) -> None:
    assert causes.find(code).title == title
    assert causes.find(code).help


def test_there_are_fifteen_plain_and_eight_reprocess_types() -> None:
    assert (len(set(actions.PLAIN)), len(set(actions.REPROCESS))) == (15, 8)
    for sync in SYNCS:
        assert sync.action in actions.PLAIN
        assert actions.of(sync.entity, "succeeded", "push") == sync.action
        assert actions.of(sync.entity, "succeeded", "reprocess") in actions.REPROCESS
        meant = actions.meant(sync.action)
        assert meant and sync.entity in meant.entities and not meant.reprocessed


def test_every_event_is_filed_under_a_documented_type() -> None:
    used: set[str] = set()
    for path in (ROOT / "connector").rglob("*.py"):
        used |= set(re.findall(r'events\.record\(\s*"([^"]+)"', path.read_text(encoding="utf-8")))
    assert used
    assert used <= set(actions.ALL)


def test_an_address_is_masked_and_its_password_left_out() -> None:
    assert exchanges.masked_address("http://u:p@h/x?api_key=1&q=a b") == "http://h/x?api_key=***&q=a+b"
    assert exchanges.masked_address("http://[broken") == "http://[broken"


def test_the_first_address_is_found_in_a_cut_opening() -> None:
    assert exchanges.first_address('[{"method": "GET", "url": "http://h/a?x=\\"1\\"", "at": "20') == 'http://h/a?x="1"'
    assert exchanges.first_address("[]") == ""


def test_a_long_body_is_cut_and_says_so(app: Flask) -> None:
    with app.test_request_context():
        text = exchanges.pretty("x" * 30_000)
    assert text.endswith("10,000 more characters")
    assert exchanges.pretty('{"a": 1}') == '{\n  "a": 1\n}'
    assert exchanges.pretty(None) == exchanges.pretty("") == ""


def test_a_curl_command_quotes_what_a_shell_would_eat() -> None:
    (call,) = exchanges.read('[{"method": "POST", "url": "http://h/$(id)", "headers": {"A": "it\'s"}, "body": "a b"}]')
    assert call.curl == "curl -X POST 'http://h/$(id)' -H 'A: it'\"'\"'s' --data 'a b'"


def test_of_a_batch_of_many_calls_a_record_shows_its_own() -> None:
    """A hundred products are read together and written one by one: each page shows the look-up and its own write."""
    look = {"method": "GET", "url": "http://h/products?in=A%2F1,B2,C3,D4,E5"}
    writes = [
        {"method": "POST", "url": "http://h/products", "body": {"sku": key}} for key in ("A/1", "B2", "C3", "D4", "E5")
    ]
    found = exchanges.read(json.dumps([look, *writes]))
    assert [(one.method, "A/1" in one.request) for one in exchanges.about(found, "A/1")] == [
        ("GET", False),
        ("POST", True),
    ]
    assert exchanges.about(found, "Z9") == found, "where none names it, all are shown"
    assert exchanges.about(found[:3], "E5") == found[:3], "few are shown with each"
