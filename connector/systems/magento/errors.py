"""What a refused answer of Magento means: placeholders filled in, and one of the four words for it.

Status codes are no guide here: deadlocks and a dead search engine arrive as 400, a missing permission as
401 (facts/MAGENTO.md, error shapes, limits and outages). It knows messages, not requests.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from html import unescape
from typing import Any

from connector.errors import Fail, Outcome, Refused, Retry
from connector.systems.http import Answer

UNKNOWN_SET = "magento.unknown_attribute_set"
MISSING_VALUE = "magento.missing_value"
URL_KEY_TAKEN = "magento.url_key_taken"
NO_SUCH_PRODUCT = "magento.no_such_product"
NO_ROUTE = "magento.no_route"
NO_SUCH_ENTITY = "magento.no_such_entity"
NO_SUCH_COUNTRY = "magento.unknown_country"
EMAIL_TAKEN = "magento.email_taken"
ORDER_STATE = "magento.order_state"
ALREADY_ATTACHED = "magento.already_attached"
ATTRIBUTE_EXISTS = "magento.attribute_exists"
OPTION_EXISTS = "magento.option_exists"
SET_EXISTS = "magento.attribute_set_exists"
UNKNOWN_LINK = "magento.unknown_link"
NO_SUCH_IMAGE = "magento.no_such_image"

BEARER_HINT = (
    "Magento 2.4.4 and later refuse a bare access token (they answer as if a permission was missing) until an "
    "administrator sets Stores > Configuration > Services > OAuth > Consumer Settings > Allow OAuth Access Tokens "
    "to be used as standalone Bearer tokens (enable_integration_as_bearer) to Yes. Or choose OAuth 1.0a here."
)
ROLE_HINT = "In Magento: System > Integrations, edit the integration, tab API, allow this resource, save, reauthorize."


class NotAllowed(Refused):
    """401 with the name of the resource that the integration may not use (or whose token is not accepted)."""

    def __init__(self, reason: str, *, resource: str, help: str) -> None:
        super().__init__(reason, code="magento.not_allowed", help=help)
        self.resource = resource


class TooMany(Fail):
    """The shop limits the rows of a request or of a page: send at most `limit` and it goes on."""

    def __init__(self, reason: str, *, limit: int, page: bool) -> None:
        super().__init__(reason, code="magento.too_many", help="The connector splits the request by itself.")
        self.limit = limit
        self.page = page


# (pattern in the expanded message, code, what to do about it): a person has to change something
REFUSALS: tuple[tuple[str, str, str], ...] = (
    ("URL key for specified store already exists", URL_KEY_TAKEN,
     "Another product or category has this address. Give the item a URL key of its own in the ERP."),
    ("Invalid attribute set entity type", UNKNOWN_SET,
     "Create an attribute set named like the item class, or correct the default attribute set of the connector."),
    ("attribute value is empty", MISSING_VALUE, "Fill in this field in the ERP, or make it optional in the store."),
    ("attribute isn't unique", "magento.value_not_unique", "Two products may not share this value: change one."),
    ("value's type is invalid", "magento.wrong_type", "The store's attribute has another type than the ERP's."),
    ("SKU length should be", "magento.sku_too_long", "A SKU in Magento has at most 64 characters."),
    ("Please enter a number 0 or greater", "magento.negative_price", "A price must not be negative."),
    ("part of bundle product", "magento.bundle_source",
     "The product is in a bundle that ships together, which allows one source only: change the bundle or the mapping."),
    ("The product that was requested doesn't exist", NO_SUCH_PRODUCT, "Sync the product first."),
    (r"The Product with the .* SKU doesn't exist", NO_SUCH_PRODUCT, "Sync the product first."),
    ("Request does not match any route", NO_ROUTE,
     "Check the store URL; if it is right, the module behind this address is not installed in the shop."),
    ("Specified request cannot be processed", "magento.unknown_store_view",
     "The store view in the connector's settings is not a store code of this shop."),
    ("Signature method", "magento.signature_method", "This shop does not take HMAC-SHA256 signatures."),
    ("Invalid value of", "magento.invalid_value", ""),
    ("(?i)country isn't available", NO_SUCH_COUNTRY, "Allow the country in the store, or correct the address."),
    ("No such entity with|entity that was requested doesn't exist", NO_SUCH_ENTITY,
     "It was deleted in the store, or the id belongs to another shop."),
    ("customer with the same email address already exists", EMAIL_TAKEN,
     "Another customer of this website has the address: correct one of the two."),
    ("is not a valid email address", "magento.bad_email", "Correct the e-mail address of the customer."),
    ("customer group id does not exist", "magento.unknown_group", "Correct the customer group mapping."),
    ("Could not save a shipment", "magento.source_refused",
     "The inventory source does not carry the product, or is unknown: check the warehouse mapping and the stock."),
    ("(?s)(Shipment|Invoice|Creditmemo) Document Validation Error", ORDER_STATE,
     "The order's state in the store does not allow it: it may be on hold, cancelled, or nothing may be left."),
    ("invalid quantity to invoice", ORDER_STATE,
     "The store has invoiced or cancelled some of it in the meantime: reprocess, and the rest is invoiced."),
    ("hold action is not available|cannot remove the hold", ORDER_STATE,
     "The order's state in the store does not allow it."),
    ("image content must be valid|image MIME type|image name contains", "magento.image_refused",
     "Magento takes JPEG, PNG and GIF pictures with a plain file name."),
    ("No image with the provided ID|image doesn't exist", NO_SUCH_IMAGE, "It was deleted in the store."),
    ("product is already attached", ALREADY_ATTACHED, ""),
    ("Attribute with the same code", ATTRIBUTE_EXISTS, ""),
    ("attribute option label .* already exists", OPTION_EXISTS, ""),
    ("attribute set name already exists", SET_EXISTS, ""),
    ("same set of attribute values", "magento.same_variant",
     "Two variants of one template have the same values: correct one of them in the ERP."),
    ("doesn't have the .* attribute value", "magento.variant_value",
     "A variant has no value for what the buyer chooses by: fill it in and sync the variant first."),
    ("move a parent category to any of children", "magento.category_circle",
     "The category would stand below itself: correct its parent in the ERP."),
    ("linked products data is invalid", UNKNOWN_LINK, "Sync the linked product first."),
)  # fmt: skip

# Worth another try although the status says 400; True: the effect may be there already
PASSING: tuple[tuple[str, str, bool], ...] = (
    ("Could not ping search engine", "magento.search_engine", True),
    ("Could not save", "magento.could_not_save", True),
    ("The product was unable to be saved. Please try again", "magento.could_not_save", True),
    ("(?i)deadlock|lock wait timeout|Database connection error", "magento.database_busy", True),
    ("Something went wrong while processing the request", "magento.broker_down", False),
    ("The nonce is already being used", "magento.nonce_used", False),
)


def expand(message: str, parameters: Any) -> str:
    """The message with its placeholders filled in: %name from an object, %1 from a list.

    The price endpoints put names into the text and a list beside it; those are filled in order of their
    first appearance where the numbers agree (facts/MAGENTO.md, error shapes and bulk price endpoints).
    """
    if isinstance(parameters, Mapping):
        for name in sorted(parameters, key=len, reverse=True):
            message = message.replace(f"%{name}", _text(parameters[name]))
        return message
    if not isinstance(parameters, list):
        return message
    if re.search(r"%\d", message):
        return re.sub(
            r"%(\d+)",
            lambda hit: _text(parameters[int(hit[1]) - 1]) if 0 < int(hit[1]) <= len(parameters) else hit[0],
            message,
        )
    names = list(dict.fromkeys(re.findall(r"%([A-Za-z]\w*)", message)))
    if len(names) == len(parameters):
        return expand(message, dict(zip(names, parameters, strict=True)))
    return message


def sentence(answer: Answer) -> str:
    """What the shop said, in one line: from JSON, plain text or an HTML page."""
    data = answer.data
    if isinstance(data, Mapping):
        if isinstance(data.get("messages"), Mapping):  # a fatal error inside the request
            rows = data["messages"].get("error") or []
            return "; ".join(str(row.get("message", "")) for row in rows if isinstance(row, Mapping))
        parts = [expand(str(data.get("message") or ""), data.get("parameters"))]
        for row in data.get("errors") or []:
            detail = (
                expand(str(row.get("message", "")), row.get("parameters")) if isinstance(row, Mapping) else str(row)
            )
            if detail and detail not in parts[0]:  # MSI repeats its first detail in the top message
                parts.append(detail)
        return ": ".join([parts[0], "; ".join(parts[1:])]) if len(parts) > 1 else parts[0]
    if isinstance(data, str):
        return data
    title = re.search(r"<title[^>]*>(.*?)</title>", answer.text, re.IGNORECASE | re.DOTALL)
    text = title[1] if title else re.sub(r"<[^>]+>", " ", answer.text)
    return unescape(re.sub(r"\s+", " ", text))[:300].strip()


def explain(answer: Answer, *, bearer: bool = True) -> str | Outcome:
    """The word for a refused answer, or the sentence when its status already says what to do."""
    said = sentence(answer)
    if answer.status == 401:
        return _refused(answer, said, bearer)
    if answer.status in (301, 302, 303, 307, 308):
        return Fail(
            f"The shop sent the request on to {answer.headers.get('Location', 'another address')}.",
            code="magento.moved", help="Use that address as the store URL.",
        )  # fmt: skip
    if answer.status == 503 and answer.data is None:
        return "the shop is in maintenance mode"
    if 400 <= answer.status < 500 and answer.status not in (403, 408, 425, 429):
        return _too_many(answer, said) or _known(answer.status, said)
    return said


def _known(status: int, said: str) -> Outcome:
    for pattern, code, help in REFUSALS:
        if re.search(pattern, said):
            return Fail(f"Magento answered {status}: {said}", code=code, help=help)
    for pattern, code, unknown in PASSING:
        if re.search(pattern, said):
            return Retry(f"Magento answered {status}: {said}", code=code, unknown=unknown)
    if status == 404 and said.lower().startswith("404"):  # a web server's own page: the request never reached Magento
        return Fail(
            f"The web server answered {said}.", code="magento.web_server_404",
            help="Check the store URL. For SKUs with a slash an Apache in front needs AllowEncodedSlashes NoDecode.",
        )  # fmt: skip
    return Fail(f"Magento answered {status}: {said}" if said else f"Magento answered {status}.")


def _refused(answer: Answer, said: str, bearer: bool) -> Outcome:
    """401 stands for an unknown token, a missing permission, and bare tokens being switched off alike."""
    if "already being used" in said:
        return _known(401, said)
    if "validating the nonce" in said:
        help = "The connector's clock is ahead of the shop's: set both by NTP."
        return Refused(f"Magento refused the signature: {said}.", code="magento.clock", help=help)
    if "signature is invalid" in said:
        help = "Check consumer key, consumer secret, access token and access token secret."
        return Refused(f"Magento refused the signature: {said}", code="magento.signature", help=help)
    parameters = answer.data.get("parameters") if isinstance(answer.data, Mapping) else None
    resource = str(parameters.get("resources") or "") if isinstance(parameters, Mapping) else ""
    help = f"{ROLE_HINT} {BEARER_HINT}" if bearer else f"{ROLE_HINT} Or the access token was revoked."
    return NotAllowed(f"Magento refused the access: {said}", resource=resource, help=help)


def _too_many(answer: Answer, said: str) -> TooMany | None:
    found = re.match(r"Maximum (items of type|SearchCriteria pageSize)", said)
    parameters = answer.data.get("parameters") if isinstance(answer.data, Mapping) else None
    limit = parameters.get("max") if isinstance(parameters, Mapping) else None
    if not found or not str(limit).isdigit() or int(limit) < 1:  # type: ignore[arg-type]
        return None
    return TooMany(f"Magento answered {answer.status}: {said}", limit=int(limit), page="page" in found[1])  # type: ignore[arg-type]


def _text(value: Any) -> str:
    return "" if value is None else str(value)
