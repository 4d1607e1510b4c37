"""A small Acumatica site on the wire: `responses` with our own payload files, and the system that reads it.

Every test of this folder is a contract test too: what it asks for is looked up in the published contract.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import responses
from requests import PreparedRequest

from connector.clock import FakeClock
from connector.systems.acumatica import Acumatica
from connector.systems.acumatica.settings import SETTINGS
from connector.systems.base import clean_all
from tests.conftest import SHARED
from tests.contract.acumatica_names import inside, wrong

BASE = "https://erp.example/site"
ENDPOINT = f"{BASE}/entity/Default/24.200.001"
DATA = Path(__file__).parent / "data"
VALUES = {"url": BASE + "/", "tenant": "Company", "username": "admin", "password": "hush-hush"}
INVENTED = ("Thing", "MyWarehouses")  # entities that only these tests have
NOT_THERE = {
    "message": "An error has occurred.",
    "exceptionMessage": "No entity satisfies the condition.",
    "exceptionType": "PX.Api.ContractBased.NoEntitySatisfiesTheConditionException",
}

Make = Callable[..., Acumatica]


def load(name: str) -> Any:
    return json.loads((DATA / name).read_text(encoding="utf-8"))


def failure(text: str, kind: str = "PX.Data.PXException") -> dict[str, str]:
    """The body of a 500, as Acumatica sends nearly every refusal."""
    return {"message": "An error has occurred.", "exceptionMessage": text, "exceptionType": kind, "stackTrace": "at x"}


def options(request: PreparedRequest) -> dict[str, str]:
    """The query of a request, decoded."""
    return {name: values[0] for name, values in parse_qs(urlsplit(request.url or "").query).items()}


class Wire(responses.RequestsMock):
    """The mocked wire with the site's sign-in on it; `sent` lists what came after that."""

    def site(self, name: str = "site.json") -> None:
        self.post(f"{BASE}/entity/auth/login", status=204, headers={"Set-Cookie": ".ASPXAUTH=seat; path=/"})
        self.post(f"{BASE}/entity/auth/logout", status=204)
        self.get(f"{BASE}/entity", json=load(name))

    def requests(self, part: str = "") -> list[PreparedRequest]:
        return [call.request for call in self.calls if part in (call.request.url or "")]

    def lines(self) -> list[str]:
        """Method and path of every request, without the site."""
        return [f"{call.request.method} {urlsplit(call.request.url or '').path[5:]}" for call in self.calls]


@pytest.fixture
def wire() -> Iterator[Wire]:
    with Wire(assert_all_requests_are_fired=False) as mock:
        yield mock
        said = [problem for call in mock.calls for problem in unknown(call.request)]
    assert said == []


def unknown(request: PreparedRequest) -> list[str]:
    """What a request names that the published contract of its endpoint version does not know."""
    told = inside(request)
    known = entities(told[0]) if told else {}
    return list(wrong(request, known)) if told and known and told[1] not in INVENTED else []


@cache
def entities(version: str) -> dict[str, Any]:
    """The entities of one version of the Default endpoint; none where its contract is not at hand."""
    path = SHARED / "contracts" / "acumatica" / f"entities-Default_{version}.json"
    return dict(json.loads(path.read_text())["entities"]) if path.is_file() else {}


@pytest.fixture
def make(wire: Wire, clock: FakeClock) -> Iterator[Make]:
    """Builds systems and closes them."""
    made: list[Acumatica] = []

    def build(preferences: dict[str, Any] | None = None, **values: Any) -> Acumatica:
        cleaned = clean_all(SETTINGS, {**VALUES, **values})
        made.append(Acumatica(cleaned, clock=clock, preferences=preferences))
        return made[-1]

    yield build
    wire.post(f"{BASE}/entity/auth/logout", status=204)
    for system in made:
        system.close()


@pytest.fixture
def erp(wire: Wire, make: Make) -> Acumatica:
    """The usual one: signed in with user and password, endpoint 24.200.001."""
    wire.site()
    return make()
