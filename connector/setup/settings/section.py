"""One section of a connector's settings, and what any value must be like to be stored. It knows no section by name."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from connector.systems.base import BOOLEAN, LINES, MULTI, Setting, missing

LONGEST, MOST_LINES = 4_000, 2_000  # characters of one value, entries of one list
SWITCH_WORDS = ("1", "true", "yes", "on", "y", "0", "false", "no", "off", "n")
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")

Values = dict[str, Any]
Rule = Callable[[Values], dict[str, str]]  # cleaned values -> sentences by name


def _no_rule(values: Values) -> dict[str, str]:
    return {}


@dataclass(frozen=True, slots=True)
class Section:
    """One card of the form. `rule` sees all its values together; `page` says which page of a connector shows it."""

    name: str
    title: str
    settings: tuple[Setting, ...]
    help: str = ""
    rule: Rule = _no_rule
    page: str = "setup"

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
        errors |= missing(self.settings, cleaned, errors)
        return cleaned, errors or self.rule(cleaned)


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
