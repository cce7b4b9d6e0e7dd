"""Shortened days of the week and months in a list or a range: `Tue, Wed and Fri`, `lun. al ven.`, `Jan. to Mar.`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

import attrs

from triolet._tools._lazy_regex import lazy_regex
from triolet.verbalization._found import Found
from triolet.verbalization._language import Language

_BETWEEN = "and|or|to|through|thru|und|oder|bis|et|ou|à|au|y|o|a|al|e|ed|até|и|или|по|до"
"""Words between the names of a list or a range, in all languages: the names tell the language."""
_PREPOSITIONS = frozenset({"по", "до"})
"""Words between two names that decide the case of the second one."""
_WORDS_TOO = frozenset({"So", "Do", "Sun", "dom", "mar", "mer"})
"""Shortened days that are words: alone before a comma, they are no days."""
_DATE_FOLLOWS = lazy_regex(r" ?[0-9]")


@attrs.frozen
class Calendar:
    """The names of the days and months of one language, and how they are shortened."""

    days: Mapping[str, str]
    months: Mapping[str, str]
    run: re.Pattern[str]
    name: re.Pattern[str]
    before_date: re.Pattern[str]
    after_word: re.Pattern[str]
    begins: re.Pattern[str]
    goes_on: re.Pattern[str]
    stopped: bool
    """Whether a shortened day needs its stop, since it is a word without one: `mar e ter`."""
    dates_of_its_own: bool
    """Whether a month before a number is left to the dates: `Mar. 5`."""


def calendar_of(words: Language) -> Calendar:
    """The calendar of a language. One without shortened names has patterns that find nothing."""
    days, months = words.weekdays, words.short_months
    full = [*words.months, *dict.fromkeys(days.values())] if words.spaced else []
    names = "|".join(re.escape(name) for name in sorted({*days, *months, *full}, key=len, reverse=True)) or "(?!)"
    forms = "|".join(re.escape(name) for name in sorted({*months, *words.months}, key=len, reverse=True)) or "(?!)"
    short = "|".join(re.escape(name) for name in sorted(days, key=len, reverse=True)) or "(?!)"
    one = rf"(?:{names})(?![^\W_])\.?"
    between = rf"(?:,? (?:{_BETWEEN}) |, | ?[–—/-] ?)"
    return Calendar(
        days,
        months,
        re.compile(rf"(?<![\w.-]){one}(?:{between}{one}){{1,11}}(?![\w-])"),
        re.compile(rf"({names})(?![^\W_])(\.?)"),
        re.compile(
            rf"(?<![\w.-])({short})\.?(?=,? (?:(?:{forms})\.? [0-9]|(?:den |le |el |il |the )?[0-9]{{1,2}}(?:\.|º|st|nd|rd|th)? "
            rf"(?:de |di |of )?(?:{forms})(?![^\W_])))"
        ),
        re.compile(rf"(?<![\w.-])(?:{words.before_day}) ({short})(?![^\W_])\.?", re.IGNORECASE),
        re.compile(rf"(?<![\w.-])(?<!the )(?<!The )({short})(\.?),\s*\Z"),
        re.compile(rf"\s*(?:(?:{_BETWEEN}) )?({short})(?![^\W_])\.?(?=[,.;:!?]|\s*\Z| )"),
        words.code in ("fr", "es", "it", "pt"),
        words.code == "en",
    )


def calendar(text: str, words: Language, known: Calendar, *, listed: bool) -> Iterator[Found]:
    """All that are found. `listed`: the clause before ended in a day and a comma."""
    for run in known.run.finditer(text):
        names = list(known.name.finditer(text, run.start(), run.end()))
        short = [one for one in names if one[1] in known.days or one[1] in known.months]
        days = [one for one in short if one[1] in known.days]
        months = [one for one in short if one[1] in known.months]
        told = any(one[2] for one in short) or "–" in run[0] or "-" in run[0] or " to " in run[0]
        if not short or (not told and (known.stopped or len(days) < len(short))):
            continue
        # `mar.` is a day and a month: what stands beside it decides
        is_month = len(months) == len(short) and (len(days) < len(short) or _has_full_month(names, words))
        at = 0
        while at < len(names):
            one = names[at]
            following = names[at + 1] if at + 1 < len(names) else None
            table = known.months if is_month or one[1] not in known.days else known.days
            parted = text[names[at - 1].end() : one.start()].strip() if at else ""
            before = text[max(0, run.start() - 12) : one.start() if parted in _PREPOSITIONS else run.start()]
            said = words.day_in(before, one[1]) or table.get(one[1], one[1])
            end = one.end()
            if following and text[one.end() : following.start()].strip() in ("-", "–", "—"):
                at += 1
                last = table.get(following[1], following[1])
                said = words.day_range(one[1].lower(), following[1].lower()) or words.weekday_range.format(said, last)
                end = following.end()
            at += 1
            if known.dates_of_its_own and table is known.months and _DATE_FOLLOWS.match(text, end):
                continue
            if text[end - 1] == "." and not text[end:].strip(" \"'”’)»“"):
                end -= 1  # the stop is that of the sentence
            if said != text[one.start() : end]:
                yield Found(one.start(), end, "abbreviations", said)
    for one in known.before_date.finditer(text):
        day = words.day_in(text[max(0, one.start() - 12) : one.start()], one[1]) or known.days[one[1]]
        yield Found(one.start(), one.end(), "abbreviations", day)
    for one in known.after_word.finditer(text):
        if day := words.day_in(text[max(0, one.start(1) - 16) : one.start(1)], one[1]):
            end = one.end()
            if text[end - 1] == "." and not text[end:].strip(" \"'”’)»“"):
                end -= 1  # the stop is that of the sentence
            yield Found(one.start(1), end, "abbreviations", day)
    ends = known.begins.search(text)
    if ends and (listed or ((ends[2] or not known.stopped) and ends[1] not in _WORDS_TOO)):
        day = words.day_in(text[max(0, ends.start() - 12) : ends.start()], ends[1]) or known.days[ends[1]]
        yield Found(ends.start(), ends.end(2), "abbreviations", day)
    if listed and (item := known.goes_on.match(text)) and not known.run.match(text, item.start(1)):
        stop = item[0].endswith(".") and not text[item.end() :].strip(" \"'”’)»“")
        yield Found(item.start(1), item.end() - stop, "abbreviations", known.days[item[1]])


def day_listed(text: str, known: Calendar, listed: bool) -> bool:
    """Whether a clause ends in a day and a comma, so that the next one may go on with another: `Tue, `."""
    ends = known.begins.search(text)
    return ends is not None and (listed or ((bool(ends[2]) or not known.stopped) and ends[1] not in _WORDS_TOO))


def _has_full_month(names: list[re.Match[str]], words: Language) -> bool:
    return any(one[1].lower() in words.month_numbers for one in names)
