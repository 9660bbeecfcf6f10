"""One child at one authority while a batch is worked: what is held, the episodes, and what of it must be saved."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from enrichment.matching.described import Described
from enrichment.numbers import OWN
from enrichment.register import Place
from episodes.accounts import accounts, told_in
from episodes.episode import Episode
from episodes.record import RegisterRecord
from episodes.reports import Found, Identifier, Missing
from routing.case import AlertCase, AnyCase, Case, DutiesCase


@dataclass(slots=True)
class Child:
    """One child at one authority. `place`: where the register's last word on the child stood in its feed. `described`:
    how the child may be recognised without a number. `duties`: those that belong to no episode, once there are any.
    `alerts`: other areas' national alerts about the child. `denied`: the ids of episodes that a person has said are
    another child's, and what was told of them. `fresh`: nobody knew the child before this batch. `former`:
    the record before it last changed in this batch."""

    id: str
    authority: str
    record: RegisterRecord = field(default_factory=RegisterRecord)
    version: int = 0
    place: Place | None = None
    described: Described | None = None
    cases: dict[str, Case] = field(default_factory=dict)
    alerts: dict[str, AlertCase] = field(default_factory=dict)
    duties: DutiesCase | None = None
    denied: tuple[tuple[str, ...], ...] = ()
    fresh: bool = False
    former: RegisterRecord | None = None
    changed: bool = False
    changed_cases: set[str] = field(default_factory=set)

    def others(self, episode: str) -> tuple[Case, ...]:
        return tuple(case for key, case in self.cases.items() if key != episode)

    def episodes(self) -> list[Episode]:
        """In the order in which they began."""
        return sorted((case.episode for case in self.cases.values()), key=lambda e: (e.opened_at, e.id))

    def hold(self, record: RegisterRecord) -> None:
        if record != self.record:
            self.former, self.record, self.changed = self.record, record, True

    def everything(self) -> Iterator[AnyCase]:
        """The cases of the episodes and alerts, and the duties outside any."""
        yield from self.cases.values()
        yield from self.alerts.values()
        if self.duties:
            yield self.duties

    def case(self, id_: str) -> AnyCase:
        """The case of an episode or an alert, or the duties. KeyError where the child has none of that id."""
        if self.duties and self.duties.id == id_:
            return self.duties
        return self.alerts[id_] if id_ in self.alerts else self.cases[id_]

    def told_at(self, place: Place | None) -> None:
        if place and place != self.place:
            self.place, self.changed = place, True

    def give_up(self, case: Case | AlertCase) -> None:
        """The case is another child's from now on."""
        self.cases.pop(case.id, None)
        self.alerts.pop(case.id, None)
        self.changed_cases.discard(case.id)
        self.denied, self.changed = tuple(dict.fromkeys((*self.denied, *_names(case)))), True

    def take_over(self, case: Case | AlertCase) -> None:
        """The case, which was another child's until now."""
        self.keep(case)
        denied = tuple(name for name in self.denied if name not in _names(case))
        self.denied, self.changed = denied, self.changed or denied != self.denied

    def learnt(self) -> dict[tuple[str, Identifier], None]:
        """The numbers by which reports that stand have named the child, whatever the register says, each with the scope
        of its sender: a force, or the authority itself."""
        return {told: None for case in self.everything() if not _is_taken_back(case) for told in _told(case)}

    def own_identifiers(self) -> tuple[Identifier, ...]:
        """The same numbers, whoever has told them."""
        return tuple(dict.fromkeys(identifier for _, identifier in self.learnt()))

    def keep(self, case: AnyCase) -> None:
        """The case as it stands from now on. An episode that begins where an alert stood takes its place."""
        if case == next((held for held in self.everything() if held.id == case.id), None):
            return
        match case:
            case DutiesCase():
                self.duties = case
            case AlertCase():
                self.alerts[case.id] = case
            case Case():
                self.cases[case.id] = case
                self.alerts.pop(case.id, None)
        self.changed_cases.add(case.id)


def _names(case: Case | AlertCase) -> list[tuple[str, ...]]:
    """The id of the case, its references, and the reports that it was told by."""
    return [(case.id,), *(told_in(case.episode) if isinstance(case, Case) else ())]


def numbers_told(case: AnyCase) -> tuple[Identifier, ...]:
    """The numbers by which reports of an episode or alert have named its child."""
    return tuple(dict.fromkeys(identifier for _, identifier in _told(case)))


def _is_taken_back(case: AnyCase) -> bool:
    match case:
        case AlertCase():
            return case.alert.retracted
        case Case():
            return case.episode.state == "retracted"
    return False


def _told(case: AnyCase) -> Iterator[tuple[str, Identifier]]:
    """The numbers in the reports of an episode or alert, with the scope of their senders."""
    for report in _reports(case):
        scope = (report.about.force or OWN) if report.by is None else OWN
        yield from ((scope, identifier) for identifier in report.about.identifiers)


def _reports(case: AnyCase) -> Iterator[Missing | Found]:
    match case:
        case AlertCase():
            yield case.alert.report
        case Case():
            yield from accounts(case.episode)
            if case.episode.found:
                yield case.episode.found
