"""`python -m connector.sandbox [acumatica|magento|all] --port-base 8100 --data FOLDER [--reset]`."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from connector.sandbox.process import PORTS, run_all, serve


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="connector.sandbox", description="Simulated outside systems on the loopback address."
    )
    parser.add_argument(
        "system", nargs="?", default="all", choices=["all", *PORTS], help="which system to run (default: all)"
    )
    parser.add_argument(
        "--port-base", type=int, default=8100, help="Acumatica listens on this + 1, Magento on this + 2"
    )
    parser.add_argument("--data", type=Path, default=Path("instance/sandbox"), help="folder of the SQLite files")
    parser.add_argument("--reset", action="store_true", help="begin with a clean catalogue and an empty store")
    parser.add_argument("--parent", type=int, default=0, help="end when this process is gone")
    chosen = parser.parse_args()
    chosen.data.mkdir(parents=True, exist_ok=True)
    if chosen.system == "all":
        return run_all(chosen.port_base, chosen.data, tuple(PORTS), reset=chosen.reset, parent=chosen.parent)
    try:
        serve(chosen.system, chosen.port_base, chosen.data, reset=chosen.reset, parent=chosen.parent)
    except OSError as error:
        print(f"The {chosen.system} sandbox cannot listen: {error.strerror or error}.", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
