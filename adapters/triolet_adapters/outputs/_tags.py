"""The front of a file, with its title, its text and its chapters. They are known when its audio is there already."""

from __future__ import annotations

import itertools
import struct
from collections.abc import Iterator

from triolet_adapters.outputs._codecs import Chapter

LONGEST = 60_000
"""Bytes of comments in an Ogg file: what one page holds (255 x 255) with some to spare. More pages would change the numbers of all that
follow."""

MOST = 1_000
"""Chapters in a comment, with the end of the last: their names have three digits."""

_ID3 = {"title": b"TIT2", "artist": b"TPE1", "album": b"TALB", "date": b"TDRC"}


def front(kind: str, old: bytes, tags: dict[str, str], chapters: list[Chapter], rate: int) -> tuple[bytes, int]:
    """The new front of a file that begins with `old`, and how many bytes of the old one it replaces."""
    if kind == "mp3":
        return _id3(tags, chapters, rate), _id3_size(old)
    if kind == "flac":
        return _flac(old, tags, chapters, rate)
    return _ogg(old, tags, chapters, rate)


def _milliseconds(sample: int, rate: int) -> int:
    return sample * 1000 // rate


def _id3(tags: dict[str, str], chapters: list[Chapter], rate: int) -> bytes:
    """An ID3v2.4 tag; chapters by the addendum "ID3v2 Chapter Frame"."""
    frames = b"".join(_frame(_ID3[name], b"\3" + value.encode()) for name, value in tags.items() if name in _ID3)
    if "comment" in tags:
        frames += _frame(b"COMM", b"\3und\0" + tags["comment"].encode())
    names = [b"c%d\0" % number for number in range(len(chapters))][:255]  # a table of contents counts them in a byte
    if names:
        frames += _frame(b"CTOC", b"toc\0\3" + bytes([len(names)]) + b"".join(names))
    for number, (start, end, title) in enumerate(_spans(chapters, rate)):
        times = struct.pack(">4I", start, end, 0xFFFF_FFFF, 0xFFFF_FFFF)
        frames += _frame(b"CHAP", b"c%d\0" % number + times + _frame(b"TIT2", b"\3" + title.encode()))
    return b"ID3\4\0\0" + _syncsafe(len(frames)) + frames


def _spans(chapters: list[Chapter], rate: int) -> Iterator[tuple[int, int, str]]:
    """Each but the last, which only ends them: its start and end in milliseconds, and its title."""
    for chapter, following in itertools.pairwise(chapters):
        yield _milliseconds(chapter.start, rate), _milliseconds(following.start, rate), chapter.title


def _frame(name: bytes, body: bytes) -> bytes:
    return name + _syncsafe(len(body)) + b"\0\0" + body


def _syncsafe(number: int) -> bytes:
    return bytes(number >> shift & 0x7F for shift in (21, 14, 7, 0))


def _id3_size(old: bytes) -> int:
    if old[:3] != b"ID3":
        return 0
    a, b, c, d = old[6:10]
    return 10 + (a << 21 | b << 14 | c << 7 | d)


def _comments(tags: dict[str, str], chapters: list[Chapter], rate: int) -> bytes:
    """A Vorbis comment. Chapters as CHAPTER001=00:00:00.000 and CHAPTER001NAME, which players read."""
    while len(chapters) > MOST:
        chapters = _fewer(chapters)
    entries = [f"{name.upper()}={value}" for name, value in tags.items()]
    for number, (start, _, title) in enumerate(_spans(chapters, rate), 1):
        hours, rest = divmod(start, 3_600_000)
        minutes, rest = divmod(rest, 60_000)
        seconds, rest = divmod(rest, 1000)
        entries.append(f"CHAPTER{number:03}={hours:02}:{minutes:02}:{seconds:02}.{rest:03}")
        entries.append(f"CHAPTER{number:03}NAME={title}")
    vendor = b"triolet"
    listed = b"".join(struct.pack("<I", len(entry)) + entry for entry in map(str.encode, entries))
    return struct.pack("<I", len(vendor)) + vendor + struct.pack("<I", len(entries)) + listed


def _fewer(chapters: list[Chapter]) -> list[Chapter]:
    """Every second one, and the end of the last."""
    return chapters[:-1:2] + chapters[-1:] if len(chapters) > 2 else []


def _flac(old: bytes, tags: dict[str, str], chapters: list[Chapter], rate: int) -> tuple[bytes, int]:
    """STREAMINFO as it is, then the comment; what else was before the audio goes."""
    at, last = 4, False
    while not last:
        last, size = bool(old[at] & 0x80), int.from_bytes(old[at + 1 : at + 4], "big")
        at += 4 + size
    comment = _comments(tags, chapters, rate)
    info = old[:4] + b"\0" + old[5:42]  # its 34 bytes and their head
    return info + b"\x84" + len(comment).to_bytes(3, "big") + comment, at


def _ogg(old: bytes, tags: dict[str, str], chapters: list[Chapter], rate: int) -> tuple[bytes, int]:
    """The first page as it is; the second, which has the comments, anew."""
    first = _page_size(old, 0)
    second = _page_size(old, first)
    comment = b"OpusTags" + _comments(tags, chapters, rate)
    if len(comment) > LONGEST:
        tags = {**tags, "comment": ""}  # the chapters have the words too
    while len(comment) > LONGEST:
        comment = b"OpusTags" + _comments(tags, chapters, rate)
        chapters = _fewer(chapters)
    segments = [255] * (len(comment) // 255) + [len(comment) % 255]
    head = old[first : first + 22] + bytes(4) + bytes([len(segments), *segments])
    page = bytearray(head + comment)
    page[22:26] = struct.pack("<I", _crc(page))
    return old[:first] + bytes(page), first + second


def _page_size(data: bytes, at: int) -> int:
    segments = data[at + 26]
    return 27 + segments + sum(data[at + 27 : at + 27 + segments])


def _crc(page: bytes | bytearray) -> int:
    """The checksum of a page (RFC 3533): polynomial 0x04C11DB7, no bit reversed, from 0."""
    crc = 0
    for byte in page:
        crc = (crc << 8 & 0xFFFF_FFFF) ^ _TABLE[crc >> 24 ^ byte]
    return crc


def _row(value: int) -> int:
    value <<= 24
    for _ in range(8):
        value = (value << 1 ^ (0x04C1_1DB7 if value & 0x8000_0000 else 0)) & 0xFFFF_FFFF
    return value


_TABLE = [_row(value) for value in range(256)]


def with_comment(moov: bytes, tags: dict[str, str]) -> bytes:
    """The `moov` box of an M4A file, with the comment among its tags."""
    text = tags.get("comment", "").encode()
    places = [0]
    for name, skipped in ((b"udta", 8), (b"meta", 8), (b"ilst", 12)):  # `meta` has 4 bytes of its own before its boxes
        place = _find(moov, places[-1], skipped, name)
        if place is None:
            return moov
        places.append(place)
    if not text:
        return moov
    item = _box(b"\xa9cmt", _box(b"data", struct.pack(">II", 1, 0) + text))
    changed = bytearray(moov)
    for at in places:
        changed[at : at + 4] = (_size(moov, at) + len(item)).to_bytes(4, "big")
    end = places[-1] + _size(moov, places[-1])
    changed[end:end] = item
    return bytes(changed)


def _find(data: bytes, box: int, skipped: int, name: bytes) -> int | None:
    """Where in a box the box of this name begins."""
    at, end = box + skipped, box + _size(data, box)
    while at + 8 <= end and _size(data, at) >= 8:
        if data[at + 4 : at + 8] == name:
            return at
        at += _size(data, at)
    return None


def _size(data: bytes, at: int) -> int:
    return int.from_bytes(data[at : at + 4], "big")


def _box(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", 8 + len(body)) + name + body
