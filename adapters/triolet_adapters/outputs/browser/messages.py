"""The messages of a page and of its server: read, checked, written. `messages.md` describes them."""

from __future__ import annotations

import json
from typing import Any, cast

import attrs

VERSION = 1
HEADER = 8
"""Bytes before the audio: the place of its first sample."""
OURS = '"audio.'
"""What is in each message of ours: nearly all others are tokens, which are no JSON at all."""
FASTEST = 4.0
"""Seconds of audio that a page may play in a second: nobody listens to speech as fast as that."""


@attrs.frozen
class Hello:
    """A page has connected."""

    version: int
    session: str | None
    played: int
    received: int
    codecs: tuple[str, ...]


@attrs.frozen
class Position:
    """How far a page has played."""

    played: int
    buffered: int
    underruns: int
    pace: float
    """Seconds that it plays in a second, until it tells again; 0 for a page that tells nothing of it."""


@attrs.frozen
class Cleared:
    """A page has dropped what it had."""

    id: int
    played: int


@attrs.frozen
class Sound:
    """The browser has started or stopped the sound."""

    state: str


@attrs.frozen
class Bye:
    """The page is left; nobody comes back."""


FromPage = Hello | Position | Cleared | Sound | Bye


class BadMessage(ValueError):
    """A page has sent what is no message of this protocol."""


def read(text: str) -> FromPage | None:
    """What a page says. None: the message belongs to the application.

    Raises:
        BadMessage: it begins as one of ours, and is none.
    """
    if OURS not in text:
        return None
    try:
        parsed = json.loads(text)
    except ValueError:
        return None
    except RecursionError:  # the application's own reading would break on it as well
        raise BadMessage("the page sent JSON that is nested too deeply") from None
    if not isinstance(parsed, dict):
        return None
    message = cast("dict[str, Any]", parsed)
    kind = message.get("type")
    if not isinstance(kind, str) or not kind.startswith(OURS[1:]):
        return None
    try:
        match kind:
            case "audio.hello":
                session = message.get("session")
                return Hello(
                    version=_count(message, "version"),
                    session=session if isinstance(session, str) else None,
                    played=_count(message, "played"),
                    received=_count(message, "received"),
                    codecs=_texts(message.get("codecs")),
                )
            case "audio.position":
                played, buffered, underruns = (_count(message, name) for name in ("played", "buffered", "underruns"))
                return Position(played, buffered, underruns, _pace(message.get("pace", 0)))
            case "audio.cleared":
                return Cleared(_count(message, "id"), _count(message, "played"))
            case "audio.state":
                return Sound(str(message.get("state"))[:40])
            case "audio.bye":
                return Bye()
            case _:
                raise BadMessage(f"the page sent {kind[:40]!r}, which is no message of version {VERSION}")
    except BadMessage as error:
        raise BadMessage(f"{error} (in a message {kind[:40]!r} from the page)") from None


def _texts(value: object) -> tuple[str, ...]:
    """The texts of a list; what is no list has none."""
    return (
        tuple(each for each in cast("list[object]", value) if isinstance(each, str)) if isinstance(value, list) else ()
    )


def _count(message: dict[str, Any], name: str) -> int:
    value = message.get(name)
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < 2**53:
        raise BadMessage(f"{name!r} is {str(value)[:40]!r}; it must be a whole number, 0 or more")
    return value


def _pace(value: object) -> float:
    if not isinstance(value, int | float) or isinstance(value, bool) or not 0 <= value <= FASTEST:
        raise BadMessage(f"'pace' is {str(value)[:40]!r}; it must be a number from 0 to {FASTEST:g}")
    return float(value)


def audio(place: int, data: bytes) -> bytes:
    """A binary message."""
    return place.to_bytes(HEADER, "little") + data


def packet(place: int, skip: int, count: int, data: bytes) -> bytes:
    """A binary message with a packet of Opus: of its samples, `count` behind the first `skip` are to be played."""
    return place.to_bytes(HEADER, "little") + skip.to_bytes(2, "little") + count.to_bytes(2, "little") + data


def opened(*, session: str, rate: int, codec: str, place: int, jitter: float) -> str:
    """What the audio is, and where it goes on."""
    return json.dumps(
        {
            "type": "audio.open",
            "version": VERSION,
            "session": session,
            "rate": rate,
            "codec": codec,
            "place": place,
            "jitter": jitter,
        }
    )


def clear(number: int) -> str:
    """Drop what was sent."""
    return json.dumps({"type": "audio.clear", "id": number})


PAUSE = json.dumps({"type": "audio.pause"})
RESUME = json.dumps({"type": "audio.resume"})
END = json.dumps({"type": "audio.end"})
