"""Stock: quantities of the ERP's warehouses summed into the store's inventory sources, and written in one request.

Magento stores source items of SKUs that do not exist, refuses a whole request for one bad row, and keeps a
product of the default stock unsalable when it comes back in stock with a single push (facts/MAGENTO.md,
inventory). The fewest calls that are safe for all of that:

- one POST when every row is 0 or goes to another source than `default`;
- one GET of the former quantities before it when a row of `default` is above 0 (or when mapped sources may
  hold a rest that the ERP does not mention any more), and a POST of those that were at 0 before the POST of all;
- one GET of the products before it for SKUs that are not known to be in the store.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from decimal import Decimal
from typing import Any, ClassVar

from connector.errors import Fail, Outcome, Skip, Wait
from connector.records import INVENTORY, PRODUCT, Record, Stock
from connector.systems.base import Written
from connector.systems.magento import errors, numbers
from connector.systems.magento.client import reading, sku_path
from connector.systems.magento.entity import Entity
from connector.systems.magento.find import by_key, existing, products, source_items, with_quantities
from connector.systems.magento.quantities import DEFAULT, Quantities, Rules
from connector.systems.magento.shop import Shop

BACKORDERS = ("1", "2")  # below zero; below zero and notify
NO_ATTRIBUTE = "magento.vendor_attribute"


class Stocks(Entity):
    """Writes stock of one shop."""

    name: ClassVar[str] = INVENTORY

    def __init__(self, shop: Shop) -> None:
        super().__init__(shop)
        self.rules = Rules(shop.section(INVENTORY))

    def read_many(self, keys: Sequence[str]) -> dict[str, Record]:
        return dict(with_quantities(self.client, self.store, keys))

    def find_like(self, records: Sequence[Stock]) -> dict[str, Record]:
        return dict(products(self.client, [record.key for record in records]))

    def delete(self, key: str, target_id: str) -> Written:
        return Written(key, target_id, problem=Skip("The inventory of a product goes with the product."))

    def write_many(self, records: Sequence[Stock], known: Mapping[str, str]) -> list[Written]:
        """One outcome for each record, in order. Raises Retry, Refused or Fail for the request as a whole."""
        msi = self.store.sources() is not None
        plans: dict[str, Quantities] = {}
        problems: dict[str, Outcome] = {}
        for record in records:
            try:
                plans[record.key] = self._plan(record, msi)
            except Fail as word:
                problems[record.key] = word
        if not msi:
            for record in records:
                if record.key in plans:
                    self._legacy(record, plans[record.key], problems)
        else:
            self._absent([record for record in records if record.key in plans], known, problems)
            # what may be ordered below zero stays in stock whatever its quantity (PRD-15)
            open_ended = {record.key for record in records if record.backorders in BACKORDERS}
            self._send({key: plan for key, plan in plans.items() if key not in problems}, open_ended)
        if self.rules.vendor_attribute:
            self._vendors([record for record in records if record.key not in problems], problems)
        return [self._written(record, plans.get(record.key, {}), problems.get(record.key)) for record in records]

    def _written(self, record: Stock, plan: Quantities, problem: Outcome | None) -> Written:
        if problem is not None:
            return Written(record.key, problem=problem)
        told = {source: numbers.plain(quantity) for source, quantity in plan.items()}
        return Written(record.key, target_id=record.key, fields={**told, "why": self.rules.why(record, plan)})

    def _vendors(self, records: Sequence[Stock], problems: dict[str, Outcome]) -> None:
        """What vendors have as a value of its own, written where the product says something else (INV-05)."""
        code, path = self.rules.vendor_attribute, "/products"
        if not records:
            return
        if code not in self.store.attributes([code]):
            help = "Make it in the store, or correct the attribute in the connector's inventory settings."
            word = Fail(f"The store has no attribute {code} for the vendor's quantity.", code=NO_ATTRIBUTE, help=help)
            problems.update({record.key: word for record in records})
            return
        keys = [record.key for record in records]
        rows = self.client.search_in(path, "sku", keys, fields="sku,custom_attributes")
        with reading(path):
            held = {key: _value(row, code) for key, row in by_key(keys, rows)}
        for record in records:
            wanted = self.rules.vendors(record) or Decimal(0)
            if held.get(record.key, Decimal(0)) == wanted:
                continue
            attribute = {"attribute_code": code, "value": str(numbers.plain(wanted, "vendor's quantity"))}
            body = {"product": {"sku": record.key, "custom_attributes": [attribute]}}
            try:
                self.client.call("PUT", f"/products/{sku_path(record.key)}", body=body)
            except Fail as word:
                problems[record.key] = word

    def _plan(self, record: Stock, msi: bool) -> Quantities:
        plan = self.rules.quantities(record)
        for source in plan:
            if msi and not self.store.has_source(source):
                raise Fail(
                    f"The store has no inventory source {source}.",
                    code="magento.unknown_source",
                    help="Correct the warehouse mapping or the default source in the connector's inventory settings.",
                )
        return plan

    def _absent(self, records: Sequence[Stock], known: Mapping[str, str], problems: dict[str, Outcome]) -> None:
        """Rows of unknown SKUs wait: Magento would keep them as orphans without a word."""
        unknown = [record for record in records if record.key not in known]
        there = existing(self.client, [record.key for record in unknown]) if unknown else {}
        for record in unknown:
            if record.key not in there:
                problems[record.key] = _no_product(record)

    def _send(self, plans: Mapping[str, Quantities], open_ended: Set[str] = frozenset()) -> None:
        held = self._held(plans)
        for key, plan in plans.items():
            for source in self.rules.mapped:  # nothing there any more, and the ERP leaves such warehouses out
                if source not in plan and held.get(key, {}).get(source, (Decimal(0), False))[0] > 0:
                    plan[source] = Decimal(0)
        rows = [
            _row(key, source, quantity, key in open_ended)
            for key, plan in plans.items()
            for source, quantity in plan.items()
        ]
        # Back in stock takes two pushes. These first, so that whatever breaks in between, a further try is the second.
        back = [row for row in rows if row["source_code"] == DEFAULT and row["quantity"] > 0 and _was_out(held, row)]
        for part in (back, rows):
            if part:
                self.client.post_rows("/inventory/source-items", "sourceItems", part, action="inventory")

    def _held(self, plans: Mapping[str, Quantities]) -> dict[str, dict[str, tuple[Decimal, bool]]]:
        """What the store has, only where it matters: `default` above 0, and mapped sources that are not written."""
        keys = [
            key
            for key, plan in plans.items()
            if plan.get(DEFAULT, Decimal(0)) > 0 or any(source not in plan for source in self.rules.mapped)
        ]
        return source_items(self.client, keys, {DEFAULT, *self.rules.mapped}) if keys else {}

    def _legacy(self, record: Stock, plan: Quantities, problems: dict[str, Outcome]) -> None:
        """Without sources there is one stock item for each product; the id in the path is not looked at."""
        total = sum(plan.values(), Decimal(0))
        in_stock = total > 0 or record.backorders in BACKORDERS
        body = {"stockItem": {"qty": numbers.plain(total), "is_in_stock": in_stock}}
        try:
            self.client.call("PUT", f"/products/{sku_path(record.key)}/stockItems/1", body=body)
        except Fail as word:
            problems[record.key] = _no_product(record) if word.code == errors.NO_SUCH_PRODUCT else word


def _row(sku: str, source: str, quantity: Decimal, open_ended: bool = False) -> dict[str, Any]:
    """The status is required and independent of the quantity, so it is always sent."""
    number = numbers.plain(quantity, "quantity")
    return {"sku": sku, "source_code": source, "quantity": number, "status": 1 if number > 0 or open_ended else 0}


def _was_out(held: Mapping[str, Mapping[str, tuple[Decimal, bool]]], row: Mapping[str, Any]) -> bool:
    quantity, in_stock = held.get(row["sku"], {}).get(DEFAULT, (Decimal(0), False))
    return quantity <= 0 or not in_stock


def _no_product(record: Stock) -> Outcome:
    if not record.sellable:
        return Skip("The item is not for sale and not in the store.", code="magento.not_for_sale")
    return Wait(f"The store has no product {record.key} yet.", for_=(PRODUCT, record.key))


def _value(row: Mapping[str, Any], code: str) -> Decimal:
    """The number that a product has in an attribute; 0 for none."""
    for one in row.get("custom_attributes") or ():
        if one.get("attribute_code") == code:
            return numbers.read(one.get("value")) or Decimal(0)
    return Decimal(0)
