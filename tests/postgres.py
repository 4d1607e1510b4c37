"""A PostgreSQL cluster of the tests' own, on a socket in a temporary folder; nothing outside is touched."""

from __future__ import annotations

import contextlib
import glob
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator


def binary(name: str) -> str | None:
    """The path of a PostgreSQL server program: on PATH, or where Debian keeps them."""
    found = shutil.which(name)
    return found or next(iter(sorted(glob.glob(f"/usr/lib/postgresql/*/bin/{name}"), reverse=True)), None)


def _as_server_user(command: list[str]) -> list[str]:
    """PostgreSQL refuses to run as root, which containers are: step down to its own user."""
    if os.geteuid() != 0:
        return command
    return ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups", *command]


class Cluster:
    """A started cluster. `url(name)` is an SQLAlchemy URL; `restart()` is used by the torture tests."""

    def __init__(self, folder: str, port: int, *, durable: bool) -> None:
        self.folder, self.port, self.durable = folder, port, durable

    def _ctl(self, *words: str) -> None:
        pg_ctl = binary("pg_ctl")
        assert pg_ctl
        options = f"-k {self.folder} -p {self.port} -c listen_addresses=127.0.0.1 -c max_connections=200"
        if not self.durable:
            options += " -c fsync=off -c synchronous_commit=off -c full_page_writes=off"
        command = [pg_ctl, "-D", f"{self.folder}/data", "-w", "-o", options, "-l", f"{self.folder}/log", *words]
        subprocess.run(_as_server_user(command), check=True, stdout=subprocess.DEVNULL, cwd=self.folder)

    def start(self) -> None:
        self._ctl("start")

    def stop(self) -> None:
        self._ctl("stop", "-m", "immediate")

    def restart(self) -> None:
        self._ctl("restart", "-m", "immediate")

    def create(self, name: str) -> str:
        """Make an empty database and return its URL."""
        import psycopg

        with psycopg.connect(f"postgresql://postgres@127.0.0.1:{self.port}/postgres", autocommit=True) as connection:
            connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
            connection.execute(f'CREATE DATABASE "{name}"')
        return self.url(name)

    def url(self, name: str) -> str:
        return f"postgresql+psycopg://postgres@127.0.0.1:{self.port}/{name}"


@contextlib.contextmanager
def cluster(*, durable: bool = False) -> Iterator[Cluster | None]:
    """A running cluster for the length of the block, or None where the programs are absent."""
    initdb = binary("initdb")
    if initdb is None or binary("pg_ctl") is None:
        yield None
        return
    folder = tempfile.mkdtemp(prefix="connector-pg-")
    if os.geteuid() == 0:
        user = pwd.getpwnam("postgres")
        os.chown(folder, user.pw_uid, user.pw_gid)
    command = [initdb, "-D", f"{folder}/data", "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync"]
    subprocess.run(_as_server_user(command), check=True, stdout=subprocess.DEVNULL, cwd=folder)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    started = Cluster(folder, port, durable=durable)
    started.start()
    try:
        yield started
    finally:
        started.stop()
        shutil.rmtree(folder, ignore_errors=True)
