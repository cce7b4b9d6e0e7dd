"""What is found in a text before it is read word by word: references, directions, addresses, identifiers, smileys."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

import attrs

from triolet._tools._characters import EAST_ASIAN
from triolet._tools._lazy_regex import lazy_regex
from triolet.normalization._directions import MAX_DIRECTION, direction, is_direction, may_begin
from triolet.normalization._links import WAIT
from triolet.normalization._options import NormalizationOptions
from triolet.normalization._references import (
    CONTENT_REFERENCE,
    CONTENT_REFERENCE_BEGUN,
    JOINED,
    LENTICULAR,
    LENTICULAR_BEGUN,
    NEEDED,
    PARENTHESIS,
    PARENTHESIS_BEGUN,
    PRIVATE,
    SUPERSCRIPT,
    TURN,
    is_unit,
)

_MAY_BEGIN_SPAN = lazy_regex(r"[(（\[【〔［*_~^\ue200-\ue2ff¹²³⁰⁴-⁹=+:;<0-9D]")
_MAY_HAVE_SPANS = lazy_regex(
    r"[(（\[【〔［*_~^\ue200-\ue2ff¹²³⁰⁴-⁹]|==|\+\+|[:;=]['’]?-?[)(DPpOo|/\\3*\]]|<3|<sup|[xX]D|T_T|[>-][<_]|:content|oaicite|turn\d|[0-9a-fA-F]{8}"
)


def may_have_spans(text: str, at: int = 0) -> bool:
    """Whether the text may have something of the kind from `at` on."""
    return _MAY_BEGIN_SPAN.search(text, at) is not None and _MAY_HAVE_SPANS.search(text, at) is not None


_ASCII = "A-Za-z0-9_"
_FACES = r"[:;=]['’]?-?[)(DPpOo|/\\3*\]]{1,3}|[xX]D+|<3+(?=[.!]|\s*\Z)|\^_+\^|:-?\)+|T_T|>_<|-_-|o_O|O_o|¯\\_\(ツ\)_/¯"
_FIND = lazy_regex(
    rf"(?P<face>(?<![^\s(])(?:{_FACES})(?=[\s.,!?)]|\Z))"
    rf"|(?P<mail>(?<![{_ASCII}.+-])[A-Za-z0-9.+-]*_[{_ASCII}.+-]*@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+)"
    rf"|(?P<handle>(?<![{_ASCII}/])[@#][A-Za-z0-9]*_[{_ASCII}]*[A-Za-z0-9])"
    rf"|(?P<uuid>(?<![{_ASCII}-])[0-9a-fA-F]{{8}}-(?:[0-9a-fA-F]{{4}}-){{3}}[0-9a-fA-F]{{12}}(?![{_ASCII}-]))"
    rf"|(?P<hash>(?<![{_ASCII}./@-])(?:sha\d+:|0x)?(?=[0-9]*[a-fA-F])(?=[a-fA-F]*[0-9])[0-9a-fA-F]{{16,128}}(?![{_ASCII}]|-\w))"
    r"|(?P<paren>[(（])|(?P<square>\[(?!\[))|(?P<lens>[【〔［])"
    r"|(?P<star>(?<![*\w\\])\*{1,2}(?![*\s])|(?<=[\u3041-\u30ff\u4e00-\u9fff\uac00-\ud7a3])(?<!\*)\*(?![*\s]))|(?P<under>(?<![\w\\])_(?![_\s]))"
    r"|(?P<content>:contentReference|:{1,3}oaicite)|(?P<private>\ue200)"
    rf"|(?P<turn>(?<![{_ASCII}/.])(?:cite|filecite|navlist|video)?[\ue202†]?\s?turn\d)"
    r"|(?P<pair>(?<![=\w])==(?=[\w*_`\"'“(])|(?<=[\w.!?,;:)*_`\"'”])==(?![=\w]))"
    r"|(?P<plus>(?<![+\w])\+\+(?=\w[^+\n]{0,100}\+\+(?!\w))|(?<=[\w.!?])\+\+(?!\w))"
    r"|(?P<twin>==(?=[^=\s][^=\n]{0,60}(?<!\s)==))"
    r"|(?P<sub>(?<=[A-Za-z0-9])~(?:\d{1,3}|[a-z]{1,3})~)"
    r"|(?P<power>(?<=[\w)])\^[\dn+-]{1,4}\^|(?<=[A-Za-z0-9)])\^(?:-?\d{1,3}|n)(?![\w^.]))"
    r"|(?P<caret>\^(?=\[\^?\d))|(?P<sup><sup>\s*\[?\d{1,3}(?:[,–-]\s?\d{1,3})*\]?\s*</sup>)"
    rf"|(?P<note>{SUPERSCRIPT.pattern})"
)
_BEGINS_WITH_WORD = lazy_regex(r"@|[0-9a-fA-F]{8}|turn\d|[xX]D|T_T|[oO]_[oO]")
_SIGN = lazy_regex(r"[:;=<^>¯(（\[【〔［*_\ue200+~#¹²³⁰⁴-⁹-]")
_STAR = lazy_regex(rf"\*([^*\n]{{1,{MAX_DIRECTION}}})(?<!\s)\*(?!\*)")
_SENTENCE_ENDS = lazy_regex(r"[.!?。！？]")
_BOLD = lazy_regex(rf"\*\*([^*\n]{{1,{MAX_DIRECTION}}})(?<!\s)\*\*(?!\*)")
_UNDER = lazy_regex(rf"_([^_\n]{{1,{MAX_DIRECTION}}})(?<!\s)_(?!\w)")
_BRACKET = {
    "(": lazy_regex(rf"\(([^()\[\]\n]{{1,{MAX_DIRECTION}}})\)"),
    "（": lazy_regex(rf"（([^（）\n]{{1,{MAX_DIRECTION}}})）"),
    "[": lazy_regex(rf"\[([^\[\]\n]{{1,{MAX_DIRECTION}}})\]"),
    "【": lazy_regex(rf"【([^【】\n]{{1,{MAX_DIRECTION}}})】"),
}
_NO_DIRECTION = lazy_regex(r"[()\[\]\n]")
_RAISED_MARKS = lazy_regex(r"</?sup>|\s")
_AFTER_WORD = lazy_regex(r"(?:[^\W\d_]{4}|[.!?,;:”\"»)。，、])\Z")
_POWERS = str.maketrans("0123456789+-n", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻ⁿ")
_SHOWN = 4
"""Characters that are said of a hash or a UUID: enough to tell one from another by ear."""


@attrs.frozen
class Span:
    """A part of a text that is not read as words and marks."""

    start: int
    end: int
    """The offset after it; WAIT if only more text can tell."""
    words: str | None = ""
    """What is said of it. Empty: nothing. None: nothing either, but the words before and after it are not parted."""


def find(
    text: str,
    at: int,
    before: str,
    language: str,
    options: NormalizationOptions,
    voice: Mapping[str, str],
    *,
    final: bool,
) -> list[Span]:
    """The spans in the text from `at` on, in order. `before` is the character before the text. `final`: nothing follows."""
    finder = _Finder(text, before, language, options, voice, final=final)
    spans: list[Span] = []
    read = at
    for found in _all_found(text, at):
        if found.start() < read:
            continue
        span = finder.span(found)
        if span is None:
            continue
        if span.words == "" and span.end != WAIT:
            span = _with_spaces(span, text, before, read)
        spans.append(span)
        if span.end == WAIT:
            break
        read = span.end
    return spans


def _all_found(text: str, at: int) -> Iterator[re.Match[str]]:
    """All that `_FIND` finds from `at` on. Where nothing of it begins with a letter or a digit, it is tried at signs alone, which takes
    a tenth of the time.
    """
    if _BEGINS_WITH_WORD.search(text, at):
        yield from _FIND.finditer(text, at)
        return
    while sign := _SIGN.search(text, at):
        at = sign.start()
        if found := _FIND.match(text, at):
            yield found
            at = found.end()
        else:
            at += 1


def _with_spaces(span: Span, text: str, before: str, read: int) -> Span:
    """What is left out between Chinese or Japanese characters, with the spaces around it: they are written without spaces."""
    start, end = span.start, span.end
    while start > read and text[start - 1] == " ":
        start -= 1
    while text[end : end + 1] == " ":
        end += 1
    last, following = text[start - 1] if start else before, text[end : end + 1]
    return Span(start, end) if _is_spaceless(last or following) and _is_spaceless(following) else span


def _is_spaceless(character: str) -> bool:
    return character >= EAST_ASIAN and not "가" <= character <= "힣"


class _Finder:
    def __init__(
        self,
        text: str,
        before: str,
        language: str,
        options: NormalizationOptions,
        voice: Mapping[str, str],
        *,
        final: bool,
    ) -> None:
        self._text = text
        self._before = before
        self._language = language
        self._options = options
        self._voice = voice
        self._final = final
        self._inside = False  # between two `++`
        self._references = options.references == "skip"
        self._directions = options.directions != "say"

    def span(self, found: re.Match[str]) -> Span | None:
        """The span of what was found; None if it is words."""
        kind = found.lastgroup
        start, end = found.span()
        match kind:
            case "face":
                return Span(start, end) if self._options.emoji == "drop" else None
            case "mail" | "handle":
                return Span(start, end, found[0])
            case "uuid" | "hash":
                digits = found[0].rpartition(":")[2].removeprefix("0x")
                return Span(start, end, " ".join(digits[:_SHOWN]))
            case "pair" | "twin":
                return Span(start, start + 2, None)
            case "plus":
                closes = start > 0 and not self._text[start - 1].isspace()
                inside, self._inside = self._inside, not closes
                return Span(start, start + 2, None) if inside or not closes else None
            case "sub":
                return Span(start, end, found[0].strip("~")) if not self._struck(start) else None
            case "power":
                return Span(start, end, found[0].strip("^").translate(_POWERS))
            case "note" if self._references and not is_unit(self._text[max(0, start - 12) : start]):
                return Span(start, end)
            case "star" | "under" if self._directions:
                return self._starred(start)
            case "paren":
                return self._parenthesis(start)
            case "square":
                return self._square(start)
            case "caret" if self._references:
                return Span(start, end, None)
            case "sup":
                return self._raised(found)
            case "lens":
                return self._lenticular(start)
            case "content" | "private" | "turn" if self._references:
                return self._left_over(kind, start)
            case _:
                return None

    def _struck(self, start: int) -> bool:
        return self._text[start - 1 : start] == "~"

    def _left_over(self, kind: str, start: int) -> Span | None:
        pattern = {"content": CONTENT_REFERENCE, "private": PRIVATE, "turn": TURN}[kind]
        found = pattern.match(self._text, start)
        if found and (found.end() < len(self._text) or self._final):
            return Span(start, found.end())
        waits = found or (kind == "content" and CONTENT_REFERENCE_BEGUN.match(self._text, start)) or kind == "turn"
        return Span(start, WAIT) if waits and not self._final and len(self._text) - start < 400 else None

    def _square(self, start: int) -> Span | None:
        if self._references:
            found = JOINED.match(self._text, start) or NEEDED.match(self._text, start)
            if found:
                return Span(start, found.end())
        return self._bracketed(start) if self._directions else None

    def _raised(self, found: re.Match[str]) -> Span | None:
        """`<sup>1</sup>`: a note after a word, else a power."""
        start, end = found.span()
        number = _RAISED_MARKS.sub("", found[0])
        before = self._text[max(0, start - 12) : start]
        note = number.startswith("[") or _AFTER_WORD.search(before) is not None
        if note and not is_unit(before):
            return Span(start, end) if self._references else None
        return Span(start, end, number.translate(_POWERS))

    def _lenticular(self, start: int) -> Span | None:
        if self._references:
            found = LENTICULAR.match(self._text, start)
            if found:
                return Span(start, found.end())
            if not self._final and LENTICULAR_BEGUN.match(self._text, start):
                return Span(start, WAIT)
        return self._bracketed(start) if self._directions and self._text[start] == "【" else None

    def _parenthesis(self, start: int) -> Span | None:
        if self._references:
            found = PARENTHESIS.match(self._text, start)
            if found:
                return Span(start, found.end())
            if not self._final and PARENTHESIS_BEGUN.match(self._text, start):
                return Span(start, WAIT)
        return self._bracketed(start) if self._directions else None

    def _bracketed(self, start: int) -> Span | None:
        text = self._text
        bracket = text[start]
        found = _BRACKET[bracket].match(text, start)
        if found is None:
            begun = text[start + 1 :]
            waits = not self._final and len(begun) <= MAX_DIRECTION and not _NO_DIRECTION.search(begun)
            return Span(start, WAIT) if waits and may_begin(begun, self._language) else None
        end = found.end()
        if bracket == "[":
            if text[end : end + 1] in {"(", "[", ":"} and text[end : end + 1]:
                return None  # the text of a link
            if end == len(text) and not self._final and direction(found[1], self._language):
                return Span(start, WAIT)
        return self._direction(start, end, bracket, found[1])

    def _starred(self, start: int) -> Span | None:
        text = self._text
        star = text[start]
        bold = text.startswith("**", start)
        found = (_BOLD if bold else _STAR if star == "*" else _UNDER).match(text, start)
        if found is None:
            begun = text[start + 1 + bold :]
            waits = (
                not self._final and len(begun) <= MAX_DIRECTION and "\n" not in begun and star not in begun.rstrip(star)
            )
            if bold and (begun[:1].isupper() or _SENTENCE_ENDS.search(begun)):
                return None
            return Span(start, WAIT) if waits and may_begin(begun, self._language) else None
        if bold and (not found[1][0].islower() or text[found.end() :].lstrip()[:1].islower()):
            return None  # a head, or a word that is stressed
        return self._direction(start, found.end(), star, found[1])

    def _direction(self, start: int, end: int, bracket: str, content: str) -> Span | None:
        found = direction(content, self._language)
        if found is None:
            return None
        text = self._text
        if end == len(text) and not self._final and bracket in "*_":
            return Span(start, WAIT)  # what follows tells it from emphasis
        before = text[:start] if start else self._before
        if not before.strip() and self._before.strip():
            before = self._before
        if not is_direction(found, bracket, content, before, text[end : end + 20], self._language):
            return None
        words = self._voice.get(found.name, "") if self._options.directions == "voice" else ""
        return Span(start, end, words)
