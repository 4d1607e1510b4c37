"""The second judge: is every order in the ERP once and to the cent, every shipment in the store once, everybody once?

A process of its own that shares no code with the product, nor with the sandbox, like `checker`: it reads both
journals and both final states over HTTP and prints what it found as JSON.

    python tests/torture/trade_checker.py http://127.0.0.1:8101 http://127.0.0.1:8102

missing_orders     an order of the store that the ERP has not got
double_orders      an order that was created in the ERP more than once
wrong_totals       an order whose total in the ERP is another one, to the cent
overpaid           an order with more money booked to it than it costs
unknown_orders     an order in the ERP for a number that the store never gave
missing_shipments  a confirmed shipment that the store was not told of
double_shipments   a shipment that the store was told of more than once
wrong_shipments    a shipment with other quantities than were sent
too_much           a row of an order of which more was shipped, or billed, than was ordered
unbilled           an order that was completely shipped and billed in the ERP and has no invoice in the store
missing_people     an e-mail address that is not on both sides
double_people      an e-mail address that is twice on one side
unlike_people      somebody whose tax number is not the same on both sides
strange_people     somebody whose tax number nobody has ever typed

The exit code is 1 when anything was found, 2 when the two could not be read.
"""

from __future__ import annotations

import json
import sys
import urllib.request
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

PAGE = 5000
CENT = 0.005
TOKEN = {"Authorization": "Bearer sandbox-token"}
FOUND = (
    "missing_orders", "double_orders", "wrong_totals", "overpaid", "unknown_orders", "missing_shipments",
    "double_shipments", "wrong_shipments", "too_much", "unbilled", "missing_people", "double_people",
    "unlike_people", "strange_people",
)  # fmt: skip
Lines = list[Mapping[str, Any]]


def orders(erp: Lines, placed: Lines) -> dict[str, list[Any]]:
    """`erp` is its journal; `placed` are the store's orders as REST shows them."""
    made: dict[str, list[float]] = defaultdict(list)
    paid: Counter[str] = Counter()
    total: dict[str, float] = {}
    for line in erp:
        after = line["after"] or {}
        number = str(after.get("ExternalRef") or "")
        if line["effect"] == "order_create" and number:
            made[number].append(after["OrderTotal"])
        elif line["effect"] == "payment_create":
            paid[number] += after.get("AppliedToOrders") or 0
    for one in placed:
        total[one["increment_id"]] = one["base_grand_total"]
    wrong = {number: found for number, found in made.items() if number in total}
    return {
        "missing_orders": sorted(total.keys() - made.keys()),
        "double_orders": [[number, len(found)] for number, found in sorted(made.items()) if len(found) > 1],
        "wrong_totals": [
            [number, found[0], total[number]] for number, found in sorted(wrong.items()) if off(found[0], total[number])
        ],
        "overpaid": [
            [number, round(paid[number], 2), total[number]]
            for number in sorted(total)
            if paid[number] > total[number] + CENT
        ],
        "unknown_orders": sorted(made.keys() - total.keys()),
    }


def shipments(erp: Lines, store: Lines, placed: Lines) -> dict[str, list[Any]]:
    """Shipments are recognised by the number of their parcel, which is used once."""
    sent = {
        track: quantities(line["after"]["lines"], "InventoryID", "ShippedQty")
        for line in erp
        if line["effect"] == "shipment_confirm"
        for track in line["after"]["tracks"]
    }
    told: dict[str, list[dict[str, float]]] = defaultdict(list)
    for line in store:
        if line["effect"] == "shipment":
            for track in line["after"]["tracks"] or ["(none)"]:
                told[track].append(quantities(line["after"]["items"], "sku", "qty"))
    return {
        "missing_shipments": sorted(sent.keys() - told.keys()),
        "double_shipments": [[track, len(found)] for track, found in sorted(told.items()) if len(found) > 1],
        "wrong_shipments": [
            [track, found[0], sent.get(track)] for track, found in sorted(told.items()) if found[0] != sent.get(track)
        ],
        "too_much": [
            [one["increment_id"], item["sku"], name]
            for one in placed
            for item in one["items"]
            for name in ("qty_shipped", "qty_invoiced")
            if (item.get(name) or 0) > item["qty_ordered"]
        ],
    }


def invoices(erp: Lines, booked: Lines, placed: Lines) -> list[str]:
    """Orders that are done and billed in the ERP, and still not billed in the store."""
    released = {line["key"] for line in erp if line["effect"] == "shipment_complete"}
    done = {
        str(one["fields"].get("ExternalRef"))
        for one in booked
        if one["fields"]["Status"] == "Completed"
        and one["shipments"]
        and all(row["ShipmentNbr"] in released for row in one["shipments"])
    }
    return sorted(
        one["increment_id"]
        for one in placed
        if one["increment_id"] in done and off(one.get("base_total_invoiced") or 0, one["base_grand_total"])
    )


def _typed_again(erp: Lines) -> Counter[str]:
    """How often the ERP's own people entered somebody who was there already: their double, not the connector's."""
    seen, again = set[str](), Counter[str]()
    for line in erp:
        if line["effect"] == "customer_create":
            email = mail(line["after"]["Email"])
            if email in seen and "/desk" in line["path"]:
                again[email] += 1
            seen.add(email)
    return again


def people(customers: Mapping[str, Any], shoppers: Lines, erp: Lines, store: Lines) -> dict[str, list[Any]]:
    """Everybody with an account in the store, and whom the ERP got since the start."""
    there = Counter(mail(one.get("Email")) for one in customers.values())
    here = Counter((mail(one["email"]), one["website_id"]) for one in shoppers)
    names = {email for email, _ in here}
    wanted = {
        mail(line["after"]["Email"]) for line in erp if line["effect"] == "customer_create" and "/desk" in line["path"]
    }
    typed = {""} | {
        str((line["after"] or {}).get(name) or "")
        for lines, name in ((erp, "TaxRegistrationID"), (store, "taxvat"))
        for line in lines
        if line["effect"].startswith("customer") and ("_sandbox" in line["path"] or name == "taxvat")
    }
    numbers = {mail(one.get("Email")): str(one.get("TaxRegistrationID") or "") for one in customers.values()}
    vats = {mail(one["email"]): str(one.get("taxvat") or "") for one in shoppers}
    return {
        "missing_people": sorted((names - there.keys()) | (wanted - names)),
        "double_people": sorted(email for email, number in (there - _typed_again(erp)).items() if number > 1 and email)
        + sorted(email for (email, _), number in here.items() if number > 1),
        "unlike_people": [
            [email, numbers.get(email), vat]
            for email, vat in sorted(vats.items())
            if email in numbers and numbers[email] != vat
        ],  # fmt: skip
        "strange_people": [
            [email, vat] for email, vat in sorted(vats.items()) if vat not in typed and not vat.startswith("TAX-")
        ],  # fmt: skip
    }


def quantities(rows: Iterable[Mapping[str, Any]], name: str, many: str) -> dict[str, float]:
    """Pieces by item."""
    found: Counter[str] = Counter()
    for row in rows:
        found[str(row[name])] += row[many]
    return {item: float(number) for item, number in sorted(found.items()) if number}


def off(one: float, other: float) -> bool:
    return abs(one - other) > CENT


def mail(text: Any) -> str:
    return str(text or "").strip().casefold()


def read(address: str) -> Any:
    with urllib.request.urlopen(urllib.request.Request(address, headers=TOKEN), timeout=60) as answer:
        return json.load(answer)


def journal(address: str) -> Lines:
    """Every line of a system's journal since its last reset, oldest first."""
    entries: Lines = []
    while True:
        after = entries[-1]["n"] if entries else 0
        page = read(f"{address}/_sandbox/journal?after={after}&limit={PAGE}")["entries"]
        entries += page
        if len(page) < PAGE:
            return entries


def rest(address: str, path: str) -> Lines:
    """All rows of a list of the store."""
    rows: Lines = []
    page = 1
    while True:
        asked = f"searchCriteria[pageSize]=100&searchCriteria[currentPage]={page}"
        found = read(f"{address}/rest/V1/{path}?{asked.replace('[', '%5B').replace(']', '%5D')}")
        rows += found["items"]
        if len(rows) >= found["total_count"]:
            return rows
        page += 1


def check(erp: str, store: str) -> dict[str, Any]:
    """Read both systems and judge. Both must be at rest."""
    theirs, ours = journal(erp), journal(store)
    placed = rest(store, "orders")
    booked = read(f"{erp}/_sandbox/desk/orders")
    found: dict[str, Any] = {**orders(theirs, placed), **shipments(theirs, ours, placed)}
    found["unbilled"] = invoices(theirs, booked, placed)
    customers = read(f"{erp}/_sandbox/desk/records/Customer")
    found |= people(customers, rest(store, "customers/search"), theirs, ours)
    found["counts"] = {
        "orders": len(placed),
        "shipments": sum(line["effect"] == "shipment_confirm" for line in theirs),
        "invoices": sum(line["effect"] == "invoice_release" for line in theirs),
        "people": sum(line["effect"].startswith("customer") for line in [*theirs, *ours]),
    }
    return found


def main(words: Sequence[str]) -> int:
    try:
        found = check(words[0].rstrip("/"), words[1].rstrip("/"))
    except OSError as error:
        print(json.dumps({"error": str(error)}))
        return 2
    print(json.dumps(found, ensure_ascii=False))
    return 1 if any(found[name] for name in FOUND) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
