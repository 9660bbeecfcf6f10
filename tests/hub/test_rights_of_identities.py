"""How Kafka knows the hub: by password, by certificate or by token. What is wrong with one is said with its setting."""

import pytest
from aiokafka.errors import KafkaConnectionError

from homeward.doctor.kafka_checks import kafka_findings
from homeward.kafka import kafka_settings
from homeward.wiring import library
from tests.services.secured import USER, SecuredKafka

pytestmark = pytest.mark.kafka


@pytest.fixture
async def kafka(secured: SecuredKafka) -> SecuredKafka:
    """With nothing granted to anybody."""
    await secured.revoke_all()
    return secured


async def test_the_doctor_tells_a_wrong_password_from_a_wrong_certificate(kafka: SecuredKafka) -> None:
    _, directories = library(kafka.settings())
    (refused,) = await kafka_findings(kafka.settings(kafka_password="wrong"), directories)
    assert "does not accept the hub as homeward (SCRAM-SHA-512)" in refused.says
    (unsafe,) = await kafka_findings(kafka.settings(kafka_ca_file=None), directories)
    assert "does not accept TLS" in unsafe.says
    (unknown,) = await kafka_findings(
        kafka.settings(kafka_bootstrap=kafka.certified, kafka_security="SSL"), directories
    )
    assert (unknown.severity, "as a stranger" in unknown.says) == ("fault", False)
    (without,) = await kafka_findings(kafka.settings(**kafka.token("wrong")), directories)
    assert without.says == "Access token refused (invalid_client)"
    assert without.fix == "check HOMEWARD_KAFKA_OAUTH_CLIENT_ID and its secret"


async def test_a_grant_names_the_hub_as_its_certificate_does(kafka: SecuredKafka) -> None:
    _, directories = library(kafka.settings())
    found = await kafka_findings(kafka.settings(**kafka.certificate()), directories)
    grants = [f.fix for f in found if f.says == "missing: Read on topics that begin with police."]
    assert [f"--allow-principal User:CN={USER} --operation" in grant for grant in grants] == [True]


async def test_a_token_that_is_refused_is_a_line_in_the_log_and_tried_again(
    kafka: SecuredKafka, caplog: pytest.LogCaptureFixture
) -> None:
    tokens = kafka_settings(kafka.settings(**kafka.token("wrong"))).tokens
    assert tokens is not None
    for _ in range(2):
        with pytest.raises(KafkaConnectionError, match="HOMEWARD_KAFKA_OAUTH_CLIENT_ID"):
            await tokens.token()
    tokens.get = kafka_settings(kafka.settings(**kafka.token())).tokens.get
    await tokens.token()
    assert [record.getMessage() for record in caplog.records if record.name == "producers.bearer"] == [
        "Kafka cannot be entered, retrying: Access token refused (invalid_client): check "
        "HOMEWARD_KAFKA_OAUTH_CLIENT_ID and its secret",
        "There are tokens for Kafka again",
    ]
