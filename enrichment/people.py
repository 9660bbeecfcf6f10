"""The children that a batch speaks of, as they were loaded: whose number is whose, what is held of each, their cases.

Identity here is by exact identifier or police reference. All in memory: the store loads before and saves after.
"""

from collections.abc import Collection, Iterable
from dataclasses import replace

from enrichment.child import Child, numbers_told
from enrichment.documents import Held, read_case, read_held, write_case, write_held
from enrichment.register import KEY
from episodes.episode import Reference
from episodes.record import Record
from episodes.reports import About, Identifier
from routing.messages import derived_id
from routing.situation import Case
from store.rows import EpisodeRow, Found, IdentifierRow, PersonRow, ReferenceRow

__all__ = ["Ambiguous", "Child", "People"]


class Ambiguous(Exception):  # noqa: N818 - an answer, raised
    """A report that several children may be meant by. The text says which way, without naming anybody."""


class People:
    """Whose report it is, over the rows of one transaction."""

    def __init__(self, found: Found, people: dict[str, PersonRow], episodes: Iterable[EpisodeRow]) -> None:
        self._identifiers: dict[tuple[str, str, str], str] = {}
        self._references: dict[tuple[str, str, str, str], ReferenceRow] = {}
        self._children: dict[str, Child] = {}
        self._of_episode: dict[str, str] = {}
        self.add(found, people, episodes)
        self._new_identifiers: dict[tuple[str, str, str], str] = {}
        self._new_references: dict[tuple[str, str, str, str], ReferenceRow] = {}
        self.forgotten: set[IdentifierRow] = set()
        self.moved: list[tuple[str, str]] = []  # (former person, episode)

    def add(self, found: Found, people: dict[str, PersonRow], episodes: Iterable[EpisodeRow]) -> None:
        """Children who were loaded, none of them held yet."""
        self._identifiers |= found.identifiers
        self._references |= {(r.authority, r.force, r.incident, r.person): r for r in found.references}
        self._children |= {row.id: _child(row) for row in people.values()}
        for row in episodes:
            child, case = self._children[row.person], read_case(row.doc)
            if row.state == "file":
                child.file = case
            else:
                child.cases[row.id] = case
            self._of_episode[row.id] = row.person

    def of_episode(self, episode: str) -> Child | None:
        """The child whose episode it is, where that was loaded."""
        return self._children.get(self._of_episode.get(episode, ""))

    def candidates(self, child: Child, references: Collection[Reference]) -> list[Child]:
        """Other children of the authority who may belong to this one: by a reference, or as a relative on the
        register."""
        told = {(r.force, r.incident) for r in references}
        by_reference = {p for (a, f, i, p) in self._references if told and a == child.authority and (f, i) in told}
        numbers = ((child.authority, *relative) for relative, _ in child.record.relations)
        found = {*by_reference, *(p for n in numbers if (p := self._identifiers.get(n)))} - {child.id}
        return [self._children[p] for p in sorted(found) if p in self._children]

    def registers_of(self, identifiers: Collection[Identifier]) -> dict[str, str | None]:
        """The authorities whose register holds one of the identifiers, each with whom it names as responsible; None
        stands for itself."""
        held = (self._children[p] for (_, s, v), p in self._identifiers.items() if (s, v) in identifiers)
        return {child.authority: child.record.responsible_authority for child in held if child.record.registered}

    def authorities_told(self, about: About) -> set[str]:
        """The authorities that hold the incident or the episode already."""
        if about.episode in self._of_episode:
            return {self._children[self._of_episode[about.episode]].authority}
        keys = (k for k in self._references if k[1:3] == (about.force, about.incident))
        return {authority for authority, *_ in keys}

    def whose(self, authority: str, about: About) -> Child | None:
        """The child, where the authority knows it. Raises Ambiguous where the report may mean more than one."""
        numbered = self._told_before(authority, about) or self.numbered(authority, about.identifiers)
        if numbered is not None:
            return numbered
        if about.episode in self._of_episode:
            child = self._children[self._of_episode[about.episode]]
            return child if child.authority == authority else None
        if about.identifiers:
            return None  # somebody else than the child of a reference with this number, if there is one
        return self._of_reference(authority, about)

    def numbered(self, authority: str, identifiers: Collection[Identifier]) -> Child | None:
        """The child with one of these numbers. Raises Ambiguous where they belong to several."""
        matched = {p for i in identifiers if (p := self._identifiers.get((authority, *i))) is not None}
        if len(matched) > 1:
            registered = {p for p in matched if self._children[p].record.registered}
            if len(registered) != 1:
                raise Ambiguous("the identifiers belong to more than one child")
            matched = registered
        return self._children[matched.pop()] if matched else None

    def _told_before(self, authority: str, about: About) -> Child | None:
        """The child whose episode was reported under this reference with one of these numbers: a person may have said
        since that it is another's than the register's (AMB-77: force, incident and child identify a reference)."""
        for child in self.in_reference(authority, about) if about.identifiers else ():
            for case in child.cases.values():
                if not set(about.identifiers).isdisjoint(numbers_told(case)) and _has_reference(case, about):
                    return child
        return None

    def in_reference(self, authority: str, about: About) -> list[Child]:
        """The children whose episodes have the reference that a report names."""
        keys = (k for k in self._references if k[0] == authority and k[2] == about.incident)
        people = {person for _, force, _, person in keys if about.force in (None, force)}
        return [self._children[person] for person in sorted(people)]

    def _of_reference(self, authority: str, about: About) -> Child | None:
        children = self.in_reference(authority, about)
        if len(children) > 1:
            raise Ambiguous("the incident has more than one child and the message does not say which")
        return children[0] if children else None

    def begin(self, authority: str, about: About, otherwise: str) -> Child:
        """A child whom nobody knew. The id hangs on the first identifier, else the reference, else the message."""
        named = about.identifiers and derived_id("person", authority, *about.identifiers[0])
        key = named or _id_without_name(authority, about, otherwise)
        if not named and key in self._children and self._children[key].cases:
            key = derived_id("person", authority, about.force, about.incident, otherwise)  # another one of the incident
        child = Child(key, authority, fresh=True, changed=True)
        self._children.setdefault(child.id, child)
        child = self._children[child.id]
        self.identify(child, about.identifiers)
        return child

    def identify(self, child: Child, identifiers: Iterable[Identifier]) -> None:
        """These identifiers are the child's, unless they are known to be another's."""
        for identifier in identifiers:
            key = (child.authority, *identifier)
            if self._identifiers.setdefault(key, child.id) == child.id:
                self._new_identifiers[key] = child.id
            if not child.record.registered and identifier not in child.record.identifiers:
                child.hold(replace(child.record, identifiers=(*child.record.identifiers, identifier)))

    def forget(self, child: Child, identifiers: Iterable[Identifier]) -> None:
        """These identifiers are the child's no more, as far as they were."""
        for key in ((child.authority, *identifier) for identifier in identifiers):
            if self._identifiers.get(key, child.id) == child.id:  # not all of a child's are loaded
                self._identifiers.pop(key, None)
                self._new_identifiers.pop(key, None)
                self.forgotten.add(IdentifierRow(*key, child.id))

    def under_key(self, authority: str, key: str) -> Child | None:
        """The child whose record came under this key of the register's topic."""
        person = self._identifiers.get((authority, KEY, key))
        return self._children[person] if person else None

    def known(self, authority: str, record: Record, key: str) -> list[Child]:
        """Whom a register record may mean: those with one of its numbers, and whoever stands under its key."""
        numbers = (*record.identifiers, (KEY, key))
        people = {p for i in numbers if (p := self._identifiers.get((authority, *i))) is not None}
        return [self._children[p] for p in sorted(people)]

    def registered(self, authority: str, record: Record, about: About, key: str) -> Child:
        """The child of a register record. Children who turn out to be the same one are joined in it."""
        known = {child.id for child in self.known(authority, record, key)}
        if not known:
            child = self.begin(authority, about, key)
            self._name_key(child, key)
            return child
        by_standing = sorted(known, key=lambda p: (not self._children[p].record.registered, p))
        child = self._children[by_standing[0]]
        for person in by_standing[1:]:
            if not self._children[person].record.registered:
                self._join(child, self._children[person])
        self.identify(child, record.identifiers)
        self._name_key(child, key)
        return child

    def _name_key(self, child: Child, key: str) -> None:
        if self._identifiers.get((child.authority, KEY, key)) != child.id:
            self._identifiers[(child.authority, KEY, key)] = child.id
            self._new_identifiers[(child.authority, KEY, key)] = child.id

    def adopt(self, child: Child, about: About) -> None:
        """A found report that named no child waits under its reference alone: it is paired with the child whom the
        missing report names."""
        nameless = self._children.get(_id_without_name(child.authority, about))
        if nameless is None or nameless is child or nameless.record.registered or nameless.record.identifiers:
            return
        if all(case.episode.state == "parked" for case in nameless.cases.values()):
            self._join(child, nameless)

    def move(self, case: Case, former: Child, child: Child) -> None:
        """The episode is this child's from now on, with its references and the numbers that were reported with it; a
        number that the register gives to the former child stays there."""
        episode = case.episode.id
        del former.cases[episode]
        former.changed_cases.discard(episode)
        child.keep(case)
        self._of_episode[episode] = child.id
        self.moved.append((former.id, episode))
        held = former.record.identifiers if former.record.registered else ()
        numbers = [i for i in numbers_told(case) if i not in (*held, *former.own_identifiers())]
        self.forget(former, numbers)
        if not former.record.registered:
            left = tuple(i for i in former.record.identifiers if i not in numbers)
            former.hold(replace(former.record, identifiers=left))
        self.identify(child, numbers)
        for key, row in [(k, r) for k, r in self._references.items() if r.episode == episode]:
            del self._references[key]
            moved = (*key[:3], child.id)
            self._references[moved] = self._new_references[moved] = replace(row, person=child.id)
            self._new_references.pop(key, None)

    def _join(self, child: Child, other: Child) -> None:
        """Everything of the other child is this child's from now on."""
        for case in other.cases.values():
            child.keep(case)
            self._of_episode[case.episode.id] = child.id
            self.moved.append((other.id, case.episode.id))
        other.cases.clear()
        if other.file:
            child.keep(child.file or other.file)
            self.moved.append((other.id, other.file.episode.id))
        for key in [k for k, p in self._identifiers.items() if p == other.id]:
            self._identifiers[key] = self._new_identifiers[key] = child.id
        for row in [r for r in self._references.values() if r.person == other.id]:
            moved = replace(row, person=child.id)
            key = (row.authority, row.force, row.incident)
            del self._references[(*key, other.id)]
            self._references[(*key, child.id)] = self._new_references[(*key, child.id)] = moved

    def refer(self, child: Child, case: Case) -> None:
        """The references of a case lead to it from now on."""
        self._of_episode[case.episode.id] = child.id
        for r in case.episode.references:
            key = (child.authority, r.force, r.incident, child.id)
            row = ReferenceRow(child.authority, r.force, r.incident, child.id, case.episode.id)
            if self._references.get(key) != row:
                self._references[key] = self._new_references[key] = row

    def children(self) -> Iterable[Child]:
        return self._children.values()

    def changes(self) -> tuple[list[PersonRow], list[IdentifierRow], list[ReferenceRow], list[EpisodeRow]]:
        """What must be saved."""
        children = self._children.values()
        people = [_person(child) for child in children if child.changed]
        identifiers = [IdentifierRow(*key, person) for key, person in self._new_identifiers.items()]
        episodes = [_row(child, child.case(key)) for child in children for key in sorted(child.changed_cases)]
        return people, identifiers, [*self._new_references.values()], episodes


def _child(row: PersonRow) -> Child:
    held = read_held(row.doc)
    return Child(row.id, row.authority, held.record, row.version, held.place)


def _person(child: Child) -> PersonRow:
    return PersonRow(child.id, child.authority, write_held(Held(child.record, child.place)), child.version + 1)


def _has_reference(case: Case, about: About) -> bool:
    return any(r.incident == about.incident and about.force in (None, r.force) for r in case.episode.references)


def _id_without_name(authority: str, about: About, otherwise: str = "") -> str:
    return derived_id("person", authority, about.force or "", about.incident or otherwise)


def _row(child: Child, case: Case) -> EpisodeRow:
    episode = case.episode
    return EpisodeRow(episode.id, child.authority, child.id, episode.opened_at, episode.state, write_case(case))
