"""What clients of `WS /v1/speech` get, in virtual time: from the samples and messages that reach them."""

from __future__ import annotations

import itertools
import json

import pytest
import trio
import trio.testing
from tests.unit.adapters.service.live.client import HELLO, Client, Echo, service

from triolet.testing import ToneTTS, decode

Clock = trio.testing.MockClock

TEXT = "Here is one sentence. Here is another one. And here is the third."


def spoken(voice: ToneTTS, pcm: bytes | bytearray) -> str:
    """The texts of the commits that these samples are of."""
    commits = {(commit.connection, commit.commit): commit.text for commit in voice.commits}
    heard = itertools.groupby((run.connection, run.commit) for run in decode(bytes(pcm)).runs)
    return " ".join(commits[commit].strip() for commit, _ in heard)


async def test_tokens_go_in_and_speech_comes_out(autojump_clock: Clock) -> None:
    async with service() as here:
        client = here.connect()
        for token in TEXT.split(" "):
            client.say(f"{token} ")
        client.say({"type": "turn.end"})
        ended = await client.until("turn.ended")
        assert ended["heard"].strip() == TEXT
        assert ended["unheard"] == ""
        assert ended["error"] is None
        assert [word["text"].strip() for word in ended["words"]] == TEXT.split(" ")
        voice = here.host.tts
        assert isinstance(voice, ToneTTS)

        assert spoken(voice, client.audio) == TEXT
        kinds = [message["type"] for message in client.told]
        assert kinds[0] == "session.open"
        assert [message["seq"] for message in client.told if "seq" in message] == list(
            range(1, len([1 for message in client.told if "seq" in message]) + 1)
        )
        for phrase in client.of("phrase.ready"):
            its = [message["type"] for message in client.told if message.get("phrase") == phrase["phrase"]]
            assert its == ["phrase.ready", "phrase.committed", "phrase.audio", "phrase.playing", "phrase.heard"]
        assert "".join(TEXT[clause["start"] : clause["end"]] for clause in client.of("turn.clause")) == TEXT


async def test_a_client_that_says_nothing_of_it_hears_in_real_time(autojump_clock: Clock) -> None:
    async with service() as here:
        client = here.connect(played="realtime")
        await client.until("session.open")
        client.say({"type": "text", "text": TEXT})
        client.say({"type": "turn.end"})
        began = trio.current_time()
        await client.until("turn.ended")
        assert trio.current_time() - began == pytest.approx(len(client.audio) / 48_000, rel=0.2)


async def test_a_file_comes_as_fast_as_it_is_made(autojump_clock: Clock) -> None:
    async with service(tts=ToneTTS(seconds_per_character=0.05)) as here:
        client = here.connect(played="taken")
        client.say({"type": "text", "text": TEXT})
        client.say({"type": "turn.end"})
        began = trio.current_time()
        ended = await client.until("turn.ended")
        assert ended["heard"] == TEXT
        assert trio.current_time() - began < 0.5 * len(client.audio) / 48_000


async def test_an_interruption_is_silent_and_says_what_was_heard(autojump_clock: Clock) -> None:
    async with service() as here:
        client = here.connect()
        client.say({"type": "text", "text": TEXT})
        client.say("And a second turn never comes.")
        client.say({"type": "turn.end"})
        client.say("Nor does this one.")
        client.say({"type": "turn.end"})
        await client.until("phrase.heard")
        client.say({"type": "interrupt"})
        first = await client.until("turn.ended")
        assert first["interrupted"]
        assert first["heard"].startswith("Here is one sentence.")
        assert first["heard"] + first["unheard"] == TEXT + "And a second turn never comes."
        second = await client.until("turn.ended")
        assert (second["heard"], second["unheard"], second["interrupted"]) == ("", "Nor does this one.", True)
        assert client.of("audio.clear")
        got = len(client.audio)
        client.say("Now this.")
        client.say({"type": "turn.end"})
        third = await client.until("turn.ended")
        assert (third["turn"], third["heard"]) == (3, "Now this.")
        voice = here.host.tts
        assert isinstance(voice, ToneTTS)
        assert spoken(voice, client.audio[got:]) == "Now this."


async def play(client: Client, session: list[str], *, received: int = 0) -> None:
    """Say hello as `triolet-player.js` does: in this session, or in a new one, whose name is then in the list."""
    client.say({**HELLO, "session": session[0] if session else None, "played": received, "received": received})
    opened = await client.until("audio.open")
    session[:] = [opened["session"]]


async def test_a_session_goes_on_after_its_connection_broke(autojump_clock: Clock) -> None:
    async with service() as here:
        client = here.connect()
        session = list[str]()
        await play(client, session)
        client.say({"type": "text", "text": TEXT})
        client.say({"type": "turn.end"})
        await client.until("phrase.playing")
        with trio.move_on_after(0.5):
            await client.rest()
        received = len(client.audio) // 2
        client.say({"type": "audio.position", "played": received, "buffered": 0, "underruns": 0})
        client.hang_up()
        await trio.sleep(20)
        again = here.connect(after=str(client.told[-1].get("seq", 0)))
        await play(again, session, received=received)
        assert session == [client.of("audio.open")[0]["session"]]
        assert again.of("session.open")[0]["resumed"]
        async with trio.open_nursery() as nursery:

            async def acknowledge() -> None:
                while True:
                    await trio.sleep(0.05)
                    played = received + len(again.audio) // 2
                    again.say({"type": "audio.position", "played": played, "buffered": 0, "underruns": 0})

            nursery.start_soon(acknowledge)
            ended = await again.until("turn.ended")
            nursery.cancel_scope.cancel()
        assert ended["heard"] == TEXT
        voice = here.host.tts
        assert isinstance(voice, ToneTTS)
        assert again.places[0] == received
        assert spoken(voice, client.audio + again.audio) == TEXT
        seqs = [message["seq"] for message in (*client.told, *again.told) if "seq" in message]
        assert seqs == list(range(1, len(seqs) + 1))


async def test_a_session_that_is_gone_is_told(autojump_clock: Clock) -> None:
    async with service() as here:
        client = here.connect()
        session = list[str]()
        await play(client, session)
        client.hang_up()
        await trio.sleep(31)
        assert len(here.sessions) == 0
        again = here.connect(after="13")  # as it has counted in the session that is gone
        await play(again, session)
        assert not again.of("session.open")[0]["resumed"]
        if not again.of("error"):
            await again.until("error")
        assert again.of("error")[0]["code"] == "session_lost"


async def test_a_session_is_found_by_the_key_it_was_made_with_only(autojump_clock: Clock) -> None:
    async with service() as here:
        client = here.connect(caller="web")
        session = list[str]()
        await play(client, session)
        client.hang_up()
        thief = here.connect(caller="other")
        stolen = list(session)
        await play(thief, stolen)
        assert stolen != session


async def test_text_that_waits_is_bounded_and_the_client_is_told(autojump_clock: Clock) -> None:
    async with service(most_characters=200) as here:
        client = here.connect()
        for _ in range(200):  # the stages take some of it
            client.say("This is said. ")
        client.say({"type": "turn.end"})
        assert (await client.until("error"))["code"] == "too_much_text"
        ended = await client.until("turn.ended")
        assert ended["heard"].startswith("This is said.")
        assert len(ended["heard"]) < 200 * len("This is said. ")
        assert ended["unheard"] == ""
        client.say("Another turn.")
        client.say({"type": "turn.end"})
        assert (await client.until("turn.ended"))["heard"] == "Another turn."


@pytest.mark.parametrize(
    ("said", "answer"),
    [
        ({"type": "turn.begin"}, "there is no message 'turn.begin'"),
        ({"type": "text"}, "needs the field 'text'"),
        ({"type": "text", "text": 1}, "must be a string"),
        ({"type": "turn.end", "at": 1}, "has no field 'at'"),
        ({"type": "turn.start", "voice": ["a"]}, "must be a string or null"),
        (b"\0", "binary"),
        ('{"type":"x","a":' + "[" * 100_000, "more text"),
    ],
)
async def test_what_is_no_message_is_explained(said: object, answer: str, autojump_clock: Clock) -> None:
    async with service() as here:
        client = here.connect(played="realtime")
        if isinstance(said, bytes):
            client.say_bytes(said)
        elif isinstance(said, str):
            client.say(said)
        else:
            client.say(json.dumps(said))
        client.say({"type": "turn.end"})
        client.hang_up()
        await trio.sleep(1)
        with trio.move_on_after(1):
            await client.rest()
        if answer == "more text":  # it is broken, so it is text
            assert client.code is None or "nested" in client.of("error")[0]["message"]
        else:
            assert answer in client.of("error")[0]["message"]
            assert client.code == 1008


@pytest.mark.parametrize(
    ("parameters", "answer"),
    [
        ({"model": "other"}, "there is tone"),
        ({"played": "later"}, "it must be acknowledged or realtime or taken"),
        ({"speaker": "x"}, "the address has no parameter 'speaker'"),
        ({"after": "-1", "played": "realtime"}, "whole number"),
        ({"language": "xx-unknown", "played": "realtime"}, "xx"),
    ],
)
async def test_a_wrong_address_is_explained(parameters: dict[str, str], answer: str, autojump_clock: Clock) -> None:
    async with service() as here:
        client = here.connect(parameters=parameters)
        client.say("Hello.")
        await client.rest()
        assert answer in client.of("error")[0]["message"]
        assert client.code == 1008


async def test_a_drain_ends_running_turns_and_begins_none(autojump_clock: Clock) -> None:
    async with service() as here:
        client, idle = here.connect(), here.connect(played="realtime")
        client.say({"type": "text", "text": TEXT})
        client.say({"type": "turn.end"})
        await client.until("phrase.playing")
        here.host.drains.set()
        client.say("One more.")
        client.say({"type": "turn.end"})
        await idle.rest()
        await client.rest()
        assert client.of("draining")
        assert client.of("turn.ended")[0]["heard"] == TEXT
        assert [error["code"] for error in client.of("error")] == ["draining"]
        assert (client.code, idle.code) == (1001, 1001)


async def test_the_language_model_knows_what_was_heard(autojump_clock: Clock) -> None:
    async with service(language_model=Echo()) as here:
        client = here.connect()
        client.say({"type": "ask", "text": "A."})
        first = await client.until("turn.ended")
        assert first["heard"].strip() == "user said A."
        assert "".join(message["text"] for message in client.of("turn.text")).strip() == "user said A."
        client.say({"type": "ask", "text": "B."})
        second = await client.until("turn.ended")
        assert second["heard"].split() == [
            "user",
            "said",
            "A.",
            "assistant",
            "said",
            "user",
            "said",
            "A.",
            "user",
            "said",
            "B.",
        ]


async def test_without_a_language_model_a_question_is_refused(autojump_clock: Clock) -> None:
    async with service() as here:
        client = here.connect(played="realtime")
        client.say({"type": "ask", "text": "A."})
        assert (await client.until("error"))["code"] == "no_language_model"


async def test_turns_beyond_the_limit_are_refused_once_each(autojump_clock: Clock) -> None:
    async with service(most_turns=1) as here:
        client = here.connect(caller="web")
        for text in ("First.", "Second, ", "in two tokens."):
            client.say(text)
            if text != "Second, ":
                client.say({"type": "turn.end"})
        ended = await client.until("turn.ended")
        assert ended["heard"] == "First."
        await trio.sleep(1)
        with trio.move_on_after(1):
            await client.rest()
        assert [error["code"] for error in client.of("error")] == ["too_many_turns"]


async def test_a_client_that_hangs_up_leaves_nothing(autojump_clock: Clock) -> None:
    async with service() as here:
        for played in ("realtime", "taken"):
            client = here.connect(played=played)
            client.say({"type": "text", "text": TEXT * 20})
            await client.until("phrase.playing")
            client.hang_up()
            await trio.sleep(1)
            assert len(here.sessions) == 0
            assert here.sessions.speaking == 0


async def test_a_pause_stops_the_sound_and_a_resume_goes_on(autojump_clock: Clock) -> None:
    async with service() as here:
        client = here.connect()
        client.say({"type": "text", "text": TEXT})
        client.say({"type": "turn.end"})
        await client.until("phrase.playing")
        client.say({"type": "pause"})
        await client.until("audio.pause")
        got = len(client.audio)
        with trio.move_on_after(30):
            await client.rest()
        assert len(client.audio) - got < 2 * 24_000 * 2
        client.say({"type": "resume"})
        ended = await client.until("turn.ended")
        assert ended["heard"] == TEXT


async def test_a_pause_without_an_end_is_ended_and_none_outlives_its_turn(autojump_clock: Clock) -> None:
    async with service() as here:
        client = here.connect()
        for then in ("resume", "interrupt"):  # neither leaves anything that ends a later turn
            client.say({"type": "text", "text": TEXT})
            client.say({"type": "turn.end"})
            await client.until("phrase.playing")
            client.say({"type": "pause"})
            await client.until("audio.pause")
            await trio.sleep(800)
            client.say({"type": then})
            assert (await client.until("turn.ended"))["interrupted"] == (then == "interrupt")

        client.say({"type": "text", "text": TEXT})
        await client.until("phrase.playing")
        await trio.sleep(200)
        client.say({"type": "pause"})
        await trio.sleep(899)
        client.say({"type": "pause"})  # gives no more time
        assert (await client.until("error"))["code"] == "paused_too_long"
        ended = await client.until("turn.ended")
        assert (ended["interrupted"], ended["error"]) == (True, None)

        client.say({"type": "text", "text": TEXT})
        client.say({"type": "turn.end"})
        assert (await client.until("turn.ended"))["heard"] == TEXT


async def test_words_are_told_as_they_are_heard(autojump_clock: Clock) -> None:
    async with service() as here:
        client = here.connect(progress="words")
        client.say({"type": "text", "text": TEXT})
        client.say({"type": "turn.end"})
        await client.until("turn.ended")
        ends = [message["end"] for message in client.of("turn.heard")]
        assert ends == sorted(ends)
        assert len(set(ends)) > 8
        assert any(
            message["said"] and message["caption"].startswith(message["said"]) for message in client.of("turn.heard")
        )


async def test_the_callers_trace_goes_on(autojump_clock: Clock) -> None:
    async with service() as here:
        trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
        client = here.connect(caller="web", headers={"traceparent": trace}, played="taken")
        client.say("Hello.")
        client.say({"type": "turn.end"})
        await client.until("turn.ended")
        [(turn, caller, parent)] = here.host.observed
        assert (caller, parent) == ("web", trace)
        assert client.of("turn.started")[0]["id"] == turn


async def test_text_with_half_a_character_is_spoken_and_ends_no_connection(autojump_clock: Clock) -> None:
    async with service() as here:
        client = here.connect()
        client._to_server.send_nowait(
            {"type": "websocket.receive", "text": r'{"type": "text", "text": "Half \ud83d of it."}'}
        )
        client.say({"type": "turn.end"})
        ended = await client.until("turn.ended")
        assert ended["heard"] == "Half \ufffd of it."
        json.dumps(client.told, ensure_ascii=False).encode()  # a frame of text is UTF-8


async def test_a_client_that_counts_too_far_is_told_what_comes(autojump_clock: Clock) -> None:
    async with service() as here:
        client = here.connect()
        session = list[str]()
        await play(client, session)
        client.hang_up()
        again = here.connect(after="9999999999999999")
        await play(again, session)
        assert again.of("session.open")[0]["resumed"]
        again.say({"type": "interrupt"})
        again.say({"type": "turn.start"})
        again.say({"type": "turn.end"})
        await again.until("turn.ended")
