"""What is cleaned away, kept for a while as dated files: gzip, one JSON object a line. It knows no database.

One file for each connector and day, `DEMO-2026-05-04.jsonl.gz`, readable by its owner only. What was redacted in
the log is redacted here: the rows come as they were stored.
"""

from __future__ import annotations

import gzip
import json
import os
import re
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import RowMapping

from connector.db import instant

FOLDER = "archive"  # inside the instance folder
NAME = re.compile(r"(?P<connector>.+)-(?P<day>\d{4}-\d\d-\d\d)\.jsonl\.gz")


class Archive:
    """The files of one connector. What `keep` was given is on the disk when it returns."""

    def __init__(self, instance_folder: str | Path, connector_id: str) -> None:
        self.folder, self.connector_id = Path(instance_folder) / FOLDER, connector_id

    def keep(self, table: str, rows: Iterable[RowMapping | Mapping[str, Any]], at: datetime) -> None:
        """Add rows to the file of that day. Raises OSError."""
        text = "".join(_line(table, row) for row in rows)
        if not text:
            return
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle = os.open(self._file(at.date()), os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        with os.fdopen(handle, "ab") as file:
            file.write(gzip.compress(text.encode()))
            file.flush()
            os.fsync(file.fileno())

    def expire(self, before: date) -> int:
        """Delete the files of days before that one; returns how many (CONFLICTS 55). Raises OSError."""
        old = [path for path, day in self.files() if day < before]
        for path in old:
            path.unlink(missing_ok=True)
        return len(old)

    def files(self) -> list[tuple[Path, date]]:
        """The files of this connector with their days, oldest first."""
        if not self.folder.is_dir():
            return []
        found = []
        for path in self.folder.iterdir():
            match = NAME.fullmatch(path.name)
            if match and match["connector"] == self.connector_id:
                found.append((path, date.fromisoformat(match["day"])))
        return sorted(found, key=lambda one: one[1])

    def _file(self, day: date) -> Path:
        return self.folder / f"{self.connector_id}-{day.isoformat()}.jsonl.gz"


def _line(table: str, row: RowMapping | Mapping[str, Any]) -> str:
    values = {name: _value(name, value) for name, value in row.items()}
    return json.dumps({"table": table, **values}, ensure_ascii=False, default=str) + "\n"


def _value(name: str, value: Any) -> Any:
    """Instants are stored as microseconds; a reader wants a date."""
    if name.endswith("_at") or name == "at":
        return instant(value).isoformat() if isinstance(value, int) else value
    return value
