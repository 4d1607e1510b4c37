"""The real thing once: two processes, real sockets, signals, and what is kept between two starts."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import requests

from connector.sandbox.process import Children, answers, free_base
from tests.sandbox.conftest import LOGIN

HEADERS = {"Authorization": "Bearer sandbox-token"}


class Hook:
    """A webhook that keeps what it gets."""

    def __init__(self) -> None:
        self.got: list[dict[str, Any]] = []
        self.arrived = threading.Event()
        hook = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                hook.got.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
                hook.arrived.set()
                self.send_response(204)
                self.end_headers()

            def log_message(self, *args: Any) -> None:
                """Quiet."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server.server_port}/hook"


@pytest.fixture
def session() -> Iterator[requests.Session]:
    with requests.Session() as session:
        session.trust_env = False
        yield session


def test_two_processes_that_serve_fail_and_remember(tmp_path: Path, session: requests.Session):
    hook = Hook()
    with Children(free_base(), tmp_path) as running:
        erp, shop = running.url("acumatica"), running.url("magento")
        health = session.get(f"{erp}/_sandbox/health").json()
        assert health["system"] == "acumatica" and health["pid"] != os.getpid()
        assert session.post(f"{erp}/entity/auth/login", json=LOGIN).status_code == 204
        assert (
            session.get(f"{erp}/entity/Default/24.200.001/StockItem/TL-00001").json()["InventoryID"]["value"]
            == "TL-00001"
        )
        _pushes_at_once(session, erp, hook)
        _breaks_on_the_wire(session, shop)
    assert not answers(f"{erp}/_sandbox/health") and not answers(f"{shop}/_sandbox/health")
    with Children(running.base, tmp_path, ["acumatica"]) as again:
        state = session.get(f"{again.url('acumatica')}/_sandbox/state?key=TL-00001").json()
        assert state["TL-00001"]["DefaultPrice"] == 5.55
    hook.server.shutdown()
    hook.server.server_close()


def _pushes_at_once(session: requests.Session, erp: str, hook: Hook) -> None:
    session.put(f"{erp}/_sandbox/push", json={"address": hook.url, "value": "s"})
    session.post(f"{erp}/_sandbox/edit", json={"key": "TL-00001", "fields": {"DefaultPrice": 5.55}})
    assert hook.arrived.wait(5) and hook.got[0]["Inserted"][0]["DefaultPrice"] == 5.55


def _breaks_on_the_wire(session: requests.Session, shop: str) -> None:
    """Connections are kept alive until a fault breaks one."""
    path = f"{shop}/rest/V1/store/websites"
    assert session.get(path, headers=HEADERS).headers.get("Connection") != "close"
    for fault in ("refuse", "lost_reply", "cut_json", "half_open"):
        session.put(f"{shop}/_sandbox/faults", json=[{"fault": fault, "count": 1, "seconds": 0.05}])
        with pytest.raises((requests.ConnectionError, requests.exceptions.ChunkedEncodingError)):
            session.get(path, headers=HEADERS)
        assert session.get(path, headers=HEADERS).status_code == 200
    session.put(f"{shop}/_sandbox/faults", json=[{"fault": "429", "count": 1, "retry_after": 1}])
    assert session.get(path, headers=HEADERS).headers["Retry-After"] == "1"


def test_all_of_them_start_and_stop_with_one_command(tmp_path: Path):
    base = free_base()
    command = [
        sys.executable,
        "-m",
        "connector.sandbox",
        "all",
        "--port-base",
        str(base),
        "--data",
        str(tmp_path),
        "--reset",
    ]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    lines = {process.stdout.readline().split(" sandbox:")[0], process.stdout.readline().split(" sandbox:")[0]}
    assert lines == {"acumatica", "magento"}
    process.send_signal(signal.SIGINT)
    assert process.wait(10) == 0
    process.stdout.close()
    assert not answers(f"http://127.0.0.1:{base + 1}/_sandbox/health")


def test_a_port_in_use_is_said(tmp_path: Path):
    with Children(free_base(), tmp_path, ["magento"]) as running:
        command = [
            sys.executable,
            "-m",
            "connector.sandbox",
            "magento",
            "--port-base",
            str(running.base),
            "--data",
            str(tmp_path / "b"),
        ]
        second = subprocess.run(command, capture_output=True, text=True, timeout=20)
    assert second.returncode == 1 and "in use" in second.stderr
