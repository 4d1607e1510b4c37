"""The mapping pages: rows are added, tried, edited and deleted; the lists are fetched; versions come back."""

from __future__ import annotations

import html
import re
from typing import Any

import pytest
from flask import Flask

from connector.errors import Fail
from connector.records import Customer, Product
from connector.setup import connectors, kinds, mappings, references, schema, statuses
from connector.systems.base import Choice, Field
from tests.web import seed
from tests.web.paper import Paired
from tests.web.people import Client
from tests.web.sent import logged

DEMO = "/connectors/DEMO/mapping"
NAME = {"store": "name", "erp": "Description"}


@pytest.fixture
def paired(app: Flask) -> Paired:
    app.extensions["engine"] = Paired()
    seed.configured()
    return app.extensions["engine"]


def stamp(kind: str = "product") -> str:
    return mappings.stamp(mappings.of("DEMO", kind))


def sent(*rows: dict[str, str], kind: str = "product", do: str = "save", **more: str) -> dict[str, Any]:
    form: dict[str, Any] = {"based_on": stamp(kind), "do": do, "place": [str(at) for at in range(len(rows))], **more}
    for at, row in enumerate(rows):
        form |= {f"r{at}-{name}": value for name, value in ({"active": "1"} | row).items()}
    return form


def words(page: str) -> str:
    return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page)))


@pytest.mark.parametrize("kind", [kind.name for kind in kinds.KINDS])
def test_every_mapping_has_its_page_and_its_form(admin: Client, viewer: Client, paired: Paired, kind: str) -> None:
    for client, allowed in ((admin, 200), (viewer, 403)):
        page = client.get(f"{DEMO}/{kind}")
        assert page.status_code == 200 and page.text.count("<h1") == 1
        assert client.get(f"{DEMO}/{kind}/edit").status_code == allowed
        assert client.get(f"{DEMO}/{kind}/update").status_code == allowed
    assert "Save" not in words(viewer.get(f"{DEMO}/{kind}").text.split("<main")[1])


def test_there_is_no_other_mapping(admin: Client, paired: Paired) -> None:
    assert admin.get(f"{DEMO}/wishes").status_code == 404
    assert admin.get("/connectors/NONE/mapping/product").status_code == 404
    assert "Product attributes mapping" in admin.get(DEMO).text


def test_several_rows_are_saved_in_one_go(admin: Client, paired: Paired) -> None:
    rows = [
        NAME | {"direction": "both_erp", "use_in": "create"},
        {"store": "weight", "erp": "DimensionWeight"},
        {"store": ""},
    ]
    answer = admin.post(f"{DEMO}/product/edit", data=sent(*rows))
    assert answer.headers["Location"] == f"{DEMO}/product" and paired.refreshed == 1
    stored = mappings.of("DEMO", "product")
    assert [(row["store"], row["direction"], row["use_in"]) for row in stored] == [
        ("name", "both_erp", "create"),
        ("weight", "erp_to_store", "both"),
    ]
    page = words(admin.get(f"{DEMO}/product").text)
    assert "name added; weight added." in page and "Both ways, ERP wins" in page
    assert logged()[-1] == "Product attributes mapping, weight added."


def test_a_row_is_edited_and_switched_off(admin: Client, paired: Paired) -> None:
    mappings.save("DEMO", "product", [NAME, {"store": "a", "erp": "B"}], "ann")
    form = admin.get(f"{DEMO}/product/edit?row=1").text
    assert 'name="r0-at" value="1"' in form and 'value="B"' in form
    admin.post(f"{DEMO}/product/edit", data=sent({"at": "1", "store": "a", "erp": "C", "active": ""}))
    assert [(row["erp"], row["active"]) for row in mappings.of("DEMO", "product")] == [
        ("Description", True),
        ("C", False),
    ]
    assert len(mappings.rows("DEMO")["product"]) == 1


def test_ticked_rows_are_edited_or_deleted(admin: Client, paired: Paired) -> None:
    mappings.save("DEMO", "product", [NAME, {"store": "a", "erp": "B"}, {"store": "c", "erp": "D"}], "ann")
    chosen = admin.post(f"{DEMO}/product/choose", data={"row": ["0", "2"]}).headers["Location"]
    assert admin.get(chosen).text.count('name="place"') == 2
    admin.post(f"{DEMO}/product/delete", data={"row": ["0", "2"], "based_on": stamp()})
    assert [row["store"] for row in mappings.of("DEMO", "product")] == ["a"]
    admin.post(f"{DEMO}/product/delete", data={"based_on": stamp()})
    assert "Tick the rows" in admin.get(f"{DEMO}/product").text


def test_a_wrong_row_says_so_at_its_field_and_keeps_what_was_typed(admin: Client, paired: Paired) -> None:
    mappings.save("DEMO", "product", [NAME], "ann")
    rows = [
        {"store": "name", "erp": "<b>Content"},
        {"store": "x", "erp": "Y", "kind": "template", "value": "{{ broken"},
    ]
    answer = admin.post(f"{DEMO}/product/edit", data=sent(*rows))
    assert answer.status_code == 422 and "is mapped already, in row 1" in answer.text
    assert 'value="&lt;b&gt;Content"' in answer.text and "{{ broken" in answer.text
    assert answer.text.count('aria-invalid="true"') == 2 and '<details class="more" open>' in answer.text
    assert len(mappings.of("DEMO", "product")) == 1


def test_one_more_row_and_nothing_is_lost(admin: Client, paired: Paired) -> None:
    answer = admin.post(f"{DEMO}/product/edit", data=sent(NAME, do="more")).text
    assert answer.count('name="place"') == 2 and 'value="Description"' in answer
    assert mappings.of("DEMO", "product") == []


def test_the_second_of_two_editors_is_told_and_keeps_his_rows(admin: Client, paired: Paired) -> None:
    form = sent(NAME)
    mappings.save("DEMO", "product", [{"store": "a", "erp": "B"}], "bob")
    answer = admin.post(f"{DEMO}/product/edit", data=form)
    assert (
        answer.status_code == 409
        and "Somebody else has changed" in answer.text
        and 'value="Description"' in answer.text
    )
    assert admin.post(f"{DEMO}/product/delete", data={"row": "0", "based_on": "old"}).status_code == 409
    assert [row["store"] for row in mappings.of("DEMO", "product")] == ["a"]


def test_the_recommended_rows_ask_first_and_can_be_undone(admin: Client, paired: Paired) -> None:
    mappings.save("DEMO", "product", [{"store": "own", "erp": "Own"}], "ann")
    page = admin.get(f"{DEMO}/product/recommended").text
    assert "The 1 rows of this mapping are replaced" in page
    admin.post(f"{DEMO}/product/recommended", data={"based_on": stamp()})
    assert "name" in [row["store"] for row in mappings.of("DEMO", "product")]
    undo = re.search(r'action="([^"]+/restore/\d+)"', admin.get(f"{DEMO}/product").text)
    assert undo
    admin.post(undo[1], data={"based_on": stamp()})
    assert [row["store"] for row in mappings.of("DEMO", "product")] == ["own"]
    assert admin.get(f"{DEMO}/warehouse/recommended").status_code == 404
    assert admin.post(f"{DEMO}/product/restore/999999").status_code == 404


def test_update_schema_makes_no_call_before_ok(admin: Client, paired: Paired) -> None:
    paired.erp.known = {"product": [Field("Description", "Description"), Field("Gone", "Gone")]}
    admin.get(f"{DEMO}/product/update")
    assert paired.erp.asked == []
    admin.post(f"{DEMO}/product/update")
    assert "fields of product" in paired.erp.asked and "fields of product" in paired.store.asked
    mappings.save("DEMO", "product", [{"store": "x", "erp": "Gone"}], "ann")
    paired.erp.known = {"product": [Field("Description", "Description")]}
    admin.post(f"{DEMO}/product/update")
    assert "Gone is gone" in words(admin.get(f"{DEMO}/product").text)
    assert '<option value="Description">' in admin.get(f"{DEMO}/product/edit").text


def test_an_update_button_fetches_its_own_list(admin: Client, paired: Paired) -> None:
    paired.erp.lists = {"customer_class": [Choice("LOCAL", "Local")]}
    page = admin.get(f"{DEMO}/customer_group").text
    assert "Update Customer classes" in words(page)
    admin.post(f"{DEMO}/customer_group/fetch/customer_class")
    assert paired.erp.asked == ["customer_class"] and paired.store.asked == []
    assert '<option value="LOCAL">Local</option>' in admin.get(f"{DEMO}/customer_group/edit").text
    assert admin.post(f"{DEMO}/customer_group/fetch/warehouse").status_code == 404


def test_a_system_that_cannot_be_asked_is_a_sentence(admin: Client, paired: Paired) -> None:
    paired.erp.trouble = Fail("The ERP is closed.", help="Open it.")
    admin.post(f"{DEMO}/product/update")
    assert "The ERP is closed. Open it." in admin.get(f"{DEMO}/product").text


def test_a_class_used_twice_is_refused_with_a_message(admin: Client, paired: Paired) -> None:
    rows = [{"store": "General", "erp": "LOCAL"}, {"store": "VIP", "erp": "LOCAL"}]
    answer = admin.post(f"{DEMO}/customer_group/edit", data=sent(*rows, kind="customer_group"))
    assert answer.status_code == 422 and "ERP customer class LOCAL is mapped already" in answer.text


def test_the_direction_of_the_entity_is_said_at_the_row(admin: Client, paired: Paired) -> None:
    revision = connectors.get("DEMO").revision
    connectors.save("DEMO", {"direction": {"customer": "erp_to_store"}}, user="ann", revision=revision)
    mappings.save("DEMO", "customer", [{"store": "email", "erp": "Email", "direction": "store_to_erp"}], "ann")
    assert "Inactive: the entity goes ERP to store only." in words(admin.get(f"{DEMO}/customer").text)


def test_a_fixed_direction_is_text_and_no_choice(admin: Client, paired: Paired) -> None:
    mappings.save("DEMO", "category", [{"store": "acu_id", "erp": "CategoryID"}], "ann")
    page = admin.get(f"{DEMO}/category/edit?row=0").text
    assert '<select class="form-select" id="r0-direction"' not in page and "ERP to store" in page


def test_rows_are_filtered(admin: Client, paired: Paired) -> None:
    mappings.save("DEMO", "product", [NAME, {"store": "colour", "erp": "X", "scope": "de"}], "ann")
    assert "colour" not in words(admin.get(f"{DEMO}/product?text=descr").text)
    assert "Description" not in words(admin.get(f"{DEMO}/product?scope=de").text)
    assert "No row matches" in admin.get(f"{DEMO}/product?text=nothing").text


# --- the tester


def test_many_rows_stand_on_several_pages(admin: Client, paired: Paired) -> None:
    many = [{"store": f"m{at:03}_{at:03}", "erp": f"S {at}"} for at in range(450)]
    mappings.save("DEMO", "shipping_in", many, "ann")
    seen, address = [], f"{DEMO}/shipping_in?text=m"
    while address:
        page = admin.get(address).text
        seen.append(len(re.findall(r'id="edit-\d+"', page)))
        found = re.search(r'rel="next" href="([^"]+)"', page)
        address = found[1].replace("&amp;", "&") if found else ""
    assert seen == [200, 200, 50]


def test_the_tester_shows_a_real_record_before_anything_is_saved(admin: Client, paired: Paired) -> None:
    paired.erp.records["A"] = Product("A", raw=(("Description", "Socks"), ("Price", "x")))
    rows = [
        NAME | {"kind": "template", "value": "{{ value|upper }}"},
        {"store": "p", "erp": "Price", "kind": "format", "value": "{value:.2f}"},
        {"store": "q", "erp": "Missing"},
    ]
    answer = admin.post(f"{DEMO}/product/edit", data=sent(*rows, do="try", key="A"))
    page = words(answer.text)
    assert "SOCKS" in page and "which is no number" in page and "does not tell Missing" in page
    assert mappings.of("DEMO", "product") == [] and paired.erp.asked == ["product A"] and paired.store.asked == []


def test_the_tester_compares_the_last_records_that_travelled(admin: Client, paired: Paired) -> None:
    mappings.save("DEMO", "product", [NAME], "ann")
    for key in ("A", "B"):
        seed.message(key, "succeeded", entity="product")
        paired.erp.records[key] = Product(key, raw=(("Description", f"Socks {key}"),))
    form = sent(NAME | {"at": "0", "kind": "lookup", "pairs": "Socks A = Sock\n", "otherwise": "keep"}, do="try")
    page = words(admin.post(f"{DEMO}/product/edit", data=form).text)
    assert "1 values would differ among the last 2 records" in page and "Socks A Sock" in page


def test_the_tester_reads_the_store_for_rows_that_go_to_the_erp(admin: Client, paired: Paired) -> None:
    paired.store.records["7"] = Customer("7", raw=(("taxvat", "DE1"),))
    row = {"store": "taxvat", "erp": "TaxRegistrationID", "direction": "store_to_erp"}
    page = words(admin.post(f"{DEMO}/customer/edit", data=sent(row, kind="customer", do="try", key="7")).text)
    assert "taxvat to TaxRegistrationID DE1" in page and paired.erp.asked == []


@pytest.mark.parametrize("trouble", [None, Fail("Closed.")])
def test_the_tester_says_what_it_cannot_do(admin: Client, paired: Paired, trouble: Fail | None) -> None:
    paired.erp.trouble = trouble
    answer = admin.post(f"{DEMO}/product/edit", data=sent(NAME, do="try", key="NONE"))
    assert answer.status_code == 200
    assert ("Closed." if trouble else "Acumatica has no product NONE.") in answer.text


@pytest.mark.parametrize(
    ("kind", "row", "key", "said"),
    [
        ("status_out", {"erp": "Completed", "store": "complete"}, "Complete", "Did you mean Completed?"),
        ("status_out", {"erp": "Completed", "store": "complete"}, "completed", "Becomes complete."),
        ("payment", {"store": "gw", "erp": "VISA", "cash_account": "102"}, "gw", "ERP method VISA, 102."),
        ("shipping_in", {"store": "flat", "erp": "GROUND"}, "dhl", "An order with dhl fails"),
        ("shipping_out", {"erp": "UPS", "store": "ups", "title": "Fast"}, "UPS", "Carrier ups Fast."),
        ("warehouse", {"store": "default", "erp": "MAIN"}, "MAIN", "Source default."),
        ("customer_group", {"store": "VIP", "erp": "GOLD"}, "GOLD", "Store group VIP."),
        ("branch", {"store": "de", "erp": "EU"}, "de", "Branch EU."),
    ],
)
def test_a_table_is_tried_with_a_value(
    admin: Client, paired: Paired, kind: str, row: dict[str, str], key: str, said: str
) -> None:
    mappings.save("DEMO", kind, [], "ann")
    answer = admin.post(f"{DEMO}/{kind}/edit", data=sent(row, kind=kind, do="try", key=key))
    assert said in html.unescape(answer.text)


# --- new attributes, statuses


def test_only_attributes_that_the_store_has_not_are_offered(admin: Client, paired: Paired) -> None:
    options = (("R", "Red"), ("B", "Blue"))
    paired.erp.known = {"product": [
        Field("Attributes/COLOR", "Colour", kind="list", options=options), Field("Attributes/SIZE", "Size"),
        Field("Attributes/FIT", "Fit"), Field("Description"),
    ]}  # fmt: skip
    paired.store.known = {"product": [Field("size")]}
    admin.post(f"{DEMO}/product/update")
    mappings.save("DEMO", "product", [{"store": "x", "erp": "Attributes/FIT"}], "ann")
    page = admin.get(f"{DEMO}/product/attributes").text
    assert "COLOR" in page and "SIZE" not in page and "FIT" not in page
    form = admin.get(f"{DEMO}/product/attributes/COLOR")
    if "cannot be given" not in form.text:
        assert "Red, Blue" in form.text and "Drop-down" in form.text
    admin.post(f"{DEMO}/product/attributes/COLOR")
    assert paired.synced == [("attribute", "COLOR")]
    assert admin.get(f"{DEMO}/product/attributes/SIZE").status_code == 404
    assert admin.get(f"{DEMO}/category/attributes").status_code == 404


def test_a_status_is_added_on_its_page_and_offered_by_the_maps(admin: Client, paired: Paired) -> None:
    stamp_ = statuses.stamp(statuses.of("DEMO"))
    form: dict[str, Any] = {
        "based_on": stamp_,
        "added": "Risk Hold",
        "enabled": ["0"],
        "place": ["0"],
        "label-0": "Open",
    }
    assert admin.post(f"{DEMO}/statuses", data=form).status_code == 303
    assert '<option value="Risk Hold">' in admin.get(f"{DEMO}/status_out/edit").text
    answer = admin.post(f"{DEMO}/statuses", data=form)
    assert answer.status_code == 409
    wrong = form | {"based_on": statuses.stamp(statuses.of("DEMO")), "added": "risk hold"}
    answer = admin.post(f"{DEMO}/statuses", data=wrong)
    assert answer.status_code == 422 and "is there already" in answer.text and 'value="risk hold"' in answer.text


# --- who may


POSTS = [
    "product/edit", "product/choose", "product/delete", "product/recommended", "product/update", "product/restore/1",
    "customer_group/fetch/customer_class", "product/attributes/X", "statuses",
]  # fmt: skip


@pytest.mark.parametrize("path", POSTS)
def test_only_administrators_with_a_token_change_a_mapping(
    admin: Client, operator: Client, viewer: Client, stranger: Client, paired: Paired, path: str
) -> None:
    before = connectors.get("DEMO").revision
    for client in (operator, viewer):
        assert client.post(f"{DEMO}/{path}", data={}).status_code == 403
    assert stranger.post(f"{DEMO}/{path}", data={}).status_code in (302, 303, 401)
    assert admin.post(f"{DEMO}/{path}", data={}, forged=True).status_code == 400
    assert connectors.get("DEMO").revision == before and paired.erp.asked == []


@pytest.mark.parametrize("bad", ["-1", "x", "1" * 40, "٣", "1e3"])
def test_places_that_nobody_could_have_sent_are_refused(admin: Client, paired: Paired, bad: str) -> None:
    assert admin.get(f"{DEMO}/product/edit?row={bad}").status_code == 400
    assert admin.post(f"{DEMO}/product/delete", data={"row": bad}).status_code == 400
    assert admin.post(f"{DEMO}/product/edit", data={"place": bad}).status_code == 400


# --- reference data, schema


def test_reference_data_is_fetched_all_or_one_with_its_count_and_age(
    admin: Client, viewer: Client, paired: Paired
) -> None:
    address = "/connectors/DEMO/references"
    paired.erp.lists = {"warehouse": [Choice("MAIN"), Choice("EAST")]}
    page = words(viewer.get(address).text)
    assert "never" in page and "Reload all" not in page
    assert admin.post(address).status_code in (200, 303)
    assert "store_view" in paired.store.asked and "warehouse" in paired.erp.asked
    assert references.ages("DEMO")["warehouse"].count == 2
    paired.erp.asked.clear()
    admin.post(address, data={"list": "warehouse"})
    assert paired.erp.asked == ["warehouse"]
    assert "MAIN" in viewer.get(f"{address}/warehouse").text
    assert (
        viewer.get(f"{address}/nothing").status_code == 404
        and admin.post(address, data={"list": "x"}).status_code == 404
    )


def test_a_list_that_fails_says_why_and_keeps_what_was_known(admin: Client, paired: Paired) -> None:
    address = "/connectors/DEMO/references"
    paired.erp.lists = {"warehouse": [Choice("MAIN")]}
    admin.post(address, data={"list": "warehouse"})
    paired.erp.trouble = Fail("No rights to warehouses.")
    answer = admin.post(address, data={"list": "warehouse"})
    assert answer.status_code == 200 and "No rights to warehouses." in answer.text
    assert references.ages("DEMO")["warehouse"].count == 1


def test_the_schema_page_refreshes_ticks_and_edits(admin: Client, viewer: Client, paired: Paired) -> None:
    address = "/connectors/DEMO/schema/customer"
    if viewer.get(address).status_code == 404:
        address = "/connectors/DEMO/schema/product"
    entity = address.rpartition("/")[2]
    paired.erp.known = {entity: [
        Field("CustomerID", "Customer ID", "General Info", "Summary", api_name="CustomerID", preselected=True),
        Field("Terms", "Terms", "General Info", "Financial", api_name="Terms"),
        Field("Email", "E-mail", "Mail Settings", api_name="Email"),
    ]}  # fmt: skip
    assert "never refreshed" in words(viewer.get(address).text)
    admin.post(address + "/refresh")
    page = admin.get(address).text
    assert "Customer ID" in page and "E-mail" not in page and "Mail Settings" in page
    assert "E-mail" in admin.get(address + "?tab=Mail+Settings").text
    assert "Terms" not in words(admin.get(address + "?text=customer+id").text).split("Field ")[-1]
    stamp_ = schema.stamp(schema.fields("DEMO", "erp", entity))
    form: dict[str, Any] = {"based_on": stamp_, "shown": ["0", "1"], "active": ["1"]}
    for at, name in enumerate(("CustomerID", "Terms")):
        form |= {f"path-{at}": "/root/", f"api-{at}": name}
    assert admin.post(address, data=form).status_code == 303
    assert list(schema.active("DEMO")[entity]) == ["Terms"]
    assert admin.post(address, data=form).status_code == 409
    if entity == "customer":
        form |= {"based_on": schema.stamp(schema.fields("DEMO", "erp", entity)), "path-1": "nowhere"}
        answer = admin.post(address, data=form)
        assert answer.status_code == 422 and 'value="nowhere"' in answer.text and 'aria-invalid="true"' in answer.text
    assert viewer.post(address, data=form).status_code == 403


def test_a_schema_that_the_plugin_has_not_is_hidden(admin: Client, paired: Paired) -> None:
    assert admin.get("/connectors/DEMO/schema/order").status_code == 404
    assert "Product schema" in admin.get("/connectors/DEMO/schema").text
