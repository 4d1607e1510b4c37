"""Signing in and out: every session is opened late, used by one thread, renewed once, and logged out."""

from __future__ import annotations

import gc
import json
import threading
from urllib.parse import parse_qs

import pytest
import responses

from connector.clock import FakeClock
from connector.errors import Fail, Outcome, Refused, Retry
from connector.systems.acumatica import sessions
from connector.systems.acumatica.errors import LoginLimit
from connector.systems.acumatica.sessions import Pool, Session
from connector.systems.base import OpenGate
from connector.systems.http import recording
from tests.systems.acumatica.conftest import BASE, ENDPOINT, Make, Wire, failure, load, options

LOGIN, LOGOUT, TOKEN = f"{BASE}/entity/auth/login", f"{BASE}/entity/auth/logout", f"{BASE}/identity/connect/token"
LIMIT = failure("API Login Limit")


def tokens(access: str = "token-1", refresh: str = "refresh-1", lasts: int = 3600) -> dict[str, object]:
    return {"access_token": access, "refresh_token": refresh, "expires_in": lasts, "token_type": "Bearer"}


# --- the cookie session


def test_nobody_signs_in_before_the_first_call(wire: Wire, make: Make) -> None:
    wire.site()
    make().close()
    assert wire.lines() == []


def test_one_sign_in_serves_many_calls_and_is_logged_out(wire: Wire, make: Make) -> None:
    wire.site()
    erp = make(branch="HQ")
    wire.get(f"{ENDPOINT}/StockItem", json=[])
    erp.client.list("StockItem", {})
    erp.client.list("StockItem", {})
    erp.close()
    erp.close()
    assert wire.lines() == [
        "POST /entity/auth/login",
        "GET /entity",
        "GET /entity/Default/24.200.001/StockItem",
        "GET /entity/Default/24.200.001/StockItem",
        "POST /entity/auth/logout",
    ]
    login, first, logout = wire.calls[0].request, wire.calls[1].request, wire.calls[-1].request
    assert json.loads(login.body or b"") == {
        "name": "admin",
        "password": "hush-hush",
        "tenant": "Company",
        "branch": "HQ",
    }
    assert first.headers["Cookie"] == ".ASPXAUTH=seat"
    assert logout.headers["Content-Length"] == "0"
    assert logout.headers["Cookie"] == ".ASPXAUTH=seat"


def test_tenant_and_branch_are_only_told_when_they_are_set(wire: Wire, make: Make) -> None:
    wire.site()
    make(tenant="").client.call("GET", "/entity")
    assert json.loads(wire.calls[0].request.body or b"") == {"name": "admin", "password": "hush-hush"}


def test_the_time_limit_of_a_call_is_two_minutes(make: Make) -> None:
    session = make().client.pool.make()
    assert session.http.timeout == (10.0, 120.0)


def test_the_password_and_the_cookies_are_never_recorded(wire: Wire, make: Make) -> None:
    wire.site()
    with recording() as exchanges:
        make().client.call("GET", "/entity")
    text = json.dumps(exchanges)
    assert "hush-hush" not in text and "seat" not in text
    assert exchanges[0]["body"] == {"name": "admin", "password": "***", "tenant": "Company"}


def test_an_ended_session_is_renewed_once_whatever_the_call(wire: Wire, make: Make) -> None:
    wire.site()
    wire.put(f"{ENDPOINT}/StorageDetailsInquiry", status=401, json={"message": "Authorization has been denied."})
    wire.put(f"{ENDPOINT}/StorageDetailsInquiry", json={"StorageDetails": []})
    erp = make()
    erp.client.inquire("StorageDetailsInquiry", {"WarehouseID": "MAIN"}, "StorageDetails")
    assert [line.split("/")[-1] for line in wire.lines()] == [
        "login",
        "entity",
        "StorageDetailsInquiry",
        "logout",
        "login",
        "StorageDetailsInquiry",
    ]


def test_a_redirect_to_the_sign_in_page_is_an_ended_session(wire: Wire, make: Make) -> None:
    wire.site()
    wire.get(f"{ENDPOINT}/StockItem", status=302, headers={"Location": "/site/Frames/Login.aspx?ReturnUrl=x"})
    wire.get(f"{ENDPOINT}/StockItem", json=[])
    assert make().client.list("StockItem", {}) == []
    assert len(wire.requests("auth/login")) == 2


def test_a_session_that_is_refused_again_needs_a_person(wire: Wire, make: Make) -> None:
    wire.site()
    wire.get(f"{ENDPOINT}/StockItem", status=401)
    with pytest.raises(Refused, match="right after signing in"):
        make().client.list("StockItem", {})
    assert len(wire.requests("auth/login")) == 2


def test_after_ten_idle_minutes_the_session_is_opened_anew(wire: Wire, make: Make, clock: FakeClock) -> None:
    wire.site()
    erp = make()
    erp.client.site()
    clock.advance(599)
    erp.client.site()
    assert len(wire.requests("auth/login")) == 1
    clock.advance(600)
    erp.client.site()
    assert [line.split("/")[-1] for line in wire.lines()] == ["login", "entity", "entity", "logout", "login", "entity"]


@pytest.mark.parametrize(
    "text", ["Error: Invalid credentials. Please try again.", "The user is locked out.", "The account is disabled."]
)
def test_a_refused_sign_in_is_not_tried_again(wire: Wire, make: Make, text: str) -> None:
    wire.post(LOGIN, status=500, json=failure(text))
    with pytest.raises(Refused) as caught:
        make().client.site()
    assert text in caught.value.reason
    assert wire.lines() == ["POST /entity/auth/login"]


def test_a_web_page_that_takes_any_sign_in_is_not_acumatica(wire: Wire, make: Make) -> None:
    wire.post(LOGIN, body="<html>Welcome</html>", content_type="text/html")
    with pytest.raises(Refused, match="not the API of Acumatica"):
        make().client.site()


def test_a_logout_that_fails_disturbs_nobody(wire: Wire, make: Make) -> None:
    wire.post(LOGIN, status=204)
    wire.get(f"{BASE}/entity", json=load("site.json"))
    wire.post(LOGOUT, status=500)
    erp = make()
    erp.client.site()
    erp.close()


def test_a_system_that_is_forgotten_logs_out(wire: Wire, clock: FakeClock) -> None:
    from connector.systems.acumatica import Acumatica
    from tests.systems.acumatica.conftest import VALUES

    wire.site()
    erp = Acumatica({**VALUES, "parallel": 2}, clock=clock)
    erp.client.site()
    del erp
    gc.collect()
    assert len(wire.requests("auth/logout")) == 1


def test_a_forked_child_leaves_the_sessions_of_its_parent_alone(wire: Wire, make: Make) -> None:
    wire.site()
    erp = make()
    erp.client.site()
    sessions._log_out_all(erp.client.pool._all, -1)
    assert wire.requests("auth/logout") == []


# --- the login limit


def test_a_login_limit_is_waited_for(wire: Wire, make: Make) -> None:
    wire.post(LOGIN, status=500, json=LIMIT, headers={"Retry-After": "40"})
    with pytest.raises(LoginLimit) as caught:
        make().client.site()
    assert isinstance(caught.value, Retry)
    assert caught.value.after == 40.0
    assert "SM604000" in caught.value.help


def test_at_a_login_limit_the_sessions_that_are_open_are_shared(wire: Wire, make: Make) -> None:
    wire.post(LOGIN, status=204)
    wire.post(LOGIN, status=500, json=LIMIT)
    wire.get(f"{BASE}/entity", json=load("site.json"))
    pool = make().client.pool
    done: list[int] = []
    with pool.use() as first:
        first.call("GET", "/entity")
        second = threading.Thread(target=lambda: done.append(_site(pool)))
        second.start()
        while len(wire.requests("auth/login")) < 2:  # the second thread meets the limit
            pass
        assert done == []
    second.join(10)
    assert done == [200]
    assert len(wire.requests("auth/login")) == 2


def _site(pool: Pool) -> int:
    while True:
        with pool.use() as session:
            try:
                return session.call("GET", "/entity").status
            except LoginLimit:
                assert pool.shrink(session)


def test_a_shrunk_pool_grows_again_after_a_minute(wire: Wire, clock: FakeClock, make: Make) -> None:
    wire.site()
    pool = make(parallel=2).client.pool
    with pool.use() as first:
        first.call("GET", "/entity")
        with pool.use() as second:
            assert pool.shrink(second)
        assert not pool._available(urgent=False)
        clock.advance(61)
        assert pool._available(urgent=False)


# --- the pool


class StillSession(Session):
    """Never calls anybody."""

    def __init__(self, clock: FakeClock) -> None:
        super().__init__("https://nowhere.example", None, OpenGate(), clock)  # type: ignore[arg-type]
        self.signed_in = True
        self.closed = 0

    def close(self) -> None:
        self.closed += 1


@pytest.fixture
def pool(clock: FakeClock) -> Pool:
    return Pool(lambda: StillSession(clock), 1, clock)


def test_the_session_used_last_is_used_first(clock: FakeClock) -> None:
    pool = Pool(lambda: StillSession(clock), 2, clock)
    with pool.use() as first, pool.use() as second:
        assert first is not second
    with pool.use() as again:
        assert again is first


def test_no_two_threads_use_one_session(pool: Pool) -> None:
    inside, most = 0, 0
    guard = threading.Lock()

    def work() -> None:
        nonlocal inside, most
        for _ in range(50):
            with pool.use():
                with guard:
                    inside += 1
                    most = max(most, inside)
                with guard:
                    inside -= 1

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert most == 1


def test_an_urgent_caller_goes_before_those_who_wait(pool: Pool) -> None:
    order: list[str] = []

    def work(name: str, urgent: bool) -> None:
        with recording(urgent=urgent), pool.use():
            order.append(name)

    with pool.use():
        patient = threading.Thread(target=work, args=("patient", False))
        patient.start()
        urgent = threading.Thread(target=work, args=("urgent", True))
        urgent.start()
        while not pool._urgent_waiting:
            pass
        assert not pool._available(urgent=False)
    urgent.join(10)
    patient.join(10)
    assert order == ["urgent", "patient"]


def test_a_session_in_use_is_logged_out_when_it_comes_back(pool: Pool) -> None:
    with pool.use() as session:
        pool.close()
        assert isinstance(session, StillSession) and session.closed == 0
    assert session.closed == 1


def test_a_session_that_could_not_sign_in_is_not_kept(pool: Pool) -> None:
    with pool.use() as session:
        session.signed_in = False
    with pool.use() as other:
        assert other is not session


# --- OAuth


def test_oauth_asks_for_a_token_with_the_password_and_carries_it(wire: Wire, make: Make) -> None:
    wire.site()
    wire.post(TOKEN, json=tokens())
    erp = make(auth="oauth", client_id="6A1F", client_secret="hush-secret", branch="HQ")
    erp.client.site()
    form = {name: values[0] for name, values in parse_qs((wire.calls[0].request.body or b"").decode()).items()}
    assert form == {
        "grant_type": "password",
        "client_id": "6A1F@Company",
        "client_secret": "hush-secret",
        "username": "admin",
        "password": "hush-hush",
        "scope": "api offline_access",
    }
    assert wire.calls[0].request.headers["Content-Type"] == "application/x-www-form-urlencoded"
    assert wire.calls[1].request.headers["Authorization"] == "Bearer token-1"
    assert wire.calls[1].request.headers["PX-CbApiBranch"] == "HQ"
    assert wire.requests("auth/login") == []


def test_oauth_logs_out_with_its_token(wire: Wire, make: Make) -> None:
    wire.site()
    wire.post(TOKEN, json=tokens())
    erp = make(auth="oauth", client_id="6A1F@Company", client_secret="s")
    erp.client.site()
    erp.close()
    assert wire.calls[-1].request.url == LOGOUT
    assert wire.calls[-1].request.headers["Authorization"] == "Bearer token-1"


def test_oauth_uses_one_session_whatever_the_settings_say(make: Make) -> None:
    assert make(auth="oauth", client_id="x", client_secret="s", parallel=4).client.pool.size == 1
    assert make(parallel=4).client.pool.size == 4


def test_no_token_and_no_secret_is_recorded(wire: Wire, make: Make) -> None:
    wire.site()
    wire.post(TOKEN, json=tokens("hush-token", "hush-refresh"))
    with recording() as exchanges:
        make(auth="oauth", client_id="x", client_secret="hush-secret").client.site()
    assert "hush" not in json.dumps(exchanges)


def test_a_token_is_renewed_before_it_ends(wire: Wire, make: Make, clock: FakeClock) -> None:
    wire.site()
    wire.post(TOKEN, json=tokens())
    wire.post(TOKEN, json=tokens("token-2", "refresh-2"))
    erp = make(auth="oauth", client_id="x@y", client_secret="s")
    erp.client.site()
    clock.advance(3539)
    erp.client.site()
    assert len(wire.requests("token")) == 1
    clock.advance(2)
    erp.client.site()
    form = parse_qs((wire.requests("token")[1].body or b"").decode())
    assert form["grant_type"] == ["refresh_token"] and form["refresh_token"] == ["refresh-1"]
    assert wire.calls[-1].request.headers["Authorization"] == "Bearer token-2"


def test_a_worn_out_refresh_token_gives_way_to_the_password(wire: Wire, make: Make, clock: FakeClock) -> None:
    wire.site()
    wire.post(TOKEN, json=tokens())
    wire.post(TOKEN, status=400, json={"error": "invalid_grant"})
    wire.post(TOKEN, json=tokens("token-3"))
    erp = make(auth="oauth", client_id="x@y", client_secret="s")
    erp.client.site()
    clock.advance(4000)
    erp.client.site()
    grants = [parse_qs((request.body or b"").decode())["grant_type"][0] for request in wire.requests("token")]
    assert grants == ["password", "refresh_token", "password"]
    assert wire.calls[-1].request.headers["Authorization"] == "Bearer token-3"


def test_a_refresh_that_meets_trouble_is_tried_again_later(wire: Wire, make: Make, clock: FakeClock) -> None:
    wire.site()
    wire.post(TOKEN, json=tokens())
    wire.post(TOKEN, status=503)
    wire.post(TOKEN, json=tokens("token-4"))
    erp = make(auth="oauth", client_id="x@y", client_secret="s")
    erp.client.site()
    clock.advance(4000)
    with pytest.raises(Retry):
        erp.client.site()
    erp.client.site()
    grants = [parse_qs((request.body or b"").decode())["grant_type"][0] for request in wire.requests("token")]
    assert grants == ["password", "refresh_token", "refresh_token"]


def test_a_refused_token_is_replaced_once(wire: Wire, make: Make) -> None:
    wire.post(TOKEN, json=tokens())
    wire.post(TOKEN, json=tokens("token-5"))
    wire.get(f"{BASE}/entity", status=401)
    wire.get(f"{BASE}/entity", json=load("site.json"))
    make(auth="oauth", client_id="x@y", client_secret="s").client.site()
    assert wire.calls[-1].request.headers["Authorization"] == "Bearer token-5"


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"error": "invalid_grant", "error_description": "invalid_username_or_password"}, "acumatica.credentials"),
        ({"error": "invalid_client"}, "acumatica.client"),
    ],
)
def test_refused_oauth_credentials_need_a_person(wire: Wire, make: Make, body: dict[str, str], code: str) -> None:
    wire.post(TOKEN, status=400, json=body)
    with pytest.raises(Refused) as caught:
        make(auth="oauth", client_id="x@y", client_secret="s").client.site()
    assert caught.value.code == code


@pytest.mark.parametrize("body", [{}, {"access_token": ""}, []])
def test_an_answer_without_a_token_is_not_acumatica(wire: Wire, make: Make, body: object) -> None:
    wire.post(TOKEN, json=body)
    with pytest.raises(Refused, match="not the API of Acumatica"):
        make(auth="oauth", client_id="x@y", client_secret="s").client.site()


# --- the endpoint


def test_the_endpoint_version_is_asked_for_once(wire: Wire, make: Make) -> None:
    wire.site()
    erp = make()
    assert [erp.client.version(), erp.client.version()] == ["24.200.001", "24.200.001"]
    assert wire.lines().count("GET /entity") == 1


def test_a_version_of_the_settings_is_taken_as_it_is(wire: Wire, make: Make) -> None:
    wire.site()
    wire.get(f"{BASE}/entity/Default/23.200.001/StockItem", json=[])
    make(endpoint_version="23.200.001").client.list("StockItem", {})
    assert wire.lines().count("GET /entity") == 0


def test_an_endpoint_that_is_gone_is_chosen_anew(wire: Wire, make: Make) -> None:
    wire.site()
    erp = make()
    assert erp.client.version() == "24.200.001"
    wire.get(f"{ENDPOINT}/StockItem", status=404)
    wire.replace(responses.GET, f"{BASE}/entity", json={"endpoints": [{"name": "Default", "version": "25.200.001"}]})
    wire.get(f"{BASE}/entity/Default/25.200.001/StockItem", json=[])
    assert erp.client.list("StockItem", {"$top": 1}) == []
    assert options(wire.calls[-1].request) == {"$top": "1"}
    assert erp.client.version() == "25.200.001"


def test_a_404_of_the_same_endpoint_is_final(wire: Wire, make: Make) -> None:
    wire.site()
    wire.get(f"{ENDPOINT}/StockItem", status=404)
    with pytest.raises(Fail) as caught:
        make().client.list("StockItem", {})
    assert caught.value.code == "acumatica.not_found"
    assert len(wire.requests("StockItem")) == 1


def test_a_site_without_a_known_endpoint_says_so(wire: Wire, make: Make) -> None:
    wire.site("site.json")
    wire.replace(responses.GET, f"{BASE}/entity", json=[{"name": "Default", "version": "26.200.001"}])
    with pytest.raises(Fail, match="it has 26.200.001"):
        make().client.version()


@pytest.mark.parametrize("body", ["<html>Maintenance</html>", '"text"', "3", ""])
def test_another_answer_than_the_api_gives_is_worth_another_try(wire: Wire, make: Make, body: str) -> None:
    wire.site()
    wire.get(f"{ENDPOINT}/StockItem", body=body)
    wire.get(f"{ENDPOINT}/StockItem/1", body=body)
    wire.put(f"{ENDPOINT}/SalesPricesInquiry", body=body)
    client = make().client
    for call in (
        lambda: client.list("StockItem", {}),
        lambda: client.one("StockItem", "1", {}),
        lambda: client.inquire("SalesPricesInquiry", {}, "SalesPriceDetails"),
    ):
        with pytest.raises(Outcome) as caught:
            call()
        assert isinstance(caught.value, Retry)


def test_the_error_page_of_a_site_in_trouble_is_worth_another_try(wire: Wire, make: Make) -> None:
    wire.site()
    wire.get(f"{ENDPOINT}/StockItem", status=302, headers={"Location": "/site/ui/error"})
    with pytest.raises(Retry, match="error page"):
        make().client.list("StockItem", {})
