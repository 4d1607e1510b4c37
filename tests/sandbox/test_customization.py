"""Customization projects in the simulated ERP: what comes in, what is published, what it makes."""

from __future__ import annotations

import base64
import io
import zipfile
from typing import Any

import pytest
from flask.testing import FlaskClient

from connector.sandbox.acumatica.app import Acumatica

ITEM = """<GenericInquiryScreen><data-set><relations/><layout/><data><GIDesign>
<row DesignID="d1" Name="My Prices"><GITable Alias="InventoryItem" Name="PX.Objects.IN.InventoryItem">
<GIResult Field="basePrice" Caption="P"/><GIResult Field="recPrice" Caption="M"/></GITable></row>
</GIDesign></data></data-set></GenericInquiryScreen>"""
HOOK = """<PushNotification><data-set><relations/><layout/><data><PushNotificationsHook><row Name="N" Active="1"
Address="http://connector.test/hook" HeaderName="X-Secret" HeaderValue="s3cret"/></PushNotificationsHook></data>
</data-set></PushNotification>"""


def project(*items: str) -> str:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        archive.writestr("project.xml", f"<Customization>{''.join(items)}</Customization>")
    return base64.b64encode(held.getvalue()).decode()


class Api:
    def __init__(self, client: FlaskClient) -> None:
        self.client = client

    def __call__(self, name: str, **body: Any) -> dict[str, Any]:
        answer = self.client.post(f"/CustomizationApi/{name}", json=body)
        assert answer.status_code == 200, "errors stand in the log"
        return dict(answer.get_json())

    def bring(self, content: str, name: str = "Mine", **more: Any) -> str:
        answer = self("import", projectName=name, projectContentBase64=content, isReplaceIfExists=True, **more)
        return str(answer["log"][0]["logType"])

    def publish(self, *names: str, merge: bool = True) -> dict[str, Any]:
        self("publishBegin", projectNames=names, isMergeWithExistingPackages=merge)
        while not (answer := self("publishEnd"))["isCompleted"]:
            pass
        return answer

    def published(self) -> list[str]:
        self.client.post("/entity/auth/login", json={"name": "admin", "password": "sandbox", "tenant": "Company"})
        return [project["name"] for project in self("getPublished")["projects"]]


@pytest.fixture
def api(erp: Acumatica, client: FlaskClient) -> Api:
    client.put("/_sandbox/push", json={"queries": {}})
    return Api(client)


def test_nobody_customizes_without_signing_in(outsider: FlaskClient) -> None:
    assert outsider.post("/CustomizationApi/getPublished", json={}).status_code == 401


def test_a_published_inquiry_answers_over_odata_and_feeds_its_notifications(erp: Acumatica, api: Api) -> None:
    odata = "/t/Company/api/odata/gi/My Prices?$top=1"
    assert api.client.get(odata).status_code == 404
    assert api.bring(project(ITEM, HOOK)) == "information"
    assert api.client.get(odata).status_code == 404, "imported is not published"
    api.publish("Mine")
    assert api.client.get(odata).status_code == 401, "publishing ends every session"
    assert api.published() == ["BranchReports", "Mine"]
    assert api.client.get(odata).get_json()["value"]
    push = api.client.get("/_sandbox/push").get_json()
    assert push["queries"] == {"price": "My Prices"}
    assert (push["address"], push["header"], push["value"]) == ("http://connector.test/hook", "X-Secret", "s3cret")


def test_without_merging_everything_else_drops_out(api: Api) -> None:
    api.bring(project(ITEM))
    api.publish("Mine", merge=False)
    assert api.published() == ["Mine"]
    api("unpublishAll")
    assert api.published() == []


def test_a_site_may_pass_over_what_it_does_not_know(api: Api) -> None:
    api.client.put("/_sandbox/switches", json={"push_items": False})
    api.bring(project(ITEM, HOOK))
    api.publish("Mine")
    assert api.client.get("/_sandbox/push").get_json()["address"] == ""


def test_a_publication_takes_its_time_and_may_fail(api: Api) -> None:
    api.client.put("/_sandbox/switches", json={"publish_polls": 3, "publish_error": "CS1002: ; expected"})
    api.bring(project(ITEM))
    api("publishBegin", projectNames=["Mine"], isMergeWithExistingPackages=True)
    assert [api("publishEnd")["isCompleted"] for _ in range(3)] == [False] * 3
    answer = api("publishEnd")
    assert answer["isFailed"] and answer["log"][0]["message"] == "CS1002: ; expected"
    assert api.published() == ["BranchReports"]


@pytest.mark.parametrize(
    "content",
    [
        "no base64 at all!",
        base64.b64encode(b"no zip").decode(),
        project("<!-- a comment breaks the import -->"),
        project("<GenericInquiryScreen><data-set><data/></data-set></GenericInquiryScreen>"),
        project("<unclosed>"),
    ],
    ids=["no-base64", "no-zip", "a-comment", "an-empty-inquiry", "unclosed"],
)
def test_what_is_no_project_is_an_error_in_the_log(api: Api, content: str) -> None:
    assert api.bring(content) == "error"
    assert api.bring(project(ITEM), name="My-Name") == "error", "letters and digits only"
    assert api("publishBegin", projectNames=["Mine"])["log"][0]["logType"] == "error"


def test_a_clock_that_is_off_shows_in_answers_and_changes(erp: Acumatica, client: FlaskClient) -> None:
    client.put("/_sandbox/switches", json={"clock_offset": 600})
    here = client.get("/_sandbox/health").date
    client.put("/_sandbox/switches", json={"clock_offset": 0})
    before = erp.erp.item("TL-00001")["modified"]  # type: ignore[index]
    client.put("/_sandbox/switches", json={"clock_offset": 600})
    erp.erp.edit("TL-00001", {"DefaultPrice": 3})
    assert here is not None and erp.erp.item("TL-00001")["modified"] > before + 500_000_000  # type: ignore[index]


def test_an_entity_can_be_missing_from_the_endpoint(client: FlaskClient) -> None:
    client.put("/_sandbox/switches", json={"missing_entities": ["Warehouse"]})
    assert client.get("/entity/Default/24.200.001/Warehouse").status_code == 404
    assert "Warehouse" not in client.get("/entity/Default/24.200.001/swagger.json").get_json()["components"]["schemas"]
