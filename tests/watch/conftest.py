"""A house that is in step."""

from __future__ import annotations

import pytest
from flask import Flask

from connector.clock import FakeClock
from tests.watch.house import House


@pytest.fixture
def house(app: Flask, clock: FakeClock) -> House:
    house = House(app, clock)
    house.fill()
    return house


@pytest.fixture
def any_house(any_app: Flask, clock: FakeClock) -> House:
    house = House(any_app, clock)
    house.fill()
    return house
