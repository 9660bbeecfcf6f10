"""A manager or practitioner decides what a rule waits for."""

from typing import Any, ClassVar

from pydantic import Field

from schemas.fields import Word
from schemas.inbound.report import WHICH, CaseworkReport
from schemas.parts import Actor


class ManagerDecision(CaseworkReport):
    """A decision that a rule waits for. `kind` says which question it answers and `decision` the answer; both are
    words of the authority's vocabulary."""

    TYPE: ClassVar[str] = "manager.decision"
    ONE_OF: ClassVar[tuple[tuple[str, ...], ...]] = (WHICH,)

    kind: Word = Field(description="The kind of decision.")
    decision: Word = Field(description="The decision: one of the values of its kind.")
    reason: str | None = Field(None, description="Why.")
    by: Actor | None = Field(None, description="Who decided.")
    value: Any = Field(None, description="What else this kind of decision asks for.")
