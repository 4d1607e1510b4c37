"""Secrets at rest: sealed by the newest key, opened by every key."""

from __future__ import annotations

import pytest
from cryptography.fernet import Fernet
from flask import Flask

from connector.setup import connectors, secrets
from tests.setup.house import make


@pytest.fixture
def old_and_new(monkeypatch: pytest.MonkeyPatch) -> tuple[str, str]:
    keys = Fernet.generate_key().decode(), Fernet.generate_key().decode()
    monkeypatch.setattr(secrets, "_keys", keys[0])
    return keys


def test_what_is_sealed_can_be_opened_and_not_read(old_and_new: tuple[str, str]) -> None:
    sealed = secrets.seal({"erp.password": "geheim"})
    assert "geheim" not in sealed
    assert secrets.open(sealed) == {"erp.password": "geheim"}
    assert secrets.seal({}) == "" and secrets.open("") == {}


def test_a_key_is_changed_in_three_steps(app: Flask, old_and_new: tuple[str, str]) -> None:
    old, new = old_and_new
    make()
    secrets.use(f"{new},{old}")
    assert connectors.get("ONE").section("erp")["password"] == "first-password"
    assert connectors.reseal("ann") == 1
    secrets.use(new)
    assert connectors.get("ONE").section("erp")["password"] == "first-password"
    secrets.use(old)
    assert connectors.get("ONE").section("erp")["password"] == ""


def test_another_key_opens_nothing(old_and_new: tuple[str, str]) -> None:
    sealed = secrets.seal({"a": "b"})
    secrets.use(old_and_new[1])
    with pytest.raises(secrets.Unreadable):
        secrets.open(sealed)


def test_without_a_key_nothing_is_sealed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(secrets, "_keys", "")
    with pytest.raises(RuntimeError):
        secrets.seal({"a": "b"})
