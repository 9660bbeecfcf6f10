"""The figures that a periodic report carries, group by group. A period is whole days of Europe/London."""

from typing import Annotated

from pydantic import Field

from schemas.fields import Listed, MaybeWord
from schemas.part import Part

Number = Annotated[int, Field(ge=0)]
Hours = Annotated[float, Field(ge=0)]


class EpisodeFigures(Part):
    """Missing episodes. Absent-only and retracted ones are counted separately and in none of the other figures."""

    missing_at_start: Number = Field(0, description="Under way at the start of the period.")
    started: Number = Field(0, description="Started in the period.")
    returned: Number = Field(0, description="Ended in the period with a return.")
    ended_without_return: Number = Field(0, description="Ended in the period by the police, without a return.")
    missing_at_end: Number = Field(0, description="Still under way when the period ended.")
    absent_only: Number = Field(0, description="Started in the period. Absent throughout, never missing.")
    retracted: Number = Field(0, description="Would have started in the period, but were reported in error.")


class DurationFigures(Part):
    """Elapsed hours from start to return for children who returned in the period. Null if none did."""

    mean_hours: Hours | None = Field(None, description="Mean.")
    median_hours: Hours | None = Field(None, description="Median.")
    longest_hours: Hours | None = Field(None, description="Longest.")
    under_24_hours: Number = Field(0, description="Episodes of less than 24 hours.")
    from_24_to_72_hours: Number = Field(0, description="Episodes of 24 hours or more, but less than 72.")
    from_72_hours: Number = Field(0, description="Episodes of 72 hours or more.")


class ChildFigures(Part):
    """Children with an episode that started in the period."""

    missing: Number = Field(0, description="All of them, each counted once.")
    more_than_once: Number = Field(0, description="With two or more episodes that started in the period.")
    repeat: Number = Field(0, description="Had been missing before, at any time.")
    three_in_90_days: Number = Field(0, description="With a third or further episode within 90 days.")


class InterviewFigures(Part):
    """Return home interviews, each counted on the day it was requested, offered or settled."""

    requested: Number = Field(0, description="Requested.")
    offered: Number = Field(
        0, description="Offered for the first time. One that was held or refused counts as offered."
    )
    done: Number = Field(0, description="Held.")
    done_within_72_hours: Number = Field(0, description="Held no later than 72 hours after the return.")
    refused: Number = Field(0, description="Refused, and not held later in the period.")
    not_offered: Number = Field(0, description="Settled without an offer.")
    withdrawn: Number = Field(0, description="Withdrawn.")
    outstanding_at_end: Number = Field(0, description="Requested and not settled by the end of the period.")
    overdue_at_end: Number = Field(0, description="Of these, past their time limit.")


class MeetingCount(Part):
    """Meetings of one kind."""

    kind: MaybeWord = Field(None, description="The kind, from the authority's vocabulary.")
    requested: Number = Field(0, description="Requested.")
    held: Number = Field(0, description="Held. One that settles several kinds counts under each.")


class MeetingFigures(Part):
    """Meetings, each counted on the day it was requested or held."""

    requested: Number = Field(0, description="Requested.")
    held: Number = Field(0, description="Held, each counted once.")
    by_kind: Listed[MeetingCount] = Field((), description="The same for each kind of meeting.")


class Figures(Part):
    """Everything that is counted in a period."""

    episodes: EpisodeFigures = Field(EpisodeFigures(), description="Episodes.")
    durations: DurationFigures = Field(DurationFigures(), description="How long the children were missing.")
    children: ChildFigures = Field(ChildFigures(), description="Children.")
    interviews: InterviewFigures = Field(InterviewFigures(), description="Return home interviews.")
    meetings: MeetingFigures = Field(MeetingFigures(), description="Meetings.")
