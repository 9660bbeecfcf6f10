"""The words of a message for the desk's pages: those that its e-mail has."""

import json
from typing import Any

from desk.ports import WrittenLetter
from producers.acts import WordedAct
from producers.letter import write_letter
from producers.times import Times
from producers.wording import Wordings
from schemas.delivery import Outgoing
from store import OutboxRow


class MailLetters:
    """Writes them as `producers` does. `words_of` gives the words of the packs."""

    def __init__(self, words_of: Wordings) -> None:
        self._words_of = words_of

    def letter(self, row: OutboxRow) -> WrittenLetter:
        item, data = _outgoing(row), _data(row)
        written = write_letter([(item, data)], self._words_of)
        act = WordedAct(item, data, self._words_of, Times(row.at))
        link = ": ".join(written.link) if written.link else None
        return WrittenLetter(act.headline(), act.title(), tuple(line for line in written.lines if line != link))


def _outgoing(row: OutboxRow) -> Outgoing:
    channel, _, where = row.destination.partition("/")
    _, role, person = (*where.split("/"), None, None)[:3] if channel == "mail" else (None, None, None)
    return Outgoing(
        row.id,
        row.message_id,
        row.type,
        row.subject,
        row.at,
        row.aggregateid,
        "",
        row.payload,
        role=role,
        person=person,
    )


def _data(row: OutboxRow) -> dict[str, Any]:
    """What the message says; of one whose contents were purged, what its row still tells."""
    held = json.loads(row.payload) if row.payload else {}
    return held if held else {"authority": row.authority, "kind": row.kind, "urgency": row.urgency}
