"""A mail server that is away, falls silent, hangs up, puts off or refuses, for everybody or for one mailbox."""

from homeward.torture.faults.injected import Begin, InjectedFault, Undo
from homeward.torture.feed import Feed
from homeward.torture.mail_server import DROP, GREYLISTED, HANG
from homeward.torture.rig import Rig

_STAGES = ("CONNECT", "EHLO", "MAIL", "RCPT", "DATA", "END")
_NIGHT = 9 * 3600  # seconds
_TARPITS = ("cscs@nottinghamshire.example", "children.missing.officer@nottinghamshire.example")


def _answers(stage: str, answer: str, *mailboxes: str) -> Begin:
    """At this stage, for these mailboxes; for any where none is named."""

    async def begin(rig: Rig, _feed: Feed) -> Undo:
        told = {(stage, mailbox): answer for mailbox in mailboxes or ("*",)}
        rig.mail.answers |= told
        rig.mail.hang_up()

        async def mend() -> None:
            for each in told:
                del rig.mail.answers[each]
            rig.mail.hang_up()

        return mend

    return begin


async def _down(rig: Rig, _feed: Feed) -> Undo:
    rig.mail.down = True
    rig.mail.hang_up()

    async def mend() -> None:
        rig.mail.down = False

    return mend


async def _refuses_connections(rig: Rig, _feed: Feed) -> Undo:
    port = rig.mail.port
    await rig.mail.close()

    async def mend() -> None:
        await rig.mail.listen(port)

    return mend


async def _away_overnight(rig: Rig, feed: Feed) -> Undo:
    mend = await _down(rig, feed)
    rig.clock.pass_by(_NIGHT)
    return mend


OF_MAIL = (
    InjectedFault("mail server hangs up on everybody", _down),
    InjectedFault("mail server refuses connections", _refuses_connections),
    InjectedFault("mail server away overnight", _away_overnight),
    *(
        InjectedFault(f"mail server {what} at {stage}", _answers(stage, answer))
        for what, answer in (("hangs", HANG), ("hangs up", DROP))
        for stage in _STAGES
    ),
    *(InjectedFault(f"mail server puts off at {stage}", _answers(stage, GREYLISTED)) for stage in ("RCPT", "END")),
    InjectedFault("one mailbox hangs", _answers("RCPT", HANG, _TARPITS[0])),
    InjectedFault("two mailboxes hang", _answers("RCPT", HANG, *_TARPITS)),
    InjectedFault("mail server refuses every mailbox", _answers("RCPT", "550 5.1.1 no such user")),
)
