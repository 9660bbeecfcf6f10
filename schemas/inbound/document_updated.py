"""A document about a child was made or revised."""

from typing import ClassVar

from pydantic import Field

from schemas.fields import Instant, Word
from schemas.inbound.report import CaseworkReport
from schemas.parts import Actor, Person


class DocumentUpdated(CaseworkReport):
    """A profile, plan or form of the child was made or revised."""

    TYPE: ClassVar[str] = "document.updated"

    child: Person = Field(description="The child.")
    kind: Word = Field(description="The kind of document, a word of the vocabulary.")
    at: Instant | None = Field(None, description="When it was made or revised.")
    by: Actor | None = Field(None, description="Who made or revised it.")
