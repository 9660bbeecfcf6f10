"""Decompression with a bound: what a compressed batch of records holds, or as much of it as memory is given for. A few
kilobytes can stand for a gigabyte, and the client's own decompression asks for no limit."""

import struct
import zlib
from collections.abc import Callable, Iterator
from functools import lru_cache
from mmap import mmap
from tempfile import TemporaryFile

import cramjam

MOST = 32 * 1024 * 1024
"""Bytes to which a batch is decompressed in memory. Honest batches hold a megabyte or two."""

FAR = 128 * 1024 * 1024
"""Bytes to which a larger one is decompressed, into a file, so that each of its records comes out by itself."""

NONE, GZIP, SNAPPY, LZ4, ZSTD = range(5)
"""The codecs by their numbers in the attributes of a batch."""

_FIRST_GUESS = 64 * 1024
_PART = 1024 * 1024
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


@lru_cache(maxsize=1)
def inflate_far(codec: int, data: bytes, most: int = FAR) -> tuple[bytes | mmap, bool]:
    """The same for what memory is not given for: into a file without a name. The last one is kept, as a large batch is
    read in parts; `inflate_far.cache_clear` gives it back. Raises CodecError."""
    with TemporaryFile() as file:
        file.truncate(most)
        room = mmap(file.fileno(), most)
    try:
        length, is_whole = _fill(_INTO[codec], data, room) if codec in _INTO else _write(_PARTS[codec](data), room)
    except (zlib.error, cramjam.DecompressionError, struct.error, OSError):
        raise CodecError("it cannot be decompressed") from None
    if length == 0:
        return b"", is_whole
    room.resize(length)
    return room, is_whole


def _write(parts: Iterator[bytes], room: mmap) -> tuple[int, bool]:
    place = 0
    for part in parts:
        end = min(place + len(part), len(room))
        room[place:end] = part[: end - place]
        if place + len(part) > len(room):
            return len(room), False
        place = end
    return place, True


def _fill(decompress: Callable[[bytes, mmap], int], data: bytes, room: mmap) -> tuple[int, bool]:
    try:
        return decompress(data, room), True
    except cramjam.DecompressionError as error:
        if "whole buffer" not in str(error):
            raise
    return len(room), False


def _gzip(data: bytes) -> Iterator[bytes]:
    """Several members may follow one another, as in a file."""
    rest = data
    while rest:
        member = zlib.decompressobj(wbits=31)
        while not member.eof:
            part = member.decompress(rest, _PART)
            rest = member.unconsumed_tail
            if not part and not member.eof:
                raise CodecError("it cannot be decompressed")
            yield part
        rest = member.unused_data.lstrip(b"\0")


def _snappy(data: bytes) -> Iterator[bytes]:
    """One raw block, or the blocks that Java's library writes, each with its length before it."""
    if not data.startswith(_XERIAL):
        yield _block(data)
        return
    place = _XERIAL_HEAD
    while place < len(data):
        (length,) = struct.unpack_from("!i", data, place)
        if not 0 < length <= len(data) - place - 4:
            raise CodecError("it cannot be decompressed")
        yield _block(data[place + 4 : place + 4 + length])
        place += 4 + length


def _block(data: bytes) -> bytes:
    """No block is decompressed that claims more than it can hold, or more than memory is given for: it comes whole or
    not at all."""
    claimed = cramjam.snappy.decompress_raw_len(data)
    if claimed > _SNAPPY_RATIO * len(data):
        raise CodecError("it cannot be decompressed")
    if claimed > MOST:
        raise CodecError("a block of it is too large when decompressed: send smaller batches")
    return bytes(cramjam.snappy.decompress_raw(data))


def _joined(parts_of: Callable[[bytes], Iterator[bytes]]) -> Callable[[bytes, int], tuple[bytes, bool]]:
    """By what decompresses in parts of a size that is bounded."""

    def inflated(data: bytes, most: int) -> tuple[bytes, bool]:
        found = bytearray()
        for part in parts_of(data):
            found += part
            if len(found) > most:
                del found[most:]
                return bytes(found), False
        return bytes(found), True

    return inflated


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


_PARTS = {GZIP: _gzip, SNAPPY: _snappy}
_INTO = {LZ4: cramjam.lz4.decompress_into, ZSTD: cramjam.zstd.decompress_into}
_CODECS: dict[int, Callable[[bytes, int], tuple[bytes, bool]]] = {
    **{codec: _joined(parts_of) for codec, parts_of in _PARTS.items()},
    **{codec: _into(decompress) for codec, decompress in _INTO.items()},
}
