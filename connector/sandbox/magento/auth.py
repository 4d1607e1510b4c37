"""Who may call: the integration's bearer token, OAuth 1.0a with its keys, an administrator's token.

A missing permission and an unknown token are the same 401. Only HMAC-SHA256; parameters are sorted in natural
order, not by bytes. Source: facts/MAGENTO.md, section 2, and the recording `auth`.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
import secrets
import threading
import time
from typing import Any
from urllib.parse import parse_qsl, quote, unquote, urlsplit

from connector.sandbox.magento.routing import Refusal
from connector.sandbox.magento.shop import Shop

TOKEN = "sandbox-token"
KEYS = {
    "consumer_key": "sandbox-consumer-key", "consumer_secret": "sandbox-consumer-secret",
    "access_token": TOKEN, "access_token_secret": "sandbox-token-secret",
}  # fmt: skip
ADMIN, ADMIN_PASSWORD, ADMIN_LIFE = "admin", "sandbox", 3600
LOCK_AFTER, LOCK_SECONDS = 6, 60.0
BAD_LOGIN = (
    "The account sign-in was incorrect or your account is disabled temporarily. Please wait and try again later."
)
BAD_SIGNATURE = "The signature is invalid. Verify and try again."


def denied(resource: str) -> Refusal:
    return Refusal(401, "The consumer isn't authorized to access %resources.", {"resources": resource})


class Auth:
    """Checks the Authorization header of a call."""

    def __init__(self, shop: Shop) -> None:
        self.shop = shop
        self.lock = threading.Lock()
        self.nonces: dict[str, float] = {}
        self.failures: list[float] = []
        self.secret = shop.store.setting("jwt_secret") or secrets.token_hex(32)
        shop.store.set("jwt_secret", self.secret)

    def check(self, header: str, resource: str, method: str, url: str, form: str = "") -> None:
        """Raises Refusal: 401 for a wrong token, signature or missing resource, 400 for a wrong method."""
        if resource == "anonymous":
            return
        if header.startswith("OAuth "):
            self._oauth(header, resource, method, url)
        elif not self._bearer(header):
            raise denied(resource)
        if resource in self.shop.switch("denied_resources"):
            raise denied(resource)

    def _bearer(self, header: str) -> bool:
        kind, _, token = header.partition(" ")
        if kind.lower() != "bearer" or not token:
            return False
        if hmac.compare_digest(token.strip().encode(), TOKEN.encode()):
            return bool(self.shop.switch("bearer_allowed"))
        return self._administrator(token.strip())

    # An administrator's token

    def admin_token(self, name: Any, password: Any) -> str:
        """A token of an hour. Raises Refusal; after several wrong tries the account is closed for a while."""
        now = time.monotonic()
        self.failures = [moment for moment in self.failures if now - moment < LOCK_SECONDS]
        if len(self.failures) >= LOCK_AFTER or name != ADMIN or password != ADMIN_PASSWORD:
            self.failures.append(now)
            raise Refusal(401, BAD_LOGIN)
        issued = int(time.time())
        parts = [{"kid": "1", "alg": "HS256"}, {"uid": 1, "utypid": 2, "iat": issued, "exp": issued + ADMIN_LIFE}]
        text = ".".join(_b64(json.dumps(part).encode()) for part in parts)
        return f"{text}.{self._sign(text)}"

    def _administrator(self, token: str) -> bool:
        text, _, signature = token.rpartition(".")
        if text.count(".") != 1 or not hmac.compare_digest(signature.encode(), self._sign(text).encode()):
            return False
        claims = json.loads(base64.urlsafe_b64decode(text.split(".")[1] + "=="))
        return bool(claims["exp"] > time.time())

    def _sign(self, text: str) -> str:
        return _b64(hmac.new(self.secret.encode(), text.encode(), hashlib.sha256).digest())

    # OAuth 1.0a

    def _oauth(self, header: str, resource: str, method: str, url: str) -> None:
        sent = {name: unquote(value) for name, value in re.findall(r'(\w+)="([^"]*)"', header)}
        if sent.get("oauth_signature_method") != "HMAC-SHA256":
            raise Refusal(400, "Signature method %1 is not supported", [sent.get("oauth_signature_method", "")])
        if sent.get("oauth_consumer_key") != KEYS["consumer_key"] or sent.get("oauth_token") != KEYS["access_token"]:
            raise denied(resource)
        if not hmac.compare_digest(signature(method, url, sent).encode(), sent.get("oauth_signature", "").encode()):
            raise Refusal(401, BAD_SIGNATURE)
        stamp = sent.get("oauth_timestamp", "")
        if not stamp.isdigit() or int(stamp) > time.time() + 600:
            raise Refusal(401, "An error occurred validating the nonce")
        self._nonce(sent.get("oauth_nonce", ""))

    def _nonce(self, nonce: str) -> None:
        now = time.time()
        with self.lock:
            if nonce in self.nonces:
                raise Refusal(401, "The nonce is already being used by the consumer with ID %1", ["1"])
            self.nonces[nonce] = now
            if len(self.nonces) > 100_000:
                self.nonces = {name: moment for name, moment in self.nonces.items() if now - moment < 3600}


def signature(method: str, url: str, sent: dict[str, str]) -> str:
    """The signature of a request: header parameters and query, in natural order; a JSON body is not part of it."""
    parts = urlsplit(url)
    pairs = [(name, value) for name, value in sent.items() if name not in ("oauth_signature", "realm")]
    pairs += parse_qsl(parts.query, keep_blank_values=True)
    encoded = sorted(
        ((_quote(name), _quote(value)) for name, value in pairs), key=lambda pair: (natural(pair[0]), natural(pair[1]))
    )
    text = "&".join(f"{name}={value}" for name, value in encoded)
    base = "&".join(_quote(part) for part in (method.upper(), f"{parts.scheme}://{parts.netloc}{parts.path}", text))
    key = f"{_quote(KEYS['consumer_secret'])}&{_quote(KEYS['access_token_secret'])}"
    return base64.b64encode(hmac.new(key.encode(), base.encode(), hashlib.sha256).digest()).decode()


def natural(text: str) -> list[tuple[int, Any]]:
    """A key that puts 2 before 10, as PHP's strnatcmp does."""
    return [(0, int(part)) if part.isdigit() else (1, part) for part in re.findall(r"\d+|\D+", text)]


def _quote(text: str) -> str:
    return quote(text, safe="~")


def _b64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
