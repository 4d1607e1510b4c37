"""Whether a product may be bought, and nothing else of it (PRD-05)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from connector.errors import Fail, Skip, Wait
from connector.records import PRODUCT, PRODUCT_STATUS, ProductStatus, Record
from connector.systems.base import Written
from connector.systems.magento import errors
from connector.systems.magento.client import sku_path
from connector.systems.magento.entity import Entity
from connector.systems.magento.fields import DISABLED, ENABLED
from connector.systems.magento.find import existing, products

GONE = (errors.NO_SUCH_PRODUCT, errors.UNKNOWN_SET, errors.MISSING_VALUE)  # a PUT of a missing SKU would create it


class ProductStatuses(Entity):
    """Writes the status of products of one shop."""

    name: ClassVar[str] = PRODUCT_STATUS

    def write(self, record: ProductStatus, target_id: str) -> Written:
        if not target_id and not existing(self.client, [record.key]):
            return Written(record.key, problem=_absent(record))
        status = ENABLED if record.active else DISABLED
        body = {"product": {"sku": record.key, "status": status}}
        try:
            self.client.call("PUT", f"/products/{sku_path(record.key)}", body=body, action="product_status_update")
        except Fail as word:
            if word.code in GONE:
                return Written(record.key, problem=_absent(record))
            raise
        return Written(record.key, target_id or record.key, fields={"status": status})

    def find_like(self, records: Sequence[ProductStatus]) -> dict[str, Record]:
        return dict(products(self.client, [record.key for record in records]))

    def delete(self, key: str, target_id: str) -> Written:
        return Written(key, target_id, problem=Skip("The status of a product goes with the product."))


def _absent(record: ProductStatus) -> Skip | Wait:
    if not record.active:
        return Skip("The item is not for sale and not in the store.", code="magento.not_for_sale")
    return Wait(f"The store has no product {record.key} yet.", for_=(PRODUCT, record.key))
