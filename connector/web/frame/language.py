"""In which language a page speaks, and how: gettext by Flask-Babel, with the English sentence as the key.

Code that speaks to people asks `gettext` (or `lazy_gettext` where no request is there yet) with a sentence that is
written out; a table of sentences marks each with `N_` (marks.py) and its reader says it with `tr`. What is stored (the
log, reasons of messages, the audit) is English, as whatever the systems answer stays as they said it. The catalogues
are kept by scripts/words.py.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from babel import negotiate_locale, numbers
from flask import Flask, g, has_app_context, has_request_context, request
from flask_babel import Babel, get_domain, get_locale, gettext
from flask_login import current_user

from connector.web.frame import composed, zones

LANGUAGES = {"en": "English", "de": "Deutsch", "es": "Español"}
MACHINES = ("api", "hooks", "health")  # blueprints whose callers are no people: they are answered in English


def tr(sentence: object) -> str:
    """A sentence out of a table, in the language of the page; one that no catalogue has stays as it is."""
    text = str(sentence or "")
    if not text or spoken() == "en":
        return text
    said = str(gettext(text))
    return _composed(text) if said == text else said


def _composed(text: str) -> str:
    """A sentence that was put together elsewhere, with its values."""
    sentence, values = composed.find(text)
    if not values:
        return text
    said = {place: ", ".join(str(gettext(word)) for word in value.split(", ")) for place, value in values.items()}
    return str(gettext(sentence)) % said


def choices(table: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """(value, sentence) of a table, the sentences in the language of the page."""
    return [(value, tr(sentence)) for value, sentence in table]


def inside(word: str) -> str:
    """A word of a table in the middle of a sentence: small, but not in German, which writes its nouns large."""
    return word if spoken() == "de" else word.lower()


def format_decimal(number: float | Decimal, pattern: str | None = None) -> str:
    """A number in the language of the page: 1234.5 -> "1,234.5" or "1.234,5"; without a page as in English."""
    return str(numbers.format_decimal(number, pattern, locale=spoken()))


def spoken() -> str:
    """The language of this page: "en", "de" or "es"."""
    if not has_app_context():
        return "en"
    if "spoken" not in g:
        g.spoken = str(get_locale() or "en")
    return str(g.spoken)


def _say(sentence: str) -> str:
    """gettext of the templates. A page has hundreds of sentences, and the English ones are their keys."""
    return sentence if spoken() == "en" else str(gettext(sentence))


def _say_many(one: str, many: str, number: int) -> str:
    if spoken() == "en":
        return one if number == 1 else many
    return str(get_domain().get_translations().ungettext(one, many, number))


def _chosen() -> str:
    if not has_request_context() or request.blueprint in MACHINES:
        return "en"
    wanted = getattr(current_user, "language", "")
    asked = [tag for tag, quality in request.accept_languages if quality > 0]  # the dearest first, "de-AT" is German
    return wanted if wanted in LANGUAGES else negotiate_locale(asked, LANGUAGES, sep="-") or "en"


def register(app: Flask) -> None:
    """Give the templates `_`, `trans`, `tr`, `inside` and `spoken`."""
    app.config.setdefault("BABEL_TRANSLATION_DIRECTORIES", "web/languages")  # beside the pages
    Babel(app, locale_selector=_chosen, timezone_selector=zones.selected)
    app.jinja_env.add_extension("jinja2.ext.do")
    app.jinja_env.install_gettext_callables(_say, _say_many, newstyle=True)  # type: ignore[attr-defined]
    app.jinja_env.policies["ext.i18n.trimmed"] = True
    app.jinja_env.filters.update(tr=tr, inside=inside, decimalformat=format_decimal)
    app.jinja_env.globals.update(spoken=spoken, LANGUAGES=LANGUAGES, zone=zones.selected)
    app.jinja_env.filters.update(exact=zones.exact, day=zones.day, clock=zones.clock)
