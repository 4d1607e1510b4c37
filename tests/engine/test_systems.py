"""The systems of a connector, as its settings and mappings make them."""

from __future__ import annotations

from decimal import Decimal as D

from flask import Flask

from connector.engine.systems import Connections
from connector.records import Level, Stock
from connector.setup import connectors, mappings
from connector.systems.magento.quantities import Rules
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


def test_by_branch_the_stock_of_its_warehouses_lands_in_its_source(app: Flask) -> None:
    """INV-03: the store of branch A gets the stock of A's warehouses only, whatever else is mapped or chosen."""
    seed.configured()
    chosen = {"inventory": {"branch_wise": True, "warehouses": ["EAST"], "quantity_kind": "on_hand"}}
    connectors.save("DEMO", chosen, user="ann", revision=connectors.get("DEMO").revision)
    mappings.save("DEMO", "warehouse", [{"store": "other", "erp": "EAST"}], "ann")
    branches = [
        {"store": "nl", "erp": "NORTH", "more": {"warehouses": ["EAST", "WEST"], "source": "north"}},
        {"store": "be", "erp": "SOUTH", "more": {"warehouses": ["MAIN", "EAST"], "source": "south", "vendor": "no"}},
    ]
    mappings.save("DEMO", "branch", branches, "ann")
    stock = Stock("MUG", levels=(Level("EAST", D(3)), Level("MAIN", D(2)), Level("WEST", D(4))))
    assert sources(stock) == {"north": D(7), "south": D(2)}


def sources(stock: Stock) -> dict[str, D]:
    connections = Connections()
    store = connections.systems("DEMO").store
    try:
        return Rules(store.preferences["inventory"]).quantities(stock)
    finally:
        connections.close()
