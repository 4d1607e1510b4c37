"""Push notifications: what they say, that none is lost, that five attempts are all there are."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import responses

from connector.sandbox.acumatica.app import Acumatica

HOOK = "http://connector.test/hooks/acumatica/DEMO"


@pytest.fixture
def hook():
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        yield mock


@pytest.fixture
def pushing(erp: Acumatica) -> Acumatica:
    """An ERP that knows where to send, without pauses and without threads of its own."""
    settings = {"address": HOOK, "value": "s3cret", "pauses": [0]}
    assert erp.app.test_client().put("/_sandbox/push", json=settings).status_code == 200
    return erp


def sent(hook: responses.RequestsMock) -> list[dict[str, Any]]:
    return [json.loads(call.request.body) for call in hook.calls]


def test_an_update_tells_the_old_row_and_the_new_one(pushing: Acumatica, hook, shared):
    hook.post(HOOK, status=202)
    pushing.erp.edit("TL-00001", {"DefaultPrice": 12.5})
    assert pushing.sender.flush() == 1
    (body,) = sent(hook)
    shape = json.loads((shared / "contracts/acumatica/shapes.json").read_text())["Push notification: update"]["body"]
    assert body.keys() == shape.keys()
    assert (body["Query"], body["CompanyId"]) == ("CC Prices", "Company")
    assert body["Deleted"][0]["DefaultPrice"] == 31.49 and body["Inserted"][0]["DefaultPrice"] == 12.5
    assert body["Inserted"][0]["InventoryID"] == "TL-00001"
    assert hook.calls[0].request.headers["X-Connector-Secret"] == "s3cret"


def test_the_time_stamp_is_in_ticks_and_grows_with_the_version(pushing: Acumatica, hook):
    hook.post(HOOK, status=200)
    for price in (1, 2, 3):
        pushing.erp.edit("TL-00001", {"DefaultPrice": price})
    pushing.sender.flush()
    stamps = [body["TimeStamp"] for body in sent(hook)]
    assert stamps == sorted(set(stamps))
    assert stamps[-1] == 621_355_968_000_000_000 + pushing.erp.item("TL-00001")["modified"] * 10


def test_one_transaction_on_two_queries_shares_its_id(pushing: Acumatica, hook):
    hook.post(HOOK, status=200)
    pushing.erp.edit("TL-00001", {"DefaultPrice": 1, "Description": "New", "stock": {"MAIN": 1, "EAST": 2}})
    pushing.sender.flush()
    bodies = sent(hook)
    assert {body["Query"] for body in bodies} == {"CC Products", "CC Prices", "CC Inventory"}
    assert len({body["Id"] for body in bodies}) == 1
    rows = next(body for body in bodies if body["Query"] == "CC Inventory")["Inserted"]
    assert {row["Warehouse"]: row["QtyOnHand"] for row in rows} == {"MAIN": 1.0, "EAST": 2.0}


def test_an_insert_has_no_old_row_and_a_delete_no_new_one(pushing: Acumatica, client, hook):
    hook.post(HOOK, status=200)
    body = {"InventoryID": {"value": "NEW-1"}, "ItemClass": {"value": "TOOLS"}}
    client.put("/entity/Default/24.200.001/StockItem", json=body)
    client.delete("/entity/Default/24.200.001/StockItem/NEW-1")
    pushing.sender.flush()
    first, last = ([body for body in sent(hook) if body["Query"] == "CC Products"][at] for at in (0, -1))
    assert (len(first["Inserted"]), first["Deleted"]) == (1, [])
    assert (last["Inserted"], len(last["Deleted"])) == ([], 1)


def test_ids_can_be_padded(pushing: Acumatica, hook):
    hook.post(HOOK, status=200)
    pushing.sender.configure({"padded": True})
    pushing.erp.edit("TL-00001", {"stock": {"MAIN": 1}})
    pushing.sender.flush()
    row = sent(hook)[0]["Inserted"][0]
    assert row["InventoryID"] == "TL-00001".ljust(30) and row["Warehouse"] == "MAIN".ljust(30)


def test_five_attempts_and_then_the_failed_list(pushing: Acumatica, hook):
    hook.post(HOOK, status=500)
    pushing.erp.edit("TL-00001", {"DefaultPrice": 1})
    assert pushing.sender.flush() == 5
    (row,) = pushing.sender.view("failed")
    assert row["attempts"] == 5 and "HTTP 500" in row["error"]
    assert pushing.sender.flush() == 0


def test_an_answer_of_2xx_after_errors_ends_the_attempts(pushing: Acumatica, hook):
    for status in (500, 404, 202):
        hook.post(HOOK, status=status)
    pushing.erp.edit("TL-00001", {"DefaultPrice": 1})
    assert pushing.sender.flush() == 3
    assert pushing.sender.counts() == {"sent": 1}


def test_a_broken_connection_is_an_attempt(pushing: Acumatica, hook):
    pushing.erp.edit("TL-00001", {"DefaultPrice": 1})  # nobody listens
    assert pushing.sender.flush() == 5
    assert "ConnectionError" in pushing.sender.view("failed")[0]["error"]


def test_attempts_wait_longer_and_longer(pushing: Acumatica, hook):
    hook.post(HOOK, status=500)
    pushing.sender.configure({"pauses": [30, 60]})
    pushing.erp.edit("TL-00001", {"DefaultPrice": 1})
    assert pushing.sender.flush() == 1
    assert pushing.sender.view()[0]["status"] == "waiting"


def test_a_failed_message_can_be_sent_again(pushing: Acumatica, hook):
    for _ in range(5):
        hook.post(HOOK, status=500)
    hook.post(HOOK, status=202)
    pushing.erp.edit("TL-00001", {"DefaultPrice": 1})
    pushing.sender.flush()
    assert pushing.app.test_client().post("/_sandbox/push/again", json={}).get_json() == {"sent": 1}
    assert pushing.sender.flush() == 1 and pushing.sender.counts() == {"sent": 1}


def test_duplicates_reordering_and_losses_on_request(pushing: Acumatica, hook):
    hook.post(HOOK, status=200)
    pushing.faults.set([{"fault": "duplicate_push", "route": "CC Prices", "count": 1}])
    pushing.erp.edit("TL-00001", {"DefaultPrice": 1})
    pushing.sender.flush()
    assert len(hook.calls) == 2 and sent(hook)[0] == sent(hook)[1]
    pushing.faults.set([{"fault": "drop_push", "count": 1}])
    pushing.erp.edit("TL-00001", {"DefaultPrice": 2})
    pushing.sender.flush()
    assert len(hook.calls) == 2 and pushing.sender.counts()["dropped"] == 1
    pushing.faults.set([{"fault": "reorder_push", "count": 1}])
    pushing.erp.edit("TL-00001", {"DefaultPrice": 3})
    pushing.erp.edit("TL-00001", {"DefaultPrice": 4})
    pushing.sender.flush()
    assert sent(hook)[-1]["Inserted"][0]["DefaultPrice"] == 4  # the first is held back


def test_what_waits_survives_a_restart(tmp_path: Path, hook):
    hook.post(HOOK, status=202)
    system = Acumatica(tmp_path)
    system.sender.configure({"address": HOOK})
    system.erp.edit("TL-00001", {"DefaultPrice": 1})
    system.stop()
    again = Acumatica(tmp_path)
    assert again.sender.flush() == 1 and len(hook.calls) == 1
    again.stop()


def test_nothing_is_kept_when_nobody_wants_it(erp: Acumatica):
    erp.erp.edit("TL-00001", {"DefaultPrice": 1})
    erp.sender.configure({"address": HOOK, "active": False})
    erp.erp.edit("TL-00001", {"DefaultPrice": 2})
    erp.sender.configure({"active": True, "queries": {"product": "CC Products"}})
    erp.erp.edit("TL-00001", {"DefaultPrice": 3})
    assert erp.sender.view() == []


@pytest.mark.parametrize("wrong", [{"address": "ftp://x"}, {"nope": 1}, {"queries": []}])
def test_wrong_settings_are_refused(erp: Acumatica, wrong: dict[str, Any]):
    assert erp.app.test_client().put("/_sandbox/push", json=wrong).status_code == 400


def test_a_reset_forgets_what_waits(pushing: Acumatica, hook):
    pushing.erp.edit("TL-00001", {"DefaultPrice": 1})
    pushing.reset({"products": 5})
    assert pushing.sender.flush() == 0
