"""The changes that nobody notices, for a known reason: those of `equal.toml` mean the same, and for each stands why;
those of `unproved.txt` mean something else, but no scenario shows it yet. The second list may only become shorter."""

import tomllib
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path

from mutants.changes import Mutant

UNPROVED = "no scenario shows it yet"


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
    unproved: set[str]
    met: set[Entry | str] = field(default_factory=set)

    def reason(self, mutant: Mutant) -> str | None:
        """Why nobody notices the change; None where it is not listed."""
        entry = next((e for e in self.entries if e.is_met_by(mutant)), None)
        if entry is None and mutant.name not in self.unproved:
            return None
        self.met.add(entry or mutant.name)
        return entry.reason if entry else UNPROVED

    def unmet(self) -> list[Entry | str]:
        """What no change has met: somebody notices it now, or the word is gone."""
        return [each for each in (*self.entries, *sorted(self.unproved)) if each not in self.met]


def read_listed(file: str) -> Listed:
    authority = file.partition("/")[0]
    rows = tomllib.loads(Path(__file__).with_name("equal.toml").read_text(encoding="utf-8"))["equal"]
    own = [row for row in rows if row["pack"] == authority]
    entries = [Entry(place, r.get("was", ""), r.get("now", ""), r["reason"]) for r in own for place in r["places"]]
    lines = Path(__file__).with_name("unproved.txt").read_text(encoding="utf-8").splitlines()
    return Listed(entries, {name for pack, _, name in (line.partition(" | ") for line in lines) if pack == authority})
