"""The customer routes: read, search, create, update, delete. Source: facts/MAGENTO.md, section 13, and `customers`."""

from __future__ import annotations

from typing import Any

from connector.sandbox.magento import customer_attributes
from connector.sandbox.magento.customer_saving import create_customer, in_website, update_customer
from connector.sandbox.magento.routing import Call, Refusal, as_int, route
from connector.sandbox.magento.search import search

CUSTOMER, READ = "Magento_Customer::manage", "Magento_Customer::customer"
NO_ENTITY = "No such entity with %fieldName = %fieldValue"
PLAIN = ("group_id", "created_at", "updated_at", "created_in", "email", "firstname", "lastname", "store_id",
         "website_id", "prefix", "middlename", "suffix", "dob", "gender", "taxvat", "confirmation")  # fmt: skip
Doc = dict[str, Any]


@route("POST", "customers", CUSTOMER, ("customer",))
def create(call: Call) -> Any:
    return show(call, create_customer(call, call.body["customer"], call.body.get("password")))


@route("PUT", "customers/{number}", CUSTOMER, ("customer",))
def update(call: Call) -> Any:
    """The id in the body wins over the one in the path."""
    raw = call.body["customer"]
    number = str(raw.get("id") or call.params["number"])
    old = call.unit.get("customer", number)
    if old is None:
        raise Refusal(404, NO_ENTITY, {"fieldName": "customerId", "fieldValue": number})
    return show(call, update_customer(call, old, raw))


@route("GET", "customers/search", READ)
def listing(call: Call) -> Any:
    rows = sorted(call.shop.store.kind("customer").values(), key=lambda row: row["id"])
    known = {row["attribute_code"] for row in customer_attributes.of_customer(call)}
    return search(call, rows, lambda row, name: field(row, name, known), lambda row: show(call, row))


def field(row: Doc, name: str, known: set[str]) -> Any:
    if name == "entity_id":
        return row["id"]
    if name not in known:
        raise Refusal(400, 'The "%1" attribute name is invalid. Reset the name and try again.', [name])
    return row.get(name, row["custom"].get(name))


@route("GET", "customers/{number}", READ)
def read(call: Call) -> Any:
    return show(call, of(call))


@route("DELETE", "customers/{number}", "Magento_Customer::delete")
def delete(call: Call) -> Any:
    row = of(call)
    call.unit.drop("customer", str(row["id"]))
    for key, order in list(call.shop.store.kind("order").items()):
        if order.get("customer_id") == row["id"]:  # the orders stay and forget who it was
            call.unit.put("order", key, {**order, "customer_id": None})
    call.unit.note("customer", str(row["id"]), show(call, row), None)
    return True


@route("POST", "customers/isEmailAvailable", "anonymous", ("customerEmail",))
def is_email_available(call: Call) -> Any:
    website = as_int("websiteId", call.body.get("websiteId")) or 1
    return in_website(call, str(call.body["customerEmail"]), website) is None


@route("PUT", "customers/password", "anonymous", ("email", "template"))
def start_reset(call: Call) -> Any:
    website = as_int("websiteId", call.body.get("websiteId")) or 1
    if in_website(call, str(call.body["email"]), website) is None:
        text = "No such entity with %fieldName = %fieldValue, %field2Name = %field2Value"
        raise Refusal(404, text, {"fieldName": "email", "fieldValue": call.body["email"],
                                  "field2Name": "websiteId", "field2Value": website})  # fmt: skip
    return True


@route("GET", "customers/{number}/permissions/readonly", CUSTOMER)
def is_readonly(call: Call) -> Any:
    of(call)
    return False


@route("GET", "customers/{number}/confirm", CUSTOMER)
def confirmation(call: Call) -> Any:
    of(call)
    return "account_confirmation_not_required"


@route("GET", "customers/{number}/billingAddress", CUSTOMER)
def billing(call: Call) -> Any:
    return _default(of(call), "default_billing")


@route("GET", "customers/{number}/shippingAddress", CUSTOMER)
def shipping(call: Call) -> Any:
    return _default(of(call), "default_shipping")


@route("GET", "customers/addresses/{number}", CUSTOMER)
def address(call: Call) -> Any:
    wanted = call.params["number"]
    for row in call.shop.store.kind("customer").values():
        for one in row["addresses"]:
            if str(one["id"]) == wanted:
                return show_address(row, one)
    shown = int(wanted) if wanted.isdigit() else wanted
    raise Refusal(404, NO_ENTITY, {"fieldName": "addressId", "fieldValue": shown})


def _default(row: Doc, kind: str) -> Any:
    return next((show_address(row, one) for one in row["addresses"] if one["id"] == row[kind]), [])


def of(call: Call) -> Doc:
    """The customer of the path. Raises Refusal 404."""
    row: Doc | None = call.unit.get("customer", call.params["number"])
    if row is None:
        number = call.params["number"]
        shown = int(number) if number.isdigit() else number
        raise Refusal(404, NO_ENTITY, {"fieldName": "customerId", "fieldValue": shown})
    return row


def show(call: Call, row: Doc) -> Doc:
    """A customer as JSON: what is not set is left out."""
    shown: Doc = {"id": row["id"]}
    shown |= {name: str(row[name]) for name in ("default_billing", "default_shipping") if row[name]}
    shown |= {name: row[name] for name in PLAIN if row.get(name) is not None}
    shown |= {
        "addresses": [show_address(row, one) for one in row["addresses"]],
        "disable_auto_group_change": row.get("disable_auto_group_change", 0),
        "extension_attributes": {"is_subscribed": bool(row.get("is_subscribed"))},
    }
    custom = customer_attributes.values(call, row["custom"])
    return {**shown, "custom_attributes": custom} if custom else shown


def show_address(row: Doc, one: Doc) -> Doc:
    flags = {name: True for name in ("default_shipping", "default_billing") if row[name] == one["id"]}
    kept = {name: value for name, value in one.items() if value is not None}
    return {**kept, "customer_id": row["id"], **flags}
