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
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path
from urllib.parse import unquote, urlsplit

from caseflow import clock
from caseflow.config import Settings
from caseflow.words import Message, Refused

TIMEOUT = 30

_ADDRESS = re.compile(r"[^\s\x00-\x1f@<>()\[\],;:\"\\]{1,64}@[^\s\x00-\x1f@<>()\[\],;:\"\\]{1,255}")


@dataclass(frozen=True, slots=True)
class Mail:
    """A message ready to go: one address, texts already in the reader's language."""

    key: str
    to: str
    subject: str
    text: str


def deliver(mail: Mail, settings: Settings) -> None:
    """Send ``mail``, or raise ``Refused`` with the reason; the outbox decides about trying again.

    ``settings.smtp`` is ``smtp://[user:password@]host[:port]`` (STARTTLS wherever a user signs in) or
    ``smtps://…``; empty means the folder ``mail`` of the installation.
    """
    message = _message(mail, settings.mail_from)
    if not settings.smtp:
        _lay_down(message, mail.key, settings.home / "mail")
        return
    try:
        _send(message, settings.smtp)
    except (OSError, smtplib.SMTPException) as error:
        raise Refused(Message("mail.not_sent", {"reason": f"{type(error).__name__}"})) from error


def _message(mail: Mail, sender: str) -> EmailMessage:
    message = EmailMessage()
    if not _ADDRESS.fullmatch(mail.to):
        raise Refused(Message("mail.bad_address"))
    message["To"] = mail.to
    message["From"] = sender
    message["Subject"] = _one_line(mail.subject)
    message["Date"] = format_datetime(clock.now())
    message["Message-ID"] = f"<{_digest(mail.key)}@{sender.rpartition('@')[2].strip('>') or 'localhost'}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(mail.text, cte="base64")
    return message


def _lay_down(message: EmailMessage, key: str, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = folder / f"{_digest(key)}.eml"
    part = path.with_suffix(f".{os.getpid()}.part")
    part.write_bytes(message.as_bytes())
    part.replace(path)


def _send(message: EmailMessage, url: str) -> None:
    place = urlsplit(url)
    host = place.hostname or "localhost"
    if place.scheme == "smtps":
        server: smtplib.SMTP = smtplib.SMTP_SSL(
            host, place.port or 465, timeout=TIMEOUT, context=ssl.create_default_context()
        )
    else:
        server = smtplib.SMTP(host, place.port or 25, timeout=TIMEOUT)
    with server:
        server.ehlo_or_helo_if_needed()
        if place.scheme != "smtps" and (place.username or server.has_extn("starttls")):
            server.starttls(context=ssl.create_default_context())
        if place.username:
            server.login(unquote(place.username), unquote(place.password or ""))
        server.send_message(message)


def _digest(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()[:40]


def _one_line(text: str) -> str:
    return "".join(" " if unicodedata.category(character) in ("Cc", "Zl", "Zp") else character for character in text)
