"""Configurables, bundles, links and pictures beyond what the recordings show, and what only Commerce has."""

from __future__ import annotations

import base64

import pytest

from connector.sandbox.magento.app import Magento

ROOT = "/rest/all/V1"
PNG = base64.b64encode(b"\x89PNG\r\n\x1a\n" + bytes(40)).decode()


@pytest.fixture
def shirt(ask, product, stock):
    """A configurable with a child in two colours, both in stock."""
    color = ask("GET", f"{ROOT}/products/attributes/color").get_json()
    values = [row["value"] for row in color["options"] if row["value"]][:2]
    ids = []
    for at, value in enumerate(values):
        attributes = [{"attribute_code": "color", "value": value}]
        ids.append(product(f"S-{at}", visibility=1, price=20 + at, weight=1, custom_attributes=attributes)["id"])
        stock((f"S-{at}", "default", 50, 1))
        stock((f"S-{at}", "default", 50, 1))
    option = {"attribute_id": str(color["attribute_id"]), "label": "Colour",
              "values": [{"value_index": int(value)} for value in values]}  # fmt: skip
    extension = {"configurable_product_options": [option], "configurable_product_links": ids}
    return product("SHIRT", type_id="configurable", extension_attributes=extension)


@pytest.fixture
def kit(ask, product, stock):
    """A bundle of two parts that ship together."""
    links = []
    for number in range(2):
        product(f"K-{number}", price=10 + number, weight=1)
        stock((f"K-{number}", "default", 50, 1))
        stock((f"K-{number}", "default", 50, 1))
        links.append({"title": f"Part {number}", "type": "select", "required": True, "position": number,
                      "product_links": [{"sku": f"K-{number}", "qty": number + 1, "is_default": True}]})  # fmt: skip
    return product("KIT", type_id="bundle", extension_attributes={"bundle_product_options": links})


def bought(shop: Magento, ask, kind: str):
    placed = shop.app.test_client().post("/_sandbox/orders", json={"kinds": [kind], "seed": 2}).get_json()["orders"]
    return ask("GET", f"/rest/V1/orders/{placed[0]['entity_id']}").get_json()


def test_a_configurable_is_ordered_as_its_child(shop: Magento, ask, shirt):
    order = bought(shop, ask, "configurable")
    parent, child = order["items"]
    assert parent["product_type"] == "configurable" and parent["sku"] == child["sku"] != "SHIRT"
    assert child["parent_item_id"] == parent["item_id"] and (child["price"], parent["price"] > 0) == (0, True)
    wrong = {"items": [{"order_item_id": child["item_id"], "qty": 1}]}
    assert ask("POST", f"/rest/V1/order/{order['entity_id']}/ship", wrong).status_code == 400
    assert ask("POST", f"/rest/V1/order/{order['entity_id']}/ship", {}).status_code == 200
    assert ask("GET", f"/rest/V1/stockItems/{child['sku']}").get_json()["qty"] == 49


def test_a_script_names_a_configurable_and_gets_one_of_its_children(shop: Magento, ask, shirt, kit):
    lines = [{"sku": "SHIRT", "qty": 2}, {"sku": "KIT", "qty": 1}]
    placed = shop.app.test_client().post("/_sandbox/orders", json={"lines": lines}).get_json()["orders"][0]
    rows = ask("GET", f"/rest/V1/orders/{placed['entity_id']}").get_json()["items"]
    assert [row["product_type"] for row in rows] == ["configurable", "simple", "bundle", "simple", "simple"]


def test_a_bundle_is_its_parts_and_their_sum(shop: Magento, ask, kit):
    order = bought(shop, ask, "bundle")
    parent, *parts = order["items"]
    assert parent["sku"] == "KIT" and {part["sku"]: part["qty_ordered"] for part in parts} == {"K-0": 1, "K-1": 2}
    assert parent["price"] == sum(part["price"] * part["qty_ordered"] for part in parts) == order["subtotal"]
    ask("POST", f"/rest/V1/order/{order['entity_id']}/invoice", {})
    ask("POST", f"/rest/V1/order/{order['entity_id']}/ship", {})
    assert ask("GET", "/rest/V1/stockItems/K-1").get_json()["qty"] == 48
    assert ask("GET", f"/rest/V1/orders/{order['entity_id']}").get_json()["state"] == "complete"
    assert ask("POST", f"/rest/V1/order/{order['entity_id']}/refund", {}).status_code == 200
    read = ask("GET", f"/rest/V1/orders/{order['entity_id']}").get_json()
    assert (read["state"], read["total_refunded"]) == ("closed", order["grand_total"])


def test_a_part_of_a_ship_together_bundle_gets_no_second_source(ask, stock, kit):
    answer = stock(("K-0", "default", 1, 1), ("K-0", "east", 1, 1))
    assert answer.status_code == 400
    assert answer.get_json()["message"].startswith('Validation Failed: Not able to assign "east" to product "K-0"')
    assert ask("GET", "/rest/V1/stockItems/K-0").get_json()["qty"] == 50, "nothing of the batch is written"


def test_bundle_options_come_and_go(ask, kit):
    base = f"{ROOT}/bundle-products"
    made = ask("POST", f"{base}/options/add", {"option": {"title": "More", "sku": "KIT", "type": "radio"}}).get_json()
    assert ask("POST", f"{base}/KIT/links/{made}", {"linkedProduct": {"sku": "K-0", "qty": 1}}).status_code == 200
    assert ask("POST", f"{base}/KIT/links/{made}", {"linkedProduct": {"sku": "K-0", "qty": 1}}).status_code == 400
    assert ask("DELETE", f"{base}/KIT/options/{made}/children/K-0").get_json() is True
    assert ask("DELETE", f"{base}/KIT/options/{made}").get_json() is True
    assert ask("GET", f"{base}/KIT/options/{made}").status_code == 404


def test_a_save_replaces_the_links_and_leaves_them_without_the_key(ask, product):
    for sku in ("A", "B", "C"):
        product(sku)
    rows = [{"sku": "A", "link_type": kind, "linked_product_sku": other, "position": 1}
            for kind, other in (("related", "B"), ("upsell", "C"))]  # fmt: skip
    product("A", product_links=rows)
    product("A", price=2)
    assert len(ask("GET", f"{ROOT}/products/A").get_json()["product_links"]) == 2
    assert product("A", product_links=rows[:1])["product_links"][0]["linked_product_sku"] == "B"
    assert ask("GET", f"{ROOT}/products/A/links/upsell").get_json() == []
    assert ask("DELETE", f"{ROOT}/products/A/links/related/B").get_json() is True
    assert ask("DELETE", f"{ROOT}/products/A/links/related/B").status_code == 404


def picture(ask, name: str, data: str = PNG, **more):
    entry = {"media_type": "image", "label": name, "position": 1, "disabled": False, "types": [],
             "content": {"base64_encoded_data": data, "type": "image/png", "name": name}, **more}  # fmt: skip
    return ask("POST", f"{ROOT}/products/A/media", {"entry": entry})


def test_a_picture_is_handed_out_and_told_in_the_journal(shop: Magento, ask, product):
    product("A")
    at = picture(ask, "front.png", types=["image"]).get_json()
    entry = ask("GET", f"{ROOT}/products/A/media/{at}").get_json()
    answer = shop.app.test_client().get(f"/media/catalog/product{entry['file']}")
    assert answer.data == base64.b64decode(PNG) and answer.content_type == "image/png"
    assert ask("DELETE", f"{ROOT}/products/A/media/{at}").get_json() is True
    assert shop.app.test_client().get(f"/media/catalog/product{entry['file']}").status_code == 404
    lines = shop.app.test_client().get("/_sandbox/journal?effect=image&key=A").get_json()["entries"]
    assert [line["after"] is None for line in lines] == [False, True] and lines[0]["after"]["sha256"]


def test_a_save_with_a_gallery_removes_what_is_left_out(ask, product):
    product("A")
    first = int(picture(ask, "one.png", types=["image"]).get_json())
    picture(ask, "two.png")
    kept = [{"id": first, "media_type": "image", "label": "Only", "position": 3, "disabled": False, "types": ["image"]}]
    content = {"base64_encoded_data": PNG, "type": "image/png", "name": "three.png"}
    new = [{"media_type": "image", "label": "New", "position": 9, "disabled": False, "types": [], "content": content}]
    saved = product("A", media_gallery_entries=[*kept, *new])
    assert [row["label"] for row in saved["media_gallery_entries"]] == ["Only", "New"]
    product("A", price=3)
    assert len(ask("GET", f"{ROOT}/products/A/media").get_json()) == 2, "without the key nothing happens"


def test_returns_are_a_part_of_commerce(shop: Magento, ask, product, stock):
    assert ask("GET", "/rest/V1/returns?searchCriteria=").status_code == 404
    shop.app.test_client().put("/_sandbox/switches", json={"edition": "commerce"})
    product("A")
    stock(("A", "default", 9, 1))
    stock(("A", "default", 9, 1))
    order = bought(shop, ask, "guest")
    at, item = order["entity_id"], order["items"][0]["item_id"]
    wanted = {"rmaDataObject": {"order_id": at, "items": [{"order_item_id": item, "qty_requested": 1}]}}
    assert ask("POST", "/rest/V1/returns", wanted).status_code == 400, "nothing was shipped yet"
    ask("POST", f"/rest/V1/order/{at}/ship", {})
    made = ask("POST", "/rest/V1/returns", wanted).get_json()
    assert made["order_increment_id"] == order["increment_id"] and made["items"][0]["qty_requested"] == 1
    assert ask("GET", "/rest/V1/returns?searchCriteria=").get_json()["total_count"] == 1
    assert "Magento_Enterprise" in ask("GET", "/rest/V1/modules?searchCriteria=").get_json()


def test_a_set_has_the_groups_of_its_skeleton_and_may_lose_its_own(ask):
    base = f"{ROOT}/products/attribute-sets"
    made = ask("POST", base, {"attributeSet": {"attribute_set_name": "New"}, "skeletonId": 4}).get_json()
    number = made["attribute_set_id"]
    wanted = "searchCriteria[filter_groups][0][filters][0]"
    query = {f"{wanted}[field]": "attribute_set_id", f"{wanted}[value]": number}
    groups = ask("GET", f"{base}/groups/list", query_string=query).get_json()["items"]
    assert len(groups) == 10 and "Product Details" in {row["attribute_group_name"] for row in groups}
    body = {"group": {"attribute_group_name": "ERP", "attribute_set_id": number}}
    group = ask("POST", f"{base}/groups", body).get_json()["attribute_group_id"]
    body = {"attributeSetId": number, "attributeGroupId": group, "attributeCode": "size", "sortOrder": 1}
    ask("POST", f"{base}/attributes", body)
    assert ask("DELETE", f"{base}/{number}/attributes/size").get_json() is True
    assert ask("DELETE", f"{base}/{number}/attributes/size").status_code == 400
    assert ask("DELETE", f"{base}/groups/{group}").get_json() is True
    assert ask("DELETE", f"{base}/{number}").get_json() is True
    assert ask("DELETE", f"{base}/4").status_code == 400


def test_an_option_is_renamed_for_each_view(ask):
    base = f"{ROOT}/products/attributes/color/options"
    number = ask("GET", base).get_json()[1]["value"]
    told = {"label": "Black", "value": number, "store_labels": [{"store_id": 3, "label": "Noir"}]}
    assert ask("PUT", f"{base}/{number}", {"option": told}).get_json() is True
    assert ask("GET", base.replace("/all/", "/fr/")).get_json()[1]["label"] == "Noir"
    assert ask("GET", base).get_json()[1]["label"] == "Black"
