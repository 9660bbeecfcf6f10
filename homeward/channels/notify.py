"""GOV.UK Notify as a way of its own: a second sender beside the mail server (`[second]` in the directory)."""

from homeward.channels import APART, Channel
from homeward.settings import Settings
from outbox.dispatch import Manner
from producers.kafka_link import TopicShape
from producers.notify import NotifySender, NotifySettings
from producers.wording import Wordings
from schemas.delivery import Sender


def notify_sender(settings: Settings, words_of: Wordings) -> Sender | None:
    """The sender, where there is a key for it."""
    key = settings.notify_api_key
    if key is None:
        return None
    asked = NotifySettings(key.get_secret_value(), settings.notify_templates, settings.notify_url)
    return NotifySender(asked, words_of)


def _make(settings: Settings, words_of: Wordings, _create: TopicShape | None) -> Sender | None:
    return notify_sender(settings, words_of)


NOTIFY = Channel("notify", _make, Manner(most=100, hands=4, apart=APART))
