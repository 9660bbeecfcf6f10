"""What somebody has typed into a form, as it is understood: the answer that it makes, or what is wrong with it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from desk.forms.form import AnswerForm, Reading, chosen_words, read_form
from desk.sending import answer_id, answer_row, author
from desk.visit import Visit
from reporting.held_cases import HeldCase
from routing.pack import Pack
from schemas.unreadable import Unreadable
from store import AnswerRow


@dataclass(frozen=True, slots=True)
class AnswerSubject:
    """What an answer is about. `roles`: those in which this person may give it; `settled`: it was answered already."""

    authority: str
    pack: Pack
    held: HeldCase | None
    which: Mapping[str, Any]
    roles: tuple[str, ...]
    is_for: str
    message: str | None = None
    settled: bool = False

    def named(self, form: AnswerForm) -> str:
        """What sets its answer by this form apart from the same person's others."""
        return f"{form.type} {self.message or self.which}"


@dataclass(frozen=True, slots=True)
class JudgedForm:
    """What was typed, as it is understood: the values, and the answer that it makes; or what is wrong, by field."""

    values: dict[str, Any]
    faults: dict[str, str]
    row: AnswerRow | None = None


def judged_form(visit: Visit, form: AnswerForm, about: AnswerSubject, shown: Mapping[str, Any]) -> JudgedForm:
    """`shown`: what is typed, by field, and the id of the form."""
    typed = shown["typed"]
    reading = read_form(form, typed, visit.now)
    role = typed.get("role", "") if len(about.roles) > 1 else about.roles[0]
    if role not in about.roles:
        reading.faults["role"] = "Select the role you act in"
    if about.settled and not typed.get("more_why"):
        reading.faults["more_why"] = "Say why another answer is needed"
    if reading.faults:
        return JudgedForm(reading.values, reading.faults)
    try:
        return JudgedForm(reading.values, {}, _row(visit, form, about, reading, role, shown["form_id"]))
    except Unreadable as fault:
        return JudgedForm(reading.values, {"": f"This cannot be sent: {fault.detail}"})


def _row(visit: Visit, form: AnswerForm, about: AnswerSubject, reading: Reading, role: str, form_id: str) -> AnswerRow:
    """The answer as it would be sent; whoever presses again makes the same. Raises `Unreadable`."""
    user = visit.user
    data = {"authority": about.authority, **about.which, **form.says(reading.values), "by": author(user, role)}
    id_ = answer_id(form_id, user.id, about.named(form))
    said = chosen_words(form, reading.values)
    return answer_row(id_, form.type, data, user.id, visit.now, said, about.message)
