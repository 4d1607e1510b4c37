"""Customers on their way: numbers, classes and who stays where it is."""

from __future__ import annotations

from dataclasses import replace

import pytest
from flask import Flask

from connector.errors import Fail, Skip
from connector.records import Customer
from connector.sync.translate import customers
from tests.sync.both import Both

ANNA = Customer("42", email="anna.berg@example.com", last_name="Berg", group="General")


@pytest.fixture
def both(any_app: Flask) -> Both:
    return Both(settings={"customer": {"segmentation": "manual", "key_length": 9}, "direction": {"customer": "both"}})


@pytest.mark.parametrize(
    ("pattern", "number"),
    [
        ("", "000000042"),
        ("WEB{id}", "WEB000042"),
        ("W-{last}", "W-000BERG"),
        ("{id}X", "00000042X"),
        ("C", "C00000042"),
    ],
)
def test_a_manual_number_follows_the_pattern_and_the_key_length(both: Both, pattern: str, number: str) -> None:
    both.settings["customer"]["key_pattern"] = pattern
    assert customers.number(both.context("customer", "store_to_erp"), ANNA) == number


def test_a_number_that_does_not_fit_fails_with_what_to_correct(both: Both) -> None:
    both.settings["customer"]["key_pattern"] = "{email}"
    with pytest.raises(Fail, match="does not fit into 9 characters") as word:
        customers.number(both.context("customer", "store_to_erp"), replace(ANNA, email="annabergstroem@example.com"))
    assert "key length" in word.value.help


def test_automatic_numbers_are_left_to_the_erp(both: Both) -> None:
    both.settings["customer"]["segmentation"] = "auto"
    assert customers.number(both.context("customer", "store_to_erp"), ANNA) == ""


def test_classes_that_are_not_chosen_stay_in_the_erp_unless_a_person_asks(both: Both) -> None:
    both.settings["customer"]["classes"] = ["WHOLESALE"]
    both.erp.put(Customer("C1", email="a@example.com", customer_class="RETAIL"))
    result = both.go("customer", "erp_to_store", "C1")
    assert isinstance(result.word, Skip) and "class RETAIL" in result.summary
    assert both.go("customer", "erp_to_store", "C1", "person").word is None


def test_a_customer_without_an_address_of_mail_stays_in_the_erp(both: Both) -> None:
    both.erp.put(Customer("C1"))
    assert "no e-mail" in both.go("customer", "erp_to_store", "C1").summary


def test_defaults_are_for_new_customers_only(both: Both) -> None:
    both.settings["customer"] |= {"default_class": "WEB", "default_terms": "30D", "default_statement_cycle": "EOM"}
    context = both.context("customer", "store_to_erp")
    new, known = (customers.for_erp(context, ANNA, new=new) for new in (True, False))
    assert (new.customer_class, new.terms, new.statement_cycle) == ("WEB", "30D", "EOM")
    assert (known.terms, known.statement_cycle, known.number) == ("", "", "")
    assert new.reference == "42-DEMO"


def test_the_view_decides_the_class_where_a_row_is_for_one_view(both: Both) -> None:
    both.tables["customer_group"] = [
        {"store": "General", "erp": "RETAIL"},
        {"store": "General", "erp": "DUTCH", "scope": "nl"},
    ]
    context = both.context("customer", "store_to_erp")
    made = customers.for_erp(context, replace(ANNA, store="nl"), new=True)
    assert made.customer_class == "DUTCH"
    assert customers.for_erp(context, ANNA, new=True).customer_class == "RETAIL"
