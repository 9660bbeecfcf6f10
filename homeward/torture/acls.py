"""The two requests by which rights are granted and taken away in Kafka, which the client lacks."""

from collections.abc import Sequence

from aiokafka.client import AIOKafkaClient  # type: ignore[import-untyped]
from aiokafka.protocol.api import Request, RequestStruct, Response  # type: ignore[import-untyped]
from aiokafka.protocol.types import Array, Int8, Int16, Int32, Schema, String  # type: ignore[import-untyped]

ALLOW, LITERAL, PREFIXED, TOPIC, GROUP, READ, WRITE, DESCRIBE = 3, 3, 4, 2, 3, 3, 4, 8
"""Kafka's numbers: what is said, how a name is meant, of what, and to do what."""


async def change_rights(bootstrap: str, request: Request) -> None:
    """Has the request carried out by the server."""
    client = AIOKafkaClient(bootstrap_servers=bootstrap)
    await client.bootstrap()
    try:
        answer = await client.send(client.get_random_node(), request)
    finally:
        await client.close()
    assert all(result[0] == 0 for result in answer.results), answer


_RESULT = Array(("error_code", Int16), ("error", String("utf-8")))
_BINDING = Array(
    ("resource", Int8), ("name", String("utf-8")), ("grade", Int8), ("principal", String("utf-8")),
    ("host", String("utf-8")), ("operation", Int8), ("permission", Int8),
)  # fmt: skip


class _Created(Response):  # type: ignore[misc]
    API_KEY, API_VERSION = 30, 1
    SCHEMA = Schema(("throttle", Int32), ("results", _RESULT))


class _CreateAclsV1(RequestStruct):  # type: ignore[misc]
    API_KEY, API_VERSION, RESPONSE_TYPE = 30, 1, _Created
    SCHEMA = Schema(("bindings", _BINDING))


class CreateAcls(Request[_CreateAclsV1]):  # type: ignore[misc]
    """Grants what each row says: resource, name, grade, principal, host, operation, permission."""

    API_KEY = 30

    def __init__(self, rows: Sequence[tuple[object, ...]]) -> None:
        self._rows = rows

    def build(self, request_struct_class: type[_CreateAclsV1]) -> _CreateAclsV1:
        return request_struct_class([*self._rows])


class _Deleted(Response):  # type: ignore[misc]
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


class _DeleteAclsV1(RequestStruct):  # type: ignore[misc]
    API_KEY, API_VERSION, RESPONSE_TYPE = 31, 1, _Deleted
    SCHEMA = Schema(("filters", _BINDING))


class DeleteAcls(Request[_DeleteAclsV1]):  # type: ignore[misc]
    """Takes away what each row says, in the same words."""

    API_KEY = 31

    def __init__(self, rows: Sequence[tuple[object, ...]]) -> None:
        self._rows = rows

    def build(self, request_struct_class: type[_DeleteAclsV1]) -> _DeleteAclsV1:
        return request_struct_class([*self._rows])
