"""Which version of the Default endpoint to speak. Facts/ACUMATICA.md section 2.1.

25.200 and 24.200 hold every field that this product reads; 23.200 and 22.200 nearly all. 26.200 speaks
contract 5, another language, and is left alone until that is written.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from connector.errors import Fail

ENDPOINT = "Default"
KNOWN = ("25.200.001", "24.200.001", "23.200.001", "22.200.001")  # best first


@dataclass(frozen=True, slots=True)
class Site:
    """What `GET /entity` says: the build (empty where old sites do not tell) and the endpoints."""

    build: str
    endpoints: tuple[tuple[str, str], ...]  # (name, version)

    def versions(self, endpoint: str = ENDPOINT) -> list[str]:
        return sorted(version for name, version in self.endpoints if name.lower() == endpoint.lower())


def read(body: Any) -> Site | None:
    """Both shapes of the answer (an object since 2023 R2, before that a bare list); None for another one."""
    build, found = "", body
    if isinstance(body, Mapping):
        version = body.get("version")
        build = str(version.get("acumaticaBuildVersion") or "") if isinstance(version, Mapping) else ""
        found = body.get("endpoints")
    if not isinstance(found, list):
        return None
    pairs = [(str(e.get("name") or ""), str(e.get("version") or "")) for e in found if isinstance(e, Mapping)]
    return Site(build, tuple(pairs))


def choose(site: Site, wanted: str = "", endpoint: str = ENDPOINT) -> str:
    """The version to use: the wanted one where there is one, else the best known. Raises Fail.

    Of an endpoint of somebody's own (END-04) no version is known beforehand: its newest is taken.
    """
    versions = site.versions(endpoint)
    own = endpoint.lower() != ENDPOINT.lower()
    known = (wanted,) if wanted else tuple(reversed(versions)) if own else KNOWN
    for version in known:
        if version in versions:
            return version
    there = ", ".join(versions) or "no version at all"
    raise Fail(
        f"The Acumatica site has no {endpoint} endpoint {' or '.join(known)}; it has {there}.",
        code="acumatica.endpoint",
        help="Check the address and the user's rights to the Web Service Endpoints form (SM207060)"
        + (", or leave the endpoint version empty." if wanted else ". Acumatica 2022 R2 to 2025 R2 are supported."),
    )
