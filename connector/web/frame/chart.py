"""Messages per minute as bars of an inline SVG: the geometry and the same facts in a sentence.

The sizes are SVG attributes, never styles, so that the strict Content-Security-Policy holds.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask_babel import gettext as _
from flask_babel import ngettext

from connector.queue.reading.numbers import Minute
from connector.web.frame import zones
from connector.web.frame.language import format_decimal

HEIGHT, STEP, BAR = 100, 10, 8


@dataclass(frozen=True, slots=True)
class Bar:
    """One minute: the failed part stands on top of the rest."""

    x: int
    y: float
    height: float
    failed_y: float
    failed_height: float


@dataclass(frozen=True, slots=True)
class Chart:
    bars: tuple[Bar, ...]
    width: int
    height: int
    highest: int
    sentence: str


def draw(minutes: Sequence[Minute]) -> Chart:
    """The chart of these minutes, oldest first."""
    highest = max((minute.total for minute in minutes), default=0)
    bars = tuple(_bar(place, minute, highest) for place, minute in enumerate(minutes) if minute.total)
    return Chart(bars, len(minutes) * STEP, HEIGHT, highest, _sentence(minutes))


def _bar(place: int, minute: Minute, highest: int) -> Bar:
    scale = (HEIGHT - 2) / highest
    failed = _visible(minute.failed * scale) if minute.failed else 0.0
    rest = minute.total - minute.failed
    height = min(_visible(rest * scale) if rest else 0.0, HEIGHT - failed)
    return Bar(
        x=place * STEP + (STEP - BAR) // 2,
        y=round(HEIGHT - height, 1),
        height=height,
        failed_y=round(HEIGHT - height - failed, 1),
        failed_height=failed,
    )


@dataclass(frozen=True, slots=True)
class Part:
    """One bar of a chart: an amount, what it is called, and the page that shows what it is made of."""

    label: str
    amount: float
    text: str
    address: str = ""
    failed: float = 0.0  # how much of it: another colour, and said in the text too


@dataclass(frozen=True, slots=True)
class Shape:
    """A bar with its place."""

    part: Part
    x: int
    y: float
    height: float
    failed_y: float = 0.0
    failed_height: float = 0.0
    share: int = 0  # of 100, of the highest: for bars that lie
    failed_share: int = 0


@dataclass(frozen=True, slots=True)
class Bars:
    """Bars that are links, with the same figures for a table."""

    shapes: tuple[Shape, ...]
    parts: tuple[Part, ...]
    width: int
    height: int
    sentence: str


def bars(parts: Sequence[Part], sentence: str) -> Bars:
    """The bars of these parts, left to right; the highest fills the height, and nothing is a line at the bottom."""
    highest = max((part.amount for part in parts), default=0.0)
    shapes = []
    for place, part in enumerate(parts):
        scale = (HEIGHT - 2) / highest if highest else 0.0
        failed = _visible(part.failed * scale) if part.failed > 0 else 0.0
        rest = part.amount - part.failed
        height = min(_visible(rest * scale), HEIGHT - failed) if rest > 0 else 0.0 if failed else 1.0
        top = round(HEIGHT - height, 1)
        x = place * STEP + (STEP - BAR) // 2
        share, failed_share = (round(100 * amount / highest) if highest else 0 for amount in (part.amount, part.failed))
        shapes.append(Shape(part, x, top, height, round(top - failed, 1), failed, share, failed_share))
    return Bars(tuple(shapes), tuple(parts), max(len(parts), 1) * STEP, HEIGHT, sentence)


def _visible(height: float) -> float:
    """One failure among ten thousand must still be seen."""
    return round(max(2.0, height), 1)


def _sentence(minutes: Sequence[Minute]) -> str:
    total, failed = sum(m.total for m in minutes), sum(m.failed for m in minutes)
    if not total:
        return _("No message in the last %(minutes)s minutes.", minutes=len(minutes))
    busiest = max(minutes, key=lambda minute: minute.total)
    return ngettext(
        "%(number)s message in the last %(minutes)s minutes, %(failed)s failed; "
        "at most %(most)s in one minute, at %(time)s.",
        "%(number)s messages in the last %(minutes)s minutes, %(failed)s failed; "
        "at most %(most)s in one minute, at %(time)s.",
        total,
        number=format_decimal(total),
        minutes=len(minutes),
        failed=format_decimal(failed),
        most=format_decimal(busiest.total),
        time=f"{zones.here(busiest.at):%H:%M}",
    )
