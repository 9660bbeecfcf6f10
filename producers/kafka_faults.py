"""What a Kafka error means for the message that met it, and what to do about it. No sending lives here."""

from aiokafka import errors  # type: ignore[import-untyped]

from producers.topics import illegal
from schemas.delivery import Outgoing, Receipt, Verdict

TOO_LARGE = (errors.MessageSizeTooLargeError, errors.RecordListTooLargeError, errors.RecordTooLargeError)

_DENIED = (errors.TopicAuthorizationFailedError, errors.ClusterAuthorizationFailedError)
_WRONG = (errors.PolicyViolationError, errors.UnsupportedForMessageFormatError, errors.InvalidTimestampError)


def receipt_of_fault(item: Outgoing, fault: BaseException) -> Receipt:
    """The receipt for `item` after `fault`. Only what cannot heal by itself is refused; the rest is tried again, which
    is safe as consumers know a message by its id."""
    topic = item.address
    if isinstance(fault, TOO_LARGE):
        fix = f"raise max.message.bytes of topic {topic} and the producer's max_request_size, or shorten the message"
        return Receipt(item.row, Verdict.REFUSED, f"Message too large for Kafka ({len(item.body)} bytes): {fix}")
    if isinstance(fault, _DENIED):
        fix = f"grant Write and Describe on topic {topic} to the hub's Kafka user"
        return Receipt(item.row, Verdict.REFUSED, f"Not allowed to write to Kafka: {fix}")
    if isinstance(fault, errors.InvalidTopicError):
        return Receipt(item.row, Verdict.REFUSED, illegal(topic))
    if isinstance(fault, _WRONG):
        fix = f"check the settings of topic {topic}"
        return Receipt(item.row, Verdict.REFUSED, f"Kafka rejected the message ({_name(fault)}): {fix}")
    if isinstance(fault, errors.UnknownTopicOrPartitionError):
        return Receipt(item.row, Verdict.RETRY, f"Topic {topic} does not exist: create it")
    return Receipt(item.row, Verdict.RETRY, f"Kafka did not confirm the message ({_name(fault)})")


def _name(fault: BaseException) -> str:
    return type(fault).__name__
