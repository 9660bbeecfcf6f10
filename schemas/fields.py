"""The kinds of field that messages are made of: ids, words, text, instants, dates, lists. What a message holds is not
said here.

Everywhere: JSON types are taken strictly (a number in quotes is text, not a number), null means the same as leaving
the field out, and an optional id or word that is blank counts as left out.
"""

from collections.abc import Callable
from datetime import date, datetime
from typing import Annotated, Any, Literal, TypeVar

from pydantic import (
    AwareDatetime,
    BeforeValidator,
    Field,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    StringConstraints,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

from schemas.instants import read_instant

Item = TypeVar("Item")

# Ids and words end up in database indexes, topic names and mail headers: one line, of bounded length.
_ONE_LINE = r"^[^\x00-\x1f\x7f]+$"

Id = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200, pattern=_ONE_LINE)]
Word = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200, pattern=_ONE_LINE)]

ShortText = Annotated[str, StringConstraints(max_length=500)]
"""What somebody or something is called. Free text has the length that `limits` gives."""

Authority = Annotated[Id, StringConstraints(to_lower=True)]
"""Key of a local authority; compared and kept in lower case."""

Force = Annotated[Id, StringConstraints(to_upper=True)]
"""Short code of a police force; compared and kept in upper case, so that `xx` and `XX` are one force."""


# The same as senders may write them where they are optional: also blank.
_BlankableWord = Annotated[str, StringConstraints(max_length=200, pattern=r"^[^\x00-\x1f\x7f]*$")]
_Blankable = _BlankableWord | None


def _absent_if_blank(value: object) -> object:
    return None if isinstance(value, str) and not value.strip() else value


def _without_blanks(value: object) -> object:
    """A list of words as senders write it: null is an empty list, a blank word says nothing."""
    if value is None:
        return ()
    return tuple(item for item in value if _absent_if_blank(item) is not None) if isinstance(value, list) else value


class _EmptyIfNull:
    """Reads null as an empty list, and says so in the JSON Schema."""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_before_validator_function(self.read, handler(source))

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        return {"anyOf": [handler(schema), {"type": "null"}]}

    @staticmethod
    def read(value: object) -> object:
        return () if value is None else tuple(value) if isinstance(value, list) else value


def _instant(value: object) -> datetime:
    if isinstance(value, datetime):
        value = value.isoformat()
    if not isinstance(value, str):
        raise PydanticCustomError("hub_instant", "must be text: an RFC 3339 instant with an offset or Z")
    try:
        return read_instant(value)
    except ValueError as error:
        raise PydanticCustomError("hub_instant", "{fix}", {"fix": str(error)}) from None


def null_means(default: bool) -> Callable[[object], object]:
    """A reader of a bool that has a default: null is the default."""
    return lambda value: default if value is None else value


MaybeId = Annotated[Id | None, BeforeValidator(_absent_if_blank, json_schema_input_type=_Blankable)]
MaybeWord = Annotated[Word | None, BeforeValidator(_absent_if_blank, json_schema_input_type=_Blankable)]
MaybeForce = Annotated[Force | None, BeforeValidator(_absent_if_blank, json_schema_input_type=_Blankable)]

Forces = Annotated[
    tuple[Force, ...], BeforeValidator(_without_blanks, json_schema_input_type=list[_BlankableWord] | None)
]

Instant = Annotated[datetime, BeforeValidator(_instant, json_schema_input_type=AwareDatetime)]
"""An instant, aware and in UTC once read."""

Day = date
"""A calendar day of any year: one that cannot be is as good as none, and no reason to refuse a message."""

Words = Annotated[
    tuple[Word, ...], BeforeValidator(_without_blanks, json_schema_input_type=list[_BlankableWord] | None)
]
Listed = Annotated[tuple[Item, ...], _EmptyIfNull()]
"""A list that is empty where it is null or left out."""

TrueUnlessSaid = Annotated[bool, BeforeValidator(null_means(True), json_schema_input_type=bool | None)]
Count = Annotated[int, Field(ge=1, le=2**31 - 1)]

Class = Literal["missing", "absent"]
Risk = Literal["high", "medium", "low"]
CareType = Literal["unauthorised_absence", "run_away", "removed_by_adult"]
