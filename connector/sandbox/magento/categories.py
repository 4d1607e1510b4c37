"""The categories: a tree with values by store view. Source: facts/MAGENTO.md, section 7, and `categories`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from connector.sandbox.magento.routing import Call, Refusal, as_int, internal, number, route
from connector.sandbox.magento.saving import slug
from connector.sandbox.magento.search import search
from connector.sandbox.magento.shop import GROUPS, Doc, clock, now

CATEGORY = "Magento_Catalog::categories"
NO_ENTITY = "No such entity with %fieldName = %fieldValue"
NOT_SAVED, EMPTY = "Could not save category: %1", 'The "%s" attribute value is empty. Set the attribute and try again.'
TAKEN = "URL key for specified store already exists."
PROPERTIES = {
    "id",
    "parent_id",
    "name",
    "is_active",
    "position",
    "level",
    "children",
    "created_at",
    "updated_at",
    "path",
    "available_sort_by",
    "include_in_menu",
    "extension_attributes",
    "custom_attributes",
}
ATTRIBUTES = (
    ("name", "text"), ("is_active", "select"), ("description", "textarea"), ("image", "image"), ("meta_title", "text"),
    ("meta_keywords", "textarea"), ("meta_description", "textarea"), ("display_mode", "select"),
    ("landing_page", "select"), ("is_anchor", "select"), ("path", "text"), ("position", "text"),
    ("all_children", "text"), ("path_in_store", "text"), ("children", "text"), ("url_key", "text"),
    ("url_path", "text"), ("custom_design", "select"), ("custom_design_from", "date"), ("custom_design_to", "date"),
    ("page_layout", "select"), ("custom_layout_update", "textarea"), ("level", "text"), ("children_count", "text"),
    ("available_sort_by", "multiselect"), ("default_sort_by", "select"), ("include_in_menu", "select"),
    ("custom_use_parent_settings", "select"), ("custom_apply_to_products", "select"), ("filter_price_range", "text"),
    ("custom_layout_update_file", "select"),
)  # fmt: skip
COMPUTED = {"path", "position", "all_children", "path_in_store", "children", "url_path", "level", "children_count"}
CUSTOM = {code for code, _ in ATTRIBUTES} - COMPUTED - {"name", "is_active", "include_in_menu"}
ROOTS = {int(str(group["root_category_id"])) for group in GROUPS} | {1}


def docs(call: Call) -> list[Doc]:
    """All categories, as this call has left them so far."""
    rows = call.shop.store.kind("category")
    return [doc for key in list(rows) if (doc := call.unit.get("category", key))]


def of(call: Call, told: Any) -> Doc:
    """Raises Refusal 404, with the id as it was sent."""
    doc: Doc | None = call.unit.get("category", str(told))
    if doc is None:
        shown = int(told) if isinstance(told, str) and told.isdigit() and told != "0" else told
        raise Refusal(404, NO_ENTITY, {"fieldName": "id", "fieldValue": shown})
    return doc


def value(doc: Doc, code: str, store: int) -> Any:
    values = doc["values"].get(code, {})
    return values.get(str(store), values.get("0"))


def children(call: Call, doc: Doc) -> list[Doc]:
    rows = [row for row in docs(call) if row["parent_id"] == doc["id"] and row["id"] != doc["id"]]
    return sorted(rows, key=lambda row: (row["position"], row["id"]))


def below(call: Call, doc: Doc) -> list[Doc]:
    """All descendants."""
    return [row for row in docs(call) if row["path"].startswith(doc["path"] + "/")]


def url_path(call: Call, doc: Doc) -> str:
    parts = []
    for number_ in doc["path"].split("/")[2:]:
        row = doc if str(doc["id"]) == number_ else call.unit.get("category", number_)
        parts.append(str(value(row, "url_key", call.store) or "") if row else "")
    return "/".join(parts)


def show(call: Call, doc: Doc) -> Doc:
    store = call.store
    shown: Doc = {
        "id": doc["id"], "parent_id": doc["parent_id"], "name": value(doc, "name", store),
        "is_active": bool(value(doc, "is_active", store)), "position": doc["position"], "level": doc["level"],
        "children": ",".join(str(row["id"]) for row in children(call, doc) if value(row, "is_active", store)),
        "created_at": doc["created"], "updated_at": doc["updated"], "path": doc["path"],
        "include_in_menu": bool(value(doc, "include_in_menu", store)),
    }  # fmt: skip
    rows = [
        {"attribute_code": code, "value": told}
        for code in doc["values"]
        if code in CUSTOM and code not in ("url_key", "is_anchor") and (told := value(doc, code, store)) is not None
    ]
    for code, told in (("is_anchor", value(doc, "is_anchor", store)), ("path", doc["path"]),
                       ("children_count", str(len(below(call, doc)))), ("url_key", value(doc, "url_key", store)),
                       ("url_path", url_path(call, doc))):  # fmt: skip
        if told:
            rows.append({"attribute_code": code, "value": told})
    return {**shown, "custom_attributes": rows}


# Reading


@route("GET", "categories", CATEGORY)
def tree(call: Call) -> Any:
    """The tree under the root category of the shop, as deep as asked."""
    depth = as_int("depth", call.arg("depth") or None)
    return _branch(call, of(call, call.arg("rootCategoryId") or "2"), depth)


def _branch(call: Call, doc: Doc, depth: int | None) -> Doc:
    deeper = None if depth is None else depth - 1
    inner = [] if depth == 0 else [_branch(call, row, deeper) for row in children(call, doc)]
    return {
        "id": doc["id"], "parent_id": doc["parent_id"], "name": value(doc, "name", call.store),
        "is_active": bool(value(doc, "is_active", call.store)), "position": doc["position"], "level": doc["level"],
        "product_count": len(_products(call, doc["id"])), "children_data": inner,
    }  # fmt: skip


@route("GET", "categories/list", CATEGORY)
def listing(call: Call) -> Any:
    rows = sorted(docs(call), key=lambda row: row["id"])
    known = {code for code, _ in ATTRIBUTES} | {"parent_id", "created_at", "updated_at", "attribute_set_id"}

    def field(doc: Doc, name: str) -> Any:
        if name == "entity_id":
            return doc["id"]
        if name not in known:
            raise Refusal(400, 'The "%1" attribute name is invalid. Reset the name and try again.', [name])
        plain = {"created_at": "created", "updated_at": "updated"}.get(name, name)
        return doc.get(plain, value(doc, name, call.store))

    return search(call, rows, field, lambda row: show(call, row))


@route("GET", "categories/attributes", CATEGORY)
def attributes(call: Call) -> Any:
    rows = [{"attribute_code": code, "frontend_input": kind} for code, kind in ATTRIBUTES]
    return search(call, rows, lambda row, name: row.get(name), lambda row: row)


@route("GET", "categories/{number}", CATEGORY)
def read(call: Call) -> Any:
    return show(call, of(call, call.params["number"]))


# Writing


@route("POST", "categories", CATEGORY, ("category",))
def create(call: Call) -> Any:
    raw = call.body["category"]
    _check_shape(raw)
    if raw.get("id"):
        return show(call, _save(call, of(call, raw["id"]), raw))
    told = raw.get("parent_id")
    parent = of(call, "0" if told is None else told)
    for name, label in (("name", "Name"), ("is_active", "Is Active")):
        if raw.get(name) in (None, ""):
            raise Refusal(400, NOT_SAVED, [EMPTY % label])
    number_, moment = call.unit.count("category"), now()
    last = max((row["position"] for row in children(call, parent)), default=0)
    doc: Doc = {
        "id": number_, "parent_id": parent["id"], "path": f"{parent['path']}/{number_}", "level": parent["level"] + 1,
        "position": as_int("position", raw.get("position")) or last + 1, "created": moment, "updated": moment,
        "values": {"include_in_menu": {"0": True}, "is_anchor": {"0": "1"}},
    }  # fmt: skip
    return show(call, _save(call, None, raw, doc))


@route("PUT", "categories/{number}", CATEGORY, ("category",))
def update(call: Call) -> Any:
    """What is not said stays; another parent is passed over without a word."""
    raw = call.body["category"]
    old = of(call, call.params["number"])
    _check_shape(raw)
    return show(call, _save(call, old, raw))


def _check_shape(raw: Any) -> None:
    if set(raw) - PROPERTIES:
        raise internal()


def _save(call: Call, old: Doc | None, raw: Mapping[str, Any], new: Doc | None = None) -> Doc:
    doc = dict(old or new or {})
    doc["values"] = {code: dict(values) for code, values in doc["values"].items()}
    store = "0" if old is None else str(call.store)
    told = {str(row.get("attribute_code")): row.get("value") for row in raw.get("custom_attributes") or ()}
    written = {code: told[code] for code in told if code in CUSTOM}
    if raw.get("name") is not None:
        written["name"] = str(raw["name"])[:255]
    for flag in ("is_active", "include_in_menu"):
        if raw.get(flag) is not None:
            written[flag] = bool(raw[flag])
    if "name" in written and not written["name"]:
        raise Refusal(400, NOT_SAVED, [EMPTY % "Name"])
    for code, given in written.items():
        kept = doc["values"].setdefault(code, {})
        if given in (None, ""):
            kept.pop(store, None)
        else:
            kept[store] = given
    if not value(doc, "url_key", int(store)):
        doc["values"]["url_key"] = {
            **doc["values"].get("url_key", {}),
            store: slug(str(value(doc, "name", int(store)))),
        }
    if raw.get("position") is not None:
        doc["position"] = as_int("position", raw["position"])
    _unique(call, doc)
    doc["updated"] = now()
    _keep(call, old, doc)
    return doc


def _unique(call: Call, doc: Doc) -> None:
    mine = set(doc["values"].get("url_key", {}).values())
    parent = call.unit.get("category", str(doc["parent_id"]))
    for row in children(call, parent) if parent else ():
        if row["id"] != doc["id"] and mine & set(row["values"].get("url_key", {}).values()):
            raise Refusal(400, NOT_SAVED, [TAKEN])


def _keep(call: Call, old: Doc | None, doc: Doc) -> None:
    call.unit.put("category", str(doc["id"]), doc)
    if old is None:
        _touch(call, doc)
    call.unit.note("category", str(doc["id"]), told_of(old), told_of(doc))


def told_of(doc: Doc | None) -> Doc | None:
    """A category as the journal tells it."""
    if doc is None:
        return None
    named = {code: values for code, values in doc["values"].items() if code != "is_anchor"}
    return {"parent_id": doc["parent_id"], "path": doc["path"], "position": doc["position"], **named}


def _touch(call: Call, doc: Doc) -> None:
    """A change among children moves the parents' updated_at."""
    for number_ in doc["path"].split("/")[:-1]:
        row = call.unit.get("category", number_)
        if row:
            call.unit.put("category", number_, {**row, "updated": now()})


@route("DELETE", "categories/{number}", CATEGORY)
def delete(call: Call) -> Any:
    """With everything below; products lose their links."""
    doc = of(call, call.params["number"])
    if doc["id"] in ROOTS:
        raise Refusal(400, "Cannot delete category with id %1", [call.params["number"]])
    for row in (*below(call, doc), doc):
        call.unit.drop("category", str(row["id"]))
        call.unit.note("category", str(row["id"]), told_of(row), None)
        for product in _products(call, row["id"], indexed=False):
            _link(call, product, [one for one in product["links"] if one["category_id"] != str(row["id"])])
    _touch(call, doc)
    return True


@route("PUT", "categories/{number}/move", CATEGORY, ("parentId",))
def move(call: Call) -> Any:
    """Below another parent: first with afterId 0, behind a sibling, or last."""
    doc = of(call, call.params["number"])
    parent = of(call, call.body["parentId"])
    if parent["path"] == doc["path"] or parent["path"].startswith(doc["path"] + "/"):
        raise Refusal(400, "Operation do not allow to move a parent category to any of children category")
    after = as_int("afterId", call.body.get("afterId"))
    siblings = [row for row in children(call, parent) if row["id"] != doc["id"]]
    ahead = next((row["position"] for row in siblings if row["id"] == after), 0 if after == 0 else None)
    position = (max((row["position"] for row in siblings), default=0) if ahead is None else ahead) + 1
    new = {**doc, "parent_id": parent["id"], "path": f"{parent['path']}/{doc['id']}", "level": parent["level"] + 1,
           "position": position, "updated": now()}  # fmt: skip
    _unique(call, new)
    for row in siblings:
        if row["position"] >= position:
            call.unit.put("category", str(row["id"]), {**row, "position": row["position"] + 1})
    for row in below(call, doc):
        path = new["path"] + row["path"][len(doc["path"]) :]
        call.unit.put("category", str(row["id"]), {**row, "path": path, "level": path.count("/")})
    _touch(call, doc)
    _keep(call, doc, new)
    _touch(call, new)
    return True


# Products of a category


def _products(call: Call, category: int, *, indexed: bool = True) -> list[Doc]:
    """The products that are linked; the index does not know the newest links yet."""
    found = []
    for doc in call.shop.store.kind("product").values():
        product = call.unit.get("product", doc["sku"].lower()) or doc
        if any(link["category_id"] == str(category) for link in product["links"]):
            mark = call.unit.get("category_link", f"{category}:{doc['sku'].lower()}")
            if not indexed or mark is None or mark["at"] + call.shop.switch("index_seconds") < clock():
                found.append(product)
    return found


def _link(call: Call, product: Doc, links: list[Doc]) -> None:
    """Changes the product without its updated_at."""
    call.unit.put("product", product["sku"].lower(), {**product, "links": links})
    call.unit.note("category_link", product["sku"], {"category_links": product["links"]}, {"category_links": links})


@route("GET", "categories/{number}/products", CATEGORY)
def products(call: Call) -> Any:
    doc = of(call, call.params["number"])
    rows = []
    for product in _products(call, doc["id"]):
        link = next(one for one in product["links"] if one["category_id"] == str(doc["id"]))
        rows.append({"sku": product["sku"], "position": number(link["position"]), "category_id": str(doc["id"])})
    return rows


@route("POST", "categories/{number}/products", CATEGORY, ("productLink",))
@route("PUT", "categories/{number}/products", CATEGORY, ("productLink",))
def product_add(call: Call) -> Any:
    raw = call.body["productLink"]
    told = str(raw.get("category_id") or call.params["number"])
    if call.unit.get("category", told) is None:
        raise Refusal(404, NO_ENTITY, {"fieldName": "id", "fieldValue": told})
    product = call.shop.product(call.unit, str(raw.get("sku") or ""))
    if product is None:
        raise Refusal(404, "The product that was requested doesn't exist. Verify the product and try again.")
    kept = [one for one in product["links"] if one["category_id"] != told]
    _link(call, product, [*kept, {"position": as_int("position", raw.get("position")) or 0, "category_id": told}])
    call.unit.put("category_link", f"{told}:{product['sku'].lower()}", {"at": clock()})
    return True


@route("DELETE", "categories/{number}/products/{sku}", CATEGORY)
def product_remove(call: Call) -> Any:
    doc = of(call, call.params["number"])
    product = call.shop.product(call.unit, call.params["sku"])
    if product is None:
        raise Refusal(404, "The product that was requested doesn't exist. Verify the product and try again.")
    kept = [one for one in product["links"] if one["category_id"] != str(doc["id"])]
    if len(kept) == len(product["links"]):
        raise Refusal(400, "The category doesn't contain the specified product.")
    _link(call, product, kept)
    return True
