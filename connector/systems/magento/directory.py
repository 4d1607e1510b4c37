"""What the shop knows of places and people's kinds: store views, customer groups, regions, attribute metadata.

Read once and kept for five minutes, like everything in `store`. It knows no record of the ERP.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from connector.clock import Clock
from connector.errors import Fail
from connector.systems.base import View
from connector.systems.magento import errors
from connector.systems.magento.client import Client, reading
from connector.systems.magento.store import LOOK_AGAIN, Attribute, Kept, attribute_of, rows_of

CUSTOMER, CATEGORY, ADDRESS = "customer", "category", "address"


@dataclass(frozen=True, slots=True)
class Region:
    """One state or province as the shop has it."""

    id: int
    code: str
    name: str


class Directory:
    """The caches of one shop."""

    def __init__(self, client: Client, clock: Clock) -> None:
        self.client = client
        self.clock = clock
        self._views = Kept(clock, self._read_views)
        self._sites = Kept(clock, self._read_sites)
        self._groups = Kept(clock, self._read_groups)
        self._customer = Kept(clock, self._read_customer_attributes)
        self._category = Kept(clock, self._read_category_attributes)
        self._regions: dict[str, Kept[tuple[Region, ...] | None]] = {}

    def views(self) -> list[View]:
        return list(self._views.get().values())

    def view(self, number: Any) -> View | None:
        """The store view of an id, or of a code."""
        known = self._views.get()
        return known.get(str(number)) or next((view for view in known.values() if view.code == str(number)), None)

    def view_of_website(self, website: str) -> View | None:
        """The first store view of a website, by its code."""
        found = [view for view in self._views.get().values() if view.website.lower() == website.strip().lower()]
        return min(found, key=lambda view: int(view.id)) if found else None

    def website(self, number: Any) -> str:
        """The code of a website, "" for an unknown one."""
        return self._sites.get().get(str(number), "")

    def root_category(self) -> int:
        """The root category of the first store: where a tree hangs that nobody has chosen a place for."""
        rows = rows_of(self.client.get("/store/storeGroups"), "/store/storeGroups")
        with reading("/store/storeGroups"):
            roots = sorted((int(row["id"]), int(row.get("root_category_id") or 0)) for row in rows if int(row["id"]))
        found = [root for _, root in roots if root]
        if not found:
            raise Fail("The store has no root category.", code="magento.no_root")
        return found[0]

    def groups(self) -> dict[int, str]:
        """Customer groups: id -> code."""
        return self._groups.get()

    def group_id(self, code: str) -> int | None:
        """The id of a customer group; codes are compared without regard to case."""
        for seconds in (None, LOOK_AGAIN):
            known = self._groups.get() if seconds is None else self._groups.get(seconds=seconds)
            for number, name in known.items():
                if name.strip().lower() == code.strip().lower():
                    return number
        return None

    def regions(self, country: str) -> tuple[Region, ...]:
        """The regions of a country. Raises Fail where the shop does not know the country: it would drop the address
        without a word (facts/MAGENTO.md, customers)."""
        kept = self._regions.setdefault(country, Kept(self.clock, lambda: self._read_regions(country)))
        found = kept.get()
        if found is None:
            raise Fail(
                f"The store does not know the country {country}.",
                code="magento.unknown_country",
                help="Correct the country of the address, or allow the country in the store.",
            )
        return found

    def attributes(self, entity: str) -> dict[str, Attribute]:
        """Attributes of customers or categories by code, with their type and options."""
        return self._customer.get() if entity == CUSTOMER else self._category.get()

    def labels(self, entity: str) -> dict[str, str]:
        return {code: attribute.label or code for code, attribute in self.attributes(entity).items()}

    def _read_views(self) -> dict[str, View]:
        rows = rows_of(self.client.get("/store/storeViews"), "/store/storeViews")
        configs = rows_of(self.client.get("/store/storeConfigs"), "/store/storeConfigs")
        with reading("/store/storeViews"):
            money = {str(row["id"]): str(row.get("base_currency_code") or "") for row in configs}
            return {
                str(row["id"]): View(
                    str(row["code"]),
                    str(row.get("name") or row["code"]),
                    self.website(row.get("website_id")),
                    str(row["id"]),
                    money.get(str(row["id"]), ""),
                )
                for row in sorted(rows, key=lambda row: int(row["id"]))
                if int(row["id"])
            }

    def _read_sites(self) -> dict[str, str]:
        rows = rows_of(self.client.get("/store/websites"), "/store/websites")
        with reading("/store/websites"):
            return {str(row["id"]): str(row["code"]) for row in rows if int(row["id"])}

    def _read_groups(self) -> dict[int, str]:
        rows = self.client.search("/customerGroups/search", fields="id,code")
        with reading("/customerGroups/search"):
            return {int(row["id"]): str(row["code"]) for row in rows}

    def _read_regions(self, country: str) -> tuple[Region, ...] | None:
        path = f"/directory/countries/{quote(country, safe='')}"
        try:
            data = self.client.get(path)
        except Fail as word:
            if word.code == errors.NO_SUCH_COUNTRY:
                return None
            raise
        with reading(path):
            return tuple(
                Region(int(row["id"]), str(row.get("code") or ""), str(row.get("name") or ""))
                for row in data.get("available_regions") or []
            )

    def _read_customer_attributes(self) -> dict[str, Attribute]:
        rows = rows_of(self.client.get("/attributeMetadata/customer"), "/attributeMetadata/customer")
        with reading("/attributeMetadata/customer"):
            return {attribute.code: attribute for attribute in (attribute_of(_metadata(row)) for row in rows)}

    def _read_category_attributes(self) -> dict[str, Attribute]:
        rows = self.client.search("/categories/attributes", sort="attribute_id")
        with reading("/categories/attributes"):
            return {attribute.code: attribute for attribute in map(attribute_of, rows)}


def _metadata(row: Mapping[str, Any]) -> dict[str, Any]:
    """A customer attribute in the shape of the others: it says user_defined and frontend_label."""
    return {
        **row,
        "is_user_defined": row.get("user_defined"),
        "default_frontend_label": row.get("frontend_label") or row.get("store_label"),
    }
