"""Two connectors between one ERP and two stores: the same SKU and the same order number never meet (CFG-19)."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal as D

from flask import Flask

from connector.records import Customer, Line, Order, Payment, Product
from connector.sync import bindings
from connector.sync.perform import perform
from tests.fakes import Memory
from tests.sync.both import Both
from tests.sync.conftest import Task

ORDER = Order(
    "000000001", number="000000001", status="processing", customer_email="anna@example.com", currency="EUR",
    lines=(Line("1", "MUG", D(1), D("10.00")),), total=D("10.00"), payments=(Payment("checkmo", D("10.00")),),
)  # fmt: skip


class Erp(Memory):
    """An ERP that finds orders as Acumatica does: by reference, and by the connector that begins the description."""

    def find_like(self, entity: str, records: object) -> dict[str, object]:  # type: ignore[override]
        found = super().find_like(entity, records)  # type: ignore[arg-type]
        names = {one.key: one.description.partition(" | ")[0] for one in records if isinstance(one, Order)}  # type: ignore[attr-defined]
        return {
            key: one
            for key, one in found.items()
            if entity != "order" or getattr(one, "description", "").startswith(names[key] + " | ")
        }


def go(both: Both, connector: str, entity: str, direction: str, key: str) -> None:
    context = replace(both.context(entity, direction), connector=connector)
    (result,) = perform(context, [Task(1, key)], lambda: {1})
    assert result.word is None, result


def test_the_same_number_of_two_stores_is_two_orders_and_the_same_sku_two_products(app: Flask) -> None:
    erp = Erp("erp")
    shops = {name: Both(erp=erp, store=Memory("store")) for name in ("DUTCH", "GERMAN")}
    erp.put(Product("MUG", name="Mug"))
    erp.put(Customer("C7", email="anna@example.com"))
    shops["GERMAN"].store.number = 500
    for name, both in shops.items():
        both.tables["payment"] = [{"store": "checkmo", "erp": "CHECK"}]
        go(both, name, "product", "erp_to_store", "MUG")
        both.store.put(ORDER)
        go(both, name, "order", "store_to_erp", ORDER.key)
    bound = {name: bindings.get_many(name, "order", [ORDER.key])[ORDER.key].target_id for name in shops}
    made = [one for one in erp.written if isinstance(one, Order)]
    assert [one.description.partition(" | ")[0] for one in made] == ["DUTCH", "GERMAN"] and len(
        set(bound.values())
    ) == 2
    ids = {name: bindings.get_many(name, "product", ["MUG"])["MUG"].target_id for name in shops}
    assert ids == {name: both.store.created[0] for name, both in shops.items()}
