"""The one door for e-mail: the report of failures and the alerts go through it. It knows no reader and no cause.

`use(MAIL_URL, MAIL_FROM)` is said once at start (config.py); until then, or when nothing is set, a mail becomes one
line of the process's log. So does a mail that the server refuses: nobody's work may fail because of it. Never call
`send` inside a transaction or a request: a slow server holds it up for `SECONDS`.
"""

from __future__ import annotations

import logging
import re
import smtplib
import ssl
from collections.abc import Sequence
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from urllib.parse import unquote, urlsplit

log = logging.getLogger(__name__)
SECONDS = 15.0
NEAR = ("localhost", "127.0.0.1", "::1")  # where a password may travel without TLS
ADDRESS = re.compile(r"[^\s@,;<>\"()]+@[^\s@,;<>\"()]+")


@dataclass(frozen=True, slots=True)
class Server:
    """A mail server: `tls` from the first byte (smtps), else STARTTLS when it offers that."""

    host: str
    port: int
    sender: str
    user: str = ""
    password: str = ""
    tls: bool = False

    @classmethod
    def parse(cls, url: str, sender: str) -> Server:
        """smtp://user:password@host:587 or smtps://host. Raises ValueError without repeating the text."""
        parts = urlsplit(url)
        if parts.scheme not in ("smtp", "smtps") or not parts.hostname:
            raise ValueError("must look like smtp://user:password@mail.example.com:587 or smtps://mail.example.com.")
        tls = parts.scheme == "smtps"
        port = parts.port or (465 if tls else 587 if parts.username else 25)
        return cls(parts.hostname, port, sender, unquote(parts.username or ""), unquote(parts.password or ""), tls)


_server: Server | None = None


def use(server: Server | None) -> None:
    """The server of this process; None: no mail is sent."""
    global _server
    _server = server


def ready() -> bool:
    """Whether there is a server, so that a page can say that nobody would get anything."""
    return _server is not None


def valid(address: str) -> bool:
    """Whether it looks like one mail address."""
    return len(address) <= 254 and ADDRESS.fullmatch(address) is not None


def send(to: Sequence[str], subject: str, text: str) -> bool:
    """Send one mail to all of these. False, and a line in the log that says why, when it was not handed over."""
    readers = [address for address in to if valid(address)]
    if not readers:
        return False
    if _server is None:
        log.warning("mail not sent: MAIL_URL is not set", extra={"action": "mail_off", "subject": _line(subject)})
        return False
    try:
        _hand_over(_server, readers, _message(_server, readers, subject, text))
    except (OSError, smtplib.SMTPException, ValueError) as error:
        said = {"action": "mail_failed", "subject": _line(subject), "server": _server.host}
        log.warning("mail not sent: %s", type(error).__name__, extra=said)  # its text may repeat the credentials
        return False
    return True


def _message(server: Server, readers: Sequence[str], subject: str, text: str) -> EmailMessage:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = server.sender, ", ".join(readers), _line(subject)
    message["Date"], message["Message-ID"] = formatdate(), make_msgid(domain="commerce-connector.invalid")
    message["Auto-Submitted"] = "auto-generated"  # holiday answers stay away
    message.set_content(text)
    return message


def _line(text: str) -> str:
    """One line without control characters: a subject must not be able to add a header."""
    return re.sub(r"[\x00-\x1f\x7f\s]+", " ", text).strip()[:200]


def _hand_over(server: Server, readers: Sequence[str], message: EmailMessage) -> None:
    context = ssl.create_default_context()
    with _connect(server, context) as connection:
        secure = server.tls
        if not secure:
            connection.ehlo_or_helo_if_needed()
            if connection.has_extn("starttls"):
                connection.starttls(context=context)
                secure = True
        if server.user:
            if not secure and server.host not in NEAR:
                raise smtplib.SMTPNotSupportedError("the server offers no encryption: the password is not sent")
            connection.login(server.user, server.password)
        connection.send_message(message, server.sender, list(readers))


def _connect(server: Server, context: ssl.SSLContext) -> smtplib.SMTP:
    if server.tls:
        return smtplib.SMTP_SSL(server.host, server.port, timeout=SECONDS, context=context)
    return smtplib.SMTP(server.host, server.port, timeout=SECONDS)
