"""Addresses of product pages. Two items with one description would get one generated key: name + SKU differ."""

from __future__ import annotations

import hashlib
import re
import unicodedata


def url_key(name: str, sku: str) -> str:
    """`Steel Hammer`, `WB-100` -> `steel-hammer-wb-100`: letters and digits of ASCII, at most 200 characters."""
    return "-".join(part for part in (slug(name)[:130], slug(sku)) if part) or unique_key("product", sku)


def unique_key(key: str, sku: str) -> str:
    """The key with six characters that no other SKU has: for `A/B` and `A-B` with the same name."""
    return f"{key}-{hashlib.sha256(sku.encode()).hexdigest()[:6]}"


def slug(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")
