"""The children that a batch speaks of, as they were loaded: whose number is whose, what is held of each, their cases.

Identity here is by exact identifier or police reference; by description it is asked for in `enrichment.whose`.
"""

from collections.abc import Collection

from enrichment.child import Child, numbers_told
from enrichment.identity_map import IdentityMap
from enrichment.matching import Described
from enrichment.register import KEY
from episodes.episode import Reference
from episodes.identity import names_one_of
from episodes.record import RegisterRecord
from episodes.reports import About, Identifier
from routing.case import AlertCase, AnyCase, Case
from routing.messages import derived_id

__all__ = ["Ambiguous", "Child", "Children"]


class Ambiguous(Exception):  # noqa: N818 - an answer, raised
    """A report that several children may be meant by. The text says which way, without naming anybody; `candidates` are
    those whose numbers it names."""

    def __init__(self, why: str, candidates: tuple[Child, ...] = ()) -> None:
        super().__init__(why)
        self.candidates = candidates


class Children(IdentityMap):
    """Whose report it is, over the rows of one transaction."""

    def of_episode(self, episode: str) -> Child | None:
        """The child whose episode it is, where that was loaded."""
        return self._children.get(self._of_episode.get(episode, ""))

    def candidates(self, child: Child, references: Collection[Reference]) -> list[Child]:
        """Other children of the authority who may belong to this one: by a reference, or as a relative on the
        register."""
        told = {(r.force, r.incident) for r in references}
        rows = self._references.values() if told else ()
        by_reference = {r.person for r in rows if r.authority == child.authority and (r.force, r.incident) in told}
        numbers = ((child.authority, *relative) for relative, _ in child.record.relations)
        found = {*by_reference, *(p for n in numbers if (p := self._identifiers.get(n)))} - {child.id}
        return [self._children[p] for p in sorted(found) if p in self._children]

    def registers_of(self, identifiers: Collection[Identifier]) -> dict[str, RegisterRecord]:
        """The records that hold one of the identifiers, by authority."""
        held = (self._children[p] for (_, s, v), p in self._identifiers.items() if (s, v) in identifiers)
        return {child.authority: child.record for child in held if child.record.registered}

    def registers_describing(self, described: Described) -> dict[str, RegisterRecord]:
        """The records of children whom the description certainly means, by authority."""
        found: dict[str, RegisterRecord] = {}
        for authority in self.lookup.authorities(described):
            judged = self.lookup.judge(authority, described)
            child = self.child(judged.ranked[0].id) if judged.outcome == "certain" else None
            if child is not None and child.record.registered:
                found[authority] = child.record
        return found

    def numbered_elsewhere(self, authority: str, identifiers: Collection[Identifier]) -> list[Child]:
        """Children of other authorities who have one of these numbers."""
        found = {p for (a, s, v), p in self._identifiers.items() if a != authority and (s, v) in identifiers}
        return [self._children[person] for person in sorted(found)]

    def described_elsewhere(self, authority: str, described: Described) -> list[Child]:
        """Children of other authorities whom the description certainly means."""
        judged = (self.lookup.judge(a, described) for a in self.lookup.authorities(described) if a != authority)
        found = (self.child(j.ranked[0].id) for j in judged if j.outcome == "certain")
        return [child for child in found if child is not None]

    def authorities_told(self, about: About) -> set[str]:
        """The authorities that hold the incident or the episode already."""
        if about.episode in self._of_episode:
            return {self._children[self._of_episode[about.episode]].authority}
        keys = (k for k in self._references if k[1:3] == (about.force, about.incident))
        return {authority for authority, *_ in keys}

    def whose(self, authority: str, about: About) -> Child | None:
        """The child, where the authority knows it. Raises Ambiguous where the report may mean more than one."""
        numbered = self.by_number(authority, about)
        if numbered is not None:
            return numbered
        if about.episode in self._of_episode:
            child = self._children[self._of_episode[about.episode]]
            return child if child.authority == authority else None
        if about.identifiers:
            return None  # somebody else than the child of a reference with this number, if there is one
        return self._of_reference(authority, about)

    def by_number(self, authority: str, about: About) -> Child | None:
        """The child whom a report names by a number, if by any that is known."""
        return self._told_before(authority, about) or self.numbered(authority, about.identifiers)

    def child(self, person: str) -> Child | None:
        """The child with this id, where it was loaded."""
        return self._children.get(person)

    def numbered(self, authority: str, identifiers: Collection[Identifier]) -> Child | None:
        """The child with one of these numbers. Raises Ambiguous where they belong to several."""
        matched = {p for i in identifiers if (p := self._identifiers.get((authority, *i))) is not None}
        if len(matched) > 1:
            registered = {p for p in matched if self._children[p].record.registered}
            if len(registered) != 1:
                several = tuple(self._children[person] for person in sorted(matched))
                raise Ambiguous("The identifiers belong to more than one child", several)
            matched = registered
        return self._children[matched.pop()] if matched else None

    def _told_before(self, authority: str, about: About) -> Child | None:
        """The child whose episode was reported under this reference with one of these numbers: a person may have said
        since that it is another's than the register's (AMB-77: force, incident and child identify a reference)."""
        for child in self.in_reference(authority, about) if about.identifiers else ():
            for case in child.everything():
                if not set(about.identifiers).isdisjoint(numbers_told(case)) and _has_reference(case, about):
                    return child
        return None

    def in_reference(self, authority: str, about: About) -> list[Child]:
        """The children whose episodes have the reference that a report names."""
        rows = (r for r in self._references.values() if r.authority == authority and r.incident == about.incident)
        people = {row.person for row in rows if about.force in (None, row.force)}
        return [self._children[person] for person in sorted(people)]

    def _of_reference(self, authority: str, about: About) -> Child | None:
        children = self.in_reference(authority, about)
        if len(children) > 1:
            raise Ambiguous("The incident has more than one child and the message does not say which")
        return children[0] if children else None

    def begin(self, authority: str, about: About, otherwise: str) -> Child:
        """A child whom nobody knew. The id hangs on the first identifier, else the reference, else the message."""
        named = about.identifiers and derived_id("person", authority, *about.identifiers[0])
        key = named or _id_without_name(authority, about, otherwise)
        held = self._children.get(key)
        if not named and held is not None and (held.cases or held.alerts):
            key = derived_id("person", authority, about.force, about.incident, otherwise)  # another one of the incident
        child = Child(key, authority, fresh=True, changed=True)
        self._children.setdefault(child.id, child)
        child = self._children[child.id]
        self.identify(child, about.identifiers)
        return child

    def under_key(self, authority: str, key: str) -> Child | None:
        """The child whose record came under this key of the register's topic."""
        person = self._identifiers.get((authority, KEY, key))
        return self._children[person] if person else None

    def known(self, authority: str, record: RegisterRecord, key: str) -> list[Child]:
        """Whom a register record may mean: those with one of its numbers, and whoever stands under its key."""
        numbers = (*record.identifiers, (KEY, key))
        people = {p for i in numbers if (p := self._identifiers.get((authority, *i))) is not None}
        return [self._children[p] for p in sorted(people)]

    def registered(self, authority: str, record: RegisterRecord, about: About, key: str) -> Child:
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
                self.join(child, self._children[person])
        self.identify(child, record.identifiers)
        self._name_key(child, key)
        return child

    def _name_key(self, child: Child, key: str) -> None:
        if self._identifiers.get((child.authority, KEY, key)) != child.id:
            self._identifiers[(child.authority, KEY, key)] = child.id
            self._new_identifiers[(child.authority, KEY, key)] = child.id


def _has_reference(case: AnyCase, about: About) -> bool:
    match case:
        case AlertCase():
            return names_one_of(about, case.alert.references)
        case Case():
            return names_one_of(about, case.episode.references)
    return False


def _id_without_name(authority: str, about: About, otherwise: str = "") -> str:
    return derived_id("person", authority, about.force or "", about.incident or otherwise)
