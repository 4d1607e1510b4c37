"""Importing our package through the Customization API (facts/ACUMATICA.md, section 6.1).

The API always answers 200; what went wrong stands in `log`. Publishing restarts the site and touches every
tenant, and without `isMergeWithExistingPackages` it would take all other projects out, so the list of what is
published is compared before and after. `publishEnd` is polled; while the site restarts it may not answer at all.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator, Mapping
from typing import Any

from connector.clock import Clock
from connector.errors import Outcome, Refused
from connector.systems.acumatica.client import Client, strange
from connector.systems.acumatica.odata import Rows
from connector.systems.base import Package, Step

PAUSE, LONGEST = 3.0, 900.0  # seconds between two looks at a publication, and in all


class Installer:
    """One import, step by step; it ends after the first step that went wrong."""

    def __init__(self, client: Client, clock: Clock) -> None:
        self.client, self.clock = client, clock

    def run(self, package: Package) -> Iterator[Step]:
        """Every step as soon as it is over. Nothing is raised for an answer of the site."""
        before: list[str] = []
        for label, step in (
            ("Published before", lambda: self._before(before)),
            ("Import", lambda: self._import(package)),
            ("Publication started", lambda: self._begin(package)),
            ("Publication ended", self._end),
            ("Published after", lambda: self._after(before, package)),
        ):
            try:
                ok, text = step()
            except Outcome as word:
                ok, text = False, f"{word.reason} {word.help}".strip()
            yield Step(label, ok, text)
            if not ok:
                return
        for name in package.queries:
            yield self._inquiry(name)

    def _before(self, before: list[str]) -> tuple[bool, str]:
        before += self.published()
        return True, f"Published now: {', '.join(before) or 'nothing'}."

    def _import(self, package: Package) -> tuple[bool, str]:
        answer = self._call("import", {
            "projectLevel": 100,
            "isReplaceIfExists": True,
            "projectName": package.name,
            "projectDescription": package.description,
            "projectContentBase64": base64.b64encode(package.content).decode(),
        })  # fmt: skip
        return _outcome(answer, f"The project {package.name} is imported.")

    def _begin(self, package: Package) -> tuple[bool, str]:
        answer = self._call("publishBegin", {
            "projectNames": [package.name],
            "isMergeWithExistingPackages": True,
            "isOnlyValidation": False,
            "isOnlyDbUpdates": False,
            "isReplayPreviouslyExecutedScripts": False,
            "tenantMode": "Current",
        })  # fmt: skip
        return _outcome(answer, "The site is publishing it together with what is published already.")

    def _end(self) -> tuple[bool, str]:
        """Wait until the site says that it is through. It has to be asked: the asking runs the last steps."""
        deadline, last = self.clock.monotonic() + LONGEST, "it did not answer"
        while self.clock.monotonic() < deadline:
            try:
                answer = self._call("publishEnd", {})
            except Refused:
                raise
            except Outcome as word:  # the site restarts: nobody is there for a while
                last = word.reason
            else:
                if answer.get("isFailed"):
                    return False, _errors(answer) or "The publication failed; the site does not say why."
                if answer.get("isCompleted"):
                    return True, "The publication is complete; the site has restarted."
                last = "it was not complete"
            self.clock.sleep(PAUSE)
        return False, f"The publication did not end within {LONGEST / 60:.0f} minutes ({last}). Look at SM204505."

    def _after(self, before: list[str], package: Package) -> tuple[bool, str]:
        after = self.published()
        gone = [name for name in before if name not in after]
        if gone:
            return False, (
                f"Not published any more: {', '.join(gone)}. Publish them again on the Customization Projects form "
                "(SM204505)."
            )
        if package.name not in after:
            return False, f"The project {package.name} is not published. Look at the Customization Projects form."
        return True, f"Published now: {', '.join(after)}."

    def _inquiry(self, name: str) -> Step:
        try:
            shown = Rows(self.client, name).page({"$top": 1})
        except Outcome as word:
            return Step(f"Inquiry {name}", False, f"{word.reason} {word.help}".strip())
        return Step(f"Inquiry {name}", True, "It answers." if shown else "It answers, without a row yet.")

    def published(self) -> list[str]:
        """The names of the published projects. Raises Retry, Refused, Fail."""
        answer = self._call("getPublished", {})
        projects = answer.get("projects")
        if projects is None and _errors(answer):
            return []
        if not isinstance(projects, list):
            raise strange("the list of published projects")
        return [str(project.get("name")) for project in projects if isinstance(project, Mapping)]

    def _call(self, name: str, body: Mapping[str, Any]) -> Mapping[str, Any]:
        data = self.client.call("POST", f"/CustomizationApi/{name}", body=dict(body)).data
        if not isinstance(data, Mapping):
            raise strange("an answer of its customization API")
        return data


def _outcome(answer: Mapping[str, Any], text: str) -> tuple[bool, str]:
    wrong = _errors(answer)
    return (False, wrong) if wrong else (True, text)


def _errors(answer: Mapping[str, Any]) -> str:
    lines = [line for line in answer.get("log") or () if isinstance(line, Mapping)]
    return " ".join(str(line.get("message") or "").strip() for line in lines if line.get("logType") == "error")
