"""Fixtures: each simulated system in memory, and clients that talk to it without a socket."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import Client, TestResponse

from connector.sandbox.acumatica.app import Acumatica
from connector.sandbox.magento.app import Magento
from connector.sandbox.magento.auth import KEYS

LOGIN = {"name": "admin", "password": "sandbox", "tenant": "Company"}
BASE = "/entity/Default/24.200.001"


@pytest.fixture
def erp() -> Iterator[Acumatica]:
    system = Acumatica(":memory:")
    yield system
    system.stop()


@pytest.fixture
def outsider(erp: Acumatica) -> FlaskClient:
    """Nobody has signed in."""
    return erp.app.test_client()


@pytest.fixture
def client(erp: Acumatica) -> FlaskClient:
    """Signed in with a cookie session."""
    signed_in = erp.app.test_client()
    assert signed_in.post("/entity/auth/login", json=LOGIN).status_code == 204
    return signed_in


@pytest.fixture
def shop() -> Iterator[Magento]:
    system = Magento(":memory:")
    yield system
    system.stop()


Ask = Callable[..., TestResponse]


@pytest.fixture
def ask(shop: Magento) -> Ask:
    """`ask("GET", "/rest/V1/...", body)` with the bearer token; keywords as werkzeug's client takes them."""
    client = Client(shop.wsgi)

    def call(method: str, path: str, body: Any = None, **more: Any) -> TestResponse:
        headers = {"Authorization": f"Bearer {KEYS['access_token']}", **more.pop("headers", {})}
        if body is not None:
            more["json"] = body
        return client.open(path, method=method, headers=headers, **more)

    return call


@pytest.fixture
def product(ask: Ask) -> Callable[..., dict[str, Any]]:
    """Create or update a product with whatever is worth saying; the answer."""

    def save(sku: str, **more: Any) -> dict[str, Any]:
        fields = {"sku": sku, "name": f"Name of {sku}", "attribute_set_id": 4, "price": 10, **more}
        answer = ask("POST", "/rest/all/V1/products", {"product": fields})
        assert answer.status_code == 200, answer.text
        return dict(answer.get_json())

    return save


@pytest.fixture
def stock(ask: Ask) -> Callable[..., TestResponse]:
    """Push source items: (sku, source, quantity, status) each."""

    def push(*rows: tuple[str, str, float, int]) -> TestResponse:
        items = [dict(zip(("sku", "source_code", "quantity", "status"), row, strict=True)) for row in rows]
        return ask("POST", "/rest/all/V1/inventory/source-items", {"sourceItems": items})

    return push
