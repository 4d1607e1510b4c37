"""The systems of a connector, as its settings and mappings make them."""

from __future__ import annotations

from decimal import Decimal as D

from flask import Flask

from connector.engine.systems import Connections
from connector.records import Level, Stock
from connector.setup import connectors, mappings
from connector.systems.magento.stock import Rules
from tests.web import seed


def test_the_stock_of_a_mapped_warehouse_lands_in_its_source_only(app: Flask) -> None:
    """MAP-17: a row of the mapping goes before a line of the settings (CONFLICTS 33)."""
    seed.configured()
    lines = {"inventory": {"source_map": ["EAST=old", "MAIN=default"], "quantity_kind": "on_hand"}}
    connectors.save("DEMO", lines, user="ann", revision=connectors.get("DEMO").revision)
    stock = Stock("MUG", levels=(Level("EAST", D(3)), Level("MAIN", D(2))))
    assert sources(stock) == {"old": D(3), "default": D(2)}
    mappings.save("DEMO", "warehouse", [{"store": "east", "erp": "EAST"}], "ann")
    assert sources(stock) == {"east": D(3), "default": D(2)}


def sources(stock: Stock) -> dict[str, D]:
    connections = Connections()
    store = connections.systems("DEMO").store
    try:
        return Rules(store.preferences["inventory"]).quantities(stock)
    finally:
        connections.close()
