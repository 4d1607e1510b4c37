"""The control pages: plain HTML that works without a script, forms that do what their buttons say."""

from __future__ import annotations

import re

import pytest
from flask.testing import FlaskClient

from connector.sandbox.acumatica.app import Acumatica
from connector.sandbox.journal import read
from connector.sandbox.magento.app import Magento

ERP_PAGES = [
    "/",
    "/?q=hammer",
    "/?q=nothing+like+this",
    "/?after=100",
    "/_sandbox/pages/item?key=TL-10/25 X",
    "/_sandbox/pages/traffic",
    "/_sandbox/pages/push",
    "/_sandbox/pages/faults",
    "/_sandbox/pages/journal",
    "/_sandbox/pages/settings",
]
SHOP_PAGES = ["/", "/?q=x", "/_sandbox/pages/product?sku=A-1", "/_sandbox/pages/faults", "/_sandbox/pages/journal",
              "/_sandbox/pages/settings"]  # fmt: skip


def well_made(html: str) -> None:
    assert html.count("<h1>") == 1 and '<html lang="en">' in html and "<script" not in html and "style=" not in html
    labels = set(re.findall(r'<label for="([^"]+)"', html))
    for field in re.findall(r"<(?:input|select|textarea)[^>]*>", html):
        name = re.search(r' id="([^"]+)"', field)
        assert 'type="hidden"' in field or 'type="checkbox"' in field or (name and name[1] in labels), field


@pytest.mark.parametrize("path", ERP_PAGES)
def test_pages_of_the_erp(erp: Acumatica, path: str):
    answer = erp.app.test_client().get(path)
    assert answer.status_code == 200
    well_made(answer.text)


@pytest.mark.parametrize("path", SHOP_PAGES)
def test_pages_of_the_store(shop: Magento, product, path: str):
    product("A-1", custom_attributes=[{"attribute_code": "description", "value": "<script>alert(1)</script>"}])
    answer = shop.app.test_client().get(path)
    assert answer.status_code == 200
    well_made(answer.text)


def test_the_stylesheet_comes_from_the_sandbox_itself(erp: Acumatica):
    client = erp.app.test_client()
    link = re.search(r'<link rel="stylesheet" href="([^"]+)"', client.get("/").text)
    assert link and client.get(link[1]).status_code == 200


def form(erp: Acumatica, **changes: str) -> dict[str, str]:
    fields = erp.erp.item("TL-00001")["fields"]
    return {
        "Description": fields["Description"],
        "DefaultPrice": str(fields["DefaultPrice"]),
        "MSRP": str(fields["MSRP"]),
        "ItemStatus": "Active",
        "ExportToExternal": "true",
        "stock-MAIN": "75",
        "promotion": "",
        **changes,
    }


def test_saving_an_item_changes_only_what_was_changed(erp: Acumatica):
    last = read(erp.store)["last"]
    answer = erp.app.test_client().post("/_sandbox/pages/item?key=tl-00001", data=form(erp, DefaultPrice="9.99"))
    assert answer.status_code == 303
    (entry,) = read(erp.store, last)["entries"]
    assert entry["effect"] == "price" and entry["after"] == {"DefaultPrice": 9.99, "CurySpecificPrice": 9.99}


def test_saving_an_item_as_it_is_changes_nothing(erp: Acumatica):
    last = read(erp.store)["last"]
    assert erp.app.test_client().post("/_sandbox/pages/item?key=TL-00001", data=form(erp)).status_code == 303
    assert read(erp.store, last)["entries"] == []


def test_stock_status_and_promotion_by_form(erp: Acumatica):
    data = {**form(erp, promotion="5.5", **{"stock-MAIN": "4"}), "ItemStatus": "Inactive"}
    del data["ExportToExternal"]
    erp.app.test_client().post("/_sandbox/pages/item?key=TL-00001", data=data)
    fields = erp.erp.item("TL-00001")["fields"]
    assert (fields["ItemStatus"], fields["ExportToExternal"]) == ("Inactive", False)
    assert erp.erp.levels("TL-00001")["MAIN"]["on_hand"] == 4
    assert erp.store.get("price", "TL-00001")["rows"][0]["Price"] == 5.5


@pytest.mark.parametrize(
    "wrong", [{"DefaultPrice": "x"}, {"DefaultPrice": "-1"}, {"ItemStatus": "Odd"}, {"stock-MAIN": "many"}]
)
def test_a_wrong_value_is_said_beside_the_form(erp: Acumatica, wrong: dict[str, str]):
    answer = erp.app.test_client().post("/_sandbox/pages/item?key=TL-00001", data=form(erp, **wrong))
    assert answer.status_code == 422 and 'role="alert"' in answer.text


def test_an_item_that_is_not_there_is_a_404(erp: Acumatica, shop: Magento):
    assert erp.app.test_client().get("/_sandbox/pages/item?key=NOPE").status_code == 404
    assert shop.app.test_client().get("/_sandbox/pages/product?sku=NOPE").status_code == 404


def test_hostile_text_stays_text(erp: Acumatica):
    erp.erp.edit("TL-00001", {"Description": "<script>alert(1)</script>"})
    text = erp.app.test_client().get("/?q=script").text
    assert "&lt;script&gt;" in text and "<script" not in text


def test_faults_by_form(erp: Acumatica):
    client = erp.app.test_client()
    path = "/_sandbox/pages/faults"
    added = client.post(
        path,
        data={"fault": "slow", "route": "/StockItem", "rate": "0.5", "count": "", "seconds": "2"},
        follow_redirects=True,
    )
    assert "The fault slow is set." in added.text and erp.faults.items[0]["rate"] == 0.5
    assert client.post(path, data={"fault": "slow", "rate": "7"}).status_code == 422
    client.post(path, data={"remove": "0"})
    assert erp.faults.items == []


def test_traffic_by_form(erp: Acumatica):
    client = erp.app.test_client()
    assert client.post("/_sandbox/pages/traffic", data={"kind": "price", "count": "3"}).status_code == 303
    erp.traffic.runs["count"]["thread"].join()
    assert erp.traffic.status()["runs"]["count"]["done"] == 3
    assert client.post("/_sandbox/pages/traffic", data={"kind": "price", "count": "many"}).status_code == 422
    assert client.post("/_sandbox/pages/traffic", data={"stop": "1"}).status_code == 303


def test_push_settings_by_form_never_show_the_secret(erp: Acumatica):
    client = erp.app.test_client()
    data = {"address": "http://connector.test/hook", "header": "X-S", "value": "s3cret", "active": "1",
            "query-product": "P", "query-price": "Q", "query-inventory": "I"}  # fmt: skip
    assert client.post("/_sandbox/pages/push", data=data).status_code == 303
    assert erp.store.push["value"] == "s3cret" and "s3cret" not in client.get("/_sandbox/pages/push").text
    client.post("/_sandbox/pages/push", data={**data, "value": ""})
    assert erp.store.push["value"] == "s3cret"
    assert client.post("/_sandbox/pages/push", data={**data, "address": "nowhere"}).status_code == 422


def settings(client: FlaskClient, system, **changes: str):
    values = {
        name: ", ".join(value)
        if isinstance(value, list)
        else "1"
        if value is True
        else ""
        if value is False
        else str(value)
        for name, value in system.switches().items()
    }
    return client.post("/_sandbox/pages/settings", data={**values, **changes})


def test_switches_by_form(erp: Acumatica, shop: Magento):
    assert settings(erp.app.test_client(), erp, login_limit="3", versions="24.200.001").status_code == 303
    assert erp.switches()["login_limit"] == 3 and erp.switches()["versions"] == ["24.200.001"]
    assert settings(shop.app.test_client(), shop, bearer_allowed="").status_code == 303
    assert shop.switches()["bearer_allowed"] is False
    assert settings(erp.app.test_client(), erp, login_limit="lots").status_code == 422


def test_a_clean_start_by_form(erp: Acumatica, shop: Magento, product):
    product("A-1")
    assert shop.app.test_client().post("/_sandbox/pages/settings", data={"reset": "1"}).status_code == 303
    assert shop.shop.state([]) == {}
    assert (
        erp.app.test_client().post("/_sandbox/pages/settings", data={"reset": "1", "products": "12"}).status_code == 303
    )
    assert len(erp.erp.items()) == 12
    assert (
        erp.app.test_client().post("/_sandbox/pages/settings", data={"reset": "1", "products": "0"}).status_code == 422
    )


@pytest.mark.parametrize("body", [{"nope": 1}, {"login_limit": "x"}])
def test_wrong_switches_are_refused(erp: Acumatica, body):
    assert erp.app.test_client().put("/_sandbox/switches", json=body).status_code == 400
