"""ERP tax categories as product tax classes of the same name (product/ENTITIES.md, row 5)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import ClassVar

from connector.errors import Skip
from connector.records import TAX_CATEGORY, Record, TaxCategory
from connector.systems.base import Written
from connector.systems.magento.client import reading
from connector.systems.magento.entity import Entity


class TaxCategories(Entity):
    """Writes product tax classes of one shop."""

    name: ClassVar[str] = TAX_CATEGORY

    def write(self, record: TaxCategory, target_id: str) -> Written:
        number = self.store.tax_class(record.key)
        if number is not None:
            return Written(record.key, str(number), fields={"class_name": record.key, "notes": ["it is there"]})
        if not record.active:
            text = f"Tax category {record.key} is not active and not in the store."
            return Written(record.key, problem=Skip(text))
        body = {"taxClass": {"class_name": record.key, "class_type": "PRODUCT"}}
        data = self.client.call("POST", "/taxClasses", body=body).data
        with reading("/taxClasses"):
            made = str(int(data))
        self.store.forget()
        return Written(record.key, made, created=True, fields={"class_name": record.key})

    def find_like(self, records: Sequence[TaxCategory]) -> dict[str, Record]:
        numbers = {record.key: self.store.tax_class(record.key) for record in records}
        return {one.key: replace(one, key=str(numbers[one.key])) for one in records if numbers[one.key] is not None}

    def delete(self, key: str, target_id: str) -> Written:
        return Written(key, target_id, problem=Skip("Tax classes stay in the store: tax rules may use them."))
