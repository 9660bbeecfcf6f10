"""A person confirms having seen an alert."""

from typing import ClassVar

from pydantic import Field

from schemas.fields import MaybeId, MaybeWord
from schemas.inbound.report import WHICH, CaseworkReport
from schemas.parts import Actor


class MessageAcknowledged(CaseworkReport):
    """A person confirms that they have seen a message. Give its id, or its type if you do not know the id."""

    TYPE: ClassVar[str] = "message.acknowledged"
    ONE_OF: ClassVar[tuple[tuple[str, ...], ...]] = (("message", "type"), WHICH)

    message: MaybeId = Field(None, description="Id of the message that was seen.")
    type: MaybeWord = Field(None, description="Its type, if the id is not known.")
    kind: MaybeWord = Field(None, description="Its kind.")
    by: Actor = Field(description="Who has seen it.")
