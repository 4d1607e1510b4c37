"""Who may call the store: bearer, OAuth 1.0a with its natural order, an administrator's token."""

from __future__ import annotations

import time
from urllib.parse import quote, urlencode

import pytest
from werkzeug.test import Client

from connector.sandbox.magento.app import Magento
from connector.sandbox.magento.auth import ADMIN, ADMIN_PASSWORD, KEYS, natural, signature

URL = "http://localhost/rest/V1/store/websites"
DENIED = {
    "message": "The consumer isn't authorized to access %resources.",
    "parameters": {"resources": "Magento_Backend::store"},
}


def signed(method: str, url: str, **more: str) -> str:
    sent = {
        "oauth_consumer_key": KEYS["consumer_key"],
        "oauth_token": KEYS["access_token"],
        "oauth_signature_method": "HMAC-SHA256",
        "oauth_timestamp": str(int(time.time())),
        "oauth_nonce": "n1",
        "oauth_version": "1.0",
        **more,
    }
    sent.setdefault("oauth_signature", signature(method, url, sent))
    return "OAuth " + ", ".join(f'{name}="{quote(value, safe="")}"' for name, value in sent.items())


def get(shop: Magento, header: str, url: str = URL):
    return Client(shop.wsgi).get(
        url.removeprefix("http://localhost"), headers={"Authorization": header} if header else {}
    )


def switch(shop: Magento, **values):
    assert shop.app.test_client().put("/_sandbox/switches", json=values).status_code == 200


def test_the_bearer_token_works_while_the_switch_is_on(shop: Magento):
    assert get(shop, f"Bearer {KEYS['access_token']}").status_code == 200
    switch(shop, bearer_allowed=False)
    answer = get(shop, f"Bearer {KEYS['access_token']}")
    assert (answer.status_code, answer.get_json()) == (401, DENIED)
    assert get(shop, signed("GET", URL)).status_code == 200


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer wrong", "Basic abc"])
def test_everything_else_is_the_same_401(shop: Magento, header: str):
    answer = get(shop, header)
    assert (answer.status_code, answer.get_json()) == (401, DENIED)


def test_only_sha256(shop: Magento):
    answer = get(shop, signed("GET", URL, oauth_signature_method="HMAC-SHA1"))
    assert (answer.status_code, answer.get_json()["parameters"]) == (400, ["HMAC-SHA1"])


def test_a_wrong_signature_a_used_nonce_and_a_time_to_come(shop: Magento):
    assert get(shop, signed("GET", URL, oauth_signature="x")).get_json() == {
        "message": "The signature is invalid. Verify and try again."
    }
    header = signed("GET", URL)
    assert get(shop, header).status_code == 200
    assert "already being used" in get(shop, header).get_json()["message"]
    late, early = (str(int(time.time()) + shift) for shift in (-3600, 3600))
    assert get(shop, signed("GET", URL, oauth_nonce="n2", oauth_timestamp=late)).status_code == 200
    assert get(shop, signed("GET", URL, oauth_nonce="n3", oauth_timestamp=early)).status_code == 401


def test_parameters_are_signed_in_natural_order(shop: Magento):
    query = [(f"searchCriteria[filter_groups][0][filters][{at}][field]", "sku") for at in range(12)]
    url = f"http://localhost/rest/V1/products?{urlencode(query, quote_via=quote)}"
    assert get(shop, signed("GET", url), url).status_code == 200
    assert sorted(["a10", "a9"], key=natural) == ["a9", "a10"]


def test_a_public_client_library_is_accepted(shop: Magento):
    requests_oauthlib = pytest.importorskip("requests_oauthlib")
    import requests

    auth = requests_oauthlib.OAuth1(
        KEYS["consumer_key"],
        KEYS["consumer_secret"],
        KEYS["access_token"],
        KEYS["access_token_secret"],
        signature_method="HMAC-SHA256",
    )
    prepared = requests.Request("GET", f"{URL}?fields=id,code", auth=auth).prepare()
    header = prepared.headers["Authorization"]
    answer = get(shop, header.decode() if isinstance(header, bytes) else header, f"{URL}?fields=id,code")
    assert answer.status_code == 200 and answer.get_json()[0] == {"id": 0, "code": "admin"}


def test_a_resource_can_be_taken_from_the_integration(shop: Magento):
    switch(shop, denied_resources=["Magento_Backend::store"])
    assert get(shop, f"Bearer {KEYS['access_token']}").get_json() == DENIED


def test_an_unknown_route_is_found_out_before_the_token(shop: Magento):
    answer = get(shop, "", "http://localhost/rest/V1/nothing/here")
    assert (answer.status_code, answer.get_json()) == (404, {"message": "Request does not match any route."})


def test_an_administrator_gets_a_token(shop: Magento):
    client = Client(shop.wsgi)
    path = "/rest/V1/integration/admin/token"
    token = client.post(path, json={"username": ADMIN, "password": ADMIN_PASSWORD}).get_json()
    assert token.count(".") == 2 and get(shop, f"Bearer {token}").status_code == 200
    assert get(shop, f"Bearer {token[:-2]}xx").status_code == 401
    for _ in range(6):
        assert client.post(path, json={"username": ADMIN, "password": "wrong"}).status_code == 401
    assert (
        client.post(path, json={"username": ADMIN, "password": ADMIN_PASSWORD}).status_code == 401
    )  # locked for a while
