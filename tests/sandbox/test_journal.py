"""The journal of effects: every change is in it, and nothing can touch a line."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from connector.sandbox.acumatica.app import Acumatica
from connector.sandbox.magento.app import Magento


def entries(system, after=0, **more):
    query = {"after": after, **more}
    return system.app.test_client().get("/_sandbox/journal", query_string=query).get_json()


def test_a_line_cannot_be_changed_or_deleted_even_by_the_simulator(erp: Acumatica):
    for statement in ("UPDATE journal SET key = 'x'", "DELETE FROM journal"):
        with pytest.raises(sqlite3.IntegrityError, match="append-only"):
            erp.store.db.execute(statement)


def test_each_change_is_a_line_with_version_before_and_after(erp: Acumatica):
    last = entries(erp)["last"]
    erp.erp.edit("TL-00001", {"DefaultPrice": 12.5})
    (entry,) = entries(erp, last)["entries"]
    assert (entry["effect"], entry["key"], entry["n"]) == ("price", "TL-00001", last + 1)
    assert entry["before"]["DefaultPrice"] == 31.49 and entry["after"]["DefaultPrice"] == 12.5
    assert entry["version"] == erp.erp.item("TL-00001")["modified"]
    assert entry["at"].endswith("+00:00") and len(entry["at"]) == 32


def test_a_change_to_what_it_already_is_leaves_no_line(erp: Acumatica):
    last = entries(erp)["last"]
    erp.erp.edit("TL-00001", {"DefaultPrice": 31.49, "stock": {"MAIN": 75}})
    assert entries(erp, last)["entries"] == []


def test_a_reset_starts_a_new_epoch_and_keeps_the_old_lines(erp: Acumatica):
    erp.erp.edit("TL-00001", {"DefaultPrice": 1})
    before = entries(erp)
    erp.reset({"products": 10})
    after = entries(erp, epoch=0)
    assert after["epoch"] == before["epoch"] + 1
    assert after["entries"][: len(before["entries"])] == before["entries"]
    assert [entry["effect"] for entry in entries(erp)["entries"]] == ["reset"]


def test_pages_of_the_journal_follow_one_another(erp: Acumatica):
    for price in range(1, 6):
        erp.erp.edit("TL-00001", {"DefaultPrice": price})
    first = entries(erp, 0, limit=3)["entries"]
    rest = entries(erp, first[-1]["n"], limit=100)["entries"]
    assert [entry["n"] for entry in first + rest] == list(range(1, 7))


def test_the_journal_of_one_key(erp: Acumatica):
    erp.erp.edit("TL-00001", {"DefaultPrice": 1})
    erp.erp.edit("KT-00002", {"DefaultPrice": 1})
    assert {entry["key"] for entry in entries(erp, key="KT-00002")["entries"]} == {"KT-00002"}


def test_everything_survives_a_restart(tmp_path: Path):
    system = Acumatica(tmp_path)
    system.erp.edit("TL-00001", {"DefaultPrice": 77.77})
    system.faults.set([{"fault": "slow", "seconds": 1}])
    lines = entries(system)
    system.stop()
    again = Acumatica(tmp_path)
    assert again.erp.item("TL-00001")["fields"]["DefaultPrice"] == 77.77
    assert again.faults.items[0]["fault"] == "slow"
    assert entries(again) == lines
    again.stop()


def test_the_store_notes_each_effect(shop: Magento, product, stock, ask):
    product("A-1")
    ask("POST", "/rest/all/V1/products/base-prices", {"prices": [{"sku": "a-1", "price": 11, "store_id": 0}]})
    stock(("A-1", "east", 5, 1))
    ask("DELETE", "/rest/all/V1/products/A-1")
    found = [(entry["effect"], entry["key"]) for entry in entries(shop)["entries"]]
    assert found == [
        ("reset", ""),
        ("create", "A-1"),
        ("stock", "A-1"),
        ("price", "A-1"),
        ("stock", "A-1"),
        ("delete", "A-1"),
    ]


def test_rows_of_one_request_share_its_number(shop: Magento, product, stock):
    product("A-1")
    last = entries(shop)["last"]
    stock(("A-1", "east", 5, 1), ("A-1", "retail", 6, 1))
    first, second = entries(shop, last)["entries"]
    assert first["request"] == second["request"]
    assert first["after"] == {"source_code": "east", "quantity": 5.0, "status": 1}


def test_a_refused_request_leaves_nothing(shop: Magento, product, stock):
    product("A-1")
    last = entries(shop)["last"]
    assert stock(("A-1", "east", 5, 1), ("A-1", "nowhere", 6, 1)).status_code == 400
    assert entries(shop, last)["entries"] == []
    assert shop.shop.state(["A-1"])["A-1"]["stock"] == {"default": {"quantity": 0.0, "status": 0}}
