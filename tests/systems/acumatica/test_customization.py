"""Importing a package: every step on the wire, what is compared, and what a site in trouble says."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from connector.clock import FakeClock
from connector.systems.acumatica.customization import LONGEST, PAUSE
from connector.systems.acumatica.system import Acumatica
from connector.systems.base import Package, Step
from tests.systems.acumatica.conftest import BASE, Wire, failure

PACKAGE = Package("Ours", "Our inquiries", b"zip", ("CC Prices",))
API = f"{BASE}/CustomizationApi"
DONE = {"isCompleted": True, "isFailed": False, "log": []}


def log(kind: str, text: str) -> dict[str, Any]:
    return {"log": [{"timestamp": "2026-01-01T00:00:00Z", "logType": kind, "message": text}]}


def published(*names: str) -> dict[str, Any]:
    return {"projects": [{"name": name} for name in names], "items": []}


def site(wire: Wire, after: tuple[str, ...] = ("Theirs", "Ours")) -> None:
    wire.post(f"{API}/getPublished", json=published("Theirs"))
    wire.post(f"{API}/import", json=log("information", "Create new project: Ours"))
    wire.post(f"{API}/publishBegin", json=log("information", "Publishing has started."))
    wire.post(f"{API}/publishEnd", json=DONE)
    wire.post(f"{API}/getPublished", json=published(*after))
    wire.get(f"{BASE}/t/Company/api/odata/gi/CC%20Prices", json={"value": [{"InventoryID": "A"}]})


def steps(erp: Acumatica) -> list[Step]:
    return list(erp.install(PACKAGE))


def test_a_package_is_imported_and_published_with_what_is_there(wire: Wire, erp: Acumatica) -> None:
    site(wire)
    found = steps(erp)
    assert all(step.ok for step in found), found
    assert [step.label for step in found][-2:] == ["Published after", "Inquiry CC Prices"]
    sent = json.loads(wire.requests("/import")[0].body or "")
    assert base64.b64decode(sent["projectContentBase64"]) == b"zip" and sent["isReplaceIfExists"] is True
    begin = json.loads(wire.requests("/publishBegin")[0].body or "")
    assert begin["isMergeWithExistingPackages"] is True and begin["projectNames"] == ["Ours"]
    assert begin["tenantMode"] == "Current" and begin["isOnlyValidation"] is False


@pytest.mark.parametrize(("after", "said"), [(("Ours",), "Not published any more: Theirs."), (("Theirs",), "Ours")])
def test_a_project_that_is_missing_afterwards_is_told(
    wire: Wire, erp: Acumatica, after: tuple[str, ...], said: str
) -> None:
    site(wire, after)
    last = steps(erp)[-1]
    assert (last.label, last.ok) == ("Published after", False) and said in last.text


def test_an_error_in_the_log_ends_it(wire: Wire, erp: Acumatica) -> None:
    """Facts 6.1: the API answers 200 whatever happens."""
    wire.post(f"{API}/getPublished", json=published())
    wire.post(f"{API}/import", json=log("error", "You have no access rights to customization."))
    found = steps(erp)
    assert found[-1] == Step("Import", False, "You have no access rights to customization.")
    assert wire.requests("/publishBegin") == []


def test_it_waits_while_the_site_restarts(wire: Wire, erp: Acumatica, clock: FakeClock) -> None:
    wire.post(f"{API}/getPublished", json=published())
    wire.post(f"{API}/import", json=log("information", "x"))
    wire.post(f"{API}/publishBegin", json=log("information", "x"))
    wire.post(f"{API}/publishEnd", json={"isCompleted": False, "isFailed": False, "log": []})
    wire.post(f"{API}/publishEnd", status=503, body="restarting")
    wire.post(f"{API}/publishEnd", status=500, json=failure("The object is locked."))
    wire.post(f"{API}/publishEnd", json=DONE)
    wire.post(f"{API}/getPublished", json=published("Ours"))
    wire.get(f"{BASE}/t/Company/api/odata/gi/CC%20Prices", status=404, json={})
    found = steps(erp)
    assert [step.ok for step in found] == [True] * 5 + [False]
    assert "not there over OData" in found[-1].text
    assert clock.slept.count(PAUSE) >= 3


def test_a_publication_that_fails_or_never_ends_is_told(wire: Wire, erp: Acumatica, clock: FakeClock) -> None:
    site(wire)
    wire.replace("POST", f"{API}/publishEnd", json={"isCompleted": True, "isFailed": True, **log("error", "CS1002")})
    assert steps(erp)[-1] == Step("Publication ended", False, "CS1002")
    wire.replace("POST", f"{API}/publishEnd", json={"isCompleted": False, "isFailed": False, "log": []})
    started = clock.monotonic()
    assert "did not end within 15 minutes" in steps(erp)[-1].text
    assert clock.monotonic() - started >= LONGEST
