"""Running the simulated systems: each in a process of its own, started and stopped together.

`serve` runs one system in this process; `Children` starts them as child processes and waits until they
answer; `free_base` finds ports for tests.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any

from connector.sandbox.server import HOST, Server

PORTS = {"acumatica": 1, "magento": 2}  # added to the base port
PATIENCE = 15.0


def make(name: str, folder: Path | str) -> Any:
    """The simulated system of this name on its file in `folder` (`:memory:` keeps nothing)."""
    if name == "acumatica":
        from connector.sandbox.acumatica.app import Acumatica

        return Acumatica(folder)
    from connector.sandbox.magento.app import Magento

    return Magento(folder)


def serve(name: str, base: int, folder: Path, *, reset: bool = False, parent: int = 0) -> None:
    """Serve one system until SIGINT or SIGTERM, or until the process `parent` is gone."""
    system = make(name, folder)
    if reset:
        system.reset({})
    server = Server(system.wsgi, base + PORTS[name])
    ended = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: ended.set())
    system.start()
    server.start()
    print(f"{name} sandbox: {server.url}", flush=True)
    while not ended.wait(1.0):
        if parent and os.getppid() != parent:
            break
    server.stop()
    system.stop()


class Children:
    """The systems as child processes: `with Children(8100, folder) as running: ...`."""

    def __init__(
        self, base: int, folder: Path | str, names: Sequence[str] = tuple(PORTS), *, reset: bool = False
    ) -> None:
        self.base, self.folder, self.names, self.reset = base, Path(folder), names, reset
        self.processes: dict[str, subprocess.Popen[bytes]] = {}

    def url(self, name: str) -> str:
        return f"http://{HOST}:{self.base + PORTS[name]}"

    def start(self) -> Children:
        """Start all and return when each answers. Raises RuntimeError when one does not."""
        for name in self.names:
            self.launch(name)
        for name in self.names:
            self.await_health(name)
        return self

    def launch(self, name: str) -> None:
        command = [
            sys.executable,
            "-m",
            "connector.sandbox",
            name,
            "--port-base",
            str(self.base),
            "--data",
            str(self.folder),
            "--parent",
            str(os.getpid()),
            *(["--reset"] if self.reset else []),
        ]
        # A session of its own: Ctrl-C on the terminal reaches the parent only, which then stops its children.
        self.processes[name] = subprocess.Popen(command, start_new_session=True)

    def await_health(self, name: str) -> None:
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            if answers(f"{self.url(name)}/_sandbox/health"):
                return
            with suppress(subprocess.TimeoutExpired):
                self.processes[name].wait(0.05)  # it ends only when it cannot start
                break
        self.stop()
        raise RuntimeError(f"The {name} sandbox did not start on port {self.base + PORTS[name]}. Is the port in use?")

    def dead(self) -> list[str]:
        """Names of the processes that have ended by themselves."""
        return [name for name, process in self.processes.items() if process.poll() is not None]

    def stop(self) -> None:
        for process in self.processes.values():
            if process.poll() is None:
                process.terminate()
        for process in self.processes.values():
            try:
                process.wait(5)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def __enter__(self) -> Children:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


def run_all(base: int, folder: Path, names: Sequence[str], *, reset: bool = False, parent: int = 0) -> int:
    """Run the systems as children until SIGINT or SIGTERM. Returns the exit code."""
    ended = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: ended.set())
    children = Children(base, folder, names, reset=reset)
    try:
        children.start()
    except RuntimeError as error:
        print(error, file=sys.stderr)
        return 1
    try:
        while not ended.wait(0.5):
            if parent and os.getppid() != parent:
                return 0
            if dead := children.dead():
                print(f"The {dead[0]} sandbox ended by itself.", file=sys.stderr)
                return 1
        return 0
    finally:
        children.stop()


def answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=2) as response:  # noqa: S310
            return int(response.status) == 200
    except (urllib.error.URLError, OSError):
        return False


def free_base() -> int:
    """A base port whose next ports are free right now."""
    for _ in range(50):
        with socket.socket() as probe:
            probe.bind((HOST, 0))
            base = probe.getsockname()[1]
        if base < 65_000 and all(_free(base + offset) for offset in range(5)):
            return int(base)
    raise RuntimeError("No free ports were found.")


def _free(port: int) -> bool:
    with socket.socket() as probe:
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
        return True
