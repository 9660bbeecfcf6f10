"""Each document says in which format it is, and one of a newer Homeward is left alone."""

import pytest

from enrichment.serialisation import FORMAT, Held, pack_version_in, read_held, write_held
from episodes.record import RegisterRecord
from store.errors import StoreUnpreparedError


def test_a_document_begins_with_its_format() -> None:
    assert write_held(Held(RegisterRecord(registered=True))).startswith(b'{"format":%d,"record":{' % FORMAT)


def test_a_document_without_a_format_is_of_the_first() -> None:
    assert read_held(b'{"record":{"registered":true}}') == Held(RegisterRecord(registered=True))


def test_a_field_that_a_later_version_added_is_passed_over() -> None:
    assert read_held(b'{"format":1,"record":{"registered":true},"later":1}') == Held(RegisterRecord(registered=True))


def test_a_newer_format_waits_for_the_newer_version() -> None:
    with pytest.raises(StoreUnpreparedError, match=f"format {FORMAT + 1}, here {FORMAT}"):
        read_held(b'{"format":%d,"record":{}}' % (FORMAT + 1))


def test_the_governing_pack_is_that_of_the_episode() -> None:
    assert pack_version_in(b'{"format":1,"episode":{"id":"e1","pack":"6.5"}}') == "6.5"
    assert pack_version_in(b'{"format":1,"duties":{}}') is None
