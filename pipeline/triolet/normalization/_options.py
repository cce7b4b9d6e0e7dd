"""What becomes of the parts of a text that are not plain words."""

from __future__ import annotations

from typing import Literal

import attrs
from attrs.validators import ge, in_

MAX_HELD = 1000
"""Characters that an unfinished code span, tag, formula or link definition may hold back; then its mark is dropped.

Longer than all but freak ones, and at most about a minute of speech."""

MAX_SKIPPED = 20_000
"""Characters of a comment, script or style sheet that are discarded as they stream; one that is longer was never closed,
and what comes next is words again."""

MAX_DESTINATION = 2048
"""Characters of an unfinished link destination that may be held back: the longest URL that all browsers take. A longer
one (an image as base64) is taken for a destination and discarded as it streams, up to `)` or white space."""

MAX_GROUP = 2 * MAX_DESTINATION
"""Characters of clauses that are held in all, however many marks are open one after another; then all that is open is
dropped."""

MAX_ROW = 4000
"""Characters of a table row, or of a table's head, that may be held back; then they are said as they stand."""


@attrs.frozen(kw_only=True)
class NormalizationOptions:
    """What TextNormalizer makes of code, tables, links and the like; the defaults are what a good reader would do."""

    code_blocks: Literal["skip", "say"] = attrs.field(default="skip", validator=in_(("skip", "say")))
    """Nobody can follow a program by ear. A skipped block is discarded as it streams."""
    inline_code: Literal["say", "skip"] = attrs.field(default="say", validator=in_(("say", "skip")))
    """In a sentence, code is mostly a name that the sentence needs: "run `main.py`"."""
    tables: Literal["rows", "cells", "skip"] = attrs.field(default="rows", validator=in_(("rows", "cells", "skip")))
    """`rows`: each row with its headers, "Name: Alice, Age: 30.", as a listener does not remember columns; the head alone
    is said only if no row follows. `cells`: the cells as they stand, the head first."""
    urls: Literal["name", "verbatim", "skip"] = attrs.field(default="name", validator=in_(("name", "verbatim", "skip")))
    """Bare URLs. `name`: "a link to example.com", in the clause's language."""
    footnotes: Literal["skip", "say"] = attrs.field(default="skip", validator=in_(("skip", "say")))
    """`skip`: neither `[^1]` and `[1]` after a word nor the notes at the end: they are for the eye. `say`: the notes are
    said where they stand; `[1]` is a number, `[^1]` is still not said."""
    html: Literal["strip", "verbatim"] = attrs.field(default="strip", validator=in_(("strip", "verbatim")))
    """`strip`: tags and comments are not said, the words between tags are. `verbatim`: `<name>` is plain text (for texts
    with placeholders, which Markdown would hide); `<break>` is a pause all the same."""
    latex: Literal["plain", "verbatim", "skip"] = attrs.field(
        default="plain", validator=in_(("plain", "verbatim", "skip"))
    )
    r"""Formulas in `$ $`, `$$ $$`, `\( \)` and `\[ \]`. `plain`: `\frac{1}{2} \leq x^2` becomes "1/2 ≤ x²", which voices
    read in their own language."""
    emoji: Literal["drop", "name"] = attrs.field(default="drop", validator=in_(("drop", "name")))
    """`name`: the Unicode name, which is English: "party popper". Emoji colour what words already say."""
    images: Literal["alt", "skip"] = attrs.field(default="alt", validator=in_(("alt", "skip")))
    """An image's alternative text is written to be read aloud."""
    list_numbers: Literal["say", "skip"] = attrs.field(default="say", validator=in_(("say", "skip")))
    """The numbers of ordered lists. They are said, as people come back to them ("what was step 3?")."""
    spell_digits: int = attrs.field(default=9, validator=ge(0))
    """A run of at least so many digits is spelled in groups ("4 1 5, 5 5 5, 2 6 7 1"): a telephone or order number;
    quantities that long have separators, or end in `000`, and stay as they are. 0 leaves all to the voice. Nine,
    since dates such as 20261231 have eight."""
