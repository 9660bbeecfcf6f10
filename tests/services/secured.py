"""A Kafka as an organisation runs it: SASL_SSL with SCRAM, and nothing allowed that was not granted. Beside it a plain
listener for whoever runs it, who may do everything."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from aiokafka.client import AIOKafkaClient
from aiokafka.protocol.api import Request, RequestStruct, Response
from aiokafka.protocol.types import Array, Int8, Int16, Int32, Schema, String

from homeward.embedded import EmbeddedKafka
from homeward.embedded.probe import free_port
from homeward.settings import Settings, load_settings
from tests.producers.certificates import issue

USER, PASSWORD = "homeward", "correct-horse"
DESK_USER, DESK_PASSWORD = "homeward-desk", "battery-staple"
Grade = Literal["literal", "prefixed"]
_TOPIC, _GROUP, _READ, _WRITE, _DESCRIBE, _ALLOW, _LITERAL, _PREFIXED = 2, 3, 3, 4, 8, 3, 3, 4


@dataclass(frozen=True)
class Grant:
    """What the hub's user, or another, may do: `read`, `write` or `describe` on a topic or group, or on all that begin
    so."""

    operation: Literal["read", "write", "describe"]
    name: str
    grade: Grade = "literal"
    resource: Literal["topic", "group"] = "topic"
    user: str = USER

    def row(self) -> tuple[int, str, int, str, str, int, int]:
        resource = _TOPIC if self.resource == "topic" else _GROUP
        operation = {"read": _READ, "write": _WRITE, "describe": _DESCRIBE}[self.operation]
        grade = _LITERAL if self.grade == "literal" else _PREFIXED
        return resource, self.name, grade, f"User:{self.user}", "*", operation, _ALLOW


class SecuredKafka:
    """Started; `plain` is the address for whoever runs it, `secured` the one for the hub, which is of the group
    `group`."""

    def __init__(self, plain: str, secured: str, ca: Path) -> None:
        self.plain, self.secured, self.ca, self.group = plain, secured, ca, "homeward"

    def settings(self, **more: object) -> Settings:
        """Those of a hub that comes in by the secured listener."""
        told = {"kafka_security": "SASL_SSL", "kafka_sasl_mechanism": "SCRAM-SHA-512", "kafka_ca_file": self.ca}
        user = {"kafka_user": USER, "kafka_password": PASSWORD, "kafka_group": self.group}
        return Settings(kafka_bootstrap=self.secured, **{**told, **user, **more})  # type: ignore[arg-type]

    async def grant(self, *grants: Grant) -> None:
        await self._ask(_CreateAcls([grant.row() for grant in grants]))

    async def revoke(self, *grants: Grant) -> None:
        await self._ask(_DeleteAcls([grant.row() for grant in grants]))

    async def revoke_all(self) -> None:
        users = (USER, DESK_USER)
        rows = [(kind, None, 1, f"User:{user}", None, 1, 1) for kind in (_TOPIC, _GROUP) for user in users]
        await self._ask(_DeleteAcls(rows))

    async def _ask(self, request: Request) -> None:
        client = AIOKafkaClient(bootstrap_servers=self.plain)
        await client.bootstrap()
        try:
            answer = await client.send(client.get_random_node(), request)
        finally:
            await client.close()
        assert all(result[0] == 0 for result in answer.results), answer


@contextmanager
def secured_kafka() -> Iterator[SecuredKafka]:
    with tempfile.TemporaryDirectory(prefix="homeward-secured-") as name:
        folder, settings = Path(name), load_settings()
        ca, _ = issue(folder)
        plain, secured = free_port(()), free_port(())
        broker = EmbeddedKafka(
            folder / "kafka", port=plain, java_home=settings.java_home, cache=settings.cache, partitions=2,
            settings=_properties(plain, secured, folder), users={USER: PASSWORD, DESK_USER: DESK_PASSWORD},
        )  # fmt: skip
        with broker:
            yield SecuredKafka(broker.bootstrap, f"localhost:{secured}", ca)


def _properties(plain: int, secured: int, folder: Path) -> dict[str, str]:
    outside = f"PLAINTEXT://127.0.0.1:{plain},SECURED://localhost:{secured}"
    controller = free_port((plain, secured))
    return {
        "listeners": f"{outside},CONTROLLER://127.0.0.1:{controller}",
        "controller.quorum.voters": f"1@127.0.0.1:{controller}",
        "advertised.listeners": outside,
        "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,SECURED:SASL_SSL,CONTROLLER:PLAINTEXT",
        "sasl.enabled.mechanisms": "SCRAM-SHA-512",
        "listener.name.secured.scram-sha-512.sasl.jaas.config": (
            "org.apache.kafka.common.security.scram.ScramLoginModule required;"
        ),
        "ssl.keystore.type": "PEM",
        "ssl.keystore.location": str(folder / "server.pem"),
        "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
        "super.users": "User:ANONYMOUS",
    }


# ---- the two requests by which rights are granted, which the client lacks

_RESULT = Array(("error_code", Int16), ("error", String("utf-8")))
_BINDING = Array(
    ("resource", Int8), ("name", String("utf-8")), ("grade", Int8), ("principal", String("utf-8")),
    ("host", String("utf-8")), ("operation", Int8), ("permission", Int8),
)  # fmt: skip


class _Created(Response):
    API_KEY, API_VERSION = 30, 1
    SCHEMA = Schema(("throttle", Int32), ("results", _RESULT))


class _CreateAclsV1(RequestStruct):
    API_KEY, API_VERSION, RESPONSE_TYPE = 30, 1, _Created
    SCHEMA = Schema(("bindings", _BINDING))


class _CreateAcls(Request[_CreateAclsV1]):
    API_KEY = 30

    def __init__(self, rows: list[tuple[object, ...]]) -> None:
        self._rows = rows

    def build(self, request_struct_class: type[_CreateAclsV1]) -> _CreateAclsV1:
        return request_struct_class(self._rows)


class _Deleted(Response):
    API_KEY, API_VERSION = 31, 1
    SCHEMA = Schema(
        ("throttle", Int32),
        ("results", Array(
            ("error_code", Int16), ("error", String("utf-8")),
            ("matching", Array(
                ("error_code", Int16), ("error", String("utf-8")), ("resource", Int8), ("name", String("utf-8")),
                ("grade", Int8), ("principal", String("utf-8")), ("host", String("utf-8")), ("operation", Int8),
                ("permission", Int8),
            )),
        )),
    )  # fmt: skip


class _DeleteAclsV1(RequestStruct):
    API_KEY, API_VERSION, RESPONSE_TYPE = 31, 1, _Deleted
    SCHEMA = Schema(("filters", _BINDING))


class _DeleteAcls(Request[_DeleteAclsV1]):
    API_KEY = 31

    def __init__(self, rows: list[tuple[object, ...]]) -> None:
        self._rows = rows

    def build(self, request_struct_class: type[_DeleteAclsV1]) -> _DeleteAclsV1:
        return request_struct_class(self._rows)
