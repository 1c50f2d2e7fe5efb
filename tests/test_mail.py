"""Mail: one message for one errand, no header of a stranger's making, laid down where no server is set."""

from __future__ import annotations

import dataclasses
import email
import email.policy
import socketserver
import threading
from collections.abc import Iterator

import pytest

from caseflow import mail
from caseflow.config import Settings
from caseflow.words import Refused

LETTER = mail.Mail("case-1/receipt", "someone@example.invalid", "收件回执", "你单位的材料已收到。\n镕")


def laid_down(settings: Settings) -> list[email.message.EmailMessage]:
    return [
        email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
        for path in sorted((settings.home / "mail").iterdir())
    ]


def test_mail_is_laid_into_a_folder_where_no_server_is_set(settings: Settings) -> None:
    mail.deliver(LETTER, settings)
    mail.deliver(LETTER, settings)

    (message,) = laid_down(settings)
    assert (message["To"], message["Subject"], message["From"]) == (LETTER.to, "收件回执", "caseflow@localhost")
    assert message.get_content().strip() == LETTER.text


def test_a_subject_makes_no_headers(settings: Settings) -> None:
    mail.deliver(dataclasses.replace(LETTER, subject="a\r\nBcc: other@example.invalid\u2028x"), settings)

    (message,) = laid_down(settings)
    assert message["Bcc"] is None
    assert message["Subject"] == "a  Bcc: other@example.invalid x"


@pytest.mark.parametrize(
    "to", ["", "nobody", "a@", "@example.invalid", "a b@example.invalid", "a@b@c", "a@x\r\nBcc: c@d"]
)
def test_a_bad_address_is_refused(settings: Settings, to: str) -> None:
    with pytest.raises(Refused, match=r"mail\.bad_address"):
        mail.deliver(dataclasses.replace(LETTER, to=to), settings)


class Server(socketserver.StreamRequestHandler):
    """As much of an SMTP server as one message needs."""

    received: list[bytes] = []

    def handle(self) -> None:
        self.wfile.write(b"220 test\r\n")
        for line in self.rfile:
            word = line[:4].upper().strip()
            if word == b"DATA":
                self.wfile.write(b"354 go on\r\n")
                lines = iter(self.rfile.readline, b".\r\n")
                self.received.append(b"".join(lines))
            if word == b"QUIT":
                self.wfile.write(b"221 bye\r\n")
                return
            self.wfile.write(b"250 ok\r\n")


@pytest.fixture
def server() -> Iterator[int]:
    Server.received.clear()
    with socketserver.TCPServer(("127.0.0.1", 0), Server) as listening:
        threading.Thread(target=listening.serve_forever, daemon=True).start()
        yield listening.server_address[1]
        listening.shutdown()


def test_mail_goes_through_the_server(settings: Settings, server: int) -> None:
    mail.deliver(LETTER, dataclasses.replace(settings, smtp=f"smtp://127.0.0.1:{server}"))

    (content,) = Server.received
    message = email.message_from_bytes(content, policy=email.policy.default)
    assert message.get_content().replace("\r\n", "\n").strip() == LETTER.text
    assert not (settings.home / "mail").exists()


def test_an_absent_server_is_a_reason_to_try_again(settings: Settings) -> None:
    with pytest.raises(Refused, match=r"mail\.not_sent"):
        mail.deliver(LETTER, dataclasses.replace(settings, smtp="smtp://127.0.0.1:1"))


def test_no_password_goes_to_a_server_without_encryption(settings: Settings, server: int) -> None:
    with pytest.raises(Refused, match=r"mail\.not_sent"):
        mail.deliver(LETTER, dataclasses.replace(settings, smtp=f"smtp://user:x@127.0.0.1:{server}"))

    assert Server.received == []
