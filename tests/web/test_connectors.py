"""The list of connectors, a new one, and the form: it keeps what was typed, and no secret leaves it."""

from __future__ import annotations

import html
import re
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connector.setup import connectors, schedules
from connector.systems.base import Check
from connector.web.connectors import blocks
from tests.web import seed
from tests.web.conftest import StandIn
from tests.web.people import Client
from tests.web.sent import CONNECTION, DEMO, SETUP, SYNC, fields


def test_the_list_shows_every_connector_with_its_state(viewer: Client) -> None:
    seed.busy_shop()
    page = viewer.get("/connectors").text
    assert 'href="/connectors/DEMO"' in page and "Needs attention" in page and "Not initialized" in page


def test_an_empty_list_says_what_a_connector_is_for(viewer: Client) -> None:
    assert "There is no connector yet" in viewer.get("/connectors").text


def test_a_new_connector_is_made_from_both_connections(admin: Client, stand_in: StandIn) -> None:
    page = admin.get("/connectors/new").text
    sent = {name: value for name, value in fields(page).items() if name != "csrf_token"}
    sent |= {"id": "SHOP1", "name": "First shop", "plugin": "magento"}
    sent |= {f"erp-{name}": value for name, value in seed.ERP.items()} | {"erp-password-confirm": "erp password"}
    sent |= {"store-url": "https://shop.example/", "store-token": "tok", "store-token-confirm": "tok"}
    answer = admin.post("/connectors/new", data=sent)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/connectors/SHOP1")
    made = connectors.get("SHOP1")
    assert (made.name, made.section("store")["url"], made.section("store")["token"]) == (
        "First shop",
        "https://shop.example",
        "tok",
    )
    assert "Test both connections, then initialize it." in admin.get("/connectors/SHOP1").text


def test_what_is_wrong_with_a_new_connector_stands_beside_its_field(admin: Client) -> None:
    answer = admin.post("/connectors/new", data={"id": "not an id", "name": "Kept name", "store-url": "ftp://x"})
    assert answer.status_code == 422
    page = answer.text
    assert 'id="id-error"' in page and "The ID needs 1 to 40 letters" in page
    assert 'id="store-url-error"' in page and "must be a web address" in page
    assert 'value="Kept name"' in page and 'value="ftp://x"' in page


def test_an_unknown_plug_in_is_refused(admin: Client) -> None:
    assert admin.get("/connectors/new?plugin=oscommerce").status_code == 400


def test_every_setting_has_a_labelled_field_with_its_help(admin: Client, demo: StandIn) -> None:
    page = admin.get(CONNECTION).text + admin.get(SETUP).text
    for name, label in (
        ("store-token", "Access token"),
        ("queue-threshold_count", "Threshold count"),
        ("push-secret", "Secret"),
    ):
        assert re.search(rf'<label class="form-label" for="{name}">{label}', page), name
        assert re.search(rf'<input[^>]*aria-describedby="{name}-help"[^>]*id="{name}"', page), name
    assert "System &gt; Integrations" in page


def test_no_secret_is_ever_rendered(admin: Client, viewer: Client, demo: StandIn) -> None:
    for browser in (admin, viewer):
        for page in ("", *(f"/settings/{name}" for name in blocks.TITLES)):
            text = browser.get(DEMO + page).text
            assert "store token" not in text and "erp password" not in text
    assert "Stored. Leave blank to keep it." in admin.get(CONNECTION).text
    sent = fields(admin.get(CONNECTION).text) | {"store-token": "typed token", "store-token-confirm": "typed otherwise"}
    answer = admin.post(CONNECTION, data=sent)
    assert answer.status_code == 422
    assert "typed token" not in answer.text and "typed otherwise" not in answer.text


@pytest.mark.parametrize("page", sorted(blocks.TITLES))
def test_saving_without_a_change_changes_nothing_and_keeps_the_secrets(admin: Client, demo: StandIn, page: str) -> None:
    before, address = connectors.get("DEMO"), f"{DEMO}/settings/{page}"
    answer = admin.post(address, data=fields(admin.get(address).text))
    assert answer.status_code == 303, html.unescape(
        str(re.findall(r"field-error[^<]*<svg.*?</svg>([^<]*)", answer.text, re.S))
    )
    after = connectors.get("DEMO")
    assert (after.revision, after.values) == (before.revision, before.values)
    assert "Nothing was different." in admin.get(address).text
    assert not schedules.of("DEMO")


def test_saving_says_what_changed_and_tells_the_engine(admin: Client, demo: StandIn) -> None:
    token = {"store-token": "new", "store-token-confirm": "new", "name": "Other name"}
    admin.post(CONNECTION, data=fields(admin.get(CONNECTION).text) | token)
    page = admin.get(CONNECTION).text
    assert "Access token from ******** to ********" in page and "Name from Demo shop to Other name" in page
    sent = fields(admin.get(SETUP).text) | {"queue-threshold_count": "10"}
    sent.pop("queue-batch_mode")
    assert admin.post(SETUP, data=sent).headers["Location"] == SETUP
    page = admin.get(SETUP).text
    assert "Threshold count from 25 to 10" in page and "Batch mode from on to off" in page
    assert demo.refreshed == 2
    assert connectors.get("DEMO").section("store")["token"] == "new"


def test_lists_are_typed_one_on_each_line(admin: Client, demo: StandIn) -> None:
    sent = fields(admin.get(SETUP).text) | {
        "inventory-warehouses": "MAIN\r\n WEST \r\n\r\n",
        "inventory-source_map": "MAIN=default",
    }
    admin.post(SETUP, data=sent)
    assert connectors.get("DEMO").section("inventory")["warehouses"] == ["MAIN", "WEST"]
    assert "MAIN\nWEST" in admin.get(SETUP).text.replace("\r\n", "\n")


@pytest.mark.parametrize(
    ("address", "field", "typed", "sentence"),
    [
        (SETUP, "queue-check_process_time", "60", "must be between 1 and 59"),
        (SETUP, "queue-check_process_time", "", ""),
        (SETUP, "queue-batch_count", "many", "must be a whole number"),
        (CONNECTION, "store-url", "shop.example", "must be a web address"),
        (CONNECTION, "store-url", "", "Store URL is required."),
        (CONNECTION, "store-auth", "magic", "must be one of"),
        (SETUP, "inventory-source_map", "MAIN", "Write WAREHOUSE=source"),
        (CONNECTION, "push-header", "X Secret", "must be the name of an HTTP header"),
        (CONNECTION, "name", "x" * 121, "at most 120 characters"),
        (CONNECTION, "erp-tenant", "x" * 5000, "is too long"),
        (CONNECTION, "erp-tenant", "a\x00b", "cannot be stored"),
        (SETUP, "price-preference", "", ""),
        (SYNC, "order-tolerance", "-1", "must be an amount of at least 0"),
        (SYNC, "order-tolerance", "1,5", "must be an amount such as"),
        (SYNC, "order-type", "", "Order type is required."),
        (SYNC, "failed_order-days", "31", "must be between 1 and 30"),
        (SYNC, "customer-key_pattern", "X" * 40, ""),
        (f"{DEMO}/settings/endpoints", "endpoint-version", "newest", "must look like 24.200.001"),
        (f"{DEMO}/settings/endpoints", "erp_endpoints-category", "https://evil.example/x?y", "must be a path below"),
        (f"{DEMO}/settings/endpoints", "store_endpoints-product_deletion", "/V1/products", "must hold these places"),
        (f"{DEMO}/settings/logging", "log-actions", "everything", "has no choice 'everything'"),
    ],
)
def test_a_wrong_value_is_said_beside_its_field_and_nothing_is_saved(
    admin: Client, demo: StandIn, address: str, field: str, typed: str, sentence: str
) -> None:
    before = connectors.get("DEMO")
    sent = fields(admin.get(address).text) | {field: typed}
    other = "queue-retry_count"
    if other in sent:
        sent[other] = "7"
    answer = admin.post(address, data=sent)
    if not sentence:
        assert answer.status_code == 303, "an empty value means the default"
        return
    assert answer.status_code == 422
    error = re.search(rf'id="{field}-error">.*?</svg>([^<]*)<', answer.text, re.S)
    assert error and sentence in html.unescape(error[1])
    assert re.search(rf'aria-invalid="true"[^>]*id="{field}"|id="{field}"[^>]*aria-invalid', answer.text) or field in (
        "store-auth",
        "log-actions",
    )
    if other in sent:
        assert 'value="7"' in answer.text, "the other values are kept"
    assert connectors.get("DEMO") == before


def test_secrets_that_differ_are_refused(admin: Client, demo: StandIn) -> None:
    sent = fields(admin.get(CONNECTION).text) | {"store-token": "one", "store-token-confirm": ""}
    answer = admin.post(CONNECTION, data=sent)
    assert answer.status_code == 422
    assert "Access token and its confirmation differ." in answer.text
    assert connectors.get("DEMO").section("store")["token"] == "store token"


def test_two_editors_do_not_overwrite_each_other_unseen(admin: Client, demo: StandIn) -> None:
    mine = fields(admin.get(SETUP).text) | {"queue-retry_count": "9"}
    connectors.save("DEMO", {"queue": {"batch_count": 5}}, user="other", revision=1)
    answer = admin.post(SETUP, data=mine)
    assert answer.status_code == 409
    assert "Somebody else has saved this connector since you opened it." in answer.text
    assert 'value="9"' in answer.text
    assert connectors.get("DEMO").section("queue")["retry_count"] == 3
    again = admin.post(SETUP, data=fields(answer.text))
    assert again.status_code == 303
    assert connectors.get("DEMO").section("queue")["retry_count"] == 9


@pytest.mark.parametrize("revision", ["", "abc", "-1", "9" * 40, "٣"])
def test_a_broken_revision_is_a_conflict_and_not_an_error(admin: Client, demo: StandIn, revision: str) -> None:
    assert admin.post(SETUP, data=fields(admin.get(SETUP).text) | {"revision": revision}).status_code == 409


def test_a_viewer_reads_the_settings_but_has_no_form(viewer: Client, operator: Client, demo: StandIn) -> None:
    for browser in (viewer, operator):
        page = browser.get(SETUP).text + browser.get(CONNECTION).text
        assert "Threshold count" in page and "********" in page
        assert 'name="queue-threshold_count"' not in page
        page = browser.get(DEMO).text
        assert "New secret" not in page and "do-deactivate" not in page and "do-archive" not in page


@pytest.mark.parametrize(
    "path",
    [
        "/settings/setup",
        "/settings/sync/update/order/type",
        "/endpoints/restore",
        "/views",
        "/views/update",
        "/copy",
        "/archive",
        "/restore",
        "/test/erp",
        "/secret",
        "/initialize",
        "/deactivate",
        "/activate",
        "/uninstall",
        "/features",
        "/schedules/1",
        "/schedules/1/switch",
    ],
)
def test_only_administrators_change_anything(
    viewer: Client, operator: Client, stranger: Client, demo: StandIn, path: str
) -> None:
    before = connectors.get("DEMO")
    assert viewer.post(DEMO + path).status_code == 403
    assert operator.post(DEMO + path).status_code == 403
    assert stranger.post(DEMO + path).status_code == 303
    assert connectors.get("DEMO") == before and demo.tested == []


@pytest.mark.parametrize(
    "path", ["/settings/sync", "/views", "/copy", "/archive", "/test/erp", "/secret", "/deactivate", "/features"]
)
def test_no_other_site_can_change_anything(admin: Client, demo: StandIn, path: str) -> None:
    assert admin.post(DEMO + path, forged=True).status_code == 400


@pytest.mark.parametrize("connector_id", ["NOBODY", "%00", "x" * 300, "a%20b", "-", "' or 1=1 --"])
def test_an_unknown_connector_is_a_missing_page(admin: Client, demo: StandIn, connector_id: str) -> None:
    for path in ("", "/example", "/deactivate", "/activity", "/activity.csv", "/schedules/1"):
        assert admin.get(f"/connectors/{connector_id}{path}").status_code == 404
    for path in ("/settings/setup", "/test/erp", "/deactivate", "/secret", "/schedules/1/switch"):
        assert admin.post(f"/connectors/{connector_id}{path}").status_code == 404


def test_the_example_counts_with_the_queue_as_it_is(admin: Client, demo: StandIn) -> None:
    for number in range(51):
        seed.message(f"K{number}")
    page = admin.get(SETUP).text
    assert "Price: 51 wait now, that is more than 25: 3 requests, up to 25 in each, instead of 51." in page


def test_the_example_follows_what_is_typed(viewer: Client, demo: StandIn) -> None:
    seed.message("K1")
    numbers = {"threshold_count": "0", "batch_count": "5000", "retry_count": "3", "retry_interval": "30"}
    query = {f"queue-{name}": value for name, value in numbers.items()}
    wrong = viewer.get(DEMO + "/example", query_string=query).text
    assert "No example: Batch count must be between 1 and 1000." in wrong
    query |= {"queue-batch_count": "1000", "queue-batch_mode": "y"}
    part = viewer.part(DEMO + "/example", query_string=query).text
    assert (
        "Price: 1 waits now, that is more than 0: 1 request, "
        "up to 500 in each (the store takes no more than 500 at a time)" in part
    )
    assert "is tried 3 times in all, 30 s to 1 min, then 30 s to 2 min after the try before" in part
    assert "for 50 s, every 5 s: about 10 looks" in part
    query.pop("queue-batch_mode")
    assert "batch mode is off: 1 requests, one for each" in viewer.part(DEMO + "/example", query_string=query).text


def test_the_example_knows_one_try_and_one_look(viewer: Client, demo: StandIn) -> None:
    query = {"queue-retry_count": "1", "queue-check_process_time": "5", "queue-process_sleep_time": "5"}
    part = viewer.part(DEMO + "/example", query_string=query).text
    assert "tried once" in part and "looks for work once" in part


TEXTS = st.text(max_size=60) | st.sampled_from(
    ["<script>alert(1)</script>", "' or 1=1", "\x00", "9" * 400, "../..", "{{7*7}}"]
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_no_value_of_any_field_makes_a_500(admin: Client, hostile: dict[str, str], data: st.DataObject) -> None:
    sent: dict[str, Any] = dict(hostile)
    for name in data.draw(st.lists(st.sampled_from(sorted(hostile)), max_size=5)):
        sent[name] = data.draw(TEXTS)
    typed = [value for value in sent.values() if "<script>" in value]
    for path in ("/settings/sync", "/settings/setup", "/views", "/copy", "/test/store", "/schedules/1"):
        answer = admin.post(DEMO + path, data=sent)
        assert answer.status_code < 500
        assert not typed or "<script>alert" not in answer.text
    assert admin.post("/connectors/new", data=sent | {"id": data.draw(TEXTS)}).status_code < 500
    assert admin.get(DEMO + "/example", query_string=sent).status_code == 200


@pytest.fixture
def hostile(admin: Client, demo: StandIn) -> dict[str, str]:
    demo.check = Check(ok=False, problem="No.")
    return fields(admin.get(SETUP).text) | fields(admin.get(SYNC).text) | fields(admin.get(CONNECTION).text)
