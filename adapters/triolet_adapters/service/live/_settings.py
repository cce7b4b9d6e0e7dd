"""What a client asks for in the address of a session."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Literal, cast

import attrs

from triolet_adapters.service.live._messages import LONGEST_QUOTE, BadMessage

Played = Literal["acknowledged", "realtime", "taken"]

_LONGEST = 200
"""Characters of a parameter: no name of a voice is longer."""

_PATTERNS = {"after": re.compile("^[0-9]{1,16}$"), "speed": re.compile(r"^[0-9]{1,2}(\.[0-9]{1,6})?$")}

PARAMETERS: Mapping[str, Mapping[str, Any]] = {
    "model": {"type": "string", "maxLength": _LONGEST},
    "voice": {"type": "string", "maxLength": _LONGEST},
    "language": {"type": "string", "maxLength": _LONGEST},
    "speed": {"type": "string", "pattern": _PATTERNS["speed"].pattern},
    "played": {"enum": ["acknowledged", "realtime", "taken"]},
    "codec": {"enum": ["pcm", "opus"]},
    "progress": {"enum": ["phrases", "words"]},
    "session": {"type": "string", "maxLength": _LONGEST},
    "after": {"type": "string", "pattern": _PATTERNS["after"].pattern},
}
"""What an address may have, as JSON schemas. `messages.md` says what each is for."""


@attrs.frozen(kw_only=True)
class Settings:
    """The parameters of an address, checked."""

    model: str | None = None
    voice: str | None = None
    language: str | None = None
    speed: float | None = None
    """How fast the voice speaks; 1 is its ordinary speed."""
    played: Played | None = None
    """None: by the first message."""
    codec: Literal["pcm", "opus"] = "pcm"
    by_word: bool = False
    after: int | None = None
    """The last message that the client has of an earlier connection."""

    @classmethod
    def of(cls, parameters: Mapping[str, str], ignored: tuple[str, ...] = ()) -> Settings:
        """Read the parameters of an address.

        Raises:
            BadMessage: there is no such parameter, or it does not take this value.
        """
        given: dict[str, str] = {}
        for name, value in parameters.items():
            if name in ignored:
                continue
            if name not in PARAMETERS:
                raise BadMessage(
                    f"the address has no parameter {name[:LONGEST_QUOTE]!r}; it takes {', '.join(PARAMETERS)}"
                )
            choices = PARAMETERS[name].get("enum")
            if choices is not None and value not in choices:
                raise BadMessage(f"{name} is {value[:LONGEST_QUOTE]!r}; it must be {' or '.join(choices)}")
            if len(value) > _LONGEST:
                raise BadMessage(f"{name} is longer than {_LONGEST} characters")
            given[name] = value
        for name, wanted in (("after", "a whole number, 0 or more"), ("speed", "a number such as 1.25")):
            if name in given and not _PATTERNS[name].fullmatch(given[name]):
                raise BadMessage(f"{name} is {given[name][:LONGEST_QUOTE]!r}; it must be {wanted}")
        return cls(
            model=given.get("model") or None,
            voice=given.get("voice") or None,
            language=given.get("language") or None,
            played=cast("Played | None", given.get("played")),
            codec=cast("Literal['pcm', 'opus']", given.get("codec", "pcm")),
            by_word=given.get("progress") == "words",
            speed=float(given["speed"]) if "speed" in given else None,
            after=int(given["after"]) if "after" in given else None,
        )
