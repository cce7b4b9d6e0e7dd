"""The local voice, with the time at which it says each word.

hibari plans a duration for every sound before it makes the sound. An output added to its network gives these durations. So the
word times are those of the synthesis itself, in steps of 25 ms; nothing is recognised or aligned afterwards.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import attrs
import hibari.g2p
import numpy as np
import numpy.typing as npt
import onnxruntime

from triolet_adapters.tts import _hibari
from triolet_adapters.tts._english import pieces, readable

RATE = 24_000

_FRAME = 600
"""Samples in a step of the plan: 25 ms, two frames of the network."""

_DURATIONS = b"/Cast_32_output_0"
"""The tensor of hibari 0.2.1 that holds the number of frames of each sound."""


_PITCHES = 80
"""Values a second."""
_VOICED = 40.0
"""Hz; below it the network means a sound without pitch."""

SILENT = 200
"""Peak of 10 ms below which the voice is silent: -44 dB of full scale, 30 dB below its vowels."""


_normalize: Any = hibari.g2p.normalize  # pyright: ignore[reportUnknownVariableType, reportUnknownMemberType]


@attrs.frozen
class Word:
    """A word as the voice took it, and when it sounds, in seconds of the audio of its text."""

    text: str
    start: float
    end: float


@attrs.frozen
class Said:
    """One text, said."""

    pcm: bytes = attrs.field(repr=False)
    words: tuple[Word, ...]
    pitch: tuple[tuple[float, float], ...] = attrs.field(repr=False, default=())
    """The voiced moments, in seconds, and their pitch in Hz: 80 a second, as the network plans them."""

    @property
    def seconds(self) -> float:
        return len(self.pcm) / 2 / RATE


@functools.lru_cache(maxsize=4096)
def say(text: str) -> Said:
    """What `LocalTTS` gives for a text, with its word times."""
    model = _model()
    noise = np.random.default_rng(0)
    pcm = bytearray()
    words: list[Word] = []
    pitch: list[tuple[float, float]] = []
    pause = b""
    for sentence in model.split_sentences(readable(text)):
        for piece in pieces(sentence):
            tokens = model.g2p.phonemize_tokens(model.g2p.tokenize(_normalize(piece)))
            sounds = ["" if token.phonemes is None else token.phonemes for token in tokens]
            phonemes = "".join(s + (" " if t.whitespace else "") for s, t in zip(sounds, tokens, strict=True)).rstrip()
            if not any(char.isalpha() for char in phonemes):
                continue
            audio = model.from_ids(model.ids(phonemes), 1.0, noise)
            trimmed = _hibari._trimmed(audio)  # noqa: SLF001 -- the voice's own steps, one by one
            lead = (_address(trimmed) - _address(audio)) // audio.itemsize
            pcm += pause
            pause = b""
            began = len(pcm) / 2 / RATE - lead / RATE
            planned = _words(model, tokens, sounds, began)
            pcm += _hibari._pcm(trimmed)  # noqa: SLF001 -- the voice's own steps, one by one
            words.extend(_sounding(pcm, word) for word in planned)
            pitch.extend(
                (began + (at + 0.5) / _PITCHES, float(hertz))
                for at, hertz in enumerate(model.sess.pitch)
                if hertz >= _VOICED
            )
        pause = _hibari.BETWEEN_SENTENCES if pcm else b""
    return Said(bytes(pcm), tuple(words), tuple(pitch))


@functools.lru_cache(maxsize=256)
def direct(text: str) -> bytes:
    """The voice saying a whole text in one commit, with the pauses that it makes itself."""
    model = _model()
    audio: _hibari.Audio = model(readable(text), seed=0)
    return _hibari._pcm(audio)  # noqa: SLF001 -- the same loudness


def _words(model: Any, tokens: list[Any], sounds: list[str], began: float) -> Iterator[Word]:
    """The words that are said in one breath. Each lasts from its first to its last sound that is no mark."""
    at = 1  # the first entry is the silence in front
    ends = np.concatenate([[0], np.cumsum(model.sess.frames)]) * _FRAME / RATE
    for token, sound in zip(tokens, sounds, strict=True):
        known = [char for char in sound if char in model.vocab]
        said = [place for place, char in enumerate(known, at) if char.isalpha()]
        if said:
            yield Word(token.text, began + float(ends[said[0]]), began + float(ends[said[-1] + 1]))
        at += len(known) + (1 if token.whitespace else 0)


def _sounding(pcm: bytearray, word: Word) -> Word:
    """The word without the silence that the plan counts with its last sound."""
    step = RATE // 100
    samples = np.abs(np.frombuffer(bytes(pcm), "<i2").astype(np.int32))
    end = min(round(word.end * RATE), len(samples))
    start = max(0, round(word.start * RATE))
    while end - step > start and samples[end - step : end].max() < SILENT:
        end -= step
    return Word(word.text, start / RATE, end / RATE)


class _Session:
    """hibari's network, with one more output, whose last value it keeps."""

    def __init__(self, path: str) -> None:
        options: Any = onnxruntime.SessionOptions()  # pyright: ignore[reportUnknownVariableType, reportUnknownMemberType]
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.log_severity_level = 3
        network = Path(path).read_bytes()
        # Protocol Buffers merge a message that occurs twice: ModelProto.graph (7) { output (12) { name (1) } }.
        output = _field(7, _field(12, _field(1, _DURATIONS)))
        self._session: Any = onnxruntime.InferenceSession(network + output, options, providers=["CPUExecutionProvider"])
        self.frames: npt.NDArray[np.int64] = np.zeros(0, np.int64)
        self.pitch: npt.NDArray[np.float32] = np.zeros(0, np.float32)

    def run(self, names: None, inputs: dict[str, Any]) -> list[Any]:
        outputs: list[Any] = self._session.run(names, inputs)
        frames = outputs.pop()
        self.pitch = np.asarray(outputs[-1], np.float32).reshape(-1)
        self.frames = np.asarray(frames, np.int64).reshape(-1)
        return outputs


def _field(number: int, payload: bytes) -> bytes:
    assert len(payload) < 128
    return bytes([number << 3 | 2, len(payload)]) + payload


@functools.lru_cache(maxsize=1)
def _model() -> Any:
    model: Any = _hibari.load("heart")._model  # noqa: SLF001 -- the voice's own steps, one by one
    model.sess = _Session(model.model_path)
    return model


def _address(audio: _hibari.Audio) -> int:
    address: int = audio.__array_interface__["data"][0]
    return address
