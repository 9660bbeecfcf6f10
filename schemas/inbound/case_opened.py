"""A service opens a child's case."""

from typing import ClassVar

from pydantic import Field

from schemas.fields import Instant, MaybeId, Word
from schemas.inbound.report import CaseworkReport
from schemas.parts import Person


class CaseOpened(CaseworkReport):
    """A service opened the child's case."""

    TYPE: ClassVar[str] = "case.opened"

    child: Person = Field(description="The child.")
    service: Word = Field(description="The service, from the authority's vocabulary.")
    team: MaybeId = Field(None, description="Id of the team.")
    worker: MaybeId = Field(None, description="Id of the allocated worker.")
    manager: MaybeId = Field(None, description="Id of the worker's manager.")
    at: Instant | None = Field(None, description="When the case was opened.")
