"""What the status codes of mail servers (RFC 3463) mean for whoever has to put it right."""

STATUS_MEANINGS = {
    "5.1.1": "no such mailbox. Correct the address in the directory",
    "5.1.10": "no such mailbox. Correct the address in the directory",
    "5.1.2": "no such domain. Correct the address in the directory",
    "5.2.1": "the mailbox is closed. Correct the address in the directory",
    "5.2.2": "the mailbox is full. Ask its owner to make room",
    "5.3.4": "the message is too large for the server",
    "5.4.1": "the recipient's server does not take it. Correct the address in the directory",
    "5.4.7": "the recipient's server could not be reached for too long. Release it to send it again",
    "5.7.1": "the hub is not allowed to send there. Ask whoever runs the mail server",
}


def with_meaning(text: str, status: str | None) -> str:
    """The text with what its status means, where that is known."""
    meaning = STATUS_MEANINGS.get(status or "")
    return f"{text}: {meaning}" if meaning else text
