"""One cause, one reader, one e-mail: which messages of a batch make one letter."""

from collections.abc import Sequence

from schemas.causes import Cause, cause_of
from schemas.delivery import Outgoing


def gathered(batch: Sequence[Outgoing]) -> list[list[Outgoing]]:
    """The messages of a batch by mailbox and cause, in their order. A letter stands where its first message stood."""
    letters: dict[tuple[str, Cause], list[Outgoing]] = {}
    for item in batch:
        cause = cause_of(item.row, item.subject, item.key, item.time, item.body)
        letters.setdefault((item.address, cause), []).append(item)
    return [*letters.values()]
