"""Customers, both ways: recognised by e-mail, written with their addresses, group and attributes.

facts/MAGENTO.md, customers. One e-mail may be used in several websites: it is never the first of them that is
taken. REST knows no inactive customer and no password is sent. What the ERP calls a customer is noted in the
attribute `acu_customer_id` where the store has one (product/ENTITIES.md, customer).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, ClassVar

from connector.errors import Fail, Skip
from connector.records import CUSTOMER, Customer, Record
from connector.systems.base import Page, Written
from connector.systems.magento import addresses, mapped, schema
from connector.systems.magento.client import not_magento, reading
from connector.systems.magento.entity import Entity, gone, since_filter, version
from connector.systems.magento.errors import EMAIL_TAKEN

ERP_ID = "acu_customer_id"
HIDDEN = ("rp_token", "password_hash", "confirmation")
SYNC, AWAY = "customer_sync", "customer_deletion"


class Customers(Entity):
    """Reads and writes customers of one shop."""

    name: ClassVar[str] = CUSTOMER

    def read_many(self, keys: Sequence[str]) -> dict[str, Record]:
        numbers = [key for key in keys if key.isdigit()]
        rows = self.client.search_in("/customers/search", "entity_id", numbers)
        with reading("/customers/search"):
            found = [self.customer(row) for row in rows]
        return {one.key: one for one in found if one.key in keys}

    def changed_since(self, since: datetime | None, position: str) -> Page:
        return self._changes("/customers/search", key="id", number="id", filters=since_filter(since), position=position)

    def find_like(self, records: Sequence[Customer]) -> dict[str, Record]:
        """By e-mail, in the customer's website where it is known. Raises Fail when several customers would fit."""
        wanted = sorted({record.email.strip() for record in records if record.email.strip()})
        rows = self.client.search_in("/customers/search", "email", wanted)
        with reading("/customers/search"):
            found = [self.customer(row) for row in rows]
        return {record.key: hit for record in records if (hit := _one_of(record, found)) is not None}

    def write(self, record: Customer, target_id: str) -> Written:
        if not record.email:
            raise Fail(f"Customer {record.key} has no e-mail address.", code="magento.no_email")
        if not target_id:
            if not record.active:
                return Written(record.key, problem=Skip("The customer is not active and not in the store."))
            return self._create(record)
        try:
            held = self.client.get(f"/customers/{int(target_id)}")
        except Fail as word:
            if not gone(word):
                raise
            return self._create(record)  # deleted in the store: made anew
        return self._update(record, target_id, held)

    def delete(self, key: str, target_id: str) -> Written:
        """As the customer settings say: ignore, deactivate or delete. What is already gone is done."""
        how = str(self.shop.setting(CUSTOMER, "deletion", "ignore"))
        if how != "delete":
            text = (
                "Magento's API cannot deactivate a customer, so it is left as it is."
                if how == "deactivate"
                else "Deleted customers are left in the store (customer settings)."
            )
            return Written(key, target_id, problem=Skip(text))
        try:
            self.client.call("DELETE", f"/customers/{int(target_id)}", action=AWAY)
        except Fail as word:
            if not gone(word):
                return Written(key, target_id, problem=word)
            return Written(key, target_id, fields={"notes": ["it was already gone"]})
        except ValueError:
            return Written(key, target_id, problem=Fail(f"{target_id} is no id of a customer in the store."))
        return Written(key, target_id, fields={"deleted": True})

    def customer(self, row: Mapping[str, Any]) -> Customer:
        """One customer of an answer. Raises KeyError, TypeError or ValueError for what is none."""
        found = addresses.read(row.get("addresses"))
        main = next((one for one in found if one.billing), found[0] if found else None)
        view = self.shop.directory.view(row.get("store_id"))
        raw = mapped.flat(row, without=HIDDEN)
        for which, flag in (("billing", "billing"), ("shipping", "shipping")):
            default = next((one for one in found if getattr(one, flag)), None)
            if default is not None:
                raw |= {f"{which}/{name}": value for name, value in _by_code(default).items() if value}
        return Customer(
            key=str(int(row["id"])),
            version=version(row.get("updated_at")),
            raw=tuple(sorted(raw.items())),
            target_id=str(int(row["id"])),
            email=str(row.get("email") or ""),
            first_name=str(row.get("firstname") or ""),
            last_name=str(row.get("lastname") or ""),
            company=main.company if main else "",
            phone=main.phone if main else "",
            vat_number=str(row.get("taxvat") or ""),
            group=self.shop.directory.groups().get(int(row.get("group_id") or 0), ""),
            currency=view.currency if view else "",
            reference=raw.get(ERP_ID, ""),
            store=view.code if view else "",
            website=self.shop.directory.website(row.get("website_id")),
            addresses=found,
        )

    def _create(self, record: Customer) -> Written:
        notes: list[str] = []
        body = self._body(record, [], notes)
        view = self.shop.directory.view(record.store) if record.store else None
        if view is None and record.website:
            view = self.shop.directory.view_of_website(record.website)
            if view is None:
                text = f"The store has no website {record.website} with a store view."
                raise Fail(text, code="magento.unknown_website", help="Correct the stores and branches mapping.")
        if view is not None:
            body |= {"store_id": int(view.id), "website_id": self.store.website_ids([view.website])[0]}
        else:
            body["website_id"] = self.store.website_ids([])[0]
        # the e-mail is unique for each website, which the address of the view decides (facts/MAGENTO.md, customers)
        code = view.code if view is not None else ""
        try:
            data = self.client.call("POST", "/customers", body={"customer": body}, view=code, action=SYNC).data
        except Fail as word:
            if word.code != EMAIL_TAKEN:
                raise
            return self._join(record, word)
        return self._written(record, data, body, notes, created=True)

    def _join(self, record: Customer, word: Fail) -> Written:
        """The customer has come since it was looked for: the buyer signed up, or another message of his was quicker."""
        found = self.find_like([record]).get(record.key)
        if found is None:
            raise word
        return self._update(record, found.key, self.client.get(f"/customers/{int(found.key)}"))

    def _update(self, record: Customer, target_id: str, held: Any) -> Written:
        notes: list[str] = []
        path = f"/customers/{int(target_id)}"
        with reading(path):
            rows = [dict(row) for row in held.get("addresses") or []]
            site = int(held.get("website_id") or 0)
        body = self._body(record, rows, notes)
        if site:
            body["website_id"] = site  # left out in the scope of all views the customer would change its website
        if not record.active:
            notes.append("Magento has no inactive customers: it stays as it is")
        data = self.client.call("PUT", path, body={"customer": body}, action=SYNC).data
        return self._written(record, data, body, notes, created=False)

    def _body(self, record: Customer, held: Sequence[Mapping[str, Any]], notes: list[str]) -> dict[str, Any]:
        first, last = _names(record)
        body: dict[str, Any] = {"email": record.email.strip(), "firstname": first, "lastname": last}
        if record.vat_number:
            body["taxvat"] = record.vat_number
        if record.group:
            number = self.shop.directory.group_id(record.group)
            if number is None:
                raise Fail(
                    f"The store has no customer group {record.group}.",
                    code="magento.unknown_group",
                    help="Correct the customer group mapping, or create the group in the store.",
                )
            body["group_id"] = number
        rows = addresses.bodies(record, held, self.shop.directory, notes)
        if rows is not None:
            body["addresses"] = rows
        self._attributes(record, body, notes)
        return body

    def _attributes(self, record: Customer, body: dict[str, Any], notes: list[str]) -> None:
        custom: dict[str, str] = {}
        known = self.shop.directory.attributes(CUSTOMER)
        if ERP_ID in known and record.key:
            custom[ERP_ID] = record.key
        top = schema.TOP[CUSTOMER]
        notes += mapped.write(
            record.mapped, top=top, attributes=known, into=body, custom=custom, locked=schema.READ_ONLY[CUSTOMER]
        )
        if custom:
            body["custom_attributes"] = [{"attribute_code": code, "value": value} for code, value in custom.items()]

    def _written(
        self, record: Customer, data: Any, body: Mapping[str, Any], notes: list[str], *, created: bool
    ) -> Written:
        if not isinstance(data, Mapping) or "id" not in data:
            raise not_magento("/customers")
        with reading("/customers"):
            seen = self.customer(data)
        wanted = [row for row in body.get("addresses", []) if isinstance(row, Mapping)]
        if len(seen.addresses) < len(wanted):
            notes.append("the store did not take every address")
        told = {name: value for name, value in body.items() if name not in ("addresses", "custom_attributes")}
        told |= {"addresses": len(wanted)} if wanted else {}
        told |= {row["attribute_code"]: row["value"] for row in body.get("custom_attributes", [])}
        if notes:
            told["notes"] = notes
        return Written(record.key, seen.key, created=created, fields=told, seen=seen)


def _one_of(record: Customer, found: Sequence[Customer]) -> Customer | None:
    """The customer with this e-mail (upper and lower case are one), in the record's website where it names one."""
    hits = [one for one in found if one.email.casefold() == record.email.strip().casefold()]
    if len(hits) > 1 and record.website:
        hits = [one for one in hits if one.website.casefold() == record.website.casefold()]
    if len(hits) > 1:
        named = ", ".join(f"{one.key} ({one.website or 'no website'})" for one in hits)
        raise Fail(
            f"Several customers of the store have the e-mail {record.email}: {named}.",
            code="magento.several_customers",
            help="Map the customer's branch to one website, or merge the accounts in the store.",
        )
    return hits[0] if hits else None


def _names(record: Customer) -> tuple[str, str]:
    """First and last name, which Magento wants both: out of the company's name where a person's is missing."""
    first, last = record.first_name.strip(), record.last_name.strip()
    if not first and not last:
        first, _, last = (record.company or record.email.partition("@")[0]).strip().partition(" ")
    return first or last, last or first


def _by_code(one: Any) -> dict[str, str]:
    return {
        "company": one.company, "street": ", ".join(one.lines), "city": one.city, "region": one.region_name,
        "region_code": one.region, "postcode": one.postcode, "country_id": one.country, "telephone": one.phone,
        "vat_id": one.vat_number,
    }  # fmt: skip
