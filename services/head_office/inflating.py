"""Gzip as it comes over the line, piece by piece, so that no small answer becomes a large one in memory."""

import zlib
from collections.abc import Iterable, Iterator

from services.head_office.port import FeedFailed

PIECE = 256 * 1024
GZIP = 16 + zlib.MAX_WBITS
PLAIN = "identity"


def unpacked(encoding: str, chunks: Iterable[bytes]) -> Iterator[bytes]:
    """The content of an answer, by its Content-Encoding, in pieces. Raises FeedFailed."""
    packed = encoding.strip().lower() or PLAIN
    if packed not in (PLAIN, "gzip"):
        raise FeedFailed("not_gzip", f"It is packed as {packed[:40]!r}, which was not asked for.")
    return inflated(chunks) if packed == "gzip" else iter(chunks)


def inflated(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """The content of one or more gzip members, in pieces. Raises FeedFailed for what is none, or breaks off."""
    member = zlib.decompressobj(GZIP)
    for chunk in chunks:
        rest = chunk
        while rest:
            if member.eof:
                member = zlib.decompressobj(GZIP)
            yield _piece(member, rest)
            rest = member.unconsumed_tail or member.unused_data
    while piece := _piece(member, b""):
        yield piece
    if not member.eof:
        raise FeedFailed("broke_off", "It broke off in the middle of its compressed bytes.")


def _piece(member: "zlib._Decompress", content: bytes) -> bytes:
    try:
        return member.decompress(content, PIECE)
    except zlib.error as error:
        raise FeedFailed("not_gzip", "Its compressed bytes cannot be read.") from error
