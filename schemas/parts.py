"""The objects that several messages share: a person as senders describe one, and who acted."""

from pydantic import Field

from schemas.fields import Day, Id, Listed, MaybeId, ShortText, Word
from schemas.part import Part


class Identifier(Part):
    """A child's number in one system. System and number identify the child only together."""

    system: Id = Field(description="The system that gave the number, as a short word: compact, mosaic, lcs.")
    value: Id = Field(description="The number, always as text. Compared exactly.")


class Address(Part):
    """A postal address."""

    line: ShortText | None = Field(None, description="Everything above the postcode, in one line.")
    postcode: ShortText | None = Field(None, description="The postcode.")


class Person(Part):
    """A child as the sender knows them. Send every identifier you have. If the register has one of them, the child is
    found without comparing names."""

    identifiers: Listed[Identifier] = Field((), description="The child's numbers, one for each system you know.")
    given_name: ShortText | None = Field(None, description="First name or names.")
    family_name: ShortText | None = Field(None, description="Family name.")
    known_as: ShortText | None = Field(None, description="The name the child goes by.")
    date_of_birth: Day | None = Field(None, description="Date of birth.")
    age: int | None = Field(None, ge=0, le=120, description="Age in years, if the date of birth is not known.")
    gender: ShortText | None = Field(None, description="Gender, in the sender's words.")
    ethnicity: ShortText | None = Field(None, description="Ethnicity, in the sender's words.")
    home_address: Address | None = Field(None, description="The child's home address.")
    placement_address: Address | None = Field(None, description="Where a child in care is placed.")


class Actor(Part):
    """Someone who did or decided something: a role, and the person if known."""

    role: Word = Field(description="The role in which they acted, from the authority's vocabulary.")
    person: MaybeId = Field(None, description="Id of the person, as in the register and the directory.")
