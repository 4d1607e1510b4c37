"""Goals as text for the terminal and as a page for docs/."""

from __future__ import annotations

from collections.abc import Sequence

from tests.bench.common import Goal

WORD = {True: "met", False: "missed", None: "-"}


def text(goals: Sequence[Goal]) -> str:
    """One line for each goal: id, goal, measured, met or missed."""
    lines = [f"{g.id:4} {WORD[g.met]:7} {g.goal}: {g.measured}" for g in ordered(goals)]
    met = sum(goal.met is True for goal in goals)
    missed = sum(goal.met is False for goal in goals)
    return "\n".join([*lines, f"{met} met, {missed} missed", ""])


def page(goals: Sequence[Goal], machine: str) -> str:
    """docs/performance.md."""
    rows = [f"| {g.id} | {g.goal} | {g.measured} | {WORD[g.met]} | {g.note} |" for g in ordered(goals)]
    return "\n".join(
        [
            "# Performance",
            "",
            "Written by `make bench`; do not edit. Each figure is a median of interleaved runs through the",
            "product's public path with every safety on. Ratios hold from machine to machine, absolute figures drift.",
            f"This run: {machine}. SQLite is WAL with synchronous=FULL, PostgreSQL has synchronous_commit on: both",
            "keep what they have said yes to when the power fails.",
            "",
            "| id | goal | measured | | note |",
            "| --- | --- | --- | --- | --- |",
            *rows,
            "",
        ]
    )


def ordered(goals: Sequence[Goal]) -> list[Goal]:
    return sorted(goals, key=lambda goal: int("".join(c for c in goal.id if c.isdigit()) or 0))
