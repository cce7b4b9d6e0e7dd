"""Text in Latin script as the sounds that Kokoro was trained on, by the program espeak-ng. No Trio, no model.

espeak-ng is under GPL-3, so it runs in a process of its own, one for each clause: it takes 15 ms of CPU, and nothing stays behind.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterator

from triolet.errors import TTSError
from triolet_adapters.tts._latin import clauses
from triolet_adapters.tts._piece import Piece

PROGRAM = "espeak-ng"
HOW_TO_INSTALL = "apt install espeak-ng, dnf install espeak-ng or brew install espeak-ng"

NAMES = {"es": "es", "fr": "fr-fr", "it": "it", "pt": "pt-br"}
"""What espeak-ng calls each language. Kokoro's Portuguese is that of Brazil."""

DEADLINE = 5.0
"""Seconds for a clause: a hundred times what it takes, also on a busy machine."""

LONGEST = 120
"""Characters that are spoken at once, some 8 s, and below the 203 symbols that the kept styles reach."""
SHORTEST = 12
"""Characters before a comma from which on the part is spoken by itself, so that it is heard while the next is spoken."""
LETTERS = {
    "aɪ": "I", "aʊ": "W", "dz": "ʣ", "dʒ": "ʤ", "eɪ": "A", "oʊ": "O", "əʊ": "Q", "ss": "S", "ts": "ʦ", "tʃ": "ʧ", "ɔɪ": "Y",
}  # fmt: skip
"""Kokoro's one letter for two sounds that espeak-ng ties to one another."""

_MARK = re.compile(r"([,.;:!?] ?)")
_TIED = re.compile(r"(.)\^(.)")
_SWITCH = re.compile(r"\([a-z^-]{1,24}\)")
"""espeak-ng marks a foreign word so: (en)wiːkˈɛnd(fr), with ties between the letters of the mark."""


def installed() -> bool:
    """Whether the program is there."""
    return shutil.which(PROGRAM) is not None


def pieces(text: str, language: str) -> Iterator[Piece]:
    """The text's clauses, each read when it is asked for.

    Raises:
        ValueError: the text has no words at all.
        Unspeakable: it has letters of another script, or nothing but emoji.
        TTSError: espeak-ng failed, or took longer than `DEADLINE`.
    """
    for clause, pause in clauses(text, LONGEST, SHORTEST):
        phonemes = "".join(part if part[0] in ",.;:!? " else sounds(part, language) for part in _parts(clause)).strip()
        if any(c.isalpha() for c in phonemes):
            yield Piece(phonemes, pause)


def _parts(clause: str) -> list[str]:
    """Words between marks, and the marks, which espeak-ng would drop and Kokoro wants."""
    return [part for part in _MARK.split(clause) if part.strip()]


def sounds(words: str, language: str) -> str:
    """What espeak-ng makes of words without punctuation, in Kokoro's letters.

    Raises:
        TTSError: it failed, or took longer than `DEADLINE`.
    """
    try:
        run = subprocess.run(  # noqa: S603 -- no shell; the text goes to its standard input
            [PROGRAM, "-q", "--ipa", "--tie=^", "-b", "1", "-v", NAMES[language], "--stdin"],
            input=words.encode(),
            capture_output=True,
            timeout=DEADLINE,
            check=True,
            start_new_session=True,  # Ctrl-C in a terminal reaches a whole group of processes
        )
    except FileNotFoundError as error:
        raise TTSError(f"{PROGRAM} is not installed any more: {HOW_TO_INSTALL}") from error
    except (subprocess.SubprocessError, OSError) as error:
        raise TTSError(f"{PROGRAM} could not read {words[:60]!r}: {error}") from error
    return kokoro_letters(run.stdout.decode("utf-8", "replace"))


def kokoro_letters(ipa: str) -> str:
    """espeak-ng's symbols in the way that Kokoro was trained on them: no marks of language, no hyphens, one letter for an affricate."""
    spoken = _SWITCH.sub("", " ".join(ipa.split()))
    return (
        _TIED.sub(lambda tied: LETTERS.get(tied[1] + tied[2], tied[1] + tied[2]), spoken)
        .replace("^", "")
        .replace("-", "")
    )
