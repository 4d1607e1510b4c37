"""A person who never touches a mouse: Tab until the wanted thing has the focus, then type, Space or Enter.

Things are found by what a person reads beside them. Nothing is clicked, and nothing is focused by a script.
"""

from __future__ import annotations

from collections.abc import Mapping

from playwright.sync_api import Page

FURTHEST = 400  # presses of Tab: more than the longest page has things to stop at
READ = """() => {
  const here = document.activeElement, text = (one) => one ? one.textContent.replace(/\\s+/g, " ").trim() : "";
  const label = here.labels && here.labels.length ? text(here.labels[0]).replace(/ \\(required\\)$/, "") : "";
  const cards = [];
  for (let at = here.closest("fieldset"); at; at = at.parentElement.closest("fieldset")) {
    cards.push(text(at.querySelector("legend")) + ": " + label);
  }
  return {tag: here.tagName, names: label ? [label, ...cards] : [text(here), here.getAttribute("aria-label") || ""]};
}"""


class Keyboard:
    """`page` is what stands on the screen."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def to(self, name: str, *tags: str) -> None:
        """Tab on until the focus is on the field of this label, or on the link or button whose text begins so."""
        passed = []
        for _ in range(FURTHEST):
            here = self.page.evaluate(READ)
            field = here["tag"] in ("INPUT", "SELECT", "TEXTAREA")
            if here["tag"] in tags and any(one == name if field else one.startswith(name) for one in here["names"]):
                return
            passed.append(here["names"][0][:40])
            self.page.keyboard.press("Tab")
        raise AssertionError(f"Tab never comes to {name!r} on {self.page.url}: {list(dict.fromkeys(passed))}")

    def unfold(self, name: str) -> None:
        """Open a part that is folded away."""
        self.to(name, "SUMMARY")
        self.page.keyboard.press("Enter")

    def follow(self, name: str) -> None:
        """Follow the link of this text, and wait for what comes."""
        self.to(name, "A")
        self._go()

    def press(self, name: str, typed: Mapping[str, str | bool] | None = None, *, stays: bool = False) -> None:
        """Fill the fields in, in any order, press the button, and wait for what comes: `stays` where the answer comes
        into the same page."""
        for label, value in (typed or {}).items():
            self.to(label, "INPUT", "SELECT", "TEXTAREA")
            self._fill(value)
        self.to(name, "BUTTON", "INPUT")
        if stays:
            with self.page.expect_response("**"):
                self.page.keyboard.press("Enter")
        else:
            self._go()

    def _fill(self, value: str | bool) -> None:
        keys = self.page.keyboard
        if isinstance(value, bool):
            if self.page.evaluate("document.activeElement.checked") is not value:
                keys.press("Space")
            return
        keys.press("Control+A")
        keys.type(value)

    def _go(self) -> None:
        with self.page.expect_navigation():
            self.page.keyboard.press("Enter")
