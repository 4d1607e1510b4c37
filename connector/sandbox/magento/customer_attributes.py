"""Attributes of customers: what each installation has, and those that only Commerce can add.

Open Source has no custom customer attributes: what is sent for them is lost without a word. Source:
facts/MAGENTO.md, sections 13 and 21, and the recording `customers`. Commerce itself was not recorded.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from connector.sandbox.magento.routing import Call, Refusal, route

META = "Magento_Customer::customer"
Doc = dict[str, Any]
CUSTOMER = (  # code, input, label, required, system
    ("confirmation", "text", "Is Confirmed", False, True), ("created_at", "date", "Created At", False, False),
    ("website_id", "select", "Associate to Website", True, True), ("store_id", "select", "Create In", True, True),
    ("created_in", "text", "Created From", False, True), ("group_id", "select", "Group", True, True),
    ("disable_auto_group_change", "boolean", "Disable Automatic Group Change Based on VAT ID", False, True),
    ("prefix", "text", "Name Prefix", False, False), ("firstname", "text", "First Name", True, True),
    ("middlename", "text", "Middle Name/Initial", False, False), ("lastname", "text", "Last Name", True, True),
    ("suffix", "text", "Name Suffix", False, False), ("email", "text", "Email", True, True),
    ("password_hash", "hidden", "", False, True), ("default_billing", "text", "Default Billing Address", False, True),
    ("default_shipping", "text", "Default Shipping Address", False, True),
    ("updated_at", "date", "Updated At", False, False), ("dob", "date", "Date of Birth", False, False),
    ("taxvat", "text", "Tax/VAT Number", False, False), ("failures_num", "hidden", "Failures Number", False, True),
    ("gender", "select", "Gender", False, False), ("first_failure", "date", "First Failure Date", False, True),
    ("rp_token", "hidden", "", False, True), ("rp_token_created_at", "date", "", False, True),
    ("lock_expires", "date", "Failures Number", False, True),
)  # fmt: skip
ADDRESS = (
    ("prefix", "text", "Name Prefix", False, False), ("firstname", "text", "First Name", True, True),
    ("middlename", "text", "Middle Name/Initial", False, False), ("lastname", "text", "Last Name", True, True),
    ("suffix", "text", "Name Suffix", False, False), ("company", "text", "Company", False, True),
    ("street", "multiline", "Street Address", True, True), ("country_id", "select", "Country", True, True),
    ("region", "text", "State/Province", False, True), ("region_id", "hidden", "State/Province", False, True),
    ("city", "text", "City", True, True), ("postcode", "text", "Zip/Postal Code", False, True),
    ("telephone", "text", "Phone Number", True, True), ("fax", "text", "Fax", False, False),
    ("vat_is_valid", "text", "VAT number validity", False, False),
    ("vat_request_id", "text", "VAT number validation request ID", False, False),
    ("vat_request_date", "text", "VAT number validation request date", False, False),
    ("vat_request_success", "text", "VAT number validation request success", False, False),
    ("vat_id", "text", "VAT Number", False, False),
)  # fmt: skip
CUSTOM = (  # what a merchant with Commerce has added
    ("erp_account", "text", "ERP Account", ()), ("credit_note", "textarea", "Credit Note", ()),
    ("contact_channel", "select", "Preferred Contact", ("E-mail", "Telephone", "Letter")),
)  # fmt: skip
FIRST_OPTION = 901


def of_customer(call: Call) -> list[Doc]:
    """All attributes of customers, those of Commerce at the end."""
    return [_row(*entry) for entry in CUSTOMER] + custom(call)


def custom(call: Call) -> list[Doc]:
    """The custom ones: none in Open Source."""
    if call.shop.switch("edition") != "commerce":
        return []
    rows = []
    for at, (code, kind, label, labels) in enumerate(CUSTOM):
        options = [{"label": text, "value": str(FIRST_OPTION + at * 10 + n)} for n, text in enumerate(labels)]
        blank = [{"label": " ", "value": ""}] if options else []
        rows.append(_row(code, kind, label, False, False) | {"options": blank + options, "user_defined": True,
                                                             "visible": True})  # fmt: skip
    return rows


def _row(code: str, kind: str, label: str, required: bool, system: bool) -> Doc:
    rules = [{"name": "max_text_length", "value": "255"}] if kind == "text" else []
    return {
        "frontend_input": kind, "input_filter": "", "store_label": label, "validation_rules": rules,
        "multiline_count": 2 if kind == "multiline" else 0, "visible": required, "required": required,
        "data_model": "", "options": [], "frontend_class": "", "user_defined": False, "sort_order": 100,
        "frontend_label": label, "note": "", "system": system, "backend_type": "static", "is_used_in_grid": True,
        "is_visible_in_grid": True, "is_filterable_in_grid": False, "is_searchable_in_grid": True,
        "attribute_code": code,
    }  # fmt: skip


def values(call: Call, kept: Mapping[str, Any]) -> list[Doc]:
    """custom_attributes as JSON."""
    known = {row["attribute_code"] for row in custom(call)}
    return [{"attribute_code": code, "value": value} for code, value in kept.items() if code in known]


def merged(call: Call, kept: Mapping[str, Any], rows: Iterable[Mapping[str, Any]]) -> Doc:
    """The values with those of a body: unknown codes are ignored, an empty value clears."""
    known = {row["attribute_code"] for row in custom(call)}
    told = {str(row.get("attribute_code")): row.get("value") for row in rows}
    new = {**kept, **{code: str(value) for code, value in told.items() if code in known and value is not None}}
    return {code: value for code, value in new.items() if value != "" and not (code in told and told[code] is None)}


@route("GET", "attributeMetadata/customer", META)
def customer_all(call: Call) -> Any:
    return of_customer(call)


@route("GET", "attributeMetadata/customer/custom", META)
def customer_custom(call: Call) -> Any:
    return custom(call)


@route("GET", "attributeMetadata/customer/attribute/{code}", META)
def customer_one(call: Call) -> Any:
    return _one(call, "customer", of_customer(call))


@route("GET", "attributeMetadata/customerAddress", META)
def address_all(call: Call) -> Any:
    return [_row(*entry) for entry in ADDRESS]


@route("GET", "attributeMetadata/customerAddress/custom", META)
def address_custom(call: Call) -> Any:
    return []


@route("GET", "attributeMetadata/customerAddress/attribute/{code}", META)
def address_one(call: Call) -> Any:
    return _one(call, "customer_address", [_row(*entry) for entry in ADDRESS])


def _one(call: Call, kind: str, rows: list[Doc]) -> Doc:
    for row in rows:
        if row["attribute_code"] == call.params["code"]:
            return row
    raise Refusal(
        404, "No such entity with %fieldName = %fieldValue, %field2Name = %field2Value",
        {"fieldName": "entityType", "fieldValue": kind, "field2Name": "attributeCode",
         "field2Value": call.params["code"]},
    )  # fmt: skip
