"""The closed vocabulary of a comparison: which fields are compared, how far each can agree, and how that is said to an
authorised person. No words here hold a value of anybody."""

from collections.abc import Mapping

MISSING = "missing"

# From the strongest agreement to none. A field without a value on either side is MISSING and weighs nothing.
LEVELS: Mapping[str, Mapping[str, str]] = {
    "forename": {
        "same": "the same",
        "variant": "another form of the same name",
        "exchanged": "the same, but forename and surname are exchanged",
        "close": "spelt nearly the same",
        "part": "the same, of a double name only a part",
        "begins": "begins the same, as a short form does",
        "alike": "alike, but perhaps another name",
        "different": "different",
    },
    "surname": {
        "same": "the same",
        "close": "spelt nearly the same",
        "part": "one part of a double name the same",
        "different": "different",
    },
    "birth": {
        "same": "the same",
        "default_day": "the same, but 1 January, as where only the year is known",
        "exchanged": "day and month exchanged",
        "digit": "one digit off, or two neighbours exchanged",
        "near": "two of day, month and year the same",
        "different": "different",
    },
    "age": {
        "same": "fits the date of birth",
        "near": "within a year of it",
        "different": "does not fit the date of birth",
    },
    "address": {
        "household": "the same house and postcode",
        "postcode": "the same postcode",
        "near": "the same house, the postcode nearly the same or not given",
        "sector": "postcodes of the same neighbourhood",
        "different": "different",
    },
    "gender": {"same": "the same", "different": "different"},
    "identifier": {"same": "one number the same", "different": "another number of the same kind"},
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
    return f"{TITLES[field]}: {LEVELS[field].get(level, 'not given on both sides')}"
