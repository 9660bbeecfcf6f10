"""A task that the hub raised is done."""

from typing import ClassVar

from pydantic import Field

from schemas.fields import Instant, MaybeWord, Word
from schemas.inbound.report import WHICH, CaseworkReport
from schemas.parts import Actor


class TaskCompleted(CaseworkReport):
    """A task that the hub raised was done."""

    TYPE: ClassVar[str] = "task.completed"
    ONE_OF: ClassVar[tuple[tuple[str, ...], ...]] = (WHICH,)

    kind: Word = Field(description="The kind of task, as in task.create.")
    at: Instant | None = Field(None, description="When it was done.")
    by: Actor | None = Field(None, description="Who did it.")
    outcome: MaybeWord = Field(None, description="The outcome, if this kind of task has outcomes.")
