"""The children that a batch speaks of, as they were loaded: whose number is whose, what is held of each, their cases.

Identity here is by exact identifier or police reference; by description it is asked for in `enrichment.whose`.
"""

from collections.abc import Collection

from enrichment.child import Child, numbers_told
from enrichment.contradiction import contradicts
from enrichment.identity_map import IdentityMap
from enrichment.matching import Described
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
        rows = (row for reference in references for row in self._of_incident(reference.incident))
        by_reference = {r.person for r in rows if r.authority == child.authority and (r.force, r.incident) in told}
        relatives = (
            r for relative, _ in child.record.relations for r in self.numbers.holders(child.authority, relative)
        )
        found = {*by_reference, *relatives} - {child.id}
        return [self._children[p] for p in sorted(found) if p in self._children]

    def registers_of(self, about: About, force: str | None, described: Described | None) -> dict[str, Child]:
        """Whom registers hold under one of the numbers, by authority; of several at one, a child whom the description
        fits."""
        found: dict[str, Child] = {}
        for authority in self.numbers.authorities():
            held = [child for child in self.holders(authority, about, force) if child.record.registered]
            fitting = [child for child in held if not self.contradicted(described, child)]
            if held:
                found[authority] = (fitting or held)[0]
        return found

    def registers_describing(self, described: Described) -> dict[str, Child]:
        """Whom registers hold whom the description certainly means, by authority."""
        found: dict[str, Child] = {}
        for authority in self.lookup.authorities(described):
            judged = self.lookup.judge(authority, described)
            child = self.child(judged.ranked[0].id) if judged.outcome == "certain" else None
            if child is not None and child.record.registered:
                found[authority] = child
        return found

    def numbered_elsewhere(self, authority: str, identifiers: Collection[Identifier]) -> list[Child]:
        """Children of other authorities who have one of these numbers."""
        return [self._children[person] for person in self.numbers.elsewhere(authority, identifiers)]

    def described_elsewhere(self, authority: str, described: Described) -> list[Child]:
        """Children of other authorities whom the description certainly means."""
        judged = (self.lookup.judge(a, described) for a in self.lookup.authorities(described) if a != authority)
        found = (self.child(j.ranked[0].id) for j in judged if j.outcome == "certain")
        return [child for child in found if child is not None]

    def authorities_told(self, about: About) -> set[str]:
        """The authorities that hold the incident or the episode already."""
        if about.episode in self._of_episode:
            return {self._children[self._of_episode[about.episode]].authority}
        return {row.authority for row in self._of_incident(about.incident) if row.force == about.force}

    def whose(self, authority: str, about: About, force: str | None = None) -> Child | None:
        """The child, where the authority knows it. Raises Ambiguous where the report may mean more than one."""
        numbered = self.told_before(authority, about) or self.numbered(authority, about, force)
        if numbered is not None:
            return numbered
        if about.episode in self._of_episode:
            child = self._children[self._of_episode[about.episode]]
            return child if child.authority == authority else None
        if about.identifiers:
            return None  # somebody else than the child of a reference with this number, if there is one
        return self._of_reference(authority, about)

    def child(self, person: str) -> Child | None:
        """The child with this id, where it was loaded."""
        return self._children.get(person)

    def holders(self, authority: str, about: About, force: str | None = None) -> list[Child]:
        """The children who have one of the numbers of a report, as far as these tell anything to who sends it: a force
        (`force`), or somebody at the authority."""
        found = {person for i in about.identifiers for person in self.numbers.holders(authority, i, force)}
        return [self._children[person] for person in sorted(found)]

    def numbered(
        self, authority: str, about: About, force: str | None = None, described: Described | None = None
    ) -> Child | None:
        """The child with one of these numbers; of several the one whom the description fits, or whom alone the register
        holds. Raises Ambiguous where they belong to several, or to somebody of whom the description cannot be."""
        held = self.holders(authority, about, force)
        fitting = [child for child in held if not self.contradicted(described, child)]
        if held and not fitting:
            raise Ambiguous("The description does not fit the child whose number it comes with", tuple(held))
        if len(fitting) > 1:
            registered = [child for child in fitting if child.record.registered]
            if len(registered) != 1:
                raise Ambiguous("The identifiers belong to more than one child", tuple(fitting))
            fitting = registered
        return fitting[0] if fitting else None

    def sharing(self, authority: str, identifier: Identifier) -> list[Child]:
        """Those known to have a number, be they too many."""
        return [c for p in self.numbers.crowd(authority, identifier) if (c := self._children.get(p)) is not None]

    def contradicted(self, described: Described | None, child: Child) -> bool:
        """Whether a description speaks against its being of this child, whose number it comes with."""
        if described is None or child.described is None:
            return False
        return contradicts(self.lookup.beside(described, child.described))

    def told_before(self, authority: str, about: About) -> Child | None:
        """The child whose episode was reported under this reference with one of these numbers: a person may have said
        since that it is another's than the register's (AMB-77: force, incident and child identify a reference)."""
        for child in self.in_reference(authority, about) if about.identifiers else ():
            for case in child.everything():
                if not set(about.identifiers).isdisjoint(numbers_told(case)) and _has_reference(case, about):
                    return child
        return None

    def in_reference(self, authority: str, about: About) -> list[Child]:
        """The children whose episodes have the reference that a report names."""
        rows = (row for row in self._of_incident(about.incident) if row.authority == authority)
        people = {row.person for row in rows if about.force in (None, row.force)}
        return [self._children[person] for person in sorted(people)]

    def _of_reference(self, authority: str, about: About) -> Child | None:
        children = self.in_reference(authority, about)
        if len(children) > 1:
            raise Ambiguous("The incident has more than one child and the message does not say which")
        return children[0] if children else None

    def begin(self, authority: str, about: About, otherwise: str, force: str | None = None) -> Child:
        """A child whom nobody knew. The id hangs on the first identifier, else the reference, else the message; where
        that is somebody's already, who has the number no more or is another one of the incident, on the message too."""
        key = first_id(authority, about, otherwise)
        if self._is_somebody(key):
            first = about.identifiers[0] if about.identifiers else (about.force or "", about.incident or "")
            key = derived_id("person", authority, *first, otherwise)
        while self._is_somebody(key):
            key = derived_id("person", authority, key)
        child = self._children.setdefault(key, Child(key, authority, fresh=True, changed=True))
        self.learn(child, about.identifiers, force)
        return child

    def _is_somebody(self, person: str) -> bool:
        held = self._children.get(person)
        return held is not None and bool(held.cases or held.alerts or held.record.registered or held.duties)

    def under_key(self, authority: str, key: str) -> Child | None:
        """The child whose record came under this key of the register's topic."""
        person = self.numbers.keyed(authority, key)
        return self._children[person] if person else None

    def known(
        self, authority: str, record: RegisterRecord, key: str, described: Described | None = None
    ) -> list[Child]:
        """Whom a register record may mean, likeliest first: whoever stands under its key, then those with one of its
        numbers whom it fits."""
        keyed = self.under_key(authority, key)
        held = self.holders(authority, About(identifiers=record.identifiers))
        fitting = [c for c in held if not (self.contradicted(described, c) or _born_apart(record, c))]
        others = sorted((c for c in fitting if c is not keyed), key=lambda c: (not c.record.registered, c.id))
        return [keyed, *others] if keyed else others

    def registered(
        self, authority: str, record: RegisterRecord, about: About, key: str, described: Described | None = None
    ) -> Child:
        """The child of a register record. Children who turn out to be the same one are joined in it; two records that
        share a number are two children where they describe two."""
        known = self.known(authority, record, key, described)
        child = known[0] if known else self.begin(authority, about, key)
        for other in known[1:]:
            if not other.record.registered:
                self.join(child, other)
        for identifier in record.identifiers:
            self.numbers.give(authority, identifier, child.id)
        self.numbers.name_key(authority, key, child.id)
        return child


def _born_apart(record: RegisterRecord, child: Child) -> bool:
    """Whether two records of a register give two dates of birth."""
    born = (record.date_of_birth, child.record.date_of_birth)
    return child.record.registered and None not in born and born[0] != born[1]


def _has_reference(case: AnyCase, about: About) -> bool:
    match case:
        case AlertCase():
            return names_one_of(about, case.alert.references)
        case Case():
            return names_one_of(about, case.episode.references)
    return False


def first_id(authority: str, about: About, otherwise: str) -> str:
    """The id of a child whom a report names as the first."""
    named = about.identifiers and derived_id("person", authority, *about.identifiers[0])
    return named or _id_without_name(authority, about, otherwise)


def _id_without_name(authority: str, about: About, otherwise: str = "") -> str:
    return derived_id("person", authority, about.force or "", about.incident or otherwise)
