"""What servers and `flask --app wsgi` import: the application, and where its log goes (standard error)."""

from __future__ import annotations

import logging
import sys

from config import ConfigError
from connector import create_app

PLAIN = frozenset(vars(logging.makeLogRecord({})))  # what every record has


class Lines(logging.Formatter):
    """One line for each record, with what it is about at the end: `... message failed action=x message=17`."""

    def formatMessage(self, record: logging.LogRecord) -> str:  # before a traceback
        about = {name: value for name, value in vars(record).items() if name not in PLAIN | {"message", "asctime"}}
        return " ".join([super().formatMessage(record), *(f"{name}={value}" for name, value in about.items())])


def _log_to_standard_error() -> None:
    handler = logging.StreamHandler()
    handler.setFormatter(Lines("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    logging.basicConfig(level=logging.WARNING, handlers=[handler])  # LOG_LEVEL is for our own loggers


try:
    app = create_app()
except ConfigError as error:
    sys.exit(f"The connector cannot start:\n{error}")
_log_to_standard_error()
