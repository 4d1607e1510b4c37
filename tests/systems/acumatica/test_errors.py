"""What refusals mean. Nearly everything is a 500, so the text decides."""

from __future__ import annotations

import json
from typing import Any

import pytest
from requests.structures import CaseInsensitiveDict

from connector.errors import Fail, Outcome, Refused, Retry
from connector.systems.acumatica.errors import (
    BUSY_SECONDS,
    Gone,
    LoginLimit,
    NoEndpoint,
    Unlisted,
    explain,
    explain_sign_in,
    moved,
    problems,
    sentence,
)
from connector.systems.http import Answer
from tests.systems.acumatica.conftest import NOT_THERE, failure, load


def answer(status: int, body: Any = None, **headers: str) -> Answer:
    data = body if not isinstance(body, str) else None
    text = body if isinstance(body, str) else "" if body is None else json.dumps(body)
    told = {name.replace("_", "-"): value for name, value in headers.items()}
    return Answer(status, CaseInsensitiveDict(told), text, data, 0.1, {})


# --- the sentence


def test_every_field_error_is_told_with_its_path() -> None:
    assert list(problems(load("error-values.json"))) == [
        "The record raised errors.",
        "Results[1]/WarehouseID: The warehouse NOWHERE does not exist.",
    ]


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (failure("Error:\r\n  It cannot  be done."), "Error: It cannot be done."),
        ({"message": "m", "innerException": {"exceptionMessage": "the real one"}}, "the real one"),
        ({"message": "Nothing else."}, "Nothing else."),
        (
            {"message": "The request is invalid.", "modelState": {"": ["The body is empty."], "x": None}},
            "The request is invalid. The body is empty.",
        ),
        ({"error": "invalid_grant", "error_description": "wrong_password"}, "invalid_grant wrong_password"),
        ("<html><h1>Server  Error</h1>\n</html>", "Server Error"),
        ({}, ""),
        (None, ""),
        ([1, 2], "[1, 2]"),
    ],
)
def test_the_sentence_is_the_most_telling_text(body: Any, told: str) -> None:
    assert sentence(answer(500, body)) == told


# --- inside a session


def word(status: int, body: Any = None, **headers: str) -> Outcome:
    said = explain(answer(status, body, **headers))
    assert isinstance(said, Outcome)
    return said


def test_a_record_that_is_not_there_is_gone_although_the_status_is_500() -> None:
    assert type(word(500, NOT_THERE)) is Gone


def test_a_list_with_calculated_fields_can_be_read_one_by_one() -> None:
    said = word(500, failure("Optimization cannot be performed.The following fields cause the error:\r\nX: View V"))
    assert type(said) is Unlisted
    assert "one by one" in said.help


def test_a_form_that_is_not_set_up_is_named() -> None:
    said = word(
        500, failure("The data is not entered on the Inventory Preferences form.", "X.PXSetupNotEnteredException")
    )
    assert type(said) is Fail
    assert "Inventory Preferences" in said.reason


def test_values_that_were_refused_are_named() -> None:
    said = word(422, load("error-values.json"))
    assert type(said) is Fail
    assert "Results[1]/WarehouseID: The warehouse NOWHERE does not exist." in said.reason


def test_missing_rights_need_a_person() -> None:
    said = word(403, {"message": "You have no rights."})
    assert type(said) is Refused
    assert "no rights" in said.reason and "SM201025" in said.help


def test_a_full_queue_is_waited_for() -> None:
    said = word(429)
    assert isinstance(said, Retry) and said.after == BUSY_SECONDS
    said = word(429, Retry_After="3")
    assert isinstance(said, Retry) and said.after == 3.0


def test_an_unknown_address_is_told() -> None:
    assert type(word(404)) is NoEndpoint


def test_other_errors_keep_the_word_of_their_status() -> None:
    assert explain(answer(500, failure("Another process has updated the record."))) == (
        "Another process has updated the record."
    )
    assert explain(answer(400, {"message": "The request is invalid."})) == "The request is invalid."


def test_the_error_page_is_worth_another_try_and_another_address_is_not() -> None:
    assert type(moved(answer(302, Location="/site/ui/error"))) is Retry
    said = moved(answer(301, Location="https://erp.example/site/entity?token=hush"))
    assert type(said) is Fail
    assert "https://erp.example/site/entity" in said.reason and "hush" not in said.reason


# --- signing in


@pytest.mark.parametrize(
    ("status", "body", "code"),
    [
        (500, failure("Error: Invalid credentials. Please try again."), "acumatica.credentials"),
        (500, failure("You need to change your password. Sign in by using your browser."), "acumatica.password_change"),
        (500, failure("The user is locked out."), "acumatica.locked"),
        (500, failure("The account is disabled."), "acumatica.disabled"),
        (500, failure("A proper company ID cannot be determined."), "acumatica.tenant"),
        (500, failure("x", "PX.Data.PXUndefinedCompanyException"), "acumatica.tenant"),
        (400, {"error": "invalid_grant", "error_description": "invalid_username_or_password"}, "acumatica.credentials"),
        (400, {"error": "invalid_client"}, "acumatica.client"),
        (401, None, "acumatica.credentials"),
        (403, {"message": "Not you."}, "acumatica.credentials"),
        (404, "<html>Not found</html>", "acumatica.address"),
        (301, None, "acumatica.address"),
    ],
)
def test_a_refused_sign_in_needs_a_person(status: int, body: Any, code: str) -> None:
    said = explain_sign_in(answer(status, body))
    assert isinstance(said, Refused)
    assert said.code == code
    assert said.help


@pytest.mark.parametrize(
    "text",
    [
        "API Login Limit",
        "You have reached the maximum number of concurrent API logins",
        "The license limit is exceeded",
        "Too many concurrent sessions",
    ],
)
def test_a_login_limit_is_never_a_wrong_password(text: str) -> None:
    said = explain_sign_in(answer(500, failure(text)))
    assert type(said) is LoginLimit
    assert not isinstance(said, Refused)
    assert said.after == BUSY_SECONDS
    assert "password is not the problem" in said.help
    assert type(explain(answer(500, failure(text)))) is LoginLimit


def test_an_unknown_failure_at_sign_in_is_worth_another_try() -> None:
    assert explain_sign_in(answer(500, failure("The database is being updated."))) == "The database is being updated."
