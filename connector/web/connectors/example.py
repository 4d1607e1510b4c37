"""What the queue's numbers do to the queue as it is now, in sentences: the help of that section."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext

from connector.queue.lanes import Lane
from connector.queue.models import PENDING
from connector.queue.reading import numbers
from connector.queue.working.policy import LONGEST_BACKOFF, Policy
from connector.setup.settings import QUEUE
from connector.sync.catalogue import SYNCS
from connector.systems import registry
from connector.web.frame.language import format_decimal, tr
from connector.web.frame.words import counted, duration


def sentences(connector_id: str, plugin: str, typed: Mapping[str, Any]) -> list[str]:
    """The example for these values of the queue section; one sentence when they are wrong."""
    values, errors = QUEUE.clean(typed)
    if errors:
        return [_("No example: %(sentence)s", sentence=tr(sentence)) for sentence in errors.values()]
    lanes = [Lane(connector_id, sync.entity, sync.direction) for sync in SYNCS]
    waiting = {lane.entity: counts[PENDING] for lane, counts in numbers.counts(lanes).items()}
    limits = registry.get(plugin).capabilities.batches
    batched = [
        _calls(sync.title, waiting[sync.entity], limits[sync.entity], values) for sync in SYNCS if sync.entity in limits
    ]
    return [*batched, _tries(values), _looks(values)]


def _calls(title: str, waiting: int, limit: int, values: Mapping[str, Any]) -> str:
    policy = Policy(
        threshold=values["threshold_count"],
        batch=min(values["batch_count"], limit),
        batch_mode=values["batch_mode"],
        batchable=True,
    )
    pending, threshold = waiting or policy.threshold + 25, format_decimal(policy.threshold)
    start = _now(tr(title), waiting, pending)
    if policy.unit_size(pending) == 1:
        said = {"start": start, "threshold": threshold, "count": counted(policy.units(pending))}
        if not policy.batch_mode:
            return _("%(start)s, batch mode is off: %(count)s requests, one for each.", **said)
        return _("%(start)s, that is not more than %(threshold)s: %(count)s requests, one for each.", **said)
    return ngettext(
        "%(start)s, that is more than %(threshold)s: %(count)s request, %(size)s, instead of %(pending)s.",
        "%(start)s, that is more than %(threshold)s: %(count)s requests, %(size)s, instead of %(pending)s.",
        policy.units(pending),
        start=start,
        threshold=threshold,
        count=counted(policy.units(pending)),
        size=_size(policy.batch, values["batch_count"], limit),
        pending=counted(pending),
    )


def _now(title: str, waiting: int, pending: int) -> str:
    if not waiting:
        return _("%(entity)s: nothing waits now; if %(count)s did", entity=title, count=format_decimal(pending))
    return ngettext(
        "%(entity)s: %(count)s waits now",
        "%(entity)s: %(count)s wait now",
        waiting,
        entity=title,
        count=counted(waiting),
    )


def _size(batch: int, wanted: int, limit: int) -> str:
    said = {"size": format_decimal(batch), "limit": format_decimal(limit)}
    if batch < wanted:
        return _("up to %(size)s in each (the store takes no more than %(limit)s at a time)", **said)
    return _("up to %(size)s in each", **said)


def _tries(values: Mapping[str, Any]) -> str:
    count, interval = values["retry_count"], values["retry_interval"]
    if count == 1:
        return _("A message is tried once; when that fails it has failed.")
    gaps = _gap(interval, 1)
    for number in range(2, min(count, 4)):
        gaps = _("%(gaps)s, then %(next)s", gaps=gaps, next=_gap(interval, number))
    if count > 4:
        gaps = _("%(gaps)s and so on", gaps=gaps)
    return _(
        "A message that the store cannot take is tried %(count)s times in all, %(gaps)s after the try before; "
        "then it has failed until a person sends it again.",
        count=count,
        gaps=gaps,
    )


def _gap(interval: int, number: int) -> str:
    """The same bounds as Policy.next_try draws from."""
    top = min(max(LONGEST_BACKOFF, interval), interval * 2.0**number)
    if not interval:
        return _("at once")
    return _("%(low)s to %(high)s", low=duration(interval), high=duration(top))


def _looks(values: Mapping[str, Any]) -> str:
    length, pause = values["check_process_time"], values["process_sleep_time"]
    if pause >= length:
        return _("Every minute's launch looks for work once. A new message wakes it at any time.")
    return _(
        "Every minute's launch looks for work for %(length)s s, every %(pause)s s: about %(looks)s looks. "
        "In between a new message wakes it at once.",
        length=length,
        pause=pause,
        looks=-(-length // pause),
    )
