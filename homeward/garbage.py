"""When the garbage collector of Python has its turn."""

import gc


def collect_seldom() -> None:
    """For a process that runs on: what it has made so far is there to stay. To look through it again and again costs a
    tenth of the speed."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)
