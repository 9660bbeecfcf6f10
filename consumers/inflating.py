"""Decompression with a bound: what a compressed batch of records holds, or as much of it as memory is given for. A few
kilobytes can stand for a gigabyte, and the client's own decompression asks for no limit."""

import struct
import zlib
from collections.abc import Callable

import cramjam

MOST = 32 * 1024 * 1024
"""Bytes to which a batch is decompressed. Honest batches hold a megabyte or two."""

NONE, GZIP, SNAPPY, LZ4, ZSTD = range(5)
"""The codecs by their numbers in the attributes of a batch."""

_FIRST_GUESS = 64 * 1024
_XERIAL = b"\x82SNAPPY\x00"
_XERIAL_HEAD = 16
_SNAPPY_RATIO = 64  # no snappy block is shorter than this part of what it claims to hold


class CodecError(Exception):
    """The bytes are not what their codec says, or there is no such codec."""


def inflate(codec: int, data: bytes, most: int = MOST) -> tuple[bytes, bool]:
    """The first `most` bytes of what `data` holds, and whether that is all of it. Raises CodecError."""
    if codec == NONE:
        return data, True
    if codec not in _CODECS:
        raise CodecError("its codec is not known")
    try:
        return _CODECS[codec](data, most)
    except (zlib.error, cramjam.DecompressionError, struct.error, OSError, OverflowError, MemoryError):
        raise CodecError("it cannot be decompressed") from None


def _gzip(data: bytes, most: int) -> tuple[bytes, bool]:
    """Several members may follow one another, as in a file."""
    found, rest = bytearray(), data
    while rest:
        member = zlib.decompressobj(wbits=31)
        found += member.decompress(rest, most - len(found) + 1)
        if len(found) > most:
            del found[most:]
            return bytes(found), False
        if not member.eof:
            raise CodecError("it cannot be decompressed")
        rest = member.unused_data.lstrip(b"\0")
    return bytes(found), True


def _into(decompress: Callable[[bytes, bytearray], int]) -> Callable[[bytes, int], tuple[bytes, bool]]:
    """By a decompressor that fills a buffer and complains where the buffer is too small."""

    def inflated(data: bytes, most: int) -> tuple[bytes, bool]:
        size = min(most, max(_FIRST_GUESS, 8 * len(data)))
        while True:
            room = bytearray(size)
            try:
                return bytes(memoryview(room)[: decompress(data, room)]), True
            except cramjam.DecompressionError as error:
                if "whole buffer" not in str(error):
                    raise
            if size == most:
                return bytes(room), False
            size = min(most, size * 8)

    return inflated


def _snappy(data: bytes, most: int) -> tuple[bytes, bool]:
    """One raw block, or the blocks that Java's library writes, each with its length before it."""
    if not data.startswith(_XERIAL):
        return _block(data, most)
    found, place = bytearray(), _XERIAL_HEAD
    while place < len(data):
        (length,) = struct.unpack_from("!i", data, place)
        if not 0 < length <= len(data) - place - 4:
            raise CodecError("it cannot be decompressed")
        part, whole = _block(data[place + 4 : place + 4 + length], most - len(found))
        found += part
        if not whole:
            return bytes(found), False
        place += 4 + length
    return bytes(found), True


def _block(data: bytes, most: int) -> tuple[bytes, bool]:
    claimed = cramjam.snappy.decompress_raw_len(data)
    if claimed > _SNAPPY_RATIO * len(data):
        raise CodecError("it cannot be decompressed")
    return (bytes(cramjam.snappy.decompress_raw(data)), True) if claimed <= most else (b"", False)


_CODECS: dict[int, Callable[[bytes, int], tuple[bytes, bool]]] = {
    GZIP: _gzip,
    SNAPPY: _snappy,
    LZ4: _into(cramjam.lz4.decompress_into),
    ZSTD: _into(cramjam.zstd.decompress_into),
}
