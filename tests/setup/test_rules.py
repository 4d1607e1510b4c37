"""Sync rules are kept in their order, each change is logged, wrong ones are refused."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

from connector.errors import Invalid
from connector.setup import connectors, rules, stamps
from tests.setup.changes import logged
from tests.setup.house import make

HOLD: dict[str, Any] = {
    "name": "Hold big ones",
    "priority": "20",
    "conditions": {"all": [{"field": "total", "op": "gt", "value": "1000"}]},
    "actions": [{"do": "hold"}],
}


def save(given: dict[str, Any], number: int | None = None) -> int:
    based_on = rules.stamp(rules.get("ONE", number)) if number else ""
    return rules.save("ONE", number, given, user="ann", based_on=based_on)[0]


def test_rules_are_read_in_their_order(any_app: Flask) -> None:
    make()
    save(HOLD)
    save(HOLD | {"name": "First", "priority": 1})
    save(HOLD | {"name": "Off", "active": False})
    assert [row["name"] for row in rules.of("ONE")] == ["First", "Hold big ones", "Off"]
    assert [row["name"] for row in rules.of("ONE", active=True)] == ["First", "Hold big ones"]
    row = rules.of("ONE")[1]
    assert (row["priority"], row["entity"], row["direction"]) == (20, "order", "store_to_erp")


def test_a_rule_is_changed_and_deleted_with_a_line_in_the_log(any_app: Flask) -> None:
    make()
    number, revision = save(HOLD), connectors.get("ONE").revision
    save(HOLD | {"priority": 5, "actions": [{"do": "warehouse", "value": "EAST"}]}, number)
    assert connectors.get("ONE").revision == revision + 1
    assert [event.message for event in logged("ONE")][-2:] == [
        "Sync rules, rule Hold big ones, priority from 20 to 5.",
        "Sync rules, rule Hold big ones, actions from Put the order on hold to Set the warehouse to EAST.",
    ]
    assert rules.remove("ONE", number, user="ann") == "Hold big ones"
    assert rules.of("ONE") == []
    with pytest.raises(KeyError):
        rules.remove("ONE", number, user="ann")


def test_the_second_of_two_editors_is_told(app: Flask) -> None:
    make()
    number = save(HOLD)
    old = rules.stamp(rules.get("ONE", number))
    save(HOLD | {"priority": 5}, number)
    with pytest.raises(stamps.Stale):
        rules.save("ONE", number, HOLD, user="bob", based_on=old)


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "x" * 121}, "name"),
        ({"name": "hold BIG ones"}, "name"),
        ({"description": "x" * 2001}, "description"),
        ({"priority": "first"}, "priority"),
        ({"priority": -1}, "priority"),
        ({"priority": "99999"}, "priority"),
        ({"conditions": {"field": "nothing"}}, "conditions"),
        ({"actions": []}, "actions"),
        ({"actions": [{"do": "explode"}]}, "actions"),
        ({"actions": [{"do": "warehouse", "value": " "}]}, "actions"),
        ({"actions": [{"do": "hold"}, {"do": "hold"}]}, "actions"),
        ({"actions": "hold"}, "actions"),
    ],
)
def test_a_wrong_rule_is_refused_at_its_field(app: Flask, given: dict[str, Any], field: str) -> None:
    make()
    save(HOLD)
    with pytest.raises(Invalid) as refused:
        save(HOLD | {"name": "Another"} | given)
    assert list(refused.value.errors) == [field]
    assert len(rules.of("ONE")) == 1


def test_rules_of_two_connectors_never_mix(app: Flask) -> None:
    make("ONE"), make("TWO")
    number = save(HOLD)
    assert rules.of("TWO") == []
    with pytest.raises(KeyError):
        rules.get("TWO", number)
    with pytest.raises(KeyError):
        rules.save("NONE", None, HOLD, user="ann")
