"""Whether a sentence of Chinese, Japanese or Korean ends at a mark that leaves it open: a flourish, an ellipsis, a closing quote."""

from __future__ import annotations

from triolet._tools._characters import EAST_ASIAN
from triolet._tools._lazy_regex import lazy_regex
from triolet.segmentation._look_ahead import END, GOES_ON, WAIT, Verdict

HESITATION = 4
"""Characters before three dots that make no sentence of them in scripts without capitals (`음... 잘 모르겠어요`)."""
_FINAL = lazy_regex(
    r"(?:です|ます|した|でした|ません|でしょう|ましょう|ください|だった|ない|だろう|たい)(?:か|ね|よ|よね|な)?\Z"
)


_CHATTY = {"zh": frozenset("呀啊哦哟啦呢吧嘛哈嗯噢咯喔捏"), "ko": frozenset("요다네죠지까야어용음")}
_NOTES = frozenset("♪♫♬♡♥")


def flourishes(code: str, text: str, start: int, at: int, follows: str) -> bool:
    """Whether `~`, `♪` or `^^` at `at`, before `follows`, ends a sentence of chat in Chinese, Japanese or Korean."""
    before, mark = text[at - 1 : at], text[at]
    if before < EAST_ASIAN or not (follows >= EAST_ASIAN or (follows == " " and (code == "ko" or mark in _NOTES))):
        return False
    if mark in _NOTES:
        return True
    if code == "ja":
        return mark != "^" and sounds_final(text, start, at)
    return before in _CHATTY.get(code, "")


def sounds_final(text: str, start: int, at: int) -> bool:
    """Whether Japanese words before an ellipsis end a sentence, as those of `そう…` do not."""
    return at - start > HESITATION and _FINAL.search(text, max(start, at - 8), at) is not None


_SAYS = lazy_regex(r"[^，。！？：；、“”「」\s]{0,6}?(?:说|說|道|问|問|答|喊|叫|写|寫|回答|表示|解释|解釋|(?<!都)笑)")
_SAYS_REACH = 8
_PHRASE_END = lazy_regex(r"[，。！？：；、“”「」\s]")
_PARTICLES = "とってのをはがにもでやなかさへよだ"


def after_full_quote(code: str, text: str, tail: int, *, led_by_quote: bool, complete: bool) -> Verdict:
    """Judge `。` and the like with a closing quote after it: `“我不知道。”她说。`, `「はい。」と彼は言った。`"""
    follows = text[tail : tail + 1]
    if follows and follows in "，、,；：;:。！？.!?…—":
        return GOES_ON
    if code == "ja" and follows and follows in _PARTICLES:
        if follows != "は":
            return GOES_ON
        rest = text[tail : tail + 2]
        if len(rest) < 2 and not complete:
            return WAIT
        return END if rest in ("はい", "はあ") else GOES_ON
    if code == "zh" and led_by_quote:
        if _SAYS.match(text, tail):
            return GOES_ON
        rest = text[tail : tail + _SAYS_REACH]
        if len(rest) < _SAYS_REACH and not complete and not _PHRASE_END.search(rest):
            return WAIT
    return END
