"""G21: what waiting costs."""

from __future__ import annotations

import threading
import time
from pathlib import Path

from connector.clock import CLOCK
from connector.queue.lanes import Lane
from connector.queue.runner import run_window
from connector.queue.wake import Bell
from connector.queue.working.policy import Policy
from tests.bench.common import Goal, World
from tests.bench.drain import noop

WINDOWS, SECONDS = 20, 20


def run(world: World, python: Path) -> list[Goal]:
    world.fresh(settled=20_000)
    stop, bell = threading.Event(), Bell()

    def window(number: int) -> None:
        with world.app.app_context():
            lane = Lane(f"C{number}", "price", "erp_to_store")
            policy = Policy(check_time=59, sleep_time=1)
            run_window(lane, noop, policy, worker=f"w{number}", clock=CLOCK, bell=bell, stop=stop, check_time=SECONDS)

    threads = [threading.Thread(target=window, args=(number,)) for number in range(WINDOWS)]
    for thread in threads:
        thread.start()
    CLOCK.sleep(2)
    started = time.process_time()
    CLOCK.sleep(SECONDS - 5)
    used = (time.process_time() - started) / (SECONDS - 5)
    stop.set()
    bell.stir()
    for thread in threads:
        thread.join()
    name = f"{WINDOWS} windows that look each second <= 0.5 % of a core ({world.name})"
    return [Goal("G21", name, f"{used:.2%}", used <= 0.005)]
