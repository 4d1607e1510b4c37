"""`make run`: everything on this machine, from an empty folder to a working shop, ended by Ctrl-C.

Migrates the database, starts the sandbox systems and the web process (with its scheduler), makes the connector
DEMO, and prints where to sign in. Started again it goes on with what is under instance/.
"""

from __future__ import annotations

import ctypes
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

import config  # noqa: E402 - found by the line above

HOST = "127.0.0.1"
PATIENCE = 60.0  # seconds for the web process to become healthy
GRACE = 40.0  # seconds for it to finish its work
DIE_WITH_PARENT = 1  # PR_SET_PDEATHSIG of prctl(2)


class Trouble(Exception):
    """A sentence that ends the start."""


class House:
    """The processes of one run, in the order in which they were started."""

    def __init__(self, settings: dict[str, object]) -> None:
        self.port, self.base = int(str(settings["PORT"])), int(str(settings["SANDBOX_PORT"]))
        self.folder = Path(str(settings["INSTANCE"]))
        self.ended = threading.Event()
        self.running: dict[str, subprocess.Popen[bytes]] = {}

    def start(self, name: str, *command: str) -> None:
        """Start a process in a session of its own: Ctrl-C reaches us only, and we end the others in order."""
        self.running[name] = subprocess.Popen(
            [sys.executable, "-m", *command], cwd=ROOT, start_new_session=True, preexec_fn=_end_with_us
        )

    def wait_for(self, name: str, url: str) -> None:
        """Wait until the process answers. Raises Trouble."""
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until and not self.ended.is_set():
            if self.running[name].poll() is not None:
                raise Trouble(f"The {name} process ended while it was starting; what it said is above.")
            if answers(url):
                return
            self.ended.wait(0.1)
        if not self.ended.is_set():
            raise Trouble(f"The {name} process did not answer at {url} within {PATIENCE:.0f} seconds.")

    def watch(self) -> None:
        """Wait for Ctrl-C or SIGTERM. Raises Trouble when a process ends by itself."""
        while not self.ended.wait(0.5):
            for name, process in self.running.items():
                if process.poll() is not None:
                    raise Trouble(f"The {name} process ended by itself (exit code {process.returncode}).")

    def stop(self) -> None:
        """End everything, last started first: the work in hand can still reach the systems."""
        for name, process in reversed(self.running.items()):
            if process.poll() is None:
                process.terminate()
                try:
                    process.wait(GRACE)
                except subprocess.TimeoutExpired:
                    print(f"The {name} process did not end in time and was killed; nothing is lost.")
                    process.kill()
                    process.wait()


def main() -> int:
    try:
        settings = config.load(os.environ)
    except config.ConfigError as error:
        print(f"The connector cannot start:\n{error}", file=sys.stderr)
        return 1
    house = House(settings)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: house.ended.set())
    password = None
    try:
        check_ports(house)
        password = prepare()
        open_house(house)
        if not house.ended.is_set():
            welcome(house, password)
            password = None
            house.watch()
    except Trouble as trouble:
        print(trouble, file=sys.stderr)
        return 1
    finally:
        if password:  # made, but not shown yet: it would be lost
            print(f"The user admin was made. Password (shown only now): {password}")
        print("Stopping ...", flush=True)
        house.stop()
    return 0


def prepare() -> str | None:
    """Bring the database up to date. Returns the first administrator's password when it was made just now."""
    from flask_migrate import upgrade
    from sqlalchemy.exc import SQLAlchemyError

    from connector import create_app
    from connector.setup import users

    app = create_app()
    try:
        with app.app_context():
            upgrade()
            return users.ensure_admin()
    except SQLAlchemyError as error:
        said = str(getattr(error, "orig", error)).strip().splitlines()[0]
        raise Trouble(f"The database cannot be used: {said}\nCheck DATABASE_URL, and that its server runs.") from None


def open_house(house: House) -> None:
    data = house.folder / "sandbox"
    data.mkdir(parents=True, exist_ok=True)
    base = ["--port-base", str(house.base), "--data", str(data), "--parent", str(os.getpid())]
    house.start("sandbox", "connector.sandbox", "all", *base)
    for step in (1, 2):
        house.wait_for("sandbox", f"http://{HOST}:{house.base + step}/_sandbox/health")
    house.start("web", "gunicorn", "wsgi:app", "--log-level", "warning")
    house.wait_for("web", f"http://{HOST}:{house.port}/readyz")
    if not house.ended.is_set():
        done = subprocess.run([sys.executable, "-m", "flask", "--app", "wsgi", "demo"], cwd=ROOT, check=False)
        if done.returncode:
            print("The demo connector could not be set up; everything else runs.", file=sys.stderr)


def welcome(house: House, password: str | None) -> None:
    """Where to go, and how to get in."""
    again = "the one that was shown at the first start (new one: flask --app wsgi user password admin)"
    lines = [
        f"Commerce Connector   http://{HOST}:{house.port}",
        "User                 admin",
        f"Password             {f'{password}   (shown only now)' if password else again}",
        f"Sandbox Acumatica    http://{HOST}:{house.base + 1}",
        f"Sandbox Magento      http://{HOST}:{house.base + 2}",
        "Ctrl-C stops everything.",
    ]
    print("\n" + "\n".join(f"  {line}" for line in lines) + "\n", flush=True)


def check_ports(house: House) -> None:
    """Raises Trouble with a sentence when a port is taken."""
    wanted = [(house.port, f"PORT={house.port + 10}")]
    wanted += [(house.base + step, f"SANDBOX_PORT={house.base + 100}") for step in (1, 2)]
    for port, other in wanted:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((HOST, port))
            except OSError:
                raise Trouble(f"Port {port} is in use. Stop what uses it, or take another: make run {other}") from None


def answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=2) as response:
            return int(response.status) == 200
    except (urllib.error.URLError, OSError):
        return False


_libc = ctypes.CDLL(None) if sys.platform == "linux" else None


def _end_with_us() -> None:
    """Even if this process is killed, the others get SIGTERM."""
    if _libc is not None:
        _libc.prctl(DIE_WITH_PARENT, signal.SIGTERM)


if __name__ == "__main__":
    sys.exit(main())
