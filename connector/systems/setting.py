"""One setting as data: a page draws its field from it, the loader checks with it. It knows no system."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any
from urllib.parse import urlsplit

from connector.errors import Invalid

TEXT, SECRET, URL, INTEGER, BOOLEAN, CHOICE, MULTI, LINES, AMOUNT = (
    "text",
    "secret",
    "url",
    "integer",
    "boolean",
    "choice",
    "multi",
    "lines",
    "amount",
)


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting as data: the page draws its field from this, the loader checks with it."""

    name: str
    label: str
    kind: str = TEXT
    default: Any = ""
    required: bool = False
    help: str = ""
    choices: tuple[tuple[str, str], ...] = ()  # (value, label)
    low: int | None = None
    high: int | None = None
    confirm: bool = False  # a secret that is typed twice (CON-02, CON-06)
    advanced: bool = False
    reference: str = ""  # name of the reference list that its values come from; free typing stays possible (CON-13)
    scoped: bool = False  # may be set differently for one store view (CON-10)
    needs: tuple[str, str] | None = None  # (name, value) of its section: required only while that one is so

    @property
    def secret(self) -> bool:
        return self.kind == SECRET

    def clean(self, value: Any) -> Any:
        """The value in its type. Raises ValueError with a sentence for the person who typed it."""
        if value is None or value == "":
            if self.required:
                raise ValueError(f"{self.label} is required.")
            return self.default
        if self.kind == INTEGER:
            return self._integer(value)
        if self.kind == BOOLEAN:
            return value if isinstance(value, bool) else str(value).lower() in ("1", "true", "yes", "on", "y")
        if self.kind == AMOUNT:
            return self._amount(str(value).strip())
        if self.kind == URL:
            return self._url(str(value).strip())
        if self.kind == CHOICE:
            allowed = [choice for choice, _ in self.choices]
            if str(value) not in allowed:
                raise ValueError(f"{self.label} must be one of: {', '.join(allowed)}.")
            return str(value)
        if self.kind in (MULTI, LINES):
            items = value.replace(",", "\n").splitlines() if isinstance(value, str) else value
            return [str(item).strip() for item in items if str(item).strip()]
        text = str(value)
        if "\x00" in text:
            raise ValueError(f"{self.label} holds a character that cannot be stored.")
        return text if self.secret else text.strip()

    def _integer(self, value: Any) -> int:
        try:
            number = int(str(value).strip())
        except ValueError:
            raise ValueError(f"{self.label} must be a whole number.") from None
        if (self.low is not None and number < self.low) or (self.high is not None and number > self.high):
            bounds = f"at least {self.low}" if self.high is None else f"between {self.low} and {self.high}"
            raise ValueError(f"{self.label} must be {bounds}.")
        return number

    def _amount(self, value: str) -> str:
        """A sum of money as text: settings are stored as JSON, which has no decimals."""
        try:
            amount = Decimal(value)
        except InvalidOperation:
            raise ValueError(f"{self.label} must be an amount such as 0.05.") from None
        if not amount.is_finite() or amount < (self.low or 0) or abs(amount) >= Decimal(10) ** 12:
            raise ValueError(f"{self.label} must be an amount of at least {self.low or 0}.")
        return format(amount, "f")

    def _url(self, value: str) -> str:
        sentence = f"{self.label} must be a web address that starts with http:// or https://."
        try:
            parts = urlsplit(value)
            parts.port  # noqa: B018 - raises for one that is no number
        except ValueError:
            raise ValueError(sentence) from None
        odd = parts.username or parts.query or parts.fragment or any(letter.isspace() for letter in value)
        if parts.scheme not in ("http", "https") or not parts.hostname or odd:
            raise ValueError(sentence)
        return value.rstrip("/")


def clean_all(settings: Iterable[Setting], values: Mapping[str, Any]) -> dict[str, Any]:
    """All settings in their types. Raises Invalid with one sentence for each wrong one."""
    cleaned: dict[str, Any] = {}
    errors: dict[str, str] = {}
    for setting in settings:
        try:
            cleaned[setting.name] = setting.clean(values.get(setting.name))
        except ValueError as error:
            errors[setting.name] = str(error)
    errors |= missing(settings, cleaned, errors)
    if errors:
        raise Invalid(errors)
    return cleaned


def missing(settings: Iterable[Setting], cleaned: Mapping[str, Any], errors: Mapping[str, str]) -> dict[str, str]:
    """A sentence for each setting that is needed because of another one (`needs`) and is empty."""
    return {
        setting.name: f"{setting.label} is required."
        for setting in settings
        if setting.needs and setting.name not in errors
        if cleaned.get(setting.needs[0]) == setting.needs[1] and cleaned.get(setting.name) in ("", None, [], ())
    }
