"""The field-level log: what each write changed, found by its record, and as a table."""

from __future__ import annotations

import pytest
from flask import Flask

from connector.db import db, utcnow
from connector.sync.models import FieldChange
from tests.web import seed
from tests.web.operating import Desk, desk, shows, text_of
from tests.web.people import Client


@pytest.fixture
def engine(app: Flask) -> Desk:
    seed.connector()
    with db.saving() as session:
        for key, old, new in (("MUG", "12.50", "13.00"), ("CUP", "", "=1+1")):
            session.add(
                FieldChange(
                    at=utcnow(), connector_id="DEMO", entity="price", direction="erp_to_store", key=key, message_id=7,
                    kind="updated", fields=f'{{"price": ["{old}", "{new}"]}}',
                )
            )  # fmt: skip
    return desk(app)


def test_each_write_shows_its_fields_before_and_after(engine: Desk, viewer: Client) -> None:
    page = viewer.get("/log/changes")
    assert ["price", "MUG"][1] in text_of(page.text) and "price 12.50 13.00" in text_of(page.text)
    assert shows(page.text, viewer.part("/log/changes").text)


def test_they_are_found_by_key_entity_and_connector(engine: Desk, viewer: Client) -> None:
    text = text_of(viewer.get("/log/changes?key=MUG&connector=DEMO&entity=price").text)
    assert "13.00" in text and "CUP" not in text
    assert "No write matches" in viewer.get("/log/changes?key=JUG").text
    assert "No write matches" in viewer.get("/log/changes?entity=order").text
    assert viewer.get("/log/changes?entity=nothing").status_code == 422


def test_the_export_has_a_line_for_each_field_and_no_formula(engine: Desk, viewer: Client) -> None:
    lines = viewer.get("/log/changes/changes.csv").text.splitlines()
    assert lines[0].startswith("At,Connector,Entity") and len(lines) == 3
    assert lines[1].endswith("CUP,7,updated,price,,'=1+1") and "MUG,7,updated,price,12.50,13.00" in lines[2]


def test_the_records_page_shows_them_in_its_history(engine: Desk, viewer: Client) -> None:
    text = text_of(viewer.get("/records/DEMO/price/MUG").text)
    assert "By message 7: Changed" in text and "price 12.50 13.00" in text
