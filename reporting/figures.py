"""The figures of a period: episodes, durations, children, interviews and meetings, as the monthly and quarterly data
of an authority carry them (NOTTS-92, NOTTS-95). They are counts and hours, and name no child.

Everything is counted on the day on which it happened, so that the months of a quarter add up to it; what had not ended
is counted as it stood when the period ended. How they are counted is in `reporting.tally`.
"""

from dataclasses import dataclass, field


@dataclass(slots=True)
class EpisodeFigures:
    """Episodes of being missing: those under way at the beginning and those that started are as many as those that
    ended in either way and those still missing. Absent-only ones and retracted ones stand apart, by their start."""

    missing_at_start: int = 0
    started: int = 0
    returned: int = 0
    ended_without_return: int = 0
    missing_at_end: int = 0
    absent_only: int = 0
    retracted: int = 0


@dataclass(slots=True)
class Durations:
    """Elapsed hours from start to return, of the episodes whose child returned in the period; None where none did."""

    mean_hours: float | None = None
    median_hours: float | None = None
    longest_hours: float | None = None
    under_24_hours: int = 0
    from_24_to_72_hours: int = 0
    from_72_hours: int = 0


@dataclass(slots=True)
class ChildFigures:
    """Children of whom an episode started in the period. repeat: they had been missing before, whenever it was;
    three_in_90_days: with one of these episodes it was the third or a further one within 90 days (T-9)."""

    missing: int = 0
    more_than_once: int = 0
    repeat: int = 0
    three_in_90_days: int = 0


@dataclass(slots=True)
class InterviewFigures:
    """Return interviews. Those outstanding at the end were asked for and not settled; overdue are those among them
    whose limit had passed."""

    requested: int = 0
    offered: int = 0
    done: int = 0
    done_within_72_hours: int = 0
    refused: int = 0
    not_offered: int = 0
    withdrawn: int = 0
    outstanding_at_end: int = 0
    overdue_at_end: int = 0


@dataclass(slots=True)
class MeetingCount:
    """Meetings of one kind; one that settles several kinds is held under each."""

    kind: str
    requested: int = 0
    held: int = 0


@dataclass(slots=True)
class Meetings:
    """Meetings asked for, and meetings held, each once whichever kinds it settles."""

    requested: int = 0
    held: int = 0
    by_kind: list[MeetingCount] = field(default_factory=list)


@dataclass(slots=True)
class Figures:
    """All figures of one period."""

    episodes: EpisodeFigures = field(default_factory=EpisodeFigures)
    durations: Durations = field(default_factory=Durations)
    children: ChildFigures = field(default_factory=ChildFigures)
    interviews: InterviewFigures = field(default_factory=InterviewFigures)
    meetings: Meetings = field(default_factory=Meetings)
