"""What the hub itself must say in any authority: a report that it cannot place or read goes to a person, never away."""

from datetime import datetime

from episodes.origin import cause_name
from episodes.reports import About, Identifier
from routing.answering import answers_of
from routing.messages import Message, Promise, Recipient, derived_id
from routing.pack import Pack

CLAUSES = ("HUB",)


def exception(
    pack: Pack,
    kind: str,
    detail: str,
    now: datetime,
    cause: tuple[str, str] | None,
    about: About | None = None,
    child: tuple[Identifier, ...] = (),
    claim: str = "",
    rows: tuple[str, ...] = (),
    once: bool = False,
) -> Message:
    """An `exception.raise` of the hub to the pack's intake role, outside hours to its duty role. `detail` holds no
    personal data; `claim` is that of the report, where `cause` may not be the name of that one alone; `rows` are those
    of the requirements that ask for it. `once`: a cause says the same but once, so that its id hangs on no instant."""
    name = pack.on_duty(now)
    role = pack.roles[name]
    whose = about or About()
    told = ("" if once else now.isoformat(), claim)
    return Message(
        id=derived_id("exception", pack.authority, kind, *(cause or ("", "")), whose.incident, detail, *told),
        type="exception.raise",
        rule=f"hub_{kind}",
        at=now,
        authority=pack.authority,
        pack=pack.authority,
        version=pack.version,
        clauses=(*rows, *CLAUSES),
        to=(Recipient(name, None, role.channel),),
        # A lane of its own: exceptions about one incident wait for one another, not for those about all others.
        subject_key=derived_id(
            "subject", pack.authority, whose.force, whose.incident or (cause_name(*cause) if cause else "")
        ),
        incident=whose.incident,
        force=whose.force,
        child=child,
        causation=cause,
        kind=kind,
        urgency="immediate",
        answers=answers_of("exception.raise", kind, (), pack),
        answer_at=pack.answer_at,
        fields={"detail": detail},
    )


def question_in(message: Message) -> Promise:
    """What is remembered of an exception that a person answers, until they have."""
    return Promise(
        rule=message.rule, occurrence=message.id, message=message.id, type=message.type, kind=message.kind,
        at=message.at, to=message.to,
    )  # fmt: skip
