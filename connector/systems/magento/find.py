"""What the store has of a product: looked up by SKU, for adoption, the record page and unknown SKUs.

Magento compares SKUs without regard to case and answers with the stored spelling, so the answers here are
under the key that was asked for.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from connector.errors import Fail
from connector.records import StoreProduct
from connector.systems.magento import errors, numbers
from connector.systems.magento.client import Client, Filter, reading, sku_path
from connector.systems.magento.entity import version
from connector.systems.magento.store import Store

PLAIN = {"id", "sku", "name", "type_id", "status", "price", "custom_attributes", "extension_attributes"}
LISTS = {"product_links", "options", "media_gallery_entries", "tier_prices"}  # too long for a page


def existing(client: Client, skus: Sequence[str]) -> dict[str, str]:
    """Which of these SKUs are in the store: asked-for SKU -> product type. One request for up to 100."""
    rows = client.search_in("/products", "sku", skus, fields="sku,type_id")
    return {key: str(row.get("type_id") or "") for key, row in by_key(skus, rows)}


def products(client: Client, skus: Sequence[str]) -> dict[str, StoreProduct]:
    """The products of these SKUs as the store has them, without quantities."""
    rows = client.search_in("/products", "sku", skus)
    return {key: _product(key, row) for key, row in by_key(skus, rows)}


def with_quantities(client: Client, store: Store, skus: Sequence[str]) -> dict[str, StoreProduct]:
    """The same with the quantity of each source (of the one legacy stock where there are no sources)."""
    found = products(client, skus)
    if not found:
        return found
    if store.sources() is None:
        stocks = {key: _legacy(client, key) for key in found}
    else:
        stocks = {
            key: tuple(sorted((source, quantity) for source, (quantity, _) in rows.items()))
            for key, rows in source_items(client, list(found)).items()
        }
    return {key: replace(product, quantities=stocks.get(key, ())) for key, product in found.items()}


def source_items(
    client: Client, skus: Sequence[str], sources: Iterable[str] = ()
) -> dict[str, dict[str, tuple[Decimal, bool]]]:
    """SKU -> source -> (quantity, marked as in stock); only these sources when any is named."""
    names = sorted(set(sources))
    also: list[Filter] = [("source_code", ",".join(names), "in")] if names else []
    rows = client.search_in("/inventory/source-items", "sku", skus, also=also, fields="sku,source_code,quantity,status")
    held: dict[str, dict[str, tuple[Decimal, bool]]] = {key: {} for key in skus}
    with reading("/inventory/source-items"):
        for key, row in by_key(skus, rows):
            quantity = numbers.read(row.get("quantity")) or Decimal(0)
            held[key][str(row["source_code"])] = (quantity, str(row.get("status")) == "1")
    return held


def by_key(keys: Sequence[str], rows: Sequence[Mapping[str, Any]]) -> Iterable[tuple[str, Mapping[str, Any]]]:
    """Each row with the key that it answers."""
    spelled = {key.casefold(): key for key in keys}
    for row in rows:
        key = spelled.get(str(row.get("sku", "")).casefold())
        if key is not None:
            yield key, row


def _product(key: str, row: Mapping[str, Any]) -> StoreProduct:
    custom = {
        str(item["attribute_code"]): item.get("value")
        for item in row.get("custom_attributes") or []
        if isinstance(item, Mapping) and "attribute_code" in item
    }
    extension = row.get("extension_attributes")
    fields = {name: value for name, value in row.items() if name not in PLAIN | LISTS}
    return StoreProduct(
        key=key,
        version=version(row.get("updated_at")),
        target_id=str(row.get("id", "")),
        name=str(row.get("name") or ""),
        type=str(row.get("type_id") or ""),
        enabled=str(row.get("status")) == "1",
        price=numbers.read(row.get("price")),
        special_price=numbers.read(custom.pop("special_price", None)),
        fields={"sku": row.get("sku"), **fields, **(extension if isinstance(extension, Mapping) else {}), **custom},
    )


def _legacy(client: Client, key: str) -> tuple[tuple[str, Decimal], ...]:
    try:
        data = client.get(f"/stockItems/{sku_path(key)}")
    except Fail as word:
        if word.code == errors.NO_SUCH_PRODUCT:
            return ()
        raise
    quantity = numbers.read(data.get("qty")) if isinstance(data, Mapping) else None
    return (("default", quantity),) if quantity is not None else ()
