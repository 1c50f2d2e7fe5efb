"""Mail: one message for one errand, no header of a stranger's making, laid down where no server is set."""

from __future__ import annotations

import dataclasses
import email
import email.policy
from collections.abc import Iterator
from pathlib import Path

import pytest

from caseflow import mail
from caseflow.config import Settings
from caseflow.words import Refused
from tests.smtp import Post, running

LETTER = mail.Mail("case-1/receipt", "someone@example.invalid", "收件回执", "你单位的材料已收到。\n镕")


def laid_down(settings: Settings) -> list[email.message.EmailMessage]:
    return [
        email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
        for path in sorted((settings.home / "mail").iterdir())
    ]


def test_mail_is_laid_into_a_folder_where_no_server_is_set(settings: Settings) -> None:
    with mail.opened(settings) as send:
        ways = [send(LETTER), send(LETTER)]

    (message,) = laid_down(settings)
    assert (message["To"], message["Subject"], message["From"]) == (LETTER.to, "收件回执", "caseflow@localhost")
    assert (ways, message.get_content().strip()) == (["folder", "folder"], LETTER.text)


def test_a_subject_makes_no_headers(settings: Settings) -> None:
    with mail.opened(settings) as send:
        send(dataclasses.replace(LETTER, subject="a\r\nBcc: other@example.invalid\u2028x"))

    (message,) = laid_down(settings)
    assert message["Bcc"] is None
    assert message["Subject"] == "a  Bcc: other@example.invalid x"


@pytest.mark.parametrize(
    "to", ["", "nobody", "a@", "@example.invalid", "a b@example.invalid", "a@b@c", "a@x\r\nBcc: c@d"]
)
def test_a_bad_address_is_refused(settings: Settings, to: str) -> None:
    with mail.opened(settings) as send, pytest.raises(mail.Rejected, match=r"mail\.bad_address"):
        send(dataclasses.replace(LETTER, to=to))


@pytest.fixture
def server() -> Iterator[Post]:
    with running(Post()) as post:
        yield post


def sent_to(settings: Settings, post: Post) -> Settings:
    return dataclasses.replace(settings, smtp=post.url)


def test_mail_goes_through_the_server(settings: Settings, server: Post) -> None:
    with mail.opened(sent_to(settings, server)) as send:
        via = send(LETTER)

    (message,) = server.received
    assert (via, message["To"], message["Subject"]) == ("server", LETTER.to, "收件回执")
    assert message.get_content().replace("\r\n", "\n").strip() == LETTER.text
    assert not (settings.home / "mail").exists()


def test_the_same_errand_makes_the_same_message_again(settings: Settings, server: Post) -> None:
    for _ in range(2):
        with mail.opened(sent_to(settings, server)) as send:
            send(LETTER)
    with mail.opened(sent_to(settings, server)) as send:
        send(dataclasses.replace(LETTER, key="case-2/receipt"))

    assert sorted(server.times().values()) == [1, 2]


def test_an_address_that_the_server_refuses_for_good_is_not_tried_again(settings: Settings, server: Post) -> None:
    server.refused[LETTER.to] = "550 5.1.1 no such user someone@example.invalid"
    with mail.opened(sent_to(settings, server)) as send:
        with pytest.raises(mail.Rejected) as refused:
            send(LETTER)
        send(dataclasses.replace(LETTER, key="2", to="other@example.invalid"))

    (reason,) = refused.value.reasons
    assert reason.as_json() == {"key": "mail.rejected", "values": {"code": 550}}
    assert [message["To"] for message in server.received] == ["other@example.invalid"]


def test_an_address_that_the_server_puts_off_is_tried_again(settings: Settings, server: Post) -> None:
    server.refused[LETTER.to] = "451 4.7.1 come back later"
    with mail.opened(sent_to(settings, server)) as send, pytest.raises(Refused) as refused:
        send(LETTER)

    assert not isinstance(refused.value, mail.Rejected | mail.Unreachable)
    assert [reason.key for reason in refused.value.reasons] == ["mail.put_off"]


def test_an_absent_server_is_a_reason_to_try_again(settings: Settings) -> None:
    with (
        mail.opened(dataclasses.replace(settings, smtp="smtp://127.0.0.1:1")) as send,
        pytest.raises(mail.Unreachable, match=r"mail\.not_sent"),
    ):
        send(LETTER)


def test_no_password_goes_to_a_server_without_encryption(settings: Settings, server: Post) -> None:
    url = server.url.replace("//", "//user:x@")
    with mail.opened(dataclasses.replace(settings, smtp=url)) as send, pytest.raises(mail.Unreachable):
        send(LETTER)

    assert server.received == []


def test_a_password_kept_in_a_file_is_the_one_that_counts(settings: Settings, tmp_path: Path) -> None:
    file = tmp_path / "password"
    file.write_text("from the file\n", "utf-8")
    with_file = dataclasses.replace(settings, smtp_password_file=file)

    assert (mail._password(with_file, "from%20the%20url"), mail._password(settings, "from%20the%20url")) == (
        "from the file",
        "from the url",
    )
