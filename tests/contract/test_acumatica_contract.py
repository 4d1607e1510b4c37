"""Every request that the Acumatica side sends, against the published contract; every known error shape, read.

A site that answers nearly nothing is on the wire; the system does all it can; then paths, query parameters,
selected, expanded and filtered names, bodies, and the names that the code reads are looked up in the contract.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
import responses
from requests import PreparedRequest
from requests.structures import CaseInsensitiveDict

from connector.clock import FakeClock
from connector.errors import Fail, Outcome, Refused, Retry
from connector.records import INVENTORY, PRICE, PRODUCT
from connector.systems.acumatica import Acumatica, prices, products, push, schema, stock, versions
from connector.systems.acumatica.errors import Gone, LoginLimit, Unlisted, explain, explain_sign_in, problems
from connector.systems.acumatica.items import KINDS
from connector.systems.acumatica.settings import SETTINGS
from connector.systems.base import clean_all
from connector.systems.http import Answer

BASE = "https://erp.example/site"
PREFERENCES = {
    "price": {"preference": "sales_price", "special_price": True},
    "push": {"product_query": "StockItemsPN", "inventory_query": "Item Availability Data"},
}
SINCE = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def contracts(shared: Path) -> Path:
    return shared / "contracts" / "acumatica"


@pytest.fixture(scope="module")
def swagger(contracts: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((contracts / "swagger-Default_24.200.001.json").read_text())
    return found


@pytest.fixture(scope="module")
def shapes(contracts: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((contracts / "shapes.json").read_text())
    return found


def entities(contracts: Path, version: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((contracts / f"entities-Default_{version}.json").read_text())["entities"]
    return found


def names(all_entities: dict[str, Any], entity: str) -> set[str]:
    """Fields of an entity, and `Detail/Field` for those of its details."""
    own = all_entities[entity]
    details = own.get("details") or {}
    inner = {f"{detail}/{field}" for detail, kind in details.items() for field in all_entities[kind]["fields"]}
    return set(own["fields"]) | inner


# --- everything that is sent


class Everything:
    """Answers like a site with one stock item, one non-stock item and two warehouses."""

    def __init__(self, version: str) -> None:
        self.version = version
        self.sent: list[PreparedRequest] = []

    def __call__(self, request: PreparedRequest) -> tuple[int, dict[str, str], str]:
        self.sent.append(request)
        path = urlsplit(request.url or "").path
        data: Any = {}
        if path.endswith(("/login", "/logout")):
            return 204, {}, ""
        if path.endswith("/entity"):
            data = {"endpoints": [{"name": "Default", "version": self.version}]}
        elif path.endswith("/Warehouse"):
            data = [{"WarehouseID": {"value": code}} for code in ("MAIN", "RETAIL")]
        elif path.endswith("StockItem"):
            wanted = "NON" if "NonStock" in path else "STOCK"
            keys = re.findall(rf"'({wanted}\d*)'", unquote(request.url or "")) or [wanted]
            data = [{"id": "1", "InventoryID": {"value": key}, "DefaultPrice": {"value": 1}} for key in keys]
        return 200, {"Content-Type": "application/json"}, json.dumps(data)

    def inside(self) -> list[tuple[str, str, dict[str, str], Any]]:
        """Method, path inside the endpoint, options and body of what went to the endpoint."""
        root = f"/site/entity/Default/{self.version}/"
        found = []
        for request in self.sent:
            parts = urlsplit(request.url or "")
            if parts.path.startswith(root):
                query = {name: values[0] for name, values in parse_qs(parts.query).items()}
                body = json.loads(request.body) if request.body else None
                found.append((request.method or "", parts.path[len(root) - 1 :], query, body))
        return found


def work(version: str) -> Everything:
    """Let the system do everything it can do."""
    site = Everything(version)
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        for method in ("GET", "PUT", "POST"):
            mock.add_callback(method, re.compile(re.escape(BASE)), callback=site)
        values = {"url": BASE, "tenant": "Company", "username": "a", "password": "b"}
        erp = Acumatica(clean_all(SETTINGS, values), clock=FakeClock(), preferences=PREFERENCES)
        assert erp.check().ok
        for entity in (PRODUCT, PRICE, INVENTORY):
            erp.read_many(entity, ["STOCK1", "NON1"])
            erp.read_many(entity, ["STOCK1", "STOCK2", "STOCK3", "STOCK4"])
            for since in (None, SINCE):
                position: str | None = ""
                while position is not None:
                    position = erp.changed_since(entity, since, position).position
        erp.close()
    return site


@pytest.fixture(scope="module", params=["22.200.001", "24.200.001", "25.200.001"])
def done(request: pytest.FixtureRequest, contracts: Path) -> Iterator[tuple[Everything, dict[str, Any]]]:
    yield work(request.param), entities(contracts, request.param)


def test_the_paths_and_their_parameters_are_in_the_contract(swagger: dict[str, Any]) -> None:
    parameters = swagger["components"]["parameters"]
    sent = work("24.200.001").inside()
    assert {path for _, path, _, _ in sent} == {
        "/StockItem",
        "/NonStockItem",
        "/Warehouse",
        "/InventorySummaryInquiry",
        "/StorageDetailsInquiry",
        "/SalesPricesInquiry",
    }
    for method, path, query, _ in sent:
        operation = swagger["paths"][path][method.lower()]
        known = {parameters[each["$ref"].rpartition("/")[2]]["name"] for each in operation["parameters"]}
        assert set(query) <= known, (method, path)


def test_selected_and_expanded_names_exist(done: tuple[Everything, dict[str, Any]]) -> None:
    site, known = done
    for _, path, query, _ in site.inside():
        entity = path.strip("/")
        selected = set(filter(None, query.get("$select", "").split(",")))
        assert selected <= names(known, entity), (entity, selected - names(known, entity))
        expanded = set(filter(None, query.get("$expand", "").split(",")))
        assert expanded <= set(known[entity].get("details") or {}), (entity, expanded)
        assert {name.split("/")[0] for name in selected if "/" in name} <= expanded


def test_filters_are_conditions_on_fields_of_the_entity_itself(done: tuple[Everything, dict[str, Any]]) -> None:
    site, known = done
    for _, path, query, _ in site.inside():
        fields = set(known[path.strip("/")]["fields"])
        plain = re.sub(r"'(?:[^']|'')*'", "''", query.get("$filter", ""))  # what stands in quotes is no name
        assert set(re.findall(r"(\w+) (?:eq|ge|gt) ", plain)) <= fields
        assert not re.sub(r"\w+ (?:eq|ge|gt) (?:datetimeoffset)?''(?: and | or )?", "", plain)


def test_parameters_of_inquiries_exist(done: tuple[Everything, dict[str, Any]]) -> None:
    site, known = done
    bodies = [(path.strip("/"), body) for method, path, _, body in site.inside() if method == "PUT"]
    assert bodies
    for inquiry, body in bodies:
        assert set(body) <= set(known[inquiry]["fields"])
        assert all(set(field) == {"value"} for field in body.values())


# --- the names that are read


@pytest.mark.parametrize("version", ["24.200.001", "25.200.001"])
def test_the_names_that_are_read_exist(contracts: Path, version: str) -> None:
    known = entities(contracts, version)
    for kind in KINDS:
        assert set(products.fields(version)[kind]) <= names(known, kind.entity)
        assert set(prices.fields(version)[kind]) <= names(known, kind.entity)
        assert set(stock.FIELDS) <= names(known, kind.entity)
    assert {"WarehouseID", "QtyOnHand", "QtyAvailable", "QtyAvailableForShipment"} <= set(
        known[known[stock.SUMMARY]["details"][stock.SUMMARY_ROWS]]["fields"]
    )
    assert {
        "InventoryID",
        "WarehouseID",
        "QtyOnHand",
        "QtyAvailable",
        "QtyHardAvailable",
        "LastModifiedDateofWarehouseQty",
    } <= set(known[known[stock.STORAGE]["details"][stock.STORAGE_ROWS]]["fields"])
    assert {
        "InventoryID",
        "PriceType",
        "UOM",
        "BreakQty",
        "Warehouse",
        "Promotion",
        "Price",
        "CurrencyID",
        "EffectiveDate",
        "ExpirationDate",
        "LastModifiedDateTime",
    } <= set(known[known[prices.INQUIRY]["details"][prices.DETAILS]]["fields"])
    assert {"WarehouseID", "Active"} <= set(known["Warehouse"]["fields"])


def test_the_names_of_the_oldest_version_exist_too(contracts: Path) -> None:
    known = entities(contracts, "22.200.001")
    for kind in KINDS:
        assert set(products.fields("22.200.001")[kind]) <= names(known, kind.entity)
    assert {
        "InventoryID",
        "SiteID",
        "SiteOnHand",
        "SiteAvailable",
        "SiteAvailableforShipping",
        "SiteLastModifiedDate",
    } <= (set(known["StorageDetail"]["fields"]))


def test_the_schema_is_read_from_the_real_swagger(swagger: dict[str, Any], contracts: Path) -> None:
    known = entities(contracts, "24.200.001")
    both = {*known["StockItem"]["fields"], *known["NonStockItem"]["fields"]}
    assert schema.names(swagger, schema.SCHEMAS[PRODUCT]) == both
    assert schema.names(swagger, schema.SCHEMAS[PRICE]) == both
    assert schema.names(swagger, schema.SCHEMAS[INVENTORY]) == set(known["StorageDetail"]["fields"])


# --- shapes of answers


def answer(shape: dict[str, Any]) -> Answer:
    body = shape.get("body")
    return Answer(shape["status"], CaseInsensitiveDict(), json.dumps(body) if body else "", body, 0.1, {})


def test_both_lists_of_endpoints_are_read(shapes: dict[str, Any]) -> None:
    body = shapes["GET /entity (2023R2+)"]["body"]
    site = versions.read(body)
    assert site is not None and site.build == "25.201.0213"
    assert versions.choose(site) == "25.200.001"
    bare = versions.read(body["endpoints"])
    assert bare is not None and bare.endpoints == site.endpoints


def test_known_refusals_become_the_right_words(shapes: dict[str, Any]) -> None:
    words: dict[str, tuple[Any, type[Outcome]]] = {
        "POST /entity/auth/login wrong password": (explain_sign_in, Refused),
        "POST /entity/auth/login licence exhausted": (explain_sign_in, LoginLimit),
        "GET missing key": (explain, Gone),
        "PUT validation error": (explain, Fail),
        "GET list on delegate view (Payment with $expand=ApplicationHistory, list form)": (explain, Unlisted),
        "setup missing": (explain, Fail),
    }
    for name, (read, word) in words.items():
        said = read(answer(shapes[name]))
        assert type(said) is word, name
    assert not isinstance(explain_sign_in(answer(shapes["POST /entity/auth/login licence exhausted"])), Refused)
    assert issubclass(LoginLimit, Retry)


def test_the_refused_token_request_needs_a_person(shapes: dict[str, Any]) -> None:
    said = explain_sign_in(answer(shapes["OAuth token (password grant)"]["error"]))
    assert isinstance(said, Refused) and said.code == "acumatica.credentials"


def test_validation_errors_are_told_with_their_paths(shapes: dict[str, Any]) -> None:
    told = list(problems(shapes["PUT validation error"]["body"]))
    assert len(told) == 2
    assert told[1].startswith("Details[1]/Project: Project 'TES2323T")


def test_an_empty_body_is_told(shapes: dict[str, Any]) -> None:
    assert "The request body should not be empty." in str(explain(answer(shapes["PUT empty body"])))


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("Push notification: update", None),
        ("Push notification: qty change with system info", [(INVENTORY, "AALEGO500", "upsert")]),
        ("Push notification: insert", [(PRODUCT, "NEW1", "upsert")]),
        ("Push notification: delete", [(PRODUCT, "OLD1", "delete")]),
    ],
)
def test_notifications_are_read(shapes: dict[str, Any], name: str, told: list[tuple[str, str, str]] | None) -> None:
    found = push.parse(json.dumps(shapes[name]["body"]).encode(), tenant="", preferences=PREFERENCES)
    assert found.known is (told is not None)  # nobody listens to the first one's query
    assert [(change.entity, change.key, change.operation) for change in found.changes] == (told or [])
    assert all(change.version > 0 for change in found.changes)


def test_rows_of_the_summary_are_read(shapes: dict[str, Any]) -> None:
    body = shapes["PUT InventorySummaryInquiry?$expand=Results"]["body"]
    site = Everything("24.200.001")
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        mock.put(re.compile(".*/InventorySummaryInquiry"), json=body)
        for method in ("GET", "POST"):
            mock.add_callback(method, re.compile(re.escape(BASE)), callback=site)
        values = {"url": BASE, "username": "a", "password": "b"}
        erp = Acumatica(clean_all(SETTINGS, values), preferences={"inventory": {"warehouses": ["YOGI"]}})
        found = erp.read_many(INVENTORY, ["STOCK1"])
        erp.close()
    (level,) = found["STOCK1"].levels  # type: ignore[attr-defined]
    assert (level.warehouse, level.on_hand, level.available, level.available_for_shipping) == ("YOGI", 100, 90, 95)
