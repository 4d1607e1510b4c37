"""From what the work said to what becomes of each message. Pure: it reads no clock and no database."""

from __future__ import annotations

import hashlib
import re
import traceback
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from connector.errors import REHEARSAL, Hold, Outcome, Refused, Retry, Skip, Wait
from connector.queue.models import FAILED, HELD, PENDING, SKIPPED, SUCCEEDED, WAITING
from connector.queue.sql import plain
from connector.queue.working.claim import Claimed
from connector.queue.working.policy import REFUSED_PAUSE, Policy, relook
from connector.queue.working.work import Report, Unit, Verdict

SILENT = "The work said nothing about this message."


@dataclass(frozen=True, slots=True)
class Done:
    """A unit that was worked on: a report, or what was raised.

    `split` marks a batch that raised: its messages are tried one by one at once, so only the batch is logged.
    """

    unit: Unit
    result: Report | Exception
    started_at: datetime
    finished_at: datetime
    split: bool = False


class Ending(NamedTuple):
    """What becomes of one message. `outcome` and `level` are for the log, the rest for the row."""

    message: Claimed
    status: str
    outcome: str
    attempts: int
    reason: str = ""
    level: str = "info"
    error: str = ""
    code: str = ""
    waits_for: str = ""
    available_at: datetime | None = None
    wrote: bool = False  # or may have: then a fenced one is put again


def endings(done: Done, policy: Policy, now: datetime) -> Iterator[Ending]:
    """One ending for each message of the unit, in its order."""
    result = done.result
    if isinstance(result, Outcome):  # said for the whole unit
        for message in done.unit.messages:
            yield _ending(message, Verdict(message.id, result), policy, now)
    elif isinstance(result, Exception):
        error = plain("".join(traceback.format_exception(result)))
        for message in done.unit.messages:
            yield _bug(message, result, error)
    else:
        said = {verdict.message_id: verdict for verdict in result.verdicts}
        for message in done.unit.messages:
            verdict = said.get(message.id)
            if verdict is None:
                yield _bug(message, RuntimeError(SILENT), SILENT)
            else:
                yield _ending(message, verdict, policy, now)


def _ending(message: Claimed, verdict: Verdict, policy: Policy, now: datetime) -> Ending:
    word, tried = verdict.word, message.attempts + 1
    if word is None:
        return Ending(message, SUCCEEDED, "succeeded", tried, plain(verdict.summary), wrote=verdict.wrote)
    reason = plain(verdict.summary or word.reason)
    wrote = verdict.wrote or bool(getattr(word, "unknown", False))
    if isinstance(word, Skip):
        code = REHEARSAL if word.code == REHEARSAL else ""  # the only kind of skip that is looked for later
        return Ending(message, SKIPPED, "skipped", tried, reason, code=code, wrote=wrote)
    if isinstance(word, Hold):  # nothing was tried yet
        return Ending(message, HELD, "held", message.attempts, reason, "warning", code=(word.code or "")[:80])
    if isinstance(word, Wait):
        needed, due = plain(":".join(word.for_))[:300], relook(message.created_at, now)
        return Ending(
            message, WAITING, "waiting", message.attempts, reason, waits_for=needed, available_at=due, wrote=wrote
        )
    error, code = plain(f"{word.reason}\n{word.help}".strip()), (word.code or fingerprint(word.reason))[:80]
    ending = Ending(message, FAILED, "failed", tried, reason, "error", error, code, wrote=wrote)
    return _again(ending, word, policy, now) if isinstance(word, Retry) else ending


def _again(failed: Ending, word: Retry, policy: Policy, now: datetime) -> Ending:
    """Another try, unless this was the last: then it is failed, which is final for the machine."""
    if isinstance(word, Refused):  # not the message's fault: it burns nothing
        due = now + timedelta(seconds=REFUSED_PAUSE)
        reason = f"The credentials were refused, next try {due:%H:%M:%S} UTC: {failed.reason}"
        attempts = failed.message.attempts
    elif word.away:  # nor is this
        due = now if word.after == 0 else policy.back(failed.message.created_at, now)
        reason = f"Not counted as a try, the next one {due:%H:%M:%S} UTC: {failed.reason}"
        attempts = failed.message.attempts
    elif failed.attempts >= policy.retry_count:
        return failed
    else:
        attempts, due = failed.attempts, policy.next_try(failed.attempts, word.after, now)
        number = f"{attempts + 1} of {policy.retry_count}"
        reason = f"Try {number} not before {due:%Y-%m-%d %H:%M:%S} UTC: {failed.reason}"
    return failed._replace(
        status=PENDING, outcome="retry", level="warning", attempts=attempts, reason=reason, available_at=due
    )


def _bug(message: Claimed, bug: Exception, error: str) -> Ending:
    """A fault of our own: a retry would meet it again, and what it wrote before nobody knows."""
    reason = plain(f"A fault in the connector: {type(bug).__name__}: {bug}")[:500]
    code = f"bug.{type(bug).__name__}"[:80]
    return Ending(message, FAILED, "failed", message.attempts + 1, reason, "error", error, code, wrote=True)


_VARIABLE = re.compile(
    r"""(https?://\S+ | "[^"]*" | '[^']*' | `[^`]*` | \b[0-9a-f]{8}-[0-9a-f-]{27}\b | \S*\d\S*)""",
    re.VERBOSE | re.IGNORECASE,
)


def fingerprint(sentence: str) -> str:
    """What two failures of one cause have in common: the sentence without ids, numbers and quoted words.

    At most 80 characters; the end of a longer one is a hash of the whole.
    """
    text = " ".join(_VARIABLE.sub("*", plain(sentence)).lower().split())
    if len(text) <= 80:
        return text
    return f"{text[:71]}:{hashlib.sha256(text.encode()).hexdigest()[:8]}"
