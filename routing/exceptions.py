"""What the hub itself must say in any authority: a report that it cannot place or read goes to a person, never away."""

from datetime import datetime

from episodes.reports import About, Identifier
from routing.answering import answers_of
from routing.messages import Message, Recipient, derived_id
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
) -> Message:
    """An `exception.raise` of the hub to the pack's intake role, outside hours to its duty role. `detail` holds no
    personal data."""
    name = pack.on_duty(now)
    role = pack.roles[name]
    whose = about or About()
    return Message(
        id=derived_id("exception", pack.authority, kind, *(cause or ("", "")), whose.incident, detail, now.isoformat()),
        type="exception.raise",
        rule=f"hub_{kind}",
        at=now,
        authority=pack.authority,
        pack=pack.authority,
        version=pack.version,
        clauses=CLAUSES,
        to=(Recipient(name, None, role.channel),),
        # A lane of its own: exceptions about one incident wait for one another, not for those about all others.
        subject_key=derived_id("subject", pack.authority, whose.force, whose.incident or "#".join(cause or ())),
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
