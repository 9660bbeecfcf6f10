"""The bases of inbound messages: any report, a report of the police, a report about an episode by anybody else."""

from typing import ClassVar

from pydantic import Field

from schemas.fields import Authority, Force, Id, MaybeForce, MaybeId
from schemas.part import Choice
from schemas.parts import Person


class InboundReport(Choice):
    """What somebody told the hub."""

    TYPE: ClassVar[str]
    """The CloudEvents type."""


class PoliceReport(InboundReport):
    """What a police force says about one incident."""

    incident: Id = Field(description="The force's reference of the incident.")
    force: Force = Field(description="The force's short code, in any case; it must be the one in the topic's name.")
    child: Person | None = Field(None, description="The child; needed as soon as the incident has more than one.")


class CaseworkReport(InboundReport):
    """What anybody but the police says about an episode.

    Name the episode by `episode` (the id that the hub's messages carry) or by `incident` with `force`. With only
    `child` the child's open episode is meant, else the newest one.
    """

    authority: Authority = Field(description="Key of the authority that sends; it must be the one in the topic's name.")
    incident: MaybeId = Field(None, description="The police reference.")
    force: MaybeForce = Field(None, description="Short code of the police force that gave the reference, in any case.")
    child: Person | None = Field(None, description="The child.")
    episode: MaybeId = Field(None, description="Id of the episode, as outbound messages carry it.")


WHICH = ("incident", "child", "episode")
"""The group of fields of which one must say which episode is meant."""
