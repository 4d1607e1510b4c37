"""Goals as text for the terminal and as a page for docs/."""

from __future__ import annotations

from collections.abc import Sequence

from tests.bench.common import Goal

WORD = {True: "met", False: "missed", None: "-"}


REASONS = {  # why a goal is missed here, where the measurement itself does not say
    "G2": "ours folds changes of one record and keeps five partial indexes true; the peers append",
    "G3": "one commit for each change in both; ours writes the row, its indexes and the minute's counter in it",
    "G4": "ours writes an attempt for each message and the counters besides",
    "G6": "the unique key over pending records grows with them: it is what makes a record one message",
    "G8": "the low-water mark keeps claims flat, the settle still walks past dead rows",
    "G9": "every commit waits for the disk (synchronous=FULL) and for the drain's commit before it",
    "G11": "the last window of a drain is not full, and at 50 ms it weighs more",
    "G13": "the page carries filters, menu and status words for each row; statements are three at most",
    "G14": "as G13: the page itself is the cost, not the server",
    "G15": "counts stop at 10,000 rows; reading so many index entries takes a little longer than a millisecond here",
    "G16": "the claim takes a lease and a running row in a durable commit before the work starts",
    "G17": "each call is recorded for the log, with secrets taken out, then claimed, settled, counted and fenced",
    "G18": "a merged change reads and writes the waiting row with all its indexes",
    "G21": "each look asks for due retries, dead workers and repairs, in one statement for each",
}


def text(goals: Sequence[Goal]) -> str:
    """One line for each goal: id, goal, measured, met or missed."""
    lines = [f"{g.id:4} {WORD[g.met]:7} {g.goal}: {g.measured}" for g in ordered(goals)]
    met = sum(goal.met is True for goal in goals)
    missed = sum(goal.met is False for goal in goals)
    return "\n".join([*lines, f"{met} met, {missed} missed", ""])


def page(goals: Sequence[Goal], machine: str) -> str:
    """docs/performance.md."""
    rows = [f"| {g.id} | {g.goal} | {g.measured} | {WORD[g.met]} | {_why(g)} |" for g in ordered(goals)]
    return "\n".join(
        [
            "# Performance",
            "",
            "Written by `make bench`; do not edit. Each figure is a median of interleaved runs through the",
            "product's public path with every safety on. Ratios hold from machine to machine, absolute figures drift.",
            f"This run: {machine}. SQLite is WAL with synchronous=FULL, PostgreSQL has synchronous_commit on: both",
            "keep what they have said yes to when the power fails.",
            "",
            "Lines with the id S say what one safety costs: the same work with and without it. Not measured here:",
            "G7 is a test (`tests/queue/test_plans.py`), G23 is `make torture`, G19 and G20 wait for adaptive",
            "parallelism.",
            "",
            "| id | goal | measured | | note |",
            "| --- | --- | --- | --- | --- |",
            *rows,
            "",
        ]
    )


def _why(goal: Goal) -> str:
    return goal.note or (REASONS.get(goal.id, "") if goal.met is False else "")


def ordered(goals: Sequence[Goal]) -> list[Goal]:
    return sorted(goals, key=lambda goal: int("".join(c for c in goal.id if c.isdigit()) or 99))
