"""The settings of a site: what is refused, and what its class says of itself."""

from __future__ import annotations

import pytest

from connector.errors import Invalid
from connector.records import CUSTOMER, INVENTORY, PRICE, PRODUCT
from connector.systems.acumatica import Acumatica
from connector.systems.acumatica.settings import SETTINGS
from connector.systems.base import clean_all
from tests.systems.acumatica.conftest import VALUES, Make


def test_the_least_that_is_needed_fills_in_the_rest() -> None:
    cleaned = clean_all(SETTINGS, VALUES)
    assert cleaned["url"] == "https://erp.example/site"
    assert (cleaned["auth"], cleaned["parallel"], cleaned["requests_per_minute"]) == ("password", 2, 0)
    assert (cleaned["endpoint_version"], cleaned["stock_gi"], cleaned["branch"]) == ("", "", "")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("url", ""),
        ("url", "erp.example"),
        ("url", "ftp://erp.example"),
        ("username", ""),
        ("password", ""),
        ("auth", "magic"),
        ("parallel", 0),
        ("parallel", 5),
        ("parallel", "two"),
        ("requests_per_minute", -1),
    ],
)
def test_wrong_values_are_refused_by_name(name: str, value: object) -> None:
    with pytest.raises(Invalid) as caught:
        clean_all(SETTINGS, {**VALUES, name: value})
    assert list(caught.value.errors) == [name]


def test_secrets_are_typed_twice() -> None:
    secrets = {setting.name: setting.confirm for setting in SETTINGS if setting.secret}
    assert secrets == {"password": True, "client_secret": True}


def test_acumatica_is_an_erp_that_says_what_it_takes_part_in() -> None:
    can = Acumatica.capabilities
    assert (Acumatica.name, Acumatica.role) == ("acumatica", "erp")
    assert {PRODUCT, PRICE, INVENTORY} <= can.reads & can.pushes and can.pushes <= can.reads
    assert CUSTOMER in can.writes and not can.batches


def test_a_system_can_be_made_without_preferences(make: Make) -> None:
    erp = make()
    assert erp.inquiry is None and not erp.prices.inquiry and erp.warehouses.chosen == []
    assert erp.find(PRICE, ["A"]) == {} and erp.subscribe("https://x", "y") == []
