"""What Magento's refusals become: the sentence, the word, and what to do about it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from connector.errors import Fail, Refused, Retry
from connector.systems.http import Answer
from connector.systems.magento.errors import NotAllowed, TooMany, expand, explain, sentence


def answer(status: int, data: Any = None, text: str = "") -> Answer:
    return Answer(status, {}, text or json.dumps(data), data, 0.1, {})


@pytest.mark.parametrize(
    ("message", "parameters", "text"),
    [
        ('"%fieldName" is required.', {"fieldName": "sku"}, '"sku" is required.'),
        ("%field and %fieldName", {"field": "a", "fieldName": "b"}, "a and b"),
        ("No such entity with %fieldName = %fieldValue", {"fieldName": "id", "fieldValue": 9999}, None),
        ('The "%1" of %2', ["color", 7], 'The "color" of 7'),
        ("%1 to %10", list("abcdefghij"), "a to j"),
        ("%1 and %2", ["only"], "only and %2"),
        ("Invalid attribute %fieldName = %fieldValue.", ["SKU", "nope"], "Invalid attribute SKU = nope."),
        ("Invalid attribute %fieldName = %fieldValue.", ["Price", None], "Invalid attribute Price = ."),
        ("SKU = %SKU. Row: %SKU, %qty", ["nope", "5"], "SKU = nope. Row: nope, 5"),
        ("%a %b", ["one"], "%a %b"),
        ("100% sure", ["x"], "100% sure"),
        ("plain", None, "plain"),
        ("plain", "odd", "plain"),
    ],
)
def test_placeholders_are_filled_in(message: str, parameters: Any, text: str | None) -> None:
    assert expand(message, parameters) == (text or "No such entity with id = 9999")


@pytest.mark.parametrize(
    ("data", "text", "said"),
    [
        ({"message": "No %x", "parameters": {"x": "way"}}, "", "No way"),
        (
            {"message": "Validation Failed", "errors": [{"message": '"%f" bad', "parameters": {"f": "a"}}, "b bad"]},
            "",
            'Validation Failed: "a" bad; b bad',
        ),
        ({"message": 'Failed: "q" bad', "errors": [{"message": '"q" bad'}]}, "", 'Failed: "q" bad'),
        ({"messages": {"error": [{"code": 500, "message": "Server internal error."}]}}, "", "Server internal error."),
        ({}, "{}", ""),
        ("text as JSON", "", "text as JSON"),
        (None, "An error has happened.\n See log.", "An error has happened. See log."),
        (None, "<html><head><title>502 Bad Gateway</title></head><body>x</body></html>", "502 Bad Gateway"),
        (None, "<p>Tom &amp; Jerry</p>", "Tom & Jerry"),
        (None, "", ""),
    ],
)
def test_the_sentence_is_read_from_every_shape(data: Any, text: str, said: str) -> None:
    assert sentence(Answer(400, {}, text, data, 0.1, {})) == said


@pytest.mark.parametrize(
    ("status", "message", "parameters", "word", "code"),
    [
        (400, "URL key for specified store already exists.", None, Fail, "magento.url_key_taken"),
        (400, "Invalid product data: %1", ["Invalid attribute set entity type"], Fail, "magento.unknown_attribute_set"),
        (400, 'The "Price" attribute value is empty. Set the attribute.', None, Fail, "magento.missing_value"),
        (400, 'The "abc" value\'s type is invalid.', None, Fail, "magento.wrong_type"),
        (404, "The product that was requested doesn't exist. Verify.", None, Fail, "magento.no_such_product"),
        (404, 'The Product with the "%1" SKU doesn\'t exist.', ["x"], Fail, "magento.no_such_product"),
        (404, "Request does not match any route.", None, Fail, "magento.no_route"),
        (400, "Specified request cannot be processed.", None, Fail, "magento.unknown_store_view"),
        (400, "Could not save Prices.", None, Retry, "magento.could_not_save"),
        (
            400,
            "Could not save category: %1",
            ["URL key for specified store already exists."],
            Fail,
            "magento.url_key_taken",
        ),
        (400, "Could not ping search engine: %1", ["No nodes"], Retry, "magento.search_engine"),
        (400, "The product was unable to be saved. Please try again.", None, Retry, "magento.could_not_save"),
        (400, "Database deadlock found when trying to get lock", None, Retry, "magento.database_busy"),
        (401, "The nonce is already being used by the consumer with ID %1", ["1"], Retry, "magento.nonce_used"),
        (401, "An error occurred validating the nonce", None, Refused, "magento.clock"),
        (401, "The signature is invalid. Verify and try again.", None, Refused, "magento.signature"),
        (400, "Signature method %1 is not supported", ["HMAC-SHA1"], Fail, "magento.signature_method"),
        (400, "Something nobody has seen", None, Fail, None),
    ],
)
def test_messages_and_not_statuses_choose_the_word(
    status: int, message: str, parameters: Any, word: type, code: str | None
) -> None:
    said = explain(answer(status, {"message": message, "parameters": parameters}))
    assert type(said) is word and said.code == code  # type: ignore[union-attr]
    assert "%" not in said.reason  # type: ignore[union-attr]


def test_a_missing_resource_is_named_with_the_bearer_switch_as_a_hint() -> None:
    data = {
        "message": "The consumer isn't authorized to access %resources.",
        "parameters": {"resources": "Magento_Catalog::products"},
    }
    said = explain(answer(401, data), bearer=True)
    assert isinstance(said, NotAllowed) and said.resource == "Magento_Catalog::products"
    assert "Magento_Catalog::products" in said.reason and "enable_integration_as_bearer" in said.help
    signed = explain(answer(401, data), bearer=False)
    assert isinstance(signed, NotAllowed) and "enable_integration_as_bearer" not in signed.help


@pytest.mark.parametrize("data", [None, [], {"message": "no"}, {"message": "no", "parameters": []}])
def test_a_401_without_a_resource_is_refused_all_the_same(data: Any) -> None:
    said = explain(answer(401, data, text="<html>401</html>"))
    assert isinstance(said, NotAllowed) and said.resource == ""


@pytest.mark.parametrize(
    ("message", "page"),
    [('Maximum items of type "%type" is %max', False), ("Maximum SearchCriteria pageSize is %max", True)],
)
def test_a_limit_says_how_many_are_allowed(message: str, page: bool) -> None:
    said = explain(answer(400, {"message": message, "parameters": {"type": "X", "max": 20}}))
    assert isinstance(said, TooMany) and (said.limit, said.page) == (20, page)


@pytest.mark.parametrize("maximum", [None, "many", 0, -1])
def test_a_limit_that_makes_no_sense_is_an_ordinary_refusal(maximum: Any) -> None:
    data = {"message": "Maximum SearchCriteria pageSize is %max", "parameters": {"max": maximum}}
    said = explain(answer(400, data))
    assert isinstance(said, Fail) and not isinstance(said, TooMany)


@pytest.mark.parametrize("status", [403, 408, 429, 500, 502])
def test_other_statuses_keep_the_word_that_every_system_gives_them(status: int) -> None:
    assert explain(answer(status, None, text="<title>Sorry</title>")) == "Sorry"


def test_maintenance_is_named() -> None:
    assert explain(answer(503, None, text="<title>Error 503: Service Unavailable</title>")) == (
        "the shop is in maintenance mode"
    )


def test_the_web_servers_own_404_is_told_from_magentos() -> None:
    said = explain(answer(404, None, text="<html><title>404 Not Found</title></html>"))
    assert isinstance(said, Fail) and said.code == "magento.web_server_404" and "AllowEncodedSlashes" in said.help
