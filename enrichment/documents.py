"""How a child's record and cases are written into the store's documents and read back. The store never looks inside."""

from dataclasses import dataclass
from functools import cache

from pydantic import TypeAdapter

from enrichment.matching.described import Described
from enrichment.register import Place
from episodes.record import Record
from routing.situation import Case


@dataclass(frozen=True, slots=True)
class Held:
    """What is held of a child, and where in its feed the record stood that says so."""

    record: Record
    place: Place | None = None


@cache
def _held() -> TypeAdapter[Held]:
    return TypeAdapter(Held)


@cache
def _cases() -> TypeAdapter[Case]:
    return TypeAdapter(Case)


@cache
def _described() -> TypeAdapter[Described]:
    return TypeAdapter(Described)


def write_held(held: Held) -> bytes:
    return _held().dump_json(held, exclude_defaults=True)


def read_held(document: bytes) -> Held:
    return _held().validate_json(document)


def write_described(described: Described) -> bytes:
    return _described().dump_json(described, exclude_defaults=True)


def read_described(document: bytes) -> Described:
    return _described().validate_json(document)


def write_case(case: Case) -> bytes:
    return _cases().dump_json(case, exclude_defaults=True)


def read_case(document: bytes) -> Case:
    return _cases().validate_json(document)
