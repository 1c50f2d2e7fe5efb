"""Files under their hash, outside the web root: received, looked into, stored once, opened, purged.

The bytes are on the disk before the row is written: a row without bytes cannot come about by a crash,
and bytes without a row are swept away later.
"""

from __future__ import annotations

import hashlib
import os
import secrets
import unicodedata
from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from caseflow import clock, sandbox
from caseflow.records.models import file
from caseflow.words import Message, Refused

TYPES = {
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "ofd": "application/ofd",
    "jpg": "image/jpeg",
    "png": "image/png",
}
"""What may be uploaded, and its media type."""
SUFFIXES = {
    ".pdf": "pdf",
    ".docx": "docx",
    ".xlsx": "xlsx",
    ".ofd": "ofd",
    ".jpg": "jpg",
    ".jpeg": "jpg",
    ".png": "png",
}

PIECE = 256 * 1024
MEMORY = 1024 * sandbox.MEGABYTE
"""Address space for looking into one file: a picture of the largest size takes 4 bytes a pixel, four times."""
LONGEST_NAME = 150
ORPHAN_SECONDS = 24 * 3600
GRACE_SECONDS = 600
"""Purged bytes stay this long after an upload of the same bytes, whose row may not be written yet."""


@dataclass(frozen=True, slots=True)
class Received:
    """A file that lies in the store and has no row yet."""

    sha256: str
    size: int
    media_type: str
    name: str
    path: Path
    pages: int | None


def receive(
    stream: BinaryIO, *, name: str, limit_bytes: int, root: Path, kinds: Collection[str] = tuple(TYPES)
) -> Received:
    """Take an upload in: stream it to the disk, look into it in the sandbox, store it under its hash.

    ``kinds`` are the allowed keys of ``TYPES``. A picture is stored as drawn anew, without what
    the camera wrote into it. Raises ``Refused`` with a ``file.*`` message: empty, too large, wrong kind,
    name and content that differ, locked, active, broken.
    """
    shown = clean_name(name)
    incoming = root / "incoming"
    incoming.mkdir(parents=True, exist_ok=True, mode=0o700)
    part = incoming / secrets.token_hex(16)
    clean = part.with_suffix(".clean")
    try:
        _write(stream, part, limit_bytes)
        seen = _look(part, clean, shown, kinds)
        source = clean if seen["cleaned"] else part
        sha256, size = _sync(source)
        path = _settle(source, root, sha256)
        return Received(sha256, size, TYPES[seen["kind"]], shown, path, seen["pages"])
    finally:
        part.unlink(missing_ok=True)
        clean.unlink(missing_ok=True)


def keep(content: bytes, *, name: str, media_type: str, root: Path, pages: int | None = None) -> Received:
    """Store a file that the program itself has made."""
    incoming = root / "incoming"
    incoming.mkdir(parents=True, exist_ok=True, mode=0o700)
    part = incoming / secrets.token_hex(16)
    try:
        part.write_bytes(content)
        sha256, size = _sync(part)
        return Received(sha256, size, media_type, clean_name(name), _settle(part, root, sha256), pages)
    finally:
        part.unlink(missing_ok=True)


def take_over(made: Path, *, name: str, media_type: str, root: Path) -> Received:
    """Store a large file that the program has written to ``made``, in the same file system; it is moved from there."""
    root.mkdir(parents=True, exist_ok=True, mode=0o700)
    sha256, size = _sync(made)
    return Received(sha256, size, media_type, clean_name(name), _settle(made, root, sha256), None)


def clean_name(name: str) -> str:
    """The name a person gave, in NFC, without folders, control or direction characters; Chinese is kept."""
    name = unicodedata.normalize("NFC", name.replace("\\", "/").rpartition("/")[2])
    name = "".join(character for character in name if unicodedata.category(character)[0] != "C")
    name = " ".join(name.split()).strip(". ")
    stem, dot, suffix = name.rpartition(".")
    if dot and len(suffix) <= 10:  # longer is no suffix
        return f"{stem[: LONGEST_NAME - len(suffix) - 1].rstrip()}.{suffix}" if stem else suffix
    return name[:LONGEST_NAME] or "file"


def place(root: Path, sha256: str) -> Path:
    return root / sha256[:2] / sha256


def record(
    tx: Connection,
    received: Received,
    *,
    uploaded_by: int | None,
    organisation_id: int | None,
    case_id: int | None = None,
    field: str | None = None,
) -> int:
    """Write the row of a received file and return its id."""
    row = {
        "sha256": received.sha256,
        "size": received.size,
        "media_type": received.media_type,
        "name": received.name,
        "pages": received.pages,
        "case_id": case_id,
        "field": field,
        "uploaded_by": uploaded_by,
        "organisation_id": organisation_id,
        "uploaded_at": clock.now(),
    }
    return int(tx.execute(file.insert().returning(file.c.id), row).scalar_one())


def find(tx: Connection, file_id: int) -> Row[Any] | None:
    return tx.execute(sa.select(file).where(file.c.id == file_id)).one_or_none()


def of_case(tx: Connection, case_id: int) -> list[Row[Any]]:
    """Every file of a case, purged ones too, oldest first."""
    return list(tx.execute(sa.select(file).where(file.c.case_id == case_id).order_by(file.c.id)))


def attach(tx: Connection, file_id: int, case_id: int, field: str | None) -> bool:
    """Give an upload that belongs to no case yet to a case; false if it belongs to another."""
    given = tx.execute(
        file.update()
        .where(file.c.id == file_id, sa.or_(file.c.case_id.is_(None), file.c.case_id == case_id))
        .values(case_id=case_id, field=field)
    )
    return given.rowcount == 1


def copy(tx: Connection, file_id: int, case_id: int, field: str | None = None) -> int | None:
    """The same bytes once more, as a file of another case; nothing where they are gone."""
    found = tx.execute(sa.select(file).where(file.c.id == file_id, file.c.purged_at.is_(None))).mappings().one_or_none()
    if found is None:
        return None
    row = {**found, "case_id": case_id, "field": field, "uploaded_at": clock.now()}
    del row["id"]
    return int(tx.execute(file.insert().returning(file.c.id), row).scalar_one())


def total_size(tx: Connection, *, case_id: int | None = None, organisation_id: int | None = None) -> int:
    """Bytes held for a case, or for an organisation."""
    query = sa.select(sa.func.coalesce(sa.func.sum(file.c.size), 0)).where(file.c.purged_at.is_(None))
    if case_id is not None:
        query = query.where(file.c.case_id == case_id)
    if organisation_id is not None:
        query = query.where(file.c.organisation_id == organisation_id)
    return int(tx.execute(query).scalar_one())


def open_(tx: Connection, file_id: int, root: Path) -> tuple[Row[Any], BinaryIO]:
    """A file's row and its bytes. The caller has asked whether the reader may see it, and closes it."""
    found = find(tx, file_id)
    if found is None:
        raise Refused(Message("file.unknown"))
    if found.purged_at is not None:
        raise Refused(Message("file.purged", {"reason": found.purge_reason}))
    try:
        return found, place(root, found.sha256).open("rb")
    except FileNotFoundError:
        raise Refused(Message("file.lost", {"name": found.name})) from None


def purge(tx: Connection, file_id: int, reason: str) -> bool:
    """Note that a file must go, and why; ``sweep`` removes its bytes after the commit."""
    gone = tx.execute(
        file.update()
        .where(file.c.id == file_id, file.c.purged_at.is_(None))
        .values(purged_at=clock.now(), purge_reason=reason)
    )
    return gone.rowcount == 1


def sweep(tx: Connection, root: Path) -> int:
    """Remove bytes that no row holds: purged ones at once, never recorded ones after a day. Says how many files went."""
    held = set(tx.scalars(sa.select(file.c.sha256).where(file.c.purged_at.is_(None))))
    purged = set(tx.scalars(sa.select(file.c.sha256).where(file.c.purged_at.is_not(None)))) - held
    now, removed = clock.now().timestamp(), 0
    for path in root.glob("*/*"):
        if path.name in held:
            continue
        with suppress(FileNotFoundError):
            kept_for = GRACE_SECONDS if path.name in purged else ORPHAN_SECONDS
            if path.stat().st_mtime < now - kept_for:
                path.unlink()
                removed += 1
    return removed


def damaged(tx: Connection, root: Path) -> list[Row[Any]]:
    """The files whose bytes are missing or differ from their hash (read whole: a nightly check)."""
    rows = tx.execute(sa.select(file).where(file.c.purged_at.is_(None)).order_by(file.c.id))
    return [found for found in rows if not is_whole(root, found)]


def is_whole(root: Path, row: Any) -> bool:
    """Whether the bytes of a file are still those that were received (read whole)."""
    return row.purged_at is None and _digest(place(root, row.sha256)) == row.sha256


def _write(stream: BinaryIO, part: Path, limit_bytes: int) -> None:
    size = 0
    with part.open("xb") as out:
        while piece := stream.read(PIECE):
            size += len(piece)
            if size > limit_bytes:
                raise Refused(Message("file.too_large", {"limit": f"{limit_bytes / 1048576:.4g}"}))
            out.write(piece)
    if not size:
        raise Refused(Message("file.empty"))


def _look(part: Path, clean: Path, name: str, kinds: Collection[str]) -> dict[str, Any]:
    allowed = [kind for kind in TYPES if kind in kinds]
    claimed = SUFFIXES.get(Path(name).suffix.lower())
    if claimed not in allowed:
        raise Refused(Message("file.suffix", {"allowed": allowed}))
    paths = {"path": str(part.resolve()), "clean": str(clean.resolve())}
    try:
        seen: dict[str, Any] = sandbox.run("caseflow.records.contents:inspect", paths, memory=MEMORY)
    except (sandbox.Exhausted, sandbox.Failed):
        raise Refused(Message("file.broken")) from None
    if seen["kind"] != claimed:
        raise Refused(Message("file.mismatch", {"claimed": claimed, "found": seen["kind"]}))
    return seen


def _sync(path: Path) -> tuple[str, int]:
    with path.open("rb") as content:
        sha256 = hashlib.file_digest(content, "sha256").hexdigest()
        os.fsync(content.fileno())
        return sha256, os.fstat(content.fileno()).st_size


def _settle(source: Path, root: Path, sha256: str) -> Path:
    path = place(root, sha256)
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    if path.exists():
        os.utime(path)  # young again, so that a sweep running now leaves it
    else:
        source.replace(path)
        path.chmod(0o400)
    for folder in (path.parent, root):
        handle = os.open(folder, os.O_RDONLY)
        os.fsync(handle)
        os.close(handle)
    return path


def _digest(path: Path) -> str | None:
    try:
        with path.open("rb") as content:
            return hashlib.file_digest(content, "sha256").hexdigest()
    except OSError:
        return None
