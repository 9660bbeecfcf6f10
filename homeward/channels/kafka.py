"""Topics, for machines: written by the relay, or left to change data capture."""

from homeward.capture import CaptureSlot
from homeward.channels import Channel
from homeward.kafka import kafka_settings
from homeward.settings import Settings
from outbox.dispatch import Manner
from outbox.retry import Retry
from producers.captured import LeftToCapture
from producers.kafka import KafkaSender
from producers.kafka_link import TopicShape
from producers.wording import Wordings
from schemas.delivery import Sender


def _make(settings: Settings, _words_of: Wordings, create: TopicShape | None) -> Sender:
    if settings.topics_by == "capture":
        return LeftToCapture(CaptureSlot(settings.database))
    return KafkaSender(kafka_settings(settings, create))


# Kafka fails as a whole, or one of its topics does, and recovers as such: no row is ever parked.
TOPICS = Channel("topic", _make, Manner(Retry(attempts=None), claims=4))
