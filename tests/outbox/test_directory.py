"""Whose mailbox it is by night, at weekends and while somebody is away; and the words that refuse a wrong directory."""

from datetime import datetime

import pytest
from london import london

from outbox.addressing import DirectoryBook
from outbox.directory import load_directory
from routing.calendar import Calendar
from routing.tables import PackError

TEXT = """
authority = "testshire"
[services]
care = ["worker", "manager", "duty"]
[mailboxes]
worker = "care@testshire.example"
manager = "managers@testshire.example"
duty = "duty@testshire.example"
[out_of_hours]
worker = "night@testshire.example"
[people]
sw1 = "sw1@testshire.example"
sw2 = "sw2@testshire.example"
[[cover]]
of = "sw1"
by = "sw2"
from = 2026-06-03
to = 2026-06-04
[[cover]]
of = "manager"
by = "duty"
from = 2026-06-03
to = 2026-06-03
"""
WORKER, SW1, MANAGER = "mail/testshire/worker", "mail/testshire/worker/sw1", "mail/testshire/manager"


@pytest.mark.parametrize(
    ("at", "destination", "address"),
    [
        ("2026-06-01 09:00", WORKER, "care"),
        ("2026-06-01 16:59", WORKER, "care"),
        ("2026-06-01 17:00", WORKER, "night"),
        ("2026-06-01 08:59", WORKER, "night"),
        ("2026-06-06 12:00", SW1, "night"),
        ("2026-06-06 12:00", MANAGER, "managers"),
        ("2026-06-02 12:00", SW1, "sw1"),
        ("2026-06-03 12:00", SW1, "sw2"),
        ("2026-06-04 12:00", SW1, "sw2"),
        ("2026-06-05 12:00", SW1, "sw1"),
        ("2026-06-03 12:00", MANAGER, "duty"),
        ("2026-06-04 12:00", MANAGER, "managers"),
    ],
)
def test_the_mailbox_by_hour_and_day(at: str, destination: str, address: str) -> None:
    def now() -> datetime:
        return london(at)

    book = DirectoryBook({"testshire": load_directory(TEXT, "f")}, {"testshire": Calendar()}, now)
    assert book.address(destination) == f"{address}@testshire.example"


@pytest.mark.parametrize(
    ("wrong", "fault"),
    [
        (TEXT.replace("to = 2026-06-04", "to = 2026-06-02"), "'to' is before 'from'"),
        (TEXT.replace('by = "sw2"', 'by = "sw9"'), "'sw9' is not listed under"),
        (TEXT.replace('worker = "night@', 'nobody = "night@'), "out_of_hours.nobody: no service has this role"),
        (TEXT.replace("night@testshire.example", "night"), "out_of_hours.worker: 'night' is not a mailbox"),
        (f'{TEXT}\n[types]\n"senior.alert" = "Canary"\n', "the service 'canary' is the hub's own"),
    ],
)
def test_a_wrong_directory_is_refused(wrong: str, fault: str) -> None:
    with pytest.raises(PackError) as refused:
        load_directory(wrong, "testshire/directory.toml")
    assert fault in str(refused.value)
