"""What a transform makes of a value, and what nobody can make it do."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connector.records import ERP_TO_STORE, STORE_TO_ERP
from connector.systems.mapping import Transform, problem, templates
from connector.systems.mapping.transforms import KINDS, LONGEST_RESULT

FIELDS = {"Description": "Fancy socks", "Price": "12.345", "Attributes/COLOR": "RED", "Empty": ""}


def made(kind: str, value: str = "", source: str = "RED", direction: str = ERP_TO_STORE, **more: object) -> str:
    return Transform(kind, value, **more).apply(source, FIELDS, direction)  # type: ignore[arg-type]


def test_no_transform_and_a_constant() -> None:
    assert made("none") == "RED"
    assert made("constant", "always") == "always"


def test_a_lookup_list_reads_both_ways_and_ignores_case_and_blanks() -> None:
    pairs = (("RED", "17"), ("red ", "18"), ("BLUE", "19"))
    assert made("lookup", pairs=pairs) == "17"
    assert made("lookup", pairs=pairs, source=" blue ") == "19"
    assert made("lookup", pairs=pairs, source="19", direction=STORE_TO_ERP) == "BLUE"


def test_a_value_that_is_not_in_the_list_fails_stays_or_becomes_the_default() -> None:
    pairs = (("BLUE", "19"),)
    with pytest.raises(ValueError, match="no 'RED'"):
        made("lookup", pairs=pairs)
    assert made("lookup", pairs=pairs, otherwise="keep") == "RED"
    assert made("lookup", pairs=pairs, otherwise="default", default="0") == "0"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("{Description} ({value})", "Fancy socks (RED)"),
        ("{Price:.2f} EUR", "12.35 EUR"),
        ("{Attributes/COLOR:lower}", "red"),
        ("{Description:5}|{Missing}|{Empty}", "Fancy||"),
        ("{{literal}} {Description:upper}", "{literal} FANCY SOCKS"),
        ("no field", "no field"),
    ],
)
def test_a_format_fills_in_fields(text: str, found: str) -> None:
    assert problem(Transform("format", text)) == ""
    assert made("format", text) == found


@pytest.mark.parametrize(
    "text", ["{", "}", "{}", "{ }", "{Price:>9999}", "{value.__class__:x}", "{Price:%s}", "a{b", ""]
)
def test_a_broken_format_is_refused_with_a_sentence(text: str) -> None:
    assert len(problem(Transform("format", text))) > 10


def test_a_format_reaches_no_attribute() -> None:
    assert made("format", "{value.__class__}{0.__init__}{Price[0]}") == ""


def test_a_text_is_no_number() -> None:
    with pytest.raises(ValueError, match="no number"):
        made("format", "{Description:.2f}")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("{{ value|lower }}", "red"),
        ("{{ fields['Attributes/COLOR'] }}-{{ Description }}", "RED-Fancy socks"),
        ("{{ (Price|number * 1.1)|round(2) }}", "13.58"),
        ("{{ 0.1 + 0.2 }}", "0.3"),
        ("{% if value == 'RED' %}17{% else %}0{% endif %}", "17"),
        ("{{ Missing|default('none') }}", "none"),
        ("{{ 'yes' if value in ['RED', 'BLUE'] else 'no' }}", "yes"),
        ("{{ Description|replace('Fancy', 'Plain')|upper }}", "PLAIN SOCKS"),
        ("{{ Description|part(' ', 1) }}", "socks"),
        ("{{ Description[:5] ~ '.' }}", "Fancy."),
        ("{{ '<b>a</b> b'|striptags }}", "a b"),
    ],
)
def test_a_template_computes(text: str, found: str) -> None:
    assert problem(Transform("template", text)) == ""
    assert made("template", text) == found


HOSTILE = [
    "{{ value.__class__.__mro__ }}",
    "{{ fields.__init__ }}",
    "{{ ''|attr('__class__') }}",
    "{{ value.upper() }}",
    "{{ self }}",
    "{% for a in value %}x{% endfor %}",
    "{% set a = value %}{{ a }}",
    "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
    "{% include 'x' %}",
    "{% import 'os' as os %}",
    "{% extends 'x' %}",
    "{{ range(10) }}",
    "{{ cycler }}",
    "{{ config }}",
    "{{ 'x' * 1000000000 }}",
    "{{ 9 ** 9 ** 9 }}",
    "{{ '%1000000000d' % 1 }}",
    "{{ 99999999999999999999999999 * 2 }}",
    "{{ '1e999999'|number }}",
    "{{ 'NaN'|number }}",
    "{{ 1 / 0 }}",
    "{{ value",
    "{% if %}",
    "{{ " + "(" * 900 + "1" + ")" * 900 + " }}",
    "{{ " + "-" * 500 + "1 }}",
    "{{ 'a'|round(5000) }}",
    "{{ value|nofilter }}",
    "{{ Missing }}",
    "{{ 'abc'|replace('', value) + 1 }}",
    "{{ fields['Missing']['x'] }}",
    "x" * 5000,
    "",
]


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: text[:30])
def test_a_hostile_or_broken_template_ends_in_a_sentence(text: str) -> None:
    said = problem(Transform("template", text))
    if not said:
        with pytest.raises(ValueError) as broken:
            made("template", text)
        said = str(broken.value)
    assert 10 < len(said) < 400


def test_a_template_cannot_grow_without_end() -> None:
    long = {"a": "x" * 90_000}
    with pytest.raises(ValueError, match="more than"):
        templates.render("{{ a ~ a }}", "", long)
    with pytest.raises(ValueError, match="more than"):
        templates.render("{{ a|replace('x', 'yyyy')|replace('y', a) }}", "", long)
    with pytest.raises(ValueError, match="more than"):
        Transform("format", "{a}{a}").apply("", long, ERP_TO_STORE)


PIECES = st.sampled_from([
    "{{", "}}", "{%", "%}", "{", "}", "value", "fields", "['a']", ".__class__", "|", "upper", "round(", "(", ")", "*",
    "**", "~", "+", "9999999999", "'x'", " if ", " else ", "endif", "for a in ", "number", "replace('','", ":.2f", "[",
    "]", "not", "\x00", "\ud800", "é", " ", "\n", "{#", "#}", "is defined", ",",
])  # fmt: skip


@settings(max_examples=400, deadline=2000)
@given(st.one_of(st.lists(PIECES, max_size=25).map("".join), st.text(max_size=60)), st.sampled_from(KINDS))
def test_whatever_is_typed_ends_in_a_value_or_a_sentence(text: str, kind: str) -> None:
    transform = Transform(kind, text, pairs=((text, text),))
    said = problem(transform)
    try:
        value = transform.apply("source", {"a": "1", "value": "2"}, ERP_TO_STORE)
    except ValueError as error:
        assert str(error)
    else:
        assert isinstance(value, str) and len(value) <= LONGEST_RESULT
        assert not said or kind == "format" or not text.strip(), "what runs can be saved"


def test_what_is_stored_comes_back() -> None:
    for transform in (
        Transform(),
        Transform("constant", "a"),
        Transform("lookup", pairs=(("a", "b"),), otherwise="default", default="c"),
        Transform("template", "{{ value }}"),
    ):
        assert Transform.of(transform.stored()) == transform


@pytest.mark.parametrize(
    ("transform", "said"),
    [
        (Transform("magic"), "no transform"),
        (Transform("lookup"), "at least one line"),
        (Transform("lookup", pairs=(("a", "1"), ("A ", "2"))), "twice"),
        (Transform("lookup", pairs=(("a", "1"),), otherwise="guess"), "not in the list"),
        (Transform("constant", "x" * 5000), "at most"),
        (Transform("template", " "), "Write what"),
    ],
)
def test_what_cannot_be_saved_says_why(transform: Transform, said: str) -> None:
    assert said in problem(transform)
