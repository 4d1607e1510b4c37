"""Mappings are checked row by row, saved whole, versioned and brought back."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connector.errors import Invalid
from connector.setup import connectors, kinds, mapping_checks, mappings, recommended, stamps, statuses
from connector.systems import mapping
from tests.setup.changes import logged
from tests.setup.house import make

NAME = {"store": "name", "erp": "Description"}


def wrong(kind: str, *rows: dict[str, Any]) -> dict[str, str]:
    with pytest.raises(Invalid) as refused:
        mappings.save("ONE", kind, rows, "ann")
    return refused.value.errors


def test_rows_are_saved_and_read_back_in_order(any_app: Flask) -> None:
    make()
    given = [NAME | {"direction": "both_erp", "use_in": "create"}, {"store": "colour", "erp": "A", "active": False}]
    assert mappings.save("ONE", "product", given, "ann") == ["name added", "colour added"]
    assert [row["store"] for row in mappings.of("ONE", "product")] == ["name", "colour"]
    active = mappings.rows("ONE")["product"]
    assert active == [NAME | {"scope": "", "direction": "both_erp", "use_in": "create", "more": {}}]
    assert mapping.of(active)[0].direction == "both_erp"
    assert [e.message for e in logged("ONE")][-2:] == [
        "Product attributes mapping, name added.",
        "Product attributes mapping, colour added.",
    ]


def test_a_new_connector_has_the_default_map_of_statuses_both_ways(app: Flask) -> None:
    """MAP-19, in the ERP's present spelling (CONFLICTS 39)."""
    make()
    in_ = {row["store"]: row["erp"] for row in mappings.of("ONE", "status_in")}
    assert (in_["canceled"], in_["complete"], in_["closed"]) == ("Canceled", "Completed", "Completed")
    assert {in_[code] for code in ("fraud", "holded", "payment_review")} == {"On Hold"}
    assert {in_[code] for code in ("pending", "paypal_reversed", "paypal_canceled_reversal")} == {"Pending Approval"}
    out = {row["erp"]: row["store"] for row in mappings.of("ONE", "status_out")}
    assert (out["Completed"], out["Canceled"], out["On Hold"]) == ("complete", "canceled", "holded")


def test_saving_the_same_again_changes_nothing(app: Flask) -> None:
    make()
    mappings.save("ONE", "product", [NAME], "ann")
    revision, seen = connectors.get("ONE").revision, len(logged())
    assert mappings.save("ONE", "product", [NAME], "ann") == []
    assert (connectors.get("ONE").revision, len(logged())) == (revision, seen)
    assert len(mappings.versions("ONE", "product")) == 1


def test_a_change_says_what_was_and_what_is(app: Flask) -> None:
    make()
    mappings.save("ONE", "product", [NAME], "ann")
    said = mappings.save("ONE", "product", [NAME | {"erp": "Content", "direction": "store_to_erp"}], "ann")
    assert said == ["name changed: erp from Description to Content; direction from erp_to_store to store_to_erp"]


def test_the_second_of_two_editors_is_told(any_app: Flask) -> None:
    make()
    old = mappings.stamp(mappings.of("ONE", "product"))
    mappings.save("ONE", "product", [NAME], "ann", old)
    with pytest.raises(stamps.Stale):
        mappings.save("ONE", "product", [], "bob", old)
    assert mappings.of("ONE", "product")


def test_each_save_keeps_a_version_and_each_can_be_restored(any_app: Flask) -> None:
    make()
    mappings.save("ONE", "product", [NAME], "ann")
    mappings.save("ONE", "product", [], "ann")
    versions = mappings.versions("ONE", "product")
    assert [len(version["rows"]) for version in versions] == [1, 0] and versions[0]["user"] == "ann"
    assert mappings.restore("ONE", "product", versions[0]["id"], "bob") == ["name added"]
    assert mappings.of("ONE", "product")[0]["erp"] == "Description"
    with pytest.raises(KeyError):
        mappings.restore("ONE", "category", versions[0]["id"], "bob")


@pytest.mark.parametrize("kind", [kind.name for kind in kinds.KINDS if kind.recommended])
def test_the_recommended_rows_replace_what_is_there_and_can_be_undone(app: Flask, kind: str) -> None:
    make()
    before = mappings.save("ONE", kind, [{"store": "own", "erp": "Own"}], "ann") and mappings.of("ONE", kind)
    assert mappings.recommend("ONE", kind, "ann")
    assert len(mappings.of("ONE", kind)) == len(recommended.rows(kind))
    mappings.restore("ONE", kind, mappings.versions("ONE", kind)[0]["id"], "ann")
    assert mappings.of("ONE", kind) == before


def test_there_is_nothing_to_recommend_for_what_depends_on_the_shop(app: Flask) -> None:
    make()
    with pytest.raises(KeyError):
        mappings.recommend("ONE", "warehouse", "ann")


def test_a_store_field_is_mapped_once_in_each_scope(app: Flask) -> None:
    make()
    said = wrong("product", NAME, {"store": " NAME ", "erp": "Content"})
    assert list(said) == ["1.store"] and "in row 1" in said["1.store"]
    assert mappings.save("ONE", "product", [NAME, {"store": "name", "erp": "Content", "scope": "de"}], "ann")


def test_two_rows_do_not_write_the_same_erp_field(app: Flask) -> None:
    make()
    to_erp = {"erp": "Description", "direction": "store_to_erp"}
    assert list(wrong("product", {"store": "a", **to_erp}, {"store": "b", **to_erp})) == ["1.erp"]
    rows = [{"store": "a", "use_in": "create", **to_erp}, {"store": "b", "use_in": "update", **to_erp}]
    assert mappings.save("ONE", "product", rows, "ann")


def test_a_class_and_a_price_class_are_used_once_and_a_blank_price_class_often(app: Flask) -> None:
    make()
    group = {"store": "General", "erp": "LOCAL"}
    assert list(wrong("customer_group", group, group | {"store": "VIP"})) == ["1.erp"]
    rows = [group | {"more": {"price_class": "A"}}, {"store": "VIP", "erp": "VIP", "more": {"price_class": "A"}}]
    assert list(wrong("customer_group", *rows)) == ["1.price_class"]
    assert mappings.save("ONE", "customer_group", [group, {"store": "VIP", "erp": "VIP"}], "ann")
    assert list(wrong("customer_group", {"store": "VIP"})) == ["0.erp"]


def test_visa_and_amex_of_one_gateway_are_two_rows_but_not_twice_visa(app: Flask) -> None:
    make()
    visa = {"store": "gateway", "erp": "VISA", "more": {"card_type": "VI"}}
    amex = {"store": "gateway", "erp": "AMEX", "more": {"card_type": "AE"}}
    assert mappings.save("ONE", "payment", [visa, amex], "ann")
    assert list(wrong("payment", visa, visa)) == ["1.store"]
    twice = {"store": "gateway", "erp": "ANY"}
    assert list(wrong("payment", twice, twice)) == ["1.store"]


@pytest.mark.parametrize(
    ("kind", "row", "field"),
    [
        ("product", {"store": "", "erp": "A"}, "store"),
        ("product", {"store": "a", "erp": ""}, "erp"),
        ("product", {"store": "x" * 256, "erp": "A"}, "store"),
        ("product", {"store": "a\x00", "erp": "A"}, "store"),
        ("product", {"store": "a\ud800", "erp": "A"}, "store"),
        ("product", {"store": "a", "erp": "A", "direction": "sideways"}, "direction"),
        ("product", {"store": "a", "erp": "A", "use_in": "never"}, "use_in"),
        ("product", {"store": "a", "erp": "A", "scope": "a b"}, "scope"),
        (
            "product",
            {"store": "a", "erp": "A", "more": {"transform": {"kind": "template", "value": "{{"}}},
            "transform",
        ),
        ("product", {"store": "a", "erp": "A", "more": {"transform": {"kind": "magic"}}}, "transform"),
        (
            "product",
            {
                "store": "a",
                "erp": "A",
                "direction": "both_erp",
                "more": {"transform": {"kind": "format", "value": "x"}},
            },
            "direction",
        ),
        ("category", {"store": "a", "erp": "CategoryID", "direction": "both_newest"}, "direction"),
        ("warehouse", {"store": "default", "erp": ""}, "erp"),
        ("shipping_out", {"store": "", "erp": "UPS"}, "store"),
        ("branch", {"store": "de"}, "erp"),
    ],
)
def test_a_wrong_row_has_a_sentence_at_its_field(app: Flask, kind: str, row: dict[str, Any], field: str) -> None:
    make()
    said = wrong(kind, row)
    assert list(said) == [f"0.{field}"] and said[f"0.{field}"].endswith(".")
    assert mappings.of("ONE", kind) == []


def test_a_constant_needs_no_erp_field(app: Flask) -> None:
    make()
    row = {"store": "a", "more": {"transform": {"kind": "constant", "value": "x"}}}
    assert mappings.save("ONE", "product", [row], "ann") == ["a added"]


def test_the_warehouses_of_a_branch_are_a_list(app: Flask) -> None:
    make()
    mappings.save("ONE", "branch", [{"store": "de", "erp": "EU", "more": {"warehouses": "A, B,,A"}}], "ann")
    assert mappings.rows("ONE")["branch"][0]["more"] == {"warehouses": ["A", "B"]}


def test_two_connectors_never_mix_their_mappings(app: Flask) -> None:
    make("ONE"), make("TWO")
    mappings.save("ONE", "product", [NAME], "ann")
    assert mappings.of("TWO", "product") == []
    with pytest.raises(KeyError):
        mappings.save("NONE", "product", [NAME], "ann")


def test_what_is_exported_comes_back_and_twice_changes_nothing(any_app: Flask) -> None:
    make("ONE"), make("TWO")
    mappings.save("ONE", "product", [NAME | {"more": {"transform": {"kind": "format", "value": "{value}"}}}], "ann")
    mappings.save("ONE", "branch", [{"store": "de", "erp": "EU", "more": {"warehouses": ["A"]}}], "ann")
    code = mappings.export("ONE")
    assert code["branch"] == [{"store": "de", "erp": "EU", "direction": "erp_to_store", "more": {"warehouses": ["A"]}}]
    assert "product: name added" in mappings.import_("TWO", code, "bob")
    assert mappings.export("TWO") == code and mappings.import_("TWO", code, "bob") == []


def test_a_wrong_import_saves_nothing_of_it(app: Flask) -> None:
    make()
    with pytest.raises(Invalid) as refused:
        mappings.import_("ONE", {"product": [NAME], "wishes": [], "branch": [{"store": "de"}], "payment": 7}, "bob")
    assert set(refused.value.errors) == {"mappings.wishes", "mappings.branch.0.erp", "mappings.payment"}
    assert mappings.of("ONE", "product") == []


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner, max_size=3),
    max_leaves=8,
)
ROW = st.dictionaries(
    st.sampled_from(["store", "erp", "scope", "direction", "use_in", "active", "more", "x"]), ANYTHING, max_size=8
)


@settings(max_examples=200, deadline=2000, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from(kinds.KINDS), st.lists(ROW, max_size=4))
def test_whatever_is_given_is_cleaned_or_refused(kind: kinds.Kind, rows: list[dict[str, Any]]) -> None:
    cleaned = [mapping_checks.cleaned(kind, row) for row in rows]
    assert [mapping_checks.cleaned(kind, row) for row in cleaned] == cleaned
    assert all(isinstance(text, str) and text for text in mapping_checks.errors(kind, cleaned).values())


# --- order statuses


def test_ten_statuses_are_there_from_the_start(app: Flask) -> None:
    make()
    assert statuses.names("ONE")[:3] == ["Open", "On Hold", "Pending Approval"] and len(statuses.names("ONE")) == 10


def test_a_status_is_added_renamed_and_disabled(any_app: Flask) -> None:
    make()
    mappings.save("ONE", "status_out", [{"store": "holded", "erp": "On Hold"}], "ann")
    edits = {1: ("Stopped", True), 9: ("Invoiced", False)}
    said = statuses.save("ONE", edits, "Risk  Hold", user="ann", based_on=statuses.stamp(statuses.of("ONE")))
    assert said == ["On Hold renamed to Stopped", "Invoiced disabled", "Risk Hold added"]
    assert "Stopped" in statuses.names("ONE") and "Invoiced" not in statuses.names("ONE")
    assert statuses.of("ONE")[-1]["created"]
    assert mappings.of("ONE", "status_out")[0]["erp"] == "Stopped", "the map follows"


def test_a_status_stands_once_and_has_a_name(app: Flask) -> None:
    make()
    stamp = statuses.stamp(statuses.of("ONE"))
    with pytest.raises(Invalid) as refused:
        statuses.save("ONE", {0: ("", True)}, "onhold", user="ann", based_on=stamp)
    assert set(refused.value.errors) == {"0.label", "added"}
    with pytest.raises(stamps.Stale):
        statuses.save("ONE", {}, "New", user="ann", based_on="old")
