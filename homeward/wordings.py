"""What each type of message says to a person: from the table of message types to the e-mails."""

from producers.wording import Wording
from routing.message_types import MESSAGE_TYPES


def words_of(type_: str, kind: str | None) -> Wording | None:
    """The words of a type, or those of a kind where the hub has words for it."""
    known = MESSAGE_TYPES.get(type_)
    if known is None:
        return None
    own = known.kinds.get(kind or "")
    words = own or known.words
    return Wording(words.title, words.happened, words.asked, of_kind=own is not None)
