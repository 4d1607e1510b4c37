"""What records beyond the items are made of: fields, linked records and rows, by the name that the swagger gives them.

A node is a plain dict: values under field names, one node under a linked name, a list of nodes under a detail.
The names themselves are in shapes_people, shapes_lists, shapes_sales and shapes_shipping.
Source: facts/ACUMATICA.md, sections 3.1, 3.5 and 3.6.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

ROW_KEYS: dict[str, str] = {  # shape: the fields that tell its rows apart; the others are told apart by id alone
    "AttributeValue": "AttributeID", "BCRoleAssignment": "RoleAssignmentID", "CustomerContact": "ContactID",
    "BusinessAccountClassAttributeDetail": "AttributeID", "CategoryStockItem": "CategoryID",
    "BusinessAccountPaymentInstructionDetail": "PaymentInstructionsID", "InventoryFileUrls": "FileURL",
    "KitNonStockComponent": "NonStockInventoryID", "KitStockComponent": "StockInventoryID",
    "MatrixItems": "InventoryID", "PaymentMethodAllowedCashAccountDetail": "CashAccount",
    "PaymentMethodProcessingCenterDetail": "ProcCenterID", "SalesOrderDetail": "LineNbr",
    "TaxDetail": "TaxID", "SalesOrderPayment": "DocType ReferenceNbr", "PaymentOrderDetail": "OrderType OrderNbr",
    "PaymentDetail": "DocType ReferenceNbr", "ShipmentDetail": "LineNbr", "ShipmentPackage": "LineNbr",
    "SalesInvoiceDetail": "LineNbr", "TaxZoneApplicableTaxDetail": "TaxID", "TemplateItemVendorDetail": "VendorID",
    "Units": "FromUOM ToUOM",
}  # fmt: skip
DERIVED = {  # what the ERP works out itself: ignored on input, without a word
    "SalesOrderDetail": "LineNbr ExtendedPrice Amount OpenQty QtyOnShipments UnbilledAmount DiscountedUnitPrice"
    " Completed NoteID LastModifiedDate LineType AverageCost",
    "SalesOrderPayment": "NoteID Status Balance TransferredtoInvoice",
    "SalesOrderShipment": "ShipmentNbr",
    "ShipmentDetail": "LineNbr OrderedQty OriginalQty OpenQty OrderType OrderNbr OrderLineNbr InventoryID Description",
    "ShipmentPackage": "LineNbr NoteID",
    "Totals": "LineTotalAmount MiscTotalAmount DiscountTotal TaxTotal UnpaidBalance UnbilledAmount UnbilledQty"
    " FreightCost OrderWeight OrderVolume PackageWeight",
    "Contact": "DisplayName LastModifiedDateTime NoteID",
}


@dataclass(frozen=True)
class Shape:
    """One kind of node. `since` names the fields that older endpoints have not, with the major version."""

    name: str
    fields: Mapping[str, str]
    linked: Mapping[str, str] = field(default_factory=dict)
    details: Mapping[str, str] = field(default_factory=dict)
    since: Mapping[str, int] = field(default_factory=dict)

    @property
    def row_key(self) -> tuple[str, ...]:
        return tuple(ROW_KEYS.get(self.name, "").split())

    @property
    def derived(self) -> frozenset[str]:
        return frozenset(DERIVED.get(self.name, "").split())

    def fields_of(self, version: str) -> dict[str, str]:
        major = int(version[:2])
        return {name: kind for name, kind in self.fields.items() if self.since.get(name, 0) <= major}


SHAPES: dict[str, Shape] = {}


def shape(
    name: str,
    links: Mapping[str, str] | None = None,
    rows: Mapping[str, str] | None = None,
    since: Mapping[str, int] | None = None,
    /,
    **kinds: str,
) -> None:
    """Note a shape: its fields by type (`String="A B"`), what it links to, its details, what is newer than 22.200."""
    names = {one: kind for kind, listed in kinds.items() for one in listed.split()}
    SHAPES[name] = Shape(name, names, links or {}, rows or {}, since or {})
