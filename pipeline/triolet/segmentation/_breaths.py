"""Where a speaker may breathe in Chinese and Japanese, which write no space between words: after particles, not inside a word."""

from __future__ import annotations

from triolet._tools._lazy_regex import lazy_regex

FEWEST = 3
"""Characters before a breath at least: fewer sound chopped off."""

HELD_BACK = 3
"""Characters that may be held back after a breath: the beginning of a word. More have a whole word in them, which is worth more
to a listener who waits than a sure place to breathe."""

# Chinese words of one character after which another word begins, and words that begin with them.
_AFTER = "的了着们吗呢吧是在和与就也很把被给从让到"
_TOGETHER = """
    的确 了解 了不 了如 了结 着急 着手 着想 着重 着火 着陆 着装 是否 是非 在乎 在于 在线 在意 在场 和平 和谐 和气 和睦 和解 与其 与会 与众
    就业 就是 就算 就职 就医 就餐 也许 很多 把握 把手 把关 把戏 被子 被告 被动 给予 给力 从事 从来 从而 从此 从前 从容 从业 让步 让座
    到底 到达 到处 到期 到位 到场 到来 的话 是的 了的 着的 们的 了吗 了呢 了吧 是吗 是吧 的吗 的呢 的了 着了 着呢
"""
_WORDS = frozenset(_TOGETHER.split())
_CHINESE = lazy_regex(f"[{_AFTER}](?=[\u4e00-\u9fff])")
# At the very end, what comes may be the rest of a word: only what hardly begins one.
_CHINESE_END = frozenset("的了们吗呢吧")
# Hiragana, which ends words, before a character that begins one.
_KANA = lazy_regex("[ぁ-ん](?=[\u4e00-\u9fff\u30a1-\u30fa])")
_JAPANESE_END = frozenset("はをがに")


def last_breath(text: str, begin: int, end: int) -> int:
    """Where a speaker may breathe in `text[begin:end]`, so that at most `HELD_BACK` characters are left; 0 if there is no such place."""
    found = _last(text, begin, end)
    return found if end - found <= HELD_BACK else 0


def _last(text: str, begin: int, end: int) -> int:
    reach = begin + FEWEST
    if end < reach:
        return 0
    last = text[end - 1]
    if "ぁ" <= last <= "ヺ" or any("ぁ" <= char <= "ん" for char in text[begin:end]):
        if last in _JAPANESE_END:
            return end
        found = max((match.end() for match in _KANA.finditer(text, reach - 1, end)), default=0)
        return found if found >= reach else 0
    if last in _CHINESE_END:
        return end
    best = 0
    for match in _CHINESE.finditer(text, reach - 1, end):
        at = match.end()
        if at < end and text[at - 1 : at + 1] not in _WORDS:
            best = at
    return best
