"""The forms of what somebody tells: an interview, a task, a document, a message that was seen, a child missing or
back."""

from collections.abc import Mapping
from typing import Any

from desk.forms.form import NOT_KNOWN, AnswerForm, FormField, options
from desk.forms.parts import YES_NO_NOT_KNOWN, as_options, kept, of_list, truth, when, why
from routing.messages import AnswerWord
from routing.pack import Pack

Words = tuple[AnswerWord, ...]
_PARENT = (("willing", "Willing"), ("unsure", "Unsure"), ("unable", "Unable"), ("refused", "Refused"))


def interview_form(words: Words, pack: Pack) -> AnswerForm:
    """What became of a return interview. Asked and none reported differs from not stated."""
    question = "What became of the return interview?"
    held = ("result", "completed")
    asked = options(("which", "These"), ("none", "Asked, and none reported"), (NOT_KNOWN, "Not stated"))
    fields = (
        FormField("result", question, "radios", as_options(words), missing="Select what became of it"),
        when("When was that?"),
        FormField(
            "interviewer",
            "Who held it?",
            "text",
            hint="Their id in the case system.",
            missing="Enter who held it",
            only_if=held,
        ),
        FormField("reason", "Why was it not offered?", "area", missing="Say why", only_if=("result", "not_offered")),
        FormField(
            "asked", "Which concerns were found?", "radios", asked, missing="Select what was found", only_if=held
        ),
        _concerns(pack),
    )

    def says(values: Mapping[str, Any]) -> dict[str, Any]:
        which = values.get("concerns", ())
        listed = [*filter(None, map(str.strip, which.splitlines()))] if isinstance(which, str) else [*which]
        told = {"which": listed, "none": []}.get(values.get("asked", ""))
        who = values.get("interviewer")
        return {
            **kept(values, "result", "at", "reason"),
            **({"interviewer": {"role": "interviewer", "person": who}} if who else {}),
            **({} if told is None else {"concerns": told}),
        }

    return AnswerForm("rhi.outcome", None, question, fields, says)


def _concerns(pack: Pack) -> FormField:
    """The concerns of the pack to tick; where it lists none, lines to fill in."""
    listed, which = of_list(pack, "concerns", pack.words.concerns), ("asked", "which")
    if listed:
        return FormField("concerns", "The concerns", "boxes", listed, missing="Select the concerns", only_if=which)
    missing = "Enter the concerns"
    return FormField("concerns", "The concerns", "area", hint="One on a line.", missing=missing, only_if=which)


def task_done(kind: str, words: Words, question: str) -> AnswerForm:
    """That a task is done, with its outcome where it may end in several ways."""
    done = options(("done", "Yes, it is done"))
    outcome = as_options(words)
    fields = (
        FormField(
            "outcome",
            "What came of it?" if outcome else "Is it done?",
            "radios",
            outcome or done,
            missing="Select the outcome" if outcome else "Select that it is done",
        ),
        when("When was it done?"),
    )
    return AnswerForm(
        "task.completed",
        kind,
        question,
        fields,
        lambda v: {"kind": kind, **kept(v, "at"), **(kept(v, "outcome") if outcome else {})},
    )


def document_form(kind: str, question: str) -> AnswerForm:
    fields = (when("When was it written or revised?", "Enter when"),)
    return AnswerForm(
        "document.updated",
        kind,
        question,
        fields,
        lambda v: {"kind": kind, **kept(v, "at")},
    )


def seen(message: str | None) -> AnswerForm:
    """That somebody has seen a message. It records no decision."""
    return AnswerForm(
        "message.acknowledged",
        None,
        "Have you seen this?",
        (),
        lambda v: {"message": message} if message else {},
        intro=("This records no decision.",),
        button="I have seen this",
    )


def found() -> AnswerForm:
    """That a child is back. Only located is another thing: nothing is sent, since that ends nothing."""
    question = "Is the child back, or only located?"
    how = options(
        ("back", "Back at home or placement, or with us"),
        ("located", "Only located: we know where, but the child is not back"),
    )
    back = ("what", "back")
    fields = (
        FormField("what", question, "radios", how, missing="Select back or only located"),
        FormField(
            "found_at",
            "When was the child found?",
            "when",
            hint="London time.",
            missing="Enter when the child was found",
            only_if=back,
        ),
        FormField("returned_at", "When was the child back, if later?", "when", hint="London time.", only_if=back),
        FormField("found_where", "Where?", "text", hint="You can leave this empty.", only_if=back),
    )
    return AnswerForm(
        "worker.found_report",
        None,
        question,
        fields,
        lambda v: kept(v, "found_at", "returned_at", "found_where"),
        intro=("Ring the police first. This does not replace that.",),
        button="Send report",
    )


def missing() -> AnswerForm:
    """That a child is missing. It replaces no call to the police."""
    question = "Report this child missing"
    parent = options(*_PARENT, (NOT_KNOWN, "Not known"))
    fields = (
        when("When did you learn?", "Enter when you learned"),
        FormField(
            "police", "Have the police been told?", "radios", YES_NO_NOT_KNOWN, missing="Select yes, no or not known"
        ),
        FormField("parent", "Will a parent report it to the police?", "radios", parent, missing="Select an answer"),
        FormField("circumstances", "What happened?", "area", hint="You can leave this empty."),
    )

    def says(values: Mapping[str, Any]) -> dict[str, Any]:
        police, parent_says = truth(values["police"]), values["parent"]
        return {
            **kept(values, "at", "circumstances"),
            **({} if police is None else {"reported_to_police": police}),
            **({} if parent_says == NOT_KNOWN else {"parent_reports": parent_says}),
        }

    return AnswerForm(
        "worker.missing_report",
        None,
        question,
        fields,
        says,
        intro=("Ring the police as well. This does not replace that.",),
        button="Send report",
    )


def disagreement(stage: str, pack: Pack) -> AnswerForm:
    """A disagreement that is raised, settled at this step, or not."""
    if stage == "raised":
        subjects = of_list(pack, "disagreements", pack.words.disagreements)
        about = (
            FormField("about", "What is it about?", "radios", subjects, missing="Select what it is about")
            if subjects
            else FormField("about", "What is it about?", "text", missing="Enter what it is about")
        )
        return AnswerForm(
            "disagreement.raised",
            None,
            "Raise a disagreement",
            (about,),
            lambda v: kept(v, "about"),
        )
    if stage == "resolved":
        fields = (FormField("outcome", "How was it settled?", "area", missing="Say how"),)
        return AnswerForm(
            "disagreement.resolved",
            None,
            "How was the disagreement settled?",
            fields,
            lambda v: kept(v, "outcome"),
        )
    fields = (
        FormField(
            "sure",
            "Is the disagreement still open after this step?",
            "radios",
            options(("yes", "Yes, it is not settled")),
            missing="Select yes",
        ),
    )
    return AnswerForm(
        "disagreement.unresolved",
        None,
        "Not settled at this step",
        fields,
        lambda v: {},
    )


def service(opened: bool, pack: Pack, kind: str | None) -> AnswerForm:
    """That a service opened or closed the case, where no case system says so."""
    offered = (kind,) if kind else pack.words.services
    verb = "opened" if opened else "closed"
    fields = (
        FormField(
            "service",
            f"Which service {verb} the case?",
            "radios",
            of_list(pack, "services", offered),
            missing="Select a service",
        ),
        *(
            (
                FormField(
                    "worker",
                    "Who is the worker?",
                    "text",
                    hint="Their id in the case system. You can leave this empty.",
                ),
            )
            if opened
            else (why(must=False),)
        ),
        when(f"When was it {verb}?"),
    )
    return AnswerForm(
        f"case.{verb}",
        kind,
        f"A service {verb} the case",
        fields,
        lambda v: kept(v, "service", "worker", "at", "reason"),
    )
