"""Sales categories: a tree or a part of it, read, written, found by name below a parent."""

from __future__ import annotations

import json
from typing import Any

import pytest

from connector.errors import Fail
from connector.records import CATEGORY, Category
from connector.systems.acumatica import Acumatica
from tests.systems.acumatica.conftest import ENDPOINT, NOT_THERE, Make, Wire, options
from tests.systems.acumatica.test_customers import wrapped

TREE = [(1, 0, "Acme"), (2, 1, "Tea"), (3, 2, "Green tea"), (4, 0, "Other"), (5, 4, "Tea")]


def row(id: int, parent: int, name: str) -> dict[str, Any]:
    when = "2026-01-02T03:04:05+00:00"
    return dict(wrapped({"CategoryID": id, "ParentCategoryID": parent, "Description": name, "SortOrder": id,
                         "LastModifiedDateTime": when}))  # fmt: skip


@pytest.fixture
def tree(wire: Wire) -> None:
    wire.site()
    wire.get(f"{ENDPOINT}/ItemSalesCategory", json=[row(*each) for each in TREE])


def names(erp: Acumatica, *keys: str) -> dict[str, tuple[str, str]]:
    found = erp.read_many(CATEGORY, keys)
    return {key: (one.name, one.parent) for key, one in found.items() if isinstance(one, Category)}


@pytest.mark.usefixtures("tree")
def test_the_whole_tree_is_read_with_its_parents(make: Make, wire: Wire) -> None:
    assert names(make(), "1", "3", "99", "x") == {"1": ("Acme", ""), "3": ("Green tea", "2")}
    assert "CategoryID eq 1 or CategoryID eq 3" in options(wire.requests("ItemSales")[0])["$filter"]


@pytest.mark.usefixtures("tree")
def test_with_a_root_only_its_tree_takes_part(make: Make) -> None:
    erp = make({"category": {"root": "1"}})
    assert names(erp, "1", "2", "3", "4", "5") == {"2": ("Tea", ""), "3": ("Green tea", "2")}
    assert [change.key for change in erp.changed_since(CATEGORY, None).changes] == ["2", "3"]


def test_a_company_names_its_root(make: Make, wire: Wire) -> None:
    wire.site()
    wire.get(f"{ENDPOINT}/ItemSalesCategory", json=[row(1, 0, "Acme")])
    wire.get(f"{ENDPOINT}/ItemSalesCategory", json=[row(2, 1, "Tea")])
    wire.get(f"{ENDPOINT}/ItemSalesCategory", json=[row(*each) for each in TREE])
    assert names(make({"category": {"company": "Acme"}}), "2") == {"2": ("Tea", "")}
    assert options(wire.requests("ItemSales")[0])["$filter"] == "Description eq 'Acme'"


def test_an_unknown_company_is_told(make: Make, wire: Wire) -> None:
    wire.site()
    wire.get(f"{ENDPOINT}/ItemSalesCategory", json=[])
    with pytest.raises(Fail, match="no root category Nobody"):
        make({"category": {"company": "Nobody"}}).changed_since(CATEGORY, None)


@pytest.mark.usefixtures("tree")
def test_a_category_is_written_below_its_parent(make: Make, wire: Wire) -> None:
    wire.put(f"{ENDPOINT}/ItemSalesCategory", json=row(9, 2, "Black tea"))
    erp = make()
    new, old = Category("77", name="Black tea", parent="2", position=4), Category("78", name="Renamed")
    first, second = erp.write_many([new, old], known={"78": "3"})
    assert (first.target_id, first.created, second.target_id, second.created) == ("9", True, "9", False)
    assert isinstance(first.seen, Category) and (first.seen.key, first.seen.parent) == ("9", "2")
    bodies = [json.loads(each.body or "") for each in wire.requests("ItemSales") if each.method == "PUT"]
    assert bodies == [
        wrapped({"Description": "Black tea", "ParentCategoryID": 2, "SortOrder": 4}),
        wrapped({"CategoryID": 3, "Description": "Renamed", "ParentCategoryID": 0}),
    ]


@pytest.mark.usefixtures("tree")
def test_a_category_is_found_by_name_below_its_parent(make: Make) -> None:
    erp = make()
    found = erp.find_like(CATEGORY, [Category("77", name="tea", parent="4"), Category("78", name="tea", parent="9")])
    assert {key: one.key for key, one in found.items()} == {"77": "5"}


def test_two_of_one_name_below_one_parent_are_nobodys_guess(make: Make, wire: Wire) -> None:
    wire.site()
    wire.get(f"{ENDPOINT}/ItemSalesCategory", json=[row(5, 4, "Tea"), row(6, 4, "Tea")])
    with pytest.raises(Fail, match="5, 6"):
        make().find_like(CATEGORY, [Category("77", name="Tea", parent="4")])


@pytest.mark.parametrize(("how", "calls"), [("disable", []), ("ignore", []), ("delete", ["GET", "DELETE"])])
def test_only_a_wanted_deletion_deletes(make: Make, wire: Wire, how: str, calls: list[str]) -> None:
    wire.site()
    wire.get(f"{ENDPOINT}/ItemSalesCategory/3", json=row(3, 2, "Green tea"))
    wire.delete(f"{ENDPOINT}/ItemSalesCategory/3", status=204)
    assert make({"category": {"deletion": how}}).delete(CATEGORY, "77", "3").problem is None
    assert [each.method for each in wire.requests("ItemSales")] == calls


def test_a_category_with_items_is_kept(make: Make, wire: Wire) -> None:
    wire.site()
    wire.get(f"{ENDPOINT}/ItemSalesCategory/3", json=wrapped({"CategoryID": 3, "Members": [{"InventoryID": "A"}]}))
    erp = make({"category": {"deletion": "delete"}})
    with pytest.raises(Fail, match="still has items"):
        erp.delete(CATEGORY, "77", "3")
    wire.replace("GET", f"{ENDPOINT}/ItemSalesCategory/3", json=NOT_THERE, status=500)
    assert erp.delete(CATEGORY, "77", "3").problem is None
