"""The forms of decisions: what a pack asks a person to judge, in the words that it gives the answers."""

from desk.forms.form import AnswerForm, FormField, options
from desk.forms.parts import as_options, kept, of_list, when, why
from routing.messages import AnswerWord
from routing.pack import Pack

_DECLINES = ("not_", "no_", "declin", "reject", "dropped")
Words = tuple[AnswerWord, ...]


def manager_decision(kind: str, words: Words, question: str) -> AnswerForm:
    """One of the values of its kind, and why."""
    fields = (_choice("decision", question, words, "Select an answer"), why(must=True))
    return AnswerForm(
        "manager.decision",
        kind,
        question,
        fields,
        lambda v: {"kind": kind, **kept(v, "decision", "reason")},
        checked=kind in ("finalise", "media_alert"),
    )


def meeting_decision(kind: str, words: Words, pack: Pack, question: str) -> AnswerForm:
    """Whether or how a meeting is held; why, where it is not."""
    declining = [word.word for word in words if word.word.startswith(_DECLINES)]
    reasons = tuple(
        FormField(f"reason_{word}", "Why not?", "area", missing="Say why not", only_if=("decision", word))
        for word in declining
    )
    types = of_list(pack, "meeting_types", pack.words.meeting_types)
    form = (FormField("meeting_type", "In which form?", "radios", types),) if types else ()

    def says(values: dict[str, str]) -> dict[str, object]:
        reason = values.get(f"reason_{values['decision']}")
        return {"kind": kind, **kept(values, "decision", "meeting_type"), **({"reason": reason} if reason else {})}

    fields = (_choice("decision", question, words, "Select an answer"), *reasons, *form)
    return AnswerForm("meeting.decision", kind, question, fields, says)  # type: ignore[arg-type]


def screening(words: Words) -> AnswerForm:
    question = "Is a return interview required?"
    fields = (
        FormField("rhi", question, "radios", as_options(words), missing="Select yes or no"),
        why(must=True),
    )
    return AnswerForm("screening.decision", None, question, fields, lambda v: kept(v, "rhi", "reason"))


def rating(words: Words) -> AnswerForm:
    question = "Which rating?"
    standing = options(("yes", "Confirmed: a manager has reviewed it"), ("no", "Provisional"))
    fields = (
        FormField("value", question, "radios", as_options(words), missing="Select a rating"),
        FormField(
            "confirmed", "Confirmed or provisional?", "radios", standing, missing="Select confirmed or provisional"
        ),
    )
    return AnswerForm(
        "rag.set",
        None,
        question,
        fields,
        lambda v: {"value": v["value"], "confirmed": v["confirmed"] == "yes"},
    )


def threshold(words: Words) -> AnswerForm:
    question = "Is the threshold met?"
    fields = (
        FormField("met", question, "radios", as_options(words), missing="Select met or not met"),
        FormField("outcome", "What will the service do now?", "area", hint="You can leave this empty."),
    )
    return AnswerForm(
        "threshold.decision",
        None,
        question,
        fields,
        lambda v: {"met": v["met"] == "true", **kept(v, "outcome")},
        checked=True,
    )


def clock_override() -> AnswerForm:
    question = "From when do the time limits count?"
    fields = (
        FormField(
            "which",
            question,
            "radios",
            options(("keep", "Keep the start that was reported"), ("other", "From another time")),
            missing="Select a start",
        ),
        FormField(
            "value", "Which time?", "when", hint="London time.", missing="Enter a past time", only_if=("which", "other")
        ),
        why(must=True),
    )
    return AnswerForm(
        "clock.override",
        None,
        question,
        fields,
        lambda v: {**(kept(v, "value") if v["which"] == "other" else {}), **kept(v, "reason")},
        checked=True,
    )


def _choice(name: str, question: str, words: Words, missing: str) -> FormField:
    return FormField(name, question, "radios", as_options(words), missing=missing)


def meeting_held(kind: str, pack: Pack, question: str) -> AnswerForm:
    """When it was held, in which form, and what else it settles."""
    others = tuple(other for other in pack.words.meetings if other != kind)
    types = of_list(pack, "meeting_types", pack.words.meeting_types)
    fields = (
        when("When was it held?", "Enter when", name="held_at"),
        *((FormField("meeting_type", "In which form?", "radios", types),) if types else ()),
        *(
            (
                FormField(
                    "also_counts_as", "Does it count as another meeting too?", "boxes", of_list(pack, "names", others)
                ),
            )
            if others
            else ()
        ),
        FormField("next_at", "When is the next one, if that was agreed?", "when", hint="London time.", past=False),
    )

    def says(values: dict[str, object]) -> dict[str, object]:
        also = values.get("also_counts_as") or ()
        return {"kind": kind, **kept(values, "held_at", "meeting_type", "next_at"), "also_counts_as": [*also]}  # type: ignore[misc]

    return AnswerForm("meeting.held", kind, question, fields, says)  # type: ignore[arg-type]
