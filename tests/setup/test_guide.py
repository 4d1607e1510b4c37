"""The guide and the package as data: what is in them, that both say the same, and that the other rooms agree."""

from __future__ import annotations

import io
import zipfile
from typing import Any
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

import pytest
from flask import Flask

from connector.db import db
from connector.sandbox.acumatica import customization
from connector.setup import connectors, guide, inquiries, package
from connector.setup.models import SchemaField
from connector.setup.settings import ENTITIES
from connector.systems import registry
from tests.setup.house import make

ADDRESS = "https://connector.example/hooks/acumatica/ONE"
EVERYTHING = dict.fromkeys(ENTITIES, True)


def made(**sections: Any) -> guide.Guide:
    make(**sections)
    return guide.make(connectors.get("ONE"), ADDRESS)


def project(content: package.Package) -> Element:
    with zipfile.ZipFile(io.BytesIO(content.content)) as archive:
        assert archive.namelist() == ["project.xml"]
        return ElementTree.fromstring(archive.read("project.xml"))


def test_there_is_an_inquiry_for_every_entity_that_the_erp_notifies_of() -> None:
    pushed = set(registry.get("acumatica").capabilities.pushes)
    assert pushed <= set(inquiries.BY_ENTITY) | {"image"}


def test_only_ticked_entities_are_in_the_guide_under_their_names(app: Flask) -> None:
    content = made(entities={"price": False, "customer": True}, push={"customer_query": "Buyers"})
    assert [(named.entity, named.name) for named in content.inquiries] == [
        ("product", "CC Products"),
        ("inventory", "CC Inventory"),
        ("customer", "Buyers"),
    ]
    assert "price" in content.unticked and "product" not in content.unticked
    assert (content.address, content.header, content.has_secret) == (ADDRESS, "X-Connector-Secret", False)


def test_active_fields_of_the_schema_become_columns(app: Flask) -> None:
    with db.saving() as session:
        for name, extra in (("TaxCategory", {}), ("Attributes/SIZE", {}), ("Odd", {}), ("MSRP", {"missing": True})):
            row = SchemaField(connector_id="ONE", side="erp", entity="product", name=name, active=True, **extra)
            session.add(row)
    product = made().inquiries[0]
    added = [(column.field, column.caption) for column in product.inquiry.columns[-2:]]
    assert added == [("SIZE_Attributes", "SIZE"), ("taxCategoryID", "TaxCategory")]
    assert product.unnamed == ("Odd",) and all(column.field != "recPrice" for column in product.inquiry.columns)


def test_each_column_is_of_a_table_that_is_there_and_only_dates_are_not_tracked() -> None:
    for inquiry in inquiries.INQUIRIES:
        aliases = {table.alias for table in inquiry.tables}
        assert {column.table for column in inquiry.columns} <= aliases, inquiry.entity
        assert {join.child for join in inquiry.joins} == aliases - {inquiry.tables[0].alias}, "every table is joined"
        assert len({column.name for column in inquiry.columns}) == len(inquiry.columns), (
            "columns have names of their own"
        )
        idle = [column for column in inquiry.columns if not column.tracked]
        assert [column.field for column in idle] == ["lastModifiedDateTime"], inquiry.entity
        assert all(not column.caption for column in idle)


def test_the_package_has_the_layout_that_an_import_needs(app: Flask) -> None:
    root = project(package.build(made(entities=EVERYTHING)))
    assert root.tag == "Customization" and root.find("PushNotification") is None
    for item in root:
        assert item.tag == "GenericInquiryScreen"
        assert item.find("data-set/relations") is not None and item.find("data-set/layout/table") is not None
        design = item.find("data-set/data/GIDesign/row")
        assert design is not None and design.get("ExposeViaOData") == "1"
        lines = [column.get("LineNbr") for column in design.iter("GIResult")]
        assert len(set(lines)) == len(lines) > 1
        assert all(relation.get("JoinType") == "L" for relation in design.iter("GIRelation")), "left joins only"
        assert design.find("GIGroupBy") is None


def test_the_package_says_what_the_guide_says(app: Flask) -> None:
    content = made(entities=EVERYTHING)
    designs = [row for item in project(package.build(content)) for row in item.iterfind("data-set/data/GIDesign/row")]
    assert [design.get("Name") for design in designs] == [named.name for named in content.inquiries]
    for design, named in zip(designs, content.inquiries, strict=True):
        columns = {(column.get("Field"), column.get("Caption") or "") for column in design.iter("GIResult")}
        assert columns == {(column.field, column.caption) for column in named.inquiry.columns}
        tables = {(table.get("Alias"), table.get("Name")) for table in design.iter("GITable")}
        assert tables == {(table.alias, table.name) for table in named.inquiry.tables}


def test_the_push_notification_goes_along_only_when_it_is_asked_for(app: Flask) -> None:
    content = made()
    secret = "a-secret-of-the-package"
    assert secret.encode() not in package.project(content, secret)
    root = ElementTree.fromstring(package.project(content, secret, notification=True))
    hook = root.find("PushNotification/data-set/data/PushNotificationsHook/row")
    assert hook is not None
    assert (hook.get("Address"), hook.get("HeaderName"), hook.get("HeaderValue")) == (
        ADDRESS,
        "X-Connector-Secret",
        secret,
    )
    designs = {row.get("DesignID") for row in root.iterfind("GenericInquiryScreen/data-set/data/GIDesign/row")}
    assert {source.get("DesignID") for source in hook.iter("PushNotificationsSource")} == designs


def test_equal_guides_give_equal_packages_and_names_fit(app: Flask) -> None:
    content = made()
    assert package.build(content) == package.build(content)
    assert package.name_of("ONE") == "CommerceConnectorONE"
    assert package.name_of("A-B") != package.name_of("AB") and package.name_of("A_B") != package.name_of("A-B")
    assert all(package.name_of(id).isalnum() for id in ("A-B", "a_b", "X" * 40))


@pytest.mark.parametrize("inquiry", inquiries.INQUIRIES, ids=lambda inquiry: inquiry.entity)
def test_the_sandbox_knows_each_inquiry_for_what_it_is(inquiry: inquiries.Inquiry) -> None:
    item = package.screen(guide.Named("Any name", inquiry))
    design = item.find("data-set/data/GIDesign/row")
    assert design is not None and customization.entity_of(design) == inquiry.entity


def test_one_inquiry_alone_is_what_the_clipboard_takes(app: Flask) -> None:
    root = ElementTree.fromstring(package.single(made().inquiries[0]))
    assert root.tag == "data-set" and root.find("data/GIDesign/row") is not None
