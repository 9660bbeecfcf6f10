"""What comes back about our e-mails, read: delivery-status notifications (RFC 3464, RFC 6533), other bounces as far as
`flufl.bounce` knows them, and automatic replies (RFC 3834). A letter that a person wrote is none of them.

No address is taken out of them: whose e-mail it was is known by its Message-ID, or by the mark in its envelope.
"""

import hashlib
import re
from collections.abc import Iterator
from email import message_from_bytes
from email.message import Message

from flufl.bounce import all_failures

from producers.statuses import with_meaning
from schemas.delivery import Notice

_UUID = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
_STATUS = re.compile(r"\b[245]\.\d{1,3}\.\d{1,3}\b")
_STATUS_PARTS = ("message/delivery-status", "message/global-delivery-status")
_BETWEEN_BLOCKS = re.compile(rb"\r?\n(?:[ \t]*\r?\n)+")
_ACTIONS = {
    "failed": "bounced", "delivered": "delivered", "delayed": "delayed", "relayed": "relayed", "expanded": "relayed"
}  # fmt: skip
_AWAY = re.compile(r"\s*(automatic reply|auto[ -]?reply|autoreply|out of (the )?office)\b", re.IGNORECASE)


def read_notice(raw: bytes, domain: str) -> Notice | None:
    """The notice in a message that came to our mailbox; None where it is none. `domain` is that of our Message-IDs."""
    message = message_from_bytes(raw)
    references = tuple(dict.fromkeys(_references(message, raw, domain)))
    id = str(message.get("Message-ID") or "").strip() or hashlib.sha256(raw).hexdigest()
    is_report = message.get_content_type() == "multipart/report"
    if is_report and (notice := _of_report(message, references, id)):
        return notice
    if not is_report and _is_automatic_reply(message):
        return Notice("automatic_reply", references, id, "An automatic reply came")
    try:
        temporary, permanent = all_failures(message)
    except Exception:  # whatever a bounce of an unknown make does to the parsers of others: it is none that we can read
        return None
    if permanent:
        status = _status_in(raw)
        return Notice("bounced", references, id, with_meaning(f"Came back ({status or 'no code'})", status))
    return Notice("delayed", references, id, "Delayed on its way") if temporary else None


def _of_report(message: Message, references: tuple[str, ...], id: str) -> Notice | None:
    for part in _delivery_status(message):
        kind = _ACTIONS.get(str(part.get("Action") or "").strip().lower())
        found = _STATUS.search(str(part.get("Status") or ""))
        status = found[0] if found else None
        if kind == "bounced":
            return Notice("bounced", references, id, with_meaning(f"Came back ({status or 'no code'})", status))
        if kind == "delivered":
            return Notice("delivered", references, id, "The recipient's server put it into the mailbox")
        if kind == "delayed":
            return Notice("delayed", references, id, f"Delayed on its way ({status or 'no code'})")
        if kind == "relayed":
            return Notice("relayed", references, id, "Passed on to a server or a list that sends no receipt")
    return None


def _delivery_status(message: Message) -> Iterator[Message]:
    """What is said of each recipient; ours have one."""
    yield from (block for part in message.walk() for block in _blocks(part) if block.get("Action"))


def _is_automatic_reply(message: Message) -> bool:
    submitted = str(message.get("Auto-Submitted") or "no").partition(";")[0].strip().lower()
    if submitted == "auto-replied" or message.get("X-Autoreply") or message.get("X-Autorespond"):
        return True
    if str(message.get("Precedence") or "").strip().lower() == "auto_reply":
        return True
    answers = bool(message.get("In-Reply-To"))
    return answers and (submitted == "auto-generated" or bool(_AWAY.match(str(message.get("Subject") or ""))))


def _references(message: Message, raw: bytes, domain: str) -> Iterator[str]:
    """By what it may speak of one of ours, the surest first: the mark in the envelope, then any Message-ID of ours."""
    for block in (part for each in message.walk() for part in _blocks(each)):
        if mark := re.fullmatch(_UUID, str(block.get("Original-Envelope-Id") or "").strip()):
            yield f"<{mark[0]}@{domain}>"
    for name in ("To", "Delivered-To", "X-Original-To"):
        for value in message.get_all(name) or ():
            if mark := re.search(_UUID, str(value)):
                yield f"<{mark[0]}@{domain}>"
    text = raw.decode("latin-1")
    yield from (found[0] for found in re.finditer(rf"<{_UUID}@{re.escape(domain)}>", text))


def _blocks(part: Message) -> list[Message]:
    """The blocks of headers in a status part, none in any other. The parser took it apart before it was decoded, and
    the global form as if it were a letter: it is put together again first."""
    inner = part.get_payload()
    if part.get_content_type() not in _STATUS_PARTS or not isinstance(inner, list):
        return []
    whole = Message()
    whole["Content-Transfer-Encoding"] = str(part.get("Content-Transfer-Encoding") or "7bit")
    written = b"\n".join(block.as_bytes() for block in inner if isinstance(block, Message))
    whole.set_payload(written.decode("ascii", "surrogateescape"))
    decoded = whole.get_payload(decode=True)
    return [message_from_bytes(block) for block in _BETWEEN_BLOCKS.split(bytes(decoded).strip())]


def _status_in(raw: bytes) -> str | None:
    found = re.search(r"\b5\.\d{1,3}\.\d{1,3}\b", raw.decode("latin-1"))
    return found[0] if found else None
