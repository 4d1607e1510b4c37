"""What a shop's module tells: orders, customers and credit memos by their numbers, in whose words ever."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connector.errors import Invalid
from connector.systems.magento import push


def told(body: Any, **headers: str) -> list[tuple[str, str]]:
    found = push.parse(headers, json.dumps(body).encode())
    return [(one.entity, one.key) for one in found.changes]


@pytest.mark.parametrize(
    ("body", "wanted"),
    [
        ({"entity": "order", "key": "000000012"}, [("order", "000000012")]),
        ({"entity": "Order", "keys": ["1", "2", "1"]}, [("order", "1"), ("order", "2")]),
        ({"increment_id": "000000012", "entity_id": 7, "items": []}, [("order", "000000012")]),
        ({"order": {"increment_id": "12", "items": []}}, [("order", "12")]),
        ({"customer": {"id": 42, "email": "a@example.com"}}, [("customer", "42")]),
        ({"creditmemo": {"increment_id": "9", "order_id": 7}}, [("credit_memo", "9")]),
        ({"event": {"data": {"value": {"increment_id": "12"}}}, "event_id": "e"}, []),
        ({"event": {"data": {"value": {"order": {"increment_id": "12"}}}}}, [("order", "12")]),
    ],
)
def test_records_are_named_in_our_words_or_in_magentos(body: Any, wanted: list[tuple[str, str]]) -> None:
    if wanted:
        assert told(body) == wanted
    else:  # a number without the name of the thing, somewhere inside, could be anybody's
        with pytest.raises(Invalid):
            told(body)


def test_an_id_is_the_headers_or_the_bodys_and_without_one_nothing_is_a_repetition() -> None:
    body = json.dumps({"entity": "order", "key": "1", "id": "n-1"}).encode()
    assert push.parse({}, body).id == push.parse({}, body).id == "n-1"
    assert push.parse({"X-Notification-Id": "n-2"}, body).id == "n-2"
    bare = json.dumps({"order": {"increment_id": "1", "id": 7}}).encode()
    assert push.parse({}, bare).id != push.parse({}, bare).id


def test_when_it_changed_is_the_version() -> None:
    (change,) = push.parse({}, b'{"order": {"increment_id": "1", "updated_at": "2026-11-21 08:31:49"}}').changes
    assert change.version == 1795249909_000000


@pytest.mark.parametrize(
    "body",
    [b"", b"[]", b"{", b"\xff", b'{"entity": "order"}', b'{"entity": "order", "key": true}', b'{"product": {"id": 1}}',
     b'{"entity": "order", "keys": []}', json.dumps({"entity": "order", "keys": list(range(200))}).encode(),
     json.dumps({"entity": "order", "key": "1" * 200}).encode(),
     json.dumps({"entity": "order", "key": "1", "id": "x" * 200}).encode()],
)  # fmt: skip
def test_what_names_nothing_is_refused_with_a_sentence(body: bytes) -> None:
    with pytest.raises(Invalid) as caught:
        push.parse({}, body)
    assert caught.value.errors["body"].endswith(".")


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=9),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["entity", "key", "keys", "order", "data", "increment_id", "id"]), inner)
    ),
    max_leaves=12,
)


@settings(max_examples=150, deadline=None)
@given(body=anything)
def test_any_json_is_changes_or_a_refusal(body: Any) -> None:
    try:
        found = push.parse({}, json.dumps(body).encode())
    except Invalid:
        return
    assert all(one.key and len(one.key) <= push.LONGEST for one in found.changes)
