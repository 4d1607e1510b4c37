"""Numbers and spans as people read them: filters for the templates. They know no page."""

from __future__ import annotations

from datetime import datetime

from flask import Flask
from flask_babel import gettext as _
from flask_babel import ngettext

from connector.db import utcnow
from connector.queue.reading.numbers import CAP
from connector.queue.reading.progress import Progress
from connector.sync.catalogue import Sync
from connector.web.frame.language import format_decimal, tr
from connector.web.frame.marks import N_

STEPS = ((3_600, "h"), (60, "min"))  # their signs are the same in every language of ours
DAY = 86_400
# a record's kind at the beginning of a sentence and inside one
ENTITIES = {
    "tax_category": (N_("Tax category"), N_("tax category")),
    "attribute": (N_("Attribute"), N_("attribute")),
    "customer_attribute": (N_("Customer attribute"), N_("customer attribute")),
    "category": (N_("Category"), N_("category")),
    "product": (N_("Product"), N_("product")),
    "product_status": (N_("Product status"), N_("product status")),
    "composite": (N_("Composite"), N_("composite")),
    "relation": (N_("Relation"), N_("relation")),
    "price": (N_("Price"), N_("price")),
    "inventory": (N_("Inventory"), N_("inventory")),
    "image": (N_("Image"), N_("image")),
    "customer": (N_("Customer"), N_("customer")),
    "order": (N_("Order"), N_("order")),
    "order_status": (N_("Order status"), N_("order status")),
    "shipment": (N_("Shipment"), N_("shipment")),
    "invoice": (N_("Invoice"), N_("invoice")),
    "credit_memo": (N_("Credit memo"), N_("credit memo")),
}
# other codes that pages write out by the same filters
CODES = (
    *(N_("viewer"), N_("operator"), N_("admin"), N_("Viewer"), N_("Operator"), N_("Admin")),
    *(N_("pending"), N_("waiting"), N_("running"), N_("failed"), N_("held"), N_("succeeded"), N_("skipped")),
    *(N_("hourly"), N_("daily"), N_("weekly"), N_("monthly"), N_("custom")),
    *(N_("Hourly"), N_("Daily"), N_("Weekly"), N_("Monthly"), N_("Custom")),
    *(N_("Done"), N_("Refused"), N_("Failed"), N_("erp to store"), N_("store to erp")),
)


def counted(number: int, cap: int = CAP) -> str:
    """1234 -> "1,234" or "1.234"; more than was counted -> "10,000+"."""
    return f"{format_decimal(cap)}+" if number > cap else format_decimal(number)


def duration(seconds: float) -> str:
    """A span in its largest unit: "40 s", "3 min", "2 h", "5 days"."""
    if days := int(max(0, seconds) // DAY):
        return ngettext("%(num)d day", "%(num)d days", days)
    for length, sign in STEPS:
        if seconds >= length:
            return f"{int(seconds // length)} {sign}"
    return f"{max(0, int(seconds))} s"


def since(instant: datetime) -> str:
    """How long ago an instant was."""
    return duration((utcnow() - instant).total_seconds())


def ago(instant: datetime) -> str:
    """How long ago, or how long until: "5 min ago", "in 30 s"."""
    seconds = (utcnow() - instant).total_seconds()
    if seconds <= -1:
        return _("in %(span)s", span=duration(-seconds))
    return _("%(span)s ago", span=duration(seconds))


def minutes_since(minute: datetime) -> str:
    """How long ago something was of which only the minute is kept."""
    seconds = (utcnow() - minute).total_seconds()
    return _("this minute") if seconds < 60 else _("%(span)s ago", span=duration(seconds))


def rest(progress: Progress) -> str:
    """How long the rest takes at the pace that was measured, or why nobody can say."""
    if progress.pace is None:
        return _("the pace is not measured yet")
    if progress.remaining is None:
        return _("nothing has moved lately")
    left = duration(progress.remaining.total_seconds())
    if progress.pace >= 1:
        return _("about %(span)s left at %(pace)s a second", span=left, pace=format_decimal(round(progress.pace)))
    return _("about %(span)s left at %(pace)s a minute", span=left, pace=format_decimal(round(progress.pace * 60)))


def entity_word(entity: str) -> str:
    """ "order_status" -> "Order status", to begin with; any other code is written out the same way."""
    plain = entity.replace("_", " ")
    return tr(ENTITIES.get(entity, (plain.capitalize(),))[0])


def entity_inside(entity: str) -> str:
    """ "order_status" -> "order status", inside a sentence."""
    plain = entity.replace("_", " ")
    return tr(ENTITIES.get(entity, (plain, plain))[1])


def lane_title(sync: Sync) -> str:
    """What an entity is called in one direction: "Category", "Category from the store"."""
    title = tr(sync.title)
    return title if sync.label == sync.title else _("%(entity)s from the store", entity=title)


def per_cent(share: float | None) -> str:
    """99.5 -> "99.5 %"; None, of what could not be measured -> "nothing"."""
    return _("nothing") if share is None else f"{format_decimal(share, '#,##0.##')} %"


def register(app: Flask) -> None:
    app.jinja_env.filters.update(
        counted=counted,
        duration=duration,
        since=since,
        minutes_since=minutes_since,
        ago=ago,
        rest=rest,
        entity_word=entity_word,
        entity_inside=entity_inside,
    )
