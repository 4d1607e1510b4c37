"""Signing of requests with the four keys of a Magento integration (OAuth 1.0a, HMAC-SHA256 only).

Magento sorts the signed parameters in natural order, every OAuth library in byte order: they agree as long
as each index in brackets has one digit, which `client.criteria` sees to (facts/MAGENTO.md, authentication).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from requests_oauthlib import OAuth1

from connector.errors import Refused
from connector.systems.magento.settings import OAUTH1

KEYS = {
    "consumer_key": "consumer key",
    "consumer_secret": "consumer secret",
    "token": "access token",
    "token_secret": "access token secret",
}


def signer(values: Mapping[str, Any]) -> OAuth1 | None:
    """What signs each request, None for the bare token. Raises Refused when a key is not filled in."""
    if values.get("auth") != OAUTH1:
        if not values.get("token"):
            raise Refused("No access token is set for the store.", code="magento.no_token")
        return None
    missing = [label for name, label in KEYS.items() if not values.get(name)]
    if missing:
        raise Refused(f"OAuth 1.0a needs the {', '.join(missing)} too.", code="magento.no_token")
    return OAuth1(
        values["consumer_key"],
        client_secret=values["consumer_secret"],
        resource_owner_key=values["token"],
        resource_owner_secret=values["token_secret"],
        signature_method="HMAC-SHA256",  # HMAC-SHA1 is refused since 2.4
        signature_type="auth_header",
    )
