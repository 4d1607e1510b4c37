"""What Acumatica's refusals mean: facts/ACUMATICA.md sections 1.1, 1.3 and 2.8 in code. It sends nothing.

The trap is that nearly everything is a 500: a wrong password, an exhausted licence, a record that does not
exist. So the text decides, and only a text that nobody knows falls back to the word of its status.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from connector.errors import Fail, Outcome, Refused, Retry
from connector.systems.acumatica import causes
from connector.systems.http import Answer, retry_after

LIMIT = re.compile(
    r"api login limit|maximum number of .{0,40}(users|logins|sign-ins|sessions)|licen[sc]e limit"
    r"|concurrent (user|login|sign-in|session)",
    re.IGNORECASE,
)
LIMIT_HELP = (
    "Every session of the API holds a seat of the licence. Close sessions on the License Monitoring Console "
    "(SM604000), lower the parallel requests of this connector, or raise the limit of the user. "
    "The password is not the problem; the connector tries again by itself."
)
SIGN_IN = (
    (
        re.compile(r"invalid credentials|incorrect (user|password)|invalid_grant|invalid_username", re.I),
        "acumatica.credentials",
        "Check the user name, the password and the tenant in the connector's settings.",
    ),
    (
        re.compile(r"change your password|password .{0,30}expired", re.IGNORECASE),
        "acumatica.password_change",
        "Sign in once with a browser, set a new password, and enter it in the connector's settings.",
    ),
    (
        re.compile(r"locked out|is locked", re.IGNORECASE),
        "acumatica.locked",
        "Unlock the user on the Users form (SM201010) or wait until the lock ends.",
    ),
    (
        re.compile(r"disabled|not active|is inactive", re.IGNORECASE),
        "acumatica.disabled",
        "Activate the user on the Users form (SM201010).",
    ),
    (
        re.compile(r"company id cannot be determined|PXUndefinedCompany", re.IGNORECASE),
        "acumatica.tenant",
        "Enter the tenant's login name as it stands on the Tenants form (SM203520).",
    ),
    (
        re.compile(r"invalid_client|unauthorized_client|invalid_scope", re.IGNORECASE),
        "acumatica.client",
        "Check client ID and client secret against the Connected Applications form (SM303010); "
        "the flow Resource Owner Password Credentials must be allowed there.",
    ),
)
TAKEN_HELP = (
    "The number is given by the connector (segmentation: manual). Look at the record that has it, and change the "
    "pattern of the numbers, or leave the numbering to Acumatica."
)
BUSY_SECONDS = 15.0  # no Retry-After is documented for a full request queue or a full house of sessions


class Gone(Fail):
    """The record does not exist (which Acumatica says with a 500)."""


class LoginLimit(Retry):
    """No seat is free: wait, never treat it as a wrong password."""


class Unlisted(Fail):
    """A list cannot be read with these fields; one record at a time may still work."""


class Taken(Fail):
    """412: a record of that key is there already, and only an insert was asked for (facts 2.4)."""


class NoEndpoint(Fail):
    """404: the endpoint, the entity or the address is not there."""


def problems(body: Any, path: str = "") -> Iterator[str]:
    """Every `error` text inside an entity with the path of its field, in the order of the body."""
    if isinstance(body, Mapping):
        said = body.get("error")
        if isinstance(said, str) and said.strip():
            yield f"{path}: {said.strip()}" if path else said.strip()
        for name, item in body.items():
            if name != "error":
                yield from problems(item, f"{path}/{name}" if path else str(name))
    elif isinstance(body, list):
        for index, item in enumerate(body):
            yield from problems(item, f"{path}[{index + 1}]")


def sentence(answer: Answer) -> str:
    """The rule of facts 2.8: field errors, else the exception, else the inner one, else the message."""
    body = answer.data
    if not isinstance(body, Mapping):
        return re.sub(r"<[^>]*>|\s+", " ", answer.text)[:300].strip()
    found = list(problems(body))
    if found and not (isinstance(body.get("error_description"), str) and len(found) == 1):
        return "; ".join(found)
    inner = body.get("innerException")
    said = body.get("exceptionMessage") or (inner.get("exceptionMessage") if isinstance(inner, Mapping) else None)
    if said:
        return re.sub(r"\s+", " ", str(said)).strip()
    texts = [str(body[name]) for name in ("error", "error_description", "message") if body.get(name)]
    return " ".join([*texts[:2], *_model_state(body)])


def _model_state(body: Mapping[str, Any]) -> list[str]:
    state = body.get("modelState")
    return [str(text) for texts in state.values() for text in texts or ()] if isinstance(state, Mapping) else []


def explain(answer: Answer) -> str | Outcome:
    """The word for a refused call inside a session; a plain text leaves the word to the status."""
    said = sentence(answer)
    kind = _kind(answer)
    if "No entity satisfies the condition" in said or "NoEntitySatisfies" in kind:
        return Gone("Acumatica has no such record.", code="acumatica.gone")
    if "Optimization cannot be performed" in said or "CannotOptimize" in kind:
        return Unlisted(
            f"Acumatica cannot read this list: {said}",
            code="acumatica.unlisted",
            help="Fields of this list are calculated by a customization. The connector reads such records one by one.",
        )
    if LIMIT.search(said):
        return login_limit(said, answer)
    if "PXSetupNotEntered" in kind:
        return Fail(f"Acumatica is not set up: {said}", code="acumatica.setup", help="Fill in that form and try again.")
    return _by_status(answer, said)


def _by_status(answer: Answer, said: str) -> str | Outcome:
    if 300 <= answer.status < 400:
        return moved(answer)
    if answer.status == 403:
        return Refused(
            f"Acumatica does not let this user read it: {said or 'no rights'}",
            code="acumatica.rights",
            help="Give the user's role rights to the form (Access Rights by Role, SM201025), and check that the "
            "feature is switched on (CS100000).",
        )
    if answer.status == 404:
        return NoEndpoint(
            f"Acumatica knows nothing at this address (404). {said}".strip(),
            code="acumatica.not_found",
            help="Check the address and the endpoint version; a new version can be missing after an upgrade.",
        )
    if answer.status == 429:
        return Retry(
            "Acumatica's queue of requests is full (429).",
            after=retry_after(answer) or BUSY_SECONDS,
            code="http.429",
            help="Other applications use up the requests that the licence allows.",
        )
    if answer.status == 412:
        return Taken("Acumatica has a record of that number already.", code="acumatica.number_taken", help=TAKEN_HELP)
    known = causes.of(said) if answer.status in (400, 422, 500) else None
    if known:
        return known
    if answer.status == 422:
        return Fail(f"Acumatica refused the values: {said}", code="acumatica.values")
    return said


def explain_sign_in(answer: Answer) -> str | Outcome:
    """The word for a refused sign-in, by its text and not by its status (facts 1.1: a wrong password is a 500)."""
    said = sentence(answer)
    kind = _kind(answer)
    if LIMIT.search(said):
        return login_limit(said, answer)
    for pattern, code, help in SIGN_IN:
        if pattern.search(said) or pattern.search(kind):
            return Refused(f"Acumatica refused the sign-in: {said}", code=code, help=help)
    if answer.status == 404 or 300 <= answer.status < 400:
        return Refused(
            f"There is no Acumatica site at this address ({answer.status}{_to(answer)}).",
            code="acumatica.address",
            help="Enter the address up to the instance, such as https://erp.example.com/AcumaticaERP, without /Main.",
        )
    if answer.status in (400, 401, 403):
        text = f"Acumatica refused the sign-in ({answer.status}): {said}".rstrip(": ")
        return Refused(text + ("" if text.endswith(".") else "."), code="acumatica.credentials", help=SIGN_IN[0][2])
    return said


def login_limit(said: str, answer: Answer) -> LoginLimit:
    return LoginLimit(
        f"No session of Acumatica is free: {said}",
        after=retry_after(answer) or BUSY_SECONDS,
        code="acumatica.login_limit",
        help=LIMIT_HELP,
    )


def moved(answer: Answer) -> Outcome:
    """A redirect: to the error page of a site in trouble, or because the address is another one."""
    if "error" in answer.headers.get("Location", "").lower():
        return Retry("Acumatica answered with its error page.", code="acumatica.error_page")
    return Fail(
        f"Acumatica sends callers elsewhere ({answer.status}{_to(answer)}).",
        code="acumatica.address",
        help="Enter the address that it names, up to the instance, in the connector's settings.",
    )


def _to(answer: Answer) -> str:
    target = answer.headers.get("Location", "").partition("?")[0]
    return f" to {target[:200]}" if target else ""


def _kind(answer: Answer) -> str:
    return str(answer.data.get("exceptionType") or "") if isinstance(answer.data, Mapping) else ""
