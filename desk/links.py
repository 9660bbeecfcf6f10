"""Links that need no account: the id of an outbox row, signed, so that nobody can make one up or alter one. The same
row gives the same link on every attempt. How long it can be used is told by the message itself."""

from itsdangerous import BadSignature, URLSafeSerializer

_SALT = "homeward acknowledgement by link"


def sign(secret: str, row: str) -> str:
    """What stands in the link of an e-mail."""
    return str(URLSafeSerializer(secret, _SALT).dumps(row))


def read_link(secret: str, token: str) -> str | None:
    """The row of a link; None where it was not made with this secret."""
    try:
        row = URLSafeSerializer(secret, _SALT).loads(token)
    except BadSignature:
        return None
    return row if isinstance(row, str) else None
