"""Time stamps by RFC 3161: a service that has never seen the ledger signs that a root was there at an instant. It is
given a hash and nothing else. Kept is its whole answer, so that anybody can check it, also with `openssl ts
-verify`."""

import asyncio
import urllib.request
from collections.abc import Sequence
from datetime import datetime
from http.client import HTTPException

from cryptography import x509
from rfc3161_client import (
    HashAlgorithm,
    TimestampRequestBuilder,
    TimeStampResponse,
    VerificationError,
    VerifierBuilder,
    decode_timestamp_response,
)

from store import Store
from store.roots import LedgerRoot
from store.sealing import LedgerStamp

_WITHIN = 30.0  # seconds
_MOST = 100_000  # bytes of an answer
_GRANTED = 0


class StampError(Exception):
    """Why there is no stamp. Names nobody."""


async def stamped(root: LedgerRoot, url: str, now: datetime) -> LedgerStamp:
    """What the service says of a root. Raises StampError where it does not answer, or not what was asked."""
    request = TimestampRequestBuilder().data(_message(root)).hash_algorithm(HashAlgorithm.SHA256).build()
    token = await asyncio.to_thread(_asked, url, request.as_bytes())
    try:
        answer = decode_timestamp_response(token)
        if answer.status != _GRANTED:
            raise StampError(f"The service at {url} did not grant it (status {answer.status})")
        if (answer.tst_info.nonce, _imprint(answer)) != (request.nonce, request.message_imprint.message):
            raise StampError(f"The service at {url} answered another question")
    except ValueError:
        raise StampError(f"The service at {url} did not answer as RFC 3161 says") from None
    return LedgerStamp(root.number, now, url, token)


async def stamp_newest(store: Store, url: str, now: datetime) -> LedgerRoot | None:
    """Has the newest root stamped, unless it is, and keeps that. None where there is no root. Raises StampError."""
    async with store.reading() as tx:
        root = await tx.newest_root()
        is_stamped = root is None or await tx.is_stamped(root.number)
    if root is not None and not is_stamped:
        await keep_stamp(store, root, url, now)
    return root


async def keep_stamp(store: Store, root: LedgerRoot, url: str, now: datetime) -> None:
    """Has a root stamped, and keeps that. Raises StampError."""
    stamp = await stamped(root, url, now)
    async with store.transaction(brief=True) as tx:
        await tx.stamp([stamp])


def stamp_fault(stamp: LedgerStamp, root: LedgerRoot | None, trusted: Sequence[x509.Certificate]) -> str | None:
    """What is wrong with a stamp, given the certificates of the service and of who vouches for it; None: it was given
    by one of them, for this root."""
    if root is None:
        return "there is no such root"
    verifier = VerifierBuilder()
    for certificate in trusted:
        is_root = certificate.issuer == certificate.subject
        add = verifier.add_root_certificate if is_root else verifier.add_intermediate_certificate
        verifier = add(certificate)
    try:
        verifier.build().verify_message(decode_timestamp_response(stamp.token), _message(root))
    except (ValueError, VerificationError) as error:
        return f"{error}"
    return None


def stamp_time(stamp: LedgerStamp) -> datetime | None:
    """The instant that the service has signed; None where its answer cannot be read."""
    try:
        return decode_timestamp_response(stamp.token).tst_info.gen_time
    except ValueError:
        return None


def _message(root: LedgerRoot) -> bytes:
    """What is stamped: the root as it is written everywhere, as text."""
    return root.root.encode()


def _imprint(answer: TimeStampResponse) -> bytes:
    return answer.tst_info.message_imprint.message


def _asked(url: str, request: bytes) -> bytes:
    headers = {"Content-Type": "application/timestamp-query", "Accept": "application/timestamp-reply"}
    question = urllib.request.Request(url, request, headers)  # noqa: S310 - a setting, which is of http or https
    try:
        with urllib.request.urlopen(question, timeout=_WITHIN) as answer:  # noqa: S310
            return bytes(answer.read(_MOST))
    except (OSError, HTTPException) as error:
        raise StampError(f"The service at {url} cannot be reached ({type(error).__name__})") from None
