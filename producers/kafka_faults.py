"""What a Kafka error means for the message that met it, and what to do about it. No sending lives here."""

from aiokafka import errors  # type: ignore[import-untyped]

from producers.topics import illegal
from schemas.delivery import Outgoing, Receipt, Verdict

TOO_LARGE = (errors.MessageSizeTooLargeError, errors.RecordListTooLargeError, errors.RecordTooLargeError)

_DENIED = (errors.TopicAuthorizationFailedError, errors.ClusterAuthorizationFailedError)
_WRONG = (errors.PolicyViolationError, errors.UnsupportedForMessageFormatError, errors.InvalidTimestampError)


def receipt_of_fault(item: Outgoing, fault: BaseException) -> Receipt:
    """The receipt for `item` after `fault`. Only what is wrong with the message itself is refused. Else the topic is
    away: it is tried again, which is safe as consumers know a message by its id."""
    topic = item.address
    if isinstance(fault, TOO_LARGE):
        fix = f"raise max.message.bytes of topic {topic} and the producer's max_request_size, or shorten the message"
        return Receipt(item.row, Verdict.REFUSED, f"Message too large for Kafka ({len(item.body)} bytes): {fix}")
    if isinstance(fault, _DENIED):
        fix = f"grant Write and Describe on topic {topic} to the hub's Kafka user"
        return topic_away(item, f"Not allowed to write to Kafka: {fix}")
    if isinstance(fault, errors.InvalidTopicError):
        return Receipt(item.row, Verdict.REFUSED, illegal(topic))
    if isinstance(fault, _WRONG):
        fix = f"check the settings of topic {topic}"
        return Receipt(item.row, Verdict.REFUSED, f"Kafka rejected the message ({_name(fault)}): {fix}")
    if isinstance(fault, errors.UnknownTopicOrPartitionError):
        return topic_away(item, f"Topic {topic} does not exist: create it")
    return topic_away(item, f"Kafka did not confirm the message ({_name(fault)})")


def topic_away(item: Outgoing, detail: str) -> Receipt:
    """The topic of the item takes nothing at the moment, whatever may be with others."""
    return Receipt(item.row, Verdict.AWAY, detail, address_only=True)


def _name(fault: BaseException) -> str:
    return type(fault).__name__
