"""The addresses of a system's actions (END-01..04, CFG-18): each has a default, an empty setting means that one.

What is stored is only what somebody wrote over a default: a later default, or another endpoint version, still
reaches every address that nobody has touched.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from connector.setup.settings.section import Rule, Section, Values
from connector.systems.base import Endpoint, Setting

SIDES = {"erp": "erp_endpoints", "store": "store_endpoints"}
LONGEST = 250
PATH = re.compile(r"/?[A-Za-z0-9_.~:@$%,(){}=+-]+(/[A-Za-z0-9_.~:@$%,(){}=+-]+)*")
PLACE = re.compile(r"\{[^{}]*\}")
FREE = {"{endpoint}", "{version}"}  # somebody may write another endpoint and version in their place


def sections(erp: str, of_erp: Sequence[Endpoint], store: str, of_store: Sequence[Endpoint]) -> list[Section]:
    """A section for each side that has addresses. `erp` and `store` are the labels of the systems."""
    both = (("erp", erp, of_erp), ("store", store, of_store))
    return [_section(SIDES[side], label, endpoints) for side, label, endpoints in both if endpoints]


def _section(name: str, label: str, endpoints: Sequence[Endpoint]) -> Section:
    settings = tuple(
        Setting(each.code, each.label or each.code, help=f"Default: {each.method} {each.path}") for each in endpoints
    )
    return Section(name, f"{label} addresses", settings, rule=_rule(endpoints), page="endpoints")


def _rule(endpoints: Sequence[Endpoint]) -> Rule:
    def check(values: Values) -> dict[str, str]:
        found = {each.code: wrong(each, values[each.code]) for each in endpoints if values[each.code]}
        return {code: text for code, text in found.items() if text}

    return check


def wrong(endpoint: Endpoint, path: str) -> str:
    """A sentence when this cannot be the address of that action, else nothing."""
    name = endpoint.label or endpoint.code
    if len(path) > LONGEST or not PATH.fullmatch(path) or ".." in path.split("/"):
        return f"{name} must be a path below the system's address, such as {endpoint.path}."
    wanted, found = set(PLACE.findall(endpoint.path)), PLACE.findall(path)
    needed = wanted - FREE
    rest = PLACE.sub("", path)
    if not needed <= set(found) <= wanted or len(set(found)) < len(found) or "{" in rest or "}" in rest:
        return f"{name} must hold these places once each, and no others: {', '.join(sorted(wanted)) or 'none'}."
    return ""


def overrides(values: Mapping[str, Mapping[str, Any]]) -> dict[str, dict[str, str]]:
    """{"erp": {code: path}, "store": {code: path}} of the addresses that somebody has changed."""
    return {
        side: {code: str(path) for code, path in values.get(section, {}).items() if path}
        for side, section in SIDES.items()
    }
