"""The figures that a periodic report carries, group by group. A period is whole days of Europe/London."""

from typing import Annotated

from pydantic import Field

from schemas.fields import Listed, MaybeWord
from schemas.part import Part

Number = Annotated[int, Field(ge=0)]
Hours = Annotated[float, Field(ge=0)]


class EpisodeFigures(Part):
    """Episodes of being missing; absent-only and retracted ones stand apart and are in none of the others."""

    missing_at_start: Number = Field(0, description="Under way when the period began.")
    started: Number = Field(0, description="Started in the period.")
    returned: Number = Field(0, description="Ended in the period by a return.")
    ended_without_return: Number = Field(0, description="Ended in the period by the police, without a return.")
    missing_at_end: Number = Field(0, description="Still under way when the period ended.")
    absent_only: Number = Field(0, description="Started in the period; absent throughout, never missing.")
    retracted: Number = Field(0, description="Would have started in the period, but were reported in error.")


class DurationFigures(Part):
    """Elapsed hours from start to return, of the children who returned in the period; null where none did."""

    mean_hours: Hours | None = Field(None, description="Mean.")
    median_hours: Hours | None = Field(None, description="Median.")
    longest_hours: Hours | None = Field(None, description="Longest.")
    under_24_hours: Number = Field(0, description="Episodes of less than 24 hours.")
    from_24_to_72_hours: Number = Field(0, description="Episodes of 24 hours or more, but less than 72.")
    from_72_hours: Number = Field(0, description="Episodes of 72 hours or more.")


class ChildFigures(Part):
    """Children of whom an episode started in the period."""

    missing: Number = Field(0, description="All of them, each once.")
    more_than_once: Number = Field(0, description="With two or more episodes that started in the period.")
    repeat: Number = Field(0, description="Who had been missing before, at any time.")
    three_in_90_days: Number = Field(0, description="With a third or further episode within 90 days.")


class InterviewFigures(Part):
    """Return home interviews, each counted on the day on which it was asked for, offered or settled."""

    requested: Number = Field(0, description="Asked for.")
    offered: Number = Field(0, description="Offered for the first time; one that was held or refused was offered.")
    done: Number = Field(0, description="Held.")
    done_within_72_hours: Number = Field(0, description="Held no later than 72 hours after the return.")
    refused: Number = Field(0, description="Refused, and not held by the end of the period after all.")
    not_offered: Number = Field(0, description="Settled without an offer.")
    withdrawn: Number = Field(0, description="Taken back.")
    outstanding_at_end: Number = Field(0, description="Asked for and not settled when the period ended.")
    overdue_at_end: Number = Field(0, description="Those among them whose limit had passed.")


class MeetingCount(Part):
    """Meetings of one kind."""

    kind: MaybeWord = Field(None, description="The kind, a word of the vocabulary.")
    requested: Number = Field(0, description="Asked for.")
    held: Number = Field(0, description="Held; one that settles several kinds is held under each.")


class MeetingFigures(Part):
    """Meetings, each counted on the day on which it was asked for or held."""

    requested: Number = Field(0, description="Asked for.")
    held: Number = Field(0, description="Held, each once.")
    by_kind: Listed[MeetingCount] = Field((), description="The same for each kind of meeting that there was.")


class Figures(Part):
    """Everything that is counted in a period."""

    episodes: EpisodeFigures = Field(EpisodeFigures(), description="Episodes.")
    durations: DurationFigures = Field(DurationFigures(), description="How long the children were missing.")
    children: ChildFigures = Field(ChildFigures(), description="Children.")
    interviews: InterviewFigures = Field(InterviewFigures(), description="Return home interviews.")
    meetings: MeetingFigures = Field(MeetingFigures(), description="Meetings.")
