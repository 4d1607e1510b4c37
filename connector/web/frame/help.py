"""The help page: the words of this house, and what to do when something is red."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path

from flask import Blueprint, Response

from connector.web.access.auth import need
from connector.web.frame.render import render

blueprint = Blueprint("help", __name__)

WORDS = (
    ("Connector", "One configured pair of an ERP tenant and a store."),
    ("System", "An outside system: the ERP or a store."),
    ("Entity", "A kind of record that travels: product, price, inventory."),
    ("Message", "One change of one record on its way. Further changes of a record that still waits join its message."),
    ("Attempt", "One try to process a message, with what was asked and answered."),
    ("Binding", "The pair of ids of one record in both systems, with what was last written."),
    ("Window", "One launch of a schedule: it works until the queue is empty and looks again every few seconds."),
)
STATUSES = (
    ("pending", "It waits for its turn, or for its next try."),
    ("running", "A process has it in hand."),
    ("waiting", "Another record has to exist in the store first; it goes on by itself when that one is there."),
    ("succeeded", "The store has it."),
    ("skipped", "There was nothing to do; the reason stands beside it."),
    ("failed", "Every try failed or the store said no for good. It stays until a person sends it again."),
    ("superseded", "A newer change of the same record has taken its place."),
    ("held", "Set aside: its process died three times over it, or a person holds it."),
)


HOUSE = Path(__file__).resolve().parents[3]


@blueprint.get("/about")
@need("viewer")
def about() -> Response:
    """Version and licence of this house (LIC-01): it is open source and needs no key."""
    return render("about.html", version=version(), licence=(HOUSE / "LICENSE").read_text(encoding="utf-8"))


@cache
def version() -> str:
    """The version that pyproject.toml says."""
    with (HOUSE / "pyproject.toml").open("rb") as file:
        return str(tomllib.load(file)["project"]["version"])


@blueprint.get("/help")
@need("viewer")
def page() -> Response:
    return render("help.html", words=WORDS, statuses=STATUSES)
