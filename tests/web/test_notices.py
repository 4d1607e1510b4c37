"""The bell and the page of system messages (PER-04, LOG-18)."""

from __future__ import annotations

import re

from flask import Flask

from connector import notices
from connector.setup import connectors, grants, users
from tests.web import seed
from tests.web.operating import text_of
from tests.web.people import Client


def rings(browser: Client, path: str = "/about") -> str:
    found = re.search(r'id="bell".*?<span class="bell-count">([^<]+)<', browser.get(path).text)
    return found.group(1) if found else ""


def test_the_bell_counts_on_every_page_what_this_person_has_not_read(
    app: Flask, viewer: Client, operator: Client
) -> None:
    assert rings(viewer) == "0"
    for number in range(3):
        notices.tell(f"Matter {number}.")
    assert {rings(viewer, path) for path in ("/", "/messages", "/account", "/nothing-here")} == {"3"}
    page = text_of(viewer.get("/system-messages").text)
    assert "Matter 2." in page and "Unread" in page
    newest = notices.latest(0)[0].id
    assert viewer.post("/system-messages/read", data={"notice": newest}).headers["Location"] == "/system-messages"
    assert (rings(viewer), rings(operator)) == ("2", "3")
    assert viewer.post("/system-messages/read").status_code == 303
    assert (rings(viewer), rings(operator)) == ("0", "3")


def test_a_hundred_are_told_as_many(viewer: Client) -> None:
    for number in range(100):
        notices.tell(f"Matter {number}.")
    assert rings(viewer) == "99+"
    page = viewer.get("/system-messages").text
    assert page.count('<tr id="notice-') == 50 and 'rel="next"' in page


def test_refused_credentials_ring_until_they_are_mended(admin: Client, demo: object) -> None:
    connectors.need_attention("DEMO", "Magento refused the access token (401).")
    page = admin.get("/system-messages").text
    assert 'href="/connectors/DEMO/settings/connection"' in page and "refused the access token" in page
    assert rings(admin) == "1"
    typed = {"store": {"token": "another token", "token_confirm": "another token"}}
    connectors.save("DEMO", typed, user="olga", revision=1)
    assert rings(admin) == "0" and "Solved" in admin.get("/system-messages").text


def test_the_list_is_filtered_and_a_wrong_filter_is_said(viewer: Client) -> None:
    seed.connector()
    notices.tell("A problem.", connector_id="DEMO")
    notices.tell("25 messages", kind=notices.BULK, connector_id="DEMO")
    assert "25 messages" not in viewer.get("/system-messages?kind=problem").text
    assert "A problem." not in viewer.get("/system-messages?kind=bulk").text
    answer = viewer.get("/system-messages?kind=odd&show=%00")
    assert answer.status_code == 422 and "is not one of the choices" in answer.text
    assert viewer.post("/system-messages/read", data={"notice": "1; drop"}).status_code == 400


def test_flush_asks_with_the_number_and_leaves_the_problems(admin: Client) -> None:
    seed.connector()
    notices.tell("A problem.", connector_id="DEMO")
    for _ in range(2):
        notices.tell("25 messages", kind=notices.BULK, connector_id="DEMO")
    assert 'href="/log/flush"' in admin.get("/system-messages").text
    assert "2 system messages of bulk operations are deleted" in text_of(admin.get("/log/flush").text)
    answer = admin.post("/log/flush", data={"connector": ""}, follow_redirects=True)
    assert "2 were deleted." in answer.text and "A problem." in answer.text and "25 messages" not in answer.text


def test_nobody_sees_or_reads_what_is_hidden_from_him(viewer: Client) -> None:
    seed.connector("NORTH")
    notices.tell("Secret matter.", connector_id="NORTH")
    vera = users.find("vera")
    assert vera is not None
    grants.save(vera, {"NORTH": grants.NONE}, by="olga")
    assert rings(viewer) == "0" and "Secret matter." not in viewer.get("/system-messages").text
