"""What Qwen-TTS realtime costs, as data."""

from __future__ import annotations

from urllib.parse import urlsplit

from triolet_adapters.tts.frame import Price

_SOURCE = "the vendor's page of models and prices (early 2026)"
_CHEAP = Price(amount=0.13, per=10_000, source=_SOURCE, read="2026-11-01")
_DEAR = Price(amount=0.143353, per=10_000, source=_SOURCE, read="2026-11-01")


def price_of(model: str, url: str) -> Price | None:
    """The list price; a Han character counts as two. None for other series, and for a host that is not the vendor's."""
    host = urlsplit(url).hostname or ""
    if not host.endswith(".aliyuncs.com"):
        return None
    beijing = host == "dashscope.aliyuncs.com" or ".cn-beijing." in host
    if model.startswith("qwen3-tts-vd") or beijing:
        return _DEAR if model.startswith(("qwen3-tts-flash", "qwen3-tts-vc", "qwen3-tts-vd")) else None
    return _CHEAP if model.startswith(("qwen3-tts-flash", "qwen3-tts-vc")) else None
