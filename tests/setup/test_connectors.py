"""A connector is made, changed by two people, and never tells its secrets."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext

import pytest
from flask import Flask
from sqlalchemy import select

from connector.db import db
from connector.errors import Invalid
from connector.setup import connectors, secrets
from connector.setup.models import Connector
from connector.setup.values import MASK
from tests.setup.changes import details, logged
from tests.setup.house import ERP, STORE, PaperStore, make


def stored_text() -> str:
    with db.read() as connection:
        return str(connection.execute(select(Connector.__table__)).all())


def test_a_new_connector_has_defaults_and_nothing_travels_yet(any_app: Flask) -> None:
    config = make()
    assert (config.state, config.revision, config.attention) == ("new", 1, "")
    assert config.section("queue") == {
        "threshold_count": 25,
        "batch_count": 25,
        "batch_mode": True,
        "retry_count": 3,
        "retry_interval": 30,
        "check_process_time": 50,
        "process_sleep_time": 5,
    }
    assert config.section("inventory")["default_source"] == "default"
    assert all(config.enabled(entity) for entity in ("product", "price", "inventory"))
    assert not config.enabled("order")
    assert connectors.get("ONE") == config == connectors.all()[0]


def test_a_trailing_slash_of_an_address_is_taken_off(app: Flask) -> None:
    assert make().section("erp")["url"] == "https://erp.example"


@pytest.mark.parametrize(
    "url", ["", "shop.example", "ftp://shop.example", "https://", "http://[", "javascript:alert(1)"]
)
def test_what_is_no_web_address_is_refused_with_a_sentence(app: Flask, url: str) -> None:
    with pytest.raises(Invalid) as refused:
        make(store={**STORE, "url": url})
    assert list(refused.value.errors) == ["store.url"]
    assert refused.value.errors["store.url"].startswith("Store URL ")
    assert connectors.all() == []


def test_secrets_are_not_in_the_table_nor_in_the_log_nor_in_the_repr(any_app: Flask) -> None:
    config = make(push={"secret": "push-secret-1234567"})
    connectors.save("ONE", {"erp": {"password": "second-password"}}, user="ann", revision=1)
    places = stored_text() + str(logged()) + repr(config)
    for secret in ("first-password", "second-password", "first-token", "push-secret-1234567"):
        assert secret not in places
    shown = connectors.masked(connectors.get("ONE"))
    assert shown["erp"]["password"] == MASK and shown["erp"]["client_secret"] == ""
    assert shown["erp"]["username"] == "ann"


def test_a_blank_secret_keeps_the_stored_one_and_none_forgets_it(app: Flask) -> None:
    make(erp={**ERP, "client_secret": "keep me"})
    assert connectors.save("ONE", {"erp": {"password": "", "client_secret": MASK}}, user="ann", revision=1) == []
    assert connectors.get("ONE").section("erp")["password"] == "first-password"
    changes = connectors.save("ONE", {"erp": {"client_secret": None}}, user="ann", revision=1)
    assert changes == [f"Client secret from {MASK} to (none)"]
    assert connectors.get("ONE").section("erp")["client_secret"] == ""


def test_a_required_secret_cannot_be_forgotten(app: Flask) -> None:
    make()
    with pytest.raises(Invalid) as refused:
        connectors.save("ONE", {"erp": {"password": None}}, user="ann", revision=1)
    assert refused.value.errors == {"erp.password": "Password is required."}


@pytest.mark.parametrize(
    ("typed", "again"), [("new-password", "new-passwort"), ("new-password", ""), ("", "new-password")]
)
def test_two_passwords_that_differ_save_nothing(app: Flask, typed: str, again: str) -> None:
    make()
    given = {"erp": {"username": "bob", "password": typed, "password_confirm": again}}
    with pytest.raises(Invalid) as refused:
        connectors.save("ONE", given, user="ann", revision=1)
    assert refused.value.errors == {"erp.password": "Password and its confirmation differ."}
    config = connectors.get("ONE")
    assert (config.section("erp")["username"], config.section("erp")["password"]) == ("ann", "first-password")


def test_every_change_is_logged_with_field_old_new_and_user(any_app: Flask) -> None:
    make()
    before = len(logged("ONE"))
    given = {"queue": {"threshold_count": "10"}, "erp": {"password": "second-password"}}
    assert connectors.save("ONE", given, user="bob", revision=1) == [
        f"Password from {MASK} to {MASK}",
        "Threshold count from 25 to 10",
    ]
    password, threshold = logged("ONE")[before:]
    assert (threshold.action, threshold.user) == ("Configuration", "bob")
    assert details(threshold) == {
        "field": "queue.threshold_count",
        "label": "Threshold count",
        "old": "25",
        "new": "10",
    }
    assert details(password)["new"] == MASK


def test_saving_what_is_there_already_changes_and_logs_nothing(app: Flask) -> None:
    make()
    before = len(logged())
    assert connectors.save("ONE", {"queue": {"threshold_count": 25}, "erp": ERP}, user="bob", revision=1) == []
    assert connectors.get("ONE").revision == 1 and len(logged()) == before


def test_the_second_of_two_editors_is_told_and_saves_nothing(any_app: Flask) -> None:
    make()
    connectors.save("ONE", {"queue": {"batch_count": 5}}, user="ann", revision=1)
    with pytest.raises(connectors.Stale):
        connectors.save("ONE", {"queue": {"batch_count": 50}}, user="bob", revision=1)
    assert connectors.get("ONE").section("queue")["batch_count"] == 5
    connectors.save("ONE", {"queue": {"batch_count": 50}}, user="bob", revision=2)
    assert connectors.get("ONE").section("queue")["batch_count"] == 50


BOUNDS = [
    ("threshold_count", 0, 10_000),
    ("batch_count", 1, 1_000),
    ("retry_count", 1, 50),
    ("retry_interval", 0, 86_400),
    ("check_process_time", 1, 59),
    ("process_sleep_time", 1, 59),
]


@pytest.mark.parametrize(("name", "low", "high"), BOUNDS)
def test_the_queue_numbers_have_bounds(app: Flask, name: str, low: int, high: int) -> None:
    make()
    for good in (low, high):
        connectors.save("ONE", {"queue": {name: good}}, user="ann", revision=connectors.get("ONE").revision)
        assert connectors.get("ONE").section("queue")[name] == good
    for bad in (low - 1, high + 1, "many", 1.5, "9" * 5000, [low]):
        with pytest.raises(Invalid) as refused:
            connectors.save("ONE", {"queue": {name: bad}}, user="ann", revision=connectors.get("ONE").revision)
        assert list(refused.value.errors) == [f"queue.{name}"]


def test_all_errors_are_said_at_once(app: Flask) -> None:
    given = {
        "erp": {**ERP, "url": "nowhere"},
        "store": {},
        "queue": {"batch_count": 0},
        "nonsense": {},
        "log": {"loud": True},
    }
    with pytest.raises(Invalid) as refused:
        connectors.create("bad id", "x" * 200, "shelf", given, "ann", erp="paper")
    assert set(refused.value.errors) == {
        "id", "name", "erp.url", "store.url", "store.token", "queue.batch_count", "nonsense", "log.loud",
    }  # fmt: skip


@pytest.mark.parametrize("id", ["", "new", "NEW", "a/b", "-a", "x" * 41, "ä", "a\x00", "one"])
def test_an_id_fits_into_an_address_and_is_nobody_elses(app: Flask, id: str) -> None:
    make("ONE")
    with pytest.raises(Invalid) as refused:
        make(id)
    assert "id" in refused.value.errors


def test_an_unknown_plugin_is_refused(app: Flask) -> None:
    with pytest.raises(Invalid) as refused:
        connectors.create("ONE", "", "prestige", {}, "ann")
    assert set(refused.value.errors) == {"plugin"}
    with pytest.raises(Invalid) as refused:
        connectors.create("ONE", "", "paper", {}, "ann", erp="shelf")
    assert set(refused.value.errors) == {"plugin", "erp"}


@pytest.mark.parametrize("id", ["NONE", "", "a\x00b", "x" * 5000, None])
def test_an_id_that_nobody_has_is_a_key_error(any_app: Flask, id: str) -> None:
    with pytest.raises(KeyError):
        connectors.get(id)


def test_the_active_tick_and_the_name_are_saved_and_logged(app: Flask) -> None:
    make()
    changes = connectors.save("ONE", {}, user="ann", revision=1, name=" New name ", active=False)
    assert changes == ["Name from Shop ONE to New name", "Active from on to off"]
    config = connectors.get("ONE")
    assert (config.name, config.active, config.revision) == ("New name", False, 2)


def test_a_connector_that_needs_attention_says_why_once_until_it_is_cleared(any_app: Flask) -> None:
    make()
    before = len(logged())
    connectors.need_attention("ONE", "The ERP refused the password.")
    connectors.need_attention("ONE", "The ERP refused the password.")
    assert connectors.get("ONE").attention == "The ERP refused the password."
    assert [event.level for event in logged()[before:]] == ["error"]
    connectors.clear_attention("ONE")
    connectors.clear_attention("ONE")
    assert connectors.get("ONE").attention == ""
    assert len(logged()) == before + 2


def test_new_credentials_end_the_need_for_attention(app: Flask) -> None:
    make()
    connectors.need_attention("ONE", "Refused.")
    connectors.save("ONE", {"queue": {"batch_count": 5}}, user="ann", revision=1)
    assert connectors.get("ONE").attention == "Refused."
    connectors.save("ONE", {"erp": {"password": "right-password"}}, user="ann", revision=2)
    assert connectors.get("ONE").attention == ""


class Gates:
    """Notes what it is asked for."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, int, int]] = []

    def __call__(self, system: str, parallel: int, per_minute: int) -> Gates:
        self.asked.append((system, parallel, per_minute))
        return self

    def enter(self, *, urgent: bool = False) -> AbstractContextManager[None]:
        return nullcontext()


def test_the_systems_are_built_with_their_own_values_and_the_preferences(app: Flask) -> None:
    gates = Gates()
    config = make(store={**STORE, "requests_per_minute": "60"}, push={"secret": "push-secret-1234567"})
    systems = connectors.build(config, gates)
    assert gates.asked == [("paper", 2, 0), ("shelf", 3, 60)]
    assert systems.erp.values["password"] == "first-password" and "token" not in systems.erp.values
    assert isinstance(systems.store, PaperStore) and systems.store.values["token"] == "first-token"
    assert systems.store.gate is gates
    assert systems.erp.preferences["price"]["preference"] == "default_price"
    assert "first-token" not in str(systems.erp.preferences) and "push-secret" not in str(
        systems.store.preferences["queue"]
    )


def test_values_that_are_typed_but_not_saved_build_systems_too(app: Flask) -> None:
    config = make()
    systems = connectors.build(config, Gates(), overrides={"erp": {"username": "bob", "password": ""}})
    assert (systems.erp.values["username"], systems.erp.values["password"]) == ("bob", "first-password")
    with pytest.raises(Invalid) as refused:
        connectors.build(config, Gates(), overrides={"erp": {"url": "nowhere"}})
    assert list(refused.value.errors) == ["erp.url"]
    assert connectors.get("ONE").section("erp")["username"] == "ann"


def test_secrets_sealed_with_a_lost_key_are_asked_for_again(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    from cryptography.fernet import Fernet

    make()
    monkeypatch.setattr(secrets, "_keys", Fernet.generate_key().decode())
    config = connectors.get("ONE")
    assert "enter them again" in config.attention and not config.section("erp")["password"]
    with pytest.raises(Invalid) as refused:
        connectors.save("ONE", {"erp": {"password": "typed-again"}}, user="ann", revision=1)
    assert list(refused.value.errors) == ["store.token"]
    connectors.save("ONE", {"erp": {"password": "typed-again"}, "store": {"token": "t"}}, user="ann", revision=1)
    assert connectors.get("ONE").attention == ""


def test_a_connector_whose_plugin_was_taken_out_can_still_be_read(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    from connector.systems import registry

    make()
    monkeypatch.delitem(registry.SYSTEMS, "shelf")
    assert connectors.get("ONE").section("store")["url"] == "https://shop.example"
