"""A register withdraws its record of a child who is missing, or to whom something is owed: what it last held stands for
what is under way, so that no clock falls silent, and a person hears of it at once (AMB-190)."""

from collections.abc import Iterable

from enrichment.child import Child
from enrichment.register import without_register
from episodes.reports import Report
from intake.step import Context, Step, raised
from routing.case import Case
from routing.worklist import open_work

_ROW = "AMB-190"
_WITHDRAWN = (
    "The register has withdrawn its record of a child who is missing, or who is still owed something. Homeward keeps "
    "using the last record for this episode until the register sends a new one or the episode is over."
)


def is_needed(context: Context, child: Child) -> bool:
    """Whether something is under way for which what the register holds is needed."""
    return any(_is_under_way(context, child, case) for case in child.cases.values())


def _is_under_way(context: Context, child: Child, case: Case) -> bool:
    if case.episode.state == "retracted" or case.from_history:
        return False
    pack = context.packs.version(child.authority, case.episode.pack)
    return case.episode.state in ("open", "waiting") or any(True for _ in open_work(case, pack))


def tell_of_withdrawal(context: Context, child: Child, report: Report) -> Step:
    """A person hears that the record stands although it was withdrawn."""
    if not child.record.withdrawn:
        return Step()
    under_way = [case for case in child.cases.values() if _is_under_way(context, child, case)]
    abouts = [case.episode.missing.about for case in under_way if case.episode.missing] or [report.about]
    return raised(context, child.authority, "data_quality", _WITHDRAWN, report, abouts[-1], _ROW)


def let_go(context: Context, children: Iterable[Child]) -> None:
    """What was withdrawn is gone as soon as nothing needs it any more."""
    for child in children:
        if child.record.withdrawn and not is_needed(context, child):
            child.hold(without_register(child.record, child.own_identifiers(), context.now))
