"""Related products, up-sells and cross-sells: the ERP's list of each kind, once all of them are in the store.

Other links of a product (members of a group) are sent along as they are, since nobody has measured whether the call
replaces them; what is not wanted any more is taken away by itself (facts/MAGENTO.md, configurable, bundle, grouped).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from connector.errors import Fail, Skip, Wait
from connector.records import PRODUCT, RELATION, Record, Relation
from connector.systems.base import Written
from connector.systems.magento import errors
from connector.systems.magento.client import reading, sku_path
from connector.systems.magento.entity import Entity
from connector.systems.magento.find import by_key, existing, products

KINDS = ("related", "upsell", "crosssell")


class Relations(Entity):
    """Writes product links of one shop."""

    name: ClassVar[str] = RELATION

    def write(self, record: Relation, target_id: str) -> Written:
        if not self.shop.setting(PRODUCT, "relations", True):
            return Written(record.key, problem=Skip("Relations are switched off (product settings)."))
        wanted = [(kind, sku) for kind, sku in dict.fromkeys(record.links) if kind in KINDS and sku != record.key]
        types = existing(self.client, [record.key, *(sku for _, sku in wanted)])
        for sku in (record.key, *(sku for _, sku in wanted)):
            if sku not in types:
                raise Wait(f"The store has no product {sku} yet.", for_=(PRODUCT, sku))
        held = self._held(record.key)
        rows = _rows(record.key, wanted, types)
        away = [row for row in held if row["link_type"] in KINDS and _name(row) not in {_name(one) for one in rows}]
        for row in away:
            path = f"/products/{sku_path(record.key)}/links/{row['link_type']}/{sku_path(row['linked_product_sku'])}"
            self._away(path)
        if {_name(row) for row in rows} - {_name(row) for row in held}:
            others = [row for row in held if row["link_type"] not in KINDS]
            path = f"/products/{sku_path(record.key)}/links"
            self.client.call("POST", path, body={"items": [*others, *rows]})
        told = {kind: [sku for one, sku in wanted if one == kind] for kind in KINDS}
        return Written(record.key, record.key, fields={kind: skus for kind, skus in told.items() if skus})

    def find_like(self, records: Sequence[Relation]) -> dict[str, Record]:
        return dict(products(self.client, [record.key for record in records]))

    def delete(self, key: str, target_id: str) -> Written:
        return Written(key, target_id, problem=Skip("The relations of a product go with the product."))

    def _held(self, sku: str) -> list[dict[str, Any]]:
        rows = self.client.search_in("/products", "sku", [sku], fields="sku,product_links")
        with reading("/products"):
            found = [dict(link) for _, row in by_key([sku], rows) for link in row.get("product_links") or []]
            return [link for link in found if link["link_type"] and link["linked_product_sku"]]

    def _away(self, path: str) -> None:
        try:
            self.client.call("DELETE", path)
        except Fail as word:
            if word.code not in (errors.NO_SUCH_ENTITY, errors.NO_SUCH_PRODUCT, errors.UNKNOWN_LINK):
                raise


def _rows(key: str, wanted: Sequence[tuple[str, str]], types: dict[str, str]) -> list[dict[str, Any]]:
    return [
        {
            "sku": key,
            "link_type": kind,
            "linked_product_sku": sku,
            "linked_product_type": types[sku] or "simple",
            "position": place,
        }
        for place, (kind, sku) in enumerate(wanted, start=1)
    ]


def _name(row: dict[str, Any]) -> tuple[str, str]:
    return str(row["link_type"]), str(row["linked_product_sku"]).casefold()
