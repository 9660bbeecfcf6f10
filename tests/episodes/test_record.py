"""What the opening and closing of a case make of the register record."""

from made_up_reports import ABOUT, NOON, origin

from episodes.record import RegisterRecord, Service
from episodes.reports import ServiceChanged

HELD = RegisterRecord(registered=True, services=(Service("social_care", "north", "sw1", "tm1", NOON.date()),))


def change(opened: bool = True, service: str = "social_care", **named: str) -> ServiceChanged:
    return ServiceChanged(origin=origin(), about=ABOUT, service=service, opened=opened, at=NOON, **named)


def test_an_opening_changes_what_it_names_and_leaves_the_rest() -> None:
    assert HELD.after(change()) == HELD
    after = HELD.after(change(worker="sw2")).open_to("social_care")
    assert after == Service("social_care", "north", "sw2", "tm1", NOON.date())


def test_a_case_that_was_closed_opens_afresh() -> None:
    closed = HELD.after(change(opened=False))
    assert closed.services == ()
    assert closed.after(change(worker="sw2")).open_to("social_care") == Service(
        "social_care", None, "sw2", None, NOON.date()
    )
