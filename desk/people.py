"""Who sits at the desk: at which authorities, in which roles, and what they may do there. How they signed in is told
elsewhere."""

from dataclasses import dataclass
from typing import Literal

May = Literal["answer", "read"]


@dataclass(frozen=True, slots=True)
class Grant:
    """What a person may do at one authority. `roles`: those they act in there; none named: in every role. `may`:
    whether they answer or only look."""

    authority: str
    roles: frozenset[str] = frozenset()
    may: May = "answer"

    @property
    def answering(self) -> frozenset[str] | None:
        """The roles in which the person answers; None: in every one."""
        return frozenset() if self.may == "read" else self.roles or None

    def acts_as(self, role: str) -> bool:
        """Whether the person answers in this role."""
        return self.answering is None or role in self.answering


@dataclass(frozen=True, slots=True)
class DeskUser:
    """A person who is signed in. `id` is what a provider calls them and what stands as the author of an answer;
    `operator`: looks after the hub, and sees no child by that. `asked`: where they see and answer what is sent to their
    roles or to them, and nothing else. `forces`: the police forces whose incidents they see. `governs`: the authorities
    at which they see who looked. `local`: signed in by nobody, on this machine alone."""

    id: str
    name: str
    grants: tuple[Grant, ...] = ()
    operator: bool = False
    local: bool = False
    asked: tuple[Grant, ...] = ()
    forces: frozenset[str] = frozenset()
    governs: tuple[str, ...] = ()

    @property
    def sees_children(self) -> bool:
        """Whether any page with a word about a child is theirs."""
        return bool(self.grants or self.asked or self.forces or self.governs)

    def is_asked(self, authority: str, role: str, person: str | None) -> bool:
        """Whether something sent to this recipient is sent to them: to a role of theirs, and to nobody else by
        name."""
        theirs = any(grant.authority == authority and role in grant.roles for grant in self.asked)
        return theirs and person in (None, self.id)

    @property
    def authorities(self) -> tuple[str, ...]:
        return tuple(grant.authority for grant in self.grants)

    def grant_at(self, authority: str) -> Grant | None:
        """What they may do at an authority; None where they have no business."""
        return next((grant for grant in self.grants if grant.authority == authority), None)

    def may_answer(self, authority: str, role: str) -> bool:
        """Whether they answer at an authority what its role is asked."""
        grant = self.grant_at(authority)
        if grant is not None:
            return grant.acts_as(role)
        return any(each.authority == authority and role in each.roles and each.acts_as(role) for each in self.asked)
