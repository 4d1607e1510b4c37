"""What makes the thousandth application of a test process cheap: work that always has the same end is done once.

Compiled templates and the functions that build addresses are kept by what they were made of. Nothing is left out.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from jinja2.bccache import Bucket, BytecodeCache
from werkzeug.routing import Rule


class Compiled(BytecodeCache):
    """Templates by name and file; Jinja itself compares the source before it takes one."""

    def __init__(self) -> None:
        self.kept: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if kept := self.kept.get(bucket.key):
            bucket.bytecode_from_string(kept)

    def dump_bytecode(self, bucket: Bucket) -> None:
        self.kept[bucket.key] = bucket.bytecode_to_string()


TEMPLATES = Compiled()


def compile_rules_once() -> None:
    """Keep what Werkzeug compiles for a rule: the function finds its converters in the rule that it is bound to."""
    compile_one: Callable[..., Any] = Rule._compile_builder
    kept: dict[tuple[Any, ...], Any] = {}

    def builder(self: Any, append_unknown: bool = True) -> Any:
        key = (self.rule, tuple(self._trace), tuple((self.defaults or {}).items()), append_unknown)
        if key not in kept:
            kept[key] = compile_one(self, append_unknown)
        return kept[key]

    Rule._compile_builder = builder  # type: ignore[method-assign]
