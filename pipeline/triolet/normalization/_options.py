"""What to make of the parts of a text that are not plain words: the choices, and the bounds of what is held."""

from __future__ import annotations

from typing import Literal

import attrs
from attrs.validators import ge, in_

MAX_HELD = 1000
"""Characters that an unfinished code span, tag, formula or link definition may hold back. Then its mark is dropped.

Hardly any real one is longer. It is about a minute of speech."""

MAX_STRUCK = 300
"""Characters of struck-out text, two sentences. What is longer was not struck out, and is said."""

MAX_SKIPPED = 20_000
"""Characters of a comment, a script or a style sheet that are dropped as they stream. A longer one was never closed, so what
comes next is words again."""

MAX_DESTINATION = 2048
"""Characters that an unfinished link destination may hold back: the longest URL that all browsers take. A longer one, such as
an image as base64, counts as a destination and is dropped as it streams, up to `)` or white space."""

MAX_GROUP = MAX_DESTINATION + 512
"""Characters of clauses that are held in all, however many marks are open one after another: the longest link, with its text.
Then what is open counts as no mark."""

MAX_CLAUSES = 100
"""Clauses that are held in all, for the same reason. To read and to say so many takes about two milliseconds, in which no other
task can work."""

MAX_ROW = 1000
"""Characters of a table row, or of a table's head, that may be held back: a minute of speech. Then they are said as they stand."""


@attrs.frozen(kw_only=True)
class NormalizationOptions:
    """What TextNormalizer makes of code, tables, links and the like. The defaults are what a good reader would do."""

    code_blocks: Literal["skip", "say"] = attrs.field(default="skip", validator=in_(("skip", "say")))
    """`skip`: leave code blocks out, as nobody can follow a program by ear. They are dropped as they stream."""
    inline_code: Literal["say", "skip"] = attrs.field(default="say", validator=in_(("say", "skip")))
    """`say`: say code inside a sentence, as it is mostly a name that the sentence needs: "run `main.py`"."""
    tables: Literal["rows", "cells", "skip"] = attrs.field(default="rows", validator=in_(("rows", "cells", "skip")))
    """`rows`: say each row with its headers, "Name: Alice, Age: 30.", as a listener does not remember columns. The head alone
    is said only if no row follows. `cells`: say the cells as they stand, the head first."""
    urls: Literal["name", "verbatim", "skip"] = attrs.field(default="name", validator=in_(("name", "verbatim", "skip")))
    """Bare URLs. `name`: say "a link to example.com", in the language of the clause."""
    references: Literal["skip", "say"] = attrs.field(default="skip", validator=in_(("skip", "say")))
    """Citations and notes: `[1]`, `[1, 3-5]`, `[^1]`, `【4†source】`, `(see [2])`, `¹` after a word, and the notes at the end. `skip`:
    say none of them, as they are for the eye. A name with a year, "(Smith, 2020)", is said. `say`: say the notes where they
    stand, and `[1]` as a number; the mark of a note, `[^1]`, is never said."""
    directions: Literal["drop", "say", "voice"] = attrs.field(default="drop", validator=in_(("drop", "say", "voice")))
    """Directions to whoever speaks: `*smiles*`, `(laughs)`, `[pause]`, `<sigh>`. `drop`: say nothing, as they are not words to a
    listener. `say`: say them as words. `voice`: give the voice the tag by which it knows the direction, and drop the others. They
    are told apart from emphasis and from remarks by rules in each language; what is not surely one is said."""
    html: Literal["strip", "verbatim"] = attrs.field(default="strip", validator=in_(("strip", "verbatim")))
    """`strip`: leave tags and comments out, and say the words between tags. `verbatim`: `<name>` is plain text, for texts with
    placeholders, which Markdown would hide. `<break>` is a break all the same."""
    latex: Literal["plain", "verbatim", "skip"] = attrs.field(
        default="plain", validator=in_(("plain", "verbatim", "skip"))
    )
    r"""Formulas in `$ $`, `$$ $$`, `\( \)` and `\[ \]`. `plain`: `\frac{1}{2} \leq x^2` becomes "1/2 ≤ x²", which a voice
    reads in its own language."""
    struck: Literal["skip", "say"] = attrs.field(default="skip", validator=in_(("skip", "say")))
    """Struck-out text, `~~two~~` or `<del>two</del>`. `skip`: leave it out, as it is no longer meant."""
    emoji: Literal["drop", "name"] = attrs.field(default="drop", validator=in_(("drop", "name")))
    """`drop`: leave emoji out, as they colour what words already say. `name`: say the Unicode name, which is English: "party
    popper"."""
    images: Literal["alt", "skip"] = attrs.field(default="alt", validator=in_(("alt", "skip")))
    """`alt`: say the alternative text of an image, which is written to be read aloud."""
    list_numbers: Literal["say", "skip"] = attrs.field(default="say", validator=in_(("say", "skip")))
    """`say`: say the numbers of ordered lists, as people come back to them ("what was step 3?")."""
    spell_digits: int = attrs.field(default=9, validator=ge(0))
    """Digits from which on a number is spelled in groups ("4 1 5, 5 5 5, 2 6 7 1"): it is a telephone or an order number. A
    quantity of that length has separators or ends in `000`, and stays as it is. 0 leaves all numbers to the voice. The default
    is nine, as dates such as 20261231 have eight digits."""
