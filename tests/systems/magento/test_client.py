"""The client: addresses, signatures, search pages, limits, and what a broken connection becomes."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
from typing import Any
from urllib.parse import parse_qsl, quote, unquote, urlsplit

import pytest
import requests
import responses

from connector.errors import Fail, Refused, Retry
from connector.systems.http import recording
from connector.systems.magento.client import Client, criteria, in_lists, sku_path
from tests.systems.magento.shop import SITE, Sent, Shop, listing, refusal

KEYS = {
    "auth": "oauth1",
    "consumer_key": "ck-1",
    "consumer_secret": "cs-secret",
    "token": "tk-1",
    "token_secret": "ts-secret",
}


def signed_as_magento_would(sent: Sent) -> str:
    """The signature over the request, worked out by hand: natural order, the body left out."""
    header = dict(re.findall(r'(\w+)="([^"]*)"', sent.headers["Authorization"]))
    parts = urlsplit(sent.url)
    pairs = [(name, unquote(value)) for name, value in header.items() if name != "oauth_signature"]
    pairs += parse_qsl(parts.query, keep_blank_values=True)
    encoded = sorted(((quote(n, safe="~"), quote(v, safe="~")) for n, v in pairs), key=lambda pair: natural(pair[0]))
    text = "&".join(f"{name}={value}" for name, value in encoded)
    place = quote(f"{parts.scheme}://{parts.netloc}{parts.path}", safe="~")
    base = f"{sent.method}&{place}&{quote(text, safe='~')}"
    key = f"{quote(KEYS['consumer_secret'])}&{quote(KEYS['token_secret'])}"
    return base64.b64encode(hmac.new(key.encode(), base.encode(), hashlib.sha256).digest()).decode()


def natural(name: str) -> list[Any]:
    """A key that sorts as PHP's strnatcmp does: digits by their number."""
    return [(0, int(part), "") if part.isdigit() else (1, 0, part) for part in re.split(r"(\d+)", name) if part]


@pytest.mark.parametrize(
    "url", [SITE, f"{SITE}/", f"{SITE}/rest", f"{SITE}/rest/V1", f"{SITE}/rest/default/V1/", f"{SITE}/index.php"]
)
def test_every_way_to_write_the_address_reaches_the_same_route(shop: Shop, url: str) -> None:
    shop.answer("GET", "/store/websites", [])
    shop.magento(url=url).client.get("/store/websites")
    head = f"{SITE}/index.php" if url.endswith("index.php") else SITE
    assert shop.sent[0].url == f"{head}/rest/all/V1/store/websites"


def test_another_store_view_writes_for_that_view(shop: Shop) -> None:
    shop.answer("GET", "/store/websites", [])
    shop.magento(store_view="fr").client.get("/store/websites")
    assert shop.sent[0].url == f"{SITE}/rest/fr/V1/store/websites"


@pytest.mark.parametrize(("given", "checked"), [({}, True), ({"verify_tls": False}, False)])
def test_the_certificate_is_checked_unless_the_settings_say_otherwise(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, given: dict[str, Any], checked: bool
) -> None:
    asked: list[Any] = []
    send = requests.adapters.HTTPAdapter.send

    def noted(self: Any, request: Any, **how: Any) -> Any:
        asked.append(how["verify"])
        return send(self, request, **how)

    monkeypatch.setattr(requests.adapters.HTTPAdapter, "send", noted)
    shop.answer("GET", "/store/websites", [])
    shop.magento(**given).client.get("/store/websites")
    assert asked == [checked]


def test_the_bare_token_is_a_bearer_and_json_is_asked_for(shop: Shop) -> None:
    shop.answer("GET", "/store/websites", [])
    shop.magento().client.get("/store/websites")
    assert shop.sent[0].headers["Authorization"] == "Bearer the-access-token"
    assert shop.sent[0].headers["Accept"] == "application/json"


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_oauth_signs_with_sha256_in_the_order_that_magento_sorts(shop: Shop, method: str) -> None:
    shop.answer("GET", "/products", listing([]))
    shop.answer("POST", "/products/base-prices", [])
    client = shop.magento(**KEYS).client
    if method == "GET":
        client.search("/products", [("sku", "A/B C,é+1", "in"), ("status", "1", "eq")], fields="sku", sort="entity_id")
    else:
        client.post_rows("/products/base-prices", "prices", [{"sku": "A", "price": 1, "store_id": 0}])
    header = dict(re.findall(r'(\w+)="([^"]*)"', shop.sent[0].headers["Authorization"]))
    assert shop.sent[0].headers["Authorization"].startswith("OAuth ")
    assert header["oauth_signature_method"] == "HMAC-SHA256" and header["oauth_version"] == "1.0"
    assert (header["oauth_consumer_key"], header["oauth_token"]) == ("ck-1", "tk-1")
    assert "+" not in shop.sent[0].url
    assert unquote(header["oauth_signature"]) == signed_as_magento_would(shop.sent[0])


def test_each_request_has_a_nonce_of_its_own(shop: Shop) -> None:
    shop.answer("GET", "/store/websites", [])
    client = shop.magento(**KEYS).client
    client.get("/store/websites")
    client.get("/store/websites")
    nonces = [re.findall(r'oauth_nonce="([^"]+)"', sent.headers["Authorization"]) for sent in shop.sent]
    assert nonces[0] != nonces[1]


@pytest.mark.parametrize("missing", ["consumer_key", "consumer_secret", "token", "token_secret"])
def test_a_missing_key_is_named_before_anything_is_sent(shop: Shop, missing: str) -> None:
    with pytest.raises(Refused) as caught:
        shop.magento(**{**KEYS, missing: ""}).client.get("/store/websites")
    assert {"token": "access token", "token_secret": "access token secret"}.get(missing, missing).replace(
        "_", " "
    ) in caught.value.reason
    assert shop.sent == []


def test_without_a_token_nothing_is_sent(shop: Shop) -> None:
    with pytest.raises(Refused, match="No access token"):
        shop.magento(token="").client.get("/store/websites")
    assert shop.sent == []


@pytest.mark.parametrize("values", [{}, KEYS])
def test_no_secret_is_in_what_the_log_keeps(shop: Shop, values: dict[str, str]) -> None:
    shop.answer("POST", "/products/base-prices", [])
    with recording() as exchanges:
        shop.magento(**values).client.post_rows("/products/base-prices", "prices", [{"sku": "A"}, {"sku": "B"}])
    shop.sent.clear()  # the rows above are not for the document
    text = json.dumps(exchanges)
    assert '"sku": "A"' in text
    assert not [secret for secret in ("the-access-token", "cs-secret", "ts-secret", "tk-1") if secret in text]


def test_a_sku_is_one_segment() -> None:
    assert sku_path("A/B C") == "A%2FB%20C"
    assert sku_path("100%+é?#&;'\"") == "100%25%2B%C3%A9%3F%23%26%3B%27%22"


def test_more_than_nine_filters_would_break_the_signature() -> None:
    with pytest.raises(ValueError, match="nine"):
        criteria([("sku", "x", "eq")] * 10, size=1)


def test_in_lists_stay_below_a_hundred_values_and_four_kilobytes() -> None:
    lists = list(in_lists([f"SKU-{number}" for number in range(250)]))
    assert [len(value.split(",")) for _, value in lists] == [100, 100, 50]
    long = list(in_lists(["é" * 60 + str(number) for number in range(40)]))
    assert len(long) > 2 and all(len(quote(value)) <= 4000 for _, value in long)
    assert sum(len(value.split(",")) for _, value in long) == 40


def test_a_sku_with_a_comma_is_asked_for_alone_and_repeats_once() -> None:
    assert list(in_lists(["A", "B,C", "A", "D"])) == [("eq", "B,C"), ("in", "A,D")]
    assert list(in_lists([])) == []


def test_a_search_reads_on_until_it_has_them_all(shop: Shop) -> None:
    def page(sent: Sent) -> dict[str, Any]:
        number, size = (int(dict(sent.query)[f"searchCriteria[{name}]"]) for name in ("currentPage", "pageSize"))
        return {"items": [{"sku": n} for n in range(700)][(number - 1) * size : number * size], "total_count": 700}

    shop.on("GET", "/products", page)
    found = shop.magento().client.search("/products", [("status", "1", "eq")], fields="sku", sort="entity_id")
    assert [row["sku"] for row in found] == list(range(700))
    query = dict(shop.sent[0].query)
    assert query["fields"] == "items[sku],total_count"
    assert query["searchCriteria[sortOrders][0][field]"] == "entity_id" and len(shop.sent) == 3


def test_a_limited_page_size_is_learned_and_read_again_from_the_start(shop: Shop) -> None:
    def page(sent: Sent) -> dict[str, Any]:
        number = int(dict(sent.query)["searchCriteria[currentPage]"])
        return {"items": [{"sku": n} for n in range(50)][(number - 1) * 20 : number * 20], "total_count": 50}

    shop.answer("GET", "/products", refusal("Maximum SearchCriteria pageSize is %max", {"max": 20}), 400)
    shop.on("GET", "/products", page)
    client = shop.magento().client
    assert len(client.search("/products")) == 50
    assert [dict(sent.query)["searchCriteria[pageSize]"] for sent in shop.sent] == ["300", "20", "20", "20"]
    client.search("/products")
    assert dict(shop.sent[4].query)["searchCriteria[pageSize]"] == "20"


def test_null_items_beyond_the_end_are_no_items(shop: Shop) -> None:
    shop.answer("GET", "/products", {"items": None, "total_count": 12})
    assert shop.magento().client.search("/products") == []


@pytest.mark.parametrize("data", [[], "text", {"items": []}, {"items": [1], "total_count": 1}, {"total_count": "x"}])
def test_a_search_that_answers_something_else_is_refused_in_words(shop: Shop, data: Any) -> None:
    shop.answer("GET", "/products", data)
    with pytest.raises(Fail) as caught:
        shop.magento().client.search("/products")
    assert caught.value.code == "magento.not_magento"


def test_a_row_limit_that_cannot_be_met_is_a_refusal(shop: Shop) -> None:
    limit = refusal('Maximum items of type "%type" is %max', {"type": "X", "max": 5})
    shop.answer("POST", "/products/base-prices", limit, 400)
    with pytest.raises(Fail, match="is 5"):
        shop.magento().client.post_rows("/products/base-prices", "prices", [{"sku": "A", "price": 1, "store_id": 0}])


def test_a_web_page_in_place_of_json_is_refused_in_words(shop: Shop) -> None:
    shop.answer("GET", "/products", "<html>Welcome</html>", Content_Type="text/html")
    with pytest.raises(Fail, match="not one of Magento"):
        shop.magento().client.search("/products")


def test_a_redirect_names_the_address_to_use(shop: Shop) -> None:
    shop.answer("GET", "/products", "", 302, Location="https://www.shop.test/", Content_Type="text/html")
    with pytest.raises(Fail, match=r"https://www\.shop\.test/"):
        shop.magento().client.search("/products")


@pytest.mark.parametrize(
    ("error", "unknown"),
    [
        (requests.ConnectTimeout("t"), False),
        (requests.ReadTimeout("t"), True),
        (requests.ConnectionError("reset"), True),
    ],
)
def test_a_lost_reply_is_a_retry_that_says_whether_the_write_may_have_landed(error: Exception, unknown: bool) -> None:
    with responses.RequestsMock() as mock:
        mock.add("POST", f"{SITE}/rest/all/V1/products/base-prices", body=error)
        with pytest.raises(Retry) as caught:
            Client({"url": SITE, "token": "t"}).post_rows("/products/base-prices", "prices", [{}])
    assert caught.value.unknown is unknown


def test_a_lost_reply_to_an_information_request_is_known_to_have_written_nothing() -> None:
    with responses.RequestsMock() as mock:
        mock.add("POST", f"{SITE}/rest/all/V1/products/base-prices-information", body=requests.ReadTimeout("t"))
        with pytest.raises(Retry) as caught:
            Client({"url": SITE, "token": "t"}).information("/products/base-prices-information", ["A"])
    assert caught.value.unknown is False


def test_retry_after_of_a_throttling_proxy_is_obeyed(shop: Shop) -> None:
    shop.answer("GET", "/products", "slow down", 429, Content_Type="text/plain", Retry_After="17")
    with pytest.raises(Retry) as caught:
        shop.magento().client.search("/products")
    assert caught.value.after == 17.0


def test_closing_twice_is_fine(shop: Shop) -> None:
    magento = shop.magento()
    magento.close()
    magento.close()
    assert shop.sent == []


def test_a_shop_with_a_route_of_its_own_is_asked_for_its_indexes(shop: Shop) -> None:
    shop.answer("POST", "/indexers/run", True)
    assert "no call" in shop.magento().reindex("price") and shop.sent == []
    assert shop.magento(reindex_path="/V1/indexers/run").reindex("price") == "POST /indexers/run was answered."
    (sent,) = shop.sent
    assert (sent.method, sent.path, sent.body) == ("POST", "/indexers/run", {"entity": "price"})
    shop.sent.clear()  # no route of the document, on purpose
