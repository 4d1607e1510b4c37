"""The public queues, doing what the benchmark asks of ours. Runs in an environment of its own (.venv-bench).

    python peers.py WHAT QUEUE URL_OR_FILE N   ->   one line of JSON with `rate` in rows or jobs a second

WHAT is bulk (enqueue by 100), single (enqueue one by one) or drain (no-op jobs).
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import os
import sys
import threading
import time

PAYLOAD = "x" * 300
logging.disable(logging.CRITICAL)


def rate(count: int, started: float) -> float:
    return count / (time.perf_counter() - started)


async def procrastinate_app(url: str):
    import procrastinate

    app = procrastinate.App(connector=procrastinate.PsycopgConnector(conninfo=url))

    @app.task(name="noop", queue="bench")
    async def noop(payload: str) -> None:
        pass

    await app.open_async()
    with contextlib.suppress(Exception):
        await app.schema_manager.apply_schema_async()
    return app, noop


async def procrastinate_(what: str, url: str, count: int) -> float:
    app, noop = await procrastinate_app(url)
    try:
        await app.connector.execute_query_async("TRUNCATE procrastinate_jobs CASCADE")
        if what == "single":
            started = time.perf_counter()
            for _ in range(count):
                await noop.defer_async(payload=PAYLOAD)
            return rate(count, started)
        started = time.perf_counter()
        for start in range(0, count, 100):
            await noop.batch_defer_async(*[{"payload": PAYLOAD}] * min(100, count - start))
        if what == "bulk":
            return rate(count, started)
        started = time.perf_counter()
        await app.run_worker_async(wait=False, concurrency=10, queues=["bench"], install_signal_handlers=False)
        return rate(count, started)
    finally:
        await app.close_async()


async def pgqueuer_(what: str, url: str, count: int) -> float:
    import asyncpg
    from pgqueuer import PgQueuer, Queries
    from pgqueuer.types import QueueExecutionMode

    connection = await asyncpg.connect(url)  # its fastest driver
    queuer = PgQueuer.from_asyncpg_connection(connection)
    queries = Queries(queuer.connection)
    with contextlib.suppress(asyncpg.PostgresError):
        await queries.install()
    await connection.execute("TRUNCATE pgqueuer, pgqueuer_log")
    body = PAYLOAD.encode()

    @queuer.entrypoint("noop")
    async def noop(job) -> None:
        pass

    started = time.perf_counter()
    if what == "single":
        for _ in range(count):
            await queries.enqueue("noop", body)
        return rate(count, started)
    for start in range(0, count, 100):
        size = min(100, count - start)
        await queries.enqueue(["noop"] * size, [body] * size, [0] * size)
    if what == "bulk":
        return rate(count, started)
    started = time.perf_counter()
    await queuer.run(batch_size=100, mode=QueueExecutionMode.drain)
    done = rate(count, started)
    await connection.close()
    return done


def huey_(what: str, path: str, count: int) -> float:
    from huey import SqliteHuey

    for suffix in ("", "-wal", "-shm"):
        with contextlib.suppress(FileNotFoundError):
            os.unlink(path + suffix)
    huey = SqliteHuey(filename=path, fsync=True)
    left = threading.Event()
    seen = 0

    @huey.task()
    def noop(payload: str) -> None:
        nonlocal seen
        seen += 1
        if seen >= count:
            left.set()

    started = time.perf_counter()
    for _ in range(count):
        noop(PAYLOAD)
    if what in ("bulk", "single"):
        return rate(count, started)
    started = time.perf_counter()
    consumer = huey.create_consumer(workers=1, periodic=False)
    consumer.start()
    left.wait(600)
    done = rate(count, started)
    consumer.stop(graceful=False)
    return done


def main() -> None:
    what, queue, where, count = sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4])
    if queue == "huey":
        found = huey_(what, where, count)
    else:
        run = {"procrastinate": procrastinate_, "pgqueuer": pgqueuer_}[queue]
        found = asyncio.run(run(what, where, count))
    print(json.dumps({"rate": found}))
    sys.stdout.flush()
    os._exit(0)  # consumers leave threads behind


if __name__ == "__main__":
    main()
