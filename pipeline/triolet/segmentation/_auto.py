"""Which language a stream is in: its script tells it, and in Latin script its words."""

from __future__ import annotations

import functools
import math
from collections import defaultdict

from triolet._tools._lazy_regex import lazy_regex
from triolet.segmentation._common_words import LETTERS, STRONG, WEAK_WORDS
from triolet.segmentation._trigrams import ORDER, STEP, TRIGRAMS

_OTHER = lazy_regex("[\u0400-\u04ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3]")
_KANA = lazy_regex("[\u3041-\u3096\u30a1-\u30fa]")
_HAN = lazy_regex("[\u3400-\u9fff]")
_CYRILLIC = lazy_regex("[\u0400-\u04ff]")
_SPELLED = lazy_regex("[\u3041-\u3096\u30a1-\u30fa\uac00-\ud7a3]")  # kana and Hangul: one search where neither is
# Characters that one of the two languages writes, and the other does not or hardly.
_CHINESE = lazy_regex("[们这吗呢你说没过还时为么让吧哪她对個這們嗎說沒過還為麼讓很]")
_JAPANESE = lazy_regex("[々駅気図対広売読込働円歩暮毎亜仏価単営圧応桜沢県戦実験険釈鉄頼]")
_LATIN = lazy_regex("[A-Za-zÀ-ɏ]")
_LATIN_WORDS = lazy_regex("[A-Za-zÀ-ɏ]{2,}")
_CODE = lazy_regex(r"`+[^`\n]*(?:`+|\Z)|<[A-Za-z/!][^<>\n]*(?:>|\Z)|&#?\w{1,8};|\]\([^)\s]*\)?")
_OPEN_TAG = lazy_regex(r"<[A-Za-z/!][^<>\n]*\Z")
_SPACE = lazy_regex(r"\s")
_PARTS = lazy_regex("[’']")
# What stands at the ends of a word, and is no part of it.
_AROUND = "\"“”„«»‹›‘’'()[]{}*_~.,;:!?…-–—¿¡#>|。，、！？：；「」『』（）"
# A name of a host, a path, an address, a name in a program, a number with its unit: no word of any language.
_NO_WORD = lazy_regex(r"[^\W\d_][A-Z]|[^\w\s'’-]|[\d_]|[a-zà-ÿ](?:--|-\Z)")

_SCHEMES = frozenset(("http", "https", "www", "mailto", "ftp"))

_ENOUGH = (
    1.1  # votes by which a language must lead before it replaces the one before: more than one word gives that is weak
)
_STRONG = 2.0  # votes of a word that is hardly anything but a word of its language
_WEAK = 1.0  # votes of another
_SOUND = 1.3  # the most votes of a word by its letters
_PART = 0.35  # votes of a trigram for each logarithm by which it is more frequent
_READ = 24  # letters of a word that are read
_TURNED = 3.0  # votes of `¿` and `¡`
_NAME = 0.4  # factor for a word with a capital: names keep theirs in any language
_NAME_PART = 0.1  # factor for a word that is part of a name: `Juan Carlos de la Cruz`
_PARTICLES = frozenset(
    [
        "de",
        "la",
        "las",
        "los",
        "del",
        "della",
        "di",
        "da",
        "do",
        "dos",
        "das",
        "du",
        "des",
        "von",
        "van",
        "der",
        "den",
        "zu",
        "le",
        "el",
        "al",
        "y",
        "e",
        "i",
        "&",
        "und",
        "et",
    ]
)
_FADE = 0.5  # factor by which votes lose weight from sentence to sentence
_KEPT = 4.0  # the most votes that are kept for the next sentence: two words of another language can outvote them
_ALIKE = 1024  # words whose votes are remembered
# Votes by which a language leads when the sentence has told it. To weigh the letters of every word would cost twice what the rest of
# the segmenter does. So the rest of the sentence is only searched for listed words of other languages.
_SETTLED = 4.0
# Votes by which a language leads at the start of a sentence where it has held: what one strong word leaves, in the long run. A clause that has words
# of this language only is then not weighed.
_HELD = 2.0
_STRIDE = 4  # words between two looks whether the sentence has told it


def _words() -> dict[str, dict[str, float]]:
    codes: dict[str, list[str]] = {}
    for code, listed in STRONG.items():
        for word in listed.split():
            codes.setdefault(word, []).append(code)
    votes: dict[str, dict[str, float]] = {}
    for word, shared in codes.items():
        weight: float = (_WEAK if word in WEAK_WORDS else _STRONG) / math.sqrt(len(set(shared)))
        votes[word] = dict.fromkeys(shared, weight)
    return votes


_VOTES = _words()
_OWN = {code: frozenset(word for word, votes in _VOTES.items() if votes.keys() == {code}) for code in STRONG}
"""The listed words of each language that no other language has."""
_FOREIGN = {code: frozenset(word for word, votes in _VOTES.items() if code not in votes) for code in STRONG}
"""For each language, the listed words of the other languages that it does not have."""
_TRIGRAMS = {entry[:3]: [(int(digit) - 4) * STEP * _PART for digit in entry[3:]] for entry in TRIGRAMS.split()}
_ELIDED = {
    "l": ("fr", "it"),
    "d": ("fr", "it"),
    "j": ("fr",),
    "qu": ("fr",),
    "n": ("fr",),
    "s": ("fr",),
    "c": ("fr", "it"),
    "m": ("fr",),
    "t": ("fr",),
    "dell": ("it",),
    "all": ("it",),
    "un": ("it",),
    "nell": ("it",),
    "dall": ("it",),
    "sull": ("it",),
    "quest": ("it",),
    "quell": ("it",),
    "dov": ("it",),
    "com": ("it",),
    "jusqu": ("fr",),
    "aujourd": ("fr",),
}


def _add(votes: defaultdict[str, float], more: dict[str, float]) -> None:
    for code, said in more.items():
        votes[code] += said


@functools.lru_cache(_ALIKE)
def _of_word(token: str) -> tuple[tuple[str, float], ...]:
    """The votes of what stands between two spaces."""
    word = token.strip(_AROUND)
    if not word or word in _SCHEMES or _NO_WORD.search(word) is not None or (len(word) > 1 and word.isupper()):
        return ()
    votes: defaultdict[str, float] = defaultdict(float)
    lower = word.lower().replace("’", "'")
    listed = _VOTES.get(lower)
    if listed is None and "'" in lower:
        head, _, rest = lower.partition("'")
        for code in _ELIDED.get(head, ()):
            votes[code] += _STRONG / len(_ELIDED[head])
        listed = _VOTES.get(rest)
        if rest in ("s", "t", "re", "ve", "ll", "d", "m"):
            votes["en"] += _WEAK
    if listed is not None:
        _add(votes, listed)
    elif "'" not in lower:
        sound = [0.0] * len(ORDER)
        padded = f"_{lower[:_READ]}_"
        for at in range(len(padded) - 2):
            if digits := _TRIGRAMS.get(padded[at : at + 3]):
                for place, said in enumerate(digits):
                    sound[place] += said
        most = max(*sound, -min(sound))
        if most:
            factor = min(1.0, _SOUND / most) * (1.0 if word[0].islower() else _NAME)
            _add(votes, {code: said * factor for code, said in zip(ORDER, sound, strict=True)})
    if not lower.isascii():
        factor = 1.0 if word.islower() else _NAME
        for char in set(lower):
            for code, said in LETTERS.get(char, {}).items():
                votes[code] += said * factor
    if "¿" in token or "¡" in token:
        votes["es"] += _TURNED
    return tuple(votes.items())


class Guess:
    """Guesses the language of one stream, clause by clause."""

    def __init__(self) -> None:
        self._latin = "en"
        self._han = "zh"
        self._kept: dict[str, float] = {}
        """Votes of the sentences before."""
        self._votes: dict[str, float] = {}
        """Votes of this sentence."""
        self._sentence = 0
        """Offset in the stream where it began."""
        self._seen = 0
        """Offset in the stream up to which words have voted."""
        self._tag = False
        """Whether a tag of HTML is open there."""
        self._held = False
        """Whether the sentences before, or this one, have told that it is in `_latin`."""
        self._other_at = -1
        """Offset in the stream of a letter of another script."""
        self._searched = 0
        """Offset in the stream up to which no other such letter is."""

    @property
    def has_votes(self) -> bool:
        """Whether words speak for the language that Latin script is taken for."""
        return self._sum(self._latin) >= _ENOUGH

    def language(
        self,
        text: str,
        begin: int,
        end: int,
        base: int,
        *,
        sentence: int = 0,
        code: bool = False,
        complete: bool = True,
    ) -> str:
        """Count the words of the clause `text[begin:end]`. Return its language.

        `base` is the offset of `text` in the stream, `sentence` where the sentence begins in it. `code`: nothing votes.
        `complete`: whether nothing follows `text`. A word before a dot votes only when white space follows: it may be a host.
        """
        whole = end
        if text[end : end + 1] == "." and not (complete and end + 1 == len(text)):
            after = text[end + 1 : end + 2]
            if not after or after.isalnum():
                whole = max(text.rfind(" ", begin, end), text.rfind("\n", begin, end), begin)
        if sentence != self._sentence:
            self._sentence = sentence
            self._fade()
        start = max(begin, self._seen - base)
        if whole > start:
            self._seen = base + whole
            if not code and _LATIN.search(text, start, whole):
                self._count(text[start:whole], inside=start > 0 and self._goes_on(text, start))
        if self._other_at < base + begin:
            found = _OTHER.search(text, max(begin, self._searched - base), end)
            if found is None:
                self._searched = max(self._searched, base + end)
                return self._latin
            self._other_at = base + found.start()
            self._searched = self._other_at + 1
        return self._other(text[begin:end])

    def _goes_on(self, text: str, start: int) -> bool:
        return not text[start].isspace() and not text[start - 1].isspace() and text[start - 1].isascii()

    def _fade(self) -> None:
        self._tag = False
        kept = self._kept
        for code, said in self._votes.items():
            kept[code] = kept.get(code, 0.0) + said
        if not kept:
            return
        self._votes = {}
        most = max(kept.values()) * _FADE
        factor = _FADE * (_KEPT / most) if most > _KEPT else _FADE
        for code in kept:
            kept[code] *= factor
        self._held = self._leads(_HELD)

    def _leads(self, by: float) -> bool:
        """Whether the language that Latin script is taken for leads by so many votes."""
        votes, kept, latin = self._votes, self._kept, self._latin
        bound = votes.get(latin, 0.0) + kept.get(latin, 0.0) - by
        if bound < 0:
            return False
        for code, said in votes.items():
            if said + kept.get(code, 0.0) > bound and code != latin:
                return False
        for code, said in kept.items():  # noqa: SIM110 - called for every sentence, and quicker than `all`
            if said > bound and code not in votes and code != latin:
                return False
        return True

    def _sum(self, code: str) -> float:
        return self._kept.get(code, 0.0) + self._votes.get(code, 0.0)

    def _count(self, text: str, *, inside: bool) -> None:
        if self._tag:
            close = text.find(">")
            if close < 0:
                return
            text, self._tag, inside = text[close + 1 :], False, False
        if inside:  # the rest of a word that has voted, or of an address
            space = _SPACE.search(text)
            if space is None:
                return
            text = text[space.end() :]
        if "`" in text or "<" in text or "&" in text or "](" in text:
            self._tag = _OPEN_TAG.search(text) is not None
            text = _CODE.sub(" ", text)
        if not self._held or not self._goes_on_in(text):
            self._weigh(text.split())

    def _goes_on_in(self, text: str) -> bool:
        """Whether listed words show that the text is in the language of the sentences before. If so, they vote for it.

        Once the sentence has had listed words of that language, the text only must have none of another language.
        """
        latin, votes = self._latin, self._votes
        words = text.lower().split()
        if not _FOREIGN[latin].isdisjoint(words) or (latin != "es" and ("¿" in text or "¡" in text)):
            return False
        said = votes.get(latin, 0.0)
        if own := _OWN[latin].intersection(words):
            votes[latin] = said + _STRONG * len(own)
            return True
        return said >= _STRONG

    def _weigh(self, tokens: list[str]) -> None:
        """Let each word vote, until the language is told and no listed word of another one follows."""
        votes = self._votes
        before = ""
        for place, token in enumerate(tokens):
            if place % _STRIDE == _STRIDE - 1 and self._leads(_SETTLED):
                self._held = True
                if _FOREIGN[self._latin].isdisjoint(" ".join(tokens[place:]).lower().split()):
                    return
            said_of = _of_word(token)
            if not said_of:
                continue
            factor = 1.0
            if (
                before[:1].isupper()
                and token in _PARTICLES
                and any(map(str.isupper, "".join(tokens[place + 1 : place + 3])))
            ):
                factor = _NAME_PART
            elif before and token[0].isupper():
                factor = _NAME
            before = token if factor != _NAME_PART else before
            for code, said in said_of:
                votes[code] = votes.get(code, 0.0) + said * factor
        if votes and not self._leads(0.0):
            best = max(votes, key=self._sum)
            if self._sum(best) >= self._sum(self._latin) + _ENOUGH:
                self._latin = best
                self._held = False

    def _other(self, text: str) -> str:
        """The language of a clause that has letters of another script: that of its words where those are Latin ones by far."""
        if (
            self._votes
            and sum(self._votes.values()) >= _STRONG
            and len(_LATIN_WORDS.findall(text)) > len(_OTHER.findall(text))
        ):
            return self._latin
        if spelled := _SPELLED.search(text):
            if spelled[0] >= "\uac00" and not _KANA.search(text):
                return "ko"
            self._han = "ja"
            return "ja"
        if _HAN.search(text):
            if _CHINESE.search(text):
                if self._han == "ja" and not _JAPANESE.search(text):
                    self._han = "zh"
            elif _JAPANESE.search(text):
                self._han = "ja"
            return self._han
        return "ru" if _CYRILLIC.search(text) else self._latin
