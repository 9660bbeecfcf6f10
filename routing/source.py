"""What a pack says of the document behind it: where it was published, its clauses, and the limits that they set."""

from dataclasses import dataclass
from datetime import date

from routing.periods import Period


@dataclass(frozen=True, slots=True)
class Source:
    """The document that a pack puts into rules: who published it, under which title, when (`date`, in the words of the
    document, which may hold none) and where it can be read."""

    publisher: str
    title: str
    date: str
    published: str


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
