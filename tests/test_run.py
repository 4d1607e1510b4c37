"""`make run` as a new user meets it: one start, one password, one Ctrl-C, and a second start that goes on."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from connector.sandbox.process import free_base
from tests.conftest import ROOT

Env = dict[str, str]


@pytest.fixture
def env(tmp_path: Path) -> Env:
    base = free_base()
    names = ("DATABASE_URL", "SECRET_KEY", "SECRETS_KEY", "SCHEDULER", "LOG_LEVEL")
    clean = {name: value for name, value in os.environ.items() if name.removesuffix("_FILE") not in names}
    return clean | {"INSTANCE": str(tmp_path / "instance"), "PORT": str(base + 4), "SANDBOX_PORT": str(base)}


@contextmanager
def started(env: Env) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """The running house and what it said until it was ready; ended as by Ctrl-C."""
    command = [sys.executable, "-u", str(ROOT / "scripts" / "run.py")]
    process = subprocess.Popen(command, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    assert process.stdout is not None
    said = ""
    try:
        for line in process.stdout:
            said += line
            if "Ctrl-C stops everything" in line:
                break
        yield process, said
    finally:
        process.send_signal(signal.SIGINT)
        try:
            process.communicate(timeout=60)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()


def status(url: str) -> int:
    with urllib.request.urlopen(url, timeout=10) as answer:
        return int(answer.status)


def is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def test_it_starts_from_nothing_shows_the_password_once_and_leaves_nothing_running(env: Env) -> None:
    home, base = f"http://127.0.0.1:{env['PORT']}", int(env["SANDBOX_PORT"])
    with started(env) as (process, said):
        password = re.search(r"Password\s+(\S+)\s+\(shown only now\)", said)
        assert password and home in said and "Connector DEMO is created." in said, said
        for url in (
            f"{home}/sign-in",
            f"{home}/readyz",
            f"http://127.0.0.1:{base + 1}",
            f"http://127.0.0.1:{base + 2}",
        ):
            assert status(url) == 200
    assert process.returncode == 0
    assert all(is_free(port) for port in (int(env["PORT"]), base + 1, base + 2))
    with started(env) as (process, said):
        assert "user password admin" in said and password[1] not in said and "created" not in said, said
        assert status(f"{home}/sign-in") == 200
    assert process.returncode == 0


@pytest.mark.parametrize("name", ["PORT", "SANDBOX_PORT"])
def test_a_port_that_is_taken_is_said_in_a_sentence(env: Env, name: str) -> None:
    port = int(env[name]) + (1 if name == "SANDBOX_PORT" else 0)
    with socket.socket() as other:
        other.bind(("127.0.0.1", port))
        other.listen()
        command = [sys.executable, str(ROOT / "scripts" / "run.py")]
        done = subprocess.run(command, env=env, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 1
    assert f"Port {port} is in use." in done.stderr and f"make run {name}=" in done.stderr


def test_a_wrong_setting_is_said_in_a_sentence(env: Env) -> None:
    command = [sys.executable, str(ROOT / "scripts" / "run.py")]
    wrong = env | {"PORT": "eighty"}
    done = subprocess.run(command, env=wrong, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 1 and "PORT must be a whole number" in done.stderr and "Traceback" not in done.stderr


def test_a_database_that_is_not_there_is_said_in_a_sentence(env: Env) -> None:
    command = [sys.executable, str(ROOT / "scripts" / "run.py")]
    lost = env | {"DATABASE_URL": f"postgresql://nobody:hidden@127.0.0.1:{env['PORT']}/none"}
    done = subprocess.run(command, env=lost, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 1 and "The database cannot be used" in done.stderr
    assert "Traceback" not in done.stderr and "hidden" not in done.stderr + done.stdout


def test_the_server_refuses_a_wrong_setting_before_it_starts(env: Env) -> None:
    for command in (["gunicorn", "wsgi:app"], ["flask", "--app", "wsgi", "worker"]):
        done = subprocess.run(
            [sys.executable, "-m", *command],
            env=env | {"LEASE_SECONDS": "0"},
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.returncode == 1 and "LEASE_SECONDS must be a whole number" in done.stderr, done.stderr


@pytest.mark.parametrize(
    ("command", "ready", "goodbye"),
    [(["worker"], "is working", "Finishing what is in hand"), (["sandbox", "magento"], "magento sandbox:", "")],
)
def test_a_process_of_its_own_ends_when_it_is_told_to(env: Env, command: list[str], ready: str, goodbye: str) -> None:
    flask = [sys.executable, "-u", "-m", "flask", "--app", "wsgi"]
    subprocess.run([*flask, "db", "upgrade"], env=env, cwd=ROOT, check=True, timeout=60)
    process = subprocess.Popen([*flask, *command], env=env, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        assert any(ready in line for line in process.stdout)
        process.send_signal(signal.SIGTERM)
        rest, _ = process.communicate(timeout=60)
    finally:
        process.kill()
    assert process.returncode == 0 and goodbye in rest
