"""The pages in other languages: no sentence without its key, no key without its translations."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from jinja2 import Environment, nodes

from scripts import words
from tests.conftest import ROOT

TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
ENVIRONMENT = Environment(extensions=["jinja2.ext.i18n", "jinja2.ext.do"], autoescape=True)
ASK = {"_", "gettext", "ngettext", "N_"}
# names that are the same everywhere
NAMES = re.compile(
    r"\b(Commerce Connector|Acumatica|Magento|Adobe|BigCommerce|SellerCloud|UTC|CSV|JSON|SKU|ERP|curl|HTTP|ID|URL)\b"
)
SPOKEN_ATTRIBUTE = re.compile(r'(?:aria-label|placeholder|title|alt|data-title|hx-confirm)="([^"]*)"')
WORD = re.compile(r"[A-Za-z]{2,}")
SENTENCE = re.compile(r"[A-Z][a-z]+([ ,.].*)?$")


def name_of(path: Path) -> str:
    return path.relative_to(ROOT / "templates").as_posix()


def bare_texts(source: str) -> list[str]:
    """What a template says without asking the catalogue: in its text, in attributes, in its expressions."""
    found = []
    page = re.sub(r"(?s)<!--.*?-->|<(script|style|code|pre)\b.*?</\1>", "", _without_jinja(source))
    for attribute in SPOKEN_ATTRIBUTE.findall(page):
        found.append(attribute)
    found += re.sub(r"(?s)<[^>]*>", "\n", page).split("\n")
    found = [text.strip() for text in found if WORD.search(NAMES.sub("", re.sub(r"&\w+;", "", text)))]
    return found + [text for text in _constants(ENVIRONMENT.parse(source)) if SENTENCE.match(NAMES.sub("", text))]


def _without_jinja(source: str) -> str:
    """The text of a template; what Jinja says stands there as a sign that is no letter."""
    parts: list[str] = []
    in_trans, tag = False, [""]
    for _, kind, value in ENVIRONMENT.lex(source):
        if kind == "block_begin":
            tag = []
        elif kind == "name" and not tag:
            tag = [value]
            in_trans = value == "trans" or (in_trans and value != "endtrans")
        elif kind == "data" and not in_trans:
            parts.append(value)
        elif kind in ("variable_end", "block_end"):
            parts.append("\x00")
    return "".join(parts)


def _constants(node: nodes.Node) -> list[str]:
    """The strings of expressions that are not asked for."""
    if isinstance(node, nodes.Call) and isinstance(node.node, nodes.Name) and node.node.name in ASK:
        asked = 2 if node.node.name == "ngettext" else 1
        return [text for argument in [*node.args[asked:], *node.kwargs] for text in _constants(argument)]
    if isinstance(node, nodes.Compare):
        return []
    here = [node.value] if isinstance(node, nodes.Const) and isinstance(node.value, str) else []
    return here + [text for child in node.iter_child_nodes() for text in _constants(child)]


@pytest.mark.parametrize("path", TEMPLATES, ids=name_of)
def test_a_template_asks_for_every_sentence(path: Path) -> None:
    assert bare_texts(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    "source",
    [
        "<p>Nothing yet</p>",
        '<nav aria-label="Pages"></nav>',
        '{{ ui.empty_state("Nothing here") }}',
        '{% set title = "Nothing here" %}',
        "<p>{{ number }} messages</p>",
        "{% trans %}Said{% endtrans %} and not said",
    ],
)
def test_a_sentence_that_asks_nobody_is_noticed(source: str) -> None:
    assert bare_texts(source)


@pytest.mark.parametrize("path", TEMPLATES, ids=name_of)
def test_a_template_asks_with_a_sentence_that_is_written_out(path: Path) -> None:
    """What `_` says counts as safe HTML: a value from elsewhere goes through `tr`, which is escaped."""
    for call in ENVIRONMENT.parse(path.read_text(encoding="utf-8")).find_all(nodes.Call):
        if isinstance(call.node, nodes.Name) and call.node.name in ASK:
            assert all(isinstance(argument, nodes.Const) for argument in call.args[:1]), f"line {call.lineno}"


@pytest.fixture(scope="module")
def extracted() -> Any:
    return words.extracted()


@pytest.mark.parametrize("code", words.CODES)
def test_every_sentence_is_in_the_catalogue_and_translated(code: str, extracted: Any) -> None:
    catalog = words.catalogue(code)
    wanted, held = {m.id for m in extracted if m.id}, {m.id for m in catalog if m.id}
    assert wanted - held == set(), "run python -m scripts.words and translate these"
    assert held - wanted == set(), "run python -m scripts.words: nobody says these any more"
    assert words.missing(catalog) == []


@pytest.mark.parametrize("code", words.CODES)
def test_a_translation_has_the_places_and_the_markup_of_its_sentence(code: str) -> None:
    for message in words.catalogue(code):
        said = message.string if isinstance(message.string, tuple | list) else [message.string]
        key = message.id if isinstance(message.id, str) else message.id[-1]
        for text in said if message.id else ():
            assert places(text) == places(key), key
            assert markup(text) == markup(key), key


def markup(text: str) -> list[str]:
    return re.findall(r"<[^>]*>", text)


def places(text: str) -> list[str]:
    return sorted(re.findall(r"%\(\w+\)[sd]|%%|\{\w+\}", text))


@pytest.mark.parametrize("code", words.CODES)
def test_what_gettext_reads_is_made_of_the_catalogue(code: str) -> None:
    assert words.path_of(code).with_suffix(".mo").read_bytes() == words.as_mo(words.catalogue(code)), (
        "run python -m scripts.words"
    )
