"""How a row makes one value of another: a constant, a lookup list, a format, or a template. No row, no record.

A transform is kept as a small mapping {"kind", "value", "pairs", "otherwise", "default"}. Lookup pairs are
always (ERP value, store value), like the columns of the page, and are read backwards on the way to the ERP.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any

from connector.records import STORE_TO_ERP, Pairs
from connector.systems.mapping import templates

NONE, CONSTANT, LOOKUP, FORMAT, TEMPLATE = "none", "constant", "lookup", "format", "template"
KINDS = (NONE, CONSTANT, LOOKUP, FORMAT, TEMPLATE)
OTHERWISE = ("fail", "keep", "default")  # what a lookup does with a value that its list has not
LONGEST, MOST_PAIRS, LONGEST_RESULT = 4_000, 1_000, 100_000
PART = re.compile(r"\{\{|\}\}|\{([^{}]*)\}|[{}]")
WORDS: dict[str, Callable[[str], str]] = {"upper": str.upper, "lower": str.lower, "title": str.title, "trim": str.strip}
CUT, ROUND = re.compile(r"\d{1,4}"), re.compile(r"\.(\d)f")


@dataclass(frozen=True, slots=True)
class Transform:
    """One transform. `value` is the constant, the format or the template."""

    kind: str = NONE
    value: str = ""
    pairs: Pairs = ()
    otherwise: str = "fail"
    default: str = ""

    @classmethod
    def of(cls, stored: Mapping[str, Any] | None) -> Transform:
        """What the table holds; nothing is no transform."""
        if not stored:
            return cls()
        return cls(
            kind=str(stored.get("kind") or NONE),
            value=str(stored.get("value") or ""),
            pairs=tuple((str(pair[0]), str(pair[1])) for pair in stored.get("pairs") or () if len(pair) == 2),
            otherwise=str(stored.get("otherwise") or "fail"),
            default=str(stored.get("default") or ""),
        )

    def stored(self) -> dict[str, Any]:
        """As the table keeps it; no transform is an empty mapping."""
        if self.kind == NONE:
            return {}
        if self.kind == LOOKUP:
            pairs = [list(pair) for pair in self.pairs]
            return {"kind": LOOKUP, "pairs": pairs, "otherwise": self.otherwise, "default": self.default}
        return {"kind": self.kind, "value": self.value}

    @property
    def free(self) -> bool:
        """True when it needs no source field."""
        return self.kind == CONSTANT

    @property
    def reversible(self) -> bool:
        """True when it works in both directions."""
        return self.kind in (NONE, LOOKUP)

    def apply(self, source: str, fields: Mapping[str, str], direction: str) -> str:
        """The value for the target. Raises ValueError with a sentence."""
        if self.kind == NONE:
            return source
        if self.kind == CONSTANT:
            return self.value
        if self.kind == LOOKUP:
            return self._look_up(source, direction)
        if self.kind == FORMAT:
            return written(self.value, source, fields)
        if self.kind == TEMPLATE:
            return templates.render(self.value, source, fields)
        raise ValueError(f"There is no transform {self.kind[:40]!r}.")

    def _look_up(self, source: str, direction: str) -> str:
        pairs = [(to, from_) for from_, to in self.pairs] if direction == STORE_TO_ERP else self.pairs
        for same in (str.strip, lambda text: text.strip().casefold()):
            for from_, to in pairs:
                if same(from_) == same(source):
                    return to
        if self.otherwise == "keep":
            return source
        if self.otherwise == "default":
            return self.default
        raise ValueError(f"Its lookup list has no {source[:80]!r}.")


def problem(transform: Transform) -> str:
    """The sentence that says what is wrong with a transform, "" when it can be saved."""
    if transform.kind not in KINDS:
        return f"There is no transform {transform.kind[:40]!r}."
    if len(transform.value) > LONGEST or len(transform.pairs) > MOST_PAIRS:
        return f"A transform has at most {LONGEST} characters and {MOST_PAIRS} pairs."
    if transform.kind == LOOKUP:
        return _lookup_problem(transform)
    try:
        if transform.kind == FORMAT:
            written(transform.value, "", _Anything())
        elif transform.kind == TEMPLATE:
            templates.check(transform.value)
    except ValueError as error:
        return str(error)
    return "" if transform.kind in (NONE, CONSTANT) or transform.value.strip() else "Write what the value shall be."


def _lookup_problem(transform: Transform) -> str:
    if transform.otherwise not in OTHERWISE:
        return "Choose what happens with a value that is not in the list."
    if not transform.pairs:
        return "A lookup list needs at least one line."
    sources = [pair[0].strip().casefold() for pair in transform.pairs]
    twice = next((name for name in sources if sources.count(name) > 1), None)
    return "" if twice is None else f"The lookup list has {twice[:80]!r} twice."


class _Anything(dict[str, str]):
    """Has every field: for a check without a record."""

    def __contains__(self, key: object) -> bool:
        return True

    def get(self, key: str, default: Any = None) -> Any:
        return "0"


def written(text: str, source: str, fields: Mapping[str, str]) -> str:
    """A format with its fields filled in. `{value}` is the row's own field, `{Name}` any other.

    After a colon: `.2f` rounds, a number cuts to so many characters, or upper, lower, title, trim. A field that the
    record has not is empty. Raises ValueError with a sentence.
    """

    def part(found: re.Match[str]) -> str:
        if found[0] in ("{{", "}}"):
            return found[0][0]
        if found[1] is None:
            raise ValueError("A brace is not closed. Write {{ for a brace itself.")
        name, colon, how = found[1].rpartition(":")
        name = name if colon else how
        if not name.strip():
            raise ValueError("A pair of braces names no field.")
        text = source if name.strip() == "value" else str(fields.get(name.strip(), ""))
        return _shaped(text, how.strip(), name.strip()) if colon else text

    made = PART.sub(part, text)
    if len(made) > LONGEST_RESULT:
        raise ValueError(f"The result has more than {LONGEST_RESULT:,} characters.")
    return made


def _shaped(text: str, how: str, name: str) -> str:
    if how in WORDS:
        return WORDS[how](text)
    if CUT.fullmatch(how):
        return text[: int(how)]
    places = ROUND.fullmatch(how)
    if not places:
        raise ValueError(f"{how[:20]!r} is no way to write {name[:80]}: .2f, a number, upper, lower, title, trim.")
    try:
        number = Decimal(text.strip() or "0")
        return format(number.quantize(Decimal(1).scaleb(-int(places[1])), ROUND_HALF_UP), "f")
    except (InvalidOperation, ValueError):
        raise ValueError(f"{name[:80]} is {text[:40]!r}, which is no number.") from None
