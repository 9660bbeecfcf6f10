"""Bytes of unknown making, shown so that they do a terminal no harm. Whether they may be shown is told elsewhere."""


def as_text(value: bytes) -> str:
    """The bytes read as UTF-8, with what is not text, or would move the cursor, written as escapes."""
    text = value.decode("utf-8", errors="backslashreplace")
    return "".join(
        sign if sign.isprintable() or sign == "\n" else sign.encode("unicode_escape").decode() for sign in text
    )


def hexdump(value: bytes) -> str:
    """Sixteen bytes a line: offset, hex, and what is printable ASCII of them."""
    lines = []
    for start in range(0, len(value), 16):
        part = value[start : start + 16]
        signs = "".join(chr(byte) if 32 <= byte < 127 else "." for byte in part)
        lines.append(f"{start:08x}  {part.hex(' '):<47}  {signs}")
    return "\n".join(lines)
