"""Telephone calls, on a peer that speaks Twilio's side: what the peer has played is what counts as heard."""

from __future__ import annotations

import base64
import itertools
import json
import os
import random
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
import trio
import trio.testing

from triolet import AudioFormat, Conversation, Output, Playout, speech
from triolet.errors import OutputError
from triolet.playout._resampler import Resampler
from triolet.testing import OutputContract, ToneTTS
from triolet.turn._phrase_result import PhraseState
from triolet_adapters.outputs.telephone import (
    CallEnded,
    CallerAudio,
    CallEvent,
    CallStarted,
    KeyPressed,
    PlivoOutput,
    Telephone,
    TelnyxOutput,
    TwilioOutput,
    TwilioPeer,
    VonageOutput,
)
from triolet_adapters.shared.g711 import from_mulaw, to_alaw, to_mulaw

Clock = trio.testing.MockClock
ANSWER = "First we look. Then we choose a way. At last we walk on."
INTERRUPTIONS = int(os.environ.get("INTERRUPTIONS", "16"))
"""300 where there is time: each takes some 0.1 s of CPU."""


class Phone(TwilioOutput):
    """With its peer, and what it notes of phrases."""

    def __init__(self, peer: TwilioPeer) -> None:
        super().__init__(peer.send)
        self.peer = peer
        self.events: list[CallEvent] = []
        self.ends: list[int] = []
        """Where phrases end, among the samples sent since the call began."""
        self.began = 0
        """What the peer had played when this was opened."""

    async def open(self, format: AudioFormat) -> None:  # noqa: A002
        self.peer.advance()
        self.began = len(self.peer.played)
        await super().open(format)

    async def run(self) -> None:
        async with trio.open_nursery() as nursery:
            nursery.start_soon(self.peer.run, self.hear)
            await super().run()
            with trio.move_on_after(0.5):
                await trio.sleep_forever()  # an answer on its way
            nursery.cancel_scope.cancel()

    async def send(self, pcm: bytes) -> None:
        while not self.events:
            await trio.sleep(0.001)
        await super().send(pcm)

    def hear(self, message: str) -> None:
        event = self.receive(message)
        if event is not None:
            self.events.append(event)

    async def mark(self) -> None:
        self.ends.append(self._offset + self.sent)
        await super().mark()


class CallContract(OutputContract):
    """Through mu-law at 8 kHz, 20 ms away."""

    lossless = False
    loss = 0.05
    """Mu-law, and no sharp edges where sound is cut off."""
    hold = 0.5
    late = 0.05
    delay = 0.02

    @pytest.fixture
    def output(self) -> Output:
        return Phone(TwilioPeer(delay=self.delay))

    def came_out(self, output: Output) -> bytes:
        assert isinstance(output, Phone)
        peer = output.peer
        peer.advance()
        begin = output.began
        cuts = [begin, *(at for at in peer.cleared if at > begin), len(peer.played)]
        stretches = [bytes(peer.played[one:other]) for one, other in itertools.pairwise(cuts)]
        back = Resampler(8_000, self.format.sample_rate) if self.format.sample_rate != 8_000 else None
        return b"".join(
            from_mulaw(each) if back is None else back.feed(from_mulaw(each)) + back.finish() for each in stretches
        )


def _suites() -> None:
    for rate in (8_000, 16_000, 24_000, 44_100, 48_000):
        globals()[f"TestCallFrom{rate}"] = type(f"TestCallFrom{rate}", (CallContract,), {"format": AudioFormat(rate)})


_suites()


@asynccontextmanager
async def calling(peer: TwilioPeer) -> AsyncGenerator[tuple[Phone, Conversation, Playout]]:
    """A call in which a conversation may speak."""
    phone = Phone(peer)
    sink = Playout(phone)
    async with Conversation(speech(ToneTTS(), "en"), sink) as conversation:
        await trio.sleep(0.5)
        assert isinstance(phone.events[0], CallStarted)
        yield phone, conversation, sink


async def test_an_answer_is_heard_and_each_phrase_is_known_when_its_mark_comes_back(autojump_clock: Clock) -> None:
    async with calling(TwilioPeer(delay=0.1)) as (phone, conversation, _):
        result = await conversation.say([ANSWER])
        assert result.heard == ANSWER
        peer = phone.peer
        peer.advance()
        assert len(peer.played) == phone.sent == phone.heard
        assert not peer.cleared
        assert {samples for _, samples in peer.media[:-1]} >= {160}
        assert max(samples for _, samples in peer.media) == 160


@pytest.mark.parametrize("jitter", [0.0, 0.02])
async def test_at_random_interruptions_heard_is_what_the_buffer_of_the_peer_has_played(
    jitter: float, autojump_clock: Clock
) -> None:
    """To the phrase and the millisecond, however long messages take; with jitter to 0.15 s. Nothing old follows a `clear`."""
    chance = random.Random(15)
    for _ in range(4 if jitter else 8):
        peer = TwilioPeer(delay=chance.uniform(0, 0.15), jitter=jitter, seed=chance.randrange(1000))
        async with calling(peer) as (phone, conversation, sink):
            for _ in range(INTERRUPTIONS // 8):
                await _interrupted(phone, conversation, sink, chance.uniform(0, 3.0), jitter)


async def _interrupted(phone: Phone, conversation: Conversation, sink: Playout, after: float, jitter: float) -> None:
    peer, device = phone.peer, sink.deck.device
    peer.advance()
    played, heard = len(peer.played), device.heard
    sent, clears = phone._offset + phone.sent, len(peer.cleared)
    phone.ends.clear()
    async with trio.open_nursery() as nursery:
        nursery.start_soon(conversation.say, [ANSWER])
        await trio.sleep(after)
        conversation.interrupt()
    result = conversation.last
    assert result is not None
    peer.advance()
    media = len(peer.media)
    await trio.sleep(1.0)
    peer.advance()
    assert len(peer.media) == media, "nothing old is sent after `clear`"
    assert not peer.playing
    assert len(peer.cleared) <= clears + 1
    really = len(peer.played) - played
    assert device.heard - heard == pytest.approx(really * 3, abs=24_000 * (0.15 if jitter else 0.001))
    whole = sum(end - sent <= really for end in phone.ends)
    if not jitter or all(abs(end - sent - really) > 8_000 * jitter for end in phone.ends):
        assert sum(phrase.state is PhraseState.HEARD for phrase in result.phrases) == whole


async def test_a_pause_takes_back_what_the_peer_holds_and_goes_on_there(autojump_clock: Clock) -> None:
    async with calling(TwilioPeer(delay=0.05)) as (phone, conversation, _):
        async with trio.open_nursery() as nursery:
            nursery.start_soon(conversation.say, [ANSWER])
            await trio.sleep(1.0)
            conversation.pause()
            await trio.sleep(0.3)
            assert not phone.peer.playing
            before = len(phone.peer.played)
            await trio.sleep(60.0)
            phone.peer.advance()
            assert len(phone.peer.played) == before
            conversation.resume()
        assert conversation.last is not None
        assert conversation.last.heard == ANSWER
        phone.peer.advance()
        assert len(phone.peer.played) == phone.heard


async def test_a_caller_who_hangs_up_ends_the_turn_and_the_llm_at_once(autojump_clock: Clock) -> None:
    closed: list[float] = []

    async def llm() -> AsyncGenerator[str]:
        try:
            yield "One moment. "
            await trio.sleep(3600)
            yield "Never said."
        finally:
            closed.append(trio.current_time())

    async with calling(TwilioPeer(delay=0.05)) as (phone, conversation, _):
        began = trio.current_time()
        async with trio.open_nursery() as nursery:
            nursery.start_soon(_after, 4.0, phone.peer.hang_up)
            with pytest.raises(OutputError, match="hung up") as caught:
                await conversation.say(llm())
        assert closed == [pytest.approx(began + 4.05, abs=0.02)]
        assert caught.value.result is not None
        assert caught.value.result.heard == "One moment."
        assert phone.events[-1] == CallEnded()
        with pytest.raises(OutputError, match="hung up"):
            await conversation.say(["Hello?"])


async def _after(seconds: float, function: Callable[[], None]) -> None:
    await trio.sleep(seconds)
    function()


@pytest.mark.parametrize("at", [1.0, 3.2])
async def test_a_network_that_stalls_for_5_s_goes_on_and_one_that_stays_away_ends_the_turn(
    at: float, autojump_clock: Clock
) -> None:
    async with calling(TwilioPeer(delay=0.05)) as (phone, conversation, _), trio.open_nursery() as nursery:
        nursery.start_soon(_after, at, lambda: phone.peer.stall(5.0))
        assert (await conversation.say([ANSWER])).heard == ANSWER
        nursery.start_soon(_after, at, lambda: phone.peer.stall(1e6))
        began = trio.current_time()
        with pytest.raises(OutputError, match="patience"):
            await conversation.say([ANSWER])
        assert trio.current_time() - began < at + 12.5


async def test_what_the_caller_says_and_presses_is_told(autojump_clock: Clock) -> None:
    async with calling(TwilioPeer()) as (phone, _, _):
        tone = bytes(range(256)) * 5
        phone.peer.say(tone)
        phone.peer.press("5")
        await trio.sleep(0.1)
        *audio, key = phone.events[1:]
        assert key == KeyPressed("5")
        assert b"".join(each.pcm for each in audio if isinstance(each, CallerAudio)) == from_mulaw(to_mulaw(tone))


async def test_to_speak_before_the_call_has_started_is_an_error(autojump_clock: Clock) -> None:
    phone = TwilioOutput(TwilioPeer().send)
    async with Conversation(speech(ToneTTS(), "en"), phone) as conversation:
        with pytest.raises(RuntimeError, match="has not started"):
            await conversation.say(["Hello."])
        phone.receive('{"event": "start", "start": {"streamSid": "MZ00000000000000000000000000000000"}}')
        phone.fail("it has rung too long")
        with pytest.raises(OutputError, match="too long"):
            await conversation.say(["Hello."])
    for odd in ("[]", "3", "nothing"):
        with pytest.raises(ValueError):  # noqa: PT011 -- from json, or ours
            phone.receive(odd)
    assert phone.receive('{"event": "new"}') is None


@pytest.mark.parametrize(
    "odd",
    [
        '{"event": "media"}',
        '{"event": "media", "media": []}',
        '{"event": "media", "media": {"payload": 5}}',
        '{"event": "media", "media": {"payload": "abc"}}',
        '{"event": "start", "start": 3}',
        '{"event": "dtmf", "dtmf": null}',
        '{"event": "mark", "mark": "160"}',
        '{"event": "mark", "mark": {"name": "' + "9" * 5_000 + '"}}',
        "[" * 100_000,
    ],
    ids=lambda odd: odd[:40],
)
async def test_whatever_is_no_message_of_the_service_is_a_value_error(odd: str) -> None:
    with pytest.raises(ValueError, match="no message of the service"):
        TwilioOutput(TwilioPeer().send).receive(odd)


async def test_a_mark_that_nobody_sent_says_nothing_of_what_was_heard(autojump_clock: Clock) -> None:
    async def heard(*names: str) -> str:
        async with calling(TwilioPeer(delay=0.1)) as (phone, conversation, _), trio.open_nursery() as nursery:
            nursery.start_soon(conversation.say, [ANSWER])
            await trio.sleep(1.0)
            for name in names:
                phone.receive(json.dumps({"event": "mark", "mark": {"name": name}}))
            conversation.interrupt()
        assert conversation.last is not None
        return conversation.last.heard

    assert await heard("800000", "-5", "hello") == await heard() != ""


async def test_a_connection_that_is_gone_is_an_output_error(autojump_clock: Clock) -> None:
    async def send(message: str) -> None:
        await trio.lowlevel.checkpoint()
        raise ConnectionResetError("closed")

    phone = TwilioOutput(send)
    phone.receive('{"event": "start", "start": {"streamSid": "MZ"}}')
    async with Conversation(speech(ToneTTS(), "en"), phone) as conversation:
        with pytest.raises(OutputError, match="gone: ConnectionResetError: closed"):
            await conversation.say(["Hello."])


Sent = list[str | bytes]


def _telnyx(sent: Sent) -> Telephone:
    async def send(message: str) -> None:
        await trio.lowlevel.checkpoint()
        sent.append(message)

    return TelnyxOutput(send, codec="alaw")


def _plivo(sent: Sent) -> Telephone:
    async def send(message: str) -> None:
        await trio.lowlevel.checkpoint()
        sent.append(message)

    return PlivoOutput(send)


def _vonage(sent: Sent) -> Telephone:
    async def send(message: str | bytes) -> None:
        await trio.lowlevel.checkpoint()
        sent.append(message)

    return VonageOutput(send, send, sample_rate=8000)


def _telnyx_audio(pcm: bytes) -> object:
    return {"event": "media", "stream_id": "s", "media": {"payload": base64.b64encode(to_alaw(pcm)).decode()}}


def _plivo_audio(pcm: bytes) -> object:
    payload = base64.b64encode(to_mulaw(pcm)).decode()
    media = {"contentType": "audio/x-mulaw", "sampleRate": 8000, "payload": payload}
    return {"event": "playAudio", "streamId": "s", "media": media}


VENDORS: dict[Callable[[Sent], Telephone], tuple[Any, ...]] = {
    _telnyx: (
        {"event": "start", "stream_id": "s", "start": {"call_control_id": "c", "custom_parameters": {"a": "b"}}},
        CallStarted("c", {"a": "b"}),
        _telnyx_audio,
        {"event": "mark", "stream_id": "s", "mark": {"name": "160"}},
        {"event": "mark", "stream_id": "s", "mark": {"name": "160"}},
        [{"event": "clear", "stream_id": "s"}, {"event": "mark", "stream_id": "s", "mark": {"name": "clear 1"}}],
        {"event": "mark", "stream_id": "s", "mark": {"name": "clear 1"}},
    ),
    _plivo: (
        {"event": "start", "start": {"callId": "c", "streamId": "s"}, "extra_headers": "{}"},
        CallStarted("c", {}),
        _plivo_audio,
        {"event": "checkpoint", "streamId": "s", "name": "160"},
        {"event": "playedStream", "streamId": "s", "name": "160"},
        [{"event": "clearAudio", "streamId": "s"}],
        {"event": "clearedAudio", "streamId": "s"},
    ),
    _vonage: (
        {"event": "websocket:connected", "content-type": "audio/l16;rate=8000", "caller": "1"},
        CallStarted("", {"caller": "1"}),
        bytes,
        {"action": "notify", "payload": {"mark": "160"}},
        {"event": "websocket:notify", "payload": {"mark": "160"}},
        [{"action": "clear"}],
        {"event": "websocket:cleared"},
    ),
}


@pytest.mark.parametrize("make", VENDORS)
async def test_other_services_differ_by_the_names_of_things(
    make: Callable[[Sent], Telephone], autojump_clock: Clock
) -> None:
    started, told, audio, mark, marked, clear, cleared = VENDORS[make]
    sent: Sent = []
    phone = make(sent)
    assert phone.receive(json.dumps(started)) == told
    async with trio.open_nursery() as nursery:
        await phone.open(AudioFormat(8_000))
        nursery.start_soon(phone.run)
        pcm = bytes(range(160)) * 4
        await phone.play(pcm)
        await trio.sleep(0.02)
        phone.receive(json.dumps(marked))
        assert phone.heard == 160
        first, then, second = [json.loads(each) if isinstance(each, str) else each for each in sent]
        assert (first, then, second) == (audio(pcm[:320]), mark, audio(pcm[320:]))
        sent.clear()
        await trio.sleep(0.01)
        phone.flush()
        await trio.sleep(0.0)
        await trio.testing.wait_all_tasks_blocked()
        assert [json.loads(each) for each in sent] == clear
        async with trio.open_nursery() as settling:
            settling.start_soon(phone.settle)
            await trio.testing.wait_all_tasks_blocked()
            phone.receive(json.dumps(cleared))
        assert phone.heard == 240, "half of the second frame: 10 ms after the mark"
        await phone.close()
