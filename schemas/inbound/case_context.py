"""The register record of one child, as the authority's case system holds it."""

from typing import ClassVar, Literal

from pydantic import Field

from schemas.fields import Authority, Forces, Id, Instant, Listed, MaybeId, MaybeWord, ShortText, Words
from schemas.inbound.report import InboundReport
from schemas.part import Part
from schemas.parts import Identifier, Person


class OpenService(Part):
    """A service that the child's case is open to, and who holds the case there."""

    service: MaybeWord = Field(None, description="The service, from the authority's vocabulary.")
    team: MaybeId = Field(None, description="Id of the team.")
    worker: MaybeId = Field(None, description="Id of the allocated worker.")
    manager: MaybeId = Field(None, description="Id of the worker's manager.")
    since: ShortText | None = Field(None, description="When the case was opened there, as a date or an instant.")


class Professional(Part):
    """Someone else involved in the child's case."""

    role: MaybeWord = Field(
        None, description="Their role, from the authority's vocabulary: reviewing officer, school, health."
    )
    person: MaybeId = Field(None, description="Id of the person.")


class Placement(Part):
    """Where a child in care lives."""

    kind: MaybeWord = Field(None, description="The kind of placement, such as foster_care or residential.")
    in_area: bool | None = Field(None, description="Whether it is in the authority's own area.")
    distance_miles: float | None = Field(
        None, ge=0, allow_inf_nan=False, description="Miles from the placement to the authority's border."
    )
    authority: ShortText | None = Field(None, description="The authority whose area it is in.")
    provider: MaybeId = Field(None, description="Id of the provider.")
    carers: Listed[Id] = Field((), description="Ids of the carers.")


class Relation(Part):
    """Another child that this one is related to."""

    identifier: Identifier | None = Field(None, description="A number of the other child.")
    relation: MaybeWord = Field(None, description="How the other child is related to this one, such as sibling.")


class Document(Part):
    """A document on file."""

    kind: MaybeWord = Field(None, description="The kind of document, from the authority's vocabulary.")
    updated_at: Instant | None = Field(None, description="When it was written or last revised.")


class CaseContext(InboundReport):
    """Everything the hub needs to know about one child. Send the whole record each time: the newest record replaces the
    one before, and anything it leaves out no longer applies."""

    TYPE: ClassVar[str] = "case.context"

    authority: Authority = Field(description="Key of the authority that sends this. Must match the topic name.")
    child: Person = Field(description="The child, with every identifier in the case system.")
    responsible_authority: MaybeId = Field(
        None, description="The responsible authority, as in police.missing. Defaults to `authority`."
    )
    legal_status: (
        Literal["none", "section_20", "interim_care_order", "care_order", "care_proceedings", "remand", "other"] | None
    ) = Field(
        None,
        description="Legal status. It decides whose consent counts. care_proceedings: in proceedings, no order yet.",
    )
    court_proceedings: bool | None = Field(
        None,
        description="Whether the child is in proceedings. Implied by care_proceedings and interim_care_order.",
    )
    plan: (
        Literal["none", "team_around_child", "child_in_need", "child_protection", "looked_after", "pathway"] | None
    ) = Field(None, description="The child's plan.")
    leaving_care: Literal["eligible", "relevant", "former_relevant", "qualifying"] | None = Field(
        None, description="Leaving care status."
    )
    services: Listed[OpenService] = Field((), description="The services that the case is open to.")
    professionals: Listed[Professional] = Field((), description="Other professionals involved in the case.")
    involved: Listed[Id] = Field((), description="Ids of workers recorded as involved.")
    placement: Placement | None = Field(None, description="Where a child in care lives.")
    relations: Listed[Relation] = Field((), description="Siblings and other related children.")
    linked_forces: Forces = Field(
        (), description="Short codes of other areas' police forces to which the child has links."
    )
    concerns: Words = Field((), description="Concerns on record. Unknown codes are kept.")
    vulnerable: bool | None = Field(None, description="Whether the child has been judged vulnerable.")
    child_protection_concern: bool | None = Field(None, description="Whether there is a child protection concern.")
    interview_commissioned_by: MaybeId = Field(
        None, description="The authority that pays for the interview of a child it placed here."
    )
    documents: Listed[Document] = Field((), description="Documents on file.")
