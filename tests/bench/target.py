"""G11, G17: draining into something slow, and what a call costs beside a bare loop of requests."""

from __future__ import annotations

import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import requests

from connector.clock import CLOCK
from connector.queue.working.policy import Policy
from connector.queue.working.work import Report, Unit, Verdict
from connector.systems.http import Http, recording
from tests.bench.common import Goal, World, seconds
from tests.bench.drain import drain, noop

SERVER = """
import http.server, sys
class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    def do_PUT(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200); self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", "2"); self.end_headers(); self.wfile.write(b"[]")
    def log_message(self, *a): pass
server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
server.daemon_threads = True
print(server.server_address[1], flush=True)
server.serve_forever()
"""


def run(world: World, python: Path) -> list[Goal]:
    return [*slow(world), *cpu(world)]


def slow(world: World) -> list[Goal]:
    goals = []
    for latency, parallel, batch, goal in ((0.2, 32, 1, 0.97), (0.2, 8, 25, 0.97), (0.05, 16, 1, 0.95)):
        calls = int(parallel / latency * 5)

        def work(unit: Unit) -> Report:
            CLOCK.sleep(latency)  # noqa: B023
            return noop(unit)

        world.fresh(settled=20_000)
        world.put(calls * batch)
        world.analyze()
        policy = Policy(threshold=0, batch=batch, batchable=True, parallel=parallel)
        spent = seconds(lambda: drain(work, policy))  # noqa: B023
        share = calls * latency / parallel / spent
        text = f"{share:.1%} of the bound C / L ({calls * batch / spent:,.0f} messages/s)"
        name = f"L = {latency * 1000:.0f} ms, C = {parallel}, B = {batch}: >= {goal:.0%} of C / L ({world.name})"
        goals.append(Goal("G11", name, text, share >= goal))
    return goals


def cpu(world: World) -> list[Goal]:
    """Processor time of one delivered message against a bare loop with as many threads."""
    server = subprocess.Popen([sys.executable, "-c", SERVER], stdout=subprocess.PIPE, text=True)
    assert server.stdout
    address = f"http://127.0.0.1:{server.stdout.readline().strip()}"
    try:
        count, threads = 3_000, 4
        bare = _bare(address, count, threads)
        product = _product(world, address, count, threads)
    finally:
        server.kill()
        server.wait()
    batch = _batched(world)
    text = f"{product / bare:.2f} x ({product * 1e6:.0f} of {bare * 1e6:.0f} us)"
    note = "ours records each call for the log, redacted, claims, settles and counts"
    return [
        Goal("G17", f"CPU per message, B = 1: <= 1.1 x a bare loop ({world.name})", text, product / bare <= 1.1, note),
        Goal("G17", f"CPU per message, B = 100: <= 60 us ({world.name})", f"{batch * 1e6:.0f} us", batch * 1e6 <= 60),
    ]


def _bare(address: str, count: int, threads: int) -> float:
    session = requests.Session()
    session.trust_env = False
    body = {"text": "x" * 280}

    def one(_number: int) -> None:
        session.put(f"{address}/item", json=body, timeout=10).json()

    started = time.process_time()
    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(one, range(count)))
    return (time.process_time() - started) / count


def _product(world: World, address: str, count: int, threads: int) -> float:
    http = Http(address)

    def work(unit: Unit) -> Report:
        with recording() as exchanges:
            for message in unit.messages:
                http.call("PUT", "/item", body=message.payload)
            return Report([Verdict(message.id) for message in unit.messages], list(exchanges))

    world.fresh(settled=20_000)
    world.put(count)
    started = time.process_time()
    drain(work, Policy(parallel=threads))
    return (time.process_time() - started) / count


def _batched(world: World) -> float:
    world.fresh(settled=20_000)
    world.put(20_000)
    started = time.process_time()
    drain()
    return (time.process_time() - started) / 20_000
