"""The identity map of a transaction: each child that a batch speaks of once, as loaded and as it is to be saved, with
the numbers, references, episodes and descriptions that lead to it. Whose report is whose is asked in
`enrichment.children`."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace
from datetime import datetime
from itertools import chain

from enrichment.child import Child
from enrichment.lookup import Lookup
from enrichment.matching import Described, shipped_model
from enrichment.numbers import OWN, Numbers, Spelling, as_told
from enrichment.serialisation import (
    Held,
    read_case,
    read_described,
    read_held,
    state_of,
    write_case,
    write_described,
    write_held,
)
from episodes.reports import Identifier
from routing.case import AlertCase, AnyCase, Case, DutiesCase
from store.rows import EpisodeRow, IdentifierRow, KnownKeys, PersonRow, ReferenceRow


class IdentityMap:
    """All in memory: the store loads before and saves after."""

    def __init__(
        self,
        found: KnownKeys,
        people: dict[str, PersonRow],
        episodes: Iterable[EpisodeRow],
        lookup: Lookup | None = None,
        spell: Spelling = as_told,
    ) -> None:
        self.lookup = lookup or Lookup(shipped_model())
        self.numbers = Numbers((), spell)
        self._references: dict[str | None, dict[tuple[str, str, str, str], ReferenceRow]] = {}  # by incident
        self._children: dict[str, Child] = {}
        self._of_episode: dict[str, str] = {}
        self.add(found, people, episodes)
        self._new_references: dict[tuple[str, str, str, str], ReferenceRow] = {}
        self.moved: list[tuple[str, str]] = []  # (former person, episode)
        self.joined: list[tuple[str, str]] = []  # (former person, person)

    def add(self, found: KnownKeys, people: dict[str, PersonRow], episodes: Iterable[EpisodeRow]) -> None:
        """Children who were loaded, none of them held yet."""
        self.numbers.add(found.identifiers)
        for reference in found.references:
            self._put(reference)
        self._children |= {row.id: _child(row) for row in people.values()}
        for row in episodes:
            child = self._children[row.person]
            match read_case(row.state, row.doc):
                case DutiesCase() as case:
                    child.duties = case
                case AlertCase() as case:
                    child.alerts[row.id] = case
                case Case() as case:
                    child.cases[row.id] = case
            self._of_episode[row.id] = row.person

    def learn(self, child: Child, identifiers: Iterable[Identifier], force: str | None) -> None:
        """A report has said that these numbers are the child's: one of a force, or of somebody at the authority."""
        for identifier in identifiers:
            self.numbers.learn(child.authority, identifier, child.id, force or OWN)
            if not child.record.registered and identifier not in child.record.identifiers:
                child.hold(replace(child.record, identifiers=(*child.record.identifiers, identifier)))

    def unlearn(self, child: Child, before: Collection[tuple[str, Identifier]]) -> None:
        """Of the numbers that reports had told before, those that none tells any more are the child's no longer."""
        told = child.learnt()
        gone = [each for each in before if each not in told]
        registered = child.record.identifiers if child.record.registered else ()
        for scope, identifier in gone:
            if scope != OWN or identifier not in registered:
                self.numbers.forget(child.authority, identifier, child.id, scope)
        if gone and not child.record.registered:
            own = child.own_identifiers()
            left = {identifier for _, identifier in gone} - {*own}
            child.hold(replace(child.record, identifiers=tuple(i for i in child.record.identifiers if i not in left)))

    def describe(self, child: Child, described: Described | None) -> None:
        """The child is recognised by this from now on."""
        if described != child.described:
            child.described, child.changed = described, True
            self.lookup.put(child.authority, child.id, described)

    def move(self, case: Case | AlertCase, former: Child, child: Child) -> None:
        """The episode or alert is this child's from now on, with its references and the numbers that were reported with
        it; a number that the register gives to the former child stays there."""
        episode, before = case.id, former.learnt()
        former.give_up(case)
        child.take_over(case)
        self._of_episode[episode] = child.id
        self.moved.append((former.id, episode))
        held = former.record.identifiers if former.record.registered else ()
        own = former.own_identifiers()
        self.unlearn(former, before)
        for scope, identifier in child.learnt():
            if identifier not in (*held, *own):
                self.learn(child, (identifier,), scope)
        if not former.record.registered and not former.cases and not former.alerts:
            described = former.described
            self.describe(former, None)
            self.describe(child, child.described or described)
        self._refer_to(child, [row for row in self._all_references() if row.episode == episode])

    def join(self, child: Child, other: Child) -> None:
        """Everything of the other child is this child's from now on."""
        self.joined.append((other.id, child.id))
        told = other.learnt()
        theirs: tuple[Case | AlertCase, ...] = (*other.cases.values(), *other.alerts.values())
        for case in theirs:
            child.keep(case)
            self._of_episode[case.id] = child.id
            self.moved.append((other.id, case.id))
        other.cases.clear()
        other.alerts.clear()
        child.denied = tuple(dict.fromkeys((*child.denied, *other.denied)))
        described = other.described
        self.describe(other, None)
        self.describe(child, child.described or described)
        if other.duties:
            child.keep(child.duties or other.duties)
            self.moved.append((other.id, other.duties.id))
        for scope, identifier in told:  # not all of them need be loaded
            self.numbers.forget(other.authority, identifier, other.id, scope)
            self.numbers.learn(child.authority, identifier, child.id, scope)
        self.numbers.hand_over(other.id, child.id)
        self._refer_to(child, [row for row in self._all_references() if row.person == other.id])

    def _refer_to(self, child: Child, rows: Iterable[ReferenceRow]) -> None:
        for row in rows:
            self._put_new(replace(row, person=child.id))

    def _put(self, row: ReferenceRow) -> None:
        self._references.setdefault(row.incident, {})[_key(row)] = row

    def _put_new(self, row: ReferenceRow) -> None:
        self._put(row)
        self._new_references[_key(row)] = row

    def _of_incident(self, incident: str | None) -> Collection[ReferenceRow]:
        """The references that an incident has, of whichever force; a batch may have a thousand of others."""
        return self._references.get(incident, {}).values()

    def _all_references(self) -> Iterator[ReferenceRow]:
        return chain.from_iterable(rows.values() for rows in self._references.values())

    def refer(self, child: Child, case: AnyCase) -> None:
        """The id and the references of a case lead to it from now on."""
        self._of_episode[case.id] = child.id
        if isinstance(case, DutiesCase):
            return
        for r in (case.episode if isinstance(case, Case) else case.alert).references:
            row = ReferenceRow(child.authority, r.force, r.incident, child.id, case.id)
            if row not in self._of_incident(r.incident):
                self._put_new(row)

    def children(self) -> Iterable[Child]:
        return self._children.values()

    def changed_cases(self) -> list[tuple[Child, AnyCase]]:
        """The cases that must be saved, each with its child."""
        children = self._children.values()
        return [(child, child.case(key)) for child in children for key in sorted(child.changed_cases)]

    def changes(self) -> tuple[list[PersonRow], list[IdentifierRow], list[ReferenceRow], list[EpisodeRow]]:
        """What must be saved."""
        children = self._children.values()
        people = [_person(child) for child in children if child.changed]
        _, identifiers = self.numbers.changes()
        episodes = [_row(child, case) for child, case in self.changed_cases()]
        return people, identifiers, [*self._new_references.values()], episodes

    @property
    def forgotten(self) -> list[IdentifierRow]:
        """What leads to nobody any more."""
        return self.numbers.changes()[0]


def _key(row: ReferenceRow) -> tuple[str, str, str, str]:
    """What a reference is kept under: an episode may have several, and a force may use one for several episodes."""
    return row.authority, row.force, row.incident, row.episode


def _child(row: PersonRow) -> Child:
    held = read_held(row.doc)
    described = read_described(row.described) if row.described else None
    return Child(row.id, row.authority, held.record, row.version, held.place, described, denied=held.denied)


def _person(child: Child) -> PersonRow:
    held, described = write_held(Held(child.record, child.place, child.denied)), child.described
    known_by = write_described(described) if described else None
    return PersonRow(child.id, child.authority, held, child.version + 1, known_by)


def _row(child: Child, case: AnyCase) -> EpisodeRow:
    pack = f"{child.authority} {case.episode.pack}" if isinstance(case, Case) else None
    return EpisodeRow(case.id, child.authority, child.id, _opened_at(case), state_of(case), write_case(case), pack)


def _opened_at(case: AnyCase) -> datetime:
    match case:
        case DutiesCase():
            return case.duties.opened_at
        case AlertCase():
            return case.alert.opened_at
        case Case():
            return case.episode.opened_at
