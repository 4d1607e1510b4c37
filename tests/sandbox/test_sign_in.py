"""Getting into the ERP: cookies, tokens, limits, and what refusals look like (shapes.json)."""

from __future__ import annotations

import base64
import time

import pytest
from flask.testing import FlaskClient

from connector.sandbox.acumatica.app import Acumatica
from connector.sandbox.acumatica.session import CLIENT, CLIENT_SECRET
from tests.sandbox.conftest import BASE, LOGIN

TOKEN = {
    "grant_type": "password", "client_id": f"{CLIENT}@Company", "client_secret": CLIENT_SECRET, "username": "admin",
    "password": "sandbox", "scope": "api offline_access",
}  # fmt: skip


def switch(erp: Acumatica, **values):
    assert erp.app.test_client().put("/_sandbox/switches", json=values).status_code == 200


def test_a_login_sets_the_cookies_of_a_session(outsider: FlaskClient):
    answer = outsider.post("/entity/auth/login", json=LOGIN)
    assert answer.status_code == 204 and answer.data == b""
    names = {cookie.split("=")[0] for cookie in answer.headers.getlist("Set-Cookie")}
    assert {".ASPXAUTH", "ASP.NET_SessionId", "CompanyID", "Locale", "UserBranch"} <= names


def test_a_form_and_the_old_name_of_the_tenant_do_as_well(outsider: FlaskClient):
    form = {"name": "admin", "password": "sandbox", "company": "Company"}
    assert outsider.post("/entity/auth/login", data=form).status_code == 204


def test_a_wrong_password_is_a_500(outsider: FlaskClient, shared):
    answer = outsider.post("/entity/auth/login", json={**LOGIN, "password": "x"})
    body = answer.get_json()
    assert answer.status_code == 500
    assert body["exceptionMessage"] == "Error: Invalid credentials. Please try again."
    assert body["message"] == "An error has occurred." and body["exceptionType"] == "PX.Data.PXException"


def test_without_a_session_everything_is_401(outsider: FlaskClient):
    for path in ("/entity", f"{BASE}/StockItem", "/entity/auth/logout"):
        answer = outsider.open(path, method="POST" if path.endswith("logout") else "GET")
        assert (answer.status_code, answer.get_json()["message"]) == (
            401,
            "Authorization has been denied for this request.",
        )


def test_a_logout_ends_the_session_and_frees_its_seat(erp: Acumatica, client: FlaskClient):
    assert client.post("/entity/auth/logout").status_code == 204
    assert client.get("/entity").status_code == 401
    assert erp.sessions.open == {}


def test_one_login_too_many_is_told_in_words(erp: Acumatica):
    switch(erp, login_limit=2)
    clients = [erp.app.test_client() for _ in range(3)]
    answers = [client.post("/entity/auth/login", json=LOGIN) for client in clients]
    assert [answer.status_code for answer in answers] == [204, 204, 500]
    assert answers[2].get_json()["exceptionMessage"] == "API Login Limit"
    clients[0].post("/entity/auth/logout")
    assert clients[2].post("/entity/auth/login", json=LOGIN).status_code == 204


def test_an_idle_session_ends(erp: Acumatica, client: FlaskClient):
    for session in erp.sessions.open.values():
        session.seen -= 601
    assert client.get("/entity").status_code == 401


def test_the_tenant_that_was_reached_can_be_read(client: FlaskClient):
    assert 'id="txtSingleCompany" value="Company"' in client.get("/Frames/Login.aspx").text


def test_with_two_tenants_an_unknown_one_is_refused(erp: Acumatica, outsider: FlaskClient):
    assert outsider.post("/entity/auth/login", json={**LOGIN, "tenant": "Anything"}).status_code == 204
    switch(erp, tenants=["Company", "Other"])
    answer = outsider.post("/entity/auth/login", json={**LOGIN, "tenant": "Anything"})
    assert answer.get_json()["exceptionType"] == "PX.Data.PXUndefinedCompanyException"


def test_a_token_opens_the_door(outsider: FlaskClient):
    granted = outsider.post("/identity/connect/token", data=TOKEN).get_json()
    assert granted["token_type"] == "Bearer" and granted["expires_in"] == 3600
    bearer = {"Authorization": f"Bearer {granted['access_token']}"}
    assert outsider.get("/entity", headers=bearer).status_code == 200
    assert outsider.get("/entity", headers={"Authorization": "Bearer nonsense"}).status_code == 401


def test_a_refresh_token_works_once(outsider: FlaskClient):
    granted = outsider.post("/identity/connect/token", data=TOKEN).get_json()
    renew = {**TOKEN, "grant_type": "refresh_token", "refresh_token": granted["refresh_token"]}
    assert outsider.post("/identity/connect/token", data=renew).status_code == 200
    assert outsider.post("/identity/connect/token", data=renew).get_json()["error"] == "invalid_grant"


@pytest.mark.parametrize("wrong", [{"password": "x"}, {"client_secret": "x"}, {"client_id": f"{CLIENT}@Nowhere"}])
def test_a_wrong_grant_is_a_400(outsider: FlaskClient, wrong: dict[str, str]):
    answer = outsider.post("/identity/connect/token", data={**TOKEN, **wrong})
    assert answer.status_code == 400 and answer.get_json()["error"] == "invalid_grant"


def test_an_expired_token_is_401(erp: Acumatica, outsider: FlaskClient):
    granted = outsider.post("/identity/connect/token", data=TOKEN).get_json()
    name = next(name for name in erp.store._settings if name.startswith("token:"))
    erp.store.set(name, {**erp.store.setting(name), "until": time.time() - 1})
    assert outsider.get("/entity", headers={"Authorization": f"Bearer {granted['access_token']}"}).status_code == 401


def test_dropping_all_sessions_is_like_a_restart(erp: Acumatica, client: FlaskClient):
    assert client.post("/_sandbox/sessions/drop").get_json() == {"dropped": 1}
    assert client.get("/entity").status_code == 401


def test_a_session_does_one_thing_at_a_time(erp: Acumatica, client: FlaskClient):
    (session,) = erp.sessions.open.values()
    with erp.sessions.turn(session):
        assert session.lock.locked()
    assert client.get("/entity").status_code == 200 and not session.lock.locked()


def test_odata_takes_basic(outsider: FlaskClient):
    def get(text: str):
        code = base64.b64encode(text.encode()).decode()
        return outsider.get("/t/Company/api/odata/gi", headers={"Authorization": f"Basic {code}"})

    assert get("admin:sandbox").status_code == get("admin@Company:sandbox").status_code == 200
    assert get("admin:wrong").status_code == get("admin@Nowhere:sandbox").status_code == 401
