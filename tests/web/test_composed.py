"""Sentences that other rooms put together are found again, so that a page can say them in another language."""

from __future__ import annotations

import pytest

from connector.setup import settings
from connector.systems.base import Setting
from connector.web.connectors import blocks
from connector.web.frame import composed
from scripts import words


@pytest.mark.parametrize(
    ("text", "sentence", "values"),
    [
        ("Password is required.", "%(label)s is required.", {"label": "Password"}),
        ("Retries must be at least 1.", "%(label)s must be at least %(low)s.", {"label": "Retries", "low": "1"}),
        ("CC Prices is active.", "%(query)s is active.", {"query": "CC Prices"}),
        ("Nobody made this of parts.", "Nobody made this of parts.", {}),
        ("", "", {}),
    ],
)
def test_a_sentence_is_found_with_its_values(text: str, sentence: str, values: dict[str, str]) -> None:
    assert composed.find(text) == (sentence, values)


@pytest.mark.parametrize("sentence", composed.SENTENCES)
def test_no_sentence_is_taken_for_another(sentence: str) -> None:
    values = {name: f"x{name}" for name in composed.PLACE.findall(sentence)}
    assert composed.find(sentence % values) == (sentence, values)


def test_each_label_and_help_of_the_settings_can_be_said() -> None:
    known = {message.id for message in words.extracted()}
    said = {text for setting in _settings() for text in (setting.label, setting.help) if text}
    assert {text for text in said if text not in known and not composed.find(text)[1]} == set()


def test_each_title_of_a_card_can_be_said() -> None:
    known = {message.id for message in words.extracted()}
    titles = {
        block.title for page in blocks.TITLES for block in blocks.of("acumatica", "magento", page)
    } - {"Acumatica connection", "Magento 2 connection", "Acumatica addresses", "Magento 2 addresses"}  # fmt: skip
    assert titles <= known


def _settings() -> list[Setting]:
    return [setting for section in settings.sections("acumatica", "magento") for setting in section.settings]
