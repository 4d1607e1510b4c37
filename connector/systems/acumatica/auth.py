"""Two ways to sign in: a cookie session, and OAuth's password grant. Facts/ACUMATICA.md sections 1.1 and 1.2.

Each knows how one HTTP session becomes a signed-in one and what headers its calls carry. Neither keeps or
logs a password: bodies are redacted by `systems/http`, the form of the token request is recorded as its size.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from typing import Any, Protocol
from urllib.parse import urlencode

from connector.clock import Clock
from connector.errors import Fail, Outcome, Refused, Retry
from connector.systems.acumatica.errors import SIGN_IN
from connector.systems.http import Answer, Http

LOGIN, LOGOUT, TOKEN = "/entity/auth/login", "/entity/auth/logout", "/identity/connect/token"
IDLE_SECONDS = 600.0  # after ten idle minutes the site has ended the session
EARLY_SECONDS = 60.0  # a token is renewed that long before it ends


class SignIn(Protocol):
    idle: float | None  # seconds after which a session is taken as ended; None: never
    seats: int | None  # the most sessions that do any good; None: as many as the settings allow

    def open(self, http: Http, *, again: bool) -> None:
        """Sign in. `again`: what was there before has just been refused."""

    def headers(self, http: Http) -> Mapping[str, str]:
        """What every call carries."""


class CookieSignIn:
    """User name and password; the session is the cookies that the answer sets."""

    idle: float | None = IDLE_SECONDS
    seats: int | None = None

    def __init__(self, values: Mapping[str, Any]) -> None:
        names = {"name": "username", "password": "password", "tenant": "tenant", "branch": "branch"}
        filled = {name: str(values.get(setting) or "") for name, setting in names.items()}
        self.body = {name: text for name, text in filled.items() if text or name in ("name", "password")}

    def open(self, http: Http, *, again: bool) -> None:
        http.session.cookies.clear()
        answer = http.call("POST", LOGIN, body=self.body, ok=(200, 204), safe=True)
        if answer.status == 200 and answer.data is None and answer.text.strip():
            raise no_site()

    def headers(self, http: Http) -> Mapping[str, str]:
        return {}


class OAuthSignIn:
    """Resource owner password grant with a refresh token; the bearer token is shared by all calls.

    Under the scope `api offline_access` all calls of one client share one session of the ERP, which handles
    one request at a time: more than one seat does no good.
    """

    idle: float | None = None
    seats: int | None = 1

    def __init__(self, values: Mapping[str, Any], clock: Clock) -> None:
        client, tenant = str(values.get("client_id") or ""), str(values.get("tenant") or "")
        self.client = client if "@" in client or not tenant else f"{client}@{tenant}"
        self.values = values
        self.clock = clock
        self.branch = str(values.get("branch") or "")
        self._lock = threading.Lock()
        self._access = self._refresh = ""
        self._ends = 0.0

    def open(self, http: Http, *, again: bool) -> None:
        with self._lock:
            if again or not self._valid():
                self._access = ""
                self._renew(http)

    def headers(self, http: Http) -> Mapping[str, str]:
        with self._lock:
            if not self._valid():
                self._renew(http)
            bearer = {"Authorization": f"Bearer {self._access}"}
        return {**bearer, "PX-CbApiBranch": self.branch} if self.branch else bearer

    def _valid(self) -> bool:
        return bool(self._access) and self.clock.monotonic() < self._ends

    def _renew(self, http: Http) -> None:
        """With the refresh token where there is one, else (or when it is refused) with the password."""
        refresh, self._refresh = self._refresh, ""
        if refresh:
            try:
                self._take(self._ask(http, {"grant_type": "refresh_token", "refresh_token": refresh}))
                return
            except Retry as problem:
                if not isinstance(problem, Refused):
                    self._refresh = refresh
                    raise
            except Fail:
                pass  # revoked or worn out: the password still counts
        grant = {
            "grant_type": "password",
            "username": str(self.values.get("username") or ""),
            "password": str(self.values.get("password") or ""),
            "scope": "api offline_access",
        }
        self._take(self._ask(http, grant))

    def _ask(self, http: Http, grant: Mapping[str, str]) -> Answer:
        secret = str(self.values.get("client_secret") or "")
        form = {**grant, "client_id": self.client, "client_secret": secret}
        kind = {"Content-Type": "application/x-www-form-urlencoded"}
        return http.call("POST", TOKEN, data=urlencode(form).encode(), headers=kind, ok=(200,), safe=True)

    def _take(self, answer: Answer) -> None:
        data = answer.data if isinstance(answer.data, Mapping) else {}
        if not data.get("access_token"):
            raise no_site()
        self._access, self._refresh = str(data["access_token"]), str(data.get("refresh_token") or "")
        try:
            lasts = float(data.get("expires_in") or 3600)
        except (TypeError, ValueError):
            lasts = 3600.0
        self._ends = self.clock.monotonic() + max(lasts - EARLY_SECONDS, lasts / 2)


def no_site() -> Outcome:
    return Refused(
        "What answers at this address is not the API of Acumatica.",
        code="acumatica.address",
        help="Enter the address up to the instance, such as https://erp.example.com/AcumaticaERP, without /Main.",
    )


def refused_again() -> Outcome:
    return Refused(
        "Acumatica refuses the session right after signing in (401).", code="acumatica.credentials", help=SIGN_IN[0][2]
    )


def sign_in(values: Mapping[str, Any], clock: Clock) -> SignIn:
    """The way that the setting `auth` names."""
    return OAuthSignIn(values, clock) if values.get("auth") == "oauth" else CookieSignIn(values)
