"""Attribute sets, their groups and which attributes they hold. Source: facts/MAGENTO.md, section 6."""

from __future__ import annotations

from typing import Any

from connector.sandbox.magento.attribute_routes import attribute_of
from connector.sandbox.magento.attributes import DEFAULT_SET, GROUPS, add_set, show
from connector.sandbox.magento.routing import Call, Refusal, as_int, route
from connector.sandbox.magento.search import search
from connector.sandbox.magento.shop import Doc

SET = "Magento_Catalog::sets"
NO_GROUP = 'The group with the "%1" ID doesn\'t exist. Verify the ID and try again.'


def show_set(doc: Doc) -> Doc:
    return {name: doc[name] for name in ("attribute_set_id", "attribute_set_name", "sort_order")} | {
        "entity_type_id": 4
    }


@route("GET", "products/attribute-sets/sets/list", SET)
@route("GET", "eav/attribute-sets/list", SET)
def set_list(call: Call) -> Any:
    rows = sorted(call.shop.store.kind("set").values(), key=lambda row: row["attribute_set_id"])
    return search(call, rows, lambda row, name: show_set(row).get(name), show_set)


@route("GET", "products/attribute-sets/groups/list", SET)
def group_list(call: Call) -> Any:
    rows = list(call.shop.store.kind("group").values())
    return search(call, rows, lambda row, name: row.get(name), lambda row: row)


@route("GET", "products/attribute-sets/{number}", SET)
def set_get(call: Call) -> Any:
    return show_set(_set(call, call.params["number"]))


@route("GET", "products/attribute-sets/{number}/attributes", SET)
def set_attributes(call: Call) -> Any:
    own = _set(call, call.params["number"])["codes"]
    docs = call.shop.store.kind("attribute").values()
    held = [doc for doc in docs if not doc["is_user_defined"] or doc["attribute_code"] in (*own, "cost")]
    return [{name: value for name, value in show(doc, call.store).items() if name != "scope"} for doc in held]


@route("POST", "products/attribute-sets", SET, ("attributeSet", "skeletonId"))
def set_create(call: Call) -> Any:
    raw = call.body["attributeSet"]
    name = str(raw.get("attribute_set_name", ""))
    skeleton = _set(call, str(call.body["skeletonId"]))
    if any(doc["attribute_set_name"] == name for doc in call.shop.store.kind("set").values()):
        raise Refusal(400, f'A "{name}" attribute set name already exists. Create a new name and try again.')
    doc = add_set(call.unit, name, int(raw.get("sort_order") or 0), skeleton["codes"])
    call.unit.note("attribute_set", name, None, show_set(doc))
    return show_set(doc)


@route("POST", "products/attribute-sets/groups", SET, ("group",))
def group_create(call: Call) -> Any:
    raw = call.body["group"]
    number = str(call.unit.count("group"))
    doc = {"attribute_group_id": number, "attribute_group_name": raw.get("attribute_group_name"),
           "attribute_set_id": int(raw.get("attribute_set_id", 0))}  # fmt: skip
    call.unit.put("group", number, doc)
    call.unit.note("attribute_set", str(raw.get("attribute_set_id")), None, doc)
    return doc


@route(
    "POST",
    "products/attribute-sets/attributes",
    SET,
    ("attributeSetId", "attributeGroupId", "attributeCode", "sortOrder"),
)
def assign(call: Call) -> Any:
    number, code = call.body["attributeSetId"], str(call.body["attributeCode"])
    doc = call.unit.get("set", str(number))
    if doc is None:
        text = 'The AttributeSet with a "%1" ID doesn\'t exist. Verify the attributeSet and try again.'
        raise Refusal(404, text, [number])
    attribute_of(call, code)
    call.unit.put("set", str(number), {**doc, "codes": list(dict.fromkeys([*doc["codes"], code]))})
    call.unit.note("attribute_set", doc["attribute_set_name"], None, {"attribute": code})
    return str(call.unit.count("assignment"))


@route("PUT", "products/attribute-sets/{number}", SET, ("attributeSet",))
def set_update(call: Call) -> Any:
    old, raw = _set(call, call.params["number"]), call.body["attributeSet"]
    new = {
        **old,
        "attribute_set_name": raw.get("attribute_set_name") or old["attribute_set_name"],
        "sort_order": as_int("sort_order", raw.get("sort_order", old["sort_order"])),
    }
    call.unit.put("set", str(old["attribute_set_id"]), new)
    call.unit.note("attribute_set", new["attribute_set_name"], show_set(old), show_set(new))
    return show_set(new)


@route("DELETE", "products/attribute-sets/{number}", SET)
def set_delete(call: Call) -> Any:
    """Its products go with it, as in the shop."""
    old = _set(call, call.params["number"])
    if old["attribute_set_id"] == DEFAULT_SET:
        raise Refusal(400, "The default attribute set can't be deleted.")
    call.unit.drop("set", str(old["attribute_set_id"]))
    for key, group in list(call.shop.store.kind("group").items()):
        if group["attribute_set_id"] == old["attribute_set_id"]:
            call.unit.drop("group", key)
    call.unit.note("attribute_set", old["attribute_set_name"], show_set(old), None)
    return True


@route("PUT", "products/attribute-sets/{number}/groups", SET, ("group",))
def group_save(call: Call) -> Any:
    """Rename a group, or make one where no id is said."""
    raw, number = call.body["group"], _set(call, call.params["number"])["attribute_set_id"]
    at = str(raw.get("attribute_group_id") or "")
    old = call.unit.get("group", at)
    if at and old is None:
        raise Refusal(404, NO_GROUP, [at])
    at = at or str(call.unit.count("group"))
    new = {
        "attribute_group_id": at,
        "attribute_group_name": raw.get("attribute_group_name"),
        "attribute_set_id": number,
    }
    call.unit.put("group", at, new)
    call.unit.note("attribute_set", str(number), old, new)
    return new


@route("DELETE", "products/attribute-sets/groups/{group}", SET)
def group_delete(call: Call) -> Any:
    old = call.unit.get("group", call.params["group"])
    if old is None:
        raise Refusal(404, NO_GROUP, [call.params["group"]])
    if int(call.params["group"]) in GROUPS:
        raise Refusal(400, "The attribute group can't be deleted because it contains system attributes.")
    call.unit.drop("group", call.params["group"])
    call.unit.note("attribute_set", str(old["attribute_set_id"]), old, None)
    return True


@route("DELETE", "products/attribute-sets/{number}/attributes/{code}", SET)
def unassign(call: Call) -> Any:
    doc, code = _set(call, call.params["number"]), call.params["code"]
    attribute = attribute_of(call, code)
    if not attribute["is_user_defined"]:
        raise Refusal(400, "The system attribute can't be deleted.")
    if code not in doc["codes"]:
        text = 'The "%1" attribute wasn\'t found in the "%2" attribute set. Enter the attribute and try again.'
        raise Refusal(400, text, [code, doc["attribute_set_id"]])
    kept = [one for one in doc["codes"] if one != code]
    call.unit.put("set", str(doc["attribute_set_id"]), {**doc, "codes": kept})
    call.unit.note("attribute_set", doc["attribute_set_name"], {"attribute": code}, None)
    return True


def _set(call: Call, number: str) -> Doc:
    doc = call.unit.get("set", number)
    if doc is None:
        shown = int(number) if number.isdigit() else number
        raise Refusal(404, "No such entity with %fieldName = %fieldValue", {"fieldName": "id", "fieldValue": shown})
    return doc
