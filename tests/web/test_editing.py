"""Edit and send again: the fields, the difference, the reason; and what comes of it in the record's history."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

import pytest
from flask import Flask

from connector import events
from connector.errors import Retry
from connector.queue.reading import history
from connector.queue.repairing import overrides
from connector.records import Address, Line, Order, Record
from tests import rows
from tests.web import seed
from tests.web.operating import Desk, text_of
from tests.web.people import Client

LINE = Line("1", "MUG", Decimal(2), Decimal("12.50"))
SENT = Order("101", 7, customer_email="", shipping_method="flat", billing=Address("", city="Ulm"), lines=(LINE,))


@dataclass
class EditDesk(Desk):
    def read_source(self, connector: str, entity: str, key: str, direction: str) -> Record | None:
        self._maybe()
        return self.source_record

    source_record: Record | None = None


@pytest.fixture
def engine(app: Flask) -> EditDesk:
    seed.connector()
    engine = app.extensions["engine"] = EditDesk(source_record=SENT)
    rows.message(key="101", entity="order", direction="store_to_erp", status="failed", code="order.no_email")
    return engine


def stamp(html: str) -> str:
    found = re.search(r'name="stamp" value="([^"]+)"', html)
    assert found
    return found[1]


def send(operator: Client, **fields: str) -> str:
    """The form, the difference and the confirmation; the page where it ends."""
    first = operator.get("/messages/1/edit").text
    data = {"stamp": stamp(first), **{f"f:{path}": text for path, text in fields.items()}}
    shown = operator.post("/messages/1/edit", data=data)
    assert shown.status_code == 200 and "What is sent differently" in shown.text
    late = operator.post("/messages/1/edit", data={**data, "confirmed": "1"})
    assert late.status_code == 422 and "Say why" in late.text
    done = operator.post("/messages/1/edit", data={**data, "confirmed": "1", "reason": "The buyer called."})
    assert done.status_code == 303
    return operator.get(done.headers["Location"]).text


def test_an_edited_message_is_sent_again_with_who_and_why(engine: EditDesk, operator: Client) -> None:
    page = send(operator, **{"customer_email": "ann@example.com", "lines.0.sku": "CUP"})
    message = history.message(1)
    assert message is not None
    assert (message.status, message.origin, message.user) == ("pending", "edit", "otto")
    assert overrides.of([1]) == {1: {"customer_email": "ann@example.com", "lines.0.sku": "CUP"}}
    text = text_of(page)
    assert "lines.0.sku MUG CUP" in text and "The buyer called." in text
    record = text_of(operator.get("/records/DEMO/order/101").text)
    assert "By otto, message 1: The buyer called. (no try has taken it yet) 2 fields" in record
    found = {(row.user, row.details) for row in events.latest(people=True, text="edited for message 1")}
    assert any('"field": "lines.0.sku", "old": "MUG", "new": "CUP"' in details for _, details in found)


@pytest.mark.parametrize(
    ("path", "text", "said"),
    [
        ("lines.0.price", "twelve", "Write a number such as 12.50."),
        ("guest", "perhaps", "Write yes or no."),
        ("decimals", "2.5", "Write a whole number."),
        ("customer_email", "a\x00b", "cannot be kept"),
    ],
)
def test_a_wrong_value_is_told_at_its_field_and_kept(
    engine: EditDesk, operator: Client, path: str, text: str, said: str
) -> None:
    data = {"stamp": SENT.content_hash(), f"f:{path}": text}
    page = operator.post("/messages/1/edit", data=data)
    assert page.status_code == 422 and said in page.text
    assert "\x00" in text or f'value="{text}"' in page.text
    assert overrides.of([1]) == {}


def test_a_record_that_has_changed_meanwhile_is_looked_at_again(engine: EditDesk, operator: Client) -> None:
    data = {"stamp": "another", "f:customer_email": "ann@example.com"}
    page = operator.post("/messages/1/edit", data=data)
    assert page.status_code == 422 and "has changed in its source" in page.text
    assert 'value="ann@example.com"' in page.text


def test_nothing_changed_is_nothing_to_send(engine: EditDesk, operator: Client) -> None:
    page = operator.post("/messages/1/edit", data={"stamp": SENT.content_hash()})
    assert page.status_code == 422 and "Change at least one field." in page.text


def test_what_cannot_be_read_is_said(engine: EditDesk, operator: Client) -> None:
    engine.trouble = Retry("Magento cannot be reached.")
    assert "Magento cannot be reached." in operator.get("/messages/1/edit").text
    engine.trouble, engine.source_record = None, None
    assert "is not in its source any more" in operator.get("/messages/1/edit").text
    rows.message(key="102", entity="order", status="succeeded")
    assert "Only a message that has failed" in operator.get("/messages/2/edit").text


def test_a_viewer_may_not_edit(engine: EditDesk, viewer: Client) -> None:
    assert viewer.get("/messages/1/edit").status_code == 403
    assert "Edit and send again" not in viewer.get("/messages/1").text


def test_a_message_has_an_owner_and_notes_of_its_own(engine: EditDesk, operator: Client) -> None:
    assert operator.post("/messages/1/care", data={"owner": "olga", "pause": "4", "revision": "0"}).status_code == 303
    assert operator.post("/messages/1/note", data={"note": "Waits for the buyer."}).status_code == 303
    text = text_of(operator.get("/messages/1").text)
    assert "olga" in text and "Paused until" in text and "Waits for the buyer." in text
    assert "No order has failed" in operator.get("/failed/orders").text
    assert "Nothing has failed" in operator.get("/failed").text
    assert "101" in text_of(operator.get("/failed/orders?paused=1").text)
