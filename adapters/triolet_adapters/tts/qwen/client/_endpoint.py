"""Where the service is: region and workspace, or a URL; and what keeps a key from going astray."""

from __future__ import annotations

from urllib.parse import parse_qs, quote, urlsplit, urlunsplit

from triolet import is_this_machine
from triolet_adapters.shared.dashscope import host_of
from triolet_adapters.tts.frame import checked_url
from triolet_adapters.tts.qwen.protocol import PATH


def service_url(model: str, url: str | None, region: str, workspace: str | None) -> str:
    """The URL of a session: `url` with the model in its query, or built from region and workspace."""
    if url is None:
        url = f"wss://{host_of(region, workspace)}{PATH}"
    parts = urlsplit(checked_url(url, "url", "ws"))
    named = parse_qs(parts.query).get("model")
    if named not in (None, [model]):
        raise ValueError(f"url names the model {named[0]!r}, model is {model!r}; name it once")
    query = parts.query if named else "&".join(part for part in (parts.query, f"model={quote(model, safe='')}") if part)
    return urlunsplit((parts.scheme, parts.netloc, parts.path or PATH, query, ""))


def is_loopback(url: str) -> bool:
    """Whether the URL leads to this machine."""
    return is_this_machine(urlsplit(url).hostname or "")
