"""A person with a browser that has no scripts: reads pages, fills fields in by their labels, presses buttons.

It sends what the page's own forms hold, so a test that sets something up with it needs nothing but the pages.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser

from flask import Flask
from werkzeug.datastructures import MultiDict

CHOICES = ("checkbox", "radio")


@dataclass
class Box:
    """One field: `value` is what it sends now, None when it sends nothing."""

    id: str
    name: str
    kind: str
    value: str | None
    on: str = "on"
    options: dict[str, str] = field(default_factory=dict)  # text -> value
    form: int = 0


@dataclass
class Button:
    """A button or a link that looks like one."""

    text: str
    form: int
    name: str = ""
    value: str = ""
    action: str = ""


class Page(HTMLParser):
    """What a page offers to a person."""

    def __init__(self, address: str, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.address, self.text = address, text
        self.forms: list[tuple[str, str]] = [("", "")]  # (method, action); 0 is no form
        self.boxes: list[Box] = []
        self.buttons: list[Button] = []
        self.links: dict[str, str] = {}
        self.labels: dict[str, str] = {}
        self.words: list[str] = []
        self.lists: dict[str, list[str]] = {}  # what a field that can be typed suggests, by its id
        self._form, self._cards, self._list = 0, list[str](), ""
        self._open = list[tuple[str, dict[str, str], list[str]]]()
        self.feed(text)

    def handle_starttag(self, tag: str, given: list[tuple[str, str | None]]) -> None:
        asked = {name: value if value is not None else name for name, value in given}
        if tag == "form":
            self.forms.append((asked.get("method", "get").lower(), asked.get("action") or self.address))
            self._form = len(self.forms) - 1
        elif tag == "fieldset":
            self._cards.append("")
        elif tag == "datalist":
            self._list = asked["id"]
            self.lists[self._list] = []
        elif tag == "input":
            self._input(asked)
        elif tag == "select":
            self._add(asked, "select", None)
        elif tag in ("button", "a", "label", "legend", "textarea", "option"):
            self._open.append((tag, asked, []))
            if tag == "textarea":
                self._add(asked, tag, "")

    def _add(self, asked: Mapping[str, str], kind: str, value: str | None) -> None:
        name, id = asked.get("name", ""), asked.get("id", "")
        self.boxes.append(Box(id, name, kind, value, asked.get("value", "on"), form=self._form))

    def _input(self, asked: Mapping[str, str]) -> None:
        kind = asked.get("type", "text")
        chosen = kind not in CHOICES or "checked" in asked
        self._add(asked, kind, asked.get("value", "on" if kind in CHOICES else "") if chosen else None)

    def handle_data(self, data: str) -> None:
        self.words.append(data)
        for _, _, said in self._open:
            said.append(data)

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._form = 0
        elif tag == "fieldset":
            self._cards.pop()
        elif tag == "datalist":
            self._list = ""
        if not self._open or self._open[-1][0] != tag:
            return
        _, asked, said = self._open.pop()
        text = " ".join("".join(said).split())
        if tag == "legend":
            self._cards[-1:] = [text]
        elif tag == "label":
            text = text.removesuffix(" (required)")
            self.labels.setdefault(text, asked.get("for", ""))
            for card in self._cards:
                self.labels.setdefault(f"{card}: {text}", asked.get("for", ""))
        elif tag == "a":
            self.links.setdefault(text, asked.get("href", ""))
        elif tag == "textarea":
            self.boxes[-1].value = "".join(said).removeprefix("\n")
        elif tag == "option":
            self._option(asked, text)
        else:
            action = asked.get("formaction", "")
            self.buttons.append(Button(text, self._form, asked.get("name", ""), asked.get("value", ""), action))

    def _option(self, asked: Mapping[str, str], text: str) -> None:
        value = asked.get("value", text)
        if self._list:
            self.lists[self._list].append(value)
            return
        box = self.boxes[-1]
        if box.kind == "select":
            box.options[text] = value
            if box.value is None or "selected" in asked:
                box.value = value

    def box(self, label: str) -> Box:
        """The field under this label ("Card: label" where a card says whose it is). One that is not there fails."""
        assert label in self.labels, f"{self.address} has no field {label!r}: {sorted(self.labels)}"
        return next(box for box in self.boxes if box.id == self.labels[label])


class Visitor:
    """The person. `page` is what stands on the screen."""

    def __init__(self, app: Flask) -> None:
        self.client = app.test_client()
        self.page = Page("/", "")

    def open(self, address: str) -> Page:
        return self._show(self.client.get(address, follow_redirects=True))

    def follow(self, text: str) -> Page:
        """Follow the link of this text."""
        assert text in self.page.links, f"{self.page.address} has no link {text!r}: {sorted(self.page.links)}"
        return self.open(self.page.links[text])

    def press(self, text: str, typed: Mapping[str, str | bool] | None = None) -> Page:
        """Fill fields in by their labels and press the button that begins so. True and False tick and untick."""
        found = [button for button in self.page.buttons if button.text.startswith(text)]
        assert found, f"{self.page.address} has no button {text!r}: {sorted(b.text for b in self.page.buttons)}"
        button = found[0]
        for label, value in (typed or {}).items():
            self._fill(label, value)
        boxes = [box for box in self.page.boxes if box.form == button.form and box.name and box.value is not None]
        sent = MultiDict([(box.name, box.value or "") for box in boxes if box.kind not in ("submit", "file")])
        if button.name:
            sent.add(button.name, button.value)
        method, action = self.page.forms[button.form]
        assert button.form, f"{text!r} stands in no form: it needs a script"
        given = {"query_string": sent} if method == "get" else {"method": "POST", "data": sent}
        return self._show(self.client.open(button.action or action, follow_redirects=True, **given))

    def _fill(self, label: str, value: str | bool) -> None:
        box = self.page.box(label)
        if isinstance(value, bool):
            box.value = box.on if value else None
        elif box.kind == "radio":
            box.value = box.on
        else:
            box.value = box.options.get(value, value)
            assert box.kind != "select" or box.value in box.options.values(), f"{label!r} offers {list(box.options)}"

    def _show(self, answer: object) -> Page:
        status, text = answer.status_code, answer.get_data(as_text=True)  # type: ignore[attr-defined]
        self.page = Page(answer.request.path, text)  # type: ignore[attr-defined]
        assert status == 200, (
            f"{self.page.address} answers {status}: {' '.join(' '.join(self.page.words).split())[:3000]}"
        )
        return self.page

    def sees(self, text: str) -> bool:
        return text in " ".join(" ".join(self.page.words).split())
