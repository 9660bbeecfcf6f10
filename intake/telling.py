"""What the intake role is told of a report besides what the rules say: values that tell nothing, a name that was used
twice, a date of birth that cannot be, a child about whom no rule has a word."""

from collections.abc import Iterator

from enrichment.children import Child
from enrichment.numbers import SHARED_BY_FEW
from episodes.events import Change
from episodes.record import RegisterRecord
from episodes.reports import About, Missing, RecordHeld, Report
from intake.deciding import live_cases
from intake.noting import key_of_force, key_of_name, key_of_number, key_of_value, sender_of, unexpected_force
from intake.records import LeftOut, Parsed
from intake.resolving import shown_reference
from intake.step import CaseChange, Context, Step, raised
from routing.calendar import london_date
from routing.case import AlertCase, Case
from routing.library import HUB
from routing.situation import fits_age

NOT_KNOWN, NO_BIRTHDAY, NO_TIME = "AMB-170", "AMB-171", "T-12"
"""The rows by which a value is left out: one that stands for "not known", a date of birth and a time that cannot be."""
_REUSED = (
    "The sender has used this source and id before, for a different message. This message was processed as well. Each "
    "message needs an id of its own."
)
_LEFT_OUT = "Not used, because it says nothing: {}. You are told once for each sender and value."
_NO_TIME = (
    "Not used, because it cannot be: {}. The other times of the report count, or the time at which it arrived. Ask the "
    "sender for the right time and check the time limits."
)
_NO_BIRTHDAY = (
    'The date of birth in the {} stands for "not known", is impossible, or does not fit the reported age. It is not '
    "used. The reported age counts instead. Without one, the child is handled as a child of unknown age."
)
_SILENT = (
    "The procedure has no message for this missing report, and nobody else was told. Look at it and decide what to do."
)


def tell_of_message(context: Context, authority: str, parsed: Parsed) -> Step:
    """What is wrong with a message whomever it concerns, told to one authority or to the operator."""
    report, notes, step = parsed.report, context.notes, _tell_of_force(context, parsed.report)
    if parsed.reused and (not isinstance(report, RecordHeld) or _first_of_name(context, parsed)):
        step += raised(context, authority, "id_reused", _REUSED, report, report.about, "AMB-172", of_sender=True)
    told = [each for each in parsed.left_out if not _is_of_episode(report, each)]
    about = f"left out/{sender_of(report)}"
    told = [each for each in told if notes.first(key_of_value(report, each), about, context.now)]
    times = [each for each in told if each.row == NO_TIME]
    for words, found in ((_LEFT_OUT, [each for each in told if each not in times]), (_NO_TIME, times)):
        if found:
            detail = words.format("; ".join(f"{each.where}: {each.says}" for each in found))
            rows = sorted({each.row for each in found})
            step += raised(context, authority, "data_quality", detail, report, report.about, *rows, of_sender=True)
    return step


_CROWDED = (
    'More than {} children on the register share a number of the system "{}", among them {}. It is not used. Correct '
    "the records. You are told once for each number."
)


def tell_of_numbers(context: Context, report: Report) -> Step:
    """Which numbers have become those of too many children by this record."""
    step, numbers = Step(), context.children.numbers
    for authority, system, value in [*numbers.crowded]:
        del numbers.crowded[(authority, system, value)]
        if context.notes.first(key_of_number(authority, system, value), f"crowded/{authority}", context.now):
            among = ", ".join(shown_reference(c) for c in context.children.sharing(authority, (system, value)))
            detail = _CROWDED.format(SHARED_BY_FEW, system, among)
            step += raised(context, authority, "data_quality", detail, report, About(authority))
    return step


def _tell_of_force(context: Context, report: Report) -> Step:
    """The operator hears once of a force that nobody expected; its reports are taken in like any other's."""
    force = unexpected_force(report, context.forces)
    if force is None or not context.notes.first(key_of_force(force), "force", context.now):
        return Step()
    return raised(context, HUB, "data_quality", _UNEXPECTED.format(force[:40]), report, report.about)


_UNEXPECTED = (
    "A police force that HOMEWARD_FORCES does not list is reporting: {}. Its messages are processed. Add the force, or "
    "check who may write to its topic. You are told once for each force."
)


def _first_of_name(context: Context, parsed: Parsed) -> bool:
    """Whether a register uses a source and id again for the first time: some have one for each child."""
    assert parsed.reused is not None
    return context.notes.first(key_of_name(parsed.reused), f"reused/{sender_of(parsed.report)}", context.now)


def _is_of_episode(report: Report, left_out: LeftOut) -> bool:
    """Whether it matters to the episode that the report begins, and is told with each."""
    return isinstance(report, Missing) and left_out.row == NO_BIRTHDAY


def tell_of_missing(context: Context, authority: str, parsed: Parsed, step: Step) -> Step:
    """What must be known of a report of somebody missing at an authority beside what it led to there (AMB-171)."""
    report = parsed.report
    if not isinstance(report, Missing):
        return Step()
    details = [_NO_BIRTHDAY.format(source) for change in step.cases for source in _births(parsed, report, change)]
    told = Step() if details else tell_of_silence(context, authority, report, step)
    for detail in dict.fromkeys(details):
        told += raised(context, authority, "data_quality", detail, report, report.about, NO_BIRTHDAY)
    return told


def tell_of_silence(context: Context, authority: str, report: Report, step: Step) -> Step:
    """A report of somebody missing that led to no message at all is told (AMB-171)."""
    spoke = not step.events or step.messages or step.late
    if not isinstance(report, Missing) or spoke or not _is_silent(context, authority, report, step):
        return Step()
    return raised(context, authority, "data_quality", _SILENT, report, report.about, NO_BIRTHDAY)


def begins(step: Step, report: Report) -> bool:
    """Whether an episode begins by the report."""
    return any(_begins(change, report) for change in step.cases)


def _begins(change: CaseChange, report: Report) -> bool:
    return any(
        event.change in (Change.OPENED, Change.WAITS) and event.report.origin == report.origin
        for event in change.events
    )


def _births(parsed: Parsed, report: Missing, change: CaseChange) -> Iterator[str]:
    """Where a date of birth stands that is as good as none, for an episode that begins."""
    if not _begins(change, report):
        return
    if any(each.row == NO_BIRTHDAY for each in parsed.left_out):
        yield "report"
    if change.child.record.birth_left_out or contradicted(change.child.record, report):
        yield "register"


def contradicted(record: RegisterRecord, report: Missing) -> bool:
    """Whether the age that is reported speaks against the register's date of birth."""
    born, day = record.date_of_birth, london_date(report.origin.at)
    return born is not None and not fits_age(born, report.age, day)


def _is_silent(context: Context, authority: str, report: Missing, step: Step) -> bool:
    """Whether nothing was ever sent about the child who is missing, although the authority answers for it."""
    cases = [change for change in step.cases if isinstance(change.case, Case | AlertCase)]
    return bool(cases) and not any(
        change.case.promises or _is_anothers(context, authority, change.child.record, report) for change in cases
    )


def _is_anothers(context: Context, authority: str, record: RegisterRecord, report: Missing) -> bool:
    """Whether another authority answers for the child: by the register, by the police where it is silent (AMB-163)."""
    word = record.responsible_authority if record.registered else report.responsible_authority
    return bool(word and word.strip()) and context.packs.key_of(word) != authority


def tell_of_birth(context: Context, child: Child, report: Report) -> Step:
    """A record has brought a date of birth that does not fit what the police have said of a child who is missing."""
    step = Step()
    for case in live_cases(child):
        missing = case.episode.missing
        if missing is not None and (child.record.birth_left_out or contradicted(child.record, missing)):
            detail = _NO_BIRTHDAY.format("register")
            step += raised(context, child.authority, "data_quality", detail, report, missing.about, NO_BIRTHDAY)
    return step
