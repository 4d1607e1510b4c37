"""What every record has: a key, a version, and what a mapping made of it. It knows no entity."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from dataclasses import dataclass, field
from typing import Any, ClassVar

ERP_TO_STORE, STORE_TO_ERP = "erp_to_store", "store_to_erp"
Pairs = tuple[tuple[str, str], ...]
UNHASHED = ("version", "raw", "shown", "others")


@dataclass(frozen=True, slots=True)
class Record:
    """What every record has: its key in the source and the version that was read.

    `raw` is what the source says of its other fields, (name, value) by name: material for a mapping, never sent
    by itself and no part of the content. `mapped` is what a mapping made of it for the target, (field, value): the
    target writes these over what it would have written; `views` is the same for single store views. `shown` is for
    lists only: never sent, never compared.
    """

    entity: ClassVar[str]
    key: str
    version: int = 0
    raw: Pairs = field(default=(), kw_only=True)
    mapped: Pairs = field(default=(), kw_only=True)
    views: tuple[tuple[str, Pairs], ...] = field(default=(), kw_only=True)
    shown: Pairs = field(default=(), kw_only=True, compare=False)

    def content(self) -> dict[str, Any]:
        """Everything that may be sent, by field: what two reads are compared by."""
        body = dataclasses.asdict(self)
        for name in UNHASHED:
            body.pop(name, None)
        if not self.views:  # most records have none: their hash is what it always was
            body.pop("views")
        return body

    def content_hash(self) -> str:
        """Hash of the content: equal content is the same hash, whoever wrote it and when."""
        text = json.dumps(self.content(), sort_keys=True, default=str, ensure_ascii=False)
        return hashlib.sha256(text.encode()).hexdigest()
