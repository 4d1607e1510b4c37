"""Every form of the pages, as a browser would send it: found by looking at every page, not by a list of ours."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urlsplit

from werkzeug.datastructures import MultiDict

IGNORED = {"submit", "button", "image", "reset", "file"}


@dataclass
class Field:
    """One field that can be typed or chosen; `values` is what an untouched form sends."""

    name: str
    kind: str
    values: list[str] = field(default_factory=list)


@dataclass
class Form:
    """A form that is posted to `action`; its fields in their order."""

    action: str
    fields: dict[str, Field] = field(default_factory=dict)
    buttons: list[tuple[str, str]] = field(default_factory=list)

    def untouched(self) -> MultiDict[str, str]:
        """What the form sends when nobody has typed anything."""
        return MultiDict([(each.name, value) for each in self.fields.values() for value in each.values])

    @property
    def shape(self) -> tuple[str, tuple[str, ...]]:
        return self.action, tuple(self.fields)


class _Reader(HTMLParser):
    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.page, self.forms = page, list[Form]()
        self._form: Form | None = None
        self._select: Field | None = None
        self._area: Field | None = None

    def handle_starttag(self, tag: str, given: list[tuple[str, str | None]]) -> None:
        asked = {name: value or "" for name, value in given}
        if tag == "form":
            action = (asked.get("action") or self.page).split("#")[0]
            self._form = Form(action) if asked.get("method", "get").lower() == "post" else None
            if self._form:
                self.forms.append(self._form)
        elif tag == "option" and self._select is not None:
            first = not self._select.values and "multiple" not in self._select.kind
            if "selected" in asked or first:
                self._select.values = [] if "multiple" not in self._select.kind else self._select.values
                self._select.values.append(asked.get("value", ""))
        elif tag == "button" and self._form is not None:
            if asked.get("name"):
                self._form.buttons.append((asked["name"], asked.get("value", "")))
            if asked.get("formaction"):
                self.forms.append(Form(asked["formaction"].split("#")[0], self._form.fields, self._form.buttons))
        elif tag in ("input", "textarea", "select") and asked.get("name"):
            self._take(tag, asked)

    def _take(self, tag: str, asked: dict[str, str]) -> None:
        kind = asked.get("type", "text") if tag == "input" else tag
        if (
            self._form is None
            or kind in IGNORED
            or asked["name"] == "csrf_token"
            or {"disabled", "readonly"} & set(asked)
        ):
            return
        found = self._form.fields.setdefault(asked["name"], Field(asked["name"], kind))
        if tag == "select":
            found.kind = "select-multiple" if "multiple" in asked else "select"
            self._select = found
        elif tag == "textarea":
            self._area = found
            found.values.append("")
        elif kind not in ("checkbox", "radio") or "checked" in asked:
            found.values.append(asked.get("value", "on" if kind in ("checkbox", "radio") else ""))

    def handle_data(self, data: str) -> None:
        if self._area is not None:
            self._area.values[-1] += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._form = None
        elif tag == "select":
            self._select = None
        elif tag == "textarea" and self._area is not None:
            self._area.values[-1] = self._area.values[-1].removeprefix("\n")
            self._area = None


def of(page: str, html: str) -> list[Form]:
    """The forms of one page that are posted; without the CSRF token, which the client adds itself."""
    reader = _Reader(page)
    reader.feed(html)
    return [form for form in reader.forms if not urlsplit(form.action).netloc]
