"""The pages of the sync rules: made, tested against real orders, changed, deleted, by administrators only."""

from __future__ import annotations

import html
import re
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask

from connector.records import Address, Order
from connector.setup import rules
from connector.systems.mapping import conditions
from connector.web.mapping import rules as pages
from tests.web import seed
from tests.web.paper import Paired
from tests.web.people import Client

DEMO = "/connectors/DEMO/rules"


@pytest.fixture
def paired(app: Flask) -> Paired:
    app.extensions["engine"] = Paired()
    seed.configured()
    return app.extensions["engine"]


def sent(**more: str) -> dict[str, str]:
    form = {
        "name": "Hold", "description": "", "priority": "10", "active": "1", "join": "all", "do": "save",
        "g0-join": "any", "g0-0-field": "country", "g0-0-op": "eq", "g0-0-value": "DE", "g0-1-field": "total",
        "g0-1-op": "gt", "g0-1-value": "100", "do-hold": "1", "value-warehouse": "EAST",
    }  # fmt: skip
    return form | more


def words(page: str) -> str:
    return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page)))


def test_the_page_says_conditions_and_deeds_as_the_log_does(app: Flask) -> None:
    leaves = [{"field": "country", "op": name, "value": "DE"} for name in conditions.OPERATORS]
    tree = {"any": [{"all": leaves}, {"field": "raw:gift", "op": "eq", "value": "1"}]}
    done = [{"do": name, "value": "X"} for name in rules.ACTIONS]
    with app.test_request_context():
        assert pages._when(tree) == conditions.told(tree)
        assert [pages._deed(each) for each in done] == [rules.told(each) for each in done]
    assert pages.OPERATORS == conditions.OPERATORS


def test_a_rule_is_made_listed_changed_and_deleted(admin: Client, paired: Paired) -> None:
    assert admin.get(DEMO + "/new").status_code == 200
    assert admin.post(DEMO + "/save", data=sent()).headers["Location"] == DEMO
    (row,) = rules.of("DEMO")
    assert row["conditions"] == {"any": [
        {"field": "country", "op": "eq", "value": "DE"}, {"field": "total", "op": "gt", "value": "100"},
    ]}  # fmt: skip
    assert row["actions"] == [{"do": "hold"}] and paired.refreshed == 1
    page = words(admin.get(DEMO).text)
    assert "Delivery country is DE or Total is more than 100" in page and "Put the order on hold" in page
    form = admin.get(f"{DEMO}/{row['id']}").text
    assert 'value="DE"' in form and 'value="100"' in form
    change = sent(number=str(row["id"]), based_on=rules.stamp(row), **{"do-warehouse": "1"})
    admin.post(DEMO + "/save", data=change)
    assert rules.of("DEMO")[0]["actions"] == [{"do": "warehouse", "value": "EAST"}, {"do": "hold"}]
    assert admin.post(DEMO + "/save", data=change | {"name": "Other"}).status_code == 409
    assert "Delete the rule Hold?" in admin.get(f"{DEMO}/{row['id']}/delete").text
    admin.post(f"{DEMO}/{row['id']}/delete")
    assert rules.of("DEMO") == [] and admin.post(f"{DEMO}/{row['id']}/delete").status_code == 404


def test_and_between_groups_or_within_one(admin: Client, paired: Paired) -> None:
    more = {
        "g1-join": "all",
        "g1-0-field": "store",
        "g1-0-op": "eq",
        "g1-0-value": "de",
        "g1-1-field": "",
        "g1-1-value": "",
    }
    admin.post(DEMO + "/save", data=sent(**more))
    (row,) = rules.of("DEMO")
    assert [list(each)[0] for each in row["conditions"]["all"]] == ["any", "field"]
    assert admin.get(f"{DEMO}/{row['id']}").text.count('value="DE"') == 1


def test_a_wrong_rule_says_so_and_keeps_what_was_typed(admin: Client, paired: Paired) -> None:
    wrong = sent(name="", priority="first", **{"g0-1-value": "<much>", "do-hold": ""})
    answer = admin.post(DEMO + "/save", data=wrong)
    assert answer.status_code == 422 and rules.of("DEMO") == []
    for sentence in ("A rule needs a name", "Priority is a number", "is no number to compare", "A rule does one to"):
        assert sentence in answer.text
    assert 'value="&lt;much&gt;"' in answer.text and 'value="first"' in answer.text


def test_more_conditions_keep_what_was_typed(admin: Client, paired: Paired) -> None:
    page = admin.post(DEMO + "/save", data=sent(do="more")).text
    assert "Group 2" in page and 'value="DE"' in page and rules.of("DEMO") == []


def test_a_rule_is_tested_against_real_orders_before_it_is_saved(admin: Client, paired: Paired) -> None:
    for number, country in (("1", "DE"), ("2", "US")):
        paired.store.records[number] = Order(number, delivery=Address(country=country), total=Decimal(50))
        seed.message(number, "succeeded", entity="order")
    page = words(admin.post(DEMO + "/save", data=sent(do="try", key="1")).text)
    assert "1 50 Yes Put the order on hold" in page
    page = words(admin.post(DEMO + "/save", data=sent(do="try", key="2")).text)
    assert "2 50 No" in page
    page = words(admin.post(DEMO + "/save", data=sent(do="try", key="3")).text)
    assert "The store has no order 3." in page and rules.of("DEMO") == []


@pytest.mark.parametrize("path", ["", "/new", "/1", "/1/delete"])
def test_only_administrators_see_the_rules(
    admin: Client, operator: Client, viewer: Client, paired: Paired, path: str
) -> None:
    admin.post(DEMO + "/save", data=sent())
    assert admin.get(DEMO + path).status_code == 200
    assert operator.get(DEMO + path).status_code == viewer.get(DEMO + path).status_code == 403
    assert "Sync rules" not in words(viewer.get("/connectors/DEMO/mapping/product").text)


def test_nobody_else_changes_a_rule(admin: Client, operator: Client, paired: Paired) -> None:
    assert operator.post(DEMO + "/save", data=sent()).status_code == 403
    assert admin.post(DEMO + "/save", data=sent(), forged=True).status_code == 400
    form: dict[str, Any] = sent(number="1x")
    assert admin.post(DEMO + "/save", data=form).status_code == 400 and rules.of("DEMO") == []
