"""The closed vocabulary of a comparison: which fields are compared, how far each can agree, and how that is said to an
authorised person. No words here hold a value of anybody."""

from collections.abc import Mapping

MISSING = "missing"

# From the strongest agreement to none. A field without a value on either side is MISSING and weighs nothing.
LEVELS: Mapping[str, Mapping[str, str]] = {
    "forename": {
        "same": "the same",
        "variant": "another form of the same name",
        "exchanged": "the same, but forename and surname are swapped",
        "close": "spelt nearly the same",
        "part": "one part of a double name is the same",
        "begins": "begins the same, like a short form",
        "alike": "similar, but perhaps another name",
        "different": "different",
    },
    "surname": {
        "same": "the same",
        "close": "spelt nearly the same",
        "part": "one part of a double name is the same",
        "different": "different",
    },
    "birth": {
        "same": "the same",
        "default_day": "the same, but 1 January, which often means that only the year is known",
        "exchanged": "day and month swapped",
        "digit": "one digit different, or two neighbouring digits swapped",
        "near": "two of day, month and year are the same",
        "different": "different",
    },
    "age": {
        "same": "fits the date of birth",
        "near": "within a year of the date of birth",
        "different": "does not fit the date of birth",
    },
    "address": {
        "household": "the same house and postcode",
        "postcode": "the same postcode",
        "near": "the same house, with a similar or missing postcode",
        "sector": "postcodes in the same neighbourhood",
        "different": "different",
    },
    "gender": {"same": "the same", "different": "different"},
    "identifier": {"same": "one number is the same", "different": "a different number of the same kind"},
}
TITLES: Mapping[str, str] = {
    "forename": "forename",
    "surname": "surname",
    "birth": "date of birth",
    "age": "age given",
    "address": "address",
    "gender": "gender",
    "identifier": "identifiers",
}
FIELDS = tuple(LEVELS)
# Levels at which both sides bear the same name, so that a rare name says more than a common one.
SAME_NAME = frozenset(("same", "variant", "exchanged", "close", "part"))


def said(field: str, level: str) -> str:
    """A level in words, without any value."""
    return f"{TITLES[field]}: {LEVELS[field].get(level, 'missing on one side or both')}"
