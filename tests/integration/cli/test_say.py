"""`triolet say`, by what comes out."""

from __future__ import annotations

import json
import os
import subprocess
import threading
from pathlib import Path

import av
import pytest
import trio
from tests.integration.cli.command import COMMAND, by, call, environment, run, samples, start

from triolet import AudioFormat
from triolet.errors import OutputError
from triolet_adapters.outputs import Loudspeaker

Captured = pytest.CaptureFixture[str]


def test_each_sentence_is_shown_written_then_committed_then_heard(tmp_path: Path, capfd: Captured) -> None:
    file = tmp_path / "a.wav"
    result = call(capfd, "say", "Hello there. How are *you*?", "--out", str(file))
    assert result.code == 0
    assert result.err == ""
    lines = result.out.splitlines()
    for sentence in ("Hello there.", "How are you?"):
        states = [line.split()[2] for line in lines if line.endswith(sentence)]
        assert states == ["written", "committed", "heard"]
    assert "heard 2 sentences" in lines[-2]
    assert "first token" in lines[-1]
    assert samples(file) > 24_000


def test_json_has_the_documented_fields(tmp_path: Path, capfd: Captured) -> None:
    text = "Hello there.\n\n```\ncode\n```\n"
    result = call(capfd, "say", text, "--out", str(tmp_path / "a.wav"), "--json")
    found = json.loads(result.out)
    assert (found["text"], found["heard"], found["unheard"]) == (text, text, "")
    assert (found["interrupted"], found["error"], found["output"]) == (False, None, str(tmp_path / "a.wav"))
    [sentence] = found["sentences"]
    assert (sentence["text"], sentence["start"], sentence["end"], sentence["state"]) == ("Hello there.", 0, 12, "heard")
    assert found["seconds"] == sentence["seconds"] > 0.3
    assert (found["estimated"], found["characters"], found["wasted"]) == (False, 0, 0)
    latency = found["latency"]
    assert 0 <= latency["first_token"] <= latency["first_clause"] <= latency["first_commit"] <= latency["first_byte"]


@pytest.mark.parametrize(
    ("data", "heard"),
    [
        (b"One line.\r\nAnother line.\r\n", "One line.\nAnother line.\n"),
        (b"\xef\xbb\xbfHello.", "Hello."),
        ("\ufeffHello.\r\n".encode("utf-16-le"), "Hello.\n"),
    ],
    ids=["windows line ends", "byte order mark", "utf-16"],
)
def test_files_as_they_come(data: bytes, heard: str, tmp_path: Path, capfd: Captured) -> None:
    (tmp_path / "a.txt").write_bytes(data)
    result = call(capfd, "say", "-f", str(tmp_path / "a.txt"), "-o", str(tmp_path / "a.wav"), "--json")
    assert result.code == 0
    assert json.loads(result.out)["heard"] == heard


def test_standard_input_is_spoken_as_it_comes(url: str, tmp_path: Path) -> None:
    with start("say", "-", *by(url), "--out", str(tmp_path / "a.wav")) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(b"The first sentence. And the sec")
        process.stdin.flush()
        while b"heard" not in (line := process.stdout.readline()):
            assert line, "it ended before the first sentence was heard"
        process.stdin.write(b"ond sentence.\n")
        process.stdin.close()
        rest = process.stdout.read()
    assert process.returncode == 0
    assert b"heard      And the second sentence." in rest


def test_a_compressed_file_has_what_was_said(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "a.mp3"
    result = call(capfd, "say", "Hello there. How are you?", "-o", str(file), "--json")
    assert json.loads(result.out)["heard"] == "Hello there. How are you?"
    with av.open(str(file)) as opened:
        assert opened.metadata["comment"] == "Hello there. How are you?"
        assert opened.duration is not None
        assert opened.duration / 1e6 == pytest.approx(json.loads(result.out)["seconds"], abs=0.7)


def test_samples_alone_on_standard_output_and_the_rest_on_the_other(url: str) -> None:
    with start("say", "Hello there.", *by(url), "--out", "-") as process:
        pcm, err = process.communicate(timeout=60)
    assert process.returncode == 0
    assert len(pcm) > 2 * 8_000
    assert len(pcm) % 2 == 0
    assert b"heard      Hello there." in err


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["say"], 2, "say what?"),
        (["say", "a", "-f", "b"], 2, "TEXT and -f b: both are given"),
        (["say", "-f", "no-such-file.md"], 2, "cannot read no-such-file.md"),
        (["say", "Hello.", "--out", "a.wma"], 2, ".m4a or .pcm"),
        (["say", "notes.txt"], 2, "notes.txt is a file: triolet say -f notes.txt says what it holds"),
        (["say", "Hello", "there,", "you"], 2, "put the whole text in quotes"),
        (["say", "Hello.", "--tts", "nope"], 2, "--tts nope: it must be local or kokoro or pico or qwen"),
        (["say", "Olá.", "--tts", "pico", "--language", "pt"], 2, "--language pt: Pico does not speak 'pt'"),
        (["say", "Hallo.", "--tts", "pico", "--voice", "x"], 2, "--voice: pico has one voice a language"),
        (["say", "Hello.", "--record-text", "nope"], 2, "--record-text nope: it must be full or hash or none"),
        (
            ["say", "Hello.", "--no-such-option"],
            2,
            "there is no option --no-such-option of say; see triolet say --help",
        ),
        (["sya", "Hello."], 2, "there is no command sya; see triolet --help"),
        (["say", "-f", "empty.txt", "--out", "x.wav"], 2, "nothing to say"),
        (["say", "Hello.", "--out", "no/such/folder.wav"], 2, "the folder no/such does not exist"),
        (["say", "Hello.", "--url", "ws://127.0.0.1:1", "--out", "x.wav"], 2, "--tts qwen"),
        (["say", "Hello.", "--tts", "qwen", "--out", "x.wav"], 2, "set the environment variable DASHSCOPE_API_KEY"),
        (
            ["say", "Hello.", "--tts", "qwen", "--url", "ws://127.0.0.1:1", "--out", "x.wav"],
            1,
            "triolet serve tts starts one",
        ),
        (["say", "Hello.", "--tts", "qwen", "--url", "wss://a.invalid", "--out", "x.wav"], 1, "Is this machine online"),
        (["say", "Hello.", "--tts", "qwen", "--url", "http://x", "--out", "x.wav"], 2, "ws"),
        (["say", "Hello.", "--voice", "nobody", "--out", "x.wav"], 2, "nobody"),
        (["say", "Hello.", "--language", "xx", "--out", "x.wav"], 2, "xx"),
        (["say", "Hello.", "--json", "--out", "-"], 2, "standard output"),
        (["say", "   "], 2, "TEXT is empty"),
        (["say", "```\ncode\n```\n", "--out", "x.wav"], 2, "nothing to say"),
        (["say", "你好。", "--out", "x.wav"], 1, "你好"),
    ],
)
def test_mistakes_get_one_sentence(
    arguments: list[str], code: int, words: str, tmp_path: Path, capfd: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "notes.txt").write_text("Hello.")
    (tmp_path / "empty.txt").write_text(" \n")
    monkeypatch.delenv("DASHSCOPE_API_KEY", raising=False)
    if "wss://a.invalid" in arguments:
        monkeypatch.setenv("DASHSCOPE_API_KEY", "sk-test")
    result = call(capfd, *arguments)
    assert result.code == code
    assert words in result.err
    assert result.err.startswith("triolet: ")
    assert result.err.count("\n") == 1


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ("Ein Café ist gut.".encode("latin1"), "not UTF-8: byte 0xe9 at offset 7"),
        (b"A page. " * 1000 + b"caf\xe9", "byte 0xe9 at offset 8003"),
        (b"\x93\x00\xfe\x1b" * 100, "not UTF-8: byte 0x93 at offset 0"),
        ("Hello.".encode("utf-16-le"), "zero bytes"),
        (b"Cut off \xe2\x82", "byte 0xe2 at offset 8"),
    ],
    ids=["latin 1", "latin 1 on its second page", "random bytes", "utf-16 without a mark", "half a character"],
)
def test_what_is_no_text_is_told_before_any_of_it_is_spoken(
    data: bytes, words: str, tmp_path: Path, capfd: Captured
) -> None:
    (tmp_path / "a.txt").write_bytes(data)
    result = call(capfd, "say", "-f", str(tmp_path / "a.txt"), "-o", str(tmp_path / "a.wav"))
    assert (result.code, result.out) == (2, "")
    assert words in result.err
    assert result.err.count("\n") == 1
    result = call(capfd, "say", "-", "-o", str(tmp_path / "b.wav"), stdin=data)
    assert result.code == 2
    assert "standard input" in result.err


@pytest.mark.parametrize("arguments", [["--voice", "nobody"], ["--tts", "qwen", "--url", "ws://127.0.0.1:1"]])
def test_a_voice_that_cannot_be_had_is_told_before_anything_is_committed(
    arguments: list[str], tmp_path: Path, capfd: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("DASHSCOPE_API_KEY", raising=False)
    result = call(capfd, "say", "Hello there.", *arguments, "--out", str(tmp_path / "a.wav"))
    assert result.code != 0
    assert result.out == "", "nothing was written, committed or tried again"


def test_a_key_goes_in_the_clear_only_where_that_was_asked_for(
    tmp_path: Path, capfd: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DASHSCOPE_API_KEY", "sk-0123456789abcdef")
    result = call(capfd, "say", "Hello.", "--tts", "qwen", "--url", "ws://192.0.2.1", "--out", str(tmp_path / "a.wav"))
    assert (result.code, result.out) == (2, "")
    assert "--insecure" in result.err
    assert "allow_insecure" not in result.err


def test_an_empty_standard_input_is_nothing_to_say(tmp_path: Path, capfd: Captured) -> None:
    result = call(capfd, "say", "-", "--out", str(tmp_path / "a.wav"), stdin=b" \n ")
    assert result.code == 2
    assert result.err == "triolet: nothing to say: the text has no words that are spoken\n"


def test_without_a_sound_device_the_message_names_the_option(capfd: Captured, monkeypatch: pytest.MonkeyPatch) -> None:
    async def no_card(self: Loudspeaker, _format: AudioFormat) -> None:
        await trio.lowlevel.checkpoint()
        raise OutputError("no sound device could be opened: connect one, or ...")

    monkeypatch.setattr(Loudspeaker, "open", no_card)
    result = call(capfd, "say", "Hello.")
    assert result.code == 1
    assert result.err == "triolet: no sound device could be opened; to write a file instead: --out speech.wav\n"
    assert result.out == ""


@pytest.mark.parametrize("out", ["a.wav", "-"])
def test_a_reader_that_leaves_ends_it_quietly(out: str, url: str, tmp_path: Path) -> None:
    text = "A sentence that is long enough to take the voice a moment. " * 300
    target = out if out == "-" else str(tmp_path / out)
    with start("say", text, *by(url), "--out", target) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.read(100)
        process.stdout.close()
        errors = process.stderr.read()
    assert process.returncode == 141
    if out == "-":  # progress is shown there, but no complaint
        assert b"triolet:" not in errors
        assert b"Error" not in errors
    else:
        assert errors == b""
        assert samples(tmp_path / out) >= 0  # it is valid, as short as it may be


def test_a_book_goes_at_its_listeners_pace(url: str, tmp_path: Path) -> None:
    """300 pages; the reader takes two seconds of sound and leaves."""
    book, pipe = tmp_path / "book.txt", tmp_path / "sound"
    book.write_text("It was a dark and stormy night, and the rain fell in torrents. " * 10_000, "utf-8")
    os.mkfifo(pipe)
    taken: list[int] = []

    def listen() -> None:
        with pipe.open("rb") as reader:
            taken.append(len(reader.read(96_000)))

    listener = threading.Thread(target=listen)
    listener.start()
    result = run("say", "-f", str(book), *by(url), "--out", str(pipe))
    listener.join()
    assert taken == [96_000]
    assert result.code == 141
    assert 1 <= result.out.count("written") < 60


def test_a_full_disk_behind_our_output_is_told(url: str, tmp_path: Path) -> None:
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            [*COMMAND, "say", "Hello.", *by(url), "--out", str(tmp_path / "a.wav")],
            env=environment(), stdout=full, stderr=subprocess.PIPE, check=False,
        )  # fmt: skip
    assert (done.returncode, done.stderr) == (1, b"triolet: progress cannot be shown: No space left on device\n")
