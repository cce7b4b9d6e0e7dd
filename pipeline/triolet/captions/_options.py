"""How captions look: what broadcasters have found that people can read."""

from __future__ import annotations

import attrs


@attrs.frozen(kw_only=True)
class CaptionOptions:
    """How captions are cut and how long they stay.

    The defaults are Netflix's (Timed Text Style Guide, General Requirements and English Template, read on 2026-11-28), and for `linger`
    the BBC's (Subtitle Guidelines 1.2, section 5.2).
    """

    line: int = attrs.field(default=42, validator=attrs.validators.ge(10))
    """The most characters in a line, at least 10. A wide character, such as a Han one, takes the room of 42 / 16 = 2.625: Netflix allows
    16 of them in a line. A longer word is cut."""
    lines: int = attrs.field(default=2, validator=attrs.validators.ge(1))
    """The most lines of a caption."""
    speed: float = attrs.field(default=17.0, validator=attrs.validators.gt(0))
    """Characters a second that people read. A caption stays so long, where the speech leaves time; wide ones count as in a line."""
    shortest: float = attrs.field(default=5 / 6, validator=attrs.validators.gt(0))
    """Seconds that a caption stays at least, where the speech leaves time."""
    longest: float = attrs.field(default=7.0, validator=attrs.validators.gt(0))
    """Seconds after which a caption is cut, if it has more than one word."""
    linger: float = attrs.field(default=1.5, validator=attrs.validators.ge(0))
    """The most seconds that a caption stays when its words have been said. A silence that is longer ends a caption."""
    bridge: float = attrs.field(default=0.5, validator=attrs.validators.ge(0))
    """Seconds. A caption stays over a silence that is shorter: an empty screen between two would be seen as a flicker."""
    gap: float = attrs.field(default=1 / 12, validator=attrs.validators.ge(0))
    """Seconds between two captions, so that a reader sees the change: 2 frames of a film."""
