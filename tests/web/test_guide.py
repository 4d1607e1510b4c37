"""The set-up guide: what is on it for this connector, what was heard, the secret once, and the import."""

from __future__ import annotations

import io
import zipfile

from connector.db import db
from connector.setup import activities, connectors
from connector.setup.models import SchemaField
from connector.sync import notifications
from connector.systems.base import Push, Step
from tests.web.conftest import StandIn
from tests.web.people import Client
from tests.web.sent import DEMO, logged

GUIDE = DEMO + "/guide"
READ = {"understood": "1"}


def hear(query: str) -> None:
    with db.write() as connection:
        notifications.accept(connection, "DEMO", "acumatica", Push("id-1", query, 1, ()), "{}", "accepted")


def test_the_guide_is_made_for_this_connector(admin: Client, viewer: Client, demo: StandIn) -> None:
    connectors.save("DEMO", {"push": {"price_query": "My Prices", "header": "X-Mine"}}, user="olga", revision=1)
    for page in (admin.get(GUIDE).text, viewer.get(GUIDE).text):
        assert "My Prices" in page and "CC Products" in page and "CC Prices" not in page
        assert "PX.Objects.IN.InventoryItem" in page and "inventoryCD" in page
        assert "http://localhost/hooks/acumatica/DEMO" in page and "X-Mine" in page
        assert "There is no secret yet" in page and page.count("data-copy=") > 20
    assert "Customer" in admin.get(GUIDE).text.split("Not ticked, so not needed:")[1]


def test_active_schema_fields_are_columns_of_the_inquiry(admin: Client, demo: StandIn) -> None:
    with db.saving() as session:
        for name in ("TaxCategory", "Attributes/COLOR", "Somewhere/Else"):
            row = {"side": "erp", "entity": "product", "name": name, "active": True}
            session.add(SchemaField(connector_id="DEMO", **row))
        session.add(SchemaField(connector_id="DEMO", side="erp", entity="product", name="ImageUrl", active=False))
    page = admin.get(GUIDE).text
    assert "taxCategoryID" in page and "COLOR_Attributes" in page and "imageUrl" not in page
    assert "Changes of those are found by polling" in page and "Somewhere/Else" in page


def test_it_listens_for_the_first_notification_of_each_query(admin: Client, demo: StandIn) -> None:
    part = admin.part(GUIDE).text
    assert part.count("Listening for the first notification") == 3 and 'hx-trigger="every 3s"' in part
    assert "nothing is heard" in part, "the connector is new"
    for query in ("cc products", "CC Prices", "CC Inventory"):
        hear(query)
    part = admin.part(GUIDE).text
    assert part.count("Heard") == 3 and "hx-trigger" not in part and "<h1>" not in part


def test_a_new_secret_is_shown_on_the_guide_once(admin: Client, operator: Client, demo: StandIn) -> None:
    assert operator.post(GUIDE + "/secret").status_code == 403
    page = admin.post(GUIDE + "/secret")
    secret = connectors.get("DEMO").section("push")["secret"]
    assert f'<code id="secret">{secret}</code>' in page.text and page.headers["Cache-Control"] == "no-store"
    assert secret not in admin.get(GUIDE).text and all(secret not in line for line in logged())


def test_the_files_hold_the_same_inquiries_and_no_secret(admin: Client, demo: StandIn) -> None:
    admin.post(GUIDE + "/secret")
    secret = connectors.get("DEMO").section("push")["secret"]
    assert b'Name="CC Prices"' in admin.get(GUIDE + "/price.xml").data
    for wrong in ("customer", "nothing"):
        assert admin.get(f"{GUIDE}/{wrong}.xml").status_code == 404
    with zipfile.ZipFile(io.BytesIO(admin.get(GUIDE + "/package.zip").data)) as archive:
        text = archive.read("project.xml").decode()
    assert text.count("<GenericInquiryScreen>") == 3 and secret not in text and "PushNotification" not in text


def test_an_import_needs_the_tick_and_an_administrator(admin: Client, operator: Client, demo: StandIn) -> None:
    page = admin.get(GUIDE + "/package").text
    assert "Publishing restarts the whole site." in page and "experimental" in page
    answer = admin.post(GUIDE + "/package")
    assert answer.status_code == 422 and "Tick that you have read" in answer.text and demo.erp.installed == []
    assert operator.post(GUIDE + "/package", data=READ).status_code == 403
    assert operator.get(GUIDE + "/package").status_code == 403
    answer = admin.post(GUIDE + "/package", data=READ | {"notification": "1"})
    assert answer.status_code == 422 and "Make a secret first" in answer.text
    assert 'name="notification" value="1" aria-describedby="notification-help" checked' in answer.text


def test_each_step_of_an_import_is_told(admin: Client, demo: StandIn) -> None:
    demo.erp.steps = [Step("Published before", True, "Published now: A."), Step("Import", False, "No rights.")]
    assert admin.post(GUIDE + "/package", data=READ).status_code == 303
    page = admin.get(GUIDE + "/package").text
    assert "Published now: A." in page and "No rights." in page and "Not everything went well" in page
    assert "hx-trigger" not in page
    assert any(line.startswith("Import of CommerceConnectorDEMO: Not everything") for line in logged())
    demo.erp.steps = [Step("Import", True, "Imported.")]
    admin.post(GUIDE + "/package", data=READ)
    page = admin.get(GUIDE + "/package").text
    assert "Everything is in place." in page and "No rights." not in page
    assert demo.erp.installed[-1].queries == ("CC Products", "CC Prices", "CC Inventory")


def test_an_import_that_goes_on_is_not_started_twice(admin: Client, demo: StandIn) -> None:
    with db.write() as connection:
        row = activities.Planned("Package", activities.PACKAGE)
        activities.plan(connection, "DEMO", [row], package=True)
    assert 'hx-trigger="every 1s"' in admin.part(GUIDE + "/package").text
    answer = admin.post(GUIDE + "/package", data=READ)
    assert answer.status_code == 422 and "going on already" in answer.text
