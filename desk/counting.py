"""The figures of a period, counted once for all who ask within a minute: at a large authority they are read from
thousands of children."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from reporting.figures import Figures
from reporting.reading import figures_of
from reporting.span import Span
from store import Transaction

_STANDS = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class CountedFigures:
    """How a period stood `at` an instant: as a whole, and for each part of it."""

    at: datetime
    whole: Figures
    parts: tuple[Figures, ...]


@dataclass(slots=True)
class FigureCounts:
    """What was counted within the last minute, by authority and period."""

    _counted: dict[tuple[str, Span], CountedFigures] = field(default_factory=dict)

    async def of(
        self, tx: Transaction, authority: str, span: Span, parts: Sequence[Span], now: datetime
    ) -> CountedFigures:
        """The figures of a period and of its parts; `parts` follow from the period alone. They name no child, so that
        they may be kept."""
        self._counted = {key: each for key, each in self._counted.items() if now - each.at < _STANDS}
        if (authority, span) not in self._counted:
            asked = list(dict.fromkeys([span, *parts]))  # a part may be the whole
            made = dict(zip(asked, await figures_of(tx, authority, asked), strict=True))
            counted = CountedFigures(now, made[span], tuple(made[part] for part in parts))
            self._counted[authority, span] = counted
        return self._counted[authority, span]
