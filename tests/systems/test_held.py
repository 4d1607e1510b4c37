"""Requests that are held back: reads go through, writes are kept, and a success can be imagined."""

from __future__ import annotations

from typing import Any

import pytest
import responses

from connector.errors import REHEARSAL
from connector.systems import held, http
from connector.systems.acumatica import imagined as erp
from connector.systems.held import Held
from connector.systems.http import Http
from connector.systems.magento import imagined as store

BASE = "http://store.example"


def nothing(method: str, path: str, body: Any) -> Any:
    return None


@responses.activate
def test_reads_go_through_and_a_write_is_kept_as_it_would_have_been_sent() -> None:
    responses.get(f"{BASE}/products", json=[1])
    responses.post(f"{BASE}/prices-information", json=[2])
    client = Http(BASE)
    with http.recording() as log, held.holding(nothing) as kept:
        assert client.call("GET", "/products").data == [1]
        assert client.call("POST", "/prices-information", body={}, safe=True).data == [2]
        with pytest.raises(Held) as word:
            client.call("PUT", "/products/A", body={"name": "Axe", "token": "t"}, params={"password": "p"})
    assert word.value.code == REHEARSAL
    assert len(responses.calls) == 2, "the write has not left the house"
    (entry,) = kept
    assert (entry["method"], entry["url"], entry["held"]) == ("PUT", f"{BASE}/products/A", True)
    assert entry["body"] == {"name": "Axe", "token": "***"} and entry["params"] == {"password": "***"}
    assert log[-1] == entry and len(log) == 3


@responses.activate
def test_what_a_success_would_answer_lets_the_write_go_on() -> None:
    with held.holding(lambda method, path, body: {"id": 7, **body}) as kept:
        assert Http(BASE).call("PUT", "/a", body={"x": 1}).data == {"id": 7, "x": 1}
        assert Http(BASE).call("DELETE", "/a", body={}).data == {"id": 7}
    assert [entry["method"] for entry in kept] == ["PUT", "DELETE"]


@responses.activate
def test_after_the_block_requests_are_sent_again() -> None:
    responses.put(f"{BASE}/a", json={})
    with held.holding(nothing):
        pass
    assert Http(BASE).call("PUT", "/a", body={}).status == 200


def test_nobody_waits_longer_than_a_page_does() -> None:
    with http.patience(20.0):
        assert http._patient((10.0, 120.0)) == (10.0, 20.0)
    assert http._patient((10.0, 120.0)) == (10.0, 120.0)


@pytest.mark.parametrize(
    ("method", "path", "body", "answer"),
    [
        ("POST", "/rest/all/V1/products", {"product": {"sku": "A"}}, {"id": 0, "sku": "A"}),
        ("PUT", "/rest/all/V1/categories/22", {"category": {"name": "C"}}, {"id": 22, "name": "C"}),
        ("POST", "/rest/all/V1/products/base-prices", {"prices": [{}]}, []),
        ("POST", "/rest/all/V1/order/7/ship", {"items": []}, "(new)"),
        ("DELETE", "/rest/all/V1/products/A", None, None),
        ("POST", "/rest/all/V1/products/attributes/color/options", {"option": {}}, None),
    ],
)
def test_a_shop_repeats_the_object_or_lists_no_wrong_rows(method: str, path: str, body: Any, answer: Any) -> None:
    assert store.answer(method, path, body) == answer


@pytest.mark.parametrize(
    ("method", "path", "body", "answer"),
    [
        ("PUT", "/entity/Default/25.200.001/SalesOrder?$expand=Details", {"Hold": {"value": True}},
         {"OrderNbr": {"value": "(new)"}, "Hold": {"value": True}}),
        ("PUT", "/entity/Default/25.200.001/Customer", {"CustomerID": {"value": "C1"}},
         {"CustomerID": {"value": "C1"}}),
        ("POST", "/entity/Default/25.200.001/Payment/ReleasePayment", {}, None),
        ("PUT", "/entity/Default/25.200.001/CustomerLocation", {}, None),
    ],
)  # fmt: skip
def test_a_site_repeats_the_record_with_a_number_of_its_own(method: str, path: str, body: Any, answer: Any) -> None:
    assert erp.answer(method, path, body) == answer
