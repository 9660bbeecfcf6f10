"""A worker or manager disagrees with a decision."""

from typing import ClassVar

from pydantic import Field

from schemas.fields import Listed, MaybeWord
from schemas.inbound.report import WHICH, CaseworkReport
from schemas.parts import Actor


class DisagreementRaised(CaseworkReport):
    """A worker or manager disagrees with a decision on an episode."""

    TYPE: ClassVar[str] = "disagreement.raised"
    ONE_OF: ClassVar[tuple[tuple[str, ...], ...]] = (WHICH,)

    about: MaybeWord = Field(None, description="What the disagreement is about, from the authority's vocabulary.")
    between: Listed[Actor] = Field((), description="Who disagrees.")
