"""Test Connection: reads what the connector will need and says in words what it found. It writes nothing.

The websites are asked first, because that route needs a token; anonymous routes would answer without one
(facts/MAGENTO.md, authentication).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from typing import Any

from connector.clock import Clock
from connector.errors import Fail, Outcome
from connector.records import CATEGORY, CREDIT_MEMO, CUSTOMER, INVOICE, ORDER, SHIPMENT
from connector.systems.base import Check
from connector.systems.http import Answer
from connector.systems.magento import errors
from connector.systems.magento.client import Client, reading
from connector.systems.magento.settings import OAUTH1
from connector.systems.magento.store import Store, rows_of

QUICK = (5.0, 20.0)  # a person waits for this
LISTED = (
    (CATEGORY, "Categories", "/categories/list"),
    (CUSTOMER, "Customers", "/customers/search"),
    (CUSTOMER, "Customer groups", "/customerGroups/search"),
    (ORDER, "Orders", "/orders"),
    (SHIPMENT, "Shipments", "/shipments"),
    (INVOICE, "Invoices", "/invoices"),
    (CREDIT_MEMO, "Credit memos", "/creditmemos"),
)
NO_BULK = "00000000-0000-0000-0000-000000000000"  # 404 with its own text where the bulk routes are there


@dataclass(slots=True)
class Findings:
    """What has been found so far."""

    facts: list[tuple[str, str]] = field(default_factory=list)
    problems: list[tuple[str, str]] = field(default_factory=list)  # (sentence, help)
    missing: list[str] = field(default_factory=list)  # resources that the integration may not use


def check(
    client: Client, store: Store, values: Mapping[str, Any], preferences: Mapping[str, Any], clock: Clock
) -> Check:
    """Everything that Test Connection says. Never raises for an answer of the shop."""
    try:
        answer = client.call("GET", "/store/websites", timeout=QUICK)
        rows = rows_of(answer.data, "/store/websites")
    except Outcome as word:
        return _refused(client, word)
    found = Findings()
    sign_in = "OAuth 1.0a" if values.get("auth") == OAUTH1 else "access token (bearer)"
    found.facts += [("Sign-in", f"{sign_in} accepted"), *_edition(client), ("Websites", _websites(rows))]
    for probe in _probes(found, client, store, values, preferences):
        _try(found, probe)
    found.facts += [
        ("Bulk API", _bulk(client)),
        ("Indexers", "must be on Update by Schedule: saved prices are not reindexed otherwise"),
    ]
    return _result(found, _offset(answer, clock))


def _probes(
    found: Findings, client: Client, store: Store, values: Mapping[str, Any], preferences: Mapping[str, Any]
) -> tuple[Callable[[], Any], ...]:
    """One question each; a refusal of one does not keep the others from being asked."""
    product, inventory = preferences.get("product") or {}, preferences.get("inventory") or {}
    return (
        lambda: found.facts.append(("Store views", _views(client))),
        lambda: _attribute_set(found, store, str(values.get("default_attribute_set") or "Default")),
        lambda: _tax_class(found, store, str(values.get("default_tax_class") or "")),
        lambda: store.website_ids(list(product.get("websites") or ())),
        lambda: store.attributes(["color"]),  # for the permission: products need it as soon as they have attributes
        lambda: found.facts.append(("Inventory (MSI)", _inventory(found, store, inventory))),
        lambda: found.facts.append(("Products", f"{_count(client)} in the store")),
        *_of_entities(found, client, preferences.get("entities") or {}),
    )


def _of_entities(found: Findings, client: Client, entities: Mapping[str, Any]) -> list[Callable[[], Any]]:
    """What the entities that are switched on will need: for the permission, and to say how many there are."""

    def probe(label: str, path: str) -> Callable[[], Any]:
        return lambda: found.facts.append((label, f"{_count(client, path)} in the store"))

    return [probe(label, path) for entity, label, path in LISTED if entities.get(entity)]


def _result(found: Findings, offset: float | None) -> Check:
    if found.missing:
        text = f"The sign-in works, but the integration may not use: {', '.join(found.missing)}."
        found.problems.insert(0, (text, errors.ROLE_HINT))
    return Check(
        ok=not found.problems,
        facts=tuple(found.facts),
        problem=" ".join(text for text, _ in found.problems),
        help=found.problems[0][1] if found.problems else "",
        clock_offset=offset,
    )


def _try(found: Findings, probe: Callable[[], Any]) -> None:
    try:
        probe()
    except errors.NotAllowed as word:
        found.missing.append(word.resource or "a resource that Magento does not name")
    except Outcome as word:
        found.problems.append((word.reason, word.help))


def _refused(client: Client, word: Outcome) -> Check:
    """One refused route does not say whether the token is wrong or a permission missing; a second one may."""
    if isinstance(word, errors.NotAllowed):
        try:
            client.call(
                "GET", "/products", query=[("searchCriteria[pageSize]", 1), ("fields", "total_count")], timeout=QUICK
            )
        except Outcome:
            text = f"Magento refuses the access token, or the integration may not use {word.resource or 'this route'}."
            return Check(False, problem=text, help=errors.BEARER_HINT if client.bearer else word.help)
        text = f"The access token works, but the integration may not use: {word.resource}."
        return Check(False, problem=text, help=errors.ROLE_HINT)
    return Check(False, problem=word.reason, help=word.help)


def _edition(client: Client) -> list[tuple[str, str]]:
    """/magento_version says `Magento/2.4 (Community)`; shops hide it, then the list of modules tells the edition."""
    try:
        answer = client.http.call("GET", "/magento_version", timeout=QUICK)
        said = re.match(r"Magento/(\S+) \((\w+)\)", answer.text.strip())
    except Outcome:
        said = None
    if said:
        return [("Edition", _named(said[2] != "Community")), ("Version", said[1])]
    try:
        modules = client.get("/modules")
    except Outcome:
        modules = None
    if not isinstance(modules, list):
        return [("Edition", "not told by the shop")]
    return [
        ("Edition", f"{_named('Magento_Enterprise' in modules)}, {len(modules)} modules"),
        ("Version", "not told by the shop"),
    ]


def _named(commerce: bool) -> str:
    return "Adobe Commerce" if commerce else "Magento Open Source"


def _websites(rows: list[dict[str, Any]]) -> str:
    return ", ".join(sorted(f"{row.get('code')} ({row.get('id')})" for row in rows if row.get("id")))


def _views(client: Client) -> str:
    rows = rows_of(client.call("GET", "/store/storeViews", timeout=QUICK).data, "/store/storeViews")
    return ", ".join(sorted(str(row.get("code")) for row in rows if row.get("id")))


def _attribute_set(found: Findings, store: Store, name: str) -> None:
    if store.attribute_set(name) is None:
        found.problems.append((f"The store has no attribute set {name}.", "Correct the default attribute set."))


def _tax_class(found: Findings, store: Store, name: str) -> None:
    if name and store.tax_class(name) is None:
        found.problems.append((f"The store has no product tax class {name}.", "Correct the default tax class."))


def _inventory(found: Findings, store: Store, inventory: Mapping[str, Any]) -> str:
    sources = store.sources()
    if sources is None:
        return "no: the single stock of the shop is written"
    mapped = {str(line).partition("=")[2].strip() for line in inventory.get("source_map") or ()}
    wanted = {source for source in [*mapped, str(inventory.get("default_source") or "")] if source}
    for source in sorted(wanted - sources):
        help = "Correct the warehouse mapping or the default source in the inventory settings."
        found.problems.append((f"The store has no inventory source {source}.", help))
    return f"yes, sources: {', '.join(sorted(sources))}"


def _count(client: Client, path: str = "/products") -> int:
    query = [("searchCriteria[pageSize]", 1), ("fields", "total_count")]
    data = client.call("GET", path, query=query, timeout=QUICK).data
    with reading(path):
        return int(data["total_count"])


def _bulk(client: Client) -> str:
    """The answer for a bulk that does not exist tells whether the route does."""
    try:
        client.call("GET", f"/bulk/{NO_BULK}/status", timeout=QUICK)
    except Fail as word:
        return "no" if word.code in (errors.NO_ROUTE, "magento.web_server_404") else "yes"
    except Outcome as word:
        return f"not known: {word.reason}"
    return "yes"


def _offset(answer: Answer, clock: Clock) -> float | None:
    """Seconds that the shop's clock is ahead of ours, by its Date header (to the second)."""
    try:
        return round((parsedate_to_datetime(answer.headers.get("Date", "")) - clock.now()).total_seconds(), 1)
    except (TypeError, ValueError):
        return None
