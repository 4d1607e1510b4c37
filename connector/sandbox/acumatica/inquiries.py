"""Inquiry forms, asked by PUT: stock per warehouse, quantities with their dates, sales prices.

Only the parameters travel in the body, the rows come with `$expand`. Source: facts/ACUMATICA.md, sections
2.6, 3.3 and 3.4.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from connector.sandbox.acumatica.erp import Erp
from connector.sandbox.acumatica.filters import moment
from connector.sandbox.acumatica.model import fields, show, when
from connector.sandbox.acumatica.values import plain

Row = dict[str, Any]
SUMMARY = fields(
    String="BaseUOM LocationID LotSerialNbr Subitem WarehouseID", DateTime="ExpirationDate",
    Decimal="EstimatedTotalCost EstimatedUnitCost QtyAvailable QtyAvailableForShipment QtyNotAvailable QtyOnHand",
)  # fmt: skip
STORAGE = fields(
    String="InventoryID WarehouseID", Decimal="QtyAvailable QtyAvailableforIssue QtyHardAvailable QtyOnHand",
    DateTime="LastModifiedDateofWarehouseQty",
)  # fmt: skip
OLD_STORAGE = {  # the endpoints before 24.200 name the same columns differently
    "WarehouseID": "SiteID", "QtyOnHand": "SiteOnHand", "QtyAvailable": "SiteAvailable",
    "QtyHardAvailable": "SiteAvailableforShipping", "QtyAvailableforIssue": "SiteAvailableforIssue",
    "LastModifiedDateofWarehouseQty": "SiteLastModifiedDate",
}  # fmt: skip
AVAILABLE = fields(String="InventoryID", Decimal="QtyAvailable", DateTime="LastModifiedDateTime")
PRICE = fields(
    Decimal="BreakQty Price", Boolean="Promotion", Int="RecordID", Guid="NoteID",
    String="CurrencyID Description InventoryID PriceCode PriceType Tax TaxCalculationMode UOM Warehouse",
    DateTime="CreatedDateTime EffectiveDate ExpirationDate LastModifiedDateTime",
)  # fmt: skip
COMPANY = fields(
    String="BaseCurrencyID BranchCountry BranchID BranchName CompanyID CompanyName CompanyType",
    Boolean="BranchStatus CompanyStatus",
)
ALLOCATION = fields(
    Boolean="Expired",
    DateTime="AllocationDate",
    Decimal="Qty",
    String="AllocationType DocType Location LotSerialNbr Module",
)
PARAMETERS: dict[str, tuple[str, dict[str, str]]] = {  # inquiry: (detail, parameter and header fields)
    "InventorySummaryInquiry": (
        "Results",
        fields(Boolean="ExpandByLotSerialNbr", String="InventoryID LocationID Subitem WarehouseID"),
    ),
    "StorageDetailsInquiry": ("StorageDetails", fields(String="WarehouseID")),
    "InventoryQuantityAvailable": ("Results", fields(String="InventoryID", DateTime="LastModifiedDateTime")),
    "CompaniesStructure": ("Results", {}),
    "SalesPricesInquiry": (
        "SalesPriceDetails",
        fields(
            DateTime="EffectiveAsOf",
            String="InventoryID ItemClassID PriceClass PriceCode PriceManager PriceType TaxCalculationMode",
        ),
    ),
    "InventoryAllocationInquiry": (
        "Results",
        fields(
            String="BaseUnit InventoryID Location WarehouseID",
            Decimal="Available AvailableForIssue AvailableForShipping InTransit OnHand OnLocationNotAvailable"
            " PurchaseOrders PurchaseReceipts SOAllocated SOBackOrdered SOBooked SOPrepared SOShipped"
            " TotalAddition TotalDeduction",
        ),
    ),
}
LOWER = {name.lower(): name for name in PARAMETERS}


def answer(erp: Erp, name: str, body: Mapping[str, Any], expand: str, version: str) -> Row:
    """The filled form. `name` is the inquiry's name in any letter case. Raises FilterError for a bad date."""
    name = LOWER[name.lower()]
    detail, header = PARAMETERS[name]
    asked = {field: plain(body[field]) for field in header if field in body}
    rows, names = ROWS[name](erp, asked)
    if name == "StorageDetailsInquiry" and int(version[:2]) < 24:
        rows = [{OLD_STORAGE.get(field, field): value for field, value in row.items()} for row in rows]
        names = {OLD_STORAGE.get(field, field): kind for field, kind in names.items()}
    values = {**asked, **(totals(erp, asked) if name == "InventoryAllocationInquiry" else {})}
    if name == "InventorySummaryInquiry":
        values.setdefault("ExpandByLotSerialNbr", False)
    shown: Row = {
        "id": "00000000-0000-0000-0000-000000000001",
        "rowNumber": 1,
        "note": {"value": ""},
        **show(values, header),
    }
    if detail.lower() in {part.strip().lower() for part in expand.split(",")}:
        shown[detail] = [
            {
                "id": f"00000000-0000-0000-0000-{at + 1:012d}",
                "rowNumber": at,
                "note": None,
                **show(row, names),
                "custom": {},
            }
            for at, row in enumerate(rows, 1)
        ]
    return {**shown, "custom": {}}


def summary(erp: Erp, asked: Row) -> tuple[list[Row], dict[str, str]]:
    """Stock of one item; without an item there are no rows, whatever the warehouse."""
    key, warehouse = text(asked, "InventoryID"), text(asked, "WarehouseID")
    doc = erp.item(key)
    if not doc:
        return [], SUMMARY
    rows: list[Row] = [
        {
            "WarehouseID": name,
            "LocationID": "MAIN",
            "BaseUOM": doc["fields"].get("BaseUOM", "EA"),
            "QtyOnHand": row["on_hand"],
            "QtyAvailable": row["available"],
            "QtyAvailableForShipment": row["shipping"],
            "QtyNotAvailable": 0.0,
            "EstimatedUnitCost": doc["fields"].get("AverageCost"),
        }
        for name, row in sorted(erp.levels(key).items())
        if warehouse in ("", name.upper())
    ]
    return rows, SUMMARY


def storage(erp: Erp, asked: Row) -> tuple[list[Row], dict[str, str]]:
    """All stock of one warehouse (or of all), with the date of each quantity."""
    warehouse = text(asked, "WarehouseID")
    docs = erp.store.kind("item")
    stock = erp.store.kind("stock")
    pad = 30 if erp.switch("padded_ids") else 0
    return [
        {
            "InventoryID": docs[key]["fields"]["InventoryID"].ljust(pad),
            "WarehouseID": name,
            "QtyOnHand": row["on_hand"],
            "QtyAvailable": row["available"],
            "QtyHardAvailable": row["shipping"],
            "QtyAvailableforIssue": row["on_hand"],
            "LastModifiedDateofWarehouseQty": when(row["modified"]),
        }
        for key in sorted(stock)
        if key in docs
        for name, row in sorted(stock[key]["levels"].items())
        if warehouse in ("", name.upper())
    ], STORAGE


def available(erp: Erp, asked: Row) -> tuple[list[Row], dict[str, str]]:
    """Sum over all warehouses of one item, or of all items changed since a date."""
    key = text(asked, "InventoryID")
    since = moment(str(asked["LastModifiedDateTime"])) if asked.get("LastModifiedDateTime") else 0
    if not key and not since:
        return [], AVAILABLE
    rows: list[Row] = []
    for name in [key] if key else sorted(erp.store.kind("stock")):
        levels, doc = erp.levels(name), erp.item(name)
        changed = max((row["modified"] for row in levels.values()), default=0)
        if doc and levels and changed >= since:
            rows.append({"InventoryID": doc["fields"]["InventoryID"], "LastModifiedDateTime": when(changed),
                         "QtyAvailable": sum(row["available"] for row in levels.values())})  # fmt: skip
    return rows, AVAILABLE


def prices(erp: Erp, asked: Row) -> tuple[list[Row], dict[str, str]]:
    """Sales prices: the base price of each item, its promotion, and those for classes of customers and quantities."""
    key, of = text(asked, "InventoryID"), text(asked, "ItemClassID")
    kind, code = text(asked, "PriceType"), text(asked, "PriceCode")
    as_of = moment(str(asked["EffectiveAsOf"])) if asked.get("EffectiveAsOf") else None
    rows: list[Row] = []
    for doc in [erp.item(key)] if key else erp.items():
        if doc and (not of or doc["fields"].get("ItemClass", "").upper() == of):
            found = [row for row in _prices(erp, doc) if _in_force(row, as_of)]
            rows += [row for row in found if _asked(row, kind, code)]
    return rows, PRICE


def _prices(erp: Erp, doc: Row) -> list[Row]:
    of = doc["fields"]
    base = {
        "InventoryID": of["InventoryID"],
        "Description": of.get("Description"),
        "PriceType": "Base",
        "BreakQty": 0.0,
        "UOM": of.get("SalesUOM") or of.get("SalesUnit") or "EA",
        "CurrencyID": "USD",
        "Promotion": False,
        "RecordID": doc["number"],
        "Price": of.get("DefaultPrice"),
        "LastModifiedDateTime": when(doc["modified"]),
        "CreatedDateTime": when(doc["created"]),
    }
    key = of["InventoryID"].upper()
    extra = [row for kind in ("price", "classprice") for row in (erp.store.get(kind, key) or {"rows": []})["rows"]]
    return [base, *({**base, **row, "LastModifiedDateTime": when(row["modified"])} for row in extra)]


def _asked(row: Row, kind: str, code: str) -> bool:
    """Whether a price is of the type and for the code that were asked for."""
    same = kind in ("", "ALL PRICES") or row["PriceType"].upper() == kind
    return same and (not code or str(row.get("PriceCode") or "").upper() == code)


def _in_force(row: Row, as_of: int | None) -> bool:
    if as_of is None:
        return True
    start, end = row.get("EffectiveDate"), row.get("ExpirationDate")
    return (not start or moment(start) <= as_of) and (not end or moment(end) >= as_of)


def allocation(erp: Erp, asked: Row) -> tuple[list[Row], dict[str, str]]:
    return [], ALLOCATION


def totals(erp: Erp, asked: Row) -> Row:
    """The header of the allocation inquiry for an item, in one warehouse or in all."""
    warehouse = text(asked, "WarehouseID")
    rows = [row for name, row in erp.levels(text(asked, "InventoryID")).items() if warehouse in ("", name.upper())]
    if not rows:
        return {}
    sums = {name: sum(row[name] for row in rows) for name in ("on_hand", "available", "shipping")}
    booked = sums["on_hand"] - sums["available"]
    return {"OnHand": sums["on_hand"], "Available": sums["available"], "AvailableForShipping": sums["shipping"],
            "AvailableForIssue": sums["on_hand"], "SOBooked": booked, "TotalDeduction": booked, "TotalAddition": 0.0,
            "BaseUnit": "EA"}  # fmt: skip


def companies(erp: Erp, asked: Row) -> tuple[list[Row], dict[str, str]]:
    """The branches of the one company."""
    docs = erp.store.kind("branch")
    return [
        {"CompanyID": "COMPANY", "CompanyName": "Sandbox Trading", "CompanyStatus": True, "BaseCurrencyID": "USD",
         "CompanyType": "With Branches Not Requiring Balancing", "BranchID": name, "BranchStatus": True,
         "BranchName": docs[name]["AcctName"], "BranchCountry": "US"}
        for name in sorted(docs)
    ], COMPANY  # fmt: skip


def text(asked: Row, name: str) -> str:
    return str(asked.get(name) or "").strip().upper()


ROWS: dict[str, Callable[[Erp, Row], tuple[list[Row], dict[str, str]]]] = {
    "InventorySummaryInquiry": summary, "StorageDetailsInquiry": storage, "InventoryQuantityAvailable": available,
    "SalesPricesInquiry": prices, "InventoryAllocationInquiry": allocation,
    "CompaniesStructure": companies,
}  # fmt: skip
