"""Marks and binds: whoever was not the last to mark may not claim to know what the store holds."""

from __future__ import annotations

from flask import Flask

from connector.sync import bindings

H1, H2 = "ffffffff" + "1" * 56, "ffffffff" + "2" * 56


def bound(key: str = "A") -> bindings.Bound:
    return bindings.get_many("DEMO", "price", [key])[key]


def bind(mark: bindings.Mark) -> None:
    bindings.bind("DEMO", "price", [mark], target_ids={mark.key: "7"}, fields={})


def test_a_mark_says_that_the_outcome_is_open_until_the_bind(any_app: Flask) -> None:
    mark = bindings.mark("DEMO", "price", {"A": H1}, {"A": 5})["A"]
    assert not bound().sure
    bind(mark)
    assert bound() == bindings.Bound("A", "7", H1, 5, True)


def test_the_first_of_two_writers_may_not_bind(any_app: Flask) -> None:
    first = bindings.mark("DEMO", "price", {"A": H1}, {"A": 5})["A"]
    second = bindings.mark("DEMO", "price", {"A": H2}, {"A": 6})["A"]
    bind(first)
    assert not bound().sure
    bind(second)
    assert bound().sure and bound().written_hash == H2


def test_a_doubt_that_comes_before_the_bind_wins(any_app: Flask) -> None:
    mark = bindings.mark("DEMO", "price", {"A": H1}, {"A": 5})["A"]
    bindings.doubt("DEMO", "price", ["A"])
    bind(mark)
    assert not bound().sure


def test_a_doubt_keeps_the_version_so_that_an_older_one_is_still_turned_away(any_app: Flask) -> None:
    bind(bindings.mark("DEMO", "price", {"A": H2}, {"A": 6})["A"])
    bindings.doubt("DEMO", "price", ["A"])
    assert bindings.mark("DEMO", "price", {"A": H1}, {"A": 5}) == {}
    assert "A" in bindings.mark("DEMO", "price", {"A": H2}, {"A": 6})


def test_other_settings_let_an_older_version_through(any_app: Flask) -> None:
    bind(bindings.mark("DEMO", "price", {"A": H2}, {"A": 6})["A"])
    assert "A" in bindings.mark("DEMO", "price", {"A": "eeeeeeee" + "1" * 56}, {"A": 5})


def test_a_record_without_a_version_is_never_turned_away(any_app: Flask) -> None:
    bind(bindings.mark("DEMO", "price", {"A": H1}, {"A": 6})["A"])
    assert "A" in bindings.mark("DEMO", "price", {"A": H2}, {"A": 0})


def test_many_are_marked_and_read_in_chunks(any_app: Flask) -> None:
    keys = [f"K{number}" for number in range(450)]
    marks = bindings.mark("DEMO", "price", dict.fromkeys(keys, H1), dict.fromkeys(keys, 1))
    assert set(marks) == set(keys)
    assert len(bindings.get_many("DEMO", "price", keys)) == 450


def test_connectors_do_not_mix(any_app: Flask) -> None:
    bind(bindings.mark("DEMO", "price", {"A": H1}, {"A": 5})["A"])
    assert bindings.get_many("OTHER", "price", ["A"]) == {}


def test_a_forgotten_binding_is_gone(any_app: Flask) -> None:
    bind(bindings.mark("DEMO", "price", {"A": H1}, {"A": 5})["A"])
    bindings.forget("DEMO", "price", ["A"])
    assert bindings.one("DEMO", "price", "A") is None
