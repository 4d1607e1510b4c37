"""Each fault does what it says, to the routes it is set for and to no others."""

from __future__ import annotations

from typing import Any

import pytest
from werkzeug.test import Client

from connector.sandbox.acumatica.app import Acumatica
from connector.sandbox.faults import Faults, Invalid
from connector.sandbox.magento.app import Magento
from connector.sandbox.server import HangUp

PRICES = {"prices": [{"sku": "A-1", "price": 99, "store_id": 0}]}


@pytest.fixture
def put_price(ask, product):
    product("A-1")
    return lambda: ask("POST", "/rest/all/V1/products/base-prices", PRICES)


def price(shop: Magento) -> float:
    return float(shop.shop.state(["A-1"])["A-1"]["price"])


def set_fault(shop: Magento, fault: str, **more: Any) -> None:
    shop.faults.set([{"route": "base-prices", "fault": fault, **more}])


@pytest.mark.parametrize(("fault", "status"), [("500_before", 500), ("429", 429), ("401", 401), ("maintenance", 503)])
def test_a_fault_before_the_effect_changes_nothing(shop: Magento, put_price, fault: str, status: int):
    set_fault(shop, fault)
    assert put_price().status_code == status
    assert price(shop) == 10


def test_500_after_the_effect(shop: Magento, put_price):
    set_fault(shop, "500_after")
    assert put_price().status_code == 500
    assert price(shop) == 99


def test_refuse_hangs_up_before_the_effect(shop: Magento, put_price):
    set_fault(shop, "refuse")
    with pytest.raises(HangUp) as caught:
        put_price()
    assert caught.value.sent == b"" and price(shop) == 10


def test_a_lost_reply_hangs_up_after_the_effect(shop: Magento, put_price):
    set_fault(shop, "lost_reply")
    with pytest.raises(HangUp) as caught:
        put_price()
    assert caught.value.sent == b"" and price(shop) == 99


def test_cut_json_promises_more_than_it_sends(shop: Magento, ask):
    shop.faults.set([{"route": "websites", "fault": "cut_json"}])
    with pytest.raises(HangUp) as caught:
        ask("GET", "/rest/V1/store/websites")
    head, _, body = caught.value.sent.partition(b"\r\n\r\n")
    length = next(int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.startswith(b"Content-Length"))
    assert head.startswith(b"HTTP/1.1 200") and 0 < len(body) < length


def test_half_open_waits_and_says_nothing(shop: Magento, put_price):
    waited: list[float] = []
    shop.layer.wait = waited.append
    set_fault(shop, "half_open", seconds=45)
    with pytest.raises(HangUp):
        put_price()
    assert waited == [45] and price(shop) == 10


def test_slow_answers_late(shop: Magento, put_price):
    waited: list[float] = []
    shop.layer.wait = waited.append
    set_fault(shop, "slow", seconds=3)
    assert put_price().status_code == 200
    assert waited == [3] and price(shop) == 99


def test_429_says_when_to_come_back(shop: Magento, put_price):
    set_fault(shop, "429", retry_after=7)
    assert put_price().headers["Retry-After"] == "7"


def test_a_count_is_used_up(shop: Magento, put_price):
    set_fault(shop, "500_before", count=2)
    assert [put_price().status_code for _ in range(4)] == [500, 500, 200, 200]
    assert shop.faults.items[0]["fired"] == 2


def test_a_rate_hits_some_and_not_others(shop: Magento, put_price):
    shop.faults.chance.seed(1)
    set_fault(shop, "500_before", rate=0.5)
    assert {put_price().status_code for _ in range(40)} == {200, 500}


def test_method_and_route_must_fit(shop: Magento, ask):
    shop.faults.set(
        [{"route": "websites", "method": "POST", "fault": "500_before"}, {"route": "nowhere", "fault": "401"}]
    )
    assert ask("GET", "/rest/V1/store/websites").status_code == 200


def test_the_control_routes_are_never_hit(shop: Magento):
    shop.faults.set([{"route": ".*", "fault": "refuse"}])
    client = Client(shop.wsgi)
    assert client.get("/").status_code == client.get("/_sandbox/health").status_code == 200
    assert client.put("/_sandbox/faults", json=[]).get_json() == []


def test_the_erp_has_its_own_faces(erp: Acumatica):
    client = Client(erp.wsgi)
    erp.faults.set([{"fault": "500_before", "count": 1}, {"fault": "401", "count": 1}])
    assert client.get("/entity").get_json()["exceptionType"] == "PX.Data.PXException"
    assert client.get("/entity").get_json() == {"message": "Authorization has been denied for this request."}


def test_calls_are_noted_with_their_fault(shop: Magento, put_price):
    set_fault(shop, "lost_reply")
    with pytest.raises(HangUp):
        put_price()
    call = shop.calls.recent[-1]
    assert (call["status"], call["fault"], call["method"]) == ("no answer", "lost_reply", "POST")


@pytest.mark.parametrize(
    "wrong",
    [
        "text",
        [{"fault": "nope"}],
        [{"fault": "slow", "rate": 2}],
        [{"fault": "slow", "route": "("}],
        [{"fault": "slow", "count": "x"}],
        [{"fault": "slow", "seconds": -1}],
        [3],
    ],
)
def test_wrong_faults_are_refused_and_the_old_ones_stay(shop: Magento, wrong: Any):
    shop.faults.set([{"fault": "slow"}])
    with pytest.raises(Invalid):
        shop.faults.set(wrong)
    assert [item["fault"] for item in shop.faults.items] == ["slow"]
    assert Client(shop.wsgi).put("/_sandbox/faults", json=wrong).status_code == 400


def test_faults_survive_in_the_file(erp: Acumatica):
    erp.faults.set([{"fault": "slow", "seconds": 1.5}])
    assert Faults(erp.store).items[0]["seconds"] == 1.5
