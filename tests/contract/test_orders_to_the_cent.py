"""Random orders of a shop on their way into the simulated ERP: there to the cent, or told line by line why not.

Only what the ERP itself has worked out counts (ORD-08..14, ORD-20). The till (`till.py`), the plug-ins and the ERP
share no code. `HYPOTHESIS_PROFILE=full` tries 5,000 orders.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from decimal import Decimal
from itertools import count
from typing import Any
from urllib.parse import urlsplit

import pytest
import responses
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st
from requests import PreparedRequest
from werkzeug.test import Client

from connector.clock import FakeClock
from connector.errors import Fail, Outcome
from connector.records import CUSTOMER, ORDER, PRODUCT, Order, Product
from connector.sandbox.acumatica.app import Acumatica as Sandbox
from connector.sync import catalogue, translate
from connector.sync.context import Context
from connector.sync.needs import Needs
from connector.systems import mapping
from connector.systems.acumatica import Acumatica
from connector.systems.acumatica.settings import SETTINGS
from connector.systems.base import clean_all
from tests.contract import till
from tests.contract.till import Buy, Cart
from tests.examples import examples
from tests.systems.magento.furniture import settled
from tests.systems.magento.shop import Shop, listing

D = Decimal
BASE = "https://erp.example"
VALUES = {"url": BASE, "tenant": "Company", "username": "admin", "password": "sandbox"}
ORDER_SETTINGS: dict[str, Any] = {
    "type": "SO", "payment_method": "CHECK", "cash_account": "CHECKING", "tax_id": "WEBTAX", "statuses": (),
    "shipping_terms": "FLATRATE", "warehouse": "MAIN", "branch": "MAIN", "gift_card_method": "GIFTCARD",
    "gift_card_account": "GIFTCARDS", "credit_method": "CHECK", "credit_account": "CHECKING",
}  # fmt: skip
FRESH = 250  # orders until the ERP is emptied: it looks through all payments each time


@dataclass(repr=False)
class Road:
    """Both systems over the wire, and what carries an order from one to the other."""

    erp: Acumatica
    sandbox: Sandbox
    shop: Shop
    customer: str = ""
    skus: list[str] = field(default_factory=list)
    virtual: str = "SV-001"
    numbers: Iterator[int] = field(default_factory=lambda: count(1))
    outcomes: Counter[str] = field(default_factory=Counter)

    def settings(self, **more: Any) -> dict[str, dict[str, Any]]:
        guests = {"guests": "account", "guest_account": self.customer}
        return {"order": {**ORDER_SETTINGS, **more}, "customer": guests}

    def send(self, cart: Cart, **more: Any) -> tuple[Fail | None, Order, Decimal, dict[str, Any]]:
        """(why it was parked, the order as the plug-in read it, what the buyer owes, the ERP's own document)."""
        number = f"{next(self.numbers):09d}"
        row, total = till.reckon(cart, number)
        self.shop._routes.pop(("GET", "/orders"), None)
        self.shop.answer("GET", "/orders", listing([row]))
        self.shop.sent.clear()
        preferences = self.settings(**more)
        read = self.shop.magento(preferences).read_many(ORDER, [number])[number]
        assert isinstance(read, Order)
        self.erp.erp.preferences = preferences
        tables = {"shipping_in": mapping.of([{"store": "flatrate_flatrate", "erp": "GROUND"}])}
        context = Context("DEMO", catalogue.find(ORDER), self.erp, self.erp, preferences, mappings=tables)
        made = translate.translate(context, Needs(context), [read], {}, set())[number]
        problem: Outcome | None = made if isinstance(made, Outcome) else None
        if problem is None:
            (done,) = self.erp.write_many([made], known={})  # type: ignore[list-item]
            problem = done.problem
        assert problem is None or isinstance(problem, Fail), problem
        return problem, read, total, self.booked(number)

    def booked(self, number: str) -> dict[str, Any]:
        """The ERP's own document of an order, as it keeps it."""
        kept = self.sandbox.store.kind("salesorder").values()
        return next((one for one in kept if one["fields"].get("ExternalRef") == number), {})


class Catcher:
    """Takes the shop's answering, so that one wire serves both systems."""

    def __init__(self) -> None:
        self.reply: Callable[[PreparedRequest], Any] = lambda request: (404, {}, "")

    def add_callback(self, _method: str, _pattern: Any, callback: Callable[[PreparedRequest], Any]) -> None:
        self.reply = callback


@pytest.fixture(scope="module")
def road() -> Iterator[Road]:
    sandbox, catcher = Sandbox(":memory:"), Catcher()
    outside = Client(sandbox.app, use_cookies=False)
    shop = settled(Shop(catcher))  # type: ignore[arg-type]

    def answer(request: PreparedRequest) -> Any:
        parts = urlsplit(request.url or "")
        if parts.netloc != "erp.example":
            return catcher.reply(request)
        told = outside.open(
            parts.path, method=request.method, query_string=parts.query, data=request.body,
            headers={name: str(value) for name, value in request.headers.items() if name != "Content-Length"},
        )  # fmt: skip
        return told.status_code, [(n, v) for n, v in told.headers if n != "Content-Length"], told.data

    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        for method in ("GET", "PUT", "POST", "DELETE"):
            mock.add_callback(method, re.compile(r".*"), callback=answer)
        erp = Acumatica(clean_all(SETTINGS, VALUES), clock=FakeClock(), preferences={})
        made = Road(erp, sandbox, shop)
        made.customer = next(change.key for change in erp.changed_since(CUSTOMER, None).changes)
        keys = [change.key for change in erp.changed_since(PRODUCT, None).changes]
        made.skus = [
            key
            for key, one in erp.read_many(PRODUCT, keys).items()
            if isinstance(one, Product) and one.active and one.stock_item
        ][:12]
        made.mock = mock  # type: ignore[attr-defined]
        yield made
        erp.close()
    sandbox.stop()


# --- carts


def cents(low: str, high: str, digits: int) -> st.SearchStrategy[Decimal]:
    return st.decimals(D(low), D(high), places=digits)


QUANTITIES = st.one_of(
    st.integers(1, 9).map(D), st.integers(10, 400).map(D), st.sampled_from([D("0.5"), D("2.25"), D("1.333")])
)
RATES = st.sampled_from([D(0), D(5), D("7.7"), D("8.25"), D(19), D(21), D(25)])
PERCENTS = st.sampled_from([D(0), D(0), D(10), D("12.5"), D(33), D(99), D(100)])
CURRENCIES = st.sampled_from([("USD", 2), ("USD", 2), ("EUR", 2), ("JPY", 0), ("JPY", 2), ("KWD", 3), ("KWD", 2)])


@st.composite
def buys(draw: st.DrawFn, digits: int, numbers: st.SearchStrategy[int]) -> Buy:
    kind = draw(st.sampled_from(till.KINDS))
    parts = draw(st.integers(1, 3)) if "bundle" in kind else 1
    whole = kind in ("configurable", "bundle", "fixed_bundle")
    return Buy(
        kind,
        tuple(f"#{draw(numbers)}" for _ in range(parts)),
        draw(st.integers(1, 60).map(D) if whole else QUANTITIES),
        draw(cents("0" if kind == "fixed_bundle" else "0.01" if digits else "1", "900", digits)),
        draw(RATES),
        draw(PERCENTS),
        tuple(draw(st.integers(1, 4)) for _ in range(parts)) if parts else (),
    )


@st.composite
def carts(draw: st.DrawFn, wrong: bool = False) -> Cart:
    currency, digits = draw(CURRENCIES)
    virtual = draw(st.integers(0, 9)) == 0
    found = draw(st.lists(buys(digits, st.integers(0, 11)), min_size=1, max_size=5))
    if virtual:
        found = [Buy("virtual", one.skus[:1], one.quantity, one.price, one.rate, one.percent) for one in found]
    names = ("gift_cards", "customer_balance", "reward_currency")
    credits = [(name, draw(cents("0.01" if digits else "1", "300", digits))) for name in names if draw(st.booleans())]
    return Cart(
        tuple(found),
        currency,
        digits,
        tax_in_price=draw(st.booleans()),
        cart_discount=draw(st.one_of(st.just(D(0)), cents("0", "120", digits))),
        shipping=D(0) if virtual else draw(st.one_of(st.just(D(0)), cents("0", "60", digits))),
        shipping_rate=draw(RATES),
        shipping_percent=draw(PERCENTS),
        credits=tuple(credits) if draw(st.integers(0, 2)) == 0 else (),
        wrapping=draw(st.one_of(st.just(D(0)), st.just(D(0)), cents("1", "9", digits))),
        wrong=draw(st.sampled_from(["total", "fee", "discount", "tax"])) if wrong else "",
        by=draw(st.integers(1, 500)) if wrong else 1,
    )


def named(road: Road, cart: Cart) -> Cart:
    """The cart with SKUs that the ERP has."""

    def own(one: Buy) -> tuple[str, ...]:
        return tuple(road.virtual if one.kind == "virtual" else road.skus[int(sku[1:])] for sku in one.skus)

    return replace(cart, buys=tuple(replace(one, skus=own(one)) for one in cart.buys))


def fresh(road: Road) -> None:
    """Empty the ERP of orders and payments now and then, and the wire of what went over it."""
    if sum(road.outcomes.values()) % FRESH == FRESH - 1:
        with road.sandbox.store.unit() as unit:
            for kind in ("salesorder", "payment"):
                for key in list(road.sandbox.store.kind(kind)):
                    unit.drop(kind, key)
        road.mock.calls.reset()  # type: ignore[attr-defined]


PROPERTY = {
    "deadline": None,
    "suppress_health_check": [HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
}


@settings(max_examples=examples(200, 4_000), **PROPERTY)  # type: ignore[arg-type]
@given(cart=carts())
def test_a_random_order_is_in_the_erp_to_the_cent(road: Road, cart: Cart) -> None:
    fresh(road)
    problem, read, total, kept = road.send(named(road, cart), fee_item=road.virtual)
    road.outcomes["parked" if problem else "booked"] += 1
    assert problem is None, problem.reason
    assert D(str(kept["fields"]["OrderTotal"])) == total
    assert len(kept["details"]["Details"]) == len(read.lines) + (1 if cart.wrapping else 0)
    paid = road.erp.read_many(ORDER, [f"SO/{kept['fields']['OrderNbr']}"]).popitem()[1]
    assert isinstance(paid, Order) and sum((one.amount for one in paid.payments), D(0)) == total
    event(f"{cart.currency} {cart.digits}, tax {'in' if cart.tax_in_price else 'out of'} the price")


@settings(max_examples=examples(60, 1_000), **PROPERTY)  # type: ignore[arg-type]
@given(cart=carts(wrong=True))
def test_an_order_that_contradicts_itself_is_parked_line_by_line(road: Road, cart: Cart) -> None:
    fresh(road)
    problem, read, _, kept = road.send(named(road, cart), fee_item=road.virtual)
    road.outcomes[f"parked: {problem.code}" if problem else "booked"] += 1
    assert problem is not None and problem.help
    assert all(line.sku in problem.reason for line in read.lines)
    assert not kept or kept["fields"]["Hold"], "what was booked all the same is on hold"


def test_a_fee_without_an_item_is_named_and_nothing_is_booked(road: Road) -> None:
    cart = Cart((Buy("simple", (road.skus[0],), D(2), D("9.99")),), wrapping=D("3.00"))
    problem, _, _, kept = road.send(cart)
    assert problem is not None and problem.code == "acumatica.unbooked"
    assert "Gift wrapping of 3.0 is not booked" in problem.reason and not kept


def test_where_the_settings_say_so_it_is_booked_on_hold(road: Road) -> None:
    """With the payment applied as far as the ERP's total goes, which refuses more."""
    cart = Cart((Buy("simple", (road.skus[0],), D(2), D("9.99")),), wrapping=D("3.00"))
    problem, _, total, kept = road.send(cart, on_difference="hold")
    assert problem is None and kept["fields"]["Hold"]
    assert D(str(kept["fields"]["OrderTotal"])) == total - 3
    assert kept["linked"]["Totals"]["UnpaidBalance"] == 0
