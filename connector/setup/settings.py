"""The settings of a connector as data: sections of `Setting`. It knows no database and no page.

The sections `erp` and `store` are what the chosen systems declare; the others are the connector's own. The
page draws its form from here, the command line and the loader check with it, so the three cannot differ.
Bounds and defaults: product/CONFLICTS.md 1-10 for the queue's numbers, else our own choice.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from connector.systems import registry
from connector.systems.base import BOOLEAN, CHOICE, INTEGER, LINES, MULTI, SECRET, Setting

ENTITIES = ("product", "price", "inventory")
LONGEST, MOST_LINES = 4_000, 2_000  # characters of one value, entries of one list
SWITCH_WORDS = ("1", "true", "yes", "on", "y", "0", "false", "no", "off", "n")
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
HEADER = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,80}")

Values = dict[str, Any]
Rule = Callable[[Values], dict[str, str]]  # cleaned values -> sentences by name


def _no_rule(values: Values) -> dict[str, str]:
    return {}


@dataclass(frozen=True, slots=True)
class Section:
    """One card of the form. `rule` sees all its values together."""

    name: str
    title: str
    settings: tuple[Setting, ...]
    help: str = ""
    rule: Rule = _no_rule

    def setting(self, name: str) -> Setting:
        """The setting of that name. Raises KeyError."""
        for setting in self.settings:
            if setting.name == name:
                return setting
        raise KeyError(name)

    def clean(self, values: Mapping[str, Any]) -> tuple[Values, dict[str, str]]:
        """The values in their types, and a sentence for each wrong one."""
        cleaned, errors = {}, {}
        for setting in self.settings:
            try:
                cleaned[setting.name] = clean(setting, values.get(setting.name))
            except ValueError as error:
                errors[setting.name] = str(error)
        return cleaned, errors or self.rule(cleaned)


def sections(erp: str, plugin: str) -> tuple[Section, ...]:
    """Every section of a connector between these two systems. Raises KeyError for an unknown one."""
    return (
        Section("erp", f"{registry.get(erp).label} connection", registry.get(erp).settings),
        Section("store", f"{registry.get(plugin).label} connection", registry.get(plugin).settings),
        *OWN,
    )


def clean(setting: Setting, value: Any) -> Any:
    """One value in its type: what `Setting.clean` accepts, minus what no person means. Raises ValueError."""
    many = setting.kind in (MULTI, LINES)
    if isinstance(value, list | tuple):
        if not many:
            raise ValueError(f"{setting.label} must be one value, not a list.")
        if len(value) > MOST_LINES:
            raise ValueError(f"{setting.label} may hold at most {MOST_LINES} entries.")
    for text in value if isinstance(value, list | tuple) else () if value is None else (value,):
        _plain(setting, text)
    cleaned = setting.clean(str(value) if many and isinstance(value, int) else value)
    if setting.kind == MULTI and setting.choices:
        unknown = sorted(set(cleaned) - {choice for choice, _ in setting.choices})
        if unknown:
            raise ValueError(f"{setting.label} has no choice {unknown[0][:40]!r}.")
    return list(cleaned) if many else cleaned


def _plain(setting: Setting, value: Any) -> None:
    if not isinstance(value, str | int | bool):
        raise ValueError(f"{setting.label} must be plain text, a number or yes or no.")
    text = str(value)
    if len(text) > LONGEST:
        raise ValueError(f"{setting.label} is too long: at most {LONGEST} characters.")
    if CONTROL.search(text) or any("\ud800" <= letter <= "\udfff" for letter in text):
        raise ValueError(f"{setting.label} holds a character that cannot be stored.")
    if setting.kind not in (MULTI, LINES) and ("\n" in text.strip() or "\r" in text.strip()):
        raise ValueError(f"{setting.label} must be one line.")
    if setting.kind == BOOLEAN and text and text.lower() not in SWITCH_WORDS:
        raise ValueError(f"{setting.label} must be yes or no.")


def source_map(lines: list[str]) -> dict[str, str]:
    """{"MAIN": "default"} from the lines "MAIN=default". Raises ValueError with a sentence."""
    found: dict[str, str] = {}
    for line in lines:
        warehouse, equals, source = (part.strip() for part in line.partition("="))
        if not (warehouse and equals and source) or "=" in source:
            raise ValueError(f"Write WAREHOUSE=source on each line; {line[:40]!r} is not like that.")
        if warehouse in found:
            raise ValueError(f"The warehouse {warehouse[:40]} appears twice.")
        found[warehouse] = source
    return found


def _inventory_rule(values: Values) -> dict[str, str]:
    try:
        source_map(values["source_map"])
    except ValueError as error:
        return {"source_map": str(error)}
    return {}


def _push_rule(values: Values) -> dict[str, str]:
    errors = {}
    if not HEADER.fullmatch(values["header"]):
        errors["header"] = "Header must be the name of an HTTP header, e.g. X-Connector-Secret."
    if values["secret"] and (len(values["secret"]) < 16 or not values["secret"].isascii()):
        errors["secret"] = "Secret must have at least 16 characters, all of them plain ASCII."
    names = [values[f"{entity}_query"].casefold() for entity in ENTITIES if values[f"{entity}_query"]]
    for entity in ENTITIES:
        if names.count(values[f"{entity}_query"].casefold()) > 1:
            errors[f"{entity}_query"] = "Each query needs a name of its own."
    return errors


QUEUE = Section(
    "queue",
    "Message processing",
    (
        Setting(
            "threshold_count", "Threshold count", INTEGER, default=25, low=0, high=10_000,
            help="Up to this many waiting prices or stocks go out one by one, more in batches. 0: always in batches.",
        ),
        Setting(
            "batch_count", "Batch count", INTEGER, default=25, low=1, high=1_000,
            help="Records in one batch request. Larger: fewer requests. Smaller: less to repeat after an error.",
        ),
        Setting("batch_mode", "Batch mode", BOOLEAN, default=True, help="Off: every record goes out on its own."),
        Setting(
            "retry_count", "Retry count", INTEGER, default=3, low=1, high=50,
            help="How often a message is tried in all before it has failed.",
        ),
        Setting(
            "retry_interval", "Retry interval (seconds)", INTEGER, default=30, low=0, high=86_400,
            help="Pause before the second try; it grows with each further one. 0: at once.",
        ),
        Setting(
            "check_process_time", "Check process time (seconds)", INTEGER, default=50, low=1, high=59,
            help="How long a launch keeps looking for work. Work that has begun is always finished.",
        ),
        Setting(
            "process_sleep_time", "Process sleep time (seconds)", INTEGER, default=5, low=1, high=59,
            help="Pause between two looks. As long as the check process time or longer: one look for each launch.",
        ),
    ),
)  # fmt: skip

PRICE = Section(
    "price",
    "Price",
    (
        Setting(
            "preference", "Price that is sent", CHOICE, default="default_price",
            choices=(("default_price", "Default price"), ("sales_price", "Sales price")),
        ),
        Setting(
            "special_price", "Send special prices", BOOLEAN, default=False,
            help="A lower price with an end becomes the store's special price.",
        ),
    ),
)  # fmt: skip

INVENTORY = Section(
    "inventory",
    "Inventory",
    (
        Setting(
            "quantity_kind", "Quantity that is sent", CHOICE, default="available",
            choices=(
                ("available", "Available"),
                ("available_for_shipping", "Available for shipping"),
                ("on_hand", "On hand"),
            ),
        ),
        Setting("warehouses", "Warehouses", LINES, default=(), help="One on each line. Empty: all warehouses."),
        Setting(
            "source_map", "Warehouse to source", LINES, default=(),
            help="WAREHOUSE=source on each line. A warehouse that is not named goes to the default source.",
        ),
        Setting("default_source", "Default source", default="default", required=True),
    ),
    rule=_inventory_rule,
)  # fmt: skip

PRODUCT = Section(
    "product",
    "Product",
    (
        Setting(
            "individual_sync", "Send each change at once", BOOLEAN, default=False,
            help="On: a saved product travels by itself. Off: only Sync Now and batch runs send products.",
        ),
        Setting(
            "deletion", "When the ERP deletes a product", CHOICE, default="disable",
            choices=(
                ("disable", "Disable it in the store"),
                ("delete", "Delete it in the store"),
                ("ignore", "Leave it as it is"),
            ),
        ),
        Setting("websites", "Websites", LINES, default=(), help="IDs or codes, one on each line. Empty: all websites."),
    ),
)  # fmt: skip

SYNC = Section(
    "entities",
    "Individual sync status",
    tuple(Setting(entity, entity.capitalize(), BOOLEAN, default=True) for entity in ENTITIES),
    help="What is not ticked is not collected, not scheduled and not sent.",
)

PUSH = Section(
    "push",
    "Push notifications",
    (
        Setting("header", "Header", default="X-Connector-Secret", required=True),
        Setting(
            "secret", "Secret", SECRET,
            help="The value that the ERP sends in the header. Without one every notification is refused.",
        ),
        Setting("product_query", "Query for products", default="CC Products"),
        Setting("price_query", "Query for prices", default="CC Prices"),
        Setting("inventory_query", "Query for inventory", default="CC Inventory"),
    ),
    help="Names of the generic inquiries whose notifications the ERP sends to this connector.",
    rule=_push_rule,
)  # fmt: skip

LOG = Section(
    "log",
    "Logging",
    (
        Setting("info", "Log info level", BOOLEAN, default=True),
        Setting("error", "Log error level", BOOLEAN, default=True),
        Setting(
            "keep_days",
            "Log entry lifetime (days)",
            INTEGER,
            default=0,
            help="Messages that ended well and their log are removed after so many days, at the time of the clean "
            "schedule. 0 keeps everything. What failed or waits is always kept.",
            low=0,
            high=3650,
        ),
    ),
)

OWN = (QUEUE, PRICE, INVENTORY, PRODUCT, SYNC, PUSH, LOG)
