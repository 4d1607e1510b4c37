"""What the queue's numbers do to the queue as it is now, in sentences: the help of that section."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from connector.queue.lanes import Lane
from connector.queue.models import PENDING
from connector.queue.reading import numbers
from connector.queue.working.policy import LONGEST_BACKOFF, Policy
from connector.setup.settings import QUEUE
from connector.sync.catalogue import SYNCS
from connector.systems import registry
from connector.web.frame.words import counted, duration


def sentences(connector_id: str, plugin: str, typed: Mapping[str, Any]) -> list[str]:
    """The example for these values of the queue section; one sentence when they are wrong."""
    values, errors = QUEUE.clean(typed)
    if errors:
        return [f"No example: {sentence}" for sentence in errors.values()]
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
    pending = waiting or policy.threshold + 25
    start = (
        f"{title}: {counted(waiting)} {'waits' if waiting == 1 else 'wait'} now"
        if waiting
        else (f"{title}: nothing waits now; if {pending:,} did")
    )
    if policy.unit_size(pending) == 1:
        why = "batch mode is off" if not policy.batch_mode else f"that is not more than {policy.threshold:,}"
        return f"{start}, {why}: {counted(policy.units(pending))} requests, one for each."
    calls = policy.units(pending)
    size = f"up to {policy.batch:,} in each"
    if policy.batch < values["batch_count"]:
        size += f" (the store takes no more than {limit:,} at a time)"
    return (
        f"{start}, that is more than {policy.threshold:,}: "
        f"{counted(calls)} {'request' if calls == 1 else 'requests'}, {size}, instead of {counted(pending)}."
    )


def _tries(values: Mapping[str, Any]) -> str:
    count, interval = values["retry_count"], values["retry_interval"]
    if count == 1:
        return "A message is tried once; when that fails it has failed."
    gaps = [_gap(interval, number) for number in range(1, min(count, 4))]
    more = " and so on" if count > 4 else ""
    return (
        f"A message that the store cannot take is tried {count} times in all, "
        f"{', then '.join(gaps)}{more} after the try before; then it has failed until a person sends it again."
    )


def _gap(interval: int, number: int) -> str:
    """The same bounds as Policy.next_try draws from."""
    top = min(max(LONGEST_BACKOFF, interval), interval * 2.0**number)
    return f"{duration(interval)} to {duration(top)}" if interval else "at once"


def _looks(values: Mapping[str, Any]) -> str:
    length, pause = values["check_process_time"], values["process_sleep_time"]
    if pause >= length:
        return "Every minute's launch looks for work once. A new message wakes it at any time."
    looks = -(-length // pause)
    return (
        f"Every minute's launch looks for work for {length} s, every {pause} s: about {looks} looks. "
        "In between a new message wakes it at once."
    )
