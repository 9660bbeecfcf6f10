"""What a pack says of the document behind it: where it was published, its clauses, and the limits that they set."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from routing.periods import Period


@dataclass(frozen=True, slots=True)
class Source:
    """The document that a pack puts into rules: who published it, under which title, when (`date`, in the words of the
    document, which may hold none) and where it can be read. `called`: what people call it in short; of a source
    that is several texts, each by the letter that its sections begin with."""

    publisher: str
    title: str
    date: str
    published: str
    called: Mapping[str, str] = field(default_factory=dict)

    def place(self, section: str) -> str:
        """A section as people name it: `guidance 6.2 c`, `LCS guide 1.9`."""
        letter, _, rest = section.partition(" ")
        letter = letter.rstrip(",")
        name, where = (self.called[letter], rest) if letter in self.called else (self.called.get("", ""), section)
        if not name:
            return where
        return f"{name} {where}" if where[:1].isdigit() else f"{name}, {where}"


@dataclass(frozen=True, slots=True)
class Clause:
    """One requirement of the source: its id, the section it stands in, and what it says in our own words."""

    id: str
    section: str
    says: str


@dataclass(frozen=True, slots=True)
class NamedLimit:
    """A length of time or a number that rules count to, under its name: the clause that sets it, and the day since
    which it applies. `used_by`: the places in the pack that name it."""

    name: str
    length: Period | None
    number: int | None
    clause: str
    since: date
    used_by: tuple[str, ...] = ()
