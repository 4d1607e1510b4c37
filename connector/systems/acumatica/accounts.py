"""The sales account of order lines whose item has none of its own (SYN-27).

An item tells its own account as SalesAccount, on stock and non-stock items alike (contract of the default endpoint,
24.200.001). It is asked only where the setting names an account; a site that does not show the field is left to
its own defaults.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from connector.records import Order
from connector.systems.acumatica import definitions, items
from connector.systems.acumatica.erp import Erp
from connector.systems.acumatica.items import NON_STOCK, STOCK
from connector.systems.acumatica.values import text

FIELD = "SalesAccount"
FIELDS = ("InventoryID", FIELD)


def fill(erp: Erp, order: Order) -> Order:
    """The order with the setting's account on lines of such items. Raises Retry, Refused or Fail."""
    account = erp.word("order", "sales_account")
    open_ = list(dict.fromkeys(line.sku for line in order.lines if not line.account))
    if not account or not open_:
        return order
    bare = _without(erp, open_)
    lines = (replace(line, account=account) if not line.account and line.sku in bare else line for line in order.lines)
    return replace(order, lines=tuple(lines))


def _without(erp: Erp, skus: Sequence[str]) -> set[str]:
    """Those of these items that have no account. What an item said is good for five minutes."""
    now, kept = erp.clock.monotonic(), erp.known.setdefault("sales accounts", {})
    unknown = [sku for sku in skus if sku not in kept or now >= kept[sku][0]]
    if unknown:
        told = items.read(erp.client, unknown, {STOCK: FIELDS, NON_STOCK: FIELDS})
        for sku in unknown:
            entity = told[sku].entity if sku in told else {}
            kept[sku] = (now + definitions.REMEMBERED, FIELD in entity and not text(entity, FIELD))
    return {sku for sku in skus if kept[sku][1]}
