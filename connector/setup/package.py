"""A customization project with the same inquiries as the guide: a zip that holds project.xml.

The layout of a generic inquiry follows exported projects (facts/ACUMATICA.md, section 6.2): `relations` and
`layout` are mandatory, comments are forbidden. No public project shows how a push notification is laid out
(section 6.3), so that part is only in the package when it is asked for. IDs come out of names: a second import
replaces, it does not double.
"""

from __future__ import annotations

import io
import re
import uuid
import zipfile
from collections.abc import Iterable, Mapping
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

from connector.setup.guide import Guide, Named
from connector.setup.inquiries import Column
from connector.systems.base import Package

SPACE = uuid.UUID("6f1b7a0e-52c4-5d0e-9a53-0d6e4f1c8a11")
LINKS = {
    "GIRelation (DesignID, ParentTable)": "GITable (DesignID, Alias)",
    "GIRelation (DesignID, ChildTable)": "GITable (DesignID, Alias)",
    "GIOn (DesignID, RelationNbr)": "GIRelation (DesignID, LineNbr)",
    "GIResult (DesignID)": "GIDesign (DesignID)",
    "GIResult (ObjectName, DesignID)": "GITable (Alias, DesignID)",
    "GITable (DesignID)": "GIDesign (DesignID)",
    "GIWhere (DesignID)": "GIDesign (DesignID)",
}
ZEROS = (
    "PageSize", "ExportTop", "NewRecordCreationEnabled", "MassDeleteEnabled", "AutoConfirmDelete",
    "MassRecordsUpdateEnabled", "MassActionsOnRecordsEnabled", "ExposeViaMobile", "ShowDeletedRecords",
)  # fmt: skip
WHEN = (1980, 1, 1, 0, 0, 0)  # equal content gives an equal file


def name_of(connector_id: str) -> str:
    """The name of a connector's project: letters and digits only, as the ERP wants it."""
    bare = re.sub(r"[^A-Za-z0-9]", "", connector_id)
    mark = "" if bare == connector_id else uuid.uuid5(SPACE, connector_id).hex[:6]
    return f"CommerceConnector{bare}{mark}"


def build(guide: Guide, secret: str = "", *, notification: bool = False) -> Package:
    """The package of a guide. With `notification` the push notification, its address and its secret go with it."""
    return Package(
        name=name_of(guide.connector_id),
        description=f"Generic inquiries of the commerce connector {guide.connector_id}",
        content=zipped(project(guide, secret, notification=notification)),
        queries=tuple(named.name for named in guide.inquiries),
    )


def zipped(text: bytes) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(zipfile.ZipInfo("project.xml", WHEN), text)
    return held.getvalue()


def project(guide: Guide, secret: str = "", *, notification: bool = False) -> bytes:
    """project.xml."""
    root = Element("Customization", {"level": "100", "description": guide.notification, "product-version": "24.200"})
    for named in guide.inquiries:
        root.append(screen(named))
    if notification:
        root.append(_push(guide, secret))
    return _text(root)


def single(named: Named) -> bytes:
    """One inquiry alone, as Clipboard > Import from XML on the Generic Inquiry form takes it."""
    return _text(screen(named)[0])


def _text(root: Element) -> bytes:
    ElementTree.indent(root)
    return bytes(ElementTree.tostring(root, encoding="utf-8", xml_declaration=True))


def screen(named: Named) -> Element:
    """The item of one generic inquiry."""
    item = Element("GenericInquiryScreen")
    head = {"format-version": "3", "relations-version": "20220426", "main-table": "GIDesign"}
    data = _data_set(item, head | {"stable-sharing": "True", "file-name": "(Name)"}, LINKS, _layout())
    design = SubElement(SubElement(data, "GIDesign"), "row", _design(named))
    lines = Lines(named)
    for table in named.inquiry.tables:
        lines.table(design, table.alias, table.name)
    for number, one in enumerate(named.inquiry.conditions, 1):
        field = f"{one.table}.{one.field}"
        fixed = {"Condition": "E ", "IsExpression": "0", "Value1": one.value, "Operation": "A"}
        SubElement(design, "GIWhere", {"LineNbr": str(number), "IsActive": "1", "DataFieldName": field, **fixed})
    return item


def _design(named: Named) -> dict[str, str]:
    id = str(uuid.uuid5(SPACE, named.name))
    return {"DesignID": id, "Name": named.name, "FilterColCount": "3", **dict.fromkeys(ZEROS, "0"),
            "ExposeViaOData": "1"}  # fmt: skip


class Lines:
    """Numbers the columns and joins of one inquiry while its tables are written."""

    def __init__(self, named: Named) -> None:
        self.named = named
        self.joins = 0
        self.places: Mapping[Column, int] = {column: at for at, column in enumerate(named.inquiry.columns, 1)}

    def table(self, design: Element, alias: str, name: str) -> None:
        table = SubElement(design, "GITable", {"Alias": alias, "Name": name})
        for join in self.named.inquiry.joins:
            if join.parent == alias:
                self._join(table, join.child, join.on)
        for column in self.named.inquiry.columns:
            if column.table == alias:
                self._column(table, column)

    def _join(self, table: Element, child: str, on: Iterable[tuple[str, str]]) -> None:
        self.joins += 1
        number = {"LineNbr": str(self.joins), "ChildTable": child, "IsActive": "1", "JoinType": "L"}
        relation = SubElement(table, "GIRelation", number)
        for at, (parent_field, child_field) in enumerate(on, 1):
            pair = {"ParentField": parent_field, "Condition": "E ", "ChildField": child_field, "Operation": "A"}
            SubElement(relation, "GIOn", {"LineNbr": str(at), **pair})

    def _column(self, table: Element, column: Column) -> None:
        place = str(self.places[column])
        caption = {"Caption": column.caption} if column.caption else {}
        first = "1" if place == "1" else "0"
        SubElement(
            table,
            "GIResult",
            {"LineNbr": place, "SortOrder": place, "IsActive": "1", "Field": column.field, **caption,
             "IsVisible": "1", "DefaultNav": first, "QuickFilter": "0", "FastFilter": first,
             "RowID": str(uuid.uuid5(SPACE, f"{self.named.name}/{column.name}"))},
        )  # fmt: skip


def _layout() -> Element:
    def table(name: str, uplink: str = "(DesignID) = (DesignID)", *children: Element) -> Element:
        element = Element("table", {"name": name, "uplink": uplink})
        element.extend(children)
        return element

    on = table("GIOn", "(DesignID, LineNbr) = (DesignID, RelationNbr)")
    relation = table("GIRelation", "(DesignID, Alias) = (DesignID, ParentTable)", on)
    result = table("GIResult", "(Alias, DesignID) = (ObjectName, DesignID)")
    design = Element("table", {"name": "GIDesign"})
    design.extend([table("GIWhere"), table("GITable", "(DesignID) = (DesignID)", relation, result)])
    return design


def _data_set(item: Element, head: Mapping[str, str], links: Mapping[str, str], layout: Element) -> Element:
    """The frame of every item: relations, layout, and the `data` that is returned."""
    data_set = SubElement(item, "data-set")
    relations = SubElement(data_set, "relations", dict(head))
    for here, there in links.items():
        SubElement(relations, "link", {"from": here, "to": there})
    SubElement(data_set, "layout").append(layout)
    return SubElement(data_set, "data")


def _push(guide: Guide, secret: str) -> Element:
    """The push notification, laid out like the other items: not confirmed by any exported project."""
    item = Element("PushNotification")
    source, tracked = "PushNotificationsSource", "PushNotificationsTrackingField"
    links = {
        f"{source} (HookId)": "PushNotificationsHook (HookId)",
        f"{tracked} (HookId, SourceLineNbr)": f"{source} (HookId, LineNbr)",
    }
    layout = Element("table", {"name": "PushNotificationsHook"})
    below = SubElement(layout, "table", {"name": source, "uplink": "(HookId) = (HookId)"})
    SubElement(below, "table", {"name": tracked, "uplink": "(HookId, LineNbr) = (HookId, SourceLineNbr)"})
    head = {"format-version": "3", "relations-version": "20160101", "main-table": "PushNotificationsHook"}
    data = _data_set(item, head, links, layout)
    hook = SubElement(SubElement(data, "PushNotificationsHook"), "row", {
        "HookId": str(uuid.uuid5(SPACE, f"hook/{guide.connector_id}")), "Name": guide.notification, "Active": "1",
        "Type": "WH", "Address": guide.address, "HeaderName": guide.header, "HeaderValue": secret,
    })  # fmt: skip
    for number, named in enumerate(guide.inquiries, 1):
        design = str(uuid.uuid5(SPACE, named.name))
        values = {"LineNbr": str(number), "Active": "1", "SourceType": "GI", "DesignID": design, "TrackAllFields": "0"}
        line = SubElement(hook, source, values)
        for column in named.tracked:
            SubElement(line, tracked, {"TableName": column.table, "FieldName": column.field})
    return item
