"""The sentences of the pages in other languages: read out of the code, put into the catalogues, compiled.

    python -m scripts.words            bring connector/web/languages up to date, say what is still to be translated
    python -m scripts.words --check    only say it; ends with 1 when anything is missing

A translator edits languages/<code>/LC_MESSAGES/messages.po by hand or with any gettext editor, then runs this again.
"""

from __future__ import annotations

import argparse
import ast
import io
import re
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parents[1]
LANGUAGES = ROOT / "connector" / "web" / "languages"
CODES = ("de", "es")
NO_DATE = datetime(2026, 11, 21, tzinfo=UTC)
KEYWORDS: dict[str, Any] = {
    "_": None, "_l": None, "N_": None, "gettext": None, "lazy_gettext": None, "ngettext": (1, 2),
}  # fmt: skip
TEMPLATE = {"extensions": "jinja2.ext.do", "trimmed": "true", "silent": "false"}

# rooms without a page that hold tables of sentences, which the pages say by `tr`
TABLES = (
    "setup/**/*.py", "systems/base.py", "systems/setting.py", "systems/mapping/*.py", "systems/*/settings.py",
    "systems/*/endpoints.py", "systems/*/features.py", "systems/*/tabs.py", "sync/catalogue.py",
    "sync/edits.py", "sync/picking.py", "engine/probes.py", "engine/installation.py", "systems/*/lists.py",
    "systems/*/references.py", "web/operating/causes.py", "web/frame/page_help.py",
)  # fmt: skip
# "Retry count", "A rule needs", "ERP field" and "%(name)s: is off", not "CustomerClass" and not "SO"
SPOKEN = re.compile(
    r"[A-Z][a-z]+(['-][A-Za-z]+)?([ ,:;].*|[.?!]?)|(A|[A-Z]{2,5}) [a-z].*|%\(\w+\)s:? [a-z].*"
    r"|E-mail .*|[A-Z0-9\"].*[A-Za-z=] [a-z]+ [a-z]+.*"  # "0 is no limit."
)
NOT_SPOKEN = {"record", "_log", "_record", "note", "debug", "info", "warning", "error", "getLogger", "get", "getattr"}


def extracted() -> Catalog:
    """Every sentence of the pages, from templates, code and tables, with the places where it stands."""
    catalog = Catalog(project="Commerce Connector", charset="utf-8")
    for path, found in _everything():
        for line, message in found:
            catalog.add(message, locations=[(path.relative_to(ROOT).as_posix(), line)])
    return catalog


def _everything() -> Iterator[tuple[Path, Iterator[tuple[int, Any]]]]:
    for path in sorted((ROOT / "templates").rglob("*.html")):
        yield path, _by_babel("jinja2.ext:babel_extract", path, TEMPLATE)
    for path in sorted((ROOT / "connector" / "web").rglob("*.py")):
        yield path, _by_babel("python", path, {})
    for pattern in TABLES:
        for path in sorted((ROOT / "connector").glob(pattern)):
            yield path, _of_tables(path)


def _by_babel(method: str, path: Path, options: dict[str, str]) -> Iterator[tuple[int, Any]]:
    with path.open("rb") as file:
        for line, message, _, _ in extract(method, file, KEYWORDS, (), options):
            yield line, message


def _of_tables(path: Path) -> Iterator[tuple[int, Any]]:
    """The sentences that stand in calls and collections: labels, helps and refusals, no docstring and no log."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    silent = {part for node in ast.walk(tree) if _is_silent(node) for part in ast.walk(node)}
    for node in ast.walk(tree):
        said = isinstance(node, ast.Constant) and isinstance(node.value, str) and node not in silent
        if said and SPOKEN.fullmatch(node.value):
            yield node.lineno, node.value


def _is_silent(node: ast.AST) -> bool:
    """Docstrings, sentences that hold values, and what goes into a log."""
    if isinstance(node, ast.Call):
        return _name(node.func) in NOT_SPOKEN
    return isinstance(node, ast.JoinedStr) or (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant))


def _name(function: ast.expr) -> str:
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


def path_of(code: str) -> Path:
    return LANGUAGES / code / "LC_MESSAGES" / "messages.po"


def catalogue(code: str) -> Catalog:
    """What has been translated into a language; empty when nothing has."""
    path = path_of(code)
    if not path.exists():
        return Catalog(locale=code, project="Commerce Connector", charset="utf-8")
    with path.open("rb") as file:
        return read_po(file, locale=code)


def missing(catalog: Catalog) -> list[str]:
    """The sentences without a translation, and those whose translation is not known to fit any more."""
    return [str(message.id) for message in catalog if message.id and (not _whole(message.string) or message.fuzzy)]


def _whole(said: str | tuple[str, ...] | list[str]) -> bool:
    return all(said) if isinstance(said, tuple | list) else bool(said)


def updated(code: str, words: Catalog) -> Catalog:
    """The catalogue of a language with just the sentences that the code has now."""
    catalog = catalogue(code)
    catalog.update(words, no_fuzzy_matching=True)
    catalog.obsolete.clear()
    return catalog


def as_po(catalog: Catalog) -> bytes:
    """As text for translators, without line numbers and dates: a change shows just what was changed."""
    catalog.revision_date = catalog.creation_date = NO_DATE
    file = io.BytesIO()
    write_po(file, catalog, sort_output=True, no_location=True, width=120)
    return file.getvalue()


def as_mo(catalog: Catalog) -> bytes:
    """As gettext reads it."""
    catalog.revision_date = catalog.creation_date = NO_DATE
    file = io.BytesIO()
    write_mo(file, catalog)
    return file.getvalue()


def main() -> None:
    words = argparse.ArgumentParser(description="Bring the translations of the pages up to date.")
    words.add_argument("--check", action="store_true", help="change nothing; end with 1 when anything is missing")
    given = words.parse_args()
    found, failed = extracted(), False
    for code in CODES:
        catalog = updated(code, found)
        left = missing(catalog)
        failed = failed or bool(left)
        sys.stdout.write(f"{code}: {len(catalog)} sentences, {len(left)} to translate\n")
        if not given.check:
            path = path_of(code)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(as_po(catalog))
            path.with_suffix(".mo").write_bytes(as_mo(catalog))
    if given.check and failed:
        sys.exit(1)


if __name__ == "__main__":
    main()
