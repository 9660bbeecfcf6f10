"""A document about a child was made or revised."""

from typing import ClassVar

from pydantic import Field

from schemas.fields import Instant, Word
from schemas.inbound.report import CaseworkReport
from schemas.parts import Actor, Person


class DocumentUpdated(CaseworkReport):
    """A profile, plan or form about the child was written or revised."""

    TYPE: ClassVar[str] = "document.updated"

    child: Person = Field(description="The child.")
    kind: Word = Field(description="The kind of document, from the authority's vocabulary.")
    at: Instant | None = Field(None, description="When it was written or revised.")
    by: Actor | None = Field(None, description="Who wrote or revised it.")
