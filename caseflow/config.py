"""Where this installation keeps its things, read once from the environment."""

from __future__ import annotations

import os
import secrets
from contextlib import suppress
from dataclasses import dataclass
from datetime import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True, slots=True)
class Settings:
    """Every setting of an installation. Nothing else reads the environment."""

    home: Path
    """Folder outside the web root with the embedded database, the uploaded files and the keys."""
    database_url: str
    workflows: Path
    """Folder of the definitions and of their reference data."""
    demo: bool
    """Everything made here is demonstration data: pages and papers say that it has no effect."""
    secure_cookies: bool
    """Send the session cookie over HTTPS only."""
    smtp: str = ""
    """``smtp://[user:password@]host[:port]`` or ``smtps://…``; empty: mail is laid into ``home/mail``."""
    mail_from: str = "caseflow@localhost"
    smtp_password_file: Path | None = None
    """Where the password of the mail account stands, so that no list of processes shows it."""
    base_url: str = ""
    """The address under which people open the site, for links in mails; without it mails name the page only."""
    digest_at: time = time(8, 30)
    """Local time in Asia/Shanghai after which the digests of a working day are made."""

    @property
    def files(self) -> Path:
        return self.home / "files"

    @property
    def keys(self) -> Path:
        return self.home / "keys"

    def key(self, name: str, size: int = 32) -> bytes:
        """The secret called ``name``, made on first use and readable by its owner alone."""
        path = self.keys / name
        try:
            return path.read_bytes()
        except FileNotFoundError:
            self.keys.mkdir(parents=True, exist_ok=True, mode=0o700)
        part = path.with_name(f".{name}.{secrets.token_hex(8)}")
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(secrets.token_bytes(size))
            file.flush()
            os.fsync(file.fileno())
        with suppress(FileExistsError):
            os.link(part, path)  # whole or not at all: another process never reads half a key
        part.unlink()
        return path.read_bytes()


def from_environment() -> Settings:
    home = Path(os.environ.get("CASEFLOW_HOME", ROOT / "var")).resolve()
    return Settings(
        home=home,
        database_url=os.environ.get("DATABASE_URL") or f"sqlite:///{home / 'caseflow.db'}",
        workflows=Path(os.environ.get("CASEFLOW_WORKFLOWS", ROOT / "workflows")).resolve(),
        demo=os.environ.get("CASEFLOW_DEMO", "") == "1",
        secure_cookies=os.environ.get("CASEFLOW_SECURE_COOKIES", "") == "1",
        smtp=os.environ.get("CASEFLOW_SMTP", ""),
        mail_from=os.environ.get("CASEFLOW_MAIL_FROM", "caseflow@localhost"),
        smtp_password_file=Path(password) if (password := os.environ.get("CASEFLOW_SMTP_PASSWORD_FILE")) else None,
        base_url=os.environ.get("CASEFLOW_URL", "").rstrip("/"),
        digest_at=time.fromisoformat(os.environ.get("CASEFLOW_DIGEST_AT", "08:30")),
    )
