"""The category tree both ways: created, changed, moved, switched off, deleted, and found by name below a parent."""

from __future__ import annotations

from typing import Any

import pytest

from connector.errors import Fail, Skip
from connector.records import Category
from tests.systems.magento.furniture import settled
from tests.systems.magento.shop import Sent, Shop, listing, refusal

GONE = refusal("No such entity with %fieldName = %fieldValue", {"fieldName": "id", "fieldValue": 9})
TAKEN = refusal("Could not save category: %1", ["URL key for specified store already exists."])
TOOLS = Category(
    "41", name="Hand tools", parent="5", position=3, description="<p>All</p>", meta_title="Tools", sort_by="price"
)


def stored(number: int = 9, **more: Any) -> dict[str, Any]:
    return {
        "id": number, "parent_id": 5, "name": "Hand tools", "is_active": True, "position": 1, "level": 3,
        "children": "", "updated_at": "2026-11-21 08:31:49", "include_in_menu": True, "custom_attributes": [], **more,
    }  # fmt: skip


def body(sent: Sent) -> dict[str, Any]:
    assert set(sent.body) == {"category"}
    found = dict(sent.body["category"])
    found["custom"] = {row["attribute_code"]: row["value"] for row in found.pop("custom_attributes", [])}
    return found


def echo(shop: Shop, method: str, path: str, number: int = 9) -> None:
    shop.on(method, path, lambda sent: {**stored(number), **sent.body["category"]})


def test_a_new_category_is_one_post_below_its_parent_in_the_scope_of_all_views(shop: Shop) -> None:
    echo(settled(shop), "POST", "/categories")
    (written,) = shop.magento().write_many([TOOLS], known={})
    (post,) = shop.writes()
    assert post.url == "https://shop.test/rest/all/V1/categories"
    assert body(post) == {
        "name": "Hand tools", "is_active": True, "include_in_menu": True, "position": 3, "parent_id": 5,
        "custom": {
            "description": "<p>All</p>", "meta_title": "Tools", "default_sort_by": "price", "acu_category_id": "41",
        },
    }  # fmt: skip
    assert written.created and written.target_id == "9" and isinstance(written.seen, Category)
    assert written.seen.sort_by == "price" and written.seen.parent == "5"


@pytest.mark.parametrize(("preferences", "parent"), [({"category": {"store_root": "7"}}, 7), ({}, 2)])
def test_without_a_parent_it_hangs_below_the_stores_root(shop: Shop, preferences: Any, parent: int) -> None:
    echo(settled(shop), "POST", "/categories")
    shop.answer("GET", "/store/storeGroups", [{"id": 0, "root_category_id": 0}, {"id": 1, "root_category_id": 2}])
    shop.magento(preferences).write_many([Category("1", name="Top")], known={})
    assert body(shop.writes()[0])["parent_id"] == parent


def test_the_order_of_siblings_is_the_stores_where_the_settings_say_so(shop: Shop) -> None:
    echo(settled(shop), "POST", "/categories")
    shop.magento({"category": {"sort_order": False}}).write_many([TOOLS], known={})
    assert "position" not in body(shop.writes()[0])


def test_a_change_is_a_put_without_a_parent(shop: Shop) -> None:
    settled(shop).answer("GET", "/categories/9", stored())
    echo(shop, "PUT", "/categories/9")
    (written,) = shop.magento().write_many([TOOLS], known={"41": "9"})
    (put,) = shop.writes()
    assert put.method == "PUT" and "parent_id" not in body(put) and not written.created


def test_another_parent_is_a_move_behind_the_last_child_because_a_put_would_ignore_it(shop: Shop) -> None:
    settled(shop).answer("GET", "/categories/9", stored(parent_id=3))
    shop.answer("GET", "/categories/5", stored(5, children="11,12"))
    shop.answer("PUT", "/categories/9/move", True)
    echo(shop, "PUT", "/categories/9")
    (written,) = shop.magento().write_many([TOOLS], known={"41": "9"})
    assert shop.writes()[0].body == {"parentId": 5, "afterId": 12}
    assert written.fields["notes"] == ["moved from 3 to 5"]


def test_a_move_below_itself_is_explained(shop: Shop) -> None:
    settled(shop).answer("GET", "/categories/9", stored(parent_id=3))
    shop.answer("GET", "/categories/5", stored(5))
    text = "Operation do not allow to move a parent category to any of children category"
    shop.answer("PUT", "/categories/9/move", refusal(text), 400)
    (written,) = shop.magento().write_many([TOOLS], known={"41": "9"})
    assert written.problem is not None and written.problem.code == "magento.category_circle"


def test_an_inactive_category_is_switched_off(shop: Shop) -> None:
    settled(shop).answer("GET", "/categories/9", stored())
    echo(shop, "PUT", "/categories/9")
    shop.magento().write_many([Category("41", name="x", parent="5", active=False, in_menu=False)], known={"41": "9"})
    sent = body(shop.writes()[0])
    assert (sent["is_active"], sent["include_in_menu"]) == (False, False)


def test_one_that_was_deleted_in_the_store_is_made_anew(shop: Shop) -> None:
    settled(shop).answer("GET", "/categories/9", GONE, 404)
    echo(shop, "POST", "/categories", 12)
    (written,) = shop.magento().write_many([TOOLS], known={"41": "9"})
    assert written.created and written.target_id == "12"


def test_a_taken_address_is_the_same_category_or_gets_another_one(shop: Shop) -> None:
    settled(shop).answer("POST", "/categories", TAKEN, 400)
    echo(shop, "POST", "/categories")
    shop.answer("GET", "/categories/list", listing([]))
    (written,) = shop.magento().write_many([TOOLS], known={})
    assert body(shop.writes()[1])["custom"]["url_key"].startswith("hand-tools-")
    assert "taken" in written.fields["notes"][0]


def test_after_a_lost_answer_the_one_that_was_made_is_taken(shop: Shop) -> None:
    settled(shop).answer("POST", "/categories", TAKEN, 400)
    shop.answer("GET", "/categories/list", listing([stored()]))
    echo(shop, "PUT", "/categories/9")
    (written,) = shop.magento().write_many([TOOLS], known={})
    assert written.target_id == "9" and [sent.method for sent in shop.writes()] == ["POST", "PUT"]


def test_a_category_is_found_by_its_name_below_the_same_parent(shop: Shop) -> None:
    rows = [stored(8, parent_id=4), stored(9), stored(10, name="Other")]
    shop.answer("GET", "/categories/list", listing(rows))
    found = shop.magento().find_like("category", [TOOLS])
    assert {key: getattr(one, "target_id", "") for key, one in found.items()} == {"41": "9"}
    assert shop.sent[0].filters() == {"name": ("in", "Hand tools")}


def test_two_siblings_of_one_name_are_nobody(shop: Shop) -> None:
    shop.answer("GET", "/categories/list", listing([stored(8), stored(9, name="HAND TOOLS")]))
    with pytest.raises(Fail, match="8, 9"):
        shop.magento().find_like("category", [TOOLS])


def test_a_category_is_read_with_its_parent_and_a_root_has_none(shop: Shop) -> None:
    custom = [{"attribute_code": "url_key", "value": "tools"}, {"attribute_code": "season", "value": "1"}]
    rows = [stored(custom_attributes=custom), stored(2, parent_id=1, level=1)]
    shop.answer("GET", "/categories/list", listing(rows))
    found = shop.magento().read_many("category", ["9", "2", "x"])
    one, root = found["9"], found["2"]
    assert isinstance(one, Category) and isinstance(root, Category)
    assert (one.parent, one.url_key, one.active, one.position) == ("5", "tools", True, 1)
    assert root.parent == "" and dict(one.raw)["season"] == "1"


def test_changed_categories_are_polled(shop: Shop) -> None:
    shop.answer("GET", "/categories/list", {"items": [stored()], "total_count": 1})
    assert [change.key for change in shop.magento().changed_since("category", None).changes] == ["9"]


def test_mapped_fields_are_written_over_the_others(shop: Shop) -> None:
    echo(settled(shop), "POST", "/categories")
    pairs = (("include_in_menu", "no"), ("season", "yes"), ("description", "Mapped"), ("path", "1/2"))
    (written,) = shop.magento().write_many([Category("41", name="x", parent="5", mapped=pairs)], known={})
    sent = body(shop.writes()[0])
    assert sent["include_in_menu"] is False and sent["custom"]["season"] == "1"
    assert sent["custom"]["description"] == "Mapped"
    assert written.fields["notes"] == ["path left out: the store writes it itself"]


def test_a_mapped_value_that_cannot_be_had_fails_in_words(shop: Shop) -> None:
    record = Category("41", name="x", parent="5", mapped=(("position", "first"),))
    (written,) = settled(shop).magento().write_many([record], known={})
    assert isinstance(written.problem, Fail) and '"first" of position is no number' in written.problem.reason


# --- deletion -----------------------------------------------------------------------------------------------


def test_a_deleted_category_is_switched_off(shop: Shop) -> None:
    echo(shop, "PUT", "/categories/9")
    written = shop.magento().delete("category", "41", "9")
    assert written.fields == {"is_active": False}
    assert shop.writes()[0].body == {"category": {"is_active": False, "include_in_menu": False}}


def test_it_is_deleted_where_the_settings_say_so_but_never_with_its_children(shop: Shop) -> None:
    shop.answer("GET", "/categories/9", stored(children=""))
    shop.answer("GET", "/categories/9", stored(children="11,12"))
    shop.answer("DELETE", "/categories/9", True)
    echo(shop, "PUT", "/categories/9")
    magento = shop.magento({"category": {"deletion": "delete"}})
    assert magento.delete("category", "41", "9").fields == {"deleted": True}
    assert "11,12" in magento.delete("category", "41", "9").fields["notes"][0]
    assert [sent.method for sent in shop.writes()] == ["DELETE", "PUT"]


def test_what_is_gone_is_done_and_what_is_to_stay_stays(shop: Shop) -> None:
    shop.answer("PUT", "/categories/9", GONE, 404)
    assert shop.magento().delete("category", "41", "9").problem is None
    assert isinstance(shop.magento({"category": {"deletion": "ignore"}}).delete("category", "41", "9").problem, Skip)
    assert isinstance(shop.magento().delete("category", "41", "x").problem, Fail)
