"""Speech in an asyncio program: python recipes/from_asyncio.py

Triolet runs on Trio, so `AsyncioConversation` runs a Conversation in a thread with Trio. Tokens go in, and audio comes out, one
at a time: each side waits for the other, so nothing queues up. If you cancel `say`, the turn is silent before `say` returns. An
interrupted turn cancels and closes its tokens. An error of either side is raised in `say`, by itself.
"""

import asyncio
import contextlib
import wave
from collections.abc import AsyncGenerator, AsyncIterable, Awaitable, Callable, Coroutine
from functools import partial
from typing import Any, Self, TypeVar, TypeVarTuple

import trio

from triolet import Conversation, TurnResult, speech
from triolet_adapters.outputs import NullDevice
from triolet_adapters.tts import LocalTTS

T = TypeVar("T")
Args = TypeVarTuple("Args")


class AsyncioConversation:
    """A Conversation for an asyncio event loop: `async with` it, `await say(tokens)`, `tell(conversation.interrupt)`."""

    def __init__(self, conversation: Conversation) -> None:
        self._conversation = conversation

    async def __aenter__(self) -> Self:
        self._loop = asyncio.get_running_loop()
        opened: asyncio.Future[None] = self._loop.create_future()
        self._thread = self._loop.run_in_executor(None, trio.run, self._live, opened)
        try:
            await self._either(opened)
        except asyncio.CancelledError:
            await self._either(opened)  # opening has deadlines of its own  # noqa: ASYNC102
            await self.__aexit__()  # noqa: ASYNC102
            raise
        if self._thread.done():
            self._thread.result()  # raises the error that kept it from opening
        return self

    async def __aexit__(self, *_: object) -> None:
        if not self._thread.done():
            self.tell(self._nursery.cancel_scope.cancel)
        await asyncio.wait([self._thread])  # noqa: ASYNC102  # each end in there is bounded
        self._thread.result()

    async def _either(self, future: asyncio.Future[Any]) -> None:
        """Wait for a future, or for the end of the thread."""
        await asyncio.wait([future, self._thread], return_when=asyncio.FIRST_COMPLETED)

    async def _live(self, opened: asyncio.Future[None]) -> None:
        self._trio = trio.lowlevel.current_trio_token()
        async with self._conversation, trio.open_nursery() as self._nursery:
            self._loop.call_soon_threadsafe(opened.set_result, None)
            await trio.sleep_forever()

    async def say(self, tokens: AsyncIterable[str], **options: Any) -> TurnResult:
        """See `Conversation.say`."""
        send, receive = trio.open_memory_channel[str](1)
        try:
            async with asyncio.TaskGroup() as group:
                feeding = group.create_task(self._feed(tokens, send))
                result = await self.call(lambda: self._conversation.say(receive, **options))
                feeding.cancel()
        except BaseExceptionGroup as errors:
            first, *others = errors.exceptions
            raise (errors if others else first) from None
        return result

    async def _feed(self, tokens: AsyncIterable[str], send: trio.MemorySendChannel[str]) -> None:
        iterator = aiter(tokens)
        try:
            async for token in iterator:
                await self.call(partial(send.send, token))
            await self.call(send.aclose)
        except (trio.BrokenResourceError, asyncio.CancelledError):
            # If Trio has ended the turn, `say` is about to cancel this task. Wait for that here, so that it does not hit the closing.
            if not (task := asyncio.current_task()) or not task.cancelling():
                await self._loop.create_future()  # noqa: ASYNC102
            raise
        finally:
            if isinstance(iterator, AsyncGenerator):
                await iterator.aclose()

    def tell(self, function: Callable[[], object]) -> None:
        """Make a plain call in Trio's thread, such as `conversation.interrupt`. After the block it does nothing."""
        with contextlib.suppress(trio.RunFinishedError):
            self._trio.run_sync_soon(function)

    async def call(self, function: Callable[[], Awaitable[T]]) -> T:
        """Await a Trio function. If this is cancelled, the function is too, and its clean-up has ended when this raises."""
        done: asyncio.Future[T] = self._loop.create_future()
        scope = trio.CancelScope()

        async def run() -> None:
            end: Callable[[], object] = done.cancel
            try:
                with scope:
                    end = partial(done.set_result, await function())
            except Exception as error:  # noqa: BLE001 -- raised below, in the other thread
                end = partial(done.set_exception, error)
            finally:
                self._loop.call_soon_threadsafe(end)

        def start() -> None:
            try:
                self._nursery.start_soon(run)
            except RuntimeError:  # the nursery takes no more tasks: the block is being left
                self._loop.call_soon_threadsafe(done.cancel)

        self.tell(start)
        try:
            await self._either(done)
        except asyncio.CancelledError:
            self.tell(scope.cancel)
            await self._either(done)  # noqa: ASYNC102
            raise
        if not done.done():
            raise RuntimeError("the conversation has ended meanwhile")
        return done.result()


class AsyncioOutput(NullDevice):
    """Gives audio to `send`, a coroutine function of the asyncio program, in real time, `hold` seconds ahead of the listener."""

    def __init__(
        self, send: Callable[[bytes], Coroutine[Any, Any, None]], *, hold: float = 0.1, pace: float = 1.0
    ) -> None:
        super().__init__(hold=hold, pace=pace)
        self._send, self._loop = send, asyncio.get_running_loop()

    async def play(self, pcm: bytes) -> None:
        for at in range(0, len(pcm), 1920):  # 40 ms at 24 kHz
            await super().play(pcm[at : at + 1920])
            await in_asyncio(self._loop, self._send, pcm[at : at + 1920])


async def in_asyncio(
    loop: asyncio.AbstractEventLoop, function: Callable[[*Args], Coroutine[Any, Any, T]], *args: *Args
) -> T:
    """Await a coroutine function of asyncio from Trio. If this is cancelled, the coroutine is too."""
    await trio.lowlevel.checkpoint_if_cancelled()
    trio_token, done = trio.lowlevel.current_trio_token(), trio.Event()
    future = asyncio.run_coroutine_threadsafe(function(*args), loop)

    def wake(_: object) -> None:
        with contextlib.suppress(trio.RunFinishedError):
            trio_token.run_sync_soon(done.set)

    future.add_done_callback(wake)
    try:
        await done.wait()
    finally:
        future.cancel()
    return future.result()


async def llm(text: str) -> AsyncGenerator[str]:
    for word in text.split():
        await asyncio.sleep(0.02)
        yield f"{word} "


async def main() -> None:
    with wave.open("from_asyncio.wav", "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(24_000)

        async def send(pcm: bytes) -> None:  # noqa: ASYNC124
            file.writeframes(pcm)  # in a web server: await websocket.send_bytes(pcm)

        conversation = Conversation(speech(LocalTTS(), "en"), AsyncioOutput(send))
        async with AsyncioConversation(conversation) as bridge:
            result = await bridge.say(llm("This program has an event loop of its own."))
            print("heard:    ", result.heard)
            try:
                async with asyncio.timeout(3):
                    await bridge.say(
                        llm("Whoever waits no longer cancels this. What comes then, is heard by nobody. Never.")
                    )
            except TimeoutError:
                assert conversation.last is not None
                print("heard:    ", conversation.last.heard)
                print("not heard:", conversation.last.unheard)


if __name__ == "__main__":
    asyncio.run(main())
