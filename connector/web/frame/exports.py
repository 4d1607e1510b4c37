"""Tables for a spreadsheet: CSV, read and sent page by page, with every cell harmless. It knows no table."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any

from flask import Response, stream_with_context

from connector.db import utcnow

MOST_LINES = 100_000  # of one export
PAGE = 500
FULL = 32_000  # characters that are sent at once


def answer(name: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> Response:
    """A file `name-<time>.csv` with these columns."""
    headers = {"Content-Disposition": f'attachment; filename="{name}-{utcnow():%Y%m%d-%H%M%S}.csv"'}
    return Response(stream_with_context(_lines(columns, rows)), mimetype="text/csv", headers=headers)


def all_pages(page: Callable[[int | None], Sequence[Any]]) -> Iterator[Any]:
    """Rows of `page(before)`, which gives up to PAGE of them with ids below, one page after the other."""
    before: int | None = None
    given = 0
    while given < MOST_LINES:
        rows = page(before)
        yield from rows
        given += len(rows)
        if len(rows) < PAGE:
            return
        before = rows[-1].id


def moment(at: datetime | None) -> str:
    """To the second in UTC; empty for none."""
    return f"{at:%Y-%m-%d %H:%M:%S}" if at else ""


def _lines(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> Iterator[str]:
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(columns)
    for row in rows:
        writer.writerow([harmless("" if cell is None else str(cell)) for cell in row])
        if out.tell() > FULL:
            yield out.getvalue()
            out.seek(0)
            out.truncate()
    yield out.getvalue()


def harmless(cell: str) -> str:
    """A cell that begins like a formula would be run by a spreadsheet: a quote in front keeps it text."""
    return f"'{cell}" if cell[:1] in ("=", "+", "-", "@", "\t", "\r", "\n") else cell
