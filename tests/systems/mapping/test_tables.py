"""Payment methods, carriers, groups, warehouses, statuses and branches are looked up."""

from __future__ import annotations

from connector.systems import mapping
from connector.systems.mapping import Row


def test_visa_and_amex_of_one_gateway_map_to_different_methods() -> None:
    rows = [
        Row("gateway", "CARD"),
        Row("gateway", "VISA", more={"card_type": "VI", "cash_account": "10200"}),
        Row("gateway", "AMEX", more={"card_type": "AE"}),
        Row("gateway", "VISADE", scope="de", more={"card_type": "VI"}),
    ]
    found = [mapping.payment(rows, "Gateway", card) for card in ("VI", "ae", "MC", "")]
    assert [row.erp if row else None for row in found] == ["VISA", "AMEX", "CARD", "CARD"]
    assert mapping.payment(rows, "gateway", "VI", view="de").erp == "VISADE"  # type: ignore[union-attr]
    assert mapping.payment(rows, "checkmo") is None
    assert mapping.payment(rows[1:2], "gateway", "") is None, "a row for one card is not for all"


def test_a_ship_via_becomes_a_carrier_and_a_method_becomes_a_ship_via() -> None:
    out = [Row("ups", "UPSGROUND", more={"title": "UPS Ground"}), Row("dhl", "UPSGROUND", scope="de")]
    found = mapping.shipping_out(out, "upsground ")
    assert found is not None and (found.store, found.more["title"]) == ("ups", "UPS Ground")
    assert mapping.shipping_out(out, "UPSGROUND", view="de").store == "dhl"  # type: ignore[union-attr]
    rows = [Row("Local pick-up", "LOCAL"), Row("flatrate_flatrate", "GROUND")]
    assert mapping.shipping_in(rows, "flatrate_flatrate", "Local pick-up").erp == "GROUND"  # type: ignore[union-attr]
    assert mapping.shipping_in(rows, "custom_x", "local  Pick-Up").erp == "LOCAL"  # type: ignore[union-attr]
    assert mapping.shipping_in(rows, "tablerate_bestway") is None


def test_groups_and_classes_map_both_ways() -> None:
    rows = [
        Row("Wholesale", "DOMESTIC", more={"price_class": "WHOLESALE"}),
        Row("General", "DOMESTIC"),
        Row("VIP", "", more={"price_class": "VIP"}),
    ]
    assert mapping.group_of(rows, "domestic", "wholesale") == "Wholesale"
    assert mapping.group_of(rows, "DOMESTIC", "OTHER") == "General"
    assert mapping.group_of(rows, "ANY", "VIP") == "VIP"
    assert mapping.group_of(rows, "ANY") == ""
    assert mapping.classes_of(rows, "wholesale") == ("DOMESTIC", "WHOLESALE")
    assert mapping.classes_of(rows, "Retail") == ("", "")


def test_stock_of_a_warehouse_lands_in_its_source_only() -> None:
    rows = [Row("default", "MAIN"), Row("default", "RETAIL"), Row("berlin", "EAST")]
    assert [mapping.source_of(rows, name) for name in ("main", "RETAIL", "EAST", "WEST")] == [
        "default",
        "default",
        "berlin",
        "",
    ]
    assert mapping.warehouse_of(rows, "default") == "MAIN"


def test_a_status_is_found_whatever_its_case_and_blanks_and_a_slip_is_named() -> None:
    rows = [Row("holded", "Pending Approval"), Row("complete", "Completed")]
    assert mapping.status_out(rows, "PendingApproval").row == rows[0]
    assert mapping.status_out(rows, "Complete") == (None, "Completed")
    assert mapping.status_out(rows, "Invoiced") == (None, "")
    assert mapping.status_in(rows, "HOLDED").row == rows[0]
    assert mapping.near("completed ", ["Completed"]) == "", "equal is not near"


def test_a_store_view_has_its_branch_and_a_branch_its_websites() -> None:
    rows = [
        Row("de", "EUROPE", more={"website": "base"}),
        Row("", "MAIN", more={"website": "base"}),
        Row("us", "MAIN", more={"website": "us"}),
    ]
    assert mapping.branch(rows, "de", "base").erp == "EUROPE"  # type: ignore[union-attr]
    assert mapping.branch(rows, "fr", "base").erp == "MAIN"  # type: ignore[union-attr]
    assert mapping.branch(rows, "fr") is None
    assert mapping.websites_of(rows, ["main"]) == ("base", "us")
