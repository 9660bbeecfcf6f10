"""What each type of message says to a person: from the table of message types to the e-mails."""

from producers.wording import Wording
from routing.message_types import MESSAGE_TYPES


def words_of(type_: str, kind: str | None) -> Wording | None:
    """The words of a type, or those of a kind where the hub has words for it."""
    known = MESSAGE_TYPES.get(type_)
    if known is None:
        return None
    words = known.words_of(kind)
    happened = " ".join(sentence for sentence in words.happened if "{" not in sentence)
    asked = words.asked.format(system="the case system", now="", flag="missing")
    return Wording(words.titles[-1], happened, asked, of_kind=(kind or "") in known.kinds)
