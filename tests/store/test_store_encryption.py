"""What is said to Postgres beyond this machine is encrypted, and only for a server that shows a certificate for its
name."""

from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import make_url

from homeward.torture.line import line_to
from store import Store
from store.encryption import encryption, is_here
from store.errors import StoreForbiddenError
from tests.producers.certificates import issue


@pytest.mark.parametrize("host", [None, "localhost", "127.0.0.1", "127.8.8.8", "::1", "/run/postgresql"])
def test_this_machine_is_known_by_its_names(host: str | None) -> None:
    assert is_here(host)


@pytest.mark.parametrize("host", ["db.example", "10.0.0.7", "127.example", "localhost.example", "0.0.0.0"])
def test_every_other_host_is_elsewhere(host: str) -> None:
    assert not is_here(host)


@pytest.mark.parametrize(
    ("where", "verified"),
    [
        ("hub@db.example/homeward", True),
        ("hub@db.example/homeward?ssl=verify-full", True),
        ("hub@/homeward?host=db.example", True),
        ("hub@db.example/homeward?ssl=prefer", False),
        ("hub@localhost/homeward", False),
    ],
)
def test_beyond_this_machine_the_server_shows_who_it_is_unless_the_url_says_otherwise(
    where: str, verified: bool
) -> None:
    bare, said = encryption(make_url(f"postgresql+asyncpg://{where}"))
    assert bool(getattr(said.get("ssl"), "check_hostname", False)) is verified
    assert "ssl" not in bare.query


@pytest.mark.postgres
async def test_a_certificate_is_accepted_by_its_authority_and_for_its_name_alone(
    postgres: Callable[[], str], tmp_path: Path
) -> None:
    ca, tls = issue(tmp_path)
    async with line_to(postgres(), tls) as line:
        url = make_url(line.url).set(host="localhost").update_query_dict({"ssl": "verify-full"})
        trusting = url.update_query_dict({"sslrootcert": str(ca)})
        await _asked(trusting.render_as_string(False))
        with pytest.raises(StoreForbiddenError, match=r"certificate is not accepted .*HOMEWARD_DATABASE_CA_FILE"):
            await _asked(url.render_as_string(False))
        with pytest.raises(StoreForbiddenError, match=r"certificate is not accepted .*127.0.0.1"):
            await _asked(trusting.set(host="127.0.0.1").render_as_string(False))


@pytest.mark.postgres
async def test_a_server_that_takes_no_encryption_is_left_with_the_mend(postgres: Callable[[], str]) -> None:
    async with line_to(postgres()) as line:
        with pytest.raises(StoreForbiddenError, match=r"takes no TLS.*HOMEWARD_CLEAR_TEXT"):
            await _asked(f"{line.url}?ssl=verify-full")


async def _asked(url: str) -> None:
    store = Store.open(url)
    try:
        async with store.reading_connection():
            pass
    finally:
        await store.close()
