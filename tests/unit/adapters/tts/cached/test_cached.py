"""Phrases that come again: what is stored, what is found, and what is never stored."""

from __future__ import annotations

import json
import logging
import multiprocessing
import os
import time
import zlib
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
import trio
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.adapters.tts.elevenlabs._peers import serving
from tests.unit.triolet.conversation._teller import Teller
from trio.testing import MockClock

from triolet import TTS, AudioAndWords, Conversation, Failover, TimedWord, TTSSession, speech
from triolet.errors import AuthenticationFailed, ConnectionLost, TooMuchAudio
from triolet.testing import ScriptedTTS, ToneTTS, TTSContract, decode
from triolet_adapters.outputs import Memory
from triolet_adapters.tts import Cached, LocalTTS, QwenTTS
from triolet_adapters.tts.cached import PhraseStore
from triolet_adapters.tts.cached._entry import Damaged, Entry

HELLO = "Hello, how can I help?"


def files(directory: Path) -> list[Path]:
    return sorted(path for path in directory.rglob("*") if path.is_file())


def cached(tts: TTS, directory: Path, **options: Any) -> Cached:
    return Cached(tts, directory, key="a voice of the tests", **options)


async def said(tts: TTS, *texts: str) -> list[bytes]:
    found: list[bytes] = []
    async with tts.connect() as session:
        for text in texts:
            pcm = bytearray()
            await session.commit(text, pcm.extend)
            found.append(bytes(pcm))
    return found


class TestCold(TTSContract):
    @pytest.fixture
    def tts(self, tmp_path: Path) -> TTS:  # on the real clock: a virtual one would not wait for the thread that writes
        return cached(ToneTTS(sample_rate=8000, pace=100), tmp_path)


class TestWarm(TTSContract):
    repeatable = True

    @pytest.fixture
    def tts(self, tmp_path: Path) -> TTS:
        store = PhraseStore(tmp_path)
        tone = ToneTTS()
        voice = cached(tone, tmp_path)
        for text in (self.text, self.longer):
            pcm = b"\x01\x40" * tone.samples_of(text)
            entry = Entry(about=voice.about, text=text, sample_rate=24_000, pcm=pcm)
            store.write(store.path(voice.about, text), entry)
        return voice


async def test_what_comes_again_is_the_same_and_needs_no_voice(tmp_path: Path) -> None:
    voice = Teller(sample_rate=8000)
    words: list[TimedWord] = []
    pcm = bytearray()
    first = cached(voice, tmp_path)
    async with first.connect() as session:
        usage = await session.commit(HELLO, AudioAndWords(pcm.extend, words.extend))
    assert usage.characters == len(HELLO)
    again_words: list[TimedWord] = []
    again = bytearray()
    nobody = cached(ScriptedTTS([[AuthenticationFailed("no key")]], voice.format), tmp_path)
    nobody.about = first.about
    async with nobody.connect() as session:
        usage = await session.commit(HELLO, AudioAndWords(again.extend, again_words.extend))
        assert session.reusable
    assert (again, again_words, usage.characters) == (pcm, words, 0)
    assert len(words) == 5
    assert (first.hits, first.misses, nobody.hits, nobody.misses) == (0, 1, 1, 0)


class Unreachable(ToneTTS):
    def connect(self):  # type: ignore[no-untyped-def]
        raise AuthenticationFailed("no key")


async def test_a_phrase_on_the_disk_needs_no_connection_and_another_says_why(tmp_path: Path) -> None:
    await said(cached(ToneTTS(), tmp_path), HELLO)
    tts = cached(Unreachable(), tmp_path)
    tts.about = cached(ToneTTS(), tmp_path).about
    async with tts.connect() as session:
        await session.commit(HELLO, bytearray().extend)
        with pytest.raises(AuthenticationFailed, match="no key"):
            await session.commit("Something else.", bytearray().extend)
        with trio.fail_after(1):
            await session.ended()


async def test_sessions_share_connections_if_those_of_the_voice_do(tmp_path: Path, autojump_clock: MockClock) -> None:
    async with serving() as world:
        tts = Cached(world.tts(), tmp_path, longest=1)
        block = tts.sharing()
        assert block is not None
        async with block as connect, connect() as first, connect() as second:
            for session, text in ((first, "One of two."), (second, "Two of two."), (first, "Two of two.")):
                await session.commit(text, bytearray().extend)
        assert len(world.network.connections) == 1
        assert tts.misses == 3
    assert cached(ToneTTS(), tmp_path).sharing() is None


class NeverOpen(ToneTTS):
    @asynccontextmanager
    async def connect(self) -> AsyncGenerator[TTSSession]:
        await trio.sleep_forever()
        yield


async def test_a_phrase_on_the_disk_does_not_wait_for_the_connection(tmp_path: Path) -> None:
    await said(cached(ToneTTS(), tmp_path), HELLO)
    tts = cached(NeverOpen(), tmp_path)
    tts.about = cached(ToneTTS(), tmp_path).about
    async with Conversation(speech(tts, "en"), Memory()) as conversation:
        result = await conversation.say([HELLO])
    assert result.heard == HELLO
    assert result.characters == 0


async def test_what_failed_or_was_cut_off_is_never_stored(tmp_path: Path, autojump_clock: MockClock) -> None:
    some = b"\x01\x40" * 4000
    broken = cached(ScriptedTTS([[some, ConnectionLost("gone")]]), tmp_path)
    async with broken.connect() as session:
        with pytest.raises(ConnectionLost):
            await session.commit(HELLO, bytearray().extend)

    def enough(_pcm: bytes) -> None:
        raise TooMuchAudio("enough")

    slow = cached(ToneTTS(pace=1), tmp_path)
    async with slow.connect() as session:
        with pytest.raises(TooMuchAudio):
            await session.commit(HELLO, enough)
    async with slow.connect() as session:
        with trio.move_on_after(0.5):
            await session.commit(HELLO, bytearray().extend)
        assert not session.reusable
    assert await said(cached(ScriptedTTS([[]]), tmp_path), HELLO) == [b""]
    await said(cached(ToneTTS(), tmp_path, longest=10), HELLO)
    assert files(tmp_path) == []


def test_each_thing_that_changes_the_sound_has_a_phrase_of_its_own(tmp_path: Path) -> None:
    voices = [
        Cached(LocalTTS(), tmp_path),
        Cached(LocalTTS(speed=1.2), tmp_path),
        Cached(LocalTTS(), tmp_path, key="another"),
        cached(ToneTTS(), tmp_path),
        cached(ToneTTS(sample_rate=8000), tmp_path),
        cached(Teller(), tmp_path),
    ]
    names = {voice.store.path(voice.about, text) for voice in voices for text in (HELLO, HELLO + " ")}
    assert len(names) == 2 * len(voices)
    assert Cached(LocalTTS(), tmp_path).about == voices[0].about
    assert Cached(LocalTTS(), tmp_path) == voices[0]
    assert len({Cached(LocalTTS(), tmp_path), *voices[:2]}) == 2
    faster = Cached(LocalTTS(), tmp_path)
    assert faster.adjusted(voice="heart") == voices[0]
    with pytest.raises(ValueError, match="takes no instructions"):
        faster.adjusted(instructions="Softly.")


def test_what_cannot_be_cached_is_told_at_once(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="say it with key="):
        Cached(ToneTTS(), tmp_path)
    with pytest.raises(ValueError, match="cuts the text itself"):
        Cached(QwenTTS(mode="server_commit", api_key="k"), tmp_path)
    with pytest.raises(ValueError, match="say it with key="):
        Cached(Failover(ToneTTS(), ToneTTS()), tmp_path)
    for wrong in ({"max_bytes": 0}, {"longest": 0}):
        with pytest.raises(ValueError, match="must be above 0"):
            cached(ToneTTS(), tmp_path, **wrong)


async def test_a_damaged_file_is_dropped_with_a_warning_and_said_anew(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    tts = cached(ToneTTS(), tmp_path)
    [first] = await said(tts, HELLO)
    [file] = files(tmp_path)
    good = file.read_bytes()
    for bad in (b"", good[:40], good[:-2], good[:-1] + b"\x01", good.replace(b"Hello", b"hello"), b"x" * 5000):
        file.write_bytes(bad)
        caplog.clear()
        [again] = await said(tts, HELLO)
        assert [run.commit for run in decode(again).runs] == [0]
        assert len(again) == len(first)
        assert "is dropped" in caplog.text
        assert Entry.from_bytes(file.read_bytes()).pcm == again
    assert tts.hits == 0
    assert HELLO not in caplog.text


async def test_it_is_for_its_owner_alone_and_goes_on_without_a_disk(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    tts = cached(ToneTTS(), tmp_path / "new" / "place")
    await said(tts, HELLO)
    [file] = files(tmp_path)
    assert file.stat().st_mode & 0o077 == 0

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    caplog.set_level(logging.WARNING)
    [pcm] = await said(tts, "Another one.")
    assert pcm
    assert "No space left" in caplog.text
    assert files(tmp_path) == [file], "and nothing is left of it"


def test_the_least_recently_used_make_room(tmp_path: Path) -> None:
    store = PhraseStore(tmp_path, max_bytes=50_000)
    paths = [store.path("v", str(number)) for number in range(8)]
    for number, path in enumerate(paths):
        store.write(path, Entry(about="v", text=str(number), sample_rate=8000, pcm=bytes(10_000)))
        if path.exists():
            os.utime(path, (number + 1, number + 1))
        if number == 3:
            assert store.read(paths[0], "0", 8000) is not None, "used now"
    assert store.size()[1] <= 50_000
    assert paths[0].exists()
    assert not paths[1].exists()
    assert paths[7].exists()
    assert next(phrase.text for phrase in store.phrases()) == "0"
    abandoned = paths[7].with_suffix(".part")
    abandoned.write_bytes(b"half")
    os.utime(abandoned, (0, time.time() - 7200))
    assert store.clear() == len([path for path in paths if path.exists()]) or not abandoned.exists()
    assert files(tmp_path) == []
    store.write(paths[0], Entry(about="v", text="0", sample_rate=8000, pcm=bytes(60_000)))
    assert files(tmp_path) == [], "what alone is too much is not stored"


def _writes(directory: str, seed: int) -> None:
    store = PhraseStore(directory, max_bytes=60_000)
    for number in range(60):
        text = str((number * (seed + 1)) % 12)
        path = store.path("v", text)
        entry = store.read(path, text, 8000)
        assert entry is None or entry.pcm == text.encode() * 5000 + text.encode() * (len(text) * 5000 % 2)
        store.write(path, Entry(about="v", text=text, sample_rate=8000, pcm=text.encode() * 5000))


def test_processes_share_it(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    context = multiprocessing.get_context("fork")
    processes = [context.Process(target=_writes, args=(str(tmp_path), seed)) for seed in range(3)]
    for process in processes:
        process.start()
    for process in processes:
        process.join(60)
        assert process.exitcode == 0
    store = PhraseStore(tmp_path, max_bytes=60_000)
    assert store.size()[0] == len(list(store.phrases())), "none is damaged"
    assert store.size()[1] <= 2 * 60_000, (
        "each process counts what it writes itself, and what there is when it has to drop"
    )


@given(
    st.text(max_size=30), st.binary(max_size=200), st.lists(st.tuples(st.integers(0, 9), st.floats(0, 9)), max_size=4)
)
def test_an_entry_comes_back_as_it_was(text: str, data: bytes, words: list[tuple[int, float]]) -> None:
    timed = tuple(TimedWord(at, at + 1, begins, begins + 0.5) for at, begins in words)
    entry = Entry(about="{}", text=text, sample_rate=8000, pcm=data[: len(data) // 2 * 2], words=timed)
    assert Entry.from_bytes(entry.to_bytes()) == entry


@given(st.data())
def test_a_file_with_any_byte_changed_or_cut_is_damaged(data: st.DataObject) -> None:
    good = Entry(
        about="{}", text="Hi", sample_rate=8000, pcm=b"\x01\x02" * 20, words=(TimedWord(0, 2, 0, 1),)
    ).to_bytes()
    at = data.draw(st.integers(0, len(good) - 1))
    change = data.draw(st.integers(1, 255))
    for bad in (good[:at], good[:at] + bytes([good[at] ^ change]) + good[at + 1 :]):
        with pytest.raises(Damaged):
            Entry.from_bytes(bad)


class InMemory:
    """What another machine has kept."""

    def __init__(self) -> None:
        self.phrases: dict[str, bytes] = {}
        self.asked = 0

    async def take(self, name: str) -> bytes | None:
        await trio.lowlevel.checkpoint()
        self.asked += 1
        return self.phrases.get(name)

    async def keep(self, name: str, phrase: bytes) -> None:
        await trio.lowlevel.checkpoint()
        self.phrases[name] = phrase


async def test_what_machines_share_is_asked_for_what_the_disk_has_not(tmp_path: Path) -> None:
    shared = InMemory()

    def machine(name: str) -> Cached:
        return Cached(ToneTTS(sample_rate=8000, pace=1000), tmp_path / name, key="tones", shared=shared, longest=30)

    one, two, three = map(machine, ("one", "two", "three"))
    [first] = await said(one, HELLO)
    assert await said(two, HELLO, HELLO) == [first, first]
    assert (two.misses, two.shared_hits + two.hits) == (0, 2)

    asked = shared.asked
    await said(two, f"{HELLO} And what is it about?")
    assert (shared.asked, len(shared.phrases)) == (asked, 1)  # it is too long to come again

    [name] = shared.phrases
    shared.phrases[name] = shared.phrases[name][:-1]
    assert await said(three, HELLO) != [b""]
    assert (three.misses, three.shared_hits) == (1, 0)


@pytest.mark.parametrize("field", ["sample_rate", "words"])
def test_a_header_with_numbers_that_are_none_is_damaged(field: str) -> None:
    """As another's program may have put into Redis: its checks are right."""
    wrong = {"sample_rate": float("inf"), "words": [[float("inf"), 1, 0, 0]]}[field]
    whole = Entry(about="{}", text="Hi", sample_rate=8000, pcm=b"").to_bytes()
    magic, _, line, _ = whole.split(b"\n")
    line = json.dumps({**json.loads(line), field: wrong}).encode()
    with pytest.raises(Damaged):
        Entry.from_bytes(b"%s\n%08x\n%s\n" % (magic, zlib.crc32(line), line))
