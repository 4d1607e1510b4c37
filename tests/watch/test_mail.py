"""The door for e-mail: what the server is asked for, and that its troubles are nobody else's."""

from __future__ import annotations

import logging
import smtplib
from collections.abc import Iterator
from email.message import EmailMessage
from typing import Any

import pytest

from connector.watch import mail

READERS = ["shop@example.com", "erp@example.com"]


class FakeSmtp:
    """A mail server that remembers what it was told."""

    offers = True

    def __init__(self, host: str, port: int, timeout: float, **_: Any) -> None:
        self.asked: list[Any] = [(host, port)]
        self.mails: list[tuple[EmailMessage, str, list[str]]] = []
        made.append(self)

    def __enter__(self) -> FakeSmtp:
        return self

    def __exit__(self, *_: object) -> None:
        self.asked.append("quit")

    def ehlo_or_helo_if_needed(self) -> None:
        self.asked.append("ehlo")

    def has_extn(self, name: str) -> bool:
        return self.offers and name == "starttls"

    def starttls(self, **_: Any) -> None:
        self.asked.append("starttls")

    def login(self, user: str, password: str) -> None:
        self.asked.append((user, password))

    def send_message(self, message: EmailMessage, sender: str, to: list[str]) -> None:
        self.mails.append((message, sender, to))


made: list[FakeSmtp] = []


@pytest.fixture(autouse=True)
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    made.clear()
    monkeypatch.setattr(smtplib, "SMTP", FakeSmtp)
    monkeypatch.setattr(smtplib, "SMTP_SSL", FakeSmtp)
    monkeypatch.setattr(FakeSmtp, "offers", True)
    mail.use(mail.Server.parse("smtp://post:a%40b@mail.example.com", "connector@example.com"))
    yield
    mail.use(None)


def test_one_mail_goes_to_all_readers_encrypted_and_signed_in() -> None:
    assert mail.send(READERS, "3 messages failed", "First\nSecond")
    [smtp] = made
    assert smtp.asked == [("mail.example.com", 587), "ehlo", "starttls", ("post", "a@b"), "quit"]
    [(message, sender, to)] = smtp.mails
    assert (sender, to) == ("connector@example.com", READERS)
    assert message["To"] == "shop@example.com, erp@example.com" and message["Auto-Submitted"] == "auto-generated"
    assert message["Subject"] == "3 messages failed" and message.get_content() == "First\nSecond\n"


def test_a_password_is_not_sent_in_the_open(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    monkeypatch.setattr(FakeSmtp, "offers", False)
    assert not mail.send(READERS, "x", "y")
    assert ("post", "a@b") not in made[0].asked and not made[0].mails
    assert "a@b" not in caplog.text


def test_tls_from_the_first_byte_needs_no_second_one() -> None:
    mail.use(mail.Server.parse("smtps://post:pass@mail.example.com", "connector@example.com"))
    assert mail.send(READERS, "x", "y")
    assert made[0].asked == [("mail.example.com", 465), ("post", "pass"), "quit"]


@pytest.mark.parametrize("error", [OSError("unreachable"), smtplib.SMTPAuthenticationError(535, b"a@b is wrong")])
def test_a_server_in_trouble_is_a_line_in_the_log(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, error: Exception
) -> None:
    def refuse(*_: object) -> None:
        raise error

    monkeypatch.setattr(FakeSmtp, "login", refuse)
    with caplog.at_level(logging.WARNING, "connector.watch.mail"):
        assert not mail.send(READERS, "x", "y")
    assert "mail not sent" in caplog.text and "a@b" not in caplog.text


def test_without_a_server_nothing_is_sent_and_the_log_says_so(caplog: pytest.LogCaptureFixture) -> None:
    mail.use(None)
    assert not mail.ready() and not mail.send(READERS, "x", "y")
    assert "MAIL_URL is not set" in caplog.text and not made


def test_a_subject_cannot_add_a_header_and_a_wrong_reader_gets_nothing() -> None:
    assert mail.send(["shop@example.com", "no address", "a@b\nBcc: c@d"], "One\r\nBcc: all@example.com", "y")
    [(message, _, to)] = made[0].mails
    assert to == ["shop@example.com"] and message["Bcc"] is None
    assert message["Subject"] == "One Bcc: all@example.com"
    assert not mail.send(["no address"], "x", "y")


@pytest.mark.parametrize("url", ["http://u:hidden-word@mail.example.com", "smtp://", "u:hidden-word@host"])
def test_what_is_no_mail_server_is_refused_without_repeating_it(url: str) -> None:
    with pytest.raises(ValueError, match="must look like") as refused:
        mail.Server.parse(url, "a@b")
    assert "hidden-word" not in str(refused.value)
