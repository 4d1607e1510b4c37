"""`make bench`: measure the goals of docs/performance.md, print them and write that page. It never fails.

python -m tests.bench [--only enqueue,claim,...] [--database sqlite|postgresql] [--quick]
"""

from __future__ import annotations

import argparse
import os
import platform
import sys
import time
from importlib import import_module
from pathlib import Path

from tests.bench import report
from tests.bench.common import Goal, progress, worlds
from tests.postgres import cluster

PARTS = ("enqueue", "claim", "drain", "target", "pages", "operate", "wake", "idle", "fullsync", "costs")
ROOT = Path(__file__).resolve().parents[2]


def main() -> None:
    words = argparse.ArgumentParser(description="Measure the goals of docs/performance.md.")
    words.add_argument("--only", default=",".join(PARTS), help="parts, with commas")
    words.add_argument("--database", default="", help="sqlite or postgresql; both by default")
    words.add_argument("--no-write", action="store_true", help="print only, leave docs/performance.md alone")
    given = words.parse_args()
    python = ROOT / ".venv-bench" / "bin" / "python"
    only = [given.database] if given.database else []
    started, goals = time.monotonic(), list[Goal]()
    with cluster(durable=True) as started_cluster, worlds(started_cluster, only) as openers:
        for part in given.only.split(","):
            module = import_module(f"tests.bench.{part}")
            for opener in openers:
                with opener() as world:
                    progress(f"{part} on {world.name}")
                    goals += module.run(world, python)
    machine = f"{os.cpu_count()} cores, Python {platform.python_version()}, {time.monotonic() - started:.0f} s"
    sys.stdout.write(report.text(goals))
    if not given.no_write:
        (ROOT / "docs" / "performance.md").write_text(report.page(goals, machine), encoding="utf-8")


if __name__ == "__main__":
    main()
