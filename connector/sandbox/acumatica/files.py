"""Files attached to records: listed with `$expand=files`, fetched by id, put under a name. Bytes as they came.

Attaching a file does not change the record itself. Source: facts/ACUMATICA.md, section 2.2; shapes.json.
"""

from __future__ import annotations

import base64
import mimetypes
import struct
import uuid
import zlib
from typing import Any

from flask import Response, has_request_context, request

from connector.sandbox.acumatica.answers import not_found
from connector.sandbox.catalogue import identity
from connector.sandbox.store import Unit

CAPTIONS = {"StockItem": "Stock Items", "NonStockItem": "Non-Stock Items", "TemplateItems": "Template Items"}


def rows(erp: Any, doc: dict[str, Any], key: str, base: str) -> list[dict[str, Any]]:
    """The files of a record, in order of their names. `base` is the endpoint's address within the site."""
    found = sorted((one for one in list(erp.store.kind("file").values()) if one["owner"] == doc["id"]), key=name)
    caption = CAPTIONS.get(doc["kind"], doc["kind"])
    return [
        {"id": one["id"], "filename": f"{caption} ({key})\\{one['name']}", "href": f"{base}/files/{one['id']}",
         "comment": one["comment"] or None}
        for one in found
    ]  # fmt: skip


def absolute(place: str) -> str:
    """A picture of this site as a whole address; any other address stays as it is."""
    own = str(place).startswith("/") and has_request_context()
    return f"{request.host_url.rstrip('/')}{place}" if own else str(place)


def name(doc: dict[str, Any]) -> str:
    return str(doc["name"])


def fetch(erp: Any, ident: str) -> Response:
    """The bytes of a file. Raises Problem when there is none."""
    found = erp.store.get("file", ident.lower())
    if found is None:
        raise not_found()
    kind = mimetypes.guess_type(found["name"])[0] or "application/octet-stream"
    headers = {"Content-Disposition": f'attachment; filename="{found["name"].encode("ascii", "replace").decode()}"'}
    return Response(base64.b64decode(found["data"]), content_type=kind, headers=headers)


def put(erp: Any, owner: str, title: str) -> Response:
    """Attach the request's body; one of the same name is replaced."""
    with erp.store.unit("PUT", request.path) as unit:
        comment = request.headers.get("PX-CbFileComment", "")[:500]
        attach(erp, unit, owner.lower(), title, request.get_data(), comment)
    return Response(status=204)


def attach(erp: Any, unit: Unit, owner: str, title: str, data: bytes, comment: str = "") -> None:
    old = next((one for one in erp.store.kind("file").values() if (one["owner"], one["name"]) == (owner, title)), None)
    ident = old["id"] if old else str(uuid.uuid4())
    doc = {"id": ident, "owner": owner, "name": title, "comment": comment, "data": base64.b64encode(data).decode()}
    unit.put("file", ident, doc)
    unit.note("file_update" if old else "file_create", title, None, {"owner": owner, "bytes": len(data)})


def seed(unit: Unit, owner: str, title: str, data: bytes) -> None:
    """A file of the clean catalogue, with the same id in every run."""
    ident = identity("file", f"{owner}/{title}")
    doc = {"id": ident, "owner": owner, "name": title, "comment": "", "data": base64.b64encode(data).decode()}
    unit.put("file", ident, doc)


def picture(red: int, green: int, blue: int, side: int = 64) -> bytes:
    """A square PNG of one colour with a lighter frame: small, and a real picture."""
    line = bytes((255, 255, 255)) * 4 + bytes((red, green, blue)) * (side - 8) + bytes((255, 255, 255)) * 4
    blank = bytes((255, 255, 255)) * side
    raw = b"".join(b"\0" + (blank if row < 4 or row >= side - 4 else line) for row in range(side))
    head = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(raw)) + chunk(b"IEND", b"")


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
