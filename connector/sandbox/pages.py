"""The control pages that both systems have: journal and calls, faults, settings. Plain HTML, no script.

Everything that changes something is a form that is posted and answered with a redirect (303).
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from connector.sandbox import control, faults, journal

FAULTS = (
    ("refuse", "Refuse: close the connection, nothing happens"), ("500_before", "500 before the effect"),
    ("500_after", "500 after the effect"), ("lost_reply", "Reply lost after the effect"), ("slow", "Slow"),
    ("half_open", "Half open: take the call, send nothing"), ("cut_json", "Answer cut in the middle"),
    ("429", "429 Too many requests"), ("401", "401 Refused credentials"), ("maintenance", "503 Maintenance page"),
)  # fmt: skip
PUSHES = (
    ("duplicate_push", "Push sent twice"), ("reorder_push", "Push held back, so that others overtake"),
    ("drop_push", "Push lost"),
)  # fmt: skip
PAGE = 100


def back(endpoint: str, said: str = "") -> Response:
    """Redirect to a page of this system with a sentence on top."""
    return redirect(url_for(endpoint) + (f"?{urlencode({'said': said})}" if said else ""), 303)


def part(rows: list[Any], after: str) -> tuple[list[Any], str]:
    """One page of the rows and where the next starts (empty: no more)."""
    start = int(after) if after.isdigit() else 0
    more = start + PAGE
    return rows[start:more], str(more) if more < len(rows) else ""


def add_common(page: Blueprint, system: Any, *, brand: str, places: list[tuple[str, str]], routes: list[str],
               credentials: list[tuple[str, str]]) -> None:  # fmt: skip
    """Register the shared pages on a system's blueprint (named `pages`)."""
    erp = system.name == "acumatica"

    @page.context_processor
    def frame() -> dict[str, Any]:
        return {"brand": brand, "places": places, "erp": erp}

    @page.get("/_sandbox/pages/journal")
    def journal_page() -> str:
        entries = journal.latest(system.store, PAGE)
        calls = list(system.calls.recent)[-PAGE:][::-1]
        return render_template("sandbox/journal.html", entries=entries, calls=calls, total=system.calls.total)

    @page.route("/_sandbox/pages/faults", methods=["GET", "POST"])
    def faults_page() -> Any:
        problem = ""
        if request.method == "POST":
            problem, said = changed_faults(system)
            if not problem:
                return back("pages.faults_page", said)
        kinds = FAULTS + (PUSHES if erp else ())
        page_ = render_template(
            "sandbox/faults.html", items=system.faults.items, kinds=kinds, routes=routes, pushes=erp, problem=problem
        )
        return page_, 422 if problem else 200

    @page.route("/_sandbox/pages/settings", methods=["GET", "POST"])
    def settings_page() -> Any:
        problem = ""
        if request.method == "POST":
            try:
                return back("pages.settings_page", changed_settings(system))
            except ValueError as error:
                problem = str(error)
        switches = system.switches()
        shown = render_template(
            "sandbox/settings.html", switches=switches, choices=getattr(system, "choices", {}), credentials=credentials,
            problem=problem,
        )  # fmt: skip
        return shown, 422 if problem else 200


def changed_faults(system: Any) -> tuple[str, str]:
    """Apply the form of the faults page. Returns (problem, what was done)."""
    form = request.form
    if form.get("clear"):
        system.faults.set([])
        return "", "All faults are cleared."
    if "remove" in form:
        at = int(form["remove"]) if form["remove"].isdigit() else -1
        system.faults.set([item for number, item in enumerate(system.faults.items) if number != at])
        return "", "The fault is removed."
    entry = {name: value for name, value in form.items() if value != ""}
    try:
        system.faults.set([*system.faults.items, entry])
    except faults.Invalid as error:
        return str(error), ""
    return "", f"The fault {entry['fault']} is set."


def changed_settings(system: Any) -> str:
    """Apply a form of the settings page. Returns what was done. Raises ValueError."""
    form = request.form
    if form.get("reset"):
        count = form.get("products", "520")
        if not count.isdigit() or not 1 <= int(count) <= 100_000:
            raise ValueError("The number of products is between 1 and 100,000.")
        system.reset({"products": int(count)})
        system.faults.set([])
        return "Everything starts clean."
    if form.get("drop"):
        return f"{system.sessions.drop_all()} sessions are dropped."
    values = {name: typed(name, form.get(name, ""), default) for name, default in system.defaults.items()}
    control.set_switches(system, values)
    return "The switches are saved."


def typed(name: str, text: str, default: Any) -> Any:
    """A form value in the type of the switch. Raises ValueError with a sentence."""
    if isinstance(default, bool):
        return text == "1"
    if isinstance(default, list):
        return [part.strip() for part in text.split(",") if part.strip()]
    if isinstance(default, str):
        return text
    try:
        value = float(text)
    except ValueError:
        raise ValueError(f"{name.replace('_', ' ').capitalize()} must be a number.") from None
    if not 0 <= value <= 1e9:
        raise ValueError(f"{name.replace('_', ' ').capitalize()} must not be negative.")
    return int(value) if isinstance(default, int) else value
