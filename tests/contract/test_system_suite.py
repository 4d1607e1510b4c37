"""What every outside system has to pass, whichever it is: a new line in the registry is tested without a word here.

The other side is a wall that gives one and the same answer to everything, right or wrong. Whatever it says,
a system answers with records, with outcomes, or with one of the four words, and it never gives a secret away.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from decimal import Decimal
from typing import Any

import pytest
import requests
import responses
from hypothesis import given
from hypothesis import strategies as st

from connector.clock import FakeClock
from connector.errors import Invalid, Outcome
from connector.records import (
    INVENTORY,
    PRICE,
    PRODUCT,
    Address,
    Attribute,
    Category,
    Composite,
    CreditMemo,
    Customer,
    CustomerAttribute,
    Image,
    Invoice,
    Level,
    Line,
    Option,
    Order,
    OrderStatus,
    Part,
    Picture,
    Price,
    Product,
    ProductStatus,
    Record,
    Relation,
    Shipment,
    Shipped,
    Stock,
    TaxCategory,
    Track,
)
from connector.systems import base, registry
from connector.systems.base import Check, Page, Setting, System, Written, clean_all
from connector.systems.http import recording

NAMES = sorted(registry.SYSTEMS)
KEYS = ("A/B", "B", "C")
HOME = Address(
    first_name="Ann", last_name="Lee", lines=("1 Elm",), city="Austin", country="US", phone="1", billing=True
)
LINES = (Line("1", "A/B", Decimal(2), Decimal(5)),)
KINDS = {base.TEXT, base.SECRET, base.URL, base.INTEGER, base.BOOLEAN, base.CHOICE, base.MULTI, base.LINES}
RECORDS: dict[str, list[Record]] = {
    PRODUCT: [Product("A/B", name="One"), Product("B", name="Two", active=False), Product("C", name="Three")],
    PRICE: [Price("A/B", price=Decimal("1.5")), Price("B", price=Decimal(-1)), Price("C", price=Decimal(3))],
    INVENTORY: [Stock("A/B", levels=(Level("MAIN", available=Decimal(2)),)), Stock("B"), Stock("C")],
    Category.entity: [Category(key, name=key, parent="2") for key in KEYS],
    Attribute.entity: [Attribute(key, label=key, kind="list", options=(Option("x", "X"),)) for key in KEYS],
    CustomerAttribute.entity: [CustomerAttribute(key, label=key) for key in KEYS],
    TaxCategory.entity: [TaxCategory(key) for key in KEYS],
    ProductStatus.entity: [ProductStatus(key) for key in KEYS],
    Composite.entity: [
        Composite(key, product=Product(key, name=key), axes=("COLOR",), parts=(Part("P", choices=(("COLOR", "Red"),)),))
        for key in KEYS
    ],
    Relation.entity: [Relation(key, links=(("related", "P"),)) for key in KEYS],
    Image.entity: [Image(key, pictures=(Picture("a.png", digest="d", url="u"),)) for key in KEYS],
    Customer.entity: [
        Customer(key, email=f"{n}@system.test", first_name="Ann", last_name="Lee", addresses=(HOME,))
        for n, key in enumerate(KEYS)
    ],
    Order.entity: [Order(key, number=key, customer_email="a@system.test", billing=HOME, lines=LINES) for key in KEYS],
    OrderStatus.entity: [OrderStatus(key, number="7", store_id="7", store_status="complete") for key in KEYS],
    Shipment.entity: [
        Shipment(key, shipment=key, store_id="7", lines=(Shipped("A/B", Decimal(1)),), tracks=(Track("1Z"),))
        for key in KEYS
    ],
    Invoice.entity: [Invoice(key, store_id="7", complete=True) for key in KEYS],
    CreditMemo.entity: [CreditMemo(key, number="7", order="SO/1", customer="C1", lines=LINES) for key in KEYS],
}
ENTITIES = tuple(RECORDS)
WALLS: dict[str, dict[str, Any]] = {
    "nobody there": {"body": requests.ConnectionError("refused")},
    "silence": {"body": requests.ReadTimeout("slow")},
    "an empty object": {"json": {}},
    "an empty list": {"json": []},
    "rows of nothing": {"json": [{}, None, 1, "x"]},
    "odd values": {"json": {"value": {"items": 3}, "items": [{}], "total_count": "?", "version": [], "endpoints": 7}},
    "a web page": {"body": "<html><title>Welcome</title></html>", "content_type": "text/html"},
    "cut JSON": {"body": '{"items": [{"id": 1', "content_type": "application/json"},
    "nothing at all": {"body": "", "content_type": "application/json"},
    "refused": {"json": {"message": "No."}, "status": 401},
    "forbidden": {"body": "no", "status": 403},
    "not found": {"json": {"message": "There is no such thing."}, "status": 404},
    "slow down": {"body": "", "status": 429, "headers": {"Retry-After": "3"}},
    "broken": {"body": "boom", "status": 500},
    "maintenance": {"body": "<h1>Back soon</h1>", "status": 503, "content_type": "text/html"},
}

pytestmark = pytest.mark.parametrize("name", NAMES)


def sample(setting: Setting) -> Any:
    """A believable value; every secret is told from all other text."""
    if setting.kind == base.SECRET:
        return f"top-secret-{setting.name}"
    if setting.kind == base.URL:
        return "https://system.test/base"
    return setting.default or (f"some-{setting.name}" if setting.kind == base.TEXT else None)


def build(name: str, **changes: Any) -> System:
    kind = registry.get(name)
    values = {setting.name: sample(setting) for setting in kind.settings} | changes
    return kind(clean_all(kind.settings, values), clock=FakeClock(), gate=changes.get("gate"))


@contextmanager
def wall(answer: dict[str, Any]) -> Iterator[responses.RequestsMock]:
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        for method in ("GET", "POST", "PUT", "PATCH", "DELETE"):
            mock.add(method, re.compile(".*"), **answer)
        yield mock


def heard(work: Callable[[], Any]) -> Any:
    """What came back, or the word that was raised; any other exception is a failure of the test."""
    try:
        return work()
    except Outcome as word:
        return word


def overridden(kind: type[System], method: str) -> bool:
    return getattr(kind, method) is not getattr(System, method)


def everything(system: System) -> list[Any]:
    """Every call that the capabilities promise."""
    said: list[Any] = [system.check()]
    for entity in system.capabilities.reads:
        said.append(heard(lambda e=entity: system.read_many(e, ["A/B", "B"])))  # type: ignore[misc]
        said.append(heard(lambda e=entity: system.changed_since(e, None)))  # type: ignore[misc]
    for entity in system.capabilities.writes:
        said.append(heard(lambda e=entity: system.find(e, ["A/B"])))  # type: ignore[misc]
        said.append(heard(lambda e=entity: system.write_many(RECORDS[e], known={"C": "3"})))  # type: ignore[misc]
        said.append(heard(lambda e=entity: system.delete(e, "C", "3")))  # type: ignore[misc]
    return said


def test_the_class_says_who_it_is(name: str) -> None:
    kind = registry.get(name)
    assert kind.name == name and kind.label and kind.role in ("erp", "store")
    assert (kind.role == "erp") == (name in registry.erps()) and (kind.role == "store") == (name in registry.stores())


def test_the_settings_are_well_formed(name: str) -> None:
    settings = registry.get(name).settings
    assert len({setting.name for setting in settings}) == len(settings) > 0
    for setting in settings:
        assert re.fullmatch(r"[a-z][a-z0-9_]*", setting.name), setting.name
        assert setting.label and setting.label[0].isupper() and setting.kind in KINDS, setting.name
        assert bool(setting.choices) == (setting.kind == base.CHOICE), setting.name
        assert not (setting.secret and setting.default), f"{setting.name}: a secret has no default"
        assert not setting.confirm or setting.secret, f"{setting.name}: only a secret is typed twice"
        assert not (setting.required and setting.default), f"{setting.name}: what is required has no default"
        if setting.default not in ("", None):
            assert setting.clean(setting.default) == setting.default, setting.name


def test_empty_settings_are_refused_with_a_sentence_for_each_required_one(name: str) -> None:
    kind = registry.get(name)
    required = {setting.name for setting in kind.settings if setting.required}
    assert required, "a system without an address?"
    with pytest.raises(Invalid) as caught:
        clean_all(kind.settings, {})
    assert set(caught.value.errors) == required


def test_the_capabilities_are_what_the_methods_do(name: str) -> None:
    kind, can = registry.get(name), registry.get(name).capabilities
    assert can.reads | can.writes <= set(ENTITIES) and can.pushes <= can.reads | can.writes
    assert overridden(kind, "check") and overridden(kind, "close")
    assert not can.reads or (overridden(kind, "read_many") and overridden(kind, "changed_since"))
    assert not can.writes or all(overridden(kind, method) for method in ("write_many", "find", "delete"))
    assert not can.pushes or overridden(kind, "parse_push")
    assert set(can.batches) <= can.reads | can.writes and all(most > 1 for most in can.batches.values())
    assert can.parallel >= 1


def test_building_one_calls_nobody_and_closing_it_twice_is_fine(name: str) -> None:
    with responses.RequestsMock():
        system = build(name)
        system.close()
        system.close()
        assert system.name == name


@pytest.mark.parametrize("answer", WALLS, ids=str)
def test_the_connection_test_never_raises_and_says_what_is_wrong(name: str, answer: str) -> None:
    with wall(WALLS[answer]):
        system = build(name)
        check = system.check()
        system.close()
    assert isinstance(check, Check) and not check.ok
    assert len(check.problem.split()) > 2, f"no sentence: {check.problem!r}"
    assert all(isinstance(text, str) for fact in check.facts for text in fact)


@pytest.mark.parametrize("answer", WALLS, ids=str)
def test_whatever_the_other_side_answers_only_records_outcomes_and_words_come_back(name: str, answer: str) -> None:
    with wall(WALLS[answer]):
        system = build(name)
        for entity in system.capabilities.reads:
            read = heard(lambda e=entity: system.read_many(e, ["A/B", "B"]))  # type: ignore[misc]
            assert isinstance(read, Outcome) or set(read) <= {"A/B", "B"}
            page = heard(lambda e=entity: system.changed_since(e, None))  # type: ignore[misc]
            assert isinstance(page, Outcome | Page)
        for entity in system.capabilities.writes:
            found = heard(lambda e=entity: system.find(e, ["A/B"]))  # type: ignore[misc]
            assert isinstance(found, Outcome) or set(found) <= {"A/B"}
            written = heard(lambda e=entity: system.write_many(RECORDS[e], known={"C": "3"}))  # type: ignore[misc]
            assert isinstance(written, Outcome) or [item.key for item in written] == ["A/B", "B", "C"]
            assert isinstance(written, Outcome) or all(isinstance(item.problem, Outcome | None) for item in written)
            assert isinstance(heard(lambda e=entity: system.delete(e, "C", "3")), Outcome | Written)  # type: ignore[misc]
            schema = heard(lambda e=entity: system.schema(e))  # type: ignore[misc]
            assert isinstance(schema, Outcome | list)
        system.close()


@pytest.mark.parametrize("answer", WALLS, ids=str)
def test_no_secret_is_in_what_is_logged_said_or_raised(name: str, answer: str) -> None:
    with wall(WALLS[answer]), recording() as exchanges:
        system = build(name)
        said = everything(system)
        system.close()
    texts = [json.dumps(exchanges, default=str), repr(said)]
    texts += [f"{word.reason} {word.help} {word.code}" for word in said if isinstance(word, Outcome)]
    assert exchanges, "nothing was recorded"
    assert not [text for text in texts if "top-secret" in text]


def test_every_request_goes_through_the_gate(name: str) -> None:
    entered: list[bool] = []

    class Counting:
        @contextmanager
        def enter(self, *, urgent: bool = False) -> Iterator[None]:
            entered.append(urgent)
            yield

    kind = registry.get(name)
    values = clean_all(kind.settings, {setting.name: sample(setting) for setting in kind.settings})
    with wall(WALLS["not found"]) as mock, recording(urgent=True):
        system = kind(values, clock=FakeClock(), gate=Counting())
        everything(system)
        system.close()
        assert len(entered) == len(mock.calls) > 0
    assert any(entered), "a person's request goes first"


def test_an_entity_that_a_system_has_not_got_is_refused_in_words(name: str) -> None:
    with wall(WALLS["not found"]):
        system = build(name)
        assert isinstance(heard(lambda: system.read_many("starship", ["A"])), Outcome)
        assert isinstance(heard(lambda: system.changed_since("starship", None)), Outcome)
        assert isinstance(heard(lambda: system.delete("starship", "A", "1")), Outcome)
        system.close()


def test_nothing_asked_is_nothing_sent(name: str) -> None:
    with responses.RequestsMock():
        system = build(name)
        for entity in system.capabilities.reads:
            assert system.read_many(entity, []) == {}
        for entity in system.capabilities.writes:
            assert system.find(entity, []) == {}
        if system.capabilities.writes:
            assert system.write_many([], known={}) == []


@given(
    body=st.one_of(
        st.binary(max_size=200),
        st.recursive(
            st.none() | st.integers() | st.text(),
            lambda part: (
                st.lists(part)
                | st.dictionaries(
                    st.sampled_from(
                        ["Inserted", "Deleted", "Query", "CompanyId", "Id", "TimeStamp", "AdditionalInfo", "x"]
                    ),
                    part,
                )
            ),
            max_leaves=12,
        ).map(lambda data: json.dumps(data).encode()),
    )
)
def test_junk_in_place_of_a_notification_is_refused_and_never_a_crash(name: str, body: bytes) -> None:
    system = build(name)
    try:
        push = system.parse_push({"Content-Type": "application/json"}, body)
    except Invalid as refusal:
        assert refusal.errors
    else:
        assert isinstance(push, base.Push)
