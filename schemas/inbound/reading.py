"""From the data of an envelope to a model, and from what the validator says to words that a sender can act on and that
repeat nothing about a child."""

from itertools import islice
from typing import Any, TypeVar

from pydantic import ValidationError
from pydantic_core import ErrorDetails, from_json, to_json

from schemas.cloudevents import not_json
from schemas.limits import DEFAULT, Limits
from schemas.part import Part, declared_names
from schemas.twice import refuse_names_given_twice
from schemas.unreadable import Unreadable

ModelT = TypeVar("ModelT", bound=Part)

_BOM = b"\xef\xbb\xbf"
_SHOWN = 8  # faults named in one detail; the rest are counted

# What each fault of the validator is called. The validator's own sentences may quote the value, so none is passed on.
_MENDS = {
    "missing": "is required",
    "string_type": "must be text",
    "string_too_short": "must not be blank",
    "string_too_long": "is too long",
    "string_pattern_mismatch": "must be one line without control characters",
    "bool_type": "must be true or false, without quotes",
    "int_type": "must be a whole number, without quotes",
    "float_type": "must be a number, without quotes",
    "finite_number": "must be a finite number",
    "greater_than_equal": "is too small",
    "less_than_equal": "is too large",
    "tuple_type": "must be a list",
    "model_type": "must be an object",
    "model_attributes_type": "must be an object",
    "mapping_type": "must be an object",
    "dict_type": "must be an object",
    "date_type": "must be a date, as in 2011-09-01",
    "date_parsing": "must be a date, as in 2011-09-01",
    "date_from_datetime_parsing": "must be a date, as in 2011-09-01",
}


def parse_data(model: type[ModelT], data: Any, limits: Limits = DEFAULT) -> ModelT:
    """`data`, as JSON bytes or as a parsed JSON value, read as `model`. Raises `Unreadable`."""
    raw = data.removeprefix(_BOM) if isinstance(data, bytes) else to_json(data, inf_nan_mode="constants")
    if limits.might_be_passed(raw):
        _refuse_too_much(raw, limits)
    if isinstance(data, bytes):
        refuse_names_given_twice(raw)
    # Both are rare and dear to look for properly, so a search of the bytes decides whether to look at all.
    if b"\\u0000" in raw or b"NaN" in raw or b"Infinity" in raw:
        _refuse_what_stores_refuse(raw)
    try:
        return model.model_validate_json(raw)
    except ValidationError as error:
        faults = error.errors(include_url=False, include_input=False)
        if any(fault["type"] == "json_invalid" for fault in faults):
            raise not_json(raw) from None
        raise Unreadable("failed_validation", _told(faults)) from None


def _refuse_too_much(raw: bytes, limits: Limits) -> None:
    """More than the contract allows of anything, in known and in unknown fields alike."""
    try:
        value = from_json(raw)
    except ValueError:
        raise not_json(raw) from None
    faults = [*islice(limits.faults(value, declared_names()), _SHOWN)]
    if faults:
        raise Unreadable("failed_validation", "; ".join(faults))


def _refuse_what_stores_refuse(raw: bytes) -> None:
    """NaN and infinities are not JSON, and no text column of the store takes a NUL; neither may pass in any field,
    known or unknown."""
    try:
        value = from_json(raw, allow_inf_nan=False)
    except ValueError:
        raise not_json(raw) from None
    if _holds_nul(value):
        raise Unreadable("failed_validation", "a text contains the character U+0000. Remove it")


def _holds_nul(value: object) -> bool:
    if isinstance(value, str):
        return "\0" in value
    if isinstance(value, dict):
        return any(_holds_nul(item) for pair in value.items() for item in pair)
    return isinstance(value, list) and any(_holds_nul(item) for item in value)


def _told(faults: list[ErrorDetails]) -> str:
    lines = [f"{_path(fault['loc'])}: {_mend(fault)}" for fault in faults[:_SHOWN]]
    if len(faults) > _SHOWN:
        lines.append(f"and {len(faults) - _SHOWN} more")
    return "; ".join(lines)


def _path(location: tuple[int | str, ...]) -> str:
    """As a sender would write it: child.identifiers[0].value."""
    path = ""
    for step in location:
        path += f"[{step}]" if isinstance(step, int) else f".{step}"
    return path.removeprefix(".") or "data"


def _mend(fault: ErrorDetails) -> str:
    kind = fault["type"]
    if kind == "literal_error":
        return f"must be {fault['ctx']['expected']}"
    if kind.startswith("hub_"):  # our own validators, whose messages quote no value
        return fault["msg"]
    return _MENDS.get(kind, f"is not valid ({kind})")
