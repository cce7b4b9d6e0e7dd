"""A key from the environment goes to the host that issued it, and to no other that is named alike."""

from __future__ import annotations

import pytest

from triolet_adapters.sources._chat import _key_variable


@pytest.mark.parametrize(
    ("host", "variable"),
    [
        ("api.openai.com", "OPENAI_API_KEY"),
        ("dashscope.aliyuncs.com", "DASHSCOPE_API_KEY"),
        ("dashscope-intl.aliyuncs.com", "DASHSCOPE_API_KEY"),
        ("evilapi.openai.com", None),
        ("api.openai.com.evil.example", None),
        ("openai.com", None),
        ("dashscope.evilaliyuncs.com", None),
        ("dashscopealiyuncs.com", None),
        ("dashscope.aliyuncs.com.evil.example", None),
        ("evildashscope.aliyuncs.com", None),
        ("dashscope.evil.aliyuncs.com", None),
        ("dashscopes.aliyuncs.com", None),
        ("dashscope.evil", None),
        ("dashscope", None),
        ("localhost", None),
        ("", None),
    ],
)
def test_a_host_is_its_whole_name(host: str, variable: str | None) -> None:
    assert _key_variable(host) == variable
