"""Schema management: ticks outlive a refresh, custom fields turn up, edits are checked."""

from __future__ import annotations

import pytest
from flask import Flask

from connector.errors import Fail, Invalid
from connector.setup import connectors, schema, stamps
from connector.setup.schema import Edit
from connector.systems.base import Field
from tests.setup.changes import logged
from tests.setup.house import make
from tests.setup.lists import ListedErp

ID = Field("InventoryID", "Inventory ID", "General Settings", "StockItem", api_name="InventoryID", preselected=True)
NOTE = Field("Note", "Note Text", "General Settings", "StockItem", api_name="Note")
CUSTOM = Field("Item.UsrColour", "Colour", "Additional Features", path="/root/custom/Item/", custom=True)


@pytest.fixture
def erp(app: Flask) -> ListedErp:
    make()
    erp = ListedErp()
    erp.known = [ID, NOTE]
    return erp


def stamp() -> str:
    return schema.stamp(schema.fields("ONE", "erp", "product"))


def save(edits: dict[str, Edit], based_on: str | None = None) -> list[str]:
    return schema.save("ONE", "product", edits, user="ann", based_on=stamp() if based_on is None else based_on)


def test_preselected_fields_are_active_after_the_first_refresh(any_app: Flask) -> None:
    make()
    assert schema.active("ONE") == {}, "never fetched: all default fields"
    erp = ListedErp()
    erp.known = [ID, NOTE]
    assert schema.refresh("ONE", "erp", "product", erp, user="ann") == schema.Refreshed(2)
    assert schema.active("ONE") == {"product": {"InventoryID": {"path": "/root/", "api_name": "InventoryID"}}}
    assert [row["name"] for row in schema.fields("ONE", "erp", "product")] == ["InventoryID", "Note"]


def test_ticks_and_edits_outlive_a_refresh_and_a_custom_field_turns_up(any_app: Flask) -> None:
    make()
    erp = ListedErp()
    erp.known = [ID, NOTE]
    schema.refresh("ONE", "erp", "product", erp)
    said = save({"InventoryID": Edit(active=False), "Note": Edit(active=True, path="/root/Text/", api_name="Body")})
    assert said == ["InventoryID: not active", "Note: active, path /root/Text/, field name Body"]
    erp.known = [ID, NOTE, CUSTOM]
    assert schema.refresh("ONE", "erp", "product", erp).new == ("Item.UsrColour",)
    assert schema.active("ONE")["product"] == {"Note": {"path": "/root/Text/", "api_name": "Body"}}
    custom = schema.fields("ONE", "erp", "product")[2]
    assert custom["custom"] and not custom["active"], "a new field waits for its tick"


def test_a_field_that_has_gone_is_flagged_and_takes_no_part(erp: ListedErp) -> None:
    schema.refresh("ONE", "erp", "product", erp)
    erp.known = [NOTE]
    assert schema.refresh("ONE", "erp", "product", erp).gone == ("InventoryID",)
    rows = {row["name"]: row for row in schema.fields("ONE", "erp", "product")}
    assert rows["InventoryID"]["missing"] and rows["InventoryID"]["active"]
    assert schema.active("ONE") == {"product": {}}
    assert schema.refresh("ONE", "erp", "product", erp).gone == (), "it is said once"
    erp.known = [ID, NOTE]
    schema.refresh("ONE", "erp", "product", erp)
    assert "InventoryID" in schema.active("ONE")["product"], "its tick is still there"


def test_a_refresh_that_fails_changes_nothing(erp: ListedErp, monkeypatch: pytest.MonkeyPatch) -> None:
    schema.refresh("ONE", "erp", "product", erp)
    before = stamp()

    def fail(entity: str) -> list[Field]:
        raise Fail("No swagger.")

    monkeypatch.setattr(erp, "fields", fail)
    with pytest.raises(Fail):
        schema.refresh("ONE", "erp", "product", erp)
    assert stamp() == before


def test_the_second_of_two_editors_is_told(erp: ListedErp) -> None:
    schema.refresh("ONE", "erp", "product", erp)
    old = stamp()
    save({"Note": Edit(active=True)})
    with pytest.raises(stamps.Stale):
        save({"InventoryID": Edit(active=False)}, based_on=old)
    assert "InventoryID" in schema.active("ONE")["product"]


@pytest.mark.parametrize(
    ("edit", "field"),
    [
        (Edit(path="root"), "Note.path"),
        (Edit(path="/a//"), "Note.path"),
        (Edit(path="/" + "x" * 300 + "/"), "Note.path"),
        (Edit(api_name=""), "Note.api_name"),
        (Edit(api_name="a\x00"), "Note.api_name"),
        (Edit(api_name="x" * 200), "Note.api_name"),
    ],
)
def test_a_wrong_place_is_refused_at_its_field(erp: ListedErp, edit: Edit, field: str) -> None:
    schema.refresh("ONE", "erp", "product", erp)
    with pytest.raises(Invalid) as refused:
        save({"Note": edit, "InventoryID": Edit(active=False)})
    assert list(refused.value.errors) == [field]
    assert "InventoryID" in schema.active("ONE")["product"], "nothing is half saved"


def test_a_change_is_logged_and_builds_the_systems_anew(erp: ListedErp) -> None:
    revision = connectors.get("ONE").revision
    schema.refresh("ONE", "erp", "product", erp)
    save({"Note": Edit(active=True)})
    assert connectors.get("ONE").revision == revision + 2
    assert logged("ONE")[-1].message == "Schema of product, Note: active."


def test_an_unknown_connector_has_no_schema(app: Flask) -> None:
    with pytest.raises(KeyError):
        schema.refresh("NONE", "erp", "product", ListedErp())
