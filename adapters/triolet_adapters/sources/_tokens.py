"""Text cut into pieces as a language model streams it."""

from __future__ import annotations

import re

_WORD = re.compile(
    r"""
      \ ?[^\W\d_\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]+   # a word of an alphabet, with the space before it
    | [\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]+            # Chinese, Japanese, Korean: no spaces
    | \d+
    | \ ?[^\s\w]+                                           # marks
    | (?<!\s)\s*\n+                                         # line ends, with what stands before them
    | .                                                     # white space, underscores
    """,
    re.VERBOSE | re.DOTALL,
)


def split_tokens(text: str) -> list[str]:
    """`text` in tokens such as a byte-pair encoding gives: joined, they are `text`.

    No model's vocabulary, but the sizes and places that a segmenter meets: short words whole with the space before them,
    longer ones in parts of up to six letters, digits in threes, Chinese characters one or two at a time, marks in threes.
    The same text is always cut the same way.
    """
    tokens: list[str] = []
    for match in _WORD.finditer(text):
        word = match[0]
        letters = word.lstrip(" ")
        if letters[:1].isdigit() or not letters[:1].isalnum():
            size = 3
        elif letters[0] >= "\u3040":
            size = 2
        else:
            # English words of up to eight letters are mostly one token in the vocabularies of today.
            size = 9 if len(word) <= 9 else 6
        tokens.extend(word[at : at + size] for at in range(0, len(word), size))
    return tokens
