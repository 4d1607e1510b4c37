"""Every test of this folder is a contract test too: what it sends is held against the shop's own document."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import responses

from tests.conftest import SHARED
from tests.contract.magento_swagger import load
from tests.systems.magento.shop import Shop

DOCUMENT = SHARED / "contracts" / "magento-2.4.4-all.json"


@pytest.fixture
def shop() -> Iterator[Shop]:
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        shop = Shop(mock)
        yield shop
    if DOCUMENT.is_file():
        assert broken_rules(shop) == []


def broken_rules(shop: Shop) -> list[str]:
    """What the document has against the requests of a test; /magento_version is a page, not a route."""
    document = load(DOCUMENT)
    return [
        problem
        for sent in shop.sent
        if sent.path != "/magento_version"
        for problem in document.problems(sent.method, f"/V1{sent.path}", sent.query, sent.body)
    ]
