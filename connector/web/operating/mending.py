"""Where a cause of failures is put right: the page of a mapping or of the settings, by the failure's code (LOG-21).

A table beside `causes`; it knows addresses and no message.
"""

from __future__ import annotations

from typing import NamedTuple

from flask import url_for
from flask_babel import gettext as _

from connector.setup import kinds
from connector.web.frame.language import tr
from connector.web.frame.marks import N_

PAGES = {
    "connection": N_("Connection settings"),
    "setup": N_("Setup parameters"),
    "sync": N_("Sync configuration"),
    "endpoints": N_("Endpoint settings"),
}
MAPPED = {  # code -> the kind of mapping
    "order.payment_method": "payment",
    "order.payment_plugin": "payment",
    "order.shipping_method": "shipping_in",
    "acumatica.payment_method": "payment",
    "acumatica.cash_account": "payment",
    "acumatica.ship_via": "shipping_in",
    "acumatica.customer_class": "customer_group",
    "acumatica.warehouse": "warehouse",
    "acumatica.branch": "branch",
    "acumatica.required": "product",
    "magento.unknown_source": "warehouse",
    "magento.missing_value": "product",
    "magento.wrong_type": "product",
}
SET = {  # code, or what it begins with -> the page of the settings
    "http.unreachable": "connection",
    "http.address": "connection",
    "http.refused": "connection",
    "http.429": "connection",
    "acumatica.address": "connection",
    "acumatica.client": "connection",
    "acumatica.credentials": "connection",
    "acumatica.inquiry": "connection",
    "acumatica.login_limit": "connection",
    "acumatica.not_found": "connection",
    "acumatica.password_change": "connection",
    "acumatica.tenant": "connection",
    "acumatica.endpoint": "endpoints",
    "acumatica.company_root": "sync",
    "acumatica.item_class": "sync",
    "acumatica.number_taken": "sync",
    "acumatica.numbering": "sync",
    "acumatica.order_type": "sync",
    "acumatica.shipping_terms": "sync",
    "acumatica.tax": "sync",
    "acumatica.total_differs": "sync",
    "acumatica.unbooked": "sync",
    "acumatica.overpaid": "sync",
    "shipment.drop_ship_via": "setup",
    "acumatica.warehouses": "setup",
    "magento.batch": "setup",
    "magento.moved": "connection",
    "magento.no_token": "connection",
    "magento.no_route": "connection",
    "magento.not_magento": "connection",
    "magento.signature": "connection",
    "magento.too_many": "setup",
    "magento.unknown_attribute_set": "connection",
    "magento.unknown_store_view": "connection",
    "magento.unknown_website": "sync",
    "magento.web_server_404": "connection",
    "order.guest_account": "sync",
    "customer.number": "sync",
    "rule.": "rules",
}


class Place(NamedTuple):
    """A page and what it is called, in the language of the page that shows it."""

    label: str
    address: str


def place(code: str, connector: str) -> Place | None:
    """Where to put it right; None when it is not the connector's own settings."""
    if not connector:
        return None
    if code in MAPPED:
        kind = kinds.find(MAPPED[code])
        label = _("Mapping: %(kind)s", kind=tr(kind.title))
        return Place(label, url_for("mapping.page", connector_id=connector, kind=kind.name))
    longest = max((name for name in SET if code.startswith(name)), key=len, default="")
    if not longest:
        return None
    page = SET[longest]
    if page == "rules":
        return Place(_("Sync rules"), url_for("rules.page", connector_id=connector))
    return Place(tr(PAGES[page]), url_for("connectors.settings_page", connector_id=connector, page=page))
