"""Attribute sets named like item classes, and the group in them that the connector's attributes land in (MAP-08)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from connector.errors import Fail
from connector.systems.magento import errors
from connector.systems.magento.client import reading
from connector.systems.magento.shop import Shop
from connector.systems.magento.store import Kept, rows_of

BASE = "/products/attribute-sets"
SETS, ASSIGN = "manage_attribute_sets", "manage_attribute_set_attributes"


class Sets:
    """Attribute sets of one shop."""

    def __init__(self, shop: Shop) -> None:
        self.shop = shop
        self._inside: dict[int, Kept[set[str]]] = {}
        self._groups: dict[tuple[int, str], int] = {}

    def put(self, code: str, item_classes: Sequence[str], group: str) -> dict[str, Any]:
        """See that the attribute is in the set of each item class; where it is already, it stays where it stands."""
        placed, made = [], []
        for name in dict.fromkeys(one.strip() for one in item_classes if one.strip()):
            number = self.shop.store.attribute_set(name)
            if number is None:
                number = self._create(name)
                made.append(name)
            if code in self._codes(number).get():
                continue
            body = {
                "attributeSetId": number,
                "attributeGroupId": self._group(number, group),
                "attributeCode": code,
                "sortOrder": 0,
            }
            self.shop.client.call("POST", f"{BASE}/attributes", body=body, action=ASSIGN)
            self._codes(number).get().add(code)
            placed.append(name)
        return {label: rows for label, rows in (("sets_created", made), ("sets", placed)) if rows}

    def _create(self, name: str) -> int:
        """A set like the default one."""
        default = str(self.shop.values.get("default_attribute_set") or "Default")
        skeleton = self.shop.store.attribute_set(default)
        if skeleton is None:
            raise Fail(
                f"The store has no attribute set {default}.",
                code=errors.UNKNOWN_SET,
                help="Correct the default attribute set in the connector's store settings.",
            )
        body = {"attributeSet": {"attribute_set_name": name, "sort_order": 0}, "skeletonId": skeleton}
        try:
            data = self.shop.client.call("POST", BASE, body=body, action=SETS).data
        except Fail as word:
            if word.code != errors.SET_EXISTS:
                raise
            self.shop.store.forget()
            number = self.shop.store.attribute_set(name)
            if number is None:
                raise
            return number
        self.shop.store.forget()
        with reading(BASE):
            return int(data["attribute_set_id"])

    def _group(self, number: int, name: str) -> int:
        if (number, name) in self._groups:
            return self._groups[number, name]
        path = f"{BASE}/groups/list"
        filters = [("attribute_set_id", str(number), "eq"), ("attribute_group_name", name, "eq")]
        rows = self.shop.client.search(path, filters)
        if not rows:
            group = {"attribute_group_name": name, "attribute_set_id": number}
            rows = [self.shop.client.call("POST", f"{BASE}/groups", body={"group": group}).data]
        with reading(path):
            found = int(rows[0]["attribute_group_id"])
        self._groups[number, name] = found
        return found

    def _codes(self, number: int) -> Kept[set[str]]:
        return self._inside.setdefault(number, Kept(self.shop.clock, lambda: self._read(number)))

    def _read(self, number: int) -> set[str]:
        path = f"{BASE}/{number}/attributes"
        rows = rows_of(self.shop.client.get(path, [("fields", "attribute_code")]), path)
        with reading(path):
            return {str(row["attribute_code"]) for row in rows}
