"""A small threaded HTTP server: keeps connections alive, and can hang up like a broken network.

It knows WSGI and sockets, no system. Werkzeug parses requests and builds the environ; its own `run_wsgi`
closes every connection, which costs a client a new one for each call, so that one method is replaced.
"""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Callable, Iterable
from io import BytesIO
from typing import Any

from werkzeug.serving import ThreadedWSGIServer, WSGIRequestHandler

Wsgi = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]
HOST = "127.0.0.1"


class HangUp(Exception):
    """Close the connection now; `sent` are the raw bytes that still leave before (a cut answer)."""

    def __init__(self, sent: bytes = b"") -> None:
        super().__init__("the connection is closed without a whole answer")
        self.sent = sent


class Handler(WSGIRequestHandler):
    """One connection: many requests, each read whole before the application sees it."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # headers and body would wait for each other's acknowledgement: 40 ms a call
    wbufsize = -1
    timeout = 300  # an idle connection ends after five minutes

    def run_wsgi(self) -> None:
        if self.headers.get("Expect", "").lower().strip() == "100-continue":
            self.wfile.write(b"HTTP/1.1 100 Continue\r\n\r\n")
            self.wfile.flush()
        self.environ = environ = self.make_environ()
        body = self._body(environ)
        if body is None:
            self._hang_up(HangUp())
            return
        environ.update({"wsgi.input": BytesIO(body), "CONTENT_LENGTH": str(len(body)), "sandbox.read": True})
        answer: list[Any] = []

        def start_response(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Any:
            answer[:] = [status, headers]
            return answer.append

        try:
            content = self.server.app(environ, start_response)
            try:
                data = b"".join(content)
            finally:
                if hasattr(content, "close"):
                    content.close()
        except HangUp as end:
            self._hang_up(end)
            return
        self._send(answer[0], answer[1], data)

    def _body(self, environ: dict[str, Any]) -> bytes | None:
        """The whole body; None when the caller has died in the middle of it: a web server drops such a request."""
        if environ.get("wsgi.input_terminated"):
            return bytes(environ["wsgi.input"].read())
        length = environ.get("CONTENT_LENGTH") or "0"
        wanted = int(length) if length.isdigit() else 0
        body = self.rfile.read(wanted)
        return body if len(body) == wanted else None

    def _send(self, status: str, headers: list[tuple[str, str]], data: bytes) -> None:
        code, _, text = status.partition(" ")
        self.send_response_only(int(code), text)
        empty = int(code) in (204, 304)
        for name, value in headers:
            if name.lower() not in ("content-length", "connection"):
                self.send_header(name, value)
        if not empty:
            self.send_header("Content-Length", str(len(data)))
        if not any(name.lower() == "date" for name, _ in headers):
            self.send_header("Date", self.date_time_string())
        self.end_headers()
        if not empty and self.command != "HEAD":
            self.wfile.write(data)

    def _hang_up(self, end: HangUp) -> None:
        self.close_connection = True
        with contextlib.suppress(OSError):
            if end.sent:
                self.wfile.write(end.sent)
                self.wfile.flush()
            self.connection.shutdown(socket.SHUT_RDWR)

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """The calls have a page of their own; a line for each on the terminal would drown the rest."""


class Server(ThreadedWSGIServer):
    """Listens on the loopback address only; port 0 picks a free one."""

    daemon_threads = True
    request_queue_size = 256

    def __init__(self, app: Wsgi, port: int = 0) -> None:
        super().__init__(HOST, port, app, Handler)
        self.url = f"http://{HOST}:{self.server_port}"

    def start(self) -> Server:
        """Serve in a thread of this process (tests); `stop()` ends it."""
        self._thread = threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        self._thread.start()
        return self

    def stop(self) -> None:
        self.shutdown()
        self.server_close()
