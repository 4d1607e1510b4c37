"""Values of single store views: written through the view's own address after the global ones. It decides none.

A name, a text, a URL key has a value for each view; a price does not (it would change everywhere), and a status counts
for a whole website (facts/MAGENTO.md, URL and store scope).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from connector.records import Record
from connector.systems.magento import mapped
from connector.systems.magento.schema import READ_ONLY, TOP
from connector.systems.magento.shop import Shop
from connector.systems.magento.store import Attribute

EVERYWHERE = {"price"}  # global by default: written in one view it would be everybody's


def write(
    shop: Shop, record: Record, path: str, key: Mapping[str, Any], known: Mapping[str, Attribute], action: str = ""
) -> dict[str, Any]:
    """Tell each view of `record.views` its values; `key` is what names the record in the body.

    Returns what was told, for the record page. Raises Retry, Refused or Fail as a request does.
    """
    told: dict[str, Any] = {}
    notes: list[str] = []
    for view, pairs in record.views:
        body: dict[str, Any] = {}
        custom: dict[str, str] = {}
        locked = READ_ONLY[record.entity] | EVERYWHERE
        left = mapped.write(pairs, top=TOP[record.entity], attributes=known, into=body, custom=custom, locked=locked)
        notes += [f"{view}: {note}" for note in left]
        told |= {f"{name} in {view}": value for name, value in {**body, **custom}.items()}
        if custom:
            body["custom_attributes"] = [{"attribute_code": code, "value": value} for code, value in custom.items()]
        if body:
            shop.client.call("PUT", path, body={record.entity: {**key, **body}}, view=view, action=action)
    return {**told, "notes": notes} if notes else told
