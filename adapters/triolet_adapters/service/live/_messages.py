"""The messages of `WS /v1/speech` besides those of the audio: what may be said, read, checked and written.

The AsyncAPI document is made of these classes, so what is written here is what clients are told.
"""

from __future__ import annotations

import json
import types
import typing
from collections.abc import Mapping
from typing import Any, ClassVar, TypeVar, cast

import attrs

from triolet_adapters.shared.json import dumps

VERSION = 1

AUDIO = "audio."
"""How the types of messages about the audio begin (`triolet_adapters.outputs.browser`)."""

LONGEST_QUOTE = 40
"""Characters of a client's message that an error repeats."""


class BadMessage(ValueError):
    """A client has sent what is no message of this protocol. The text says what to send."""


def _said(description: str, **options: Any) -> Any:
    return attrs.field(metadata={"description": description}, **options)


@attrs.frozen(kw_only=True)
class Message:
    """A message of this protocol."""

    TYPE: ClassVar[str]


# ------------------------------------------------------------------------------------------------------ from the client


@attrs.frozen(kw_only=True)
class TurnStart(Message):
    """Begins a turn with settings of its own. Without it, the first text begins one. A turn that is being written ends here."""

    TYPE = "turn.start"
    voice: str | None = _said("Another voice of the same model, for this turn.", default=None)
    language: str | None = _said("Another language, as the voice names it.", default=None)
    instructions: str | None = _said("How to speak, where the voice takes instructions.", default=None)


@attrs.frozen(kw_only=True)
class Text(Message):
    """More text of the turn, as the language model writes it. A text message that is no JSON object with a `type` is the same."""

    TYPE = "text"
    text: str = _said("Any part of the text: a token, a word, all of it. White space counts.")


@attrs.frozen(kw_only=True)
class TurnEnd(Message):
    """The text of the turn is complete. What follows belongs to the next one, which is spoken after it."""

    TYPE = "turn.end"


@attrs.frozen(kw_only=True)
class Ask(Message):
    """A turn whose text the service's own language model writes, in answer to this."""

    TYPE = "ask"
    text: str = _said("The question.")


@attrs.frozen(kw_only=True)
class Interrupt(Message):
    """Silence at once, and no more of the turns so far, those that wait included."""

    TYPE = "interrupt"


@attrs.frozen(kw_only=True)
class Pause(Message):
    """Stop the sound where it is."""

    TYPE = "pause"


@attrs.frozen(kw_only=True)
class Resume(Message):
    """Go on with the sample after the last one heard."""

    TYPE = "resume"


FromClient = TurnStart | Text | TurnEnd | Ask | Interrupt | Pause | Resume
FROM_CLIENT: tuple[type[Message], ...] = typing.get_args(FromClient)


# ------------------------------------------------------------------------------------------------------ from the server


@attrs.frozen(kw_only=True)
class Numbered(Message):
    """What the server says of a session; kept for a client whose connection breaks."""

    seq: int = _said(
        "Counts the messages of the session, from 1. Connect again with `after` to have those that you missed.",
        default=0,
    )


@attrs.frozen(kw_only=True)
class SessionOpen(Message):
    """The first message on each connection."""

    TYPE = "session.open"
    version: int = _said("Of this protocol: 1.", default=VERSION)
    session: str = _said(
        "Names the session: connect with `session` within `resumable` seconds to go on. As secret as the speech."
    )
    resumed: bool = _said("Whether this is an earlier session that goes on.", default=False)
    resumable: float = _said("Seconds that the session outlives a connection; 0 where the client does not acknowledge.")
    model: str = _said("The model that speaks.")
    voice: str | None = _said("The voice, where the client has named one.", default=None)


@attrs.frozen(kw_only=True)
class OfTurn(Numbered):
    """Something about a turn."""

    turn: int = _said("The turn, from 1.")
    after: float = _said("Seconds since the turn began.", default=0.0)


@attrs.frozen(kw_only=True)
class TurnStarted(OfTurn):
    """The turn is being spoken, or waits for its text."""

    TYPE = "turn.started"
    id: str = _said("Names the turn in the service's logs and traces.")


@attrs.frozen(kw_only=True)
class TurnText(OfTurn):
    """The service's own language model has written this, in answer to `ask`."""

    TYPE = "turn.text"
    text: str = _said("What comes after what it wrote before.")


@attrs.frozen(kw_only=True)
class TurnClause(OfTurn):
    """The segmenter has found the end of a clause."""

    TYPE = "turn.clause"
    start: int = _said("Where it begins in the text of the turn, in code points.")
    end: int = _said("Where it ends.")


@attrs.frozen(kw_only=True)
class PhraseReady(OfTurn):
    """The words of a phrase are known. A phrase is what is committed to the voice at once."""

    TYPE = "phrase.ready"
    phrase: int = _said("The phrase, from 0; so in all messages below.")
    start: int = _said("Where it begins in the text of the turn, in code points.")
    end: int = _said("Where it ends.")
    spoken: str = _said("What is said of it, written for the ear.")


@attrs.frozen(kw_only=True)
class OfPhrase(OfTurn):
    """Something about a phrase."""

    phrase: int = _said("The phrase.")


@attrs.frozen(kw_only=True)
class PhraseCommitted(OfPhrase):
    """The phrase goes to the voice. A second time: its audio was lost, and what is missing is spoken again."""

    TYPE = "phrase.committed"


@attrs.frozen(kw_only=True)
class PhraseSounds(OfPhrase):
    """Its first samples have come from the voice."""

    TYPE = "phrase.audio"


@attrs.frozen(kw_only=True)
class PhrasePlaying(OfPhrase):
    """Its first samples are on the way to the listener."""

    TYPE = "phrase.playing"


@attrs.frozen(kw_only=True)
class PhraseHeard(OfPhrase):
    """How much of it was heard: to its end, or, when the turn ends, as far as it went."""

    TYPE = "phrase.heard"
    whole: bool = _said("Whether all of it was heard.")
    samples: int = _said("The samples of it that were heard.")


@attrs.frozen(kw_only=True)
class PhraseFailed(OfPhrase):
    """The voice has failed in this phrase, and it will not be spoken to its end."""

    TYPE = "phrase.failed"
    reason: str = _said("The error, and what it says.")


@attrs.frozen(kw_only=True)
class TurnAudible(OfTurn):
    """The listener hears the first sound of the turn, `after` so many seconds."""

    TYPE = "turn.audible"


@attrs.frozen(kw_only=True)
class TurnGap(OfTurn):
    """The listener heard silence because the audio was late; it began at `after`."""

    TYPE = "turn.gap"
    seconds: float = _said("How long it lasted.")


@attrs.frozen(kw_only=True)
class TurnHeard(OfTurn):
    """How far the listener has heard the turn, a word at a time. Asked for by `progress=words`."""

    TYPE = "turn.heard"
    end: int = _said("All before this code point of the text of the turn was heard.")
    caption: str = _said("The caption that a screen should show now; empty for none.")
    said: str = _said("The part of the caption that has been said.")


@attrs.frozen(kw_only=True)
class TurnEnded(OfTurn):
    """The turn is over: nothing of it is heard any more. Keep `heard` in the history of the language model."""

    TYPE = "turn.ended"
    heard: str = _said("The part of the text that was heard.")
    unheard: str = _said("The rest of it.")
    interrupted: bool = _said("Whether it was interrupted.")
    error: str | None = _said("The error that ended it; null for none.", default=None)
    estimated: bool = _said("Whether the place where `heard` ends is an estimate.", default=False)
    words: tuple[dict[str, Any], ...] = _said(
        "The words that were heard: text, start, end (code points), begins, ends (seconds since the turn began), estimated.",
        default=(),
    )
    first_audible: float | None = _said("Seconds until the first sound was heard; null: none was.", default=None)
    longest_gap: float = _said("Seconds of the longest silence that was not meant.", default=0.0)
    characters: int = _said("Characters that the voice bills.", default=0)


@attrs.frozen(kw_only=True)
class Failure(Numbered):
    """Something could not be done. The session goes on, unless the connection is closed as well."""

    TYPE = "error"
    code: str = _said(
        "bad_message, too_much_text, unknown_setting, no_language_model, overloaded, draining, paused_too_long, turn_failed, or internal."
    )
    message: str = _said("What is wrong, and what to do.")
    turn: int | None = _said("The turn that it ended; null: none.", default=None)


@attrs.frozen(kw_only=True)
class Draining(Numbered):
    """The service is about to end. Turns that were begun are spoken to their end; connect anew for the next one."""

    TYPE = "draining"
    seconds: float = _said("So long the service waits for them.")


FROM_SERVER: tuple[type[Message], ...] = (
    SessionOpen,
    TurnStarted,
    TurnText,
    TurnClause,
    PhraseReady,
    PhraseCommitted,
    PhraseSounds,
    PhrasePlaying,
    PhraseHeard,
    PhraseFailed,
    TurnAudible,
    TurnGap,
    TurnHeard,
    TurnEnded,
    Failure,
    Draining,
)

# ------------------------------------------------------------------------------------------------------------- both ways

_BY_TYPE = {kind.TYPE: kind for kind in FROM_CLIENT}
_M = TypeVar("_M", bound=Message)


def read(text: str) -> FromClient | None:
    """What a client says. None: it is about the audio.

    Raises:
        BadMessage: it is a JSON object with a type, and no message of this protocol.
    """
    if not text.startswith("{"):
        return Text(text=text)
    try:
        parsed = json.loads(text)
    except ValueError:
        return Text(text=text)
    except RecursionError:
        raise BadMessage("the JSON is nested too deeply") from None
    kind = parsed.get("type")
    if not isinstance(kind, str):
        return Text(text=text)
    if kind.startswith(AUDIO):
        return None
    if kind not in _BY_TYPE:
        raise BadMessage(f"there is no message {kind[:LONGEST_QUOTE]!r}; a client sends {', '.join(_BY_TYPE)}")
    return cast("FromClient", _checked(_BY_TYPE[kind], parsed))


def write(message: Message) -> str:
    """The text of a message."""
    return dumps({"type": message.TYPE, **attrs.asdict(message, recurse=False)})


def hints(kind: type[Message]) -> Mapping[str, Any]:
    """The types of the fields of a message."""
    return {name: hint for name, hint in typing.get_type_hints(kind).items() if name != "TYPE"}


def _checked(kind: type[_M], fields: Mapping[str, Any]) -> _M:
    known = hints(kind)
    if extra := [name for name in fields if name not in known and name != "type"]:
        takes = f"it takes {', '.join(known)}" if known else "it takes none"
        raise BadMessage(f"{kind.TYPE!r} has no field {extra[0][:LONGEST_QUOTE]!r}; {takes}")
    for field in attrs.fields(kind):
        if field.name not in fields:
            if field.default is attrs.NOTHING:
                raise BadMessage(f"{kind.TYPE!r} needs the field {field.name!r}")
        elif not _is(fields[field.name], known[field.name]):
            raise BadMessage(f"{field.name!r} of {kind.TYPE!r} must be {_name(known[field.name])}")
    return kind(**{name: _characters(fields[name]) for name in known if name in fields})


def _characters(value: object) -> Any:
    """A value of JSON without lone surrogates, which it can escape and UTF-8 cannot carry: each becomes U+FFFD, so that places stay as they are."""
    if not isinstance(value, str):
        return value
    return value.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def _is(value: object, hint: object) -> bool:
    if isinstance(hint, types.UnionType):
        return any(_is(value, each) for each in typing.get_args(hint))
    return value is None if hint is types.NoneType else isinstance(value, cast("type", hint))


def _name(hint: object) -> str:
    return "a string or null" if isinstance(hint, types.UnionType) else "a string"
