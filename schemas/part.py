"""The base of every object on the wire: unknown fields are kept, JSON types are strict, values do not change. Also how
"at least one of these fields" is said once, for the check and for the JSON Schema."""

from functools import cache
from typing import ClassVar, Self

from pydantic import BaseModel, ConfigDict, GetJsonSchemaHandler, model_validator
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, PydanticCustomError


class Part(BaseModel):
    """An object of the contract. Fields that the contract does not know stand in `model_extra`."""

    # Validators are built at first use: a command that reads two types of message does not pay for forty.
    model_config = ConfigDict(extra="allow", strict=True, frozen=True, defer_build=True, populate_by_name=False)


class Choice(Part):
    """An object of which, from each group in `ONE_OF`, at least one field must be given (null is not given)."""

    ONE_OF: ClassVar[tuple[tuple[str, ...], ...]] = ()

    @model_validator(mode="after")
    def _one_of_each_group(self) -> Self:
        for group in self.ONE_OF:
            if all(getattr(self, name) is None for name in group):
                raise PydanticCustomError("hub_one_of", "give at least one of {names}", {"names": ", ".join(group)})
        return self

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        written = handler.resolve_ref_schema(handler(schema))
        none_given = [{"properties": {name: {"type": "null"} for name in group}} for group in cls.ONE_OF]
        if none_given:
            # As what must not be, since generators of code leave `not` alone: of `anyOf` they make a type for each way.
            written["not"] = none_given[0] if len(none_given) == 1 else {"anyOf": none_given}
        return written


@cache
def declared_names() -> frozenset[str]:
    """Every name that the contract gives a field of any object. To be called once all messages are imported."""
    names, waiting = set[str](), [Part]
    while waiting:
        part = waiting.pop()
        names |= {field.alias or name for name, field in part.model_fields.items()}
        waiting += part.__subclasses__()
    return frozenset(names)
