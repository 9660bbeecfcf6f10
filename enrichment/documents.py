"""How a child's record and cases are written into the store's documents and read back. The store never looks inside."""

from functools import cache

from pydantic import TypeAdapter

from episodes.record import Record
from routing.situation import Case


@cache
def _records() -> TypeAdapter[Record]:
    return TypeAdapter(Record)


@cache
def _cases() -> TypeAdapter[Case]:
    return TypeAdapter(Case)


def write_record(record: Record) -> bytes:
    return _records().dump_json(record, exclude_defaults=True)


def read_record(document: bytes) -> Record:
    return _records().validate_json(document)


def write_case(case: Case) -> bytes:
    return _cases().dump_json(case, exclude_defaults=True)


def read_case(document: bytes) -> Case:
    return _cases().validate_json(document)
