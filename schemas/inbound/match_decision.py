"""A person says whose notification it is."""

from typing import ClassVar

from pydantic import Field

from schemas.fields import Force, Id
from schemas.inbound.report import CaseworkReport
from schemas.parts import Actor, Person


class MatchDecision(CaseworkReport):
    """A person says which child a notification is about, when the register alone cannot tell."""

    TYPE: ClassVar[str] = "match.decision"

    incident: Id = Field(description="The police reference.")
    force: Force = Field(description="Short code of the police force that gave the reference, in upper or lower case.")
    child: Person | None = Field(None, description="The child. Null means that the child is not on the register.")
    by: Actor = Field(description="Who decided.")
