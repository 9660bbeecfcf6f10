"""What Homeward does when a rule speaks, by the type of its message: "asks the worker for a return interview". A test
holds the table equal to the types that the wire knows."""

from collections.abc import Mapping

from homeward.rendering.english import quoted, spaced
from homeward.rendering.wording import PackWording
from routing.pack import Rule

# {to}: the recipients. {it}: the kind of the message in words. {called}: its name in the case system, if it has one;
# {titled}: the same where it stands apart from what it names. {task}: its name, else what it is to whoever has it.
ACTS: Mapping[str, str] = {
    "case.contact.create": "asks {to} to record a contact{called}",
    "episode.open": "asks {to} to open the episode",
    "episode.update": "passes the update to {to}",
    "episode.found": "asks {to} to record that the child is found",
    "episode.close": "asks {to} to close the process",
    "episode.finalise": "tells {to} that the record may be finalised",
    "episode.store_nfa": "asks {to} to file the report as no further action",
    "flag.set": "asks {to} to set the flag{called}",
    "flag.clear": "asks {to} to clear the flag{called}",
    "notify.missing": "tells {to} that the child is missing",
    "notify.found": "tells {to} that the child is found",
    "notify.info": "lets {to} know{titled}",
    "task.create": "gives {to} the task{task}",
    "task.cancel": "takes back {open}",
    "rhi.request": "asks {to} for a return interview",
    "rhi.assign": "gives {to} the return interview",
    "rhi.offer_letter": "writes to {to} with the offer of a return interview",
    "rhi.not_offered": "tells {to} that no return interview is offered",
    "rhi.refused": "tells {to} that the return interview was declined",
    "rhi.withdrawn": "tells {to} that the return interview is not wanted any more",
    "rhi.completed": "tells {to} that the return interview is done",
    "rhi.chase": "reminds {to} of the return interview that is not on record",
    "rhi.breach": "tells {to} that the return interview is late",
    "meeting.request": "asks {to} for a {it}",
    "meeting.cancel": "calls off {open}",
    "hub.consultation": "asks {to} for a {it}",
    "senior.alert": "alerts {to}{titled}",
    "referral.create": "refers the child to {to}{titled}",
    "police.intel": "passes the information on to {to}{titled}",
    "ola.notify": "notifies {to}",
    "info.pack": "sends {contents} to {to}",
    "escalation.open": "takes the disagreement to {to}",
    "report.data": "sends the figures to {to}",
    "exception.raise": "{says}",
}

MEETING_PHRASES = ("meeting", "discussion", "review", "conference", "managers")
"""What a kind of meeting may end with; to any other the word is added."""


def act(rule: Rule, w: PackWording) -> str:
    """What the rule does, behind "Homeward"."""
    it = w.name(rule.kind) if rule.kind else (rule.name or spaced(rule.send))
    if rule.send == "meeting.request" and not it.lower().endswith(MEETING_PHRASES):
        it += " meeting"
    task = rule.name or (w.task(rule.kind) if rule.kind else None)
    contents, detail = rule.fields.get("contents", []), rule.fields.get("detail")
    to = w.to(rule.to) or "those who were asked"
    return ACTS.get(rule.send, "sends {to} " + quoted(rule.send)).format(
        to=to,
        it=it,
        called=f" {quoted(rule.name)}" if rule.name else "",
        titled=f" ({quoted(rule.name)})" if rule.name else "",
        task=f" {quoted(task)}" if task else "",
        open=w.open(rule.closes, "and") if rule.closes else it,
        contents=w.meanings("contents", contents, "and") or it,
        says=f"says to {to}: {quoted(str(detail))}" if detail else f"tells {to} of it ({quoted(it)})",
    )
