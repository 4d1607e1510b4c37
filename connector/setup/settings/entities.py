"""Which entities may travel, which way, and by which of the features that a house offers."""

from __future__ import annotations

from connector.records import ERP_TO_STORE, STORE_TO_ERP
from connector.setup.settings.section import Section
from connector.systems.base import BOOLEAN, CHOICE, Setting

BOTH = "both"
USUAL = ("product", "price", "inventory")  # what a fresh connector sends

# entity -> its name on pages; the order is the one in which a first full sync goes
NAMES = {
    "tax_category": "Tax category",
    "attribute": "Product attribute",
    "customer_attribute": "Customer attribute",
    "category": "Category",
    "product": "Product",
    "product_status": "Product status",
    "composite": "Product configurator",
    "relation": "Product relation",
    "price": "Price",
    "inventory": "Inventory",
    "image": "Product image",
    "customer": "Customer",
    "order": "Order",
    "order_status": "Order status",
    "shipment": "Shipment",
    "invoice": "Invoice",
    "credit_memo": "Credit memo",
}
ENTITIES = tuple(NAMES)
TO_ERP_ONLY = ("order", "credit_memo")

# entities whose way a person may choose; all others have one way and no selector (DIR-10)
WAYS = (
    (ERP_TO_STORE, "Acumatica to store"),
    (STORE_TO_ERP, "Store to Acumatica"),
    (BOTH, "Both ways (the last change wins)"),
)
# product/INVENTORY.md, DIR-11: the ERP leads the catalogue, the store leads orders
CHOSEN_WAYS = {
    "category": ERP_TO_STORE,
    "product": ERP_TO_STORE,
    "composite": ERP_TO_STORE,
    "customer": BOTH,
    "order": STORE_TO_ERP,
}

BOTH_WAYS = ("category", "product", "customer", "order")  # what can travel the other way too


def _logged() -> tuple[tuple[str, str], ...]:
    """Each entity in each direction, written or left out: the switches of the log (LOG-14)."""
    found = [("poll", "Data retrieval: changes found in a source")]
    for entity, name in NAMES.items():
        ways = [STORE_TO_ERP] if entity in TO_ERP_ONLY else [ERP_TO_STORE]
        other = ERP_TO_STORE if ways == [STORE_TO_ERP] else STORE_TO_ERP
        for way in ways + ([other] if entity in BOTH_WAYS else []):
            where = "to the store" if way == ERP_TO_STORE else "to Acumatica"
            found.append((f"{entity}/{way}/succeeded", f"{name} {where}: written"))
            found.append((f"{entity}/{way}/skipped", f"{name} {where}: left out"))
    return tuple(found)


LOGGED = _logged()

# feature -> its name (the action types of S4, "Enable Features", CFG-17)
FEATURES = {
    "product_sync": "Product sync",
    "product_deletion": "Product deletion",
    "product_status_update": "Product status update",
    "pricing": "Pricing",
    "inventory": "Inventory",
    "category_sync": "Category sync",
    "category_deletion": "Category deletion",
    "customer_sync": "Customer sync",
    "customer_deletion": "Customer deletion",
    "order_sync": "Order sync",
    "order_status_update": "Order status update",
    "shipment_sync": "Shipment sync",
    "manage_attributes": "Manage attributes",
}
# entity -> the feature without which it does not travel; deletions have features of their own
FEATURE_OF = {
    "tax_category": "manage_attributes",
    "attribute": "manage_attributes",
    "customer_attribute": "manage_attributes",
    "category": "category_sync",
    "product": "product_sync",
    "product_status": "product_status_update",
    "composite": "product_sync",
    "relation": "product_sync",
    "price": "pricing",
    "inventory": "inventory",
    "image": "product_sync",
    "customer": "customer_sync",
    "order": "order_sync",
    "order_status": "order_status_update",
    "shipment": "shipment_sync",
    "invoice": "order_status_update",
    "credit_memo": "order_sync",
}
DELETIONS = {"product": "product_deletion", "category": "category_deletion", "customer": "customer_deletion"}


def ways(entity: str, chosen: str = "") -> tuple[str, ...]:
    """The directions in which an entity travels: the chosen ones where there is a choice, else its only one."""
    if entity not in CHOSEN_WAYS:
        return (STORE_TO_ERP,) if entity in TO_ERP_ONLY else (ERP_TO_STORE,)
    chosen = chosen or CHOSEN_WAYS[entity]
    return (ERP_TO_STORE, STORE_TO_ERP) if chosen == BOTH else (chosen,)


LEADS = "One way: the other side is overwritten. Both ways: what has changed since the last sync goes over."
ONE_WAY = "To the store only: Acumatica's web services make no template items."


def _what(entity: str) -> str:
    """ "product_status" -> "product statuses"."""
    words = entity.replace("_", " ")
    plural = {"category": "categories", "tax category": "tax categories", "inventory": "stock levels"}
    return plural.get(words, f"{words}es" if words.endswith("s") else f"{words}s")


def _carried(feature: str) -> str:
    gone = [f"deleted {_what(entity)}" for entity, name in DELETIONS.items() if name == feature]
    return ", ".join(gone or [_what(entity) for entity, name in FEATURE_OF.items() if name == feature])


SYNC = Section(
    "entities",
    "Individual sync status",
    tuple(
        Setting(entity, name, BOOLEAN, default=entity in USUAL, help=f"Whether {_what(entity)} travel at all.")
        for entity, name in NAMES.items()
    ),
    help="What is not ticked is not collected, not scheduled and not sent.",
    page="setup",
)

DIRECTION = Section(
    "direction",
    "Direction",
    tuple(
        Setting(
            entity,
            f"{NAMES[entity]} direction",
            CHOICE,
            default=way,
            choices=WAYS if entity in BOTH_WAYS else WAYS[:1],
            help=LEADS if entity in BOTH_WAYS else ONE_WAY,
        )
        for entity, way in CHOSEN_WAYS.items()
    ),
    help="Inventory, prices, images and attributes go from Acumatica to the store only.",
    page="sync",
)

FEATURE = Section(
    "features",
    "Enable features",
    tuple(
        Setting(name, label, BOOLEAN, default=True, help=f"Carries: {_carried(name)}.")
        for name, label in FEATURES.items()
    ),
    help="What is not ticked is not collected and not sent. A feature that is off for the whole house cannot be ticked "
    "here.",
    page="features",
)
