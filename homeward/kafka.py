"""How Kafka is reached, by whatever writes to it or reads from it."""

import ssl
from pathlib import Path

from homeward.settings import Settings
from producers.kafka_link import KafkaSettings, TopicShape


def kafka_settings(settings: Settings, create: TopicShape | None = None) -> KafkaSettings:
    """How producers reach Kafka."""
    password = settings.kafka_password
    return KafkaSettings(
        settings.kafka_bootstrap,
        security=settings.kafka_security,
        mechanism=settings.kafka_sasl_mechanism,
        user=settings.kafka_user,
        password=password.get_secret_value() if password else None,
        tls=_tls(settings.kafka_security, settings.kafka_ca_file),
        create=create,
    )


def _tls(security: str, ca_file: Path | None) -> ssl.SSLContext | None:
    return ssl.create_default_context(cafile=ca_file) if security.endswith("SSL") else None
