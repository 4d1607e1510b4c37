"""Secrets at rest: a JSON object in one Fernet token. It knows no connector and writes nothing.

The first key of SECRETS_KEY seals, every key opens: to change the key, put the new one in front, run
`flask --app wsgi connector reseal`, and take the old one out.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import lru_cache

from cryptography.fernet import Fernet, InvalidToken, MultiFernet


class Unreadable(Exception):
    """The stored secrets were sealed with a key that this process does not have."""

    def __init__(self) -> None:
        super().__init__(
            "The stored secrets cannot be opened with this SECRETS_KEY: enter them again, or restore the key."
        )


def seal(values: Mapping[str, str]) -> str:
    """One token for all of them; empty for none."""
    if not values:
        return ""
    return _box().encrypt(json.dumps(dict(values), sort_keys=True).encode()).decode()


def open(sealed: str) -> dict[str, str]:
    """What `seal` was given. Raises Unreadable."""
    if not sealed:
        return {}
    try:
        return dict(json.loads(_box().decrypt(sealed.encode())))
    except InvalidToken:
        raise Unreadable from None


_keys = ""


def use(keys: str) -> None:
    """Seal and open with these keys (comma-separated, checked by config.py) from now on, in this process."""
    global _keys
    _keys = keys


def _box() -> MultiFernet:
    if not _keys:
        raise RuntimeError("create_app() hands SECRETS_KEY over before anything is sealed or opened.")
    return _of(_keys)


@lru_cache(maxsize=8)
def _of(keys: str) -> MultiFernet:
    return MultiFernet([Fernet(key) for key in keys.split(",")])
