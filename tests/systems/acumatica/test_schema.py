"""The names of the site's fields, from both dialects of its swagger."""

from __future__ import annotations

from typing import Any

import pytest

from connector.errors import Retry
from connector.records import INVENTORY, PRICE, PRODUCT
from connector.systems.acumatica import schema
from tests.systems.acumatica.conftest import BASE, ENDPOINT, Make, Wire, load


def test_fields_of_both_kinds_of_item_are_told_and_read_once(wire: Wire, make: Make) -> None:
    wire.site()
    wire.get(f"{ENDPOINT}/swagger.json", json=load("swagger-3.json"))
    erp = make()
    assert erp.schema(PRODUCT) == ["DefaultPrice", "InventoryID", "RequireShipment", "UsrGlaze"]
    assert erp.schema(PRICE) == erp.schema(PRODUCT)
    assert erp.schema(INVENTORY) == ["QtyOnHand"]
    assert erp.schema("order") == []
    assert len(wire.requests("swagger")) == 1


def test_an_old_site_describes_itself_otherwise(wire: Wire, make: Make) -> None:
    wire.site("site-before-2023r2.json")
    wire.get(f"{BASE}/entity/Default/22.200.001/swagger.json", json=load("swagger-2.json"))
    assert make().schema(PRODUCT) == ["InventoryID", "LastModified"]


def test_another_answer_is_worth_another_try(wire: Wire, make: Make) -> None:
    wire.site()
    wire.get(f"{ENDPOINT}/swagger.json", body="<html>")
    with pytest.raises(Retry):
        make().schema(PRODUCT)


@pytest.mark.parametrize("swagger", [{}, {"components": 3}, {"definitions": {"StockItem": 3}}, {"definitions": []}])
def test_a_description_without_fields_has_none(swagger: dict[str, Any]) -> None:
    assert schema.names(swagger, ("StockItem",)) == set()
