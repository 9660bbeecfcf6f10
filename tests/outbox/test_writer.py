"""From a message to its rows: a destination by service, type, force and channel; and whose mailbox that is."""

from datetime import timedelta
from typing import Any

import orjson
import pytest
from wire_messages import MONDAY

from outbox.addressing import DirectoryBook
from outbox.directory import Directory, missing_addresses
from outbox.writer import destinations, rows, wire_data
from routing.messages import Message, Recipient
from tests.shipped import shipped_directories, shipped_packs

DIRECTORY = Directory(
    authority="testshire",
    services={"worker": "care", "manager": "care", "desk": "front", "constable": "police"},
    mailboxes={"worker": "care@testshire.example", "manager": "managers@testshire.example"},
    people={"sw1": "sw1@testshire.example"},
    by_type={"senior.alert": "escalations"},
)
RESERVED = (".example", ".test", ".invalid", "example.com", "example.org", "example.net")


def message(*to: Recipient, **fields: Any) -> Message:
    told = {
        "id": "m-1",
        "type": "notify.info",
        "rule": "r",
        "at": MONDAY,
        "authority": "testshire",
        "pack": "testshire",
    }
    told |= {"version": "1", "clauses": ("T-1",), "subject_key": "e-1", "episode": "e-1", "force": "XX"}
    return Message(**{**told, "to": to, **fields})


MAIL = Recipient("worker", None, "email")


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        (message(Recipient("desk")), ["topic/testshire.front.v1"]),
        (message(MAIL), ["topic/testshire.care.v1", "mail/testshire/worker"]),
        (message(Recipient("worker", "sw1", "email")), ["topic/testshire.care.v1", "mail/testshire/worker/sw1"]),
        (message(Recipient("worker", "sw1", "case_system")), ["topic/testshire.care.v1"]),
        (
            message(MAIL, Recipient("manager", None, "secure_email"), Recipient("desk")),
            ["topic/testshire.care.v1", "topic/testshire.front.v1", "mail/testshire/worker", "mail/testshire/manager"],
        ),
        (message(MAIL, MAIL), ["topic/testshire.care.v1", "mail/testshire/worker"]),
        (message(MAIL, type="senior.alert"), ["topic/testshire.escalations.v1", "mail/testshire/worker"]),
        (message(Recipient("constable")), ["topic/police.xx.intelligence.v1"]),
        (message(Recipient("constable"), force=None), ["topic/testshire.police.v1"]),
        (message(Recipient("constable"), type="senior.alert"), ["topic/police.xx.intelligence.v1"]),
        (message(Recipient("stranger")), ["topic/testshire.unassigned.v1"]),
    ],
)
def test_where_a_message_goes(told: Message, expected: list[str]) -> None:
    assert destinations(told, DIRECTORY) == expected


def test_each_destination_is_a_row_with_the_same_message_and_an_id_of_its_own() -> None:
    told = message(MAIL, Recipient("desk"), due=MONDAY + timedelta(hours=1), fields={"period": "2026-06"})
    written = rows(told, DIRECTORY)
    assert [row.destination for row in written] == destinations(told, DIRECTORY)
    assert len({row.id for row in written}) == 3
    assert {(row.message_id, row.payload, row.aggregateid) for row in written} == {("m-1", written[0].payload, "e-1")}
    assert len({row.lane for row in written}) == 3
    assert rows(told, DIRECTORY) == written
    data = orjson.loads(written[0].payload)
    assert (data["due"], data["period"], data["causation"]) == ("2026-06-01T13:00:00Z", "2026-06", None)
    assert written[0].aggregatetype == "episode"
    assert rows(message(MAIL, episode=None), DIRECTORY)[0].aggregatetype == "authority"


def test_what_a_message_does_not_carry_is_null_and_not_left_out() -> None:
    data = wire_data(message(MAIL))
    assert [name for name, value in data.items() if value is None] == [
        *("incident", "causation", "modality", "kind", "name", "form", "due", "due_basis", "target", "replaces")
    ]


@pytest.mark.parametrize(
    ("destination", "address"),
    [
        ("topic/testshire.care.v1", "testshire.care.v1"),
        ("mail/testshire/worker", "care@testshire.example"),
        ("mail/testshire/worker/sw1", "sw1@testshire.example"),
        ("mail/testshire/worker/sw2", "care@testshire.example"),
        ("mail/testshire/worker/a/b", "care@testshire.example"),
        ("mail/testshire/desk", None),
        ("mail/elsewhere/worker", None),
    ],
)
def test_an_address_is_the_persons_own_else_that_of_the_role(destination: str, address: str | None) -> None:
    assert DirectoryBook({"testshire": DIRECTORY}, {}, lambda: MONDAY).address(destination) == address


def test_every_role_of_every_pack_of_the_project_can_be_reached() -> None:
    directories = shipped_directories()
    for versions in shipped_packs().all().values():
        for pack in versions:
            assert list(missing_addresses(pack, directories[pack.authority])) == []


def test_no_mailbox_of_the_project_can_belong_to_anybody() -> None:
    for directory in shipped_directories().values():
        for address in (*directory.mailboxes.values(), *directory.people.values()):
            assert address.endswith(RESERVED), address
