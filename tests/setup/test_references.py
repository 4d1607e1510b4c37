"""Reference data is fetched, kept, flagged when it has gone, and never lost to a failure."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask

from connector.errors import Fail, Refused, Retry
from connector.setup import references
from connector.systems import registry
from connector.systems.base import Choice
from tests.setup.changes import logged
from tests.setup.house import make
from tests.setup.lists import ListedErp


@pytest.fixture(autouse=True)
def listed(paper_systems: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setitem(registry.SYSTEMS, "paper", "tests.setup.lists:ListedErp")
    monkeypatch.setitem(registry.SYSTEMS, "shelf", "tests.setup.lists:ListedStore")
    yield


def test_a_fetch_keeps_every_list_and_counts_it(any_app: Flask) -> None:
    make()
    erp = ListedErp()
    erp.lists["payment_method"] = [Choice("CASH", "Cash", {"means": "Cash"})]
    assert references.load("ONE", erp, user="ann").counts == {"warehouse": 2, "payment_method": 1}
    assert [(one.value, one.label) for one in references.values("ONE", "warehouse")] == [("MAIN", "Main"), ("EAST", "")]
    assert references.values("ONE", "payment_method")[0].more == {"means": "Cash"}
    age = references.ages("ONE")["warehouse"]
    assert (age.count, age.missing) == (2, 0) and age.loaded_at.tzinfo
    assert (
        logged("ONE")[-1].message == ("Reference data of Paper ERP was fetched: warehouses 2, payment methods 1.")
        and logged("ONE")[-1].user == "ann"
    )


def test_a_value_that_has_gone_stays_flagged_and_may_come_back(any_app: Flask) -> None:
    make()
    erp = ListedErp()
    references.load("ONE", erp)
    erp.lists["warehouse"] = [Choice("EAST", "East"), Choice("WEST")]
    references.load("ONE", erp, ["warehouse"])
    found = references.values("ONE", "warehouse")
    assert [(one.value, one.missing) for one in found] == [("EAST", False), ("WEST", False), ("MAIN", True)]
    assert references.ages("ONE")["warehouse"].missing == 1
    erp.lists["warehouse"] = [Choice("MAIN")]
    references.load("ONE", erp, ["warehouse"])
    assert references.values("ONE", "warehouse")[0] == references.Value("MAIN")


def test_a_list_that_fails_keeps_its_old_values_and_says_why(any_app: Flask) -> None:
    make()
    erp = ListedErp()
    references.load("ONE", erp)
    erp.lists = {"warehouse": Fail("No rights.", help="Give rights."), "payment_method": [Choice("CASH")]}
    loaded = references.load("ONE", erp)
    assert loaded.problems == {"warehouse": "No rights. Give rights."} and loaded.counts == {"payment_method": 1}
    assert len(references.values("ONE", "warehouse")) == 2
    assert logged("ONE")[-1].level == "warning"


@pytest.mark.parametrize("word", [Refused("Wrong password."), Retry("Nobody there.", away=True)])
def test_what_no_list_survives_is_asked_once(app: Flask, word: Retry) -> None:
    make()
    erp = ListedErp()
    erp.lists["warehouse"] = word
    assert references.load("ONE", erp).problems == {"warehouse": word.reason, "payment_method": word.reason}
    assert erp.asked == ["warehouse"]


def test_a_button_fetches_its_own_list_only(app: Flask) -> None:
    make()
    erp = ListedErp()
    assert references.load("ONE", erp, ["payment_method"]).counts == {"payment_method": 0}
    assert erp.asked == ["payment_method"]


def test_lists_of_one_name_on_both_sides_are_told_apart(app: Flask) -> None:
    make()
    names = [(name, side) for name, side, _ in references.listed("ONE")]
    assert names == [
        ("warehouse", "erp"),
        ("payment_method", "erp"),
        ("source", "store"),
        ("store_payment_method", "store"),
    ]
    with pytest.raises(KeyError):
        references.listed("NONE")


def test_values_that_no_table_can_keep_are_left_out(app: Flask) -> None:
    make()
    erp = ListedErp()
    erp.lists["warehouse"] = [Choice("A"), Choice("A", "again"), Choice(""), Choice("x" * 300), Choice(" B\x00 ")]
    references.load("ONE", erp, ["warehouse"])
    assert [one.value for one in references.values("ONE", "warehouse")] == ["A", "B"]


def test_two_connectors_never_mix_their_lists(app: Flask) -> None:
    make("ONE"), make("TWO")
    references.load("ONE", ListedErp())
    assert references.values("TWO", "warehouse") == [] and references.ages("TWO") == {}
