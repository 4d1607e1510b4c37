"""Pictures of items: attached files, or addresses in the item. Facts/ACUMATICA.md, 2.2, 3.2; PRD-10, PRD-11.

The main picture is the one that ImageUrl names (which is the name of an attached file, not an address). With the
source "url" the pictures are the addresses of FileURLs and of an attribute, one a line or parted by commas. The bytes
are fetched when they are needed, at most 10 MB, and only what begins like a picture counts as one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from connector.errors import Fail
from connector.records import IMAGE, Image, Picture
from connector.systems.acumatica import filters, items, polls
from connector.systems.acumatica.erp import Erp
from connector.systems.acumatica.items import NON_STOCK, STOCK, Item, Kind
from connector.systems.acumatica.values import Entity, instant, micros, rows, text
from connector.systems.base import Change, Page

MOST = 10_000_000
TYPES = (".jpg", ".jpeg", ".png", ".gif", ".webp")
BEGINNINGS = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"GIF87a", b"GIF89a")
URLS = {STOCK: "FileURLs", NON_STOCK: "FileUrls"}  # the two entities spell it differently
FILES = "files:"  # the position of the last page of a poll
RETAIL_NEWEST = "24.200.001"  # the newest version of the eCommerce endpoint that speaks as Default does
PARTED = re.compile(r"[\s,;|]+")


def read(erp: Erp, keys: Sequence[str]) -> dict[str, Image]:
    """The pictures of these items. Raises Retry, Refused or Fail."""
    by_url = erp.word("image", "source", "files") == "url"
    attribute = erp.word("image", "url_attribute")
    version = erp.client.version()
    own = {STOCK: ("ImageUrl",), NON_STOCK: ()}
    asked: dict[Kind, Sequence[str]] = {}
    expand: dict[Kind, str] = {}
    for kind in (STOCK, NON_STOCK):
        urls = (f"{URLS[kind]}/FileURL", f"{URLS[kind]}/FileType", "Attributes/AttributeID", "Attributes/Value")
        asked[kind] = ("InventoryID", kind.modified(version), *own[kind], *(urls if by_url else ()))
        expand[kind] = f"{URLS[kind]},Attributes" if by_url else "files"
    found = items.read(erp.client, keys, asked, expand)
    return {key: _image(item, by_url, attribute) for key, item in found.items()}


def _image(item: Item, by_url: bool, attribute: str) -> Image:
    entity = item.entity
    told = _addresses(item, attribute) if by_url else _files(entity)
    pictures = list(dict.fromkeys(told))
    main = file_name(text(entity, "ImageUrl")).casefold()
    chosen = next((at for at, (name, _) in enumerate(pictures) if main and name.casefold() == main), 0)
    if pictures:
        pictures.insert(0, pictures.pop(chosen))
    return Image(
        key=item.key,
        version=micros(instant(entity, "LastModifiedDateTime", "LastModified")),
        pictures=tuple(
            Picture(name, url=url, position=at, main=at == 1) for at, (name, url) in enumerate(pictures, start=1)
        ),
    )


def _files(entity: Entity) -> Iterator[tuple[str, str]]:
    """Attached files that are pictures by their name, in order of it; other documents stay where they are."""
    found: Any = entity.get("files")
    files = [row for row in found if isinstance(row, dict)] if isinstance(found, list) else []
    named = sorted((file_name(str(row.get("filename") or "")), str(row.get("href") or "")) for row in files)
    yield from ((name, href) for name, href in named if href and name.casefold().endswith(TYPES))


def file_name(path: str) -> str:
    r"""The bare name of an attached file: `Stock Items (A)\front.jpg` is front.jpg."""
    return re.split(r"[\\/]", path)[-1].strip()


def _addresses(item: Item, attribute: str) -> Iterator[tuple[str, str]]:
    listed = [
        text(row, "FileURL")
        for row in rows(item.entity, URLS[item.kind])
        if text(row, "FileType").casefold() in ("image", "")
    ]
    for row in rows(item.entity, "Attributes"):
        if attribute and text(row, "AttributeID").casefold() == attribute.casefold():
            listed += PARTED.split(text(row, "Value"))
    for address in listed:
        if address.startswith(("http://", "https://")):
            yield file_name(urlsplit(address).path) or "picture", address


def changed(erp: Erp, when: datetime | None, position: str) -> Page:
    """One page of items changed since then; without an instant all. Last come items whose files alone changed."""
    if position == FILES:
        return Page(_attached(erp, when) if when else (), None)
    page = polls.items_since(erp.client, IMAGE, when, position, clock=erp.clock)
    return page if page.position is not None or when is None else Page(page.changes, FILES)


def _attached(erp: Erp, when: datetime) -> tuple[Change, ...]:
    """Attaching a file changes no item. The inquiry of the retail features tells the dates of files (facts 3.2,
    ItemImages); a site without them is left alone, and there only a full image sync finds such files."""
    if erp.known.get("no_item_images"):
        return ()
    version = min(erp.client.version(), RETAIL_NEWEST)
    path = f"/entity/eCommerce/{version}/ItemImages{filters.query({'$expand': 'Results'})}"
    try:
        data = erp.client.call("PUT", path, body={}, safe=True).data
    except Fail:
        erp.known["no_item_images"] = True
        return ()
    found: dict[str, int] = {}
    for row in rows(data, "Results") if isinstance(data, Mapping) else ():
        changed_at, key = instant(row, "LastModifiedDateTime"), text(row, "InventoryID")
        if key and changed_at is not None and changed_at >= when:
            found[key] = max(found.get(key, 0), micros(changed_at))
    return tuple(Change(IMAGE, key) for key in sorted(found))


def download(erp: Erp, address: str) -> bytes:
    """The bytes of one picture. Raises Fail when they are too many or no picture, Retry and Refused.

    An attached file's address begins at the site's host and already holds the instance (facts 2.2). Any other
    address is fetched without the session of the ERP.
    """
    base = urlsplit(erp.client.base)
    own = f"{base.scheme}://{base.netloc}"
    whole = own + address if address.startswith("/") else address
    if whole.startswith(own + "/"):
        content = erp.client.call("GET", whole, most=MOST, headers={"Accept": "*/*"}).content
    else:
        content = erp.client.outside(whole, most=MOST)
    if not picture(content):
        raise Fail(
            f"What {address[:200]} holds is no picture.",
            code="acumatica.no_picture",
            help="JPEG, PNG, GIF and WebP files are sent to stores. Replace the file, or take it off the item.",
        )
    return content


def picture(content: bytes) -> bool:
    return content.startswith(BEGINNINGS) or (content[:4] == b"RIFF" and content[8:12] == b"WEBP")
