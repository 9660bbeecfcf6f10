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

    def acts_as(self, role: str) -> bool:
        """Whether the person answers in this role."""
        return self.may == "answer" and (not self.roles or role in self.roles)


@dataclass(frozen=True, slots=True)
class DeskUser:
    """A person who is signed in. `id` is what a provider calls them and what stands as the author of an answer;
    `operator`: looks after the hub, and sees no child by that. `local`: signed in by nobody, on this machine alone."""

    id: str
    name: str
    grants: tuple[Grant, ...] = ()
    operator: bool = False
    local: bool = False

    @property
    def authorities(self) -> tuple[str, ...]:
        return tuple(grant.authority for grant in self.grants)

    def grant_at(self, authority: str) -> Grant | None:
        """What they may do at an authority; None where they have no business."""
        return next((grant for grant in self.grants if grant.authority == authority), None)

    def may_answer(self, authority: str, role: str) -> bool:
        """Whether they answer at an authority what its role is asked."""
        grant = self.grant_at(authority)
        return grant is not None and grant.acts_as(role)
