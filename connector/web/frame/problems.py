"""Error pages: what went wrong, in a sentence, and a way on. htmx shows the part `#problem` as a notice."""

from __future__ import annotations

import logging

from flask import Flask, Response, g, jsonify, make_response, render_template, request
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import OperationalError
from werkzeug.exceptions import HTTPException

from connector.web.access.auth import forget_who

log = logging.getLogger(__name__)

SENTENCES = {
    401: ("Who is there?", "Send an API token that holds: Authorization: Bearer and the token."),
    429: ("Too many tokens were wrong", "Wait a minute, then try again with the right one."),
    400: ("This request could not be understood", "Something in the address or in the form was not as it should be."),
    403: ("You may not do this", "Your role does not allow it. An administrator can do it or change your role."),
    404: ("There is nothing at this address", "It may have been cleaned up, or the address has a slip in it."),
    405: ("This cannot be done at this address", "The address exists, but not for this kind of request."),
    409: ("Somebody else was quicker", "What you changed has been changed meanwhile. Load the page again."),
    413: ("This is too large", "The connector takes requests of at most one megabyte."),
    500: ("Something broke in the connector", "It has been logged. Nothing that was accepted is lost."),
    503: ("The database does not answer", "The connector tries again by itself. Nothing that was accepted is lost."),
}


def register(app: Flask) -> None:
    app.register_error_handler(CSRFError, _expired_form)
    app.register_error_handler(HTTPException, _refused)
    app.register_error_handler(OperationalError, _no_database)


def _refused(error: HTTPException) -> Response:
    if error.response is not None:  # abort(response) and redirects
        return make_response(error.response)
    return answer(error.code or 500)


def _expired_form(error: CSRFError) -> Response:
    title = "This form has expired"
    text = "You signed in or out since it was loaded, or cookies are blocked. Nothing was changed: send it again."
    return answer(400, title, text, back=_same_page())


def _no_database(error: OperationalError) -> Response:
    log.error("the database did not answer", exc_info=error)
    return answer(503)


def answer(status: int, title: str = "", text: str = "", back: str = "") -> Response:
    """The error as JSON for machines, as a page for people.

    Pages from 500 on stand alone: what the frame needs (the person, the menu) may be what is broken.
    """
    usual = SENTENCES.get(status, (f"This did not work ({status})", "The request was refused."))
    title, text = title or usual[0], text or usual[1]
    if request.path.startswith(("/hooks/", "/api/")):
        response = jsonify(message=f"{title}{'' if title.endswith('?') else '.'} {text}")
        response.headers.update(_for_scripts(status))
    else:
        if status >= 500:
            forget_who()
        template = "errors/alone.html" if status >= 500 else "errors/page.html"
        response = make_response(render_template(template, status=status, problem=title, text=text, back=back))
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
