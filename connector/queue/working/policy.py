"""The numbers of a queue and the arithmetic with them: how many calls, and when the next try is due."""

from __future__ import annotations

import math
import random
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

LONGEST_BACKOFF = 3600.0  # seconds; a longer Retry Interval is still kept
LONGEST_AFTER = 7 * 86400.0  # seconds; nobody means more by Retry-After, and it must fit a date
LONGEST_AWAY = 120.0  # seconds between two looks whether the other side is there again
REFUSED_PAUSE = 60.0  # seconds until a connector whose credentials were refused is asked again


@dataclass(frozen=True, slots=True)
class Policy:
    """One connector's queue section. Counts are messages, times are seconds.

    `retry_count` is the number of tries in all. `batchable` says that this entity's target takes several records
    in one request; `batch_mode` is the operator's switch for it. `group` is how many are worth handing out together
    when many wait, because reading them together is cheap. `quiet` are the levels that the log leaves out; with
    `tell_batches` each batch call is a system message too (LOG-18).
    """

    threshold: int = 25
    batch: int = 25
    batch_mode: bool = True
    batchable: bool = False
    group: int = 0
    retry_count: int = 3
    retry_interval: float = 30
    check_time: float = 50
    sleep_time: float = 5
    parallel: int = 1
    lease_seconds: float = 30
    quiet: frozenset[str] = frozenset()
    tell_batches: bool = False

    def unit_size(self, pending: int) -> int:
        """How many messages are handed out together when `pending` are waiting at the start of a pass.

        Up to the threshold they go one by one; above it all of them are batched, none singly first (both examples
        of the setting's description count that way). A group is never so large that a thread has nothing to do.
        """
        if not ((self.batchable or self.group) and self.batch_mode) or pending <= self.threshold:
            return 1
        batch = max(1, self.batch if self.batchable else 1)
        share = math.ceil(pending / max(1, self.parallel) / batch) * batch
        return max(batch, min(share, self.group // batch * batch))

    def units(self, pending: int) -> int:
        """How many units a pass over `pending` messages makes: calls, where nothing is grouped."""
        return math.ceil(pending / self.unit_size(pending)) if pending else 0

    def next_try(self, attempts: int, after: float | None, now: datetime) -> datetime:
        """When a message that failed for the `attempts`-th time is due again.

        What the other side asked for is never shortened. Else a random moment up to the doubled interval ("full
        jitter", so that a thousand messages do not come back in one second), and never before the interval is over.
        Where several travel in one call they come back in two waves instead: alone, each would be a call of its own.
        """
        interval = max(0.0, float(self.retry_interval))
        if after is not None and after > 0:
            return now + timedelta(seconds=max(interval, min(after, LONGEST_AFTER)))
        top = min(max(LONGEST_BACKOFF, interval), interval * 2.0 ** min(attempts, 30))
        due = now + timedelta(seconds=max(interval, random.uniform(0.0, top)))
        wave = top / 2
        if not (self.batchable and self.batch_mode) or wave <= 0:
            return due
        waves = math.ceil(due.timestamp() / wave)
        return max(due, datetime.fromtimestamp(waves * wave, UTC))

    def back(self, created_at: datetime, now: datetime) -> datetime:
        """When a message is due again whose other side could not be reached.

        After the interval at first, ever more seldom then, but at least every four minutes; all on the same ticks,
        so that what has gathered comes back at once and can be batched.
        """
        pause = max(1.0, float(self.retry_interval))
        age = (now - created_at).total_seconds()
        while pause * 8 <= age and pause * 2 <= LONGEST_AWAY:
            pause *= 2
        return datetime.fromtimestamp((math.floor(now.timestamp() / pause) + 2) * pause, UTC)


def relook(created_at: datetime, now: datetime) -> datetime:
    """When a waiting message is looked at again though nobody released it: after a minute, then ever more seldom."""
    age = (now - created_at).total_seconds()
    return now + timedelta(seconds=min(max(age, 60.0), 3600.0))
