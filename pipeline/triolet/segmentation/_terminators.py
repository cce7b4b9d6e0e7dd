"""Marks that end sentences. The functions keep to the contract that `_marks` states."""

from __future__ import annotations

from triolet._model._text import Boundary
from triolet._tools._characters import EAST_ASIAN, EMOJI
from triolet._tools._lazy_regex import lazy_regex
from triolet.segmentation import _items, _judge, _judge_east
from triolet.segmentation._look_ahead import END, GOES_ON, WAIT, Ahead, Verdict
from triolet.segmentation._marks import tail_of
from triolet.segmentation._reading import BLOCKING, Reading

_SENTENCE = Boundary.SENTENCE
_RUN = lazy_regex(r"[.!?…‥。！？｡．]{1,64}")
_SPACED_RUN = lazy_regex(r"\.(?: \.){1,64}")
_SPACED_REACH = 130
_FULL_TAIL = lazy_regex(r"[”’」』】》〉）)\"*_~]{0,64}")
_ALNUM = lazy_regex(r"[^\W_]")
_FRENCH_SPACE = lazy_regex(r"[^\S\n]{0,2}")
_FRENCH_CLOSING = lazy_regex(r"[^\S\n]{1,2}»")
_FLOURISH = lazy_regex("[~～〜♪♫♬♡♥]{1,64}|\\^{1,64}")
_EMOJI = lazy_regex(rf"(?:{EMOJI}\u200D?){{1,64}}")


def terminator(reading: Reading, text: str, at: int, *, complete: bool) -> bool:
    """`.`, `!`, `?`, an ellipsis, or several of them in a row."""
    worded = reading.has_words(at)
    end = at + 1
    free = worded and reading.nothing_open()
    # A number or a letter by itself: it may be that of an item.
    marker = (
        worded
        and text[at] == "."
        and (text[at - 1].isdecimal() or reading.item >= 0 or not text[at - 2 : at - 1].isalnum())
    )
    if free and text[at] == ".":
        rules = reading.rules
        word = _judge.word_before(text, reading.sentence(), at)
        if reading.asked != reading.base + at:
            if _judge.stands_alone(rules, word):
                reading.cut_at_once(end)
                return True
            reading.asked = reading.base + at
        if text[end : at + 2] == " " and _judge.is_plain(rules, text, at, word):
            reading.cut(end, _SENTENCE)
            return True
    if text[end : at + 2] == " " and text[at - 1 : at] != " ":  # the usual case
        if free and reading.item < 0 and not marker:
            verdict = _verdict(reading, text, at, end, end, complete=complete)
            if verdict is WAIT:
                return False
            reading.at = end
            if verdict is END:
                reading.cut(end, _SENTENCE)
            return True
    elif run := _RUN.match(text, at):
        end = run.end()
    if end == len(text) and not complete:
        return False
    if end == at + 1 and text[at] == "." and text[at - 1 : at] == " ":
        rest = text[at : at + _SPACED_REACH]
        if len(rest) < _SPACED_REACH and not complete and not rest.strip(" ."):
            return False
        spaced = _SPACED_RUN.match(text, at)
        if spaced:
            end = spaced.end()
    tail = tail_of(text, end, complete=complete)
    if tail < 0:
        return False
    follows = text[tail : tail + 1]
    if follows and not follows.isspace():
        return _glued(reading, text, at, end, tail, complete=complete)
    if reading.opened and reading.inside():
        return _in_bracket(reading, text, at, end, tail, complete=complete)
    if not worded:
        reading.at = tail
        if reading.is_leftover(at):
            reading.leave(tail)
        return True
    if marker:
        found = _items.item(reading, text, at, tail, complete=complete)
        if found is not None:
            return found is GOES_ON
    if reading.item >= 0 and reading.nothing_open():
        verdict = _items.leads_to_item(reading, text, tail, complete=complete)
        if verdict is WAIT:
            return False
        if verdict is END:
            reading.cut(tail, _SENTENCE)
            return True
    verdict = _verdict(reading, text, at, end, tail, complete=complete)
    if verdict is WAIT:
        return False
    if reading.opened and any(close == "»" for close, _ in reading.opened):
        # A French quote closes after a space.
        if not complete and _FRENCH_SPACE.fullmatch(text, tail, min(len(text), tail + 3)) and len(text) < tail + 3:
            return False
        if closing := _FRENCH_CLOSING.match(text, tail):
            tail = closing.end()
            if tail == len(text) and not complete:
                return False
            verdict = _judge.after_closing(reading.rules, Ahead(text, tail, complete=complete), led_by_quote=False)
            if verdict is WAIT:
                return False
    if tail > end:
        reading.close(end, tail)
    reading.at = tail
    if verdict is END:
        reading.cut(tail, _SENTENCE)
    return True


def _in_bracket(reading: Reading, text: str, at: int, end: int, tail: int, *, complete: bool) -> bool:
    """Inside a bracket, only a sentence that ends with the bracket ends: `(It is true.) Then`."""
    if not any(mark in BLOCKING for mark in text[end:tail]):
        reading.at = end
        return True
    opened = reading.opened
    led = reading.leads(opened[0][1])
    if not _ALNUM.search(text, max(0, opened[-1][1] - reading.base), at):
        reading.close(end, tail)  # `[...]`, `(!)`
        reading.at = tail
        return True
    saved = list(opened)
    reading.close(end, tail)
    if reading.inside():
        reading.at = tail
        return True
    verdict = _verdict(reading, text, at, end, tail, complete=complete)
    if verdict is END and not led and reading.rules.language.capital_nouns:
        verdict = _judge.if_starter(reading.rules, Ahead(text, tail, complete=complete))
    if verdict is WAIT:
        reading.opened = saved
        return False
    reading.at = tail
    if verdict is END:
        reading.cut(tail, _SENTENCE)
    return True


def _verdict(reading: Reading, text: str, at: int, end: int, tail: int, *, complete: bool) -> Verdict:
    """Judge marks that white space follows."""
    if text[tail : tail + 1] == "\n" or (tail == len(text) and complete):
        return END
    marks = text[at:end]
    rules = reading.rules
    ahead = Ahead(text, tail, complete=complete)
    if rules.splitter is not None:
        if marks == "." and _judge.is_listed(rules, text, reading.sentence(), at):
            return GOES_ON
        return _judge.by_splitter(rules.splitter, text, reading.sentence(), tail, ahead)
    if marks == ".":
        verdict = _judge.after_dot(rules, text, reading.sentence(), at, ahead)
    elif "…" in marks or not marks.strip(". "):
        verdict = _judge.after_ellipsis(rules, text, reading.sentence(), at, ahead)
    elif tail == end and len(marks) == 1:
        verdict = _judge.after_exclamation(rules, text, at, ahead)
    else:
        verdict = END
    if verdict is END and (reading.opened or (reading.dialogue and marks != ".")):
        first = ahead.visible()
        if first is None:
            return WAIT
        if first and first in "—–-―":
            return GOES_ON
    if verdict is END and tail > end and text[end:tail].strip("*_~¹²³⁰⁴⁵⁶⁷⁸⁹"):
        led = bool(reading.opened) and reading.leads(reading.opened[0][1])
        return _judge.after_closing(rules, ahead, led_by_quote=led)
    return verdict


def _glued(reading: Reading, text: str, at: int, end: int, tail: int, *, complete: bool) -> bool:
    """Without white space after the mark, a sentence ends only between words that cannot be one name, or in CJK text."""
    follows, before = text[tail], text[at - 1 : at]
    if (
        tail > end
        and text[at] in "!?…"
        and reading.opened
        and not reading.rules.language.saying
        and max(follows, before) >= EAST_ASIAN
    ):
        return stop(reading, text, at, complete=complete)
    reading.at = end
    if tail > end or not follows.isalnum() or (reading.opened and reading.inside()):
        return True
    if not reading.has_words(at):
        if reading.is_leftover(at):
            reading.leave(end)
        return True
    if text[at] in "!?":
        word = _judge.word_before(text, reading.sentence(), at)
        if follows >= EAST_ASIAN or before >= EAST_ASIAN or (follows.isupper() and before.islower() and word.isalpha()):
            reading.cut(end, _SENTENCE)
    elif before >= EAST_ASIAN and ("…" in text[at:end] or "..." in text[at:end]):
        marks = text[at:end]
        if marks[-1] in "。！？｡!?" or _judge_east.sounds_final(text, reading.sentence(), at):
            reading.cut(end, _SENTENCE)
    elif (
        end == at + 1
        and text[at] in ".．"
        and min(follows, before) >= EAST_ASIAN
        and follows.isalpha()
        and before.isalpha()
    ):
        reading.cut(end, _SENTENCE)
    elif text[at] == "." and end == at + 1 and follows >= EAST_ASIAN and follows.isalpha() and before.isalpha():
        word = _judge.word_before(text, reading.sentence(), at)
        if len(word) > 1 and _judge.is_plain(reading.rules, text, at, word):
            reading.cut(end, _SENTENCE)
    elif text[at] == "." and end == at + 1 and follows.isupper() and before.islower():
        verdict = _judge.without_space(reading.rules, text, at, complete=complete)
        if verdict is WAIT:
            reading.at = at
            return False
        if verdict is END:
            reading.cut(end, _SENTENCE)
    return True


def stop(reading: Reading, text: str, at: int, *, complete: bool) -> bool:
    """`。` and the full stops of other scripts end a sentence at once when nothing is open; `！？` do after the last of them."""
    after = at + 1
    if not reading.opened and reading.stars < 0:
        if text[at] in "！？":  # more of them may come: `！！！`
            run = _RUN.match(text, at)
            after = run.end() if run else after
            if after == len(text) and not complete:
                return False
        if reading.has_words(at):
            reading.cut_at_once(after)
        elif reading.is_leftover(at):
            reading.leave(after)
        else:
            reading.at = after
        return True
    inside = reading.inside()
    if not reading.opened and not reading.emphasized():
        reading.stars = -1
        return stop(reading, text, at, complete=complete)
    run = _RUN.match(text, at)
    end = run.end() if run else after
    closing = _FULL_TAIL.match(text, end)
    tail = closing.end() if closing else end
    if tail == len(text) and not complete:
        return False
    marks = text[end:tail]
    led = bool(reading.opened) and reading.leads(reading.opened[0][1])
    if marks.strip("*_~") and not inside:
        verdict = _judge_east.after_full_quote(
            reading.rules.language.code, text, tail, led_by_quote=led, complete=complete
        )
        if verdict is WAIT:
            return False
    else:
        verdict = GOES_ON if marks and inside and not led else END
    reading.close(end, tail)
    reading.at = tail
    if verdict is END and not reading.inside() and reading.has_words(at):
        reading.cut(tail, _SENTENCE)
    return True


def flourish(reading: Reading, text: str, at: int, *, complete: bool) -> bool:
    """`~`, `♪` and `^^` end sentences of chat in Chinese, Japanese and Korean: `你好呀~今天怎么样？`"""
    if text[at - 1 : at] < EAST_ASIAN:
        reading.at = at + 1
        return True
    run = _FLOURISH.match(text, at)
    end = run.end() if run else at + 1
    if end == len(text) and not complete:
        return False
    reading.at = end
    worded = reading.has_words(at) and reading.nothing_open()
    if worded and _judge_east.flourishes(
        reading.rules.language.code, text, reading.sentence(), at, text[end : end + 1]
    ):
        reading.cut(end, _SENTENCE)
    return True


def emoji(reading: Reading, text: str, at: int, *, complete: bool) -> bool:
    """Emoji after a word end a sentence if a word follows that begins one: `Sounds good 👍 Let me know.`"""
    run = _EMOJI.match(text, at)
    end = run.end() if run else at + 1
    if end == len(text) and not complete:
        return False
    follows = text[end : end + 1]
    ends = text[at] >= "\U0001f300" and (follows == " " or follows >= EAST_ASIAN) and reading.has_words(at)
    if ends and reading.nothing_open():
        ahead = Ahead(text, end, complete=complete)
        first = ahead.visible()
        verdict = WAIT if first is None else GOES_ON
        if first and first.isalpha() and first.lower() == first.upper():
            verdict = END
        elif first and first.isupper():
            verdict = _judge.if_starter(reading.rules, ahead)
        if verdict is WAIT:
            return False
        if verdict is END:
            reading.cut(end, _SENTENCE)
            return True
    reading.at = end
    return True
