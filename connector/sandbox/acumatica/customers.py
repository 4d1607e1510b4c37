"""Customers, their places and contacts: numbering, defaults from the class, overrides, attributes.

Addresses and contacts for bills and goods are those of the customer unless their override is on; without it what
is sent for them is dropped. Source: facts/ACUMATICA.md, sections 2.4 and 3.5.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from connector.sandbox.acumatica import checks, tree
from connector.sandbox.acumatica.answers import Problem, exception
from connector.sandbox.acumatica.documents import AUTOMATIC, Documents
from connector.sandbox.acumatica.entities import Doc
from connector.sandbox.acumatica.keeping import find, keep, node_of, remove
from connector.sandbox.acumatica.tree import Errors, Node
from connector.sandbox.acumatica.values import plain
from connector.sandbox.store import Unit

STATUSES = ("Prospect", "Active", "On Hold", "Credit Hold", "One-Time", "Inactive")
OF_CLASS = {"Terms": "Terms", "StatementCycleID": "StatementCycleID", "ShippingTerms": "ShippingTerms",
            "CurrencyID": "CurrencyID", "EnableCurrencyOverride": "EnableCurrencyOverride", "TaxZone": "TaxZoneID",
            "ShipVia": "ShipVia", "StatementType": "StatementType"}  # fmt: skip
LISTS = (("CustomerClass", "customerclass", "Customer Class"), ("Terms", "terms", "Terms"),
         ("StatementCycleID", "arstatementcycle", "Statement Cycle ID"), ("TaxZone", "taxzone", "Tax Zone"),
         ("PriceClassID", "customerpriceclass", "Price Class"), ("ShippingTerms", "shippingterm", "Shipping Terms"),
         ("ShippingZoneID", "shippingzones", "Shipping Zone"), ("WarehouseID", "warehouse", "Warehouse"))  # fmt: skip


class Customers(Documents):
    """Customer (AR303000)."""

    def defaults(self, body: Mapping[str, Any]) -> Node:
        of = str(plain(body.get("CustomerClass")) or "DEFAULT")
        group = self.erp.store.get("customerclass", of.strip().upper())
        taken = {name: group["fields"].get(source) for name, source in OF_CLASS.items()} if group else {}
        return {**taken, "CustomerClass": of, "Status": "Active", "CustomerCategory": "Organization",
                "StatementType": "Open Item", "LocationName": "Primary Location"}  # fmt: skip

    def settle(self, unit: Unit, old: Doc | None, node: Node, body: Mapping[str, Any], errors: Errors) -> None:
        checks.required(node, [("CustomerName", "Account Name")], errors)
        checks.known(self.erp, node, LISTS, errors)
        checks.active_carrier(self.erp, node, errors)
        checks.one_of(node, "Status", STATUSES, errors)
        if "value" in (body.get("Email") or {}):
            node["MainContact"] = {**node.get("MainContact", {}), "Email": node.get("Email")}
        node.pop("Email", None)
        main = node.setdefault("MainContact", {})
        main.setdefault("FullName", node.get("CustomerName"))
        contact_checks(main, errors, ("MainContact",))
        attributes_checked(self.erp, node, errors)
        if not errors and old is None:
            node["CustomerID"] = self._number(unit, node)
            node["BAccountID"] = 5000 + unit.count("BACCOUNT")

    def _number(self, unit: Unit, node: Node) -> str:
        mode = self.erp.switch("customer_numbering")
        sent = str(node.get("CustomerID") or "").strip().upper()
        if sent not in ("", "<NEW>") and mode != "auto":
            return sent
        if mode == "manual":
            raise Problem(exception("'Customer ID' cannot be empty.", status=422))
        if self.erp.switch("numbering_broken"):
            text = "Cannot generate the next number for the CUSTOMER sequence."
            raise Problem(exception(text, "PX.Objects.CS.AutoNumberException"))
        while True:
            number = f"C{unit.count('CUSTOMER'):07d}"
            if unit.get("customer", number) is None:
                return number

    def keep(self, unit: Unit, old: Doc | None, node: Node, body: Mapping[str, Any]) -> Doc:
        rows = node.pop("Contacts", [])
        for part in ("Billing", "Shipping"):
            overridden(node, part)
        doc = super().keep(unit, old, node, body)
        if old is None:
            keep(self.erp, unit, "CustomerLocation", main_place(doc["fields"]["CustomerID"]))
        for row in rows:
            if row.get("Contact"):
                self._contact(unit, doc["fields"]["CustomerID"], row)
        return doc

    def _contact(self, unit: Unit, customer: str, row: Node) -> None:
        found = find(self.erp, "Contact", row["ContactID"], unit=unit) if row.get("ContactID") else None
        number = found["fields"]["ContactID"] if found else next_contact(unit)
        node = {**(node_of(found) if found else {"Active": True}), **row["Contact"]}
        keep(self.erp, unit, "Contact", {**named(node), "ContactID": number, "BusinessAccount": customer})

    def node(self, doc: Doc) -> Node:
        return whole(super().node(doc))

    def branches(self, doc: Doc, node: Node, expand: tree.Paths) -> Node:
        asked = {name.lower() for name in expand}
        if "attributes" in asked:
            node["Attributes"] = attributes(self.erp, node)
        if "contacts" in asked and "Contacts" not in doc["details"]:
            mine = str(doc["fields"]["CustomerID"])
            found = [
                one for one in self.erp.store.kind("contact").values() if one["fields"].get("BusinessAccount") == mine
            ]
            node["Contacts"] = [{"id": one["id"], "ContactID": one["fields"]["ContactID"], "Contact": node_of(one)}
                                for one in found]  # fmt: skip
        return node

    def delete(self, doc: Doc, unit: Unit) -> None:
        """Refused while orders refer to the customer."""
        name = doc["fields"]["CustomerID"]
        if any(order["fields"].get("CustomerID") == name for order in self.erp.store.kind("salesorder").values()):
            raise Problem(exception(f"Customer '{name}' cannot be deleted because it is referenced in Sales Orders."))
        for kind, field in (("customerlocation", "Customer"), ("contact", "BusinessAccount")):
            for one in list(self.erp.store.kind(kind).values()):
                if one["fields"].get(field) == name:
                    unit.drop(kind, next(key for key, value in self.erp.store.kind(kind).items() if value is one))
        remove(self.erp, unit, doc)


class Places(Documents):
    """CustomerLocation (AR303020). The place MAIN takes its address from the customer unless it overrides it."""

    def defaults(self, body: Mapping[str, Any]) -> Node:
        return {"Active": True, "Default": False, "Status": "Active"}

    def settle(self, unit: Unit, old: Doc | None, node: Node, body: Mapping[str, Any], errors: Errors) -> None:
        customer = find(self.erp, "Customer", node.get("Customer"), unit=unit)
        if customer is None:
            errors.append((("Customer",), f"Customer '{node.get('Customer') or ''}' cannot be found in the system."))
            return
        node["Customer"] = customer["fields"]["CustomerID"]
        if old is None and node.get("LocationID") in AUTOMATIC:
            node["LocationID"] = f"LOC{unit.count('LOCATION:' + node['Customer']):04d}"
        node["LocationID"] = str(node["LocationID"]).strip().upper()
        node.setdefault("LocationName", node["LocationID"])
        node["Status"] = "Active" if node.get("Active") else "Inactive"
        checks.active_carrier(self.erp, node, errors)
        if not node.get("AddressOverride"):
            node["LocationContact"] = {k: v for k, v in (node.get("LocationContact") or {}).items() if k != "Address"}
        if not node.get("ContactOverride"):
            address = (node.get("LocationContact") or {}).get("Address")
            node["LocationContact"] = {"Address": address} if address else {}

    def node(self, doc: Doc) -> Node:
        found = super().node(doc)
        customer = find(self.erp, "Customer", doc["fields"].get("Customer"))
        if customer:
            whole_ = whole(node_of(customer))
            from_ = whole_["ShippingContact"] if found.get("LocationID") == "MAIN" else whole_["MainContact"]
            found["LocationContact"] = {**from_, **(found.get("LocationContact") or {})}
        return found


class Contacts(Documents):
    """Contact (CR302000)."""

    def defaults(self, body: Mapping[str, Any]) -> Node:
        return {"Active": True, "Status": "Active"}

    def settle(self, unit: Unit, old: Doc | None, node: Node, body: Mapping[str, Any], errors: Errors) -> None:
        checks.required(node, [("LastName", "Last Name")], errors)
        contact_checks(node, errors, ())
        checks.known(self.erp, node, [("BusinessAccount", "customer", "Business Account")], errors)
        if not errors:
            node["ContactID"] = old["fields"]["ContactID"] if old else next_contact(unit)
            node.update(named(node))

    def _target(self, body: Mapping[str, Any], text: str) -> Doc | None:
        found = super()._target(body, text)
        if found is None and plain(body.get("ContactID")) not in AUTOMATIC:
            raise Problem(exception("No entity satisfies the condition."))
        return found


def next_contact(unit: Unit) -> int:
    return 100_000 + unit.count("CONTACT")


def named(node: Node) -> Node:
    """A contact with the name that lists show."""
    name = " ".join(part for part in (node.get("FirstName"), node.get("LastName")) if part)
    return {**node, "DisplayName": name or node.get("FullName")}


def main_place(customer: str) -> Node:
    return {"Customer": customer, "LocationID": "MAIN", "LocationName": "Primary Location", "Active": True,
            "Default": True, "Status": "Active"}  # fmt: skip


def overridden(node: Node, part: str) -> None:
    """Drop what was sent for bills or goods without its override."""
    contact = dict(node.get(f"{part}Contact") or {})
    address = contact.pop("Address", None) if node.get(f"{part}AddressOverride") else None
    kept = contact if node.get(f"{part}ContactOverride") else {}
    kept.pop("Address", None)
    node[f"{part}Contact"] = {**kept, **({"Address": address} if address else {})}


def whole(node: Node) -> Node:
    """A customer with the e-mail on top and the contacts for bills and goods filled from the main one."""
    main = named(node.get("MainContact") or {})
    filled = {**node, "Email": main.get("Email"), "MainContact": main}
    for part in ("Billing", "Shipping"):
        own = node.get(f"{part}Contact") or {}
        filled[f"{part}Contact"] = {**main, **{name: value for name, value in own.items() if value not in (None, {})}}
        for flag in ("AddressOverride", "ContactOverride"):
            filled.setdefault(f"{part}{flag}", False)
    return filled


def contact_checks(node: Node, errors: Errors, at: tuple[str | int, ...]) -> None:
    country = (node.get("Address") or {}).get("Country")
    if country and (len(country.strip()) != 2 or not country.strip().isalpha()):
        errors.append(((*at, "Address", "Country"), f"Country '{country}' cannot be found in the system."))
    if node.get("Email") and "@" not in node["Email"]:
        errors.append(((*at, "Email"), "The email address is not valid."))


def attributes_checked(erp: Any, node: Node, errors: Errors) -> None:
    """Attributes must be those of the class; a drop-down takes one of its values."""
    group = erp.store.get("customerclass", str(node.get("CustomerClass") or "").upper())
    allowed = {row["AttributeID"] for row in group["details"].get("Attributes", ())} if group else set()
    for at, row in enumerate(node.get("Attributes") or ()):
        code = str(row.get("AttributeID") or "")
        if code.upper() not in allowed:
            errors.append((("Attributes", at, "AttributeID"), f"Attribute '{code}' cannot be found in the system."))
            continue
        row["AttributeID"] = code.upper()
        definition = erp.store.get("attributedefinition", code.upper())
        choices = {value["ValueID"] for value in definition["details"].get("Values", ())} if definition else set()
        given = [part for part in str(row.get("Value") or "").split(",") if part] if choices else []
        if any(part.strip() not in choices for part in given):
            errors.append((("Attributes", at, "Value"), f"Value '{row['Value']}' cannot be found in the system."))


def attributes(erp: Any, node: Node) -> list[Node]:
    """All attributes of the class, with the values that the customer has."""
    group = erp.store.get("customerclass", str(node.get("CustomerClass") or "").upper())
    own = {row["AttributeID"]: row for row in node.get("Attributes") or ()}
    listed = group["details"].get("Attributes", ()) if group else ()
    return [
        {"id": row["id"], "AttributeID": row["AttributeID"], "AttributeDescription": row["Description"],
         "Required": row["Required"], "IsActive": True, **own.get(row["AttributeID"], {})}
        for row in listed
    ]  # fmt: skip
