"""The sandbox's web server: a request counts when it has come whole."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterable
from typing import Any

from connector.sandbox.server import Server


def test_a_request_whose_caller_died_in_the_middle_has_no_effect() -> None:
    heard: list[bytes] = []

    def app(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        heard.append(environ["wsgi.input"].read())
        start("200 OK", [])
        return [b"done"]

    server = Server(app).start()
    try:
        for body, answers in ((b"", False), (b'{"items"', False), (b'{"items": []}', True)):
            with socket.create_connection(("127.0.0.1", server.server_port), timeout=10) as caller:
                caller.sendall(b"POST /ship HTTP/1.1\r\nHost: x\r\nContent-Length: 13\r\n\r\n" + body)
                caller.shutdown(socket.SHUT_WR)
                assert caller.recv(1000).startswith(b"HTTP/1.1 200") is answers
        assert heard == [b'{"items": []}']
    finally:
        server.stop()
