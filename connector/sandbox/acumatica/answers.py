"""Error answers in the ERP's own shapes. Sources: facts/ACUMATICA.md, section 2.8; shapes.json."""

from __future__ import annotations

import json
from typing import Any

from flask import Response

DENIED = {"message": "Authorization has been denied for this request."}
HTML_DOWN = b"<!DOCTYPE html><html><title>Site under maintenance</title><h1>Site under maintenance</h1></html>"
NOT_FOUND = ("No entity satisfies the condition.", "PX.Api.ContractBased.NoEntitySatisfiesTheConditionException")


class Problem(Exception):
    """Ends a request with an answer that is not a success."""

    def __init__(self, response: Response) -> None:
        super().__init__(response.status)
        self.response = response


def reply(body: Any, status: int = 200) -> Response:
    text = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
    return Response(text, status, content_type="application/json; charset=utf-8")


def exception(text: str, kind: str = "PX.Data.PXException", status: int = 500) -> Response:
    """What an exception inside the ERP looks like; nearly everything that goes wrong is one of these."""
    body = {"message": "An error has occurred.", "exceptionMessage": text, "exceptionType": kind,
            "stackTrace": "   at PX.Data.PXGraph.Sandbox()"}  # fmt: skip
    return reply(body, status)


def not_found() -> Problem:
    """A record that is not there is a 500, not a 404."""
    return Problem(exception(*NOT_FOUND))


def unknown_route(path: str) -> Response:
    return reply({"message": f"No HTTP resource was found that matches the request URI '{path}'."}, 404)


def empty_body() -> Response:
    return reply(
        {"message": "The request is invalid.", "modelState": {"": ["The request body should not be empty."]}}, 400
    )


def face(kind: str) -> tuple[int, str, bytes]:
    """The bodies of faults."""
    if kind == "401":
        return 401, "application/json; charset=utf-8", json.dumps(DENIED).encode()
    if kind == "429":
        return 429, "application/json; charset=utf-8", b'{"message":"Too many requests."}'
    if kind == "maintenance":
        return 503, "text/html; charset=utf-8", HTML_DOWN
    return 500, "application/json; charset=utf-8", exception("The request could not be completed.").get_data()
