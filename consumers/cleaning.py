"""What is left of a message once values that stand for "not known", or cannot be, are taken out (AMB-170, AMB-171), and
numbers of one system go by one name. Which values these are is data: `consumers.conventions`."""

from collections.abc import Callable, Iterable
from datetime import date, datetime
from typing import Any

from consumers import conventions
from consumers.times import without_impossible_times
from intake.records import LeftOut
from intake.telling import NO_BIRTHDAY, NOT_KNOWN
from routing.calendar import london_date
from routing.situation import fits_age
from schemas import inbound as wire
from schemas.inbound.case_context import Relation
from schemas.parts import Address, Identifier, Person

_SAYS_NO_BIRTHDAY = 'the date stands for "not known", is impossible, or does not fit the reported age'
_SHOWN = 40  # characters of what a sender calls a system


def cleaned(message: wire.InboundReport, received_at: datetime) -> tuple[wire.InboundReport, tuple[LeftOut, ...]]:
    """The message with what tells something, and what was left out of it. Never raises."""
    cleaner, changes = _Cleaner(london_date(received_at)), dict[str, Any]()
    match message:
        case wire.CaseContext():
            changes = {"child": cleaner.person(message.child), "relations": cleaner.relations(message.relations)}
        case wire.PoliceReport() | wire.CaseworkReport() if message.child is not None:
            changes = {"child": cleaner.person(message.child)}
    changes = {name: value for name, value in changes.items() if value != getattr(message, name)}
    message, times = without_impossible_times(message.model_copy(update=changes) if changes else message, received_at)
    return message, (*cleaner.left_out, *times)


class _Cleaner:
    """One message on its day; `left_out` grows."""

    def __init__(self, day: date) -> None:
        self._day = day
        self.left_out: list[LeftOut] = []

    def person(self, told: Person) -> Person:
        """The person, the very same where nothing is left out."""
        cleaned: dict[str, Any] = {
            "identifiers": self._identifiers(told.identifiers, "child.identifiers"),
            "given_name": self._name("given_name", told.given_name, conventions.is_no_forename),
            "family_name": self._name("family_name", told.family_name, conventions.is_no_surname),
            "known_as": self._name("known_as", told.known_as, conventions.is_no_forename),
            "date_of_birth": self._born(told.date_of_birth, told.age),
            "home_address": self._address("home_address", told.home_address),
            "placement_address": self._address("placement_address", told.placement_address),
        }
        changes = {name: value for name, value in cleaned.items() if value != getattr(told, name)}
        return told.model_copy(update=changes) if changes else told

    def relations(self, told: Iterable[Relation]) -> tuple[Relation, ...]:
        """Those that name somebody."""
        kept = []
        for relation in told:
            if relation.identifier is None:
                continue
            named = self._identifiers([relation.identifier], "relations")
            kept += [relation.model_copy(update={"identifier": identifier}) for identifier in named]
        return tuple(kept)

    def _identifiers(self, told: Iterable[Identifier], path: str) -> tuple[Identifier, ...]:
        kept: dict[tuple[str, str], Identifier] = {}
        for identifier in told:
            system, value = conventions.system_of(identifier.system), identifier.value
            where = f"{path} ({system[:_SHOWN]})"
            if conventions.is_no_number(value):
                self._leave_out(where, value, f'{value[:_SHOWN]} stands for "not known"')
                continue
            if system == conventions.NHS:
                digits = conventions.nhs_digits(value)
                if digits is None:
                    self._leave_out(where, value, "fails the check digit of an NHS number")
                    continue
                value = digits
            plain = (system, value) == (identifier.system, identifier.value)
            told_plainly = identifier if plain else identifier.model_copy(update={"system": system, "value": value})
            kept.setdefault((system, value), told_plainly)
        return tuple(kept.values())

    def _name(self, field: str, told: str | None, is_none: Callable[[str], bool]) -> str | None:
        if not told or not is_none(told):
            return told
        self._leave_out(f"child.{field}", told, f'{told[:_SHOWN]} stands for "no name known"')
        return None

    def _address(self, field: str, told: Address | None) -> Address | None:
        if told is None:
            return None
        changes: dict[str, None] = {}
        if told.postcode and conventions.is_no_postcode(told.postcode):
            self._leave_out(f"child.{field}", told.postcode, f'{told.postcode[:_SHOWN]} stands for "no address"')
            changes["postcode"] = None
        if told.line and conventions.is_no_address(told.line):
            self._leave_out(f"child.{field}", told.line, f'{told.line[:_SHOWN]} stands for "no address"')
            changes["line"] = None
        return told.model_copy(update=changes) if changes else told

    def _born(self, told: date | None, age: int | None) -> date | None:
        if told is None or (conventions.is_birthday(told, self._day) and fits_age(told, age, self._day)):
            return told
        self._leave_out("child.date_of_birth", told.isoformat(), _SAYS_NO_BIRTHDAY, NO_BIRTHDAY)
        return None

    def _leave_out(self, field: str, value: str, says: str, row: str = NOT_KNOWN) -> None:
        self.left_out.append(LeftOut(field, value, says, row))
