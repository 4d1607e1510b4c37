"""Test Connection: which site, which tenant, which version, can items be read, and how far its clock is off.

Reads only. Every step that worked becomes a fact, the first one that did not becomes the problem.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from html import unescape

from connector.clock import Clock
from connector.errors import Fail, Outcome
from connector.systems.acumatica import versions
from connector.systems.acumatica.client import Client, strange
from connector.systems.acumatica.errors import NoEndpoint
from connector.systems.acumatica.stock import Warehouses
from connector.systems.base import Check
from connector.systems.http import Answer

SIGN_IN_PAGE = "/Frames/Login.aspx"
INPUT = re.compile(r"<input\b[^>]*\bid=[\"']txtSingleCompany[\"'][^>]*>", re.IGNORECASE)
VALUE = re.compile(r"\bvalue=[\"']([^\"']*)[\"']", re.IGNORECASE)
UNREACHABLE = "Check the address, and that this server may reach it (firewall, VPN, name resolution, certificate)."

Fact = tuple[str, str]


class Checker:
    """One run of the test; `facts` grow while it goes on."""

    def __init__(self, client: Client, warehouses: Warehouses, clock: Clock) -> None:
        self.client = client
        self.warehouses = warehouses
        self.clock = clock
        self.facts: list[Fact] = []
        self.offset: float | None = None

    def run(self) -> Check:
        """What was found; an answer of the other side is never raised."""
        try:
            for step in (self._site, self._tenant, self._items, self._warehouses):
                self.facts.extend(step())
        except Outcome as problem:
            return self._result(problem.reason, problem.help or (UNREACHABLE if _unreachable(problem) else ""))
        return self._result()

    def _result(self, problem: str = "", help: str = "") -> Check:
        if self.offset is not None:
            self.facts.append(("Clock", f"{self.offset:+.0f} s against ours"))
        return Check(not problem, tuple(self.facts), problem, help, self.offset)

    def _site(self) -> Iterator[Fact]:
        before = self.clock.now()
        try:
            answer = self.client.call("GET", "/entity")
        except NoEndpoint as error:
            raise strange("the API of Acumatica") from error
        self.offset = _offset(answer, before + (self.clock.now() - before) / 2)
        site = versions.read(answer.data)
        if site is None:
            raise strange("the list of its endpoints")
        yield "Build", site.build or "not told (before 2023 R2)"
        yield "Default endpoints", ", ".join(site.versions()) or "none"
        yield "Endpoint in use", versions.choose(site, self.client.wanted)

    def _tenant(self) -> Iterator[Fact]:
        reached, wanted = self._reached(), self.client.tenant
        if reached:
            yield "Tenant", reached
        if reached and wanted and reached.casefold() != wanted.casefold():
            raise Fail(
                f"The sign-in reached the tenant {reached}, not {wanted}.",
                code="acumatica.tenant",
                help=f"A site with one tenant takes any name. Enter {reached}, else its notifications are refused.",
            )

    def _reached(self) -> str:
        """The tenant's login name as the signed-in site shows it; "" where it does not (then nobody knows)."""
        try:
            page = self.client.call("GET", SIGN_IN_PAGE, headers={"Accept": "text/html"}).text
        except Outcome:
            return ""  # the page is a help of this test and nothing else needs it
        field = INPUT.search(page)
        found = VALUE.search(field[0]) if field else None
        return unescape(found[1]).strip() if found else ""

    def _items(self) -> Iterator[Fact]:
        found = self.client.list("StockItem", {"$select": "InventoryID", "$top": 1})
        yield "Items", "can be read" if found else "can be read, there are none yet"

    def _warehouses(self) -> Iterator[Fact]:
        active = self.warehouses.active()
        yield "Warehouses", ", ".join(active) or "none"
        known = {code.casefold() for code in active}
        missing = [code for code in self.warehouses.chosen if code.casefold() not in known]
        if missing:
            raise Fail(
                f"Acumatica shows no active warehouse {', '.join(missing)}.",
                code="acumatica.warehouses",
                help="Correct the warehouses in the connector's inventory settings.",
            )


def _offset(answer: Answer, now: datetime) -> float | None:
    """Seconds that their clock is ahead; a header's second counts as its middle."""
    try:
        theirs = parsedate_to_datetime(answer.headers.get("Date", "")) + timedelta(seconds=0.5)
        found = float((theirs - now).total_seconds())
    except (TypeError, ValueError):
        return None
    return 0.0 if abs(found) < 1 else round(found, 1)  # the header tells whole seconds only


def site_clock(client: Client) -> datetime | None:
    """What the site's clock says (UTC, whole seconds), None when it does not tell. Raises Retry, Refused or Fail."""
    try:
        found = parsedate_to_datetime(client.call("GET", "/entity").headers.get("Date", ""))
    except (TypeError, ValueError):
        return None
    return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)


def _unreachable(problem: Outcome) -> bool:
    return problem.code == "http.unreachable"
