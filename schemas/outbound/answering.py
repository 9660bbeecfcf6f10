"""Which reports answer what a message asks, in which words, and what each word means."""

from pydantic import Field

from schemas.fields import Listed, MaybeWord, Word
from schemas.part import Part


class AnswerWord(Part):
    """A word that an answer may use."""

    word: Word = Field(description="The word, as the report must have it.")
    means: str | None = Field(None, description="What it says, in plain English.")


class Answer(Part):
    """A report that answers the message. Any one of several is enough."""

    type: Word = Field(description="The type of the report.")
    kind: MaybeWord = Field(None, description="Its kind, if the type has kinds.")
    words: Listed[AnswerWord] = Field((), description="The words to choose from. Empty if there is nothing to choose.")
