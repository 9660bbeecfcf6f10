"""A small authority in TOML, of which a test changes what it needs, and what its rules say to a course of reports."""

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from made_up_reports import ABOUT, new_episode, origin

from episodes.advance import advance
from episodes.events import Change
from episodes.record import RegisterRecord
from episodes.reports import Report, TimerDue
from routing.case import Case, Timer
from routing.decide import decide
from routing.loading import load_pack
from routing.messages import Message
from routing.netting import Fresh
from routing.pack import Pack

FILE = "testshire/1.toml"
HEAD = """
authority = "testshire"
version = "1"
in_force_from = 2020-01-01
codes = ["E99999999"]
intake = "officer"
"""
BODY = """
[source]
publisher = "Testshire"
title = "A procedure for tests"
date = "undated"
published = "nowhere"

[words]
services = ["social_care", "early_help"]
documents = ["plan"]
end_reasons = ["came home", "was brought home"]
concerns = ["harm", "other", "gangs", "cse"]
meeting_types = ["separate", "joint"]
statuses = ["Away from Care", "Away", "Not There"]
disagreements = ["mam", "interview"]
placements = ["fostered"]
systems = ["mosaic"]
professionals = ["reviewer", "adviser"]

[words.decisions]
vulnerability = ["vulnerable", "not_vulnerable"]
judgement = ["go", "stay"]

[words.sections]
one = ["a", "b"]
two = []

[words.meetings]
mam = ["convene", "not_convened"]
review = []

[roles]
officer = {name = "duty officer", channel = "email"}
worker = {name = "social worker", channel = "email", from = {service = "social_care"}, reports_only = true}
reviewer = {name = "reviewing officer", channel = "email", from = {professional = "reviewer"}, reports_only = true}
helpers = {name = "involved workers", from = {involved = true}, reports_only = true}
carer = {name = "carer", from = {carers = true}, reports_only = true}
desk = {name = "front desk", reports_only = true}
teller = {name = "teller", from = {reporter = true, service = "early_help"}, reports_only = true}
adviser = {name = "adviser", from = {service = "social_care", professional = "adviser"}, reports_only = true}
practitioners = {name = "practitioner", from = {practitioners = true}, reports_only = true}
[roles.manager]
name = "manager"
channel = "email"
reports_only = true
from = {service = ["social_care", "early_help"], field = "manager"}

[clauses]
T-1 = {section = "1", says = "Something is to be done."}
T-2 = {section = "2", says = "Something else is to be done."}
T-3 = {section = "3", says = "This is for people."}

[not_automated]
T-3 = "context: nothing to send"
"""
DIRECTORY = """
authority = "testshire"

[services]
front = ["officer", "desk"]
care = ["worker", "manager", "reviewer", "helpers", "carer"]

[types]
"senior.alert" = "escalations"

[mailboxes]
officer = "officer@testshire.example"
worker = "care@testshire.example"
manager = "managers@testshire.example"
"""
RULE = """
[[rules]]
id = "first"
title = "Ask the officer to look"
on = ["opened"]
send = "task.create"
kind = "look"
to = ["officer"]
clauses = ["T-1", "T-2"]
"""


def text(rules: str = RULE, head: str = HEAD, body: str = BODY, more: str = "") -> str:
    """A pack's text. `more` stands before the rules: criteria, audiences, terms."""
    return complete(head + more + body + rules)


def complete(toml: str) -> str:
    """The text with what the loader wants declared beside the rules: their limits, and the kinds of their messages."""
    return with_kinds(with_limits(toml))


def with_kinds(toml: str) -> str:
    """The text with each kind that a rule of a test sends put under [kinds]."""
    if "[kinds" in toml:
        return toml
    declared: dict[str, set[str]] = {}
    for rule in toml.split("[[rules]]")[1:]:
        sent, kind = re.search(r'^send = "(.+)"', rule, re.M), re.search(r'^kind = "(.+)"', rule, re.M)
        if sent and kind and not sent[1].endswith(".cancel"):
            declared.setdefault(sent[1], set()).add(kind[1])
    tables = (f'\n[kinds."{type_}"]\n' + "".join(f'{kind} = "{kind}"\n' for kind in sorted(kinds))
              for type_, kinds in declared.items())  # fmt: skip
    return toml + "".join(tables)


def with_limits(toml: str) -> str:
    """The text with each length that a test writes into a rule put under [limits], where the loader wants it."""
    if "[limits]" in toml:
        return toml
    lengths = dict.fromkeys(re.findall(r'(?<!same_within = )"(\d+(?:min|h|d|w|mo|wd|wh)|same_working_day)"', toml))
    for length in lengths:
        toml = re.sub(rf'(?<!same_within = )"{length}"', f'"in_{length}"', toml)
    lines = [f'in_{length} = {{within = "{length}", clause = "HUB", since = 2020-01-01}}' for length in lengths]
    return toml + "\n".join(["\n[limits]", *lines, ""])


def written(folder: Path, pack: str, directory: str | None = DIRECTORY) -> Path:
    """The folder, with the pack and its directory in it."""
    home = folder / "testshire"
    home.mkdir()
    (home / "1.toml").write_text(complete(pack))
    if directory is not None:
        (home / "directory.toml").write_text(directory)
    return folder


def pack(rules: str = RULE, **parts: str) -> Pack:
    return load_pack(text(rules, **parts), FILE)


def ruled(condition: str, rules: str = "", more: str = "") -> Pack:
    """A pack with a rule `asks` that answers each event as long as the condition holds, after other rules."""
    on = ", ".join(f'"{change}"' for change in Change)
    asks = (
        f'id = "asks"\ntitle = "Ask"\non = [{on}]\nonce = "event"\nsend = "notify.info"\nto = ["officer"]\n'
        'clauses = ["T-1", "T-2"]\n'
    )
    return pack(f"{rules}\n[[rules]]\n{asks}when = {{{condition}}}\n", more=more)


@dataclass
class Course:
    """One child of the small authority: what was told, what was said, and what of that has not left yet."""

    pack: Pack
    record: RegisterRecord = field(default_factory=RegisterRecord)
    others: tuple[Case, ...] = ()
    case: Case = field(default_factory=lambda: Case(new_episode()))
    said: list[Message] = field(default_factory=list)
    fresh: Fresh = field(default_factory=dict)

    def tell(self, *reports: Report, now: Any = None) -> list[Message]:
        """The messages that these reports lead to, each decided at its receipt."""
        said: list[Message] = []
        for report in reports:
            episode, events = advance(self.case.episode, report, self.pack.terms)
            at = now or report.origin.at
            answer = decide(self.case, episode, events, self.record, self.others, self.pack, at, fresh=self.fresh)
            self.case = answer.case_after(self.case)
            said += answer.messages
        self.said += said
        return said

    def fall(self, timer: Timer | None = None) -> list[Message]:
        """Lets the next timer fall, or the one that is given."""
        timer = timer or min(self.case.timers, key=lambda t: (t.due_at, t.rule))
        return self.tell(TimerDue(origin=origin(timer.due_at, "timer.fired"), about=ABOUT, rule=timer.rule))

    @property
    def timers(self) -> dict[str, Any]:
        return {timer.rule: timer.due_at for timer in self.case.timers}


def rule(id_: str, to: str = '"officer"', clauses: str = '"T-1", "T-2"', **lines: str) -> str:
    """A rule in TOML: a note to the officer, unless its lines say otherwise."""
    own = {"send": '"notify.info"', "to": f"[{to}]", "clauses": f"[{clauses}]"} | lines
    return f'[[rules]]\nid = "{id_}"\ntitle = "Say {id_}"\n' + "".join(f"{k} = {v}\n" for k, v in own.items())


def course(*rules: str, more: str = "", record: RegisterRecord | None = None) -> Course:
    """A child of an authority with these rules."""
    return Course(pack("".join(rules), more=more), record=record or RegisterRecord())


def holds(condition: str, course: Any) -> bool:
    """Whether a rule with that condition answers the last of the reports."""
    reports, around = course if isinstance(course[-1], dict) else (course, {})
    child = Course(ruled(condition), **around)
    child.tell(*reports[:-1])
    return bool(child.tell(reports[-1]))
