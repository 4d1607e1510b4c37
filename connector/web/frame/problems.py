"""Error pages: what went wrong, in a sentence, and a way on. htmx shows the part `#problem` as a notice."""

from __future__ import annotations

import logging

from flask import Flask, Response, g, jsonify, make_response, render_template, request
from flask_babel import gettext as _
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import OperationalError
from werkzeug.exceptions import HTTPException

from connector.web.access.auth import forget_who
from connector.web.frame.language import tr
from connector.web.frame.marks import N_

log = logging.getLogger(__name__)

SENTENCES = {
    401: (N_("Who is there?"), N_("Send an API token that holds: Authorization: Bearer and the token.")),
    429: (N_("Too many tokens were wrong"), N_("Wait a minute, then try again with the right one.")),
    400: (
        N_("This request could not be understood"),
        N_("Something in the address or in the form was not as it should be."),
    ),
    403: (
        N_("You may not do this"),
        N_("Your role does not allow it. An administrator can do it or change your role."),
    ),
    404: (N_("There is nothing at this address"), N_("It may have been cleaned up, or the address has a slip in it.")),
    405: (N_("This cannot be done at this address"), N_("The address exists, but not for this kind of request.")),
    409: (N_("Somebody else was quicker"), N_("What you changed has been changed meanwhile. Load the page again.")),
    413: (N_("This is too large"), N_("The connector takes requests of at most one megabyte.")),
    500: (N_("Something broke in the connector"), N_("It has been logged. Nothing that was accepted is lost.")),
    503: (
        N_("The database does not answer"),
        N_("The connector tries again by itself. Nothing that was accepted is lost."),
    ),
}

UNUSUAL = N_("This did not work (%(status)s)")


def register(app: Flask) -> None:
    app.register_error_handler(CSRFError, _expired_form)
    app.register_error_handler(HTTPException, _refused)
    app.register_error_handler(OperationalError, _no_database)


def _refused(error: HTTPException) -> Response:
    if error.response is not None:  # abort(response) and redirects
        return make_response(error.response)
    return answer(error.code or 500)


def _expired_form(error: CSRFError) -> Response:
    title = N_("This form has expired")
    text = N_("You signed in or out since it was loaded, or cookies are blocked. Nothing was changed: send it again.")
    return answer(400, title, text, back=_same_page())


def _no_database(error: OperationalError) -> Response:
    log.error("the database did not answer", exc_info=error)
    return answer(503)


def answer(status: int, title: str = "", text: str = "", back: str = "") -> Response:
    """The error as JSON for machines, as a page for people in their language; `title` and `text` are keys.

    Pages from 500 on stand alone: what the frame needs (the person, the menu) may be what is broken.
    """
    usual = SENTENCES.get(status, (UNUSUAL, N_("The request was refused.")))
    title, text = title or usual[0], text or usual[1]
    if request.path.startswith(("/hooks/", "/api/")):
        title = title % {"status": status}
        response = jsonify(message=f"{title}{'' if title.endswith('?') else '.'} {text}")
        response.headers.update(_for_scripts(status))
    else:
        if status >= 500:
            forget_who()
        template = "errors/alone.html" if status >= 500 else "errors/page.html"
        problem = _(UNUSUAL, status=status) if title == UNUSUAL else tr(title)
        response = make_response(render_template(template, status=status, problem=problem, text=tr(text), back=back))
    response.status_code = status
    response.vary.add("HX-Request")
    return response


def _for_scripts(status: int) -> dict[str, str]:
    if status == 401:
        return {"WWW-Authenticate": "Bearer"}
    return {"Retry-After": str(g.get("retry_after", 60))} if status == 429 else {}


def _same_page() -> str:
    """Where the form was, if it was one of ours: only the path, so that it cannot lead elsewhere."""
    referrer = request.referrer or ""
    if not referrer.startswith(request.host_url):
        return ""
    return "/" + referrer[len(request.host_url) :].lstrip("/\\")
