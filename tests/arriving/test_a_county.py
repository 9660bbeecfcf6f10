"""Weeks in a county whose mail server is away for an hour, a night and a weekend, with a mailbox that sends everything
back and one that puts off: of whatever did not arrive in time somebody heard, within its limit, and nothing was left
standing whose reason had ended. `county_sheet.py` runs two years of it and prints what came of them."""

from datetime import timedelta

import pytest
from county import HOUR, County
from county_sheet import Sheet, lived


@pytest.fixture(scope="module")
async def weeks() -> Sheet:
    return await lived(County(incidents=14, days=8))


async def test_of_what_did_not_arrive_in_time_somebody_heard_within_its_limit(weeks: Sheet) -> None:
    assert weeks.late > 10
    assert weeks.came_back > 1
    assert weeks.words < (weeks.late + weeks.came_back) / 2


async def test_nothing_asks_for_what_nobody_needs_any_more_and_of_a_child_who_is_back_the_return_is_told_behind(
    weeks: Sheet,
) -> None:
    assert weeks.asked_in_vain == 0
    assert weeks.after_return > 0  # the weekend without mail holds such a word back
    assert weeks.uncorrected == 0


async def test_a_mail_server_that_is_never_away_makes_no_word_but_of_the_mailboxes() -> None:
    county = County(incidents=6, days=3)
    county.away.clear()
    sheet = await lived(county)
    assert sheet.words <= sheet.came_back + 2
    assert (sheet.asked_in_vain, sheet.after_return) == (0, 0)


def test_the_outages_are_an_hour_a_night_and_a_weekend() -> None:
    assert [end - begin for begin, end in County(1, 1).away] == [HOUR, timedelta(hours=11), timedelta(hours=63)]
