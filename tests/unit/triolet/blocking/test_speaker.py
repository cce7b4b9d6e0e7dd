"""A speaker for programs without an event loop. It has a thread of its own, so time is real here, and the listener quick."""

from __future__ import annotations

import contextvars
import gc
import signal
import threading
from collections.abc import Generator, Iterator

import pytest

from triolet import AudioFormat, Budget, Output, speech
from triolet.blocking import Speaker
from triolet.errors import BudgetExceeded, OutputError, ServiceError
from triolet.events import Event, FirstAudible, TurnStarted
from triolet.testing import RecordingOutput, ScriptedTTS, ToneTTS, decode

ONE = "First we look at the map. Then we choose a way. At last we walk."


def speaker(
    output: Output | None = None, *, tts: ToneTTS | ScriptedTTS | None = None, budget: Budget | None = None
) -> Speaker:
    return Speaker(speech(tts or ToneTTS(), "en"), output, budget=budget)


def ours() -> list[str]:
    """The threads of speakers."""
    return [thread.name for thread in threading.enumerate() if thread.name == "triolet.blocking"]


@pytest.fixture(autouse=True)
def no_thread_stays() -> Generator[None]:
    yield
    gc.collect()
    assert ours() == []


class Stream:
    """An iterator that waits until it may go on, as a stream of an SDK does. It is held, so that only `close` closes it."""

    def __init__(self, *texts: str) -> None:
        self._texts = texts
        self._held = list[Iterator[str]]()
        self.go_on = threading.Event()
        self.closed = threading.Event()

    def __iter__(self) -> Iterator[str]:
        self._held.append(given := self._give())
        return given

    def _give(self) -> Iterator[str]:
        try:
            yield self._texts[0]
            self.go_on.wait(20)
            yield from self._texts[1:]
        finally:
            self.closed.set()


def test_texts_lists_and_streams_are_said_and_what_was_heard_is_returned() -> None:
    tts, output = ToneTTS(), RecordingOutput(pace=1000)
    with speaker(output, tts=tts) as talk:
        assert talk.say("Hello there.").heard == "Hello there."
        assert talk.say(["Hello ", "there."]).heard == "Hello there."
        assert talk.say(f"{word} " for word in ONE.split()).heard == f"{ONE} "
        assert talk.last is not None
        assert talk.last.heard == f"{ONE} "
        assert ours()
    assert tts.open == 0
    assert decode(output.pcm).unreadable == 0


def test_an_interruption_does_not_wait_for_a_stream_that_blocks() -> None:
    output, stream = RecordingOutput(pace=1000), Stream("Yes. ", "No.")
    with speaker(output) as talk:

        def interrupt(event: Event) -> None:
            if isinstance(event, FirstAudible):
                talk.interrupt()  # from the thread of the speaker

        result = talk.say(stream, observer=interrupt)
        assert result.interrupted
        assert result.text == "Yes. "
        assert not stream.closed.is_set()
        assert talk.say("The next.").heard == "The next."
        stream.go_on.set()
        assert stream.closed.wait(20)


def test_other_threads_may_interrupt_pause_and_resume() -> None:
    output, stream, started = RecordingOutput(pace=1000), Stream("Yes. ", "No."), threading.Event()
    with speaker(output) as talk:

        def started_or_not(event: Event) -> None:
            if isinstance(event, TurnStarted):
                started.set()

        def other() -> None:
            started.wait(20)
            talk.pause()
            talk.resume()
            talk.interrupt()

        thread = threading.Thread(target=other)
        thread.start()
        assert talk.say(stream, observer=started_or_not).interrupted
        thread.join()
        stream.go_on.set()


class Pausing(RecordingOutput):
    """Notes what it is told."""

    def __init__(self) -> None:
        super().__init__(pace=1000)
        self.told = list[str]()

    def pause(self) -> None:
        self.told.append("pause")
        super().pause()

    def resume(self) -> None:
        self.told.append("resume")
        super().resume()


def test_a_pause_reaches_the_output_and_so_does_its_end() -> None:
    output = Pausing()
    told = list[list[str]]()
    with speaker(output) as talk:

        def pause(event: Event) -> None:
            if isinstance(event, FirstAudible):
                for act in (talk.pause, talk.resume):
                    act()
                    told.append(list(output.told))
                if told[-1] != ["pause", "resume"]:
                    talk.interrupt()  # a turn that stays paused would never end

        assert talk.say(ONE, observer=pause).heard == ONE
    assert told == [["pause"], ["pause", "resume"]]


def test_an_interruption_ends_all_that_is_said() -> None:
    with speaker() as talk:
        both = [talk.pcm(ONE * 20), talk.pcm(ONE * 20)]
        assert all(next(pieces) for pieces in both)
        talk.interrupt()
        for pieces in both:
            assert len(b"".join(pieces)) < 5 * 2 * 24_000  # of more than a minute
            assert talk.last is not None
            assert talk.last.interrupted


def test_the_audio_can_be_iterated_over_as_it_is_made() -> None:
    tts, stream = ToneTTS(), Stream("Yes. ", "No.")
    with speaker(tts=tts) as talk:
        assert talk.format == AudioFormat(24_000)
        pieces = talk.pcm(stream)
        first = next(pieces)
        assert not stream.go_on.is_set()
        stream.go_on.set()
        pcm = first + b"".join(pieces)
        assert {run.commit for run in decode(pcm).runs} == {commit.commit for commit in tts.commits}
        assert talk.last is not None
        assert talk.last.heard == "Yes. No."
        for _ in talk.pcm(ONE * 20):
            break
        assert talk.last.interrupted
        assert b"".join(talk.pcm("Once more."))
        assert talk.last.heard == "Once more."
        assert not talk._engine._open, "none of these turns is kept"


def test_captions_come_in_another_thread_and_end_with_the_speaker() -> None:
    shown: list[str] = []
    with speaker(RecordingOutput(pace=10)) as talk:
        captions = talk.captions()
        watching = threading.Thread(target=lambda: shown.extend(caption.text for caption in captions))
        watching.start()
        talk.say("First we look at the map. Then we choose a way.")
    watching.join(5)
    assert not watching.is_alive()
    assert [text for text in shown if text] == ["First we look at the map.", "Then we choose a way."]
    with pytest.raises(ValueError, match="no output to caption"), speaker() as silent:
        next(silent.captions())


def test_it_opens_with_the_first_call_and_closes_with_the_program_or_when_it_is_forgotten() -> None:
    talk = speaker(RecordingOutput(pace=1000))
    talk.interrupt()
    assert not ours()
    assert talk.say("Hello.").heard == "Hello."
    talk.close()
    talk.close()
    assert not ours()
    assert talk.last is not None
    assert talk.say("Again.").heard == "Again."
    del talk  # `no_thread_stays` sees that its thread ends


def test_errors_are_raised_alone_and_the_next_turn_speaks() -> None:
    class Broken(RecordingOutput):
        async def open(self, format: AudioFormat) -> None:  # noqa: A002
            raise OutputError("no sound device")

    def failing() -> Iterator[str]:
        yield "Yes. "
        raise LookupError("no such model")

    voice = ScriptedTTS([[ServiceError("the service is gone")], [b"\1\1" * 2400]])
    with speaker(RecordingOutput(pace=1000), tts=voice) as talk:
        with pytest.raises(ServiceError) as caught:
            talk.say("Yes.")
        assert caught.value.result is not None
        assert talk.say("Yes.").heard == "Yes."
        with pytest.raises(LookupError):
            talk.say(failing())
        with pytest.raises(LookupError):
            list(talk.pcm(failing()))
    broken = speaker(Broken())
    with pytest.raises(OutputError), broken:
        raise AssertionError
    with pytest.raises(OutputError):
        broken.say("Yes.")
    silent = speaker(budget=Budget(characters=5))
    with pytest.raises(ValueError, match="no output"):
        silent.say("Yes.")
    with pytest.raises(BudgetExceeded):
        list(silent.pcm("Yes. And no. And yes."))


def test_ctrl_c_silences_the_turn_and_leaves_the_speaker_open() -> None:
    output = RecordingOutput(pace=1.0)
    with speaker(output) as talk:

        def press(event: Event) -> None:
            if isinstance(event, FirstAudible):
                signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)

        with pytest.raises(KeyboardInterrupt):
            talk.say(ONE, observer=press)
        assert talk.last is not None
        assert talk.last.interrupted
        heard = output.heard
        assert heard < 24_000
        assert b"".join(talk.pcm("Still here."))


def test_context_variables_reach_the_stream() -> None:
    variable, seen = contextvars.ContextVar("variable", default="unset"), list[str]()

    def stream() -> Iterator[str]:
        seen.append(variable.get())
        yield "Yes."

    variable.set("said")
    with speaker(RecordingOutput(pace=1000)) as talk:
        talk.say(stream())
    assert seen == ["said"]
