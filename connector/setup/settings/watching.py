"""The sections about watching over the work: the brake, reconciliation."""

from __future__ import annotations

from connector.setup.settings.section import Section
from connector.systems.base import BOOLEAN, CHOICE, INTEGER, Setting

BRAKE = Section(
    "brake",
    "Brake",
    (
        Setting(
            "enabled", "Hold what would do harm", BOOLEAN, default=True,
            help="Off: nothing is ever held, however many prices change or stocks fall to nothing.",
        ),
        Setting(
            "share", "Share of the records (%)", INTEGER, default=20, low=1, high=100,
            help="More of an entity's records than this that would be zeroed, taken out or change price: a person is "
            "asked before the first write.",
        ),
        Setting(
            "minimum", "Never for fewer than", INTEGER, default=20, low=1, high=1_000_000,
            help="Up to this many go without a question, however small the catalogue.",
        ),
        Setting(
            "factor", "Largest move of a price (times)", INTEGER, default=20, low=0, high=1_000_000,
            help="A price that becomes so many times larger or smaller is held, alone too. 0: no price is.",
        ),
        Setting(
            "pause", "Look around (seconds)", INTEGER, default=3, low=0, high=60, advanced=True,
            help="So long the first stock that falls to nothing waits, to see whether others follow.",
        ),
    ),
    help="What is held waits on the page Brake until an operator lets it go or gives it up.",
    page="watching",
)  # fmt: skip

DRIFT = Section(
    "drift",
    "Reconciliation",
    (
        Setting(
            "nightly", "Compared by schedule", CHOICE, default="sample",
            choices=(("sample", "A sample of each entity"), ("full", "Everything")),
            help="Products, prices and stock. When: see Compare both systems on the page Schedulers.",
        ),
        Setting(
            "sample", "Size of a sample", INTEGER, default=500, low=10, high=100_000,
            help="About so many records of each entity, others each time.",
        ),
        Setting(
            "days", "Orders and shipments of the last days", INTEGER, default=7, low=1, high=365,
            help="So far back the schedule compares orders and shipments.",
        ),
    ),
    page="watching",
)  # fmt: skip
