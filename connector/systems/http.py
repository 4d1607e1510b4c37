"""The one seam for HTTP: sessions, time-outs, recording for the log, and statuses turned into words.

Only this module touches `requests`. Every exchange is recorded (redacted) into the list that the caller of
`recording()` holds, so that an Attempt shows what was really sent. Systems name their own oddities by
passing `explain`.
"""

from __future__ import annotations

import contextvars
import json
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from email.utils import parsedate_to_datetime
from typing import Any

import requests
from requests.adapters import HTTPAdapter

from connector.clock import CLOCK, Clock
from connector.errors import Fail, Outcome, Refused, Retry
from connector.systems.base import Gate, OpenGate
from connector.systems.held import holder
from connector.systems.secrecy import conceals, covered

KEEP = 20_000  # characters of a body that the log keeps
LISTED = 25  # rows of a list that the log keeps of a longer body
MASK = "***"
SECRET_HEADERS = {"authorization", "cookie", "set-cookie", "x-auth-token", "proxy-authorization"}
SECRET_FIELD = re.compile(
    r"pass(word)?|secret|token|api[-_]?key|authorization|client_secret|signature|cvv|card_?number", re.IGNORECASE
)

_recorder: contextvars.ContextVar[list[dict[str, Any]] | None] = contextvars.ContextVar("exchanges", default=None)
_patience: contextvars.ContextVar[float | None] = contextvars.ContextVar("patience", default=None)
_urgent: contextvars.ContextVar[bool] = contextvars.ContextVar("urgent", default=False)


@contextmanager
def recording(*, urgent: bool = False) -> Iterator[list[dict[str, Any]]]:
    """Collect the exchanges made inside the block (this thread); `urgent` ones pass the gate first."""
    exchanges: list[dict[str, Any]] = []
    token, lane = _recorder.set(exchanges), _urgent.set(urgent)
    try:
        yield exchanges
    finally:
        _recorder.reset(token)
        _urgent.reset(lane)


@contextmanager
def patience(seconds: float) -> Iterator[None]:
    """No request in the block waits longer than that for an answer: a person looks at an empty page."""
    token = _patience.set(seconds)
    try:
        yield
    finally:
        _patience.reset(token)


def is_urgent() -> bool:
    """True inside a `recording(urgent=True)` block: a person waits for this."""
    return _urgent.get()


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back, already read: `data` is the JSON when there was any, else None."""

    status: int
    headers: Mapping[str, str]
    text: str
    data: Any
    seconds: float
    cookies: Mapping[str, str]
    content: bytes = b""  # only of a call with `most`


class Http:
    """Requests to one base address. Safe for several threads: requests' pool is, and nothing else is shared.

    `explain(answer)` returns a sentence for a refused answer, or an Outcome to raise instead of the
    default word for its status.
    """

    def __init__(
        self,
        base: str,
        *,
        headers: Mapping[str, str] | None = None,
        timeout: tuple[float, float] = (10.0, 120.0),
        gate: Gate | None = None,
        clock: Clock = CLOCK,
        explain: Callable[[Answer], str | Outcome] | None = None,
        pool: int = 16,
        verify: bool = True,
        name: str = "the system",
    ) -> None:
        self.base = base.rstrip("/")
        self.timeout = timeout
        self.gate: Gate = gate or OpenGate()
        self.clock = clock
        self.explain = explain or (lambda answer: _message(answer))
        self.name = name
        self.session = requests.Session()
        self.session.trust_env = False  # no proxy and netrc look-ups on each call: a fifth of its CPU
        self.session.verify = verify
        self.session.headers.update({"Accept": "application/json", **(headers or {})})
        adapter = HTTPAdapter(pool_connections=4, pool_maxsize=pool)
        self.session.mount("http://", adapter)
        self.session.mount("https://", adapter)

    def close(self) -> None:
        self.session.close()

    def call(
        self,
        method: str,
        path: str,
        *,
        params: Any = None,
        body: Any = None,
        data: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        auth: Any = None,
        ok: tuple[int, ...] = (200, 201, 202, 204),
        timeout: tuple[float, float] | None = None,
        safe: bool | None = None,
        most: int = 0,
    ) -> Answer:
        """One request. `path` is joined to the base unless it is a whole address; `body` is sent as JSON.

        Raises Retry (time-out, broken connection, 408, 425, 429, 5xx), Refused (401, 403) or Fail (other
        4xx), unless `explain` names another word. `Retry.unknown` is set where a write may have landed;
        `safe=True` says that this PUT or POST only reads. `most` > 0: the answer is a file of at most that many bytes,
        which comes as `content` and is not kept in the log; a larger one raises Fail and is not read on.
        """
        url = path if path.startswith("http") else self.base + path
        content = data if data is not None else None if body is None else json.dumps(body).encode()
        sent = dict(headers or {})
        if body is not None:
            sent.setdefault("Content-Type", "application/json")
        entry: dict[str, Any] = {"method": method, "url": url}
        held = holder()
        if _recorder.get() is not None or held is not None:
            entry.update(
                url=redact_url(url),
                at=self.clock.now().isoformat(),
                headers=redact_headers(sent),
                params=redact(params),
                body=_kept(body, len(content or b"")) if data is None else f"({len(data)} bytes)",
            )
        safe = method in ("GET", "HEAD", "OPTIONS") if safe is None else safe
        if held is not None and not safe:
            _record(entry)
            return Answer(200, {}, "", held.hold(entry, method, path, body), 0.0, {})
        started = self.clock.monotonic()
        try:
            with self.gate.enter(urgent=_urgent.get()):
                started = self.clock.monotonic()  # the wait at the gate is ours, not theirs
                response = self.session.request(
                    method, url, params=params, data=content, headers=sent, auth=auth,
                    timeout=_patient(timeout or self.timeout), allow_redirects=False, stream=bool(most),
                )  # fmt: skip
                file = _file(response, most) if most and response.ok else None
        except requests.exceptions.InvalidURL as error:
            raise Fail(f"The address of {self.name} is not a web address.", code="http.address") from error
        except requests.exceptions.ConnectTimeout as error:
            text = f"{self.name} did not accept a connection in time"
            raise self._broken(entry, started, text, False, error, away=True) from error
        except requests.exceptions.Timeout as error:
            raise self._broken(entry, started, f"{self.name} did not answer in time", not safe, error) from error
        except requests.exceptions.SSLError as error:
            text = f"the certificate of {self.name} was not accepted"
            raise self._broken(entry, started, text, False, error) from error
        except requests.exceptions.RequestException as error:
            refused = "refused" in str(error).lower() or "resolve" in str(error).lower()
            text = f"{self.name} cannot be reached" if refused else f"the connection to {self.name} broke"
            raise self._broken(entry, started, text, not safe and not refused, error, away=refused) from error
        answer = _answer(response, self.clock.monotonic() - started, file)
        if _recorder.get() is not None:
            entry.update(
                status=answer.status,
                seconds=round(answer.seconds, 4),
                response_headers=redact_headers(answer.headers),
                response=_kept(answer.data, len(answer.text)) if answer.data is not None else answer.text[:KEEP],
            )
            _record(covered(entry) if conceals(answer.text) or conceals(str(answer.headers)) else entry)
        if answer.status in ok:
            broken = answer.status != 204 and answer.data is None and answer.text.strip() and "json" in _type(answer)
            if broken and file is None:
                raise Retry(
                    f"{self.name} sent an answer that is cut off or not JSON", unknown=not safe, code="http.cut_json"
                )
            return answer
        raise self._word(answer, safe)

    def _broken(
        self, entry: dict[str, Any], started: float, text: str, unknown: bool, error: Exception, *, away: bool = False
    ) -> Retry:
        entry.update(status=None, seconds=round(self.clock.monotonic() - started, 4), error=type(error).__name__)
        _record(entry)
        return Retry(f"{text}.", unknown=unknown, away=away, code="http.unreachable")

    def _word(self, answer: Answer, safe: bool) -> Outcome:
        if conceals(answer.text):  # an error that repeats what it was sent: what is said of it must not
            answer = replace(answer, text=covered(answer.text), data=covered(answer.data))
        said = self.explain(answer)
        if isinstance(said, Outcome):
            return said
        text = f"{self.name} answered {answer.status}: {said}" if said else f"{self.name} answered {answer.status}."
        if answer.status in (401, 403):
            return Refused(text, code="http.refused")
        if answer.status in (408, 425, 429) or answer.status >= 500:
            return Retry(text, after=retry_after(answer, self.clock), unknown=not safe, code=f"http.{answer.status}")
        return Fail(text)


def _patient(timeout: tuple[float, float]) -> tuple[float, float]:
    most = _patience.get()
    return timeout if most is None else (min(timeout[0], most), min(timeout[1], most))


def retry_after(answer: Answer, clock: Clock = CLOCK) -> float | None:
    """Seconds that a Retry-After header asks for (number or date), None without one."""
    value = answer.headers.get("Retry-After")
    if not value:
        return None
    if value.strip().isdigit():
        return float(value)
    try:
        return max(0.0, (parsedate_to_datetime(value) - clock.now()).total_seconds())
    except (TypeError, ValueError):
        return None


def redact(value: Any) -> Any:
    """The same value with everything that looks like a secret masked, whatever shape stands under its name."""
    if isinstance(value, Mapping):
        return {key: _masked(str(key), item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        if len(value) == 2 and isinstance(value[0], str) and not isinstance(value[1], Mapping | list | tuple):
            return [value[0], _masked(value[0], value[1])]  # a pair of query parameters
        return [redact(item) for item in value]
    return value


def _masked(name: str, item: Any) -> Any:
    if not SECRET_FIELD.search(name) or item is None or isinstance(item, bool):
        return redact(item)
    return MASK


def redact_url(url: str) -> str:
    """The address with the values of secret query parameters masked."""
    head, mark, query = url.partition("?")
    parts = (part.partition("=") for part in query.split("&"))
    return head + mark + "&".join(f"{n}={MASK}" if e and SECRET_FIELD.search(n) else n + e + v for n, e, v in parts)


def _kept(value: Any, size: int) -> Any:
    """What the log keeps of a body of `size` characters: all of it, or the beginning when it is long."""
    if size <= KEEP:
        return redact(value)
    clean = redact(_shortened(value))
    text = json.dumps(clean, ensure_ascii=False, default=str)
    return clean if len(text) <= KEEP else text[:KEEP]


def _shortened(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _shortened(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        more = [f"... and {len(value) - LISTED} more"] if len(value) > LISTED else []
        return [_shortened(item) for item in value[:LISTED]] + more
    return value


def redact_headers(headers: Mapping[str, str]) -> dict[str, str]:
    return {
        name: MASK if name.lower() in SECRET_HEADERS or SECRET_FIELD.search(name) else text
        for name, text in headers.items()
    }


def _record(entry: dict[str, Any]) -> None:
    exchanges = _recorder.get()
    if exchanges is not None:
        exchanges.append(entry)


def _type(answer: Answer) -> str:
    return answer.headers.get("Content-Type", "").lower()


def _file(response: requests.Response, most: int) -> bytes:
    """The bytes of an answer, read up to the limit. Raises Fail when it is larger."""
    found = bytearray()
    for part in response.iter_content(65_536):
        found += part
        if len(found) > most:
            response.close()
            raise Fail(f"The file has more than {most // 1_000_000} MB.", code="http.too_large")
    return bytes(found)


def _answer(response: requests.Response, seconds: float, file: bytes | None = None) -> Answer:
    if file is not None:
        note = f"({len(file)} bytes)"
        return Answer(response.status_code, response.headers, note, None, seconds, response.cookies.get_dict(), file)
    if "charset" not in response.headers.get("Content-Type", ""):
        response.encoding = "utf-8"  # guessing takes seconds on a large answer
    text = response.text
    try:
        data = json.loads(text) if text.strip() else None
    except (ValueError, RecursionError):
        data = None
    return Answer(response.status_code, response.headers, text, data, seconds, response.cookies.get_dict())


def _message(answer: Answer) -> str:
    if isinstance(answer.data, Mapping) and answer.data.get("message"):
        return str(answer.data["message"])
    return re.sub(r"<[^>]+>|\s+", " ", answer.text)[:300].strip()
