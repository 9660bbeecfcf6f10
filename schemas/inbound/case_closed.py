"""A service closes a child's case."""

from typing import ClassVar

from pydantic import Field

from schemas.fields import Instant, Word
from schemas.inbound.report import CaseworkReport
from schemas.parts import Person


class CaseClosed(CaseworkReport):
    """A service closed the child's case."""

    TYPE: ClassVar[str] = "case.closed"

    child: Person = Field(description="The child.")
    service: Word = Field(description="The service, from the authority's vocabulary.")
    at: Instant | None = Field(None, description="When the case was closed.")
    reason: str | None = Field(None, description="Why.")
