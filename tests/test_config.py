"""The environment: right values in their types, wrong ones refused with a sentence that shows no secret."""

from __future__ import annotations

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from cryptography.fernet import Fernet
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import config


def load(tmp_path: Path, **env: str) -> dict[str, Any]:
    return config.load({"INSTANCE": str(tmp_path / "instance"), **env})


def problems(tmp_path: Path, **env: str) -> list[str]:
    with pytest.raises(config.ConfigError) as refused:
        load(tmp_path, **env)
    return refused.value.problems


def test_nothing_set_is_enough(tmp_path: Path) -> None:
    values = load(tmp_path)
    assert values["DATABASE_URL"] == f"sqlite:///{tmp_path}/instance/connector.sqlite"
    expected = {"PORT": 8000, "SANDBOX_PORT": 8100, "LEASE_SECONDS": 30, "SCHEDULER": True, "LOG_LEVEL": "INFO"}
    assert {name: values[name] for name in expected} == expected
    assert len(values["SECRET_KEY"]) == 64 and Fernet(values["SECRETS_KEY"])


def test_empty_is_the_same_as_not_set(tmp_path: Path) -> None:
    assert load(tmp_path, PORT="", SECRET_KEY=" ", DATABASE_URL_FILE="")["PORT"] == 8000


def test_keys_are_made_once_and_only_their_owner_reads_them(tmp_path: Path) -> None:
    first = load(tmp_path)
    for name in ("secret_key", "secrets_key"):
        path = tmp_path / "instance" / name
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    again = load(tmp_path)
    assert (again["SECRET_KEY"], again["SECRETS_KEY"]) == (first["SECRET_KEY"], first["SECRETS_KEY"])


def test_of_many_processes_at_the_first_start_all_get_the_same_keys(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        keys = list(pool.map(lambda _: load(tmp_path)["SECRETS_KEY"], range(24)))
    assert len(set(keys)) == 1
    assert sorted(path.name for path in (tmp_path / "instance").iterdir()) == ["secret_key", "secrets_key"]


def test_keys_that_are_given_are_not_written_anywhere(tmp_path: Path) -> None:
    keys = f"{Fernet.generate_key().decode()}, {Fernet.generate_key().decode()}"
    values = load(tmp_path, SECRET_KEY="sixteen letters!", SECRETS_KEY=keys)
    assert values["SECRETS_KEY"] == keys.replace(" ", "")
    assert list((tmp_path / "instance").iterdir()) == []


DATABASES = [
    ("sqlite:///shop.sqlite", "sqlite:///{}/instance/shop.sqlite"),
    ("sqlite:///instance/shop.sqlite", "sqlite:///{}/instance/shop.sqlite"),
    ("sqlite:////var/lib/shop.sqlite", "sqlite:////var/lib/shop.sqlite"),
    ("postgres://u:p@h/shop", "postgresql+psycopg://u:p@h/shop"),
    ("postgresql://u:p@h:5433/shop?sslmode=require", "postgresql+psycopg://u:p@h:5433/shop?sslmode=require"),
    ("postgresql+psycopg://u:p%40ss@h/shop", "postgresql+psycopg://u:p%40ss@h/shop"),
]


@pytest.mark.parametrize(("given_url", "expected"), DATABASES)
def test_a_database_is_sqlite_or_postgresql(tmp_path: Path, given_url: str, expected: str) -> None:
    assert load(tmp_path, DATABASE_URL=given_url)["DATABASE_URL"] == expected.format(tmp_path)


@pytest.mark.parametrize(
    "url",
    ["shop.sqlite", "sqlite://", "sqlite:///:memory:", "sqlite://host/x", "mysql://u:hidden@h/x", "postgresql://u:hidden@h",
     "postgresql+asyncpg://u:hidden@h/x", "sqlite:///file:x?uri=true", "://u:hidden@", "postgresql://u:hidden@h:port/x"],
)  # fmt: skip
def test_another_database_is_refused_without_repeating_its_password(tmp_path: Path, url: str) -> None:
    (sentence,) = problems(tmp_path, DATABASE_URL=url)
    assert sentence.startswith("DATABASE_URL must ") and "hidden" not in sentence


def test_postgresql_connections_are_looked_at_before_use(tmp_path: Path) -> None:
    assert load(tmp_path, DATABASE_URL="postgresql://h/x")["SQLALCHEMY_ENGINE_OPTIONS"]["pool_pre_ping"] is True
    assert load(tmp_path)["SQLALCHEMY_ENGINE_OPTIONS"] == {}


WRONG = [
    ("PORT", "0"), ("PORT", "65536"), ("PORT", "http"), ("PORT", "-1"), ("PORT", "8000.0"), ("PORT", "9" * 400),
    ("PORT", "٨٠"), ("SANDBOX_PORT", "65532"), ("LEASE_SECONDS", "4"), ("LEASE_SECONDS", "601"), ("SCHEDULER", "maybe"),
    ("LOG_LEVEL", "LOUD"), ("PROXIES", "6"), ("HTTPS", "2"), ("SECRET_KEY", "short"), ("SECRETS_KEY", "no key"),
    ("SECRETS_KEY", ","), ("INSTANCE", __file__),
]  # fmt: skip


@pytest.mark.parametrize(("name", "value"), WRONG)
def test_a_wrong_value_is_refused_with_one_sentence_about_it(tmp_path: Path, name: str, value: str) -> None:
    (sentence,) = problems(tmp_path, **{name: value})
    assert sentence.startswith(f"{name} ") and sentence.endswith(".") and len(sentence) < 300


def test_everything_that_is_wrong_is_said_at_once(tmp_path: Path) -> None:
    said = problems(tmp_path, PORT="x", LOG_LEVEL="LOUD", SECRET_KEY="short")
    assert [sentence.split()[0] for sentence in said] == ["PORT", "LOG_LEVEL", "SECRET_KEY"]
    assert not (tmp_path / "instance").exists()


@pytest.mark.parametrize("name", ["SECRET_KEY", "DATABASE_URL", "PORT"])
def test_every_value_can_come_from_a_file(tmp_path: Path, name: str) -> None:
    value = {"SECRET_KEY": "a key of a container", "DATABASE_URL": "sqlite:////x/y.sqlite", "PORT": "9000"}[name]
    (tmp_path / "value").write_text(value + "\n")
    assert str(load(tmp_path, **{f"{name}_FILE": str(tmp_path / "value")})[name]) == value


def test_a_file_that_cannot_be_read_is_said(tmp_path: Path) -> None:
    (tmp_path / "empty").write_text("\n")
    (tmp_path / "binary").write_bytes(b"\xff\xfe\x00")
    for path in ("missing", "empty", "binary", "."):
        (sentence,) = problems(tmp_path, SECRET_KEY_FILE=str(tmp_path / path))
        assert sentence.startswith("SECRET_KEY ") and "SECRET_KEY_FILE" in sentence


def test_a_value_and_its_file_together_are_refused(tmp_path: Path) -> None:
    (sentence,) = problems(tmp_path, SECRET_KEY="a key of sixteen", SECRET_KEY_FILE="/x")
    assert "both set" in sentence


def test_a_key_file_that_was_emptied_is_not_replaced_in_silence(tmp_path: Path) -> None:
    load(tmp_path)
    (tmp_path / "instance" / "secrets_key").write_text("")
    assert "is empty" in problems(tmp_path)[0]


def test_a_folder_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(config.ConfigError, match="cannot be made"):
        config.load({"INSTANCE": str(tmp_path / "file" / "instance")})


def test_cookies_are_only_for_https_where_it_is_said(tmp_path: Path) -> None:
    assert load(tmp_path)["SESSION_COOKIE_SECURE"] is False
    assert load(tmp_path, HTTPS="on")["SESSION_COOKIE_SECURE"] is True


@given(
    name=st.sampled_from(["PORT", "SCHEDULER", "DATABASE_URL", "SECRETS_KEY", "PORT_FILE"]), value=st.text(max_size=60)
)
@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_text_is_taken_or_refused(tmp_path: Path, name: str, value: str) -> None:
    try:
        load(tmp_path, **{name: value})
    except config.ConfigError as refused:
        assert all(sentence.endswith(".") for sentence in refused.problems)


def test_a_mail_server_is_checked_and_its_password_never_repeated(tmp_path: Path) -> None:
    values = load(tmp_path, MAIL_URL="smtp://post:hidden-word@mail.example.com:587", MAIL_FROM="shop@example.com")
    assert values["MAIL_URL"].endswith(":587") and values["MAIL_FROM"] == "shop@example.com"
    for wrong in ("http://post:hidden-word@mail.example.com", "smtp://", "smtp://post:hidden-word@host:seventy"):
        [problem] = problems(tmp_path, MAIL_URL=wrong)
        assert problem.startswith("MAIL_URL must look like") and "hidden-word" not in problem
    assert problems(tmp_path, MAIL_FROM="nobody") == ["MAIL_FROM must be one mail address, not 'nobody'."]
