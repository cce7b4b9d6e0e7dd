"""What the vendor's SDK does with every switch of the local server, in both modes: the two tables below.

The SDK raises nothing for an error event and never closes by itself, so what a user of it sees is the events.
"""

from __future__ import annotations

import gc
import warnings
from collections.abc import Callable

import attrs
import pytest
import trio
from tests.integration.sdk._sdk import SDK, story, with_sdk

from triolet.testing._tone import ToneTTS
from triolet_adapters.tts.qwen import ServerOptions

Act = Callable[[SDK, str], str]
A, B = "The first sentence is here.", "And a second one."
# 27 characters are 0.54 s of audio, sent in a quarter of a second: time enough to do something meanwhile.
SLOW = ServerOptions(pace=2.0, delta_bytes=4800)


def say(sdk: SDK, mode: str, text: str) -> None:
    sdk.client.append_text(text)
    if mode == "commit":
        sdk.client.commit()


def plain(sdk: SDK, mode: str) -> str:
    sdk.open(mode)
    sdk.until("session.updated")
    say(sdk, mode, A)
    if mode == "commit":
        sdk.until("response.done")
    sdk.finish()
    return f"{story(sdk.events)}; {len(sdk.audio)} bytes"


def append_meanwhile(sdk: SDK, mode: str) -> str:
    sdk.open(mode)
    say(sdk, mode, A)
    sdk.until("response.audio.delta")
    sdk.client.append_text(B)
    if mode == "commit":
        sdk.until("response.done")
        sdk.client.commit()
    sdk.finish()
    return story(sdk.events)


def cancel(sdk: SDK, mode: str) -> str:
    sdk.open(mode)
    say(sdk, mode, A)
    sdk.until("response.audio.delta")
    sdk.client.cancel_response()
    sdk.finish()
    whole = len(sdk.audio) == 2 * 12_960
    return f"{story(sdk.events)}; {'all' if whole else 'part'} of the audio"


def clear(sdk: SDK, mode: str) -> str:
    sdk.open(mode)
    say(sdk, mode, A)
    sdk.until("response.audio.delta")
    sdk.client.clear_appended_text()
    sdk.finish()
    whole = len(sdk.audio) == 2 * 12_960
    return f"{story(sdk.events)}; {'all' if whole else 'part'} of the audio"


def uncommitted(sdk: SDK, mode: str) -> str:
    sdk.open(mode)
    sdk.client.append_text("Not committed")
    sdk.finish()
    return f"{story(sdk.events)}; {len(sdk.audio)} bytes"


def white_space(sdk: SDK, mode: str) -> str:
    sdk.open(mode)
    sdk.say(" ")
    sdk.finish()
    return f"{story(sdk.events)}; {len(sdk.audio)} bytes"


def nothing_committed(sdk: SDK, mode: str) -> str:
    sdk.open(mode)
    sdk.client.commit()
    sdk.finish()
    return story(sdk.events)


def idle(sdk: SDK, mode: str) -> str:
    sdk.open(mode)
    return f"{sdk.wait_closed()} {story(sdk.events)}"


def closed_after(sdk: SDK, mode: str) -> str:
    sdk.open(mode)
    sdk.client.finish()
    return f"{sdk.wait_closed()} {story(sdk.events)}"


def refused(sdk: SDK, mode: str) -> str:
    sdk.open(mode)
    sdk.until("error")
    return f"{story(sdk.events)}; open: {sdk.nothing_for(0.2) and not sdk.closed}"


def refused_and_closed(sdk: SDK, mode: str) -> str:
    sdk.open(mode)
    return f"{sdk.wait_closed()} {story(sdk.events)}"


def no_session(sdk: SDK, _mode: str) -> str:
    """The SDK polls every 0.1 s for a connection and gives up after 5 s, whatever has happened meanwhile."""
    try:
        sdk.client.connect()
    except TimeoutError:
        return f"TimeoutError; {sdk.wait_closed()}"
    return "connected"


def second_update(sdk: SDK, mode: str) -> str:
    sdk.open(mode)
    sdk.client.update_session(voice="Serena", mode=mode)
    sdk.until("error")
    return f"{story(sdk.events)}; open: {sdk.nothing_for(0.2) and not sdk.closed}"


def second_commit(sdk: SDK, mode: str) -> str:
    sdk.open(mode)
    for text, last in ((A, "response.done"), (B, "error")):
        sdk.client.append_text(text)
        if mode == "server_commit":  # there the text is spoken whether or not the commit is refused
            sdk.until("response.created")
        sdk.client.commit()
        sdk.until(last)
    sdk.finish()
    return story(sdk.events)


def wav(sdk: SDK, mode: str) -> str:
    sdk.open(mode, audio_format="wav")
    say(sdk, mode, A)
    if mode == "commit":
        sdk.until("response.done")
    sdk.finish()
    return f"{sdk.audio.count(b'RIFF')} headers"


def delay(sdk: SDK, mode: str) -> str:
    plain(sdk, mode)
    return f"first audio after {sdk.client.get_first_audio_delay() // 300 * 300:.0f} ms or more"


ROWS: dict[str, tuple[Act, ServerOptions]] = {
    "defaults": (plain, ServerOptions()),
    "first_audio": (delay, ServerOptions(first_audio=0.3)),
    "pace, delta_bytes, jitter": (plain, ServerOptions(pace=4, delta_bytes=999, jitter=0.001)),
    "held_back=0": (plain, ServerOptions(held_back=0)),
    "append_while_speaking=queue": (append_meanwhile, SLOW),
    "append_while_speaking=ignore": (append_meanwhile, attrs.evolve(SLOW, append_while_speaking="ignore")),
    "cancel=works": (cancel, attrs.evolve(SLOW, cancel="works")),
    "cancel=error": (cancel, attrs.evolve(SLOW, cancel="error")),
    "cancel=ignore": (cancel, attrs.evolve(SLOW, cancel="ignore")),
    "clear_while_speaking=keeps": (clear, attrs.evolve(SLOW, clear_while_speaking="keeps")),
    "clear_while_speaking=stops": (clear, attrs.evolve(SLOW, clear_while_speaking="stops")),
    "uncommitted_at_finish=drop": (uncommitted, ServerOptions(uncommitted_at_finish="drop")),
    "uncommitted_at_finish=speak": (uncommitted, ServerOptions(uncommitted_at_finish="speak")),
    "whitespace_commit=error": (white_space, ServerOptions(whitespace_commit="error")),
    "whitespace_commit=empty": (white_space, ServerOptions(whitespace_commit="empty")),
    "nothing committed": (nothing_committed, ServerOptions()),
    "idle_timeout": (idle, ServerOptions(idle_timeout=0.3)),
    "close_after_finished": (closed_after, ServerOptions(close_after_finished=0.1)),
    "bad_voice=error": (refused, ServerOptions(voices=("Other",), bad_voice="error")),
    "bad_voice=close": (refused_and_closed, ServerOptions(voices=("Other",), bad_voice="close")),
    "second_update=error": (second_update, ServerOptions(second_update="error")),
    "second_update=close": (second_update, ServerOptions(second_update="close")),
    "rate_limit=event": (second_commit, ServerOptions(rate_limit="event", requests_per_minute=1)),
    "wav_header=once": (wav, ServerOptions(wav_header="once")),
    "wav_header=each": (wav, ServerOptions(wav_header="each")),
}


OPENINGS: dict[str, tuple[Act, ServerOptions]] = {
    "bad_model=close": (no_session, ServerOptions(models=("other",), bad_model="close")),
    "bad_model=error": (no_session, ServerOptions(models=("other",), bad_model="error")),
    "api_key": (no_session, ServerOptions(api_key="another")),
    "rate_limit=handshake": (no_session, ServerOptions(rate_limit="handshake", requests_per_minute=0)),
}


async def table(mode: str, rows: dict[str, tuple[Act, ServerOptions]]) -> dict[str, str]:
    seen: dict[str, str] = {}

    async def row(name: str, act: Act, options: ServerOptions) -> None:
        try:
            seen[name] = await with_sdk(lambda sdk: act(sdk, mode), options, ToneTTS(seconds_per_character=0.02))
        except Exception as error:
            error.add_note(f"in the row {name}")
            raise

    async with trio.open_nursery() as nursery:
        for name, (act, options) in rows.items():
            nursery.start_soon(row, name, act, options)
    with warnings.catch_warnings():  # where it gives up, the SDK leaves the socket to the collector
        warnings.simplefilter("ignore", ResourceWarning)
        gc.collect()
    return seen


COMMIT = {
    "defaults": "created updated committed response completed finished; 25920 bytes",
    "first_audio": "first audio after 300 ms or more",
    "pace, delta_bytes, jitter": "created updated committed response completed finished; 25920 bytes",
    "held_back=0": "created updated committed response completed finished; 25920 bytes",
    "append_while_speaking=queue": "created updated committed response completed committed response completed finished",
    "append_while_speaking=ignore": "created updated committed response completed error(invalid_value) finished",
    "cancel=works": "created updated committed response incomplete finished; part of the audio",
    "cancel=error": "created updated committed response error(invalid_value) completed finished; all of the audio",
    "cancel=ignore": "created updated committed response completed finished; all of the audio",
    "clear_while_speaking=keeps": "created updated committed response cleared completed finished; all of the audio",
    "clear_while_speaking=stops": "created updated committed response cleared incomplete finished; part of the audio",
    "uncommitted_at_finish=drop": "created updated finished; 0 bytes",
    "uncommitted_at_finish=speak": "created updated response completed finished; 12480 bytes",
    "whitespace_commit=error": "created updated error(invalid_value) finished; 0 bytes",
    "whitespace_commit=empty": "created updated committed response completed finished; 0 bytes",
    "nothing committed": "created updated error(invalid_value) finished",
    "idle_timeout": "(1011, 'request timeout') created updated error(request_timeout)",
    "close_after_finished": "(1000, None) created updated finished",
    "bad_voice=error": "created error(invalid_value); open: True",
    "bad_voice=close": "(1007, 'Session update error: voice Cherry is not supported.') created error(invalid_value)",
    "second_update=error": "created updated error(invalid_value); open: True",
    "second_update=close": "created updated error(invalid_value); open: False",
    "rate_limit=event": "created updated committed response completed error(Throttling.RateQuota) finished",
    "wav_header=once": "1 headers",
    "wav_header=each": "3 headers",
}
SERVER_COMMIT = {
    "defaults": "created updated response completed finished; 25920 bytes",
    "first_audio": "first audio after 300 ms or more",
    "pace, delta_bytes, jitter": "created updated response completed finished; 25920 bytes",
    "held_back=0": "created updated response completed finished; 25920 bytes",
    "append_while_speaking=queue": "created updated response completed finished",
    "append_while_speaking=ignore": "created updated response completed finished",
    "cancel=works": "created updated response incomplete finished; part of the audio",
    "cancel=error": "created updated response error(invalid_value) completed finished; all of the audio",
    "cancel=ignore": "created updated response completed finished; all of the audio",
    "clear_while_speaking=keeps": "created updated response cleared completed finished; all of the audio",
    "clear_while_speaking=stops": "created updated response cleared incomplete finished; part of the audio",
    "uncommitted_at_finish=drop": "created updated response completed finished; 12480 bytes",
    "uncommitted_at_finish=speak": "created updated response completed finished; 12480 bytes",
    "whitespace_commit=error": "created updated committed finished; 0 bytes",
    "whitespace_commit=empty": "created updated committed finished; 0 bytes",
    "nothing committed": "created updated committed finished",
    "idle_timeout": "(1011, 'request timeout') created updated error(request_timeout)",
    "close_after_finished": "(1000, None) created updated finished",
    "bad_voice=error": "created error(invalid_value); open: True",
    "bad_voice=close": "(1007, 'Session update error: voice Cherry is not supported.') created error(invalid_value)",
    "second_update=error": "created updated error(invalid_value); open: True",
    "second_update=close": "created updated error(invalid_value); open: False",
    "rate_limit=event": "created updated response committed completed response error(Throttling.RateQuota) completed finished",
    "wav_header=once": "1 headers",
    "wav_header=each": "3 headers",
}
NO_SESSION = {
    "bad_model=close": "TimeoutError; (1007, 'Model not found')",
    "bad_model=error": "TimeoutError; (1007, 'Model not found')",
    "api_key": "TimeoutError; (None, None)",
    "rate_limit=handshake": "TimeoutError; (None, None)",
}


@pytest.mark.parametrize(
    ("mode", "rows", "expected"),
    [("commit", ROWS, COMMIT), ("server_commit", ROWS, SERVER_COMMIT), ("either", OPENINGS, NO_SESSION)],
    ids=["commit", "server_commit", "no session"],
)
async def test_the_table(mode: str, rows: dict[str, tuple[Act, ServerOptions]], expected: dict[str, str]) -> None:
    assert await table(mode, rows) == expected
