"""One child at one authority while a batch is worked: what is held, the episodes, and what of it must be saved."""

from dataclasses import dataclass, field

from enrichment.matching.described import Described
from enrichment.register import Place
from episodes.accounts import accounts
from episodes.record import Record
from episodes.reports import Identifier
from routing.situation import Case


@dataclass(slots=True)
class Child:
    """One child at one authority. `place`: where the register's last word on the child stood in its feed.
    `described`: how the child may be recognised without a number. `file` keeps
    the duties that belong to no episode. `fresh`: nobody knew the child before this batch."""

    id: str
    authority: str
    record: Record = field(default_factory=Record)
    version: int = 0
    place: Place | None = None
    described: Described | None = None
    cases: dict[str, Case] = field(default_factory=dict)
    file: Case | None = None
    fresh: bool = False
    changed: bool = False
    changed_cases: set[str] = field(default_factory=set)

    def others(self, episode: str) -> tuple[Case, ...]:
        return tuple(case for key, case in self.cases.items() if key != episode)

    def hold(self, record: Record) -> None:
        if record != self.record:
            self.record, self.changed = record, True

    def case(self, id_: str) -> Case:
        """The case of an episode, or the file."""
        return self.file if self.file and self.file.episode.id == id_ else self.cases[id_]

    def told_at(self, place: Place | None) -> None:
        if place and place != self.place:
            self.place, self.changed = place, True

    def own_identifiers(self) -> tuple[Identifier, ...]:
        """The numbers by which reports have named the child, whatever the register says."""
        return tuple(dict.fromkeys(i for case in self.cases.values() for i in numbers_told(case)))

    def keep(self, case: Case) -> None:
        if case.episode.state == "file":
            if case != self.file:
                self.file = case
                self.changed_cases.add(case.episode.id)
        elif self.cases.get(case.episode.id) != case:
            self.cases[case.episode.id] = case
            self.changed_cases.add(case.episode.id)


def numbers_told(case: Case) -> tuple[Identifier, ...]:
    """The numbers by which reports of an episode have named its child."""
    abouts = [account.about for account in accounts(case.episode)]
    if case.episode.found:
        abouts.append(case.episode.found.about)
    return tuple(dict.fromkeys(i for about in abouts for i in about.identifiers))
