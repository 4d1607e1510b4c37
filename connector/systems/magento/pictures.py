"""Pictures of products: sent once, known again by the hash in their file's name, never mixed up with the shop's own.

facts/MAGENTO.md, media gallery: a second upload of one file is a second picture, everything is done in the scope of
all views. The bytes come from the source by `fetch`, and only of pictures that the store has not got.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, ClassVar

from connector.errors import Fail, Skip, Wait
from connector.records import IMAGE, PRODUCT, Image, Picture, Record
from connector.systems.base import Written
from connector.systems.magento import errors
from connector.systems.magento.client import reading, sku_path
from connector.systems.magento.entity import Entity
from connector.systems.magento.find import products
from connector.systems.magento.shop import Shop
from connector.systems.magento.store import rows_of

MOST = 10 * 1024 * 1024
OURS = re.compile(r"/cc-([0-9a-f]{16})(_\d+)?\.\w+$")  # Magento adds _1 where a file has the name
ROLES = ["image", "small_image", "thumbnail", "swatch_image"]
KINDS = (
    (b"\xff\xd8\xff", "image/jpeg", "jpg"),
    (b"\x89PNG\r\n\x1a\n", "image/png", "png"),
    (b"GIF8", "image/gif", "gif"),
)


class Images(Entity):
    """Writes the pictures of products of one shop."""

    name: ClassVar[str] = IMAGE

    def __init__(self, shop: Shop, fetch: Callable[[str], bytes]) -> None:
        super().__init__(shop)
        self.fetch = fetch

    def write(self, record: Image, target_id: str) -> Written:
        if str(self.shop.setting(IMAGE, "source", "files")) == "url":
            return self._address(record, target_id)
        wanted, notes = self._wanted(record)
        held = self._held(record.key)
        ours = {found[1]: row for row in held if (found := OURS.search(str(row.get("file") or "")))}
        sent, changed = [], []
        for place, (picture, data) in enumerate(wanted, start=1):
            row = ours.pop(picture.digest[:16], None)
            entry = _entry(picture, place)
            if row is None:
                self._upload(record.key, entry, picture, data)
                sent.append(picture.name)
            elif not _same(row, entry):
                body = {"entry": {**entry, "id": int(row["id"])}}
                self.client.call("PUT", f"{_path(record.key)}/{int(row['id'])}", body=body)
                changed.append(picture.name)
        away = list(ours.values())
        if not self.shop.setting(IMAGE, "keep_foreign", True):
            away += [row for row in held if not OURS.search(str(row.get("file") or ""))]
        for row in away:
            self._away(record.key, row)
        told = {"sent": sent, "changed": changed, "removed": [str(row.get("file")) for row in away], "notes": notes}
        fields = {name: rows for name, rows in told.items() if rows}
        return Written(record.key, target_id or record.key, created=bool(sent), fields=fields)

    def find_like(self, records: Sequence[Image]) -> dict[str, Record]:
        return dict(products(self.client, [record.key for record in records]))

    def delete(self, key: str, target_id: str) -> Written:
        return Written(key, target_id, problem=Skip("The pictures of a product go with the product."))

    def _wanted(self, record: Image) -> tuple[list[tuple[Picture, bytes]], list[str]]:
        """Each picture once, with its hash (read where the source did not tell it) and a main one among them."""
        found: dict[str, tuple[Picture, bytes]] = {}
        notes: list[str] = []
        for picture in sorted(record.pictures, key=lambda one: (not one.main, one.position)):
            data = b""
            if not picture.digest:
                try:
                    data = self._bytes(picture)
                except Fail as word:
                    notes.append(f"{picture.name} left out: {word.reason}")
                    continue
                picture = replace(picture, digest=hashlib.sha256(data).hexdigest())
            if picture.digest[:16] not in found:
                found[picture.digest[:16]] = (replace(picture, main=not found), data)
        return list(found.values()), notes

    def _held(self, sku: str) -> list[dict[str, Any]]:
        path = _path(sku)
        try:
            rows = rows_of(self.client.get(path), path)
        except Fail as word:
            if word.code == errors.NO_SUCH_PRODUCT:
                raise Wait(f"The store has no product {sku} yet.", for_=(PRODUCT, sku)) from word
            raise
        with reading(path):
            return [row for row in rows if int(row["id"]) and row.get("media_type") == "image"]

    def _bytes(self, picture: Picture) -> bytes:
        """The picture itself. Raises Fail for one that Magento would not take."""
        data = self.fetch(picture.url)
        if len(data) > MOST:
            text = f"the picture {picture.name} has {len(data) // 1024 // 1024} MB, 10 MB are the most"
            raise Fail(text, code="magento.image_too_large", help="Make the picture smaller in the ERP.")
        if _kind(data) is None:
            raise Fail(
                f"the file {picture.name} is no JPEG, PNG or GIF",
                code="magento.image_refused",
                help="Magento takes JPEG, PNG and GIF pictures.",
            )
        return data

    def _upload(self, sku: str, entry: Mapping[str, Any], picture: Picture, data: bytes) -> None:
        data = data or self._bytes(picture)
        kind = _kind(data)
        assert kind is not None  # _bytes refuses others
        name = f"cc-{picture.digest[:16]}.{kind[1]}"
        content = {"base64_encoded_data": base64.b64encode(data).decode(), "type": kind[0], "name": name}
        self.client.call("POST", _path(sku), body={"entry": {**entry, "content": content}})

    def _away(self, sku: str, row: Mapping[str, Any]) -> None:
        try:
            self.client.call("DELETE", f"{_path(sku)}/{int(row['id'])}")
        except Fail as word:
            if word.code != errors.NO_SUCH_IMAGE:
                raise

    def _address(self, record: Image, target_id: str) -> Written:
        """Only the address of the main picture, in an attribute that the theme reads (PRD-11)."""
        code = str(self.shop.setting(IMAGE, "url_attribute", ""))
        known = self.store.attributes([code]) if code else {}
        if code not in known:
            raise Fail(
                f"The store has no attribute {code or '(none chosen)'} for the address of a picture.",
                code="magento.no_url_attribute",
                help="Choose a text attribute of the store in the image settings.",
            )
        main = next((one for one in record.pictures if one.main), next(iter(record.pictures), None))
        custom = [{"attribute_code": code, "value": main.url if main else ""}]
        body = {"product": {"sku": record.key, "custom_attributes": custom}}
        self.client.call("PUT", f"/products/{sku_path(record.key)}", body=body, action="product_sync")
        return Written(record.key, target_id or record.key, fields={code: main.url if main else ""})


def _path(sku: str) -> str:
    return f"/products/{sku_path(sku)}/media"


def _entry(picture: Picture, place: int) -> dict[str, Any]:
    return {
        "media_type": "image",
        "label": picture.label or "",
        "position": place,
        "disabled": False,
        "types": list(ROLES) if picture.main else [],
    }


def _same(row: Mapping[str, Any], entry: Mapping[str, Any]) -> bool:
    types = set(row.get("types") or []) & set(ROLES)
    return (
        (str(row.get("label") or ""), int(row.get("position") or 0)) == (entry["label"], entry["position"])
        and not row.get("disabled")
        and (types >= set(ROLES[:3]) if entry["types"] else not types)
    )


def _kind(data: bytes) -> tuple[str, str] | None:
    return next(((mime, ending) for start, mime, ending in KINDS if data.startswith(start)), None)
