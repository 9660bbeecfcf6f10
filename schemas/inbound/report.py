"""The bases of inbound messages: any report, a report of the police, a report about an episode by anybody else."""

from typing import ClassVar

from pydantic import Field

from schemas.fields import Authority, Force, Id, MaybeForce, MaybeId
from schemas.part import Choice
from schemas.parts import Person


class InboundReport(Choice):
    """What someone told the hub."""

    TYPE: ClassVar[str]
    """The CloudEvents type."""


class PoliceReport(InboundReport):
    """What a police force says about one incident."""

    incident: Id = Field(description="The force's reference for the incident.")
    force: Force = Field(description="The force's short code, in upper or lower case. Must match the topic name.")
    child: Person | None = Field(None, description="The child. Required if the incident has more than one.")


class CaseworkReport(InboundReport):
    """What anyone except the police says about an episode.

    Identify the episode by `episode` (the id in the hub's messages) or by `incident` with `force`. If you give only
    `child`, it is the child's open episode, or the newest one if none is open.
    """

    authority: Authority = Field(description="Key of the authority that sends this. Must match the topic name.")
    incident: MaybeId = Field(None, description="The police reference.")
    force: MaybeForce = Field(
        None, description="Short code of the police force that gave the reference, in upper or lower case."
    )
    child: Person | None = Field(None, description="The child.")
    episode: MaybeId = Field(None, description="Id of the episode, as in outbound messages.")


WHICH = ("incident", "child", "episode")
"""The group of fields of which one must say which episode is meant."""
