"""Clocks: both are shown, Verify compares, Sync Now stores (CON-14 to CON-16)."""

from __future__ import annotations

import re

import pytest

from connector.errors import Retry
from connector.setup import connectors
from tests.web.conftest import StandIn
from tests.web.people import Client
from tests.web.sent import DEMO, logged

CLOCKS = DEMO + "/clocks"


def offsets() -> tuple[int, int]:
    clock = connectors.get("DEMO").section("clock")
    return clock["erp_offset"], clock["store_offset"]


def test_both_clocks_are_shown_with_their_zones_and_differences(viewer: Client, demo: StandIn) -> None:
    demo.erp.ahead, demo.store.ahead = 600, None
    page = viewer.get(CLOCKS).text
    assert "UTC-05:00" in page and "+600" in page and "Magento 2 does not tell its time." in page
    assert 'id="verify"' not in page and 'id="sync-now"' not in page


def test_verify_says_in_step_or_offers_to_synchronize(admin: Client, operator: Client, demo: StandIn) -> None:
    assert "The clocks are in step." in operator.post(CLOCKS + "/verify").text
    demo.erp.ahead = -600
    page = admin.post(CLOCKS + "/verify").text
    assert "600 s behind what is stored." in page and 'id="sync-now"' in page
    assert 'id="sync-now"' not in operator.post(CLOCKS + "/verify").text
    assert offsets() == (0, 0), "verifying changes nothing"


def test_sync_now_stores_the_drift(admin: Client, demo: StandIn) -> None:
    demo.erp.ahead, demo.store.ahead = 600, -30
    assert admin.post(CLOCKS + "/sync").status_code == 303
    assert offsets() == (600, -30)
    page = admin.get(CLOCKS).text
    assert "The clocks are synchronized." in page and 'id="verify"' in page and 'id="sync-now"' not in page
    assert any("clock.erp_offset" in line for line in logged())
    assert "The clocks are in step." in admin.post(CLOCKS + "/verify").text


def test_a_side_that_does_not_answer_says_so(admin: Client, demo: StandIn) -> None:
    demo.check = Retry("It is away.")
    page = admin.post(CLOCKS + "/verify").text
    assert page.count("It is away.") >= 2 and "The clocks are in step." not in page
    admin.post(CLOCKS + "/sync")
    assert offsets() == (0, 0)


def test_automatic_mode_is_switched_and_two_editors_are_told(admin: Client, viewer: Client, demo: StandIn) -> None:
    page = admin.get(CLOCKS).text
    revision = re.search(r'name="revision" value="(\d+)"', page)
    assert revision and 'value="1" aria-describedby="automatic-help" checked' in page
    admin.post(CLOCKS + "/automatic", data={"revision": revision[1]})
    assert connectors.get("DEMO").section("clock")["automatic"] is False
    answer = admin.post(CLOCKS + "/automatic", data={"revision": revision[1], "automatic": "1"})
    assert answer.status_code == 409 and "Somebody else has saved" in answer.text
    assert viewer.post(CLOCKS + "/automatic").status_code == 403


@pytest.mark.parametrize("path", ["", "/verify", "/sync", "/automatic"])
def test_strangers_and_other_sites_do_nothing(stranger: Client, admin: Client, demo: StandIn, path: str) -> None:
    if path:
        assert admin.post(CLOCKS + path, forged=True).status_code == 400
        assert stranger.post(CLOCKS + path).status_code == 303
    assert admin.open(f"/connectors/NONE/clocks{path}", method="POST" if path else "GET",
                      headers={"X-CSRFToken": admin.token}).status_code == 404  # fmt: skip
