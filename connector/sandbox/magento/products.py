"""The product routes: save, read, list, delete, websites. Source: facts/MAGENTO.md, sections 4 and 8."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from connector.sandbox.magento import bundles, configurables, levels, media, product_links
from connector.sandbox.magento.routing import Call, Crash, Refusal, as_int, number, route
from connector.sandbox.magento.saving import ALL_WEBSITES, PLAIN, addresses, check_shape, save
from connector.sandbox.magento.search import Criteria, search
from connector.sandbox.magento.shop import VIEWS, Doc

PRODUCTS = "Magento_Catalog::products"
GONE = "The product that was requested doesn't exist. Verify the product and try again."


@route("POST", "products", PRODUCTS, ("product",))
def create(call: Call) -> Any:
    raw = call.body["product"]
    if not isinstance(raw, dict):
        raise Crash
    check_shape(raw)
    if raw.get("sku") in (None, ""):
        raise Crash  # a null sku ends in a PHP error
    sku = str(raw["sku"])
    return show(call, save(call, sku.strip(), raw), full=sku != sku.strip())


@route("PUT", "products/{sku}", PRODUCTS, ("product",))
def update(call: Call) -> Any:
    raw = call.body["product"]
    if not isinstance(raw, dict):
        raise Crash
    check_shape(raw)
    known = call.shop.product(call.unit, call.params["sku"]) is not None
    doc = save(call, call.params["sku"].rstrip(), raw)
    shown = show(call, doc, full=known)
    return {**shown, "status": as_int("status", raw["status"])} if raw.get("status") is not None else shown


@route("GET", "products", PRODUCTS)
def listing(call: Call) -> Any:
    criteria = Criteria(call.query)
    docs: Iterable[Doc]
    skus = criteria.equal("sku")
    if skus is not None:
        found = {sku.rstrip().lower(): call.shop.store.get("product", sku.rstrip().lower()) for sku in skus}
        docs = [doc for doc in found.values() if doc]
    else:
        docs = call.shop.store.kind("product").values()
    known = call.shop.store.kind("attribute")
    rows = sorted(docs, key=lambda doc: doc["id"])
    return search(
        call,
        rows,
        lambda doc, name: field(call, doc, name, known),
        lambda doc: show(call, doc, full=True, listed=True),
        criteria,
    )


@route("GET", "products/{sku}", PRODUCTS)
def read(call: Call) -> Any:
    return show(call, of(call), full=True)


@route("DELETE", "products/{sku}", PRODUCTS)
def delete(call: Call) -> Any:
    doc = of(call)
    key = doc["sku"].lower()
    call.unit.drop("product", key)
    call.unit.drop("level", key)
    for mark in addresses(doc):
        call.unit.drop("address", mark)
    call.unit.note("delete", doc["sku"], {"id": doc["id"]}, None)
    return True


@route("POST", "products/{sku}/websites", PRODUCTS, ("productWebsiteLink",))
@route("PUT", "products/{sku}/websites", PRODUCTS, ("productWebsiteLink",))
def website_add(call: Call) -> Any:
    doc = of(call)
    website = as_int("website_id", call.body["productWebsiteLink"].get("website_id"))
    if website not in ALL_WEBSITES:
        raise Refusal(400, 'Could not assign product "%1" to websites "%2"', [str(doc["id"]), website])
    return _websites(call, doc, sorted({*doc["websites"], website}))


@route("DELETE", "products/{sku}/websites/{website}", PRODUCTS)
def website_remove(call: Call) -> Any:
    doc = of(call)
    return _websites(call, doc, [number for number in doc["websites"] if str(number) != call.params["website"]])


def _websites(call: Call, doc: Doc, websites: list[int]) -> bool:
    call.unit.put("product", doc["sku"].lower(), {**doc, "websites": websites})
    call.unit.note("websites", doc["sku"], {"website_ids": doc["websites"]}, {"website_ids": websites})
    return True


def of(call: Call) -> Doc:
    """The product of the path. Raises Refusal 404."""
    doc = call.shop.product(call.unit, call.params["sku"])
    if doc is None:
        raise Refusal(404, GONE)
    return doc


def show(call: Call, doc: Doc, *, full: bool = False, listed: bool = False) -> Doc:
    """A product as JSON. `full` has the lists that a save leaves out, `listed` lacks the stock item."""
    shop, store = call.shop, call.store
    shown: Doc = {
        "id": doc["id"],
        "sku": doc["sku"],
        "name": shop.value(doc, "name", store),
        "attribute_set_id": doc["set"],
    }
    price = shop.value(doc, "price", store)
    if price is not None:
        shown["price"] = number(price)
    elif doc["type"] == "configurable":
        shown["price"] = 0
    shown |= {"status": shop.value(doc, "status", store), "visibility": shop.value(doc, "visibility", store),
              "type_id": doc["type"], "created_at": doc["created"], "updated_at": doc["updated"]}  # fmt: skip
    weight = shop.value(doc, "weight", store)
    if weight is not None:
        shown["weight"] = number(weight)
    elif doc["type"] == "bundle":
        shown["weight"] = 0
    extension: Doc = {"website_ids": doc["websites"]}
    if doc["links"]:
        extension["category_links"] = doc["links"]
    if not listed:
        extension["stock_item"] = levels.stock_item(call, doc)
        if doc["type"] == "configurable":
            extension |= configurables.shown(call, doc)
        if doc["type"] == "bundle":
            extension["bundle_product_options"] = bundles.shown(call, doc)
    shown["extension_attributes"] = extension
    tiers = [_tier(row) for row in doc["tiers"]]
    lists: Doc = {"product_links": product_links.shown(doc), "options": list(doc.get("options") or ()),
                  "media_gallery_entries": media.shown(call, doc), "tier_prices": tiers}  # fmt: skip
    if not full:
        lists = {name: rows for name, rows in lists.items() if rows or name in ("options", "media_gallery_entries")}
    return {**shown, **lists, "custom_attributes": custom(call, doc)}


def _tier(row: Doc) -> Doc:
    return {
        "customer_group_id": row["customer_group_id"],
        "qty": number(row["quantity"]),
        "value": number(row["price"]),
        "extension_attributes": {"website_id": row["website_id"]},
    }


def custom(call: Call, doc: Doc) -> list[Doc]:
    rows = []
    for code in doc["values"]:
        value = call.shop.value(doc, code, call.store)
        if code not in PLAIN and value is not None:
            text = f"{value:.6f}" if isinstance(value, float) else value  # as MySQL writes a decimal
            rows.append({"attribute_code": code, "value": text})
    return [*rows, {"attribute_code": "category_ids", "value": [link["category_id"] for link in doc["links"]]}]


def field(call: Call, doc: Doc, name: str, known: Mapping[str, Doc]) -> Any:
    """A product's field for the search. Raises Refusal for an attribute that there is not."""
    match name:
        case "entity_id":
            return doc["id"]
        case "sku":
            return doc["sku"]
        case "type_id":
            return doc["type"]
        case "attribute_set_id":
            return doc["set"]
        case "created_at":
            return doc["created"]
        case "updated_at":
            return doc["updated"]
        case "website_id":
            return doc["websites"]
        case "store_id":
            return [view["id"] for view in VIEWS if view["id"] == 0 or view["website_id"] in doc["websites"]]
        case "category_id":
            return [int(link["category_id"]) for link in doc["links"]]
    if name not in known:
        raise Refusal(400, 'The "%1" attribute name is invalid. Reset the name and try again.', [name])
    value = call.shop.value(doc, name, call.store)
    return value
