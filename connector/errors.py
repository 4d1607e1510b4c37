"""The words with which work says how it ended when it is not simply done.

There are four and no more: Retry, Fail, Skip, Wait; and Hold, which only the brake says. `systems/http` and the
systems turn HTTP into these words; `queue/runner` turns them into states of a message. Anything else that is raised
is a bug and becomes Failed with its traceback.
"""

from __future__ import annotations

REHEARSAL = "rehearsal"  # the code of a Skip that stands for a write which was only rehearsed


class Outcome(Exception):
    """Base of the four words; `reason` is a sentence that an operator reads.

    `code` groups failures of one cause (e.g. `magento.url_key_taken`); None lets the queue make a fingerprint
    from the sentence. `help` says what to do about it, where that is known.
    """

    def __init__(self, reason: str, *, code: str | None = None, help: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.code = code
        self.help = help


class Retry(Outcome):
    """Worth another try: time-outs, 408, 425, 429, 5xx. `after` is the seconds that the other side asked for.

    `unknown` is True when a write may have had its effect although no answer came. `away` is True when the other
    side could not even be reached: that is no try, so it burns none (LIF-17: the changes gather until it is back).
    """

    def __init__(
        self,
        reason: str,
        *,
        after: float | None = None,
        unknown: bool = False,
        away: bool = False,
        code: str | None = None,
        help: str = "",
    ) -> None:
        super().__init__(reason, code=code, help=help)
        self.after = after
        self.unknown = unknown
        self.away = away


class Fail(Outcome):
    """The other side said no and would say no again: a person has to change something."""


class Skip(Outcome):
    """Nothing to do: gone, unchanged, own echo, not for this store."""


class Wait(Outcome):
    """Something else has to exist first. `for_` is (entity, key); it burns no attempt."""

    def __init__(self, reason: str, *, for_: tuple[str, str], code: str | None = None, help: str = "") -> None:
        super().__init__(reason, code=code, help=help)
        self.for_ = for_


class Hold(Outcome):
    """The brake's word: a person has to say yes before anything is written. `code` names the question."""


class Refused(Retry):
    """The credentials were refused: the connector needs a person and must stop calling.

    The message itself goes back to pending without burning an attempt; the connector's `attention` says why.
    """


class Invalid(ValueError):
    """A setting or a form value is wrong. `errors` maps the field's name to a sentence."""

    def __init__(self, errors: dict[str, str]) -> None:
        super().__init__("; ".join(f"{name}: {text}" for name, text in errors.items()))
        self.errors = errors
