"""Sentences that rooms without a page put together: found again by their English, so that `tr` can say them.

Those rooms know no language (settings, checks, refusals). A sentence that is not in this table stays English.
"""

from __future__ import annotations

import re
from functools import cache

from connector.web.frame.marks import N_

SENTENCES = (
    # setup/settings: labels and helps
    N_("Whether %(what)s travel at all."),
    N_("Carries: %(what)s."),
    N_("Query for %(entity)s"),
    N_("Default: %(address)s"),
    N_("%(entity)s direction"),
    N_("%(entity)s to the store: written"),
    N_("%(entity)s to the store: left out"),
    N_("%(entity)s to Acumatica: written"),
    N_("%(entity)s to Acumatica: left out"),
    # systems/setting.py, setup/settings/section.py, setup/values.py: what a value must be like
    N_("%(label)s is required."),
    N_("%(label)s must be a whole number."),
    N_("%(label)s must be one of: %(choices)s."),
    N_("%(label)s must be an amount such as 0.05."),
    N_("%(label)s must be an amount of at least %(low)s."),
    N_("%(label)s must be a web address that starts with http:// or https://."),
    N_("%(label)s must be at least %(low)s."),
    N_("%(label)s must be between %(low)s and %(high)s."),
    N_("%(label)s must be one value, not a list."),
    N_("%(label)s must be plain text, a number or yes or no."),
    N_("%(label)s must be one line."),
    N_("%(label)s must be yes or no."),
    N_("%(label)s may hold at most %(most)s entries."),
    N_("%(label)s has no choice %(choice)s."),
    N_("%(label)s is too long: at most %(most)s characters."),
    N_("%(label)s holds a character that cannot be stored."),
    N_("%(label)s and its confirmation differ."),
    N_("%(label)s must be a path below the system's address, such as %(path)s."),
    N_("%(label)s must hold these places once each, and no others: %(places)s."),
    N_("Write WAREHOUSE=source on each line; %(line)s is not like that."),
    N_("The warehouse %(warehouse)s appears twice."),
    N_("Error e-mail recipients has %(address)s, which is no mail address."),
    N_("%(address)s is no mail address."),
    # setup/general.py, setup/users.py, setup/lifecycle.py, setup/shelf.py
    N_("There is a connector %(id)s already."),
    N_("There is a user %(name)s already."),
    N_("The name must be text of at most %(most)s characters on one line."),
    N_("The name must have 1 to %(most)s characters on one line."),
    N_("Use at least %(low)s and at most %(high)s characters."),
    N_("A connector that is %(state)s cannot be %(done)s; it has to be %(needed)s."),
    N_("The connector is %(state)s: stop it before it is archived."),
    # setup/cron.py, setup/schedules.py
    N_("The schedule is too long: at most %(most)s characters."),
    N_("%(text)s is no %(field)s."),
    N_("The %(field)s must be from %(low)s to %(high)s, not %(text)s."),
    N_("The step of the %(field)s must be from 1 to %(high)s, not %(text)s."),
    N_("%(text)s runs backwards: the %(field)s must not end before it begins."),
    N_("The description must be one line of at most %(most)s characters."),
    # engine/probes.py: what the checks of a connector found
    N_("It can be read and written; %(count)s queues."),
    N_("It answers (%(facts)s)."),
    N_("All %(count)s that the ticked entities need are there."),
    N_("The endpoint lacks %(missing)s."),
    N_("Detected: %(there)s. Not there: %(absent)s."),
    N_("They do not answer (%(why)s): the synchronous routes are used."),
    N_("%(query)s: there is no secret yet, so a notification would be refused. The entity is polled."),
    N_("%(query)s: nothing was heard yet. Until then the entity is polled."),
    N_("%(query)s is active, last heard %(when)s UTC."),
    N_("%(query)s is active, it shows no row yet."),
    N_("%(query)s is active."),
)
# what stands in their places, in lists too
WORDS = (
    N_("tax categories"), N_("attributes"), N_("customer attributes"), N_("categories"), N_("products"),
    N_("product statuses"), N_("composites"), N_("relations"), N_("prices"), N_("stock levels"), N_("images"),
    N_("customers"), N_("orders"), N_("order statuses"), N_("shipments"), N_("invoices"), N_("credit memos"),
    N_("deleted categories"), N_("deleted products"), N_("deleted customers"),
    N_("category"), N_("composite"), N_("customer"), N_("image"), N_("inventory"), N_("invoice"), N_("order status"),
    N_("price"), N_("product"), N_("product status"), N_("relation"), N_("shipment"),
    N_("initialized"), N_("paused"), N_("stopped"), N_("activated"), N_("uninstalled"),
    N_("active or paused"), N_("paused or stopped"), N_("none"),
    N_("minute"), N_("hour"), N_("day of the month"), N_("month"), N_("day of the week"),
)  # fmt: skip
LONGEST = 500  # no sentence of these is longer, and several places in a long text are slow to find
PLACE = re.compile(r"%\((\w+)\)s")


def find(text: str) -> tuple[str, dict[str, str]]:
    """The sentence with places that a text was made of, and what stands in them; the text itself when none was."""
    for sentence, pattern in _patterns() if len(text) <= LONGEST else ():
        if match := pattern.fullmatch(text):
            return sentence, match.groupdict()
    return text, {}


@cache
def _patterns() -> list[tuple[str, re.Pattern[str]]]:
    """The wordiest first: a short one would take what belongs to a long one."""
    wordiest = sorted(SENTENCES, key=lambda sentence: -len(PLACE.sub("", sentence)))
    return [(sentence, re.compile(_pattern(sentence))) for sentence in wordiest]


def _pattern(sentence: str) -> str:
    parts = PLACE.split(sentence)  # text, place, text, place, text
    return "".join(f"(?P<{part}>.+)" if place % 2 else re.escape(part) for place, part in enumerate(parts))
