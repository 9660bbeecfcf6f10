"""What the e-mails say, as they are given it: the words of a type of message, the clauses, roles and habits of an
authority. The words stand in the hub's table of message types and in the packs; nothing here knows a type.

Names in braces in a text are values that the letter fills in.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol


@dataclass(frozen=True, slots=True)
class Wording:
    """The words of one kind of message.

    titles: the act, for the subject: the first whose values are all known.
    happened: sentences on why it was sent. facts: what is known of the episode is told beside them.
    asked: what the reader is to do, to stand behind "Team manager: "; empty where nothing is asked.
    if_not: what happens if nobody does.
    link: what stands before the link to the answer, where there is a word of its own for it.
    works: it asks for work for which a procedure may set a limit. binds_hub: its limit is the hub's own.
    """

    titles: tuple[str, ...]
    happened: tuple[str, ...] = ()
    facts: bool = True
    asked: str = ""
    if_not: str = ""
    link: str = ""
    works: bool = False
    binds_hub: bool = False


class CitedClause(NamedTuple):
    """A clause as a reader knows it: where it stands, and what it asks in our own words (may be empty)."""

    place: str
    says: str = ""


class Habits(NamedTuple):
    """What an authority calls its case system, where its people answer, and whom they ring."""

    system: str = "the case system"
    answer_at: str = ""
    contact: str = ""


class WhoseWords(NamedTuple):
    """Whose words are wanted: an authority and the version of its procedure."""

    authority: str
    version: str


class Wordings(Protocol):
    """Gives the words. Whatever it does not know, the letter says in a plainer way."""

    def wording(self, source: WhoseWords, type_: str, kind: str | None, cited: Sequence[str] = ()) -> Wording | None:
        """The words of a type and kind; None for a type that the hub does not know. Where the hub and a pack have a
        kind of one name, a message that cites a clause of the pack has the words of the pack."""

    def task(self, source: WhoseWords, type_: str, kind: str | None) -> str:
        """The act that a message of this type takes back; empty where none is known."""

    def clauses(self, source: WhoseWords, ids: Sequence[str]) -> Sequence[CitedClause]:
        """Those of these clauses that stand in the source, in the order given."""

    def role(self, source: WhoseWords, role: str) -> str:
        """The title of a role; empty where it has none."""

    def next_in_line(self, source: WhoseWords, type_: str, kind: str | None) -> str:
        """The title of the role that is told where nobody confirms; empty where there is none."""

    def habits(self, source: WhoseWords) -> Habits:
        """How the authority works."""

    def link(self, id_: str, confirm: bool) -> str:
        """Where a message is answered on the desk, by its id; or where it is confirmed without an account (`confirm`),
        by the id of its outbox row, so that it is known from which e-mail. Empty where there is no desk."""


class Wordless:
    """Knows nothing: each letter is written from its data alone."""

    def wording(self, source: WhoseWords, type_: str, kind: str | None, cited: Sequence[str] = ()) -> Wording | None:
        return None

    def task(self, source: WhoseWords, type_: str, kind: str | None) -> str:
        return ""

    def clauses(self, source: WhoseWords, ids: Sequence[str]) -> Sequence[CitedClause]:
        return ()

    def role(self, source: WhoseWords, role: str) -> str:
        return ""

    def next_in_line(self, source: WhoseWords, type_: str, kind: str | None) -> str:
        return ""

    def habits(self, source: WhoseWords) -> Habits:
        return Habits()

    def link(self, id_: str, confirm: bool) -> str:
        return ""


def wording_of(
    words_of: Wordings, source: WhoseWords, type_: str, kind: str | None, cited: Sequence[str] = ()
) -> Wording:
    """The words for a type and kind; for a type that is not known, its own name in words."""
    title = type_.replace(".", " ").replace("_", " ").capitalize()
    return words_of.wording(source, type_, kind, cited) or Wording((title,))
