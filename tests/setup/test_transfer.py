"""Connectors to a file and back: no secret in it, all or nothing, and a second time changes nothing."""

from __future__ import annotations

import json
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connector.errors import Invalid
from connector.setup import connectors, transfer
from tests.setup.changes import logged
from tests.setup.house import ERP, STORE, make

ENV = {"ONE_ERP_PASSWORD": "first-password", "ONE_STORE_TOKEN": "first-token", "EMPTY": ""}


def exported() -> dict[str, Any]:
    return transfer.export(connectors.all())


def text(**changes: Any) -> str:
    """A file with one connector ONE, changed as said."""
    one = {
        "id": "ONE",
        "name": "Shop ONE",
        "erp": "paper",
        "plugin": "shelf",
        "settings": {
            "erp": {**ERP, "password": "env:ONE_ERP_PASSWORD"},
            "store": {**STORE, "token": "env:ONE_STORE_TOKEN"},
        },
    }
    return json.dumps({"format": 1, "connectors": [{**one, **changes}]})


def test_an_export_names_variables_in_place_of_secrets(app: Flask) -> None:
    make(inventory={"source_map": ["MAIN=default"]})
    content = exported()
    one = content["connectors"][0]
    assert one["settings"]["erp"]["password"] == "env:ONE_ERP_PASSWORD"
    assert "client_secret" not in one["settings"]["erp"]
    assert one["settings"]["inventory"]["source_map"] == ["MAIN=default"]
    assert "first-" not in json.dumps(content)


def test_what_was_exported_can_be_imported_elsewhere_and_a_second_time_changes_nothing(any_app: Flask) -> None:
    created = transfer.load(text(), env=ENV, user="ann")
    assert created == [transfer.Imported("ONE", True, [])]
    assert connectors.get("ONE").section("erp")["password"] == "first-password"
    file = json.dumps(exported())
    before = connectors.get("ONE"), len(logged())
    assert transfer.load(file, env=ENV, user="ann") == [transfer.Imported("ONE", False, [])]
    assert (connectors.get("ONE"), len(logged())) == before


def test_an_import_changes_what_differs_and_logs_it(app: Flask) -> None:
    make()
    content = exported()
    content["connectors"][0]["settings"]["queue"]["batch_count"] = 7
    content["connectors"][0]["name"] = "Renamed"
    (done,) = transfer.load(json.dumps(content), env=ENV | {"ONE_ERP_PASSWORD": "other"}, user="bob")
    assert [(edit.field, edit.new) for edit in done.edits] == [
        ("name", "Renamed"),
        ("erp.password", "********"),
        ("queue.batch_count", "7"),
    ]
    assert connectors.get("ONE").section("erp")["password"] == "other"
    assert {event.user for event in logged()[-3:]} == {"bob"}


def test_a_dry_run_says_what_would_change_and_keeps_nothing(any_app: Flask) -> None:
    assert transfer.load(text(), env=ENV, user="ann", dry_run=True) == [transfer.Imported("ONE", True, [])]
    assert connectors.all() == [] and logged() == []


def test_a_missing_variable_is_named_with_its_place(app: Flask) -> None:
    with pytest.raises(Invalid) as refused:
        transfer.load(text(), env={"ONE_STORE_TOKEN": ""}, user="ann")
    assert refused.value.errors == {
        "connectors[0].settings.erp.password": "The environment variable ONE_ERP_PASSWORD is not set.",
        "connectors[0].settings.store.token": "The environment variable ONE_STORE_TOKEN is not set.",
    }
    assert connectors.all() == []


def test_a_secret_itself_is_refused_and_not_repeated(app: Flask) -> None:
    with pytest.raises(Invalid) as refused:
        transfer.load(text(settings={"erp": ERP, "store": STORE}), env=ENV, user="ann")
    assert list(refused.value.errors) == ["connectors[0].settings.erp.password", "connectors[0].settings.store.token"]
    assert "first-password" not in str(refused.value)


WRONG = [
    ("", "file"),
    ("{", "file"),
    ("[1,", "file"),
    ("[]", "file"),
    ("null", "file"),
    ('"x"', "file"),
    ("NaN", "file"),
    ('{"connectors": {}}', "file"),
    ('{"connectors": [{"id": "A", "id": "B"}]}', "file"),
    ('{"connectors": [1]}', "connectors[0]"),
    ('{"connectors": [], "more": 1}', "more"),
    ('{"format": 2, "connectors": []}', "format"),
    ('{"connectors": [{}]}', "connectors[0].id"),
    ('{"connectors": [{"id": 7}]}', "connectors[0].id"),
    ('{"connectors": [{"id": "A"}, {"id": "a"}]}', "connectors[1].id"),
    ('{"connectors": [{"id": "A", "plugin": "shelf", "colour": "red"}]}', "connectors[0].colour"),
    ('{"connectors": [{"id": "A", "plugin": "none"}]}', "connectors[0].plugin"),
    ('{"connectors": [{"id": "A", "plugin": ["x"]}]}', "connectors[0].plugin"),
    ('{"connectors": [{"id": "A"}]}', "connectors[0].plugin"),
    ('{"connectors": [{"id": "A/B", "plugin": "shelf", "erp": "paper"}]}', "connectors[0].id"),
    ('{"connectors": [{"id": "A", "plugin": "shelf", "settings": []}]}', "connectors[0].settings"),
    ('{"connectors": [{"id": "A", "plugin": "shelf", "settings": {"queue": 1}}]}', "connectors[0].settings.queue"),
    ('{"connectors": [{"id": "A", "plugin": "shelf", "settings": {"x": {}}}]}', "connectors[0].settings.x"),
    (text(settings={"queue": {"batch_count": 0}}), "connectors[0].settings.queue.batch_count"),
    (text(settings={"queue": {"nonsense": 0}}), "connectors[0].settings.queue.nonsense"),
    (text(active="yes"), "connectors[0].active"),
    (text(name=["x"]), "connectors[0].name"),
    ("[" * 100_000, "file"),
    (" " * 3_000_000, "file"),
]


@pytest.mark.parametrize(("content", "place"), WRONG, ids=[case[0][:50] for case in WRONG])
def test_a_file_that_is_wrong_is_refused_with_the_place(app: Flask, content: str, place: str) -> None:
    with pytest.raises(Invalid) as refused:
        transfer.load(content, env=ENV, user="ann")
    assert place in refused.value.errors
    assert connectors.all() == []


def test_when_one_of_two_is_wrong_none_is_saved(any_app: Flask) -> None:
    good = json.loads(text())["connectors"][0]
    file = json.dumps({"connectors": [good, {**good, "id": "TWO", "settings": {"queue": {"retry_count": 0}}}]})
    with pytest.raises(Invalid) as refused:
        transfer.load(file, env=ENV, user="ann")
    assert "connectors[1].settings.queue.retry_count" in refused.value.errors
    assert connectors.all() == [] and logged() == []


def test_one_connector_may_stand_alone(app: Flask) -> None:
    alone = json.dumps(json.loads(text())["connectors"][0])
    assert transfer.load(alone, env=ENV, user="ann")[0].created


def test_the_systems_of_a_connector_cannot_be_exchanged(app: Flask) -> None:
    make()
    with pytest.raises(Invalid) as refused:
        transfer.load(text(plugin="magento", settings={}), env=ENV, user="ann")
    assert list(refused.value.errors) == ["connectors[0].plugin"]


@given(
    content=st.text(max_size=60)
    | st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=6) | st.sampled_from(["env:X", "\x00"]),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(["format", "connectors", "id", "name", "plugin", "settings", "erp", "queue", "x"]),
                inner,
                max_size=4,
            )
        ),
        max_leaves=10,
    ).map(json.dumps)
)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_the_file_holds_it_is_refused_or_empty(app: Flask, content: str) -> None:
    try:
        assert transfer.load(content, env=ENV, user="ann") == []
    except Invalid as refused:
        assert refused.errors


def test_the_variable_of_a_secret_is_a_right_name() -> None:
    assert transfer.variable("shop-2", "erp", "password") == "SHOP_2_ERP_PASSWORD"
    assert transfer.variable("2-shop", "erp", "password") == "_SHOP_ERP_PASSWORD"


POLL = {"job": "poll", "entity": "price", "direction": "erp_to_store", "cron": "7 * * * *", "active": True}


def test_schedules_mappings_and_store_views_travel_too(any_app: Flask) -> None:
    given = {
        "settings": {
            "erp": {**ERP, "password": "env:ONE_ERP_PASSWORD"},
            "store": {**STORE, "token": "env:ONE_STORE_TOKEN"},
            "@de": {"order": {"type": "WO"}},
        },
        "schedules": [POLL],
        "mappings": {"warehouse": [{"store": "default", "erp": "MAIN"}]},
    }
    (done,) = transfer.load(text(**given), env=ENV, user="ann")
    assert "schedule poll price with 7 * * * *" in done.said
    file = exported()
    one = file["connectors"][0]
    assert one["settings"]["@de"] == {"order": {"type": "WO"}}
    assert [each["cron"] for each in one["schedules"]] == ["7 * * * *"]
    assert one["mappings"]["warehouse"][0]["erp"] == "MAIN"
    (again,) = transfer.load(json.dumps(file), env=ENV, user="ann")
    assert not again.changed
    one["schedules"][0]["cron"] = "8 * * * *"
    (changed,) = transfer.load(json.dumps(file), env=ENV, user="ann")
    assert changed.said == ("schedule poll price: cron from 7 * * * * to 8 * * * *",)


@pytest.mark.parametrize(
    ("schedules", "place"),
    [
        (3, "schedules"),
        ("x", "schedules"),
        ([3], "schedules[0]"),
        ([{**POLL, "cron": "every day"}], "schedules[0].cron"),
        ([{**POLL, "cron": 5}], "schedules[0].cron"),
        ([{**POLL, "entity": "moon"}], "schedules[0].job"),
        ([POLL, {**POLL, "active": "yes"}], "schedules[1].active"),
        ([{**POLL, "starts_on": "soon"}], "schedules[0].starts_on"),
        ([{**POLL, "starts_on": "2026-01-01T00:00:00"}], "schedules[0].starts_on"),
        ([{**POLL, "colour": "red"}], "schedules[0].colour"),
    ],
)
def test_a_wrong_schedule_is_refused_by_its_place_and_nothing_is_kept(app: Flask, schedules: Any, place: str) -> None:
    with pytest.raises(Invalid) as refused:
        transfer.load(text(schedules=schedules), env=ENV, user="ann")
    assert list(refused.value.errors) == [f"connectors[0].{place}"]
    assert connectors.all() == []


@given(
    schedules=st.lists(
        st.dictionaries(
            st.sampled_from(["job", "entity", "direction", "cron", "active", "starts_on"]) | st.text(max_size=5),
            st.none() | st.text(max_size=10) | st.booleans() | st.integers(),
            max_size=6,
        )
        | st.text(max_size=5),
        max_size=3,
    )
)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_schedules_are_taken_or_refused_in_words(app: Flask, schedules: Any) -> None:
    try:
        transfer.load(text(schedules=schedules), env=ENV, user="ann", dry_run=True)
    except Invalid as refused:
        assert all(sentence.endswith(".") for sentence in refused.errors.values())
