"""From the outgoing rows of one letter to the bytes of its e-mail: headers, plain text and HTML. The same rows give the
same bytes on every attempt, `Message-ID` included; but what may have arrived before says so. No connection and no
wording lives here."""

import json
import re
import uuid
from collections.abc import Sequence
from datetime import UTC
from email.headerregistry import Address, BaseHeader, HeaderRegistry
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from producers.letter import Letter, OutgoingWithData, leading_first, write_letter
from producers.wording import Wordings
from schemas.delivery import Outgoing

# The roots of what is derived; to change either would make a retry look like another message.
_ROWS = uuid.UUID("5f0d3c1e-7b7f-5c53-9a3b-2f6f6f1f3b01")
_EPISODES = uuid.UUID("5f0d3c1e-7b7f-5c53-9a3b-2f6f6f1f3b02")
_MAILBOX = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?")


class _Headers(HeaderRegistry):
    """The library makes a class anew for each header of each e-mail, which takes as long as filling it in."""

    @cache  # noqa: B019 - there is one registry, for good
    def __getitem__(self, name: str) -> type[BaseHeader]:
        return super().__getitem__(name)


# Quoted-printable lines end at 76. A header is folded late, as a fold right after its name shows up as a blank.
_BODY = SMTP.clone(max_line_length=76, header_factory=_Headers())
_HEADERS = SMTP.clone(max_line_length=250)

_templates = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"),
    autoescape=select_autoescape(["html.j2"], default=False),
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    keep_trailing_newline=True,
    auto_reload=False,  # a letter need not ask whether its template has changed on the disk
)


class UnwritableError(Exception):
    """No e-mail can be made from this row. The text says what to do and contains no personal data."""


def message_id(row: str, domain: str) -> str:
    """The `Message-ID` of a row (or of several, see `rows_key`), angle brackets included: one and the same on every
    attempt of a sending."""
    return f"<{uuid.uuid5(_ROWS, row)}@{domain}>"


def rows_key(items: Sequence[Outgoing]) -> str:
    """What names the rows of one letter, whatever their order; of one row its own id. Sent anew, after they
    had come back, the same rows have another name: so each notice answers one sending."""
    rows = sorted(item.row if item.sending == 1 else f"{item.row} {item.sending}" for item in items)
    return rows[0] if len(rows) == 1 else str(uuid.uuid5(_ROWS, " ".join(rows)))


def compose(items: Sequence[Outgoing], sender: str, domain: str, words_of: Wordings) -> bytes:
    """The one e-mail that these rows make for their mailbox, as it goes over the wire, 7-bit, lines ended by CR LF.
    Raises `UnwritableError`."""
    if not _MAILBOX.fullmatch(items[0].address):
        raise UnwritableError("Recipient's address is not a plain mailbox: correct it in the directory")
    messages = in_order(items)
    letter, text = written_letter(messages, words_of)
    message = EmailMessage(policy=_BODY)
    try:
        _head(message, [item for item, _ in messages], letter, sender, domain)
    except ValueError:
        # EmailMessage refuses a line break in a header; nothing that could add one may go out.
        raise UnwritableError("Message attribute contains a line break, or cannot be used in a header") from None
    message.set_content(text, cte="quoted-printable")
    message.add_alternative(_render("letter.html.j2", letter), subtype="html", cte="quoted-printable")
    message.set_boundary(f"={uuid.uuid5(_ROWS, rows_key(items)).hex}=")
    return message.as_bytes(policy=_HEADERS)


def in_order(items: Sequence[Outgoing]) -> list[OutgoingWithData]:
    """The rows of one letter with their data, the leading one first. Raises `UnwritableError`."""
    return leading_first([(item, _data(item.body)) for item in items])


def written_letter(messages: Sequence[OutgoingWithData], words_of: Wordings) -> tuple[Letter, str]:
    """What the e-mail says, and all of it as plain text."""
    letter = write_letter(messages, words_of)
    return letter, _render("letter.txt.j2", letter)


def _head(message: EmailMessage, items: Sequence[Outgoing], letter: Letter, sender: str, domain: str) -> None:
    lead = items[0]
    message["From"] = Address("Homeward", addr_spec=sender)
    message["To"] = Address(letter.you, addr_spec=lead.address)
    message["Subject"] = letter.subject
    message["Date"] = format_datetime(lead.time.astimezone(UTC))
    message["Message-ID"] = message_id(rows_key(items), domain)
    if lead.subject:
        # All e-mails about one episode stand in one thread.
        message["References"] = f"<{uuid.uuid5(_EPISODES, lead.subject)}@{domain}>"
    if letter.urgent:
        message["Importance"] = "high"
    message["Auto-Submitted"] = "auto-generated"
    message["X-Homeward-Message"] = ", ".join(dict.fromkeys(item.message for item in items))
    message["X-Homeward-Type"] = ", ".join(dict.fromkeys(item.type for item in items))
    message["X-Homeward-Clauses"] = ", ".join(letter.clauses)
    if any(item.overtakes for item in items):
        message["X-Homeward-Overtakes"] = "true"
    if letter.repeats:
        message["X-Homeward-Repeats"] = "true"
    if letter.held_up:
        message["X-Homeward-Late"] = "true"


def _data(body: bytes) -> dict[str, Any]:
    try:
        data = json.loads(body)
    except ValueError:
        data = None
    if not isinstance(data, dict):
        raise UnwritableError("Body is not a JSON object: no e-mail can be written from it")
    return data


def _render(template: str, letter: Letter) -> str:
    # Without control characters: some mail gateways refuse them, and HTML does not know them.
    text = _templates.get_template(template).render(letter=letter)
    return "\n".join(_printable(line) for line in text.split("\n"))


def _printable(line: str) -> str:
    return line if line.isprintable() else "".join(filter(str.isprintable, line))
