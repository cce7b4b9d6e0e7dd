"""Settings of OpenAIChat, and its key."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
import traceback
from typing import Any

import httpx2
import pytest
import trio
from tests.integration.sources.http_peer import (
    DONE,
    KEY,
    QUESTION,
    STOP,
    answer,
    chat_with,
    event,
    response,
    serve,
    token,
    tokens_of,
)

from triolet_adapters.sources import (
    BASE_URLS,
    ChatError,
    OpenAIChat,
)


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"base_url": "127.0.0.1:8000/v1"}, "base_url"),
        ({"base_url": "ftp://host/v1"}, "http"),
        ({"base_url": "http://user:secret@host/v1"}, "user name"),
        ({"base_url": "http://host/v1/chat/completions"}, "without /chat/completions"),
        ({"api_key": ""}, "api_key"),
        ({"api_key": "sk-a b"}, "api_key"),
        ({"api_key": "sk-\x00"}, "api_key"),
        ({"parameters": {"stream": False}}, "'stream' is set here"),
        ({"connect_deadline": 0}, "connect_deadline"),
        ({"between_tokens_deadline": float("nan")}, "between_tokens_deadline"),
    ],
)
def test_wrong_settings_are_refused_with_words(settings: dict[str, Any], words: str) -> None:
    settings.setdefault("base_url", "http://host/v1")
    with pytest.raises(ValueError, match=words) as caught:
        OpenAIChat("m", **settings)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(("messages", "kind"), [("Hello", TypeError), ([], ValueError), (["Hello"], TypeError)])
def test_wrong_messages_are_refused(messages: Any, kind: type[Exception]) -> None:
    with pytest.raises(kind, match="messages"):
        OpenAIChat("m", base_url="http://host/v1").stream(messages)


async def test_a_key_from_the_environment_goes_to_its_issuer_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    monkeypatch.setenv("DASHSCOPE_API_KEY", KEY)
    async with serve(answer(STOP, DONE)) as peer:
        await tokens_of(chat_with(peer).stream(QUESTION))
        assert "authorization" not in peer.requests[0][1]

    seen: list[str | None] = []

    def note(request: httpx2.Request) -> httpx2.Response:
        seen.append(request.headers.get("authorization"))
        return httpx2.Response(200, content=STOP + DONE)

    async with httpx2.AsyncClient(transport=httpx2.MockTransport(note)) as client:
        workspace = "https://ws-1.eu-central-1.maas.aliyuncs.com/compatible-mode/v1"
        others = [
            "https://dashscope.aliyuncs.com.evil.example/v1",
            "https://evil-aliyuncs.com/v1",
            "https://dashscope/v1",
        ]
        for url in (workspace, *BASE_URLS.values(), *others):
            await tokens_of(OpenAIChat("m", base_url=url, client=client).stream(QUESTION))
    assert seen == [f"Bearer {KEY}"] * 6 + [None] * 7


@pytest.mark.parametrize("service", ["openai", "dashscope-intl"])
def test_a_service_that_needs_a_key_says_so_before_any_request(service: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    monkeypatch.delenv("DASHSCOPE_API_KEY", raising=False)
    with pytest.raises(ValueError, match="_API_KEY"):
        OpenAIChat("m", base_url=BASE_URLS[service])


def test_a_key_from_the_environment_is_not_sent_in_the_clear(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    with pytest.raises(ValueError, match="in the clear; use https") as refused:
        OpenAIChat("m", base_url="http://api.openai.com/v1")
    assert KEY not in str(refused.value)


async def test_the_key_shows_nowhere(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    shown: list[str] = []

    async def failing(base_url: str, **settings: Any) -> None:
        chat = OpenAIChat("m", base_url=base_url, api_key=KEY, **settings)
        stream = chat.stream(QUESTION)
        shown.extend((repr(chat), repr(stream), repr(vars(stream))))
        try:
            await tokens_of(stream)
        except ChatError as error:
            shown.append(repr(error.body))
            for chain in (True, False):
                report = traceback.TracebackException.from_exception(error, capture_locals=True)
                shown.append("".join(report.format(chain=chain)))

    refused = response("403 Forbidden", b"{}")

    async def hang_up(stream: trio.SocketStream, _: int) -> None:
        await stream.aclose()

    for behaviour in (refused, hang_up, answer(token("a")), answer(event({"error": "no"}))):
        async with serve(behaviour) as peer:
            await failing(peer.base_url)
    await failing("http://127.0.0.1:9/v1")
    assert sum("Traceback" in text for text in shown) == 10
    assert not [text for text in (*shown, caplog.text) if KEY in text]


@pytest.mark.parametrize(
    "behaviour",
    [
        response("403 Forbidden", f'{{"error": {{"message": "{KEY}", "code": "{KEY}"}}}}'.encode()),
        response("502 Bad Gateway", f"<title>{KEY}</title>".encode()),
        response("302 Found", Location=f"http://elsewhere/?key={KEY}"),
        answer(event({"error": {"message": KEY, "code": KEY}})),
        answer(b"data: " + KEY.encode() + b"\n\n"),
    ],
    ids=["json", "html", "redirect", "in the stream", "nonsense"],
)
async def test_a_key_that_the_service_repeats_is_taken_out(behaviour: bytes) -> None:
    async with serve(behaviour) as peer:
        with pytest.raises(ChatError) as caught:
            await tokens_of(chat_with(peer, api_key=KEY).stream(QUESTION))
    assert "[key]" in str(caught.value)
    assert KEY not in repr((caught.value, vars(caught.value)))


def test_replays_need_no_http_client_and_a_chat_says_which() -> None:
    program = """
import sys
sys.modules["httpx2"] = None  # as if it were not installed
from triolet_adapters.sources import OpenAIChat, Replay
print(Replay("a b").text)
try:
    OpenAIChat("m", base_url="http://127.0.0.1/v1")
except ModuleNotFoundError as error:
    print(error)
"""
    path = {"PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
    done = subprocess.run([sys.executable, "-c", program], env=path, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == ["a b", "httpx2 is not installed: pip install 'triolet[llm]'"]
