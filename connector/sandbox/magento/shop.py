"""The store itself: websites, attributes, attribute sets, and the reading and saving of products and stock.

It starts with everything a merchant has before the first product. It knows no HTTP. Sources: facts/MAGENTO.md,
sections 5, 6, 8 and 11.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from connector.sandbox import catalogue
from connector.sandbox.magento import attributes, offers, people
from connector.sandbox.magento.directory import RATES
from connector.sandbox.store import Store, Unit

SETTINGS: dict[str, Any] = {
    "bearer_allowed": True,  # off: only OAuth 1.0a, as 2.4.4 comes out of the box
    "denied_resources": [],  # ACL resources that the integration lacks
    "edition": "community",  # or "commerce"
    "msi": True,
    "async_api": True,
    "async_delay": 0.0,  # seconds until the consumer has done an asynchronous operation
    "item_limit": 0,  # input limits: items of a list, 0 = off
    "page_limit": 0,
    "price_scope": "global",
    "index_seconds": 60.0,  # when the cron has indexed a new product that is out of stock
    "search_down": False,  # a stock flip answers 400 although it was written
    "clock_offset": 0,  # seconds that the shop's clock is ahead, in its answers and in every change
}
CHOICES = {"edition": ("community", "commerce"), "price_scope": ("global", "website")}
WEBSITES = (
    {"id": 0, "code": "admin", "name": "Admin", "default_group_id": 0},
    {"id": 1, "code": "base", "name": "Main Website", "default_group_id": 1},
    {"id": 2, "code": "b2b", "name": "B2B Website", "default_group_id": 2},
)
GROUPS = (
    {"id": 0, "website_id": 0, "root_category_id": 0, "default_store_id": 0, "name": "Default", "code": "default"},
    {
        "id": 1,
        "website_id": 1,
        "root_category_id": 2,
        "default_store_id": 1,
        "name": "Main Website Store",
        "code": "main_website_store",
    },
    {"id": 2, "website_id": 2, "root_category_id": 2, "default_store_id": 2, "name": "B2B Store", "code": "b2b_store"},
)
VIEWS = (
    {"id": 0, "code": "admin", "name": "Admin", "website_id": 0, "store_group_id": 0, "is_active": 1},
    {"id": 1, "code": "default", "name": "Default Store View", "website_id": 1, "store_group_id": 1, "is_active": 1},
    {"id": 2, "code": "b2b_en", "name": "B2B English", "website_id": 2, "store_group_id": 2, "is_active": 1},
    {"id": 3, "code": "fr", "name": "French", "website_id": 1, "store_group_id": 1, "is_active": 1},
)
STORE_IDS = {str(view["code"]): int(str(view["id"])) for view in VIEWS}
CATEGORIES = (  # the first two come with an installation
    (1, 0, "Root Catalog"), (2, 1, "Default Category"), (3, 2, "Tools"), (4, 2, "Sale"), (5, 3, "Hand Tools"),
    (6, 3, "Power Tools"), (7, 3, "Measuring"), (8, 2, "Gifts"), (9, 8, "Under 25"), (10, 8, "For the Cook"),
    (11, 8, "For the Maker"), (12, 2, "Seasons"), (13, 12, "Spring"), (14, 12, "Summer"), (15, 12, "Autumn"),
    (16, 12, "Winter"), (17, 2, "New"), (18, 2, "Brands"), (19, 18, "Halden"), (20, 18, "Northfell"),
    (21, 4, "Last Pieces"),
)  # fmt: skip
TAX_CLASSES = (
    (2, "Taxable Goods", "PRODUCT"),
    (3, "Retail Customer", "CUSTOMER"),
    (4, "TAXABLE", "PRODUCT"),
    (5, "EXEMPT", "PRODUCT"),
)
SOURCES = (
    ("default", "Default Source", "00000"),
    ("east", "East Warehouse", "10001"),
    ("retail", "Retail Shop", "60601"),
)
SETS = ("TOOLS", "KITCHEN", "OUTDOOR", "APPAREL", "FOOTWEAR")  # OFFICE and LIGHTING have none of their own
Doc = dict[str, Any]


class Shop:
    """One Magento installation."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.wind()
        if not store.kind("website"):
            self.fill()
        elif not store.kind("customer_group"):  # a file from before the store could sell
            with store.unit("SANDBOX", "/_sandbox/reset") as unit:
                fill_sales(unit, bare=False)

    def switch(self, name: str) -> Any:
        return self.store.setting("switches", {}).get(name, SETTINGS[name])

    def wind(self) -> None:
        """Set the shop's clock as its switch says."""
        _ahead.seconds = float(self.switch("clock_offset"))

    def reset(self, fixture: str = "sandbox") -> None:
        """A store without products. `bare` has no more than a fresh installation (and the recordings' websites)."""
        with self.store.lock:
            self.store.clear()
            self.fill(fixture)

    def fill(self, fixture: str = "sandbox") -> None:
        bare = fixture == "bare"
        with self.store.unit("SANDBOX", "/_sandbox/reset") as unit:
            for website in WEBSITES:
                unit.put("website", str(website["id"]), website)
            for number, name, kind in TAX_CLASSES[: 2 if bare else None]:
                unit.put("taxclass", str(number), {"class_id": number, "class_name": name, "class_type": kind})
            for code, name, postcode in SOURCES[: 1 if bare else None]:
                unit.put("source", code, source(code, name, postcode))
            channels = [{"type": "website", "code": "b2b"}, {"type": "website", "code": "base"}]
            unit.put(
                "stock", "1", {"stock_id": 1, "name": "Default Stock", "channels": channels if bare else channels[1:]}
            )
            unit.put("link", "1:default", {"stock_id": 1, "source_code": "default", "priority": 1})
            if not bare:
                unit.put("stock", "2", {"stock_id": 2, "name": "B2B Stock", "channels": channels[:1]})
                for priority, code in enumerate(("east", "retail"), 1):
                    unit.put("link", f"2:{code}", {"stock_id": 2, "source_code": code, "priority": priority})
            unit.put("sequence", "stock", {"last": 1 if bare else 2})
            fill_sales(unit, bare)
            attributes.fill(unit, () if bare else SETS, {} if bare else catalogue.ATTRIBUTES)
            unit.note("reset", "", None, {"fixture": fixture})

    # Products: one document for each, found by its sku in lower case

    def product(self, unit: Unit, sku: str) -> Doc | None:
        """Found without regard to case and trailing blanks, as MySQL compares."""
        return unit.get("product", sku.rstrip().lower())

    def value(self, doc: Mapping[str, Any], code: str, store: int = 0) -> Any:
        """An attribute's value in a store view: its own or the inherited global one."""
        values = doc["values"].get(code, {})
        return values.get(str(store), values.get("0"))

    def stores_written(self, scope: str, store: int) -> list[str]:
        """Ids of the views that a write in `store` sets: website values reach every view of the website."""
        if store == 0 or scope == "global":
            return ["0"]
        if scope == "website":
            website = next(view["website_id"] for view in VIEWS if view["id"] == store)
            return [str(view["id"]) for view in VIEWS if view["website_id"] == website]
        return [str(store)]

    def levels(self, unit: Unit, sku: str) -> dict[str, Doc]:
        """Source items of a sku by source code."""
        return dict((unit.get("level", sku.rstrip().lower()) or {"rows": {}})["rows"])

    def state(self, keys: list[str]) -> Doc:
        """What the store has now, product by product: for a checker that compares two systems."""
        wanted = [key.rstrip().lower() for key in keys] or list(self.store.kind("product"))
        return {doc["sku"]: self._state(doc) for key in wanted if (doc := self.store.get("product", key))}

    def _state(self, doc: Doc) -> Doc:
        rows = (self.store.get("level", doc["sku"].lower()) or {"rows": {}})["rows"]
        named = {
            code: self.value(doc, code)
            for code in ("name", "price", "special_price", "status", "visibility", "weight", "tax_class_id", "url_key")
        }
        stock = {code: {"quantity": row["quantity"], "status": row["status"]} for code, row in rows.items()}
        return {
            "id": doc["id"],
            "type_id": doc["type"],
            "attribute_set_id": doc["set"],
            "updated_at": doc["updated"],
            **named,
            "website_ids": doc["websites"],
            "stock": stock,
        }


def fill_sales(unit: Unit, bare: bool) -> None:
    """Categories, and what selling needs: groups, customers, ways to ship and to pay, taxes."""
    fill_categories(unit, CATEGORIES[: 2 if bare else None])
    for number, code in people.GROUPS:
        row = {"id": number, "code": code, "tax_class_id": 3}
        unit.put("customer_group", str(number), row)
    unit.put("sequence", "customer_group", {"last": 3})
    unit.put("sequence", "taxrate", {"last": 2})  # an installation has two of its own, for no rule
    if not bare:
        fill_people(unit)
        unit.put("config", "currency", {"codes": list(RATES)})
        for kind, docs in offers.documents().items():
            for key, doc in docs.items():
                unit.put(kind, key, doc)
            unit.put("sequence", kind, {"last": len(docs)})


def fill_categories(unit: Unit, rows: tuple[tuple[int, int, str], ...]) -> None:
    """The tree; the last of them is not active."""
    counted: dict[int, int] = {}
    for number, parent, name in rows:
        above = unit.get("category", str(parent))
        counted[parent] = counted.get(parent, 0) + 1
        values: Doc = {"name": {"0": name}, "is_active": {"0": number != 21}, "include_in_menu": {"0": True}}
        if number > 2:
            values |= {"is_anchor": {"0": "1"}, "url_key": {"0": name.lower().replace(" ", "-")}}
        unit.put("category", str(number), {
            "id": number, "parent_id": parent, "path": f"{above['path']}/{number}" if above else str(number),
            "level": above["level"] + 1 if above else 0, "position": counted[parent] if above else 0,
            "created": "2026-01-05 09:00:00", "updated": "2026-01-05 09:00:00", "values": values,
        })  # fmt: skip
    unit.put("sequence", "category", {"last": len(rows)})


def fill_people(unit: Unit) -> None:
    rows = people.customers()
    for row in rows:
        unit.put("customer", str(row["id"]), row)
    unit.put("sequence", "customer", {"last": len(rows)})
    unit.put("sequence", "customer_address", {"last": 2 * len(rows)})


def source(code: str, name: str, postcode: str) -> Doc:
    row: Doc = {"source_code": code, "name": name, "enabled": True, "country_id": "US", "postcode": postcode}
    if code == "default":
        row |= {"description": "Default Source", "latitude": 0, "longitude": 0}
    return row


class _Ahead:
    """How far the clock of this process's shop is ahead of ours."""

    seconds = 0.0


_ahead = _Ahead()


def now() -> str:
    """The moment as MySQL keeps it: UTC, whole seconds, no zone; of the shop's own clock."""
    return (datetime.now(UTC) + timedelta(seconds=_ahead.seconds)).strftime("%Y-%m-%d %H:%M:%S")


def clock() -> float:
    return time.time()
