"""Push notifications: what they say, and that nothing but a notification is taken for one."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.errors import Invalid
from connector.records import INVENTORY, PRICE, PRODUCT
from connector.systems.acumatica import push
from connector.systems.base import Change, Push
from tests.systems.acumatica.conftest import Make, load

PREFERENCES = {
    "push": {"product_query": "CC Products", "price_query": "CC Prices", "inventory_query": "CC Inventory"},
}
VERSION = 1_762_154_142_517_000


def parse(data: Any, *, tenant: str = "Company", preferences: dict[str, Any] | None = None) -> Push:
    body = data if isinstance(data, bytes) else json.dumps(data).encode()
    return push.parse(body, tenant=tenant, preferences=PREFERENCES if preferences is None else preferences)


def told(**more: Any) -> dict[str, Any]:
    return {**load("push-update.json"), **more}


def refused(data: Any, **more: Any) -> dict[str, str]:
    with pytest.raises(Invalid) as caught:
        parse(data, **more)
    assert all(text.endswith(".") for text in caught.value.errors.values())
    return caught.value.errors


# --- what it says


def test_an_update_is_one_change_with_the_new_row() -> None:
    found = parse(load("push-update.json"))
    assert found == Push(
        id="6f9d4f7e-3a55-4c1d-9f0e-8a5c3d2b1a00",
        query="CC Products",
        stamp=638_977_509_425_170_000,
        changes=(
            Change(
                PRODUCT,
                "TEAPOT01",
                "upsert",
                VERSION,
                {
                    "InventoryID": "TEAPOT01",
                    "ItemStatus": "Inactive",
                    "InventoryItem_lastModifiedDateTime": "2025-11-03T07:15:42.517",
                },
            ),
        ),
        known=True,
    )


def test_an_insert_has_no_old_row() -> None:
    (change,) = parse(told(Deleted=[])).changes
    assert (change.key, change.operation) == ("TEAPOT01", "upsert")
    (change,) = parse({name: value for name, value in told().items() if name != "Deleted"}).changes
    assert change.operation == "upsert"


def test_a_row_that_is_only_deleted_is_a_hint_that_the_item_went() -> None:
    (change,) = parse(told(Inserted=[])).changes
    assert (change.key, change.operation, change.payload["ItemStatus"]) == ("TEAPOT01", "delete", "Active")


def test_a_row_of_stock_or_price_that_went_is_never_a_deletion() -> None:
    found = parse(load("push-stock.json"))
    assert [(change.entity, change.key, change.operation) for change in found.changes] == [
        (INVENTORY, "TEAPOT01", "upsert"),
        (INVENTORY, "CUP02", "upsert"),
        (INVENTORY, "BOWL03", "upsert"),
    ]
    (change,) = parse(told(Query="CC Prices", Inserted=[])).changes
    assert (change.entity, change.operation) == (PRICE, "upsert")


def test_a_stock_change_of_another_warehouse_is_no_change() -> None:
    preferences = {**PREFERENCES, "inventory": {"warehouses": ["retail"]}}
    assert [change.key for change in parse(load("push-stock.json"), preferences=preferences).changes] == ["CUP02"]
    assert len(parse(told(), preferences=preferences).changes) == 1  # products are not asked for a warehouse


def test_one_record_in_several_rows_is_one_change() -> None:
    row = {"InventoryID": "TEAPOT01", "Warehouse": "MAIN"}
    found = parse(told(Inserted=[row, {**row, "InventoryID": "TEAPOT01 ", "Warehouse": "RETAIL"}]))
    assert [change.payload["Warehouse"] for change in found.changes] == ["MAIN"]


@pytest.mark.parametrize(
    "column", ["InventoryID", "inventoryid", "InventoryItem_InventoryCD", "InventoryItem_inventoryID"]
)
def test_the_key_column_may_be_called_by_any_of_its_names(column: str) -> None:
    found = parse(told(Inserted=[{"ItemStatus": "Active", column: "VASE  "}], Deleted=[]))
    assert [change.key for change in found.changes] == ["VASE"]


def test_a_row_without_an_item_tells_nothing() -> None:
    assert parse(told(Inserted=[{"InventoryID": None}, {"InventoryID": "  "}], Deleted=[])).changes == ()


def test_a_notification_without_rows_tells_nothing_but_is_one() -> None:
    found = parse(told(Inserted=[], Deleted=None))
    assert (found.changes, found.known) == ((), True)


@pytest.mark.parametrize("query", ["cc products", " CC Products "])
def test_a_query_is_known_in_any_case(query: str) -> None:
    assert parse(told(Query=query)).known is True


def test_a_query_that_nobody_listens_to_is_kept_as_unknown() -> None:
    found = parse(told(Query="Somebody else's", Inserted=[{"Whatever": 1}]))
    assert (found.known, found.changes, found.query) == (False, (), "Somebody else's")
    assert parse(told(), preferences={}).known is False
    assert parse(told(Query="x"), preferences={"push": {"product_query": ""}}).known is False


def test_one_query_may_tell_of_products_and_prices() -> None:
    preferences = {"push": {"product_query": "Items", "price_query": "items"}}
    found = parse(told(Query="Items"), preferences=preferences)
    assert [(change.entity, change.key) for change in found.changes] == [(PRODUCT, "TEAPOT01"), (PRICE, "TEAPOT01")]


def test_a_time_stamp_that_is_no_instant_orders_nothing() -> None:
    found = parse(told(TimeStamp=17))
    assert (found.stamp, found.changes[0].version) == (17, 0)
    assert parse({name: value for name, value in told().items() if name != "TimeStamp"}).stamp == 0


def test_the_tenant_must_be_ours_when_both_are_known() -> None:
    assert parse(told(), tenant="").changes
    assert parse(told(), tenant="company ").changes
    assert parse(told(CompanyId=None), tenant="Company").changes
    assert "of the tenant Company, not of Other" in refused(told(), tenant="Other")["CompanyId"]


def test_the_mark_at_the_beginning_of_a_file_is_no_junk() -> None:
    assert parse(b"\xef\xbb\xbf" + json.dumps(told()).encode()).known


def test_what_no_database_can_keep_is_taken_out() -> None:
    row = {"InventoryID": "VASE\x00", "Note": "\ud800 half", "Deep": {"a": ["\x00"]}, "Big": "BIG"}
    body = json.dumps(told(Inserted=[row], Deleted=[])).replace('"BIG"', "1e999")
    (change,) = parse(body.encode()).changes
    assert change.payload == {"InventoryID": "VASE", "Note": "? half", "Deep": '{"a": ["\\u0000"]}', "Big": None}


def test_the_system_knows_its_tenant_and_its_queries(make: Make) -> None:
    erp = make(PREFERENCES)
    assert erp.parse_push({}, json.dumps(told()).encode()).known
    with pytest.raises(Invalid):
        erp.parse_push({}, json.dumps(told(CompanyId="Other")).encode())


# --- what is none


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"   ",
        b"null",
        b"[]",
        b'"text"',
        b"3",
        b"{",
        b"\xff\xfe",
        b"{'a': 1}",
        b'{"Query": NaN}',
        b"[" * 200_000,
        b'{"a":' * 50_000,
        b"9" * 5_000,
        b"<html></html>",
    ],
)
def test_junk_is_refused_with_a_sentence(body: bytes) -> None:
    assert "body" in refused(body)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("Query", None),
        ("Query", ""),
        ("Query", 3),
        ("Query", "x" * 121),
        ("Id", None),
        ("Id", ["a"]),
        ("Id", " "),
        ("Id", "x" * 81),
        ("TimeStamp", "now"),
        ("TimeStamp", 1.5),
        ("TimeStamp", True),
        ("TimeStamp", -1),
        ("TimeStamp", 2**63),
        ("CompanyId", 7),
        ("Inserted", {}),
        ("Inserted", "x"),
        ("Inserted", [None]),
        ("Deleted", [[1]]),
        ("Inserted", [{"ItemStatus": "Active"}]),
    ],
)
def test_a_field_of_the_wrong_kind_is_named(field: str, value: Any) -> None:
    assert field in refused(told(**{field: value}))


@pytest.mark.parametrize("key", [17, True, 1.5, "A\nB", "x" * 256])
def test_a_key_that_no_item_can_have_is_refused(key: Any) -> None:
    assert "InventoryID" in refused(told(Inserted=[{"InventoryID": key}]))


JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=12), inner, max_size=3),
    max_leaves=8,
)
ROWS = st.lists(
    st.dictionaries(
        st.sampled_from(["InventoryID", "inventoryCD", "A_InventoryCD", "Warehouse", "x", ""]), JUNK, max_size=4
    ),
    max_size=3,
)


@given(st.binary(max_size=200))
def test_any_bytes_are_a_notification_or_invalid(body: bytes) -> None:
    with pytest.raises(Invalid):
        parse(body)


@given(
    st.fixed_dictionaries(
        {
            "Query": st.sampled_from(["CC Products", "CC Prices", "CC Inventory", "x"]) | JUNK,
            "Id": st.text(max_size=90) | JUNK,
        },
        optional={
            "Inserted": ROWS | JUNK,
            "Deleted": ROWS | JUNK,
            "TimeStamp": st.integers() | JUNK,
            "CompanyId": JUNK,
        },
    )
)
def test_any_json_is_a_notification_that_can_be_stored_or_invalid(data: dict[str, Any]) -> None:
    preferences = {**PREFERENCES, "inventory": {"warehouses": ["MAIN"]}}
    try:
        found = parse(data, preferences=preferences)
    except Invalid as error:
        assert error.errors
        return
    for change in found.changes:
        assert change.key and change.key == change.key.strip() and len(change.key) <= 255
        json.dumps(dict(change.payload), allow_nan=False, ensure_ascii=False).encode()
    found.id.encode(), found.query.encode()


# --- the other entities

ROWS = {
    "category": ({"CategoryID": 7}, "7"),
    "customer": ({"CustomerID": "C0001  "}, "C0001"),
    "order_status": ({"OrderType": "SO", "OrderNbr": "SO004711"}, "SO/SO004711"),
    "shipment": ({"ShipmentNbr": "004711"}, "004711"),
    "invoice": ({"Type": "Invoice", "ReferenceNbr": "AR004711"}, "Invoice/AR004711"),
    "product_status": ({"InventoryID": "TEA"}, "TEA"),
    "relation": ({"RelatedInventoryID": "POT", "InventoryID": "TEA"}, "TEA"),
    "composite": ({"InventoryID": "SHIRT"}, "SHIRT"),
    "image": ({"InventoryID": "TEA"}, "TEA"),
}


def of(entity: str, inserted: list[Any], deleted: list[Any] | None = None) -> tuple[Change, ...]:
    body = {"Query": "Q", "Id": "1", "TimeStamp": 1, "Inserted": inserted, "Deleted": deleted or []}
    return parse(body, preferences={"push": {f"{entity}_query": "q"}}).changes


@pytest.mark.parametrize("entity", ROWS)
def test_each_entity_has_its_key(entity: str) -> None:
    row, key = ROWS[entity]
    (change,) = of(entity, [row])
    assert (change.entity, change.key, change.operation) == (entity, key, "upsert")


@pytest.mark.parametrize("entity", ROWS)
def test_only_records_are_deleted_not_their_states(entity: str) -> None:
    row, _ = ROWS[entity]
    (change,) = of(entity, [], [row])
    assert change.operation == ("delete" if entity in ("category", "customer") else "upsert")


def test_stored_types_of_invoices_are_known_and_other_documents_are_none() -> None:
    assert [one.key for one in of("invoice", [{"docType": "INV", "refNbr": "AR1"}])] == ["Invoice/AR1"]
    assert of("invoice", [{"Type": "Credit Memo", "ReferenceNbr": "AR2"}]) == ()


@pytest.mark.parametrize(("entity", "lost"), [
    ("category", "CategoryID"), ("customer", "CustomerID"), ("order_status", "OrderType"),
    ("shipment", "ShipmentNbr"), ("invoice", "ReferenceNbr"),
])  # fmt: skip
def test_a_missing_column_is_named(entity: str, lost: str) -> None:
    with pytest.raises(Invalid, match=f"no column {lost}"):
        of(entity, [{"Other": "x"}])
