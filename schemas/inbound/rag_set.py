"""An episode is rated red, amber or green."""

from typing import ClassVar, Literal

from pydantic import Field

from schemas.fields import TrueUnlessSaid, Words
from schemas.inbound.report import WHICH, CaseworkReport
from schemas.parts import Actor


class RagSet(CaseworkReport):
    """The RAG rating of an episode is set or changed."""

    TYPE: ClassVar[str] = "rag.set"
    ONE_OF: ClassVar[tuple[tuple[str, ...], ...]] = (WHICH,)

    value: Literal["RED", "AMBER", "GREEN"] = Field(description="The rating.")
    confirmed: TrueUnlessSaid = Field(
        True, description="Whether the manager has reviewed the rating. Defaults to true."
    )
    concerns: Words | None = Field(
        None,
        description="Concerns that the screening found. Unknown codes are kept. An empty list means none. Left out "
        "means not stated.",
    )
    by: Actor | None = Field(None, description="Who set the rating.")
