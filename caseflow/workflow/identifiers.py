"""Codes, numbers and addresses as they are written in China: brought to one form, then checked.

``normalise_*`` never loses what was typed; ``check_*`` takes the normalised text and returns every fault.
"""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from caseflow.words import Message
from caseflow.workflow.characters import half_width

CREDIT_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
"""GB 32100-2015: without I, O, S, V, Z. The value of a character is its place."""
_CREDIT_WEIGHTS = tuple(pow(3, n, 31) for n in range(17))
_ORGANISATION_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
"""GB 11714-1997."""
_SPREAD = 387_420_489
"""Coprime to 31, so that different seeds give different codes."""

_MOBILE = re.compile(r"1[3-9][0-9]{9}")
_LANDLINE = re.compile(r"(010|02[0-9]|0[3-9][0-9]{2})-?([0-9]{7,8})(?:-([0-9]{1,6}))?")
_SERVICE = re.compile(r"([48]00)-?([0-9]{3})-?([0-9]{4})")
_ATOM = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
_DOMAIN = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+(?:[a-z]{2,63}|xn--[a-z0-9-]{2,59})")
_DOCUMENT = re.compile(r"[\u4e00-\u9fff]{1,12}〔(?:19|20)[0-9]{2}〕[1-9][0-9]{0,4}号")
_YEAR_IN_BRACKETS = re.compile(r"[\[(（［【〔〖﹝]([0-9]{4})[\])）］】〕〗﹞]")
_INVISIBLE = re.compile(r"[\u200b-\u200f\u2060\ufeff\u202a-\u202e\u2066-\u2069]")


def _plain(text: str) -> str:
    """Half-width and without anything invisible or any space."""
    return re.sub(r"\s+", "", _INVISIBLE.sub("", half_width(text)))


def normalise_credit_code(text: str) -> str:
    """Half-width capitals without spaces or hyphens."""
    return re.sub(r"[-‐‑–—−]", "", _plain(text)).upper()


def check_credit_code(text: str) -> list[Message]:
    """Why a normalised text is not a unified social credit code (GB 32100-2015); empty where it is one."""
    if len(text) != 18:
        return [Message("identifiers.credit.length", {"length": len(text)})]
    wrong = [(place, char) for place, char in enumerate(text, 1) if char not in CREDIT_ALPHABET]
    if wrong:
        return [
            Message("identifiers.credit.letter" if char in "IOSVZ" else "identifiers.credit.character",
                    {"place": place, "character": char})
            for place, char in wrong
        ]  # fmt: skip
    faults = []
    if not re.fullmatch(r"[0-9]{6}", text[2:8]):
        faults.append(Message("identifiers.credit.division", {"division": text[2:8]}))
    expected = credit_check(text[:17])
    if text[17] != expected:
        faults.append(Message("identifiers.credit.check", {"found": text[17], "expected": expected}))
    return faults


def credit_code_warnings(text: str) -> list[Message]:
    """What is odd about a valid code without making it invalid: the check of the organisation code inside it."""
    expected = organisation_check(text[8:16])
    if text[16] == expected:
        return []
    return [Message("identifiers.credit.inner", {"found": text[16], "expected": expected})]


def credit_check(first17: str) -> str:
    """The eighteenth character for the first seventeen."""
    total = sum(CREDIT_ALPHABET.index(char) * weight for char, weight in zip(first17, _CREDIT_WEIGHTS, strict=True))
    return CREDIT_ALPHABET[-total % 31]


def organisation_check(first8: str) -> str:
    """The ninth character of an organisation code for its first eight; letters count from A = 10 to Z = 35."""
    total = sum(int(char, 36) * weight for char, weight in zip(first8, _ORGANISATION_WEIGHTS, strict=True))
    return {10: "X", 11: "0"}.get(11 - total % 11, str(11 - total % 11))


def make_credit_code(kind: str, division: str, seed: int) -> str:
    """An invented code with true check characters: ``kind`` two characters (91 an enterprise), ``division`` six digits.

    Its organisation code begins with DM, which no register hands out. Seeds below 31**6 give different codes.

    Raises:
        ValueError: if kind or division cannot stand in a code.
    """
    if len(kind) != 2 or set(kind) - set(CREDIT_ALPHABET) or not re.fullmatch(r"[0-9]{6}", division):
        raise ValueError(f"{kind!r} and {division!r} do not begin a credit code")
    mixed = seed * _SPREAD % 31**6
    organisation = "DM" + "".join(CREDIT_ALPHABET[mixed // 31**place % 31] for place in range(6))
    first17 = kind + division + organisation + organisation_check(organisation)
    return first17 + credit_check(first17)


def normalise_phone(text: str) -> str:
    """``13800000000``, ``0351-6000000-801``, ``400-000-0000``; without the country's own prefix."""
    plain = re.sub(r"[‐‑–—−]", "-", _plain(text))
    plain = re.sub(r"(?:转|ext\.?|#|x)(?=[0-9])", "-", plain, flags=re.IGNORECASE)
    prefixed = re.fullmatch(r"(?:\+86|0086|\(\+?86\)|86(?=1[3-9][0-9]{9}$))-?(.+)", plain)
    if prefixed:
        plain = prefixed[1]
    plain = re.sub(r"^\((0[0-9]{2,3})\)-?", r"\1-", plain)
    if _MOBILE.fullmatch(bare := plain.replace("-", "")):
        return bare
    if prefixed and re.match(r"[1-9]", plain) and _LANDLINE.fullmatch("0" + plain):
        plain = "0" + plain
    if found := _LANDLINE.fullmatch(plain):
        return "-".join(part for part in found.groups() if part)
    if found := _SERVICE.fullmatch(plain):
        return "-".join(found.groups())
    return plain


def check_phone(text: str) -> list[Message]:
    """Why a normalised text is not a telephone number of the mainland: mobile, landline with area code, 400 or 800."""
    if _MOBILE.fullmatch(text) or _LANDLINE.fullmatch(text) or _SERVICE.fullmatch(text):
        return []
    if re.fullmatch(r"1[0-9]*", text) and len(text) != 11:
        return [Message("identifiers.phone.length", {"length": len(text)})]
    if re.fullmatch(r"[2-9][0-9]{6,7}(?:-[0-9]{1,6})?", text):
        return [Message("identifiers.phone.area")]
    return [Message("identifiers.phone")]


def normalise_email(text: str) -> str:
    """Half-width, without spaces, the domain in small letters."""
    local, at, domain = _plain(text).replace("。", ".").rpartition("@")
    return f"{local}{at}{domain.lower()}"


def check_email(text: str) -> list[Message]:
    """Why a normalised text is not an e-mail address that a mail server would take (RFC 5321, without quoting)."""
    if "@" not in text:
        return [Message("identifiers.email.at")]
    local, _, domain = text.rpartition("@")
    faults = []
    if not _ATOM.fullmatch(local) or len(local) > 64:
        faults.append(Message("identifiers.email.local", {"local": local}))
    if not _DOMAIN.fullmatch(domain) or len(text) > 254:
        faults.append(Message("identifiers.email.domain", {"domain": domain}))
    return faults


def normalise_document_number(text: str) -> str:
    """A 发文字号 with hexagonal brackets round the year and no spaces."""
    return _YEAR_IN_BRACKETS.sub(r"〔\1〕", _plain(text))


def check_document_number(text: str) -> list[Message]:
    """Why a normalised text is not a document number such as 环气候〔2024〕91号 (GB/T 9704-2012, 7.2.5)."""
    if _DOCUMENT.fullmatch(text):
        return []
    if "〕第" in text:
        return [Message("identifiers.document.ordinal")]
    if re.search(r"〕0", text):
        return [Message("identifiers.document.zero")]
    if not re.search(r"〔[0-9]{4}〕", text):
        return [Message("identifiers.document.year")]
    return [Message("identifiers.document")]


def normalise_url(text: str) -> str:
    """Without spaces at the ends; https is assumed where no scheme was typed."""
    plain = _INVISIBLE.sub("", text).strip()
    return plain if not plain or re.match(r"[A-Za-z][A-Za-z0-9+.-]*:", plain) else f"https://{plain}"


def check_url(text: str) -> list[Message]:
    """Why a normalised text is not the address of a web page that may be shown as a link."""
    try:
        parts = urlsplit(text)
        host, _port = parts.hostname or "", parts.port
    except ValueError:
        return [Message("identifiers.url")]
    if parts.scheme not in ("http", "https"):
        return [Message("identifiers.url.scheme")]
    if (
        "@" in parts.netloc
        or not re.fullmatch(r"[^\s.<>\"'/\\]+(?:\.[^\s.<>\"'/\\]+)+", host)
        or re.search(r"\s", text)
    ):
        return [Message("identifiers.url")]
    return []
