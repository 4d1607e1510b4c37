"""Signing in: cookie sessions, OAuth bearer tokens, Basic, the licence's limit and one request at a time.

Sessions live in memory: a restart of the site drops them, as a real one does. Tokens outlive it. Sources:
facts/ACUMATICA.md, sections 1.1 to 1.3; shapes.json for the bodies.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import secrets
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from connector.sandbox.acumatica.erp import Erp

USER, PASSWORD = "admin", "sandbox"
CLIENT, CLIENT_SECRET = "2F0E6B5C-7D1A-4A53-9C55-0D9A1B7C4E21", "sandbox-client-secret"
EXPIRES = 3600
SCOPES = {"api", "offline_access", "api:concurrent_access", "openid", "profile", "email", "phone"}


class Refused(Exception):
    """Sign-in refused: the exception's text and type as the ERP says them."""

    def __init__(self, text: str, kind: str = "PX.Data.PXException") -> None:
        super().__init__(text)
        self.text, self.kind = text, kind


@dataclass
class Session:
    """One seat of the licence. Its requests are handled one after the other."""

    id: str
    tenant: str
    branch: str = ""
    user: str = USER
    seen: float = field(default_factory=time.monotonic)
    lock: threading.Lock = field(default_factory=threading.Lock)


class Sessions:
    """Who is signed in."""

    def __init__(self, erp: Erp) -> None:
        self.erp = erp
        self.lock = threading.Lock()
        self.open: dict[str, Session] = {}

    def login(self, name: str, password: str, tenant: str, branch: str = "") -> Session:
        """A new session. Raises Refused (wrong password, unknown tenant, limit reached)."""
        if name != USER or not hmac.compare_digest(password.encode(), PASSWORD.encode()):
            raise Refused("Error: Invalid credentials. Please try again.")
        return self._seat(secrets.token_hex(12), self._tenant(tenant), branch)

    def logout(self, session: Session) -> None:
        with self.lock:
            self.open.pop(session.id, None)

    def drop_all(self) -> int:
        """Every session ends, as when the site restarts. Returns how many."""
        with self.lock:
            count = len(self.open)
            self.open.clear()
            return count

    def find(self, cookies: Mapping[str, str], authorization: str) -> Session | None:
        """The session of a request, or None: no cookie, expired, unknown token."""
        if authorization.startswith("Bearer "):
            return self._bearer(authorization[7:].strip())
        with self.lock:
            self._expire()
            session = self.open.get(cookies.get("ASP.NET_SessionId", ""))
            if session:
                session.seen = time.monotonic()
            return session if cookies.get(".ASPXAUTH") else None

    def basic(self, authorization: str) -> bool:
        """Whether a Basic header names the user, with or without @tenant."""
        try:
            name, _, password = base64.b64decode(authorization.removeprefix("Basic ")).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError):
            return False
        user, _, tenant = name.partition("@")
        right = user == USER and hmac.compare_digest(password.encode(), PASSWORD.encode())
        return right and (not tenant or tenant in self.erp.switch("tenants"))

    @contextmanager
    def turn(self, session: Session) -> Iterator[None]:
        """Wait for the session's other request to end."""
        with session.lock:
            session.seen = time.monotonic()
            yield

    def grant(self, form: Mapping[str, str]) -> dict[str, Any] | None:
        """An answer of the token endpoint, or None when the grant is invalid (password, refresh_token)."""
        client, _, tenant = form.get("client_id", "").partition("@")
        if client.upper() != CLIENT or form.get("client_secret") != CLIENT_SECRET:
            return None
        if tenant not in self.erp.switch("tenants"):
            return None
        if form.get("grant_type") == "password":
            if form.get("username") != USER or form.get("password") != PASSWORD:
                return None
            return self._issue(tenant, form.get("scope", "api"))
        if form.get("grant_type") == "refresh_token":
            old = self.erp.store.setting(f"refresh:{digest(form.get('refresh_token', ''))}")
            if not old or old["until"] < time.time():
                return None
            self.erp.store.set(f"refresh:{digest(form['refresh_token'])}", {**old, "until": 0})  # it rotates
            return self._issue(old["tenant"], old["scope"])
        return None

    def _issue(self, tenant: str, scope: str) -> dict[str, Any]:
        token, refresh = secrets.token_hex(32), secrets.token_hex(32)
        now = time.time()
        self.erp.store.set(f"token:{digest(token)}", {"tenant": tenant, "scope": scope, "until": now + EXPIRES})
        answer = {"access_token": token, "expires_in": EXPIRES, "token_type": "Bearer", "scope": scope}
        if "offline_access" in scope.split():
            self.erp.store.set(
                f"refresh:{digest(refresh)}", {"tenant": tenant, "scope": scope, "until": now + 30 * 86400}
            )
            answer["refresh_token"] = refresh
        return answer

    def _bearer(self, token: str) -> Session | None:
        kept = self.erp.store.setting(f"token:{digest(token)}")
        if not kept or kept["until"] < time.time():
            return None
        # One session for all tokens of the client, one for each with the scope for concurrent access.
        own = "api:concurrent_access" in kept["scope"].split()
        identity = digest(token)[:24] if own else f"client-{kept['tenant']}"
        with self.lock:
            session = self.open.get(identity)
        try:
            return session or self._seat(identity, kept["tenant"], "")
        except Refused:
            return None

    def _seat(self, identity: str, tenant: str, branch: str) -> Session:
        with self.lock:
            self._expire()
            if identity in self.open:
                return self.open[identity]
            if len(self.open) >= self.erp.switch("login_limit"):
                raise Refused("API Login Limit")
            self.open[identity] = Session(identity, tenant, branch)
            return self.open[identity]

    def _tenant(self, name: str) -> str:
        """The tenant meant; on a site of one any name will do (facts, section 1.1)."""
        tenants = self.erp.switch("tenants")
        if name in tenants or len(tenants) == 1 or not name:
            return name if name in tenants else str(tenants[0])
        raise Refused(
            "A proper company ID cannot be determined for the request.", "PX.Data.PXUndefinedCompanyException"
        )

    def _expire(self) -> None:
        idle = self.erp.switch("idle_seconds")
        now = time.monotonic()
        for key in [
            key for key, session in self.open.items() if now - session.seen > idle and not session.lock.locked()
        ]:
            del self.open[key]


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
