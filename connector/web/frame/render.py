"""One way to answer with a page: the whole of it, or the one block that htmx asked for.

`render("messages/list.html", "rows", messages=...)` answers the page to a browser and the block "rows" of
the same template to htmx, so that the first load, the poll and the row after a click cannot differ. It
knows no page and decides no permission: the view has done that before.
"""

from __future__ import annotations

from typing import Any

from flask import Response, make_response, render_template, request
from flask.globals import session
from jinja2_fragments.flask import render_block


def asked_for_part() -> bool:
    """True when htmx wants a fragment. A boosted link or a restored history entry wants the whole page."""
    headers = request.headers
    return (
        headers.get("HX-Request") == "true"
        and headers.get("HX-Boosted") != "true"
        and headers.get("HX-History-Restore-Request") != "true"
    )


def render(template: str, part: str | None = None, /, *, status: int = 200, **data: Any) -> Response:
    """The page, or its block `part` when htmx asked; flashed notices travel with either.

    A form with errors passes status=422: base.html tells htmx to swap that like a success.
    """
    if part is not None and asked_for_part():
        text = render_block(template, part, **data)
        if "_flashes" in session:
            text += render_template("_notices.html", out_of_band=True)
    else:
        text = render_template(template, **data)
    response = make_response(text, status)
    response.vary.add("HX-Request")
    return response


def go(address: str) -> Response:
    """After a POST: 303 to a browser, HX-Redirect to htmx (which would follow a 303 out of sight)."""
    if asked_for_part():
        response = make_response("", 200)
        response.headers["HX-Redirect"] = address
    else:
        response = make_response("", 303)
        response.headers["Location"] = address
    response.vary.add("HX-Request")
    return response
