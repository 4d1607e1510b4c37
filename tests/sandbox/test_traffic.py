"""Traffic: random changes, as many as asked for, each a transaction with a version of its own."""

from __future__ import annotations

from typing import Any

import pytest

from connector.sandbox.acumatica.app import Acumatica
from connector.sandbox.journal import read
from connector.sandbox.traffic import sellable


def run(erp: Acumatica, **raw: Any) -> list[dict[str, Any]]:
    last = read(erp.store)["last"]
    erp.traffic.start({"wait": True, **raw})
    return list(read(erp.store, last, 10_000)["entries"])


def test_as_many_changes_as_asked_for(erp: Acumatica):
    found = run(erp, kind="price", count=50)
    assert [entry["effect"] for entry in found] == ["price"] * 50
    assert all(entry["path"] == "/_sandbox/traffic" for entry in found)
    status = erp.app.test_client().get("/_sandbox/traffic").get_json()
    assert status["running"] is False and status["runs"]["count"]["done"] == 50


def test_versions_never_repeat(erp: Acumatica):
    versions = [entry["version"] for entry in run(erp, kind="mixed", count=200)]
    assert versions == sorted(set(versions))


def test_the_same_seed_makes_the_same_changes(erp: Acumatica):
    first = [(entry["key"], entry["after"]) for entry in run(erp, kind="price", count=20, seed=7)]
    erp.reset({"products": 520})
    assert [(entry["key"], entry["after"]) for entry in run(erp, kind="price", count=20, seed=7)] == first


def test_every_change_is_a_change(erp: Acumatica):
    for entry in run(erp, kind="mixed", count=100, seed=3):
        assert entry["before"] != entry["after"]


def test_only_some_keys(erp: Acumatica):
    assert {entry["key"] for entry in run(erp, kind="stock", count=20, keys=["tl-00001", "KT-00002"])} == {
        "TL-00001",
        "KT-00002",
    }


def test_every_key_once(erp: Acumatica):
    keys = ["TL-00001", "KT-00002", "OD-00003"]
    found = run(erp, kind="price", count=3, keys=keys, each=True)
    assert [entry["key"] for entry in found] == keys


def test_what_cannot_be_sold_stays_as_it_is(erp: Acumatica):
    found = run(erp, kind="price", count=300, seed=1)
    assert all(sellable(erp.erp.item(entry["key"])) for entry in found)


def test_a_busy_shop_can_be_closed(erp: Acumatica):
    assert erp.traffic.start({"busy": True, "per_second": 1, "kind": "price"})["running"] is True
    assert erp.traffic.start({"stop": True})["running"] is False


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        {"kind": "nope", "count": 1},
        {"kind": "price", "count": -1},
        {"kind": "price", "count": "x"},
        {"busy": True, "per_second": 0},
        {"kind": "price", "count": 1, "keys": ["NOPE"]},
        {"kind": "price", "count": 10_000_000},
    ],
)
def test_wrong_traffic_is_refused(erp: Acumatica, wrong: dict[str, Any]):
    answer = erp.app.test_client().post("/_sandbox/traffic", json=wrong)
    assert answer.status_code == 400 and answer.get_json()["error"]


def test_scripts_edit_one_record_or_many(erp: Acumatica):
    client = erp.app.test_client()
    one = client.post(
        "/_sandbox/edit", json={"key": "tl-00001", "fields": {"DefaultPrice": 9, "stock": {"MAIN": 4}}}
    ).get_json()
    assert one["edited"] == 1 and one["state"]["TL-00001"]["stock"]["MAIN"]["on_hand"] == 4
    many = client.post(
        "/_sandbox/edit", json={"edits": [{"key": key, "fields": {"MSRP": 1}} for key in ("TL-00001", "NOPE")]}
    )
    assert many.get_json()["missing"] == ["NOPE"]
    assert client.post("/_sandbox/edit", json={"key": "NOPE", "fields": {"MSRP": 1}}).status_code == 404


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"Nope": 1},
        {"DefaultPrice": "x"},
        {"DefaultPrice": -1},
        {"DefaultPrice": "nan"},
        {"ItemStatus": "Odd"},
        {"InventoryID": "X"},
        {"stock": {"MAIN": "x"}},
    ],
)
def test_wrong_edits_are_refused(erp: Acumatica, fields: dict[str, Any]):
    assert erp.app.test_client().post("/_sandbox/edit", json={"key": "TL-00001", "fields": fields}).status_code == 400
