"""Mail: sent by SMTP, or laid into a folder where no SMTP server is set.

Sending happens after the commit, from an outbox row. The Message-ID and the file name come from the
row's key, so that a second delivery of the same errand is seen as the same message.
"""

from __future__ import annotations

import hashlib
import os
import re
import smtplib
import ssl
import unicodedata
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path
from typing import Literal
from urllib.parse import unquote, urlsplit

from caseflow import clock
from caseflow.config import Settings
from caseflow.words import Message, Refused

TIMEOUT = 30
"""Seconds that a mail server is given for each answer."""

Via = Literal["server", "folder"]

_ADDRESS = re.compile(r"[^\s\x00-\x1f@<>()\[\],;:\"\\]{1,64}@[^\s\x00-\x1f@<>()\[\],;:\"\\]{1,255}")


@dataclass(frozen=True, slots=True)
class Mail:
    """A message ready to go: one address, texts already in the reader's language."""

    key: str
    to: str
    subject: str
    text: str


class Rejected(Refused):
    """This mail will not be taken, however often it is tried: the address is wrong, or the server says so for good."""


class Unreachable(Refused):
    """The server cannot be talked to at present; the mails behind this one need not be tried now."""


@contextmanager
def opened(settings: Settings) -> Iterator[Callable[[Mail], Via]]:
    """What sends mails, one after the other over one connection that the first of them opens.

    Each call sends one mail and says how it went, or raises ``Refused`` with the reason: ``Rejected`` for good,
    ``Unreachable`` where the server is away; the outbox decides about trying again.
    ``settings.smtp`` is ``smtp://[user[:password]@]host[:port]`` (STARTTLS wherever a user signs in) or
    ``smtps://…``; empty means the folder ``mail`` of the installation.
    """
    if not settings.smtp:
        yield lambda mail: _lay_down(_message(mail, settings.mail_from), mail.key, settings.home / "mail")
        return
    line = _Line(settings)
    try:
        yield line.send
    finally:
        line.hang_up()


class _Line:
    """A connection to the mail server, opened when it is needed and again after it broke."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._server: smtplib.SMTP | None = None

    def send(self, mail: Mail) -> Via:
        message = _message(mail, self._settings.mail_from)
        try:
            self._picked_up().send_message(message)
        except smtplib.SMTPRecipientsRefused as error:
            raise _answered(next(iter(error.recipients.values()))[0]) from error
        except smtplib.SMTPDataError as error:
            raise _answered(error.smtp_code) from error
        except smtplib.SMTPSenderRefused as error:  # a setting of ours is wrong, not this mail
            raise Refused(Message("mail.put_off", {"code": error.smtp_code})) from error
        except smtplib.SMTPNotSupportedError as error:
            raise Rejected(Message("mail.bad_address")) from error
        except (OSError, smtplib.SMTPException) as error:
            self.hang_up()
            raise _away(error) from error
        return "server"

    def _picked_up(self) -> smtplib.SMTP:
        if self._server is None:
            try:
                self._server = _connected(self._settings)
            except (OSError, smtplib.SMTPException) as error:
                raise _away(error) from error
        return self._server

    def hang_up(self) -> None:
        if self._server is not None:
            with suppress(OSError, smtplib.SMTPException):
                self._server.quit()
            self._server = None


def _away(error: Exception) -> Unreachable:
    return Unreachable(Message("mail.not_sent", {"reason": type(error).__name__}))


def _answered(code: int) -> Refused:
    """What the server's number means: from 500 on it is its last word. Its text may hold the address; it is not kept."""
    if code >= 500:
        return Rejected(Message("mail.rejected", {"code": code}))
    return Refused(Message("mail.put_off", {"code": code}))


def _connected(settings: Settings) -> smtplib.SMTP:
    place = urlsplit(settings.smtp)
    host, secure = place.hostname or "localhost", place.scheme == "smtps"
    if secure:
        server: smtplib.SMTP = smtplib.SMTP_SSL(
            host, place.port or 465, timeout=TIMEOUT, context=ssl.create_default_context()
        )
    else:
        server = smtplib.SMTP(host, place.port or 25, timeout=TIMEOUT)
    try:
        server.ehlo_or_helo_if_needed()
        if not secure and (place.username or server.has_extn("starttls")):
            server.starttls(context=ssl.create_default_context())
        if place.username:
            server.login(unquote(place.username), _password(settings, place.password))
    except BaseException:
        server.close()
        raise
    return server


def _password(settings: Settings, given: str | None) -> str:
    if settings.smtp_password_file is not None:
        return settings.smtp_password_file.read_text("utf-8").rstrip("\r\n")
    return unquote(given or "")


def _message(mail: Mail, sender: str) -> EmailMessage:
    message = EmailMessage()
    if not _ADDRESS.fullmatch(mail.to):
        raise Rejected(Message("mail.bad_address"))
    message["To"] = mail.to
    message["From"] = sender
    message["Subject"] = _one_line(mail.subject)
    message["Date"] = format_datetime(clock.now())
    message["Message-ID"] = f"<{_digest(mail.key)}@{sender.rpartition('@')[2].strip('>') or 'localhost'}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(mail.text, cte="base64")
    return message


def _lay_down(message: EmailMessage, key: str, folder: Path) -> Via:
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = folder / f"{_digest(key)}.eml"
    part = path.with_suffix(f".{os.getpid()}.part")
    part.write_bytes(message.as_bytes())
    part.replace(path)
    return "folder"


def _digest(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()[:40]


def _one_line(text: str) -> str:
    return "".join(" " if unicodedata.category(character) in ("Cc", "Zl", "Zp") else character for character in text)
