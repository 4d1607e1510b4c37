"""Test Connection: a success saves its section, a failure nothing, with and without scripts."""

from __future__ import annotations

import html

import pytest
from flask import Flask

from connector.errors import Fail, Refused
from connector.setup import connectors
from connector.systems.base import Check
from tests.web import seed
from tests.web.conftest import StandIn
from tests.web.people import Client
from tests.web.sent import CONNECTION, DEMO, fields, logged


def test_a_successful_test_saves_its_section_and_says_what_it_found(admin: Client, demo: StandIn) -> None:
    connectors.need_attention("DEMO", "Refused.")
    sent = fields(admin.get(CONNECTION).text) | {"store-url": "https://other.example", "erp-tenant": "nine"}
    answer = admin.post(DEMO + "/test/store", data=sent, headers={"HX-Request": "true"})
    assert answer.status_code == 200
    assert "Magento 2 answers." in answer.text and "2.4.7" in answer.text and "alert-success" in answer.text
    config = connectors.get("DEMO")
    assert config.section("store")["url"] == "https://other.example"
    assert config.section("store")["token"] == "store token"
    assert config.section("erp")["tenant"] == "Company", "only the tested section is saved"
    assert config.attention == ""
    assert f'name="revision" value="{config.revision}" hx-swap-oob="true"' in answer.text
    assert demo.tested[0][2]["url"] == "https://other.example" and demo.refreshed == 1
    assert any("Test Connection with Magento 2: connected." in line for line in logged())


def test_a_failed_test_saves_nothing_and_says_why(admin: Client, demo: StandIn) -> None:
    demo.check = Check(ok=False, problem="401: the token is not accepted.", help="Make a new token.")
    before = connectors.get("DEMO")
    sent = fields(admin.get(CONNECTION).text) | {"store-url": "https://other.example"}
    answer = admin.post(DEMO + "/test/store", data=sent, headers={"HX-Request": "true"})
    assert (
        "alert-danger" in answer.text
        and "401: the token is not accepted." in answer.text
        and "Make a new token." in answer.text
    )
    assert connectors.get("DEMO") == before
    assert "Test Connection with Magento 2: 401: the token is not accepted." in logged()


@pytest.mark.parametrize("word", [Fail("It said no."), Refused("It said no.")])
def test_a_word_of_the_system_is_a_failed_test(admin: Client, demo: StandIn, word: Exception) -> None:
    demo.check = word
    answer = admin.post(DEMO + "/test/erp", data=fields(admin.get(CONNECTION).text), headers={"HX-Request": "true"})
    assert answer.status_code == 200 and "It said no." in answer.text and "Nothing was saved." in answer.text


def test_a_test_works_without_scripts_too(admin: Client, demo: StandIn) -> None:
    sent = fields(admin.get(CONNECTION).text) | {"store-url": "https://other.example", "erp-tenant": "nine"}
    answer = admin.post(DEMO + "/test/store", data=sent)
    assert answer.status_code == 200
    page = answer.text
    assert "Magento 2 answers." in page and "<h1" in page and "hx-swap-oob" not in page
    assert 'value="nine"' in page, "what was typed elsewhere is kept"
    assert admin.post(CONNECTION, data=fields(page)).status_code == 303, "the page holds the new revision"
    assert connectors.get("DEMO").section("erp")["tenant"] == "nine"


def test_a_test_that_comes_second_saves_nothing(admin: Client, demo: StandIn) -> None:
    sent = fields(admin.get(CONNECTION).text) | {"store-url": "https://other.example"}
    connectors.save("DEMO", {"queue": {"batch_count": 5}}, user="other", revision=1)
    answer = admin.post(DEMO + "/test/store", data=sent, headers={"HX-Request": "true"})
    assert "Somebody else has saved this connector meanwhile" in answer.text
    assert connectors.get("DEMO").section("store")["url"] == "http://store.example"


def test_a_clock_that_is_off_is_said(admin: Client, demo: StandIn) -> None:
    demo.check = Check(ok=True, clock_offset=-600.0)
    answer = admin.post(DEMO + "/test/erp", data=fields(admin.get(CONNECTION).text), headers={"HX-Request": "true"})
    assert "Its clock is 600 s behind ours." in answer.text


def test_values_that_cannot_be_tested_are_named(app: Flask, admin: Client) -> None:
    """With the real engine: it refuses before any request."""
    seed.configured()
    sent = fields(admin.get(CONNECTION).text) | {"store-url": "nonsense"}
    answer = admin.post(DEMO + "/test/store", data=sent, headers={"HX-Request": "true"})
    assert answer.status_code == 422
    assert '<a href="#store-url">Store URL must be a web address' in html.unescape(answer.text)
    page = admin.post(DEMO + "/test/store", data=sent)
    assert page.status_code == 422 and 'id="store-url-error"' in page.text


def test_there_are_two_sides_to_test(admin: Client, demo: StandIn) -> None:
    assert admin.post(DEMO + "/test/moon", data={}).status_code == 404
