"""Two systems that only have settings, and a connector between them."""

from __future__ import annotations

from typing import Any

from connector.setup import connectors
from connector.setup.connectors import Config
from connector.systems.base import CHOICE, INTEGER, MULTI, SECRET, URL, Capabilities, Setting, System


class PaperErp(System):
    name, label, role = "paper", "Paper ERP", "erp"
    settings = (
        Setting("url", "Paper URL", URL, required=True),
        Setting("username", "User name", required=True),
        Setting("password", "Password", SECRET, required=True, confirm=True),
        Setting("client_secret", "Client secret", SECRET),
        Setting("auth", "Sign in with", CHOICE, default="password", choices=(("password", "Password"), ("key", "Key"))),
        Setting("parallel", "Parallel requests", INTEGER, default=2, low=1, high=4),
    )


class PaperStore(System):
    name, label, role = "shelf", "Shelf store", "store"
    settings = (
        Setting("url", "Store URL", URL, required=True),
        Setting("token", "Bearer token", SECRET, required=True, confirm=True),
        Setting("views", "Views", MULTI, default=(), choices=(("de", "German"), ("en", "English"))),
        Setting("requests_per_minute", "Requests per minute", INTEGER, default=0, low=0, high=100),
    )
    capabilities = Capabilities(parallel=3)


ERP = {"url": "https://erp.example/", "username": "ann", "password": "first-password"}
STORE = {"url": "https://shop.example", "token": "first-token"}


def make(id: str = "ONE", **sections: Any) -> Config:
    """A connector of these two systems with everything that is required."""
    given = {"erp": ERP, "store": STORE, **sections}
    return connectors.create(id, f"Shop {id}", "shelf", given, "ann", erp="paper")
