"""The help page: the words of this house, and what to do when something is red."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path

from flask import Blueprint, Response

from connector.web.access.auth import need
from connector.web.frame.marks import N_
from connector.web.frame.render import render

blueprint = Blueprint("help", __name__)

WORDS = (
    (N_("Connector"), N_("One configured pair of an ERP tenant and a store.")),
    (N_("System"), N_("An outside system: the ERP or a store.")),
    (N_("Entity"), N_("A kind of record that travels: product, price, inventory.")),
    (
        N_("Message"),
        N_("One change of one record on its way. Further changes of a record that still waits join its message."),
    ),
    (N_("Attempt"), N_("One try to process a message, with what was asked and answered.")),
    (N_("Binding"), N_("The pair of ids of one record in both systems, with what was last written.")),
    (
        N_("Window"),
        N_("One launch of a schedule: it works until the queue is empty and looks again every few seconds."),
    ),
)
STATUSES = (
    ("pending", N_("It waits for its turn, or for its next try.")),
    ("running", N_("A process has it in hand.")),
    ("waiting", N_("Another record has to exist in the store first; it goes on by itself when that one is there.")),
    ("succeeded", N_("The store has it.")),
    ("skipped", N_("There was nothing to do; the reason stands beside it.")),
    ("failed", N_("Every try failed or the store said no for good. It stays until a person sends it again.")),
    ("superseded", N_("A newer change of the same record has taken its place.")),
    ("held", N_("Set aside: its process died three times over it, or a person holds it.")),
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
