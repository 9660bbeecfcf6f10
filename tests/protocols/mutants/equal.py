"""The changes that nobody notices, as they mean the same: those of `equal.toml`, where for each stands why."""

import tomllib
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path

from mutants.changes import Mutant


@dataclass(frozen=True, slots=True)
class Entry:
    """`place` may hold stars. `was` and `now`: the word and what stands in its place; empty means any."""

    place: str
    was: str
    now: str
    reason: str

    def is_met_by(self, mutant: Mutant) -> bool:
        pairs = ((self.place, mutant.place), (self.was or "*", mutant.was), (self.now or "*", mutant.now))
        return all(fnmatchcase(found, wanted) for wanted, found in pairs)


@dataclass
class Listed:
    """Those of one pack."""

    entries: list[Entry]
    met: set[Entry] = field(default_factory=set)

    def reason(self, mutant: Mutant) -> str | None:
        """Why nobody notices the change; None where it is not listed."""
        entry = next((e for e in self.entries if e.is_met_by(mutant)), None)
        if entry is None:
            return None
        self.met.add(entry)
        return entry.reason

    def unmet(self) -> list[Entry]:
        """What no change has met: somebody notices it now, or the word is gone."""
        return [entry for entry in self.entries if entry not in self.met]


def read_listed(file: str) -> Listed:
    authority = file.partition("/")[0]
    rows = tomllib.loads(Path(__file__).with_name("equal.toml").read_text(encoding="utf-8"))["equal"]
    own = [row for row in rows if row["pack"] == authority]
    return Listed([Entry(place, r.get("was", ""), r.get("now", ""), r["reason"]) for r in own for place in r["places"]])
