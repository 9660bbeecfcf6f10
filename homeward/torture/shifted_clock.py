"""The clock of tortured hubs, which can be set forward and back while they run. It is Homeward's own clock, the only
reader of the time of day; this module is also the program that runs a hub on it. libfaketime would do this from
outside, but where it leaves the monotonic clock alone, as it must here, `time.sleep` fails in Python 3.11 and later."""

import sys
from datetime import datetime, timedelta
from pathlib import Path

from homeward import clock


class ShiftedClock:
    """`file` tells the hubs how many seconds they are off."""

    def __init__(self, file: Path) -> None:
        self._file, self._passed = file, 0
        self.shift(0)

    def shift(self, seconds: int) -> None:
        """Sets the clock of the hubs so far off ours."""
        draft = self._file.with_suffix(".new")
        draft.write_text(str(self._passed + seconds))
        draft.replace(self._file)

    def pass_by(self, seconds: int) -> None:
        """Lets so much time pass at once, for the hubs and for us."""
        self._passed += seconds
        self.shift(0)

    def now(self) -> datetime:
        """The time of day by ours."""
        return clock.now() + timedelta(seconds=self._passed)

    def command(self) -> list[str]:
        """How `homeward` is called on the clock of the hubs."""
        return [sys.executable, "-m", "homeward.torture.shifted_clock", str(self._file)]


def run_shifted() -> None:
    """Runs `homeward` with the remaining words, on the clock of the file that is the first of them."""
    file, true_time = Path(sys.argv.pop(1)), clock.now

    def now() -> datetime:
        return true_time() + timedelta(seconds=int(file.read_text()))

    clock.now = now
    from homeward.cli import main

    main()


if __name__ == "__main__":
    run_shifted()
