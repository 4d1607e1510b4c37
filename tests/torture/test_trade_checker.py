"""The judge of orders, shipments and people: it must notice every kind of wrong."""

from __future__ import annotations

from typing import Any

from tests.torture import trade_checker as judge

PLACED = [{"increment_id": "1", "base_grand_total": 10.0, "items": [{"sku": "A", "qty_ordered": 2, "qty_shipped": 2}]}]


def made(number: str = "1", total: float = 10.0) -> dict[str, Any]:
    return {"effect": "order_create", "after": {"ExternalRef": number, "OrderTotal": total}}


def paid(amount: float) -> dict[str, Any]:
    return {"effect": "payment_create", "after": {"ExternalRef": "1", "AppliedToOrders": amount}}


def sent(track: str = "T1", many: int = 2) -> dict[str, Any]:
    after = {"tracks": [track], "lines": [{"InventoryID": "A", "ShippedQty": many}]}
    return {"effect": "shipment_confirm", "key": "000001", "after": after}


def told(track: str = "T1", many: int = 2) -> dict[str, Any]:
    return {"effect": "shipment", "after": {"tracks": [track], "items": [{"sku": "A", "qty": many}]}}


def found(verdict: dict[str, list[Any]]) -> list[str]:
    return [name for name, rows in verdict.items() if rows]


def test_orders_that_are_there_once_and_to_the_cent_are_clean() -> None:
    assert found(judge.orders([made(), paid(10.0)], PLACED)) == []


def test_every_wrong_order_is_found() -> None:
    assert found(judge.orders([], PLACED)) == ["missing_orders"]
    assert found(judge.orders([made(), made()], PLACED)) == ["double_orders"]
    assert found(judge.orders([made(total=10.01)], PLACED)) == ["wrong_totals"]
    assert found(judge.orders([made(), paid(10.0), paid(10.0)], PLACED)) == ["overpaid"]
    assert found(judge.orders([made(), made("2")], PLACED)) == ["unknown_orders"]


def test_every_wrong_shipment_is_found() -> None:
    assert found(judge.shipments([sent()], [told()], PLACED)) == []
    assert found(judge.shipments([sent()], [], PLACED)) == ["missing_shipments"]
    assert found(judge.shipments([sent()], [told(), told()], PLACED)) == ["double_shipments"]
    assert found(judge.shipments([sent()], [told(many=1)], PLACED)) == ["wrong_shipments"]
    over = [{**PLACED[0], "items": [{"sku": "A", "qty_ordered": 2, "qty_shipped": 3}]}]
    assert found(judge.shipments([sent()], [told()], over)) == ["too_much"]


def test_a_done_order_without_its_invoice_is_found() -> None:
    booked = [{"fields": {"ExternalRef": "1", "Status": "Completed"}, "shipments": [{"ShipmentNbr": "000001"}]}]
    done = [{"effect": "shipment_complete", "key": "000001"}]
    assert judge.invoices(done, booked, [{**PLACED[0], "base_total_invoiced": 0}]) == ["1"]
    assert judge.invoices(done, booked, [{**PLACED[0], "base_total_invoiced": 10.0}]) == []
    assert judge.invoices([], booked, [{**PLACED[0], "base_total_invoiced": 0}]) == []


def test_everybody_is_on_both_sides_once_and_says_the_same() -> None:
    def there(*rows: tuple[str, str]) -> dict[str, Any]:
        return {str(at): {"Email": mail, "TaxRegistrationID": vat} for at, (mail, vat) in enumerate(rows)}

    ann = {"email": "ann@example.com", "website_id": 1, "taxvat": "S1"}
    typed = [{"effect": "customer", "path": "/rest/V1/customers/1", "after": {"taxvat": "S1"}}]
    assert found(judge.people(there(("Ann@example.com", "S1")), [ann], [], typed)) == []
    assert found(judge.people({}, [ann], [], typed)) == ["missing_people"]
    both = there(("ann@example.com", "S1"), ("ann@example.com", "S1"))
    assert found(judge.people(both, [ann], [], typed)) == ["double_people"]
    ours, theirs = (
        {"effect": "customer_create", "path": path, "after": {"Email": "ann@example.com"}}
        for path in ("/entity/Default/Customer", "/_sandbox/desk/record")
    )
    assert found(judge.people(both, [ann], [ours, theirs], typed)) == [], "the ERP's own people entered her again"
    assert found(judge.people(both, [ann], [theirs, ours], typed)) == ["double_people"]
    assert found(judge.people(there(("ann@example.com", "S1")), [ann, ann], [], typed)) == ["double_people"]
    assert found(judge.people(there(("ann@example.com", "E9")), [ann], [], typed)) == ["unlike_people"]
    assert found(judge.people(there(("ann@example.com", "S1")), [ann], [], [])) == ["strange_people"]
