"""`gunicorn wsgi:app` reads this by itself: one process with threads, and the scheduler inside it.

The command line stands above it (`-b 0.0.0.0:8000`, `-w 4`). With SCHEDULER=off the web processes only show
pages and accept notifications, and `flask --app wsgi worker` does the work.
"""

from __future__ import annotations

import os
import sys
from typing import Any

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from config import ConfigError, load  # noqa: E402 - found by the line above

try:
    _settings = load(os.environ)
except ConfigError as error:
    sys.exit(f"The connector cannot start:\n{error}")

bind = f"127.0.0.1:{_settings['PORT']}"
workers = 1
threads = 8
worker_class = "gthread"
keepalive = 5
graceful_timeout = 30  # as long as work in hand may take before it is left to its lease
loglevel = _settings["LOG_LEVEL"].lower()
control_socket_disable = True


def post_worker_init(worker: Any) -> None:
    """Begin to work once this process serves; here and not at import, so that no command starts a scheduler."""
    if _settings["SCHEDULER"]:
        worker.wsgi.extensions["engine"].start("web")


def worker_exit(_server: Any, worker: Any) -> None:
    """Finish the work in hand, give the leases back."""
    app = getattr(worker, "wsgi", None)
    if app is not None:
        app.extensions["engine"].stop()
