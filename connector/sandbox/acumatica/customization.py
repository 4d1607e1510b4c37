"""Customization projects: imported, published together, and what they put into the site.

A project holds items as XML. Generic inquiries and push notifications really come into being when it is
published: the inquiries answer over OData and their notifications are sent. Publishing without merging leaves
only the listed projects published, and it ends every session. Sources: facts/ACUMATICA.md, sections 6.1 to 6.3.
"""

from __future__ import annotations

import base64
import binascii
import io
import re
import zipfile
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

Log = list[dict[str, str]]
DEFAULT: dict[str, Any] = {"projects": {}, "published": ["BranchReports"], "running": None}
NAME = re.compile(r"[A-Za-z][A-Za-z0-9]*")
LARGEST = 5_000_000  # bytes of project.xml
NULL = "Object reference not set to an instance of an object."
SIGNS = (  # (a table or field that only this inquiry has, what its notifications are about); the first that fits
    ({"PX.Objects.IN.INSiteStatus"}, "inventory"),
    ({"PX.Objects.IN.RelatedItems.INRelatedInventory"}, "relation"),
    ({"PX.Objects.IN.INCategory"}, "category"),
    ({"PX.Objects.SO.SOOrder"}, "order_status"),
    ({"PX.Objects.SO.SOShipment"}, "shipment"),
    ({"PX.Objects.AR.ARInvoice"}, "invoice"),
    ({"PX.Objects.AR.Customer"}, "customer"),
    ({"PX.Objects.IN.InventoryItem", "basePrice", "recPrice"}, "price"),
    ({"PX.Objects.IN.InventoryItem", "InventoryItem.isTemplate"}, "composite"),
    ({"PX.Objects.IN.InventoryItem", "visibility"}, "product_status"),
    ({"PX.Objects.IN.InventoryItem"}, "product"),
)


class Broken(Exception):
    """The project cannot be taken in; the text is what the log says."""


class Projects:
    """The projects of one site. `system` is the ERP that they change."""

    def __init__(self, system: Any) -> None:
        self.system = system

    @property
    def state(self) -> dict[str, Any]:
        return {**DEFAULT, **self.system.store.setting("customization", {})}

    def keep(self, **changes: Any) -> dict[str, Any]:
        state = {**self.state, **changes}
        self.system.store.set("customization", state)
        return state

    def take(self, body: Mapping[str, Any]) -> Log:
        """`import`: a project comes in, or takes the place of the one of that name."""
        name, replace = str(body.get("projectName") or ""), bool(body.get("isReplaceIfExists"))
        projects = self.state["projects"]
        if not NAME.fullmatch(name):
            return log("error", "The project name can contain only letters and digits.")
        if name in projects and not replace:
            return log("error", f"The project {name} already exists.")
        try:
            text = unpacked(str(body.get("projectContentBase64") or ""))
            parsed(text)
        except Broken as error:
            return log("error", str(error))
        self.keep(projects={**projects, name: text})
        return log("information", f"{'Replace' if name in projects else 'Create new'} project: {name}")

    def begin(self, body: Mapping[str, Any]) -> Log:
        """`publishBegin`: which projects will be published is settled here."""
        names = [str(name) for name in body.get("projectNames") or ()]
        state = self.state
        unknown = [name for name in names if name not in state["projects"] and name not in state["published"]]
        if unknown or not names:
            return log("error", f"The project {', '.join(unknown)} has not been found." if names else "No project.")
        if state["running"]:
            return log("error", "Publication is already in progress.")
        kept = state["published"] if body.get("isMergeWithExistingPackages") else []
        wanted = [*kept, *(name for name in names if name not in kept)]
        only = bool(body.get("isOnlyValidation"))
        polls = int(self.system.erp.switch("publish_polls"))
        self.keep(running={"wanted": wanted, "polls": polls, "only": only})
        return log("information", "Publishing has started.")

    def end(self) -> dict[str, Any]:
        """`publishEnd`: not complete for a few times, then the last steps run and the site restarts."""
        running = self.state["running"]
        if not running:
            return {"isCompleted": True, "isFailed": False, "log": log("warning", "Nothing is being published.")}
        if running["polls"] > 0:
            self.keep(running={**running, "polls": running["polls"] - 1})
            return {"isCompleted": False, "isFailed": False, "log": log("information", "Compiling.")}
        said = str(self.system.erp.switch("publish_error"))
        self.keep(running=None)
        if said:
            return {"isCompleted": True, "isFailed": True, "log": log("error", said)}
        if not running["only"]:
            self.publish(running["wanted"])
        return {"isCompleted": True, "isFailed": False, "log": log("information", "The website has been updated.")}

    def publish(self, names: list[str]) -> None:
        projects = self.keep(published=names)["projects"]
        for name in names:
            if name in projects:
                self.apply(parsed(projects[name]))
        self.system.sessions.drop_all()

    def apply(self, root: Element) -> None:
        """What the items of a project make of the site."""
        found = {design.get("DesignID", ""): design for design in root.iterfind("GenericInquiryScreen//GIDesign/row")}
        inquiries = {entity_of(design): design.get("Name", "") for design in found.values()}
        queries = {
            **self.system.store.push["queries"],
            **{entity: name for entity, name in inquiries.items() if entity},
        }
        changes: dict[str, Any] = {"queries": queries}
        hook = root.find("PushNotification//PushNotificationsHook/row")
        if hook is not None and self.system.erp.switch("push_items"):
            changes |= {"address": hook.get("Address", ""), "header": hook.get("HeaderName", ""),
                        "value": hook.get("HeaderValue", ""), "active": hook.get("Active") == "1"}  # fmt: skip
        self.system.sender.configure(changes)

    def names(self) -> dict[str, Any]:
        """`getPublished`."""
        state = self.state
        items = [
            {"key": design.get("Name"), "screenId": "", "type": "GenericInquiryScreen"}
            for name in state["published"]
            if name in state["projects"]
            for design in parsed(state["projects"][name]).iterfind("GenericInquiryScreen//GIDesign/row")
        ]
        return {"projects": [{"name": name} for name in state["published"]], "items": items, "log": []}

    def unpublish_all(self) -> Log:
        self.keep(published=[], running=None)
        self.system.sessions.drop_all()
        return log("information", "Cleaning up the database")

    def delete(self, name: str) -> Log:
        state = self.state
        if name not in state["projects"]:
            return log("error", f"The project {name} has not been found.")
        if name in state["published"]:
            return log("error", f"The project {name} is published and cannot be deleted.")
        self.keep(projects={key: text for key, text in state["projects"].items() if key != name})
        return log("information", f"Delete project: {name}")


def unpacked(content: str) -> str:
    """project.xml out of the zip. Raises Broken."""
    try:
        with zipfile.ZipFile(io.BytesIO(base64.b64decode(content, validate=True))) as archive:
            if archive.getinfo("project.xml").file_size > LARGEST:
                raise Broken("The project is too large.")
            return archive.read("project.xml").decode("utf-8-sig")
    except (binascii.Error, zipfile.BadZipFile, KeyError, UnicodeDecodeError) as error:
        raise Broken("The content is not a customization project.") from error


def parsed(text: str) -> Element:
    """The project as XML. Comments break the import, and so does an item without relations or layout."""
    if "<!--" in text:
        raise Broken("Unable to cast object of type 'System.Xml.XmlComment' to type 'System.Xml.XmlElement'.")
    if "<!DOCTYPE" in text:
        raise Broken("For security reasons DTD is prohibited in this XML document.")
    try:
        root = ElementTree.fromstring(text)
    except ElementTree.ParseError as error:
        raise Broken(f"The XML is wrong: {error}") from error
    if root.tag != "Customization":
        raise Broken("The root element is not Customization.")
    for item in root.iter("data-set"):
        if item.find("relations") is None or item.find("layout") is None:
            raise Broken(NULL)
    return root


def entity_of(design: Element) -> str:
    """What the inquiry is about, by its tables, columns and conditions; "" for one that nothing here feeds."""
    there = set(_signs(design))
    return next((entity for signs, entity in SIGNS if signs <= there), "")


def _signs(design: Element) -> Iterator[str]:
    for table in design.iter("GITable"):
        yield table.get("Name", "")
    for column in design.iter("GIResult"):
        yield column.get("Field", "")
    for condition in design.iter("GIWhere"):
        yield condition.get("DataFieldName", "")


def log(kind: str, message: str) -> Log:
    stamp = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return [{"timestamp": stamp, "logType": kind, "message": message}]
