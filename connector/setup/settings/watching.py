"""The sections about watching over the work: the brake, reconciliation, alerts."""

from __future__ import annotations

import re

from connector.setup.settings.section import Section, Values
from connector.systems.base import BOOLEAN, CHOICE, INTEGER, LINES, SECRET, Setting

ADDRESS = re.compile(r"[^\s@,;<>\"()]+@[^\s@,;<>\"()]+")
HOUR = re.compile(r"([01]\d|2[0-3]):[0-5]\d")

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
            "factor", "Largest move of a price (times)", INTEGER, default=50, low=0, high=1_000_000,
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


def _alert_rule(values: Values) -> dict[str, str]:
    errors = {}
    wrong = [address for address in values["mail"] if not ADDRESS.fullmatch(address)]
    if wrong:
        errors["mail"] = f"{wrong[0][:60]!r} is no mail address."
    for name in ("webhook", "heartbeat"):
        if values[name] and not values[name].lower().startswith(("http://", "https://")):
            errors[name] = "Write a whole address that begins with https://."
    for name in ("quiet_from", "quiet_to"):
        if values[name] and not HOUR.fullmatch(values[name]):
            errors[name] = "Write a time like 22:00."
    if bool(values["quiet_from"]) != bool(values["quiet_to"]):
        errors.setdefault("quiet_to", "Quiet hours need a beginning and an end.")
    return errors


ALERT = Section(
    "alert",
    "Alerts",
    (
        Setting("enabled", "Tell people", BOOLEAN, default=True, help="Off: nothing is sent; the page still shows it."),
        Setting("mail", "E-mail to", LINES, default=(), help="One address on each line. The house needs MAIL_URL."),
        Setting(
            "webhook", "Webhook", SECRET,
            help="Gets a POST with JSON: event (opened, over), connector, subject, text, alerts.",
        ),
        Setting(
            "apprise", "Other channels", SECRET,
            help="Apprise addresses, separated by blanks: slack://..., msteams://..., tgram://..., ntfy://...",
        ),
        Setting(
            "minimum", "Failed messages of a cause", INTEGER, default=1, low=1, high=1_000_000,
            help="From so many on a cause is told of.",
        ),
        Setting(
            "late_minutes", "Messages waiting for (minutes)", INTEGER, default=30, low=0, high=10_080,
            help="Longer than this, and people are told. 0: never.",
        ),
        Setting(
            "in_step", "Least in step (%)", INTEGER, default=95, low=0, high=100,
            help="When a comparison finds less of both systems in step, people are told. 0: never.",
        ),
        Setting(
            "quiet_from", "Quiet from (UTC)", help="Such as 22:00. What is over before the end is not told at all.",
        ),
        Setting("quiet_to", "Quiet to (UTC)", help="What happened meanwhile is told then, in one go."),
        Setting(
            "house", "Address of this house", help="Such as https://connector.example.com: what links begin with.",
        ),
        Setting(
            "heartbeat", "Dead-man address", SECRET,
            help="Is asked for (GET) as long as somebody works here. Who misses it sounds the alarm.",
        ),
        Setting(
            "heartbeat_minutes", "Dead-man interval (minutes)", INTEGER, default=5, low=1, high=1440, advanced=True,
            help="How often the sign of life is sent.",
        ),
    ),
    help="One message for each cause, however many records it hits, and one when it is over.",
    rule=_alert_rule,
    page="watching",
)  # fmt: skip
