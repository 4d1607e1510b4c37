"""From the words of one side to the words of the other: a neutral record in, the same record fit for the target out.

One module for each kind of record. What may not travel becomes a word (Skip, Wait, Fail) in place of the record.
Systems know no mapping and no binding: ids, groups, classes, methods and statuses are put in here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence, Set

from connector.errors import Outcome
from connector.records import (
    CATEGORY,
    CREDIT_MEMO,
    CUSTOMER,
    ERP_TO_STORE,
    INVENTORY,
    INVOICE,
    ORDER,
    ORDER_STATUS,
    PRICE,
    PRODUCT,
    SHIPMENT,
    STORE_TO_ERP,
    Record,
)
from connector.sync.context import Context
from connector.sync.needs import Needs
from connector.sync.translate import attributes, categories, customers, erp_orders, goods, memos, orders, shipments
from connector.sync.translate.job import Job

Made = Record | Outcome
Translate = Callable[[Job, Sequence[Record]], Mapping[str, Made]]

TABLE: dict[tuple[str, str], Translate] = {
    (CATEGORY, ERP_TO_STORE): categories.to_store,
    (CATEGORY, STORE_TO_ERP): categories.to_erp,
    (PRODUCT, ERP_TO_STORE): goods.products,
    (PRICE, ERP_TO_STORE): goods.prices,
    (INVENTORY, ERP_TO_STORE): goods.stocks,
    (CUSTOMER, ERP_TO_STORE): customers.to_store,
    (CUSTOMER, STORE_TO_ERP): customers.to_erp,
    (ORDER, STORE_TO_ERP): orders.to_erp,
    (ORDER, ERP_TO_STORE): erp_orders.to_store,
    (ORDER_STATUS, ERP_TO_STORE): shipments.statuses,
    (SHIPMENT, ERP_TO_STORE): shipments.shipments,
    (INVOICE, ERP_TO_STORE): shipments.invoices,
    (CREDIT_MEMO, STORE_TO_ERP): memos.to_erp,
}


def translate(
    context: Context, needs: Needs, records: Sequence[Record], known: Mapping[str, str], persons: Set[str]
) -> dict[str, Made]:
    """Each record as the target needs it, or the word that says why it does not travel.

    `known` holds the ids in the target by key ("" when there is none), `persons` the keys for which somebody
    pressed Sync Now. Raises Retry, Refused or Fail when a system that has to be asked cannot be.
    """
    sync = context.sync
    job = Job(context, needs, known, persons)
    made: dict[str, Made] = {record.key: record for record in records}
    step = TABLE.get((sync.entity, sync.direction))
    if step is not None:
        made |= step(job, records)
    if sync.entity in attributes.ENTITIES:
        made = {key: attributes.mapped(job, one) if isinstance(one, Record) else one for key, one in made.items()}
    return made
