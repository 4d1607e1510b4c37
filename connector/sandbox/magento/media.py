"""The gallery of a product: entries, their files, and the roles that each scope gives them.

An entry goes only when no other scope holds a role for it. Source: facts/MAGENTO.md, section 12, and the recordings
`media` and `media_scopes`.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Mapping
from typing import Any

from connector.sandbox.magento.configurables import PRODUCTS, product_of
from connector.sandbox.magento.routing import Call, Crash, Refusal, as_int, route
from connector.sandbox.magento.shop import Doc, now

ROLES = ("image", "small_image", "thumbnail", "swatch_image")
KINDS = {b"\x89PNG\r\n\x1a\n": "image/png", b"\xff\xd8\xff": "image/jpeg", b"GIF8": "image/gif"}
ENDINGS = {"image/png": "png", "image/jpeg": "jpg", "image/jpg": "jpg", "image/gif": "gif"}
NO_BASE64 = "The image content must be valid base64 encoded data."
NO_MIME = "The image MIME type is not valid or not supported."
BAD_NAME = "Provided image name contains forbidden characters."
NO_TYPE = "There is no MediaGalleryEntryConverter for given type"
NO_ENTRY, GONE = (
    "No image with the provided ID was found. Verify the ID and try again.",
    "The image doesn't exist. Verify and try again.",
)
NOTHING = "no_selection"


def content(raw: Mapping[str, Any]) -> tuple[bytes, str, str]:
    """(data, MIME type, file name) of an entry's content. Raises Refusal."""
    try:
        data = base64.b64decode(str(raw.get("base64_encoded_data") or ""), validate=True)
    except (binascii.Error, ValueError):
        raise Refusal(400, NO_BASE64) from None
    kind = next((kind for mark, kind in KINDS.items() if data.startswith(mark)), None)
    if kind is None:
        raise Refusal(400, NO_BASE64)
    told = str(raw.get("type") or "")
    if told not in ENDINGS or told.replace("jpg", "jpeg") != kind:
        raise Refusal(400, NO_MIME)
    name = str(raw.get("name") or "")
    if not re.fullmatch(r'[^\\/?*:";<>()|{}]+', name):
        raise Refusal(400, BAD_NAME)
    return data, kind, name


def file_of(call: Call, name: str, kind: str) -> str:
    """The path under which a file is kept: in a folder of its first letters, with a number if it is taken."""
    stem, dot, ending = name.rpartition(".")
    stem, ending = (stem, ending) if dot else (name, ENDINGS[kind])
    stem = re.sub(r"[^a-zA-Z0-9_.-]+", "_", stem).lower()
    folder = "/" + "/".join((stem + "__")[:2])
    taken = {one["file"] for doc in call.shop.store.kind("product").values()
             for one in (call.unit.get("product", doc["sku"].lower()) or doc).get("media") or ()}  # fmt: skip
    path, count = f"{folder}/{stem}.{ending}", 0
    while path in taken:
        count += 1
        path = f"{folder}/{stem}_{count}.{ending}"
    return path


def shown(call: Call, doc: Doc) -> list[Doc]:
    rows = [show(call, doc, entry) for entry in doc.get("media") or ()]
    return sorted(rows, key=lambda row: (row["position"], row["id"]))


def show(call: Call, doc: Doc, entry: Doc) -> Doc:
    store = str(call.store)

    def own(name: str) -> Any:
        return entry[name].get(store, entry[name].get("0"))

    return {
        "id": entry["id"], "media_type": entry["media_type"], "label": own("label"), "position": own("position") or 0,
        "disabled": bool(own("disabled")), "types": roles(call, doc, entry, call.store), "file": entry["file"],
    }  # fmt: skip


def roles(call: Call, doc: Doc, entry: Doc, store: int) -> list[str]:
    return [role for role in ROLES if call.shop.value(doc, role, store) == entry["file"]]


def _add(call: Call, doc: Doc, raw: Mapping[str, Any]) -> Doc:
    """A new entry, put into the document. Raises Refusal and Crash."""
    if raw.get("media_type") != "image":
        raise Refusal(400, NO_TYPE)
    if not raw.get("content"):
        raise Crash
    data, kind, name = content(raw["content"])
    entry: Doc = {
        "id": call.unit.count("media"),
        "media_type": "image",
        "file": file_of(call, name, kind),
        "label": {},
        "position": {"0": raw.get("position") or 0},
        "disabled": {"0": bool(raw.get("disabled"))},
        "sha256": hashlib.sha256(data).hexdigest(),
        "bytes": len(data),
    }
    call.unit.put("media_file", entry["file"], {"type": kind, "data": base64.b64encode(data).decode()})
    doc["media"] = [*(doc.get("media") or ()), entry]
    _set(call, doc, entry, raw)
    return entry


def _set(call: Call, doc: Doc, entry: Doc, raw: Mapping[str, Any]) -> None:
    """Label, position, flag and roles in the scope of the call."""
    store = str(call.store)
    for name in ("label", "position", "disabled"):
        if name in raw:
            entry[name] = {**entry[name], store: raw[name]}
    if raw.get("types") is not None:
        values = {code: dict(kept) for code, kept in doc["values"].items()}
        for role in ROLES:
            kept = values.setdefault(role, {})
            if role in raw["types"]:
                kept[store] = entry["file"]
            elif kept.get(store) == entry["file"]:
                kept[store] = NOTHING
        doc["values"] = {code: kept for code, kept in values.items() if kept}


def save(call: Call, doc: Doc, rows: list[Mapping[str, Any]]) -> None:
    """What a product save says: entries with an id are changed, new ones added, all others go."""
    old = {entry["id"]: entry for entry in doc.get("media") or ()}
    named = [as_int("id", row.get("id")) for row in rows]
    kept = [{**old[at]} for at in named if at in old]
    gone = [entry for at, entry in old.items() if at not in named]
    doc["media"] = kept
    for entry in gone:
        _forget(call, doc, entry)
    for row in rows:
        entry = next((one for one in doc["media"] if one["id"] == as_int("id", row.get("id"))), None)
        if entry:
            _set(call, doc, entry, row)
        elif not row.get("id"):
            _add(call, doc, row)


def _forget(call: Call, doc: Doc, entry: Doc) -> None:
    call.unit.drop("media_file", entry["file"])
    values = {code: dict(kept) for code, kept in doc["values"].items()}
    for role in ROLES:
        values[role] = {
            store: NOTHING if path == entry["file"] else path for store, path in values.get(role, {}).items()
        }
    doc["values"] = {code: kept for code, kept in values.items() if kept}


def _entry(doc: Doc, told: str, text: str = NO_ENTRY) -> Doc:
    for entry in doc.get("media") or ():
        if str(entry["id"]) == told:
            return dict(entry)
    raise Refusal(404, text)


def _keep(call: Call, doc: Doc, before: Doc | None, after: Doc | None) -> None:
    call.unit.put("product", doc["sku"].lower(), {**doc, "updated": now()})
    call.unit.note("image", doc["sku"], before, after)


def _told(call: Call, doc: Doc, entry: Doc) -> Doc:
    return {**show(call, doc, entry), "sha256": entry["sha256"], "bytes": entry["bytes"], "store_id": call.store}


# Routes


@route("GET", "products/{sku}/media", PRODUCTS)
def listing(call: Call) -> Any:
    return shown(call, product_of(call, call.params["sku"]))


@route("GET", "products/{sku}/media/{number}", PRODUCTS)
def read(call: Call) -> Any:
    doc = product_of(call, call.params["sku"])
    return show(call, doc, _entry(doc, call.params["number"], GONE))


@route("POST", "products/{sku}/media", PRODUCTS, ("entry",))
def add(call: Call) -> Any:
    """Not idempotent: the same file again is a second entry and takes the roles."""
    doc = dict(product_of(call, call.params["sku"]))
    entry = _add(call, doc, call.body["entry"])
    _keep(call, doc, None, _told(call, doc, entry))
    return str(entry["id"])


@route("PUT", "products/{sku}/media/{number}", PRODUCTS, ("entry",))
def update(call: Call) -> Any:
    doc, raw = dict(product_of(call, call.params["sku"])), call.body["entry"]
    old = _entry(doc, call.params["number"])
    entry, before = dict(old), _told(call, doc, old)
    if raw.get("content"):
        data, kind, name = content(raw["content"])
        entry |= {"file": file_of(call, name, kind), "sha256": hashlib.sha256(data).hexdigest(), "bytes": len(data)}
        call.unit.put("media_file", entry["file"], {"type": kind, "data": base64.b64encode(data).decode()})
        _forget(call, doc, old)
    _set(call, doc, entry, raw)
    doc["media"] = [entry if one["id"] == entry["id"] else one for one in doc["media"]]
    _keep(call, doc, before, _told(call, doc, entry))
    return True


@route("DELETE", "products/{sku}/media/{number}", PRODUCTS)
def remove(call: Call) -> Any:
    """True also when the entry stays, because another scope holds roles for it."""
    doc = dict(product_of(call, call.params["sku"]))
    entry, store = _entry(doc, call.params["number"]), str(call.store)
    before = _told(call, doc, entry)
    held = [at for role in ROLES for at, path in doc["values"].get(role, {}).items() if path == entry["file"]]
    if any(at != store for at in held):
        _set(call, doc, entry, {"types": []})
        _keep(call, doc, before, _told(call, doc, entry))
        return True
    doc["media"] = [one for one in doc["media"] if one["id"] != entry["id"]]
    _forget(call, doc, entry)
    _keep(call, doc, before, None)
    return True
