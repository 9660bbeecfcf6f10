"""The one exception of the wire: a message that cannot be read, with a reason for machines and what to do for people.
What happens to such a message (quarantine, alert, replay) is not decided here."""

from typing import Literal, get_args

RejectionReason = Literal[
    "bad_bytes",
    "bad_header",
    "bad_json",
    "failed_validation",
    "too_large",
    "undecodable",
    "unknown_type",
    "wrong_topic",
]
REASONS: tuple[RejectionReason, ...] = get_args(RejectionReason)


class Unreadable(Exception):  # noqa: N818 - a state of a message, raised
    """A message that cannot become a report.

    `reason` is one of `REASONS`: *bad_bytes* (no body, or a body that is not UTF-8), *bad_header* (a CloudEvents
    attribute that is absent or malformed), *bad_json*, *failed_validation* (JSON that breaks the contract),
    *too_large* (more bytes than the hub takes), *undecodable* (Kafka itself cannot take the record apart),
    *unknown_type*, *wrong_topic* (the message does not belong to the owner of its topic).

    `detail` names the field by its path and says what is wrong with it. It never repeats what a field held, because it
    is shown in logs, alerts and on the command line, where nothing about a child may appear.
    """

    def __init__(self, reason: RejectionReason, detail: str) -> None:
        super().__init__(f"{reason}: {detail}")
        self.reason: RejectionReason = reason
        self.detail = detail
