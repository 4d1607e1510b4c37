"""Whatever is typed, sent or imported: a value in its type or a sentence, never anything else."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connector.errors import Invalid
from connector.records import INVENTORY, PRICE, PRODUCT
from connector.setup import connectors
from connector.setup import settings as own
from connector.setup.values import NOT_SET, Sorted, compare, lay, masked
from connector.sync.catalogue import SYNCS
from connector.systems import registry
from tests.setup.house import ERP, STORE, make

ANYTHING = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text()
    | st.sampled_from(["\x00", "\ud800", "x" * 5000]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=8,
)
EVERY = [
    pytest.param(section, setting, id=f"{section.name}.{setting.name}")
    for section in own.sections("acumatica", "magento")
    for setting in section.settings
]


@pytest.mark.parametrize(("section", "setting"), EVERY)
@given(value=ANYTHING)
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_value_is_taken_or_refused_with_a_sentence(section: own.Section, setting: Any, value: Any) -> None:
    try:
        cleaned = own.clean(setting, value)
    except ValueError as refused:
        sentence = str(refused)
        assert sentence.startswith(setting.label) and sentence.endswith(".") and len(sentence) < 400
    else:
        cleaned_twice = own.clean(setting, cleaned)
        assert cleaned_twice == cleaned
        assert "\x00" not in str(cleaned)
        str(cleaned).encode()


@given(typed=st.dictionaries(st.text(max_size=10) | st.sampled_from(["queue", "erp", "push"]), ANYTHING, max_size=4))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_hostile_sections_are_refused_by_name(paper_systems: None, typed: Any) -> None:
    sections = own.sections("paper", "shelf")
    stored = lay(sections, {"erp": ERP, "store": STORE}, Sorted({}, {}))
    try:
        laid = lay(sections, typed, stored)
    except Invalid as refused:
        assert refused.errors and all(text.endswith(".") for text in refused.errors.values())
    else:
        assert laid.secrets["erp.password"]


@given(text=st.text(max_size=300))
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_text_in_the_database_comes_back_as_it_was_typed(app: Flask, text: str) -> None:
    if not connectors.all():
        make()
    before = connectors.get("ONE")
    try:
        connectors.save("ONE", {"erp": {"username": text}}, user=text[:40], revision=before.revision)
    except Invalid:
        assert connectors.get("ONE") == before
    else:
        assert connectors.get("ONE").section("erp")["username"] == text.strip()


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ("MAIN=default\nEAST = east\n\n", ["MAIN=default", "EAST = east"]),
        (["MAIN=default"], ["MAIN=default"]),
        ("", []),
    ],
)
def test_warehouses_are_mapped_line_by_line(app: Flask, lines: Any, expected: list[str]) -> None:
    assert make(inventory={"source_map": lines}).section("inventory")["source_map"] == expected
    own.source_map(expected)


@pytest.mark.parametrize("lines", ["MAIN", "=east", "MAIN=", "MAIN=a=b", "MAIN=a\nMAIN=b"])
def test_a_line_that_maps_nothing_is_refused(app: Flask, lines: str) -> None:
    with pytest.raises(Invalid) as refused:
        make(inventory={"source_map": lines})
    assert list(refused.value.errors) == ["inventory.source_map"]


@pytest.mark.parametrize(
    ("push", "field"),
    [
        ({"header": "X Secret"}, "push.header"),
        ({"header": "X-Secret:\r\nSet-Cookie"}, "push.header"),
        ({"header": ""}, "push.header"),
        ({"secret": "short"}, "push.secret"),
        ({"secret": "sechzehn Zeichen ü"}, "push.secret"),
        ({"product_query": "Same", "price_query": "same"}, "push.product_query"),
    ],
)
def test_the_push_section_has_rules_of_its_own(app: Flask, push: dict[str, str], field: str) -> None:
    with pytest.raises(Invalid) as refused:
        make(push=push)
    assert field in refused.value.errors


def test_a_choice_of_several_must_be_among_them(app: Flask) -> None:
    assert make(store={**STORE, "views": ["de"]}).section("store")["views"] == ["de"]
    with pytest.raises(Invalid) as refused:
        make("TWO", store={**STORE, "views": ["de", "fr"]})
    assert refused.value.errors == {"store.views": "Views has no choice 'fr'."}


def test_the_entities_that_can_be_ticked_are_the_ones_that_travel() -> None:
    assert set(own.ENTITIES) == {sync.entity for sync in SYNCS} == set(own.FEATURE_OF)
    assert set(own.FEATURE_OF.values()) | set(own.DELETIONS.values()) == set(own.FEATURES)
    assert own.USUAL == (PRODUCT, PRICE, INVENTORY)


@pytest.mark.parametrize("entity", own.ENTITIES)
def test_an_entity_travels_only_ways_that_there_are(entity: str) -> None:
    possible = {sync.direction for sync in SYNCS if sync.entity == entity}
    assert set(own.ways(entity)) <= possible
    if entity in own.CHOSEN_WAYS and len(possible) == 2:
        assert set(own.ways(entity, "both")) == possible


@pytest.mark.parametrize("entity", ["price", "inventory", "image", "attribute"])
def test_what_has_one_way_only_has_no_direction_to_choose(app: Flask, entity: str) -> None:
    assert own.ways(entity) == ("erp_to_store",)
    with pytest.raises(Invalid) as refused:
        make(direction={entity: "erp_to_store"})
    assert refused.value.errors == {f"direction.{entity}": "There is no such setting."}


def test_every_setting_has_a_default_that_is_a_right_value() -> None:
    for section in own.OWN:
        cleaned, errors = section.clean({setting.name: setting.default for setting in section.settings})
        assert errors == {}
        assert all(cleaned[setting.name] == own.clean(setting, cleaned[setting.name]) for setting in section.settings)


def test_names_of_sections_and_settings_are_there_once() -> None:
    for erp in registry.erps():
        for store in registry.stores():
            names = [section.name for section in own.sections(erp, store)]
            assert len(names) == len(set(names))
            for section in own.sections(erp, store):
                assert len({setting.name for setting in section.settings}) == len(section.settings)
                assert all(section.setting(setting.name) is setting for setting in section.settings)


def test_off_and_zero_are_values_and_not_nothing(paper_systems: None) -> None:
    sections = own.sections("paper", "shelf")
    old = lay(sections, {"erp": ERP, "store": STORE}, Sorted({}, {}))
    new = lay(sections, {"log": {"info": False}, "queue": {"retry_interval": "0"}, "erp": {"parallel": "3"}}, old)
    edits = {edit.field: (edit.old, edit.new) for edit in compare(sections, old, new)}
    assert edits == {"erp.parallel": ("2", "3"), "log.info": ("on", "off"), "queue.retry_interval": ("30", "0")}
    assert compare(sections, old, old) == []
    assert compare(sections, Sorted({}, {}), old)[0].old == NOT_SET
    assert masked(sections, new.merged())["log"]["info"] is False
