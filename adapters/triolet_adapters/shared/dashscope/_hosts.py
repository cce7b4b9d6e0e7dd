"""Where the service is, and which key it takes."""

from __future__ import annotations

KEY_VARIABLE = "DASHSCOPE_API_KEY"
"""The variable of the environment that holds the key, as in the vendor's SDK."""

VENDOR = "aliyuncs.com"
"""Every host of the service ends in it."""

REGIONS = {
    "cn-beijing": "dashscope.aliyuncs.com",
    "ap-southeast-1": "dashscope-intl.aliyuncs.com",
    "cn-hongkong": "cn-hongkong.dashscope.aliyuncs.com",
    "us-east-1": "dashscope-intl.aliyuncs.com",
    "eu-central-1": "dashscope-intl.aliyuncs.com",
    "ap-northeast-1": "dashscope-intl.aliyuncs.com",
}
"""Each region with its host for callers without a workspace (as in the vendor's SDK 2.0.2). Which of them serve a protocol's models is
documented for the first two only."""


def host_of(region: str, workspace: str | None) -> str:
    """The host of a region, or of a workspace there.

    Raises:
        ValueError: there is no such region. The text names those that there are.
    """
    if region not in REGIONS:
        raise ValueError(f"region is {region!r}; it must be one of {', '.join(REGIONS)}")
    return f"{workspace}.{region}.maas.{VENDOR}" if workspace else REGIONS[region]
