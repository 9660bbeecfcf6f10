"""The sheet of a run: for each fault how often it came and how long the hub took to work again; then whether the
promise held."""

import os
from collections.abc import Iterator, Sequence
from statistics import median

from homeward.torture.conduct import Measured, Outcome


def sheet(outcome: Outcome) -> Iterator[str]:
    """The lines, in Markdown."""
    yield (
        "| Fault | Times | Works again after (p50) | max | Not ready after (max) | Ready again after (max) "
        "| E-mails twice (max) |"
    )
    yield "|---|---|---|---|---|---|---|"
    names = dict.fromkeys(each.fault.name for each in outcome.measured)
    for name in sorted(names):
        yield _line(name, [each for each in outcome.measured if each.fault.name == name])
    audit = outcome.audit
    for need in dict.fromkeys(fault.needs for fault in outcome.lacking):
        yield ""
        yield f"Not made, for want of {need}: {'; '.join(f.name for f in outcome.lacking if f.needs == need)}."
    recovered = [each.recovery for each in outcome.measured]
    yield ""
    yield f"Seed {outcome.seed}, {outcome.seconds / 60:.0f} minutes: {audit.records} records,"
    yield f"{audit.messages} messages on topics, {audit.mails} e-mails."
    yield ""
    load = median(each.load for each in outcome.measured) if outcome.measured else 0
    yield f"The machine had {os.cpu_count()} processors, and {load:.0f} processes wanted one (p50)."
    yield ""
    yield f"- lost: {len(audit.lost)}"
    yield f"- effects twice: {len(audit.effects)}"
    yield f"- out of order: {len(audit.disorder)}"
    yield f"- alarms about children who are back: {len(audit.alarms)}"
    yield f"- rows of the ledger that do not prove: {len(audit.altered)}"
    yield f"- works again: {_middle(recovered)} (p50), {_longest(recovered)} (max), of {len(recovered)} faults"
    yield f"- messages that a server refused, and that were released when that was over: {outcome.released}"
    yield f"- messages in doubt or come back, of which a person was told: {audit.aside}"
    yield f"- messages that came to a topic twice under one id: {audit.twice}"
    yield f"- e-mails that arrived twice, with one Message-ID: {audit.mails_twice}"
    for kind in ("lost", "effects", "disorder", "alarms", "altered"):
        for what in getattr(audit, kind)[:20]:
            yield f"  - {kind}: {what}"
    yield ""
    yield "The promise held." if holds(outcome) else "The promise did not hold."


def holds(outcome: Outcome) -> bool:
    """Whether nothing was lost, twice, out of order or alarming in vain, and the hub worked again after every fault, of
    which there was one at least."""
    return (
        bool(outcome.measured) and outcome.audit.holds and all(each.recovery is not None for each in outcome.measured)
    )


def _line(name: str, measured: Sequence[Measured]) -> str:
    recovered = [each.recovery for each in measured]
    told = _longest([each.told for each in measured]) if measured[0].fault.stops else "–"
    ready = _longest([each.ready for each in measured])
    twice = max(each.mails_twice for each in measured)
    return f"| {name} | {len(measured)} | {_middle(recovered)} | {_longest(recovered)} | {told} | {ready} | {twice} |"


def _middle(each: Sequence[float | None]) -> str:
    known = [one for one in each if one is not None]
    return _seconds(median(known) if known and len(known) == len(each) else None)


def _longest(each: Sequence[float | None]) -> str:
    known = [one for one in each if one is not None]
    return _seconds(max(known) if known and len(known) == len(each) else None)


def _seconds(value: float | None) -> str:
    return "never" if value is None else f"{value:.1f} s"
