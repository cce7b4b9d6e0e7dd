"""Where the service is: region and workspace, or a URL; and what keeps a key from going astray."""

from __future__ import annotations

from urllib.parse import parse_qs, quote, urlsplit, urlunsplit

from triolet import is_this_machine
from triolet_adapters.tts.frame import checked_url
from triolet_adapters.tts.qwen.protocol import PATH

REGIONS = {
    "cn-beijing": "dashscope.aliyuncs.com",
    "ap-southeast-1": "dashscope-intl.aliyuncs.com",
    "cn-hongkong": "cn-hongkong.dashscope.aliyuncs.com",
    "us-east-1": "dashscope-intl.aliyuncs.com",
    "eu-central-1": "dashscope-intl.aliyuncs.com",
    "ap-northeast-1": "dashscope-intl.aliyuncs.com",
}
"""Each region with its host for callers without a workspace (as in the vendor's SDK 2.0.2). Which of them serve this
protocol's models is documented for the first two only."""


def service_url(model: str, url: str | None, region: str, workspace: str | None) -> str:
    """The URL of a session: `url` with the model in its query, or built from region and workspace."""
    if url is None:
        if region not in REGIONS:
            raise ValueError(f"region is {region!r}; it must be one of {', '.join(REGIONS)}")
        host = f"{workspace}.{region}.maas.aliyuncs.com" if workspace else REGIONS[region]
        url = f"wss://{host}{PATH}"
    parts = urlsplit(checked_url(url, "url", "ws"))
    named = parse_qs(parts.query).get("model")
    if named not in (None, [model]):
        raise ValueError(f"url names the model {named[0]!r}, model is {model!r}; name it once")
    query = parts.query if named else "&".join(part for part in (parts.query, f"model={quote(model, safe='')}") if part)
    return urlunsplit((parts.scheme, parts.netloc, parts.path or PATH, query, ""))


def is_loopback(url: str) -> bool:
    """Whether the URL leads to this machine."""
    return is_this_machine(urlsplit(url).hostname or "")
