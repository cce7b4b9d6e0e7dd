"""Each parameter: its limits, the words of its error, and what reaches the server."""

import json
import warnings
from functools import partial
from typing import Any

import pytest
from tests.unit.adapters.tts.qwen._peers import Tap, serving
from trio.testing import MockClock

from triolet_adapters.tts.qwen import QwenOptions, QwenTTS
from triolet_adapters.tts.qwen.protocol import LANGUAGES, QwenSettings
from triolet_adapters.tts.qwen.protocol._settings import series_of

make = partial[Any](QwenTTS, api_key="k")
INSTRUCT = "qwen3-tts-instruct-flash-realtime"
LEGACY = "qwen-tts-realtime"


@pytest.mark.parametrize(
    ("settings", "text"),
    [
        ({"voice": ""}, "voice is ''; it must be a name"),
        ({"voice": None}, "voice is None; it must be a name"),
        ({"model": "qwen3-tts-flash"}, "model is 'qwen3-tts-flash'; models of this protocol end in -realtime"),
        ({"model": ""}, "model is ''; it must be a name"),
        ({"mode": "auto"}, "mode is 'auto'; it must be one of commit, server_commit"),
        ({"language_type": "english"}, f"language_type is 'english'; it must be one of {', '.join(LANGUAGES)}"),
        ({"response_format": "flac"}, "response_format is 'flac'; it must be one of pcm, wav, mp3, opus"),
        ({"sample_rate": 11_025}, "sample_rate is 11025; it must be one of 8000, 16000, 22050, 24000, 44100, 48000"),
        ({"sample_rate": "24000"}, "sample_rate is '24000'"),
        ({"speech_rate": 0.49}, "speech_rate is 0.49; it must be a number from 0.5 to 2.0"),
        ({"speech_rate": 2.01}, "speech_rate is 2.01"),
        ({"speech_rate": True}, "speech_rate is True"),
        ({"speech_rate": "1"}, "speech_rate is '1'"),
        ({"speech_rate": float("nan")}, "speech_rate is nan"),
        ({"volume": -1}, "volume is -1; it must be a whole number from 0 to 100"),
        ({"volume": 101}, "volume is 101"),
        ({"volume": 50.5}, "volume is 50.5"),
        ({"pitch_rate": 0.4}, "pitch_rate is 0.4; it must be a number from 0.5 to 2.0"),
        ({"pitch_rate": 2.1}, "pitch_rate is 2.1"),
        ({"bit_rate": 5, "response_format": "opus"}, "bit_rate is 5; it must be a whole number from 6 to 510"),
        ({"bit_rate": 511, "response_format": "opus"}, "bit_rate is 511"),
        ({"bit_rate": 128}, "bit_rate is 128, response_format 'pcm'; only opus and mp3 have one"),
        ({"instructions": "Whisper."}, f"qwen3-tts-flash-realtime takes no instructions; use {INSTRUCT}"),
        ({"optimize_instructions": True}, f"takes no optimize_instructions; use {INSTRUCT}"),
        ({"model": INSTRUCT, "optimize_instructions": True}, "no effect without instructions"),
        ({"model": "qwen3-tts-vc-realtime-2026-01-15", "voice": "mine", "instructions": "x"}, "takes no instructions"),
        ({"model": LEGACY, "speech_rate": 1.5}, f"{LEGACY} takes no speech_rate; use qwen3-tts-flash-realtime"),
        ({"model": LEGACY, "volume": 10}, "takes no volume"),
        ({"model": LEGACY, "pitch_rate": 1.5}, "takes no pitch_rate"),
        ({"model": LEGACY, "sample_rate": 16_000}, "sample_rate 16000; qwen-tts-realtime gives pcm at 24000 only"),
        ({"model": LEGACY, "response_format": "wav"}, "response_format is 'wav'"),
        ({"format": "mp3"}, "format is 'mp3'; the setting is called response_format (pcm, wav, mp3, opus)"),
        (
            {"region": "mars-1"},
            "region is 'mars-1'; it must be one of cn-beijing, ap-southeast-1, cn-hongkong, us-east-1",
        ),
        ({"url": "https://example.org"}, "url is 'https://example.org'; it must begin with wss://"),
        ({"url": "wss://user:pass@example.org"}, "url holds a user or password"),
        ({"url": "wss://:pass@example.org"}, "url holds a user or password"),
        ({"url": "wss://user@example.org"}, "url holds a user or password"),
        ({"url": "https://user:pass@example.org"}, "url holds a user or password"),
        (
            {"url": "wss://example.org:99999"},
            "url is 'wss://example.org:99999'; its port must be a number from 1 to 65535",
        ),
        ({"url": "wss://example.org:http"}, "url is 'wss://example.org:http'; its port must be a number"),
        ({"url": "wss://example.org/?model=other-realtime"}, "url names the model 'other-realtime', model is"),
        ({"url": "ws://example.org"}, "the key would be sent in the clear; use wss://, or allow_insecure=True"),
        ({"api_key": ""}, "no api_key: give one, or set DASHSCOPE_API_KEY; keys belong to regions"),
        ({"api_key": "sk-1\n"}, "api_key must be printable ASCII without spaces"),
        ({"api_key": "sk 1"}, "api_key must be printable"),
    ],
)
def test_a_value_that_cannot_be_right_is_said_at_construction(settings: dict[str, Any], text: str) -> None:
    with pytest.raises(ValueError) as caught:  # noqa: PT011 -- the words are compared below
        make(**settings)
    assert text in str(caught.value)


@pytest.mark.parametrize(
    "settings",
    [
        {"speech_rate": 0.5},
        {"speech_rate": 2},
        {"volume": 0},
        {"volume": 100},
        {"pitch_rate": 0.5},
        {"pitch_rate": 2.0},
        {"bit_rate": 6, "response_format": "opus"},
        {"bit_rate": 510, "response_format": "mp3"},
        {"language_type": "German"},
        {"sample_rate": 8_000},
        {"sample_rate": 48_000},
        {"response_format": "wav"},
        {"enable_tn": False},
        {"model": INSTRUCT, "instructions": "Speak slowly.", "optimize_instructions": True},
        {"model": "qwen3-tts-flash-realtime-2025-09-18", "voice": "Kiki"},
        {"model": "qwen3-tts-vd-realtime-2026-01-15", "voice": "designed-by-me"},
        {"model": LEGACY, "voice": "Chelsie"},
        {"voice": "Eldric Sage"},
    ],
)
async def test_what_is_allowed_reaches_the_server_and_nothing_else(
    autojump_clock: MockClock, settings: dict[str, Any]
) -> None:
    tap = Tap()
    async with serving(voice=None) as world:
        tts = world.tts(tap=tap, **settings)
        async with tts.session() as session:
            await session.update()
            assert session.info.model == settings.get("model", "qwen3-tts-flash-realtime")
    expected = {
        "voice": "Cherry",
        "mode": "commit",
        "language_type": "Auto",
        "response_format": "pcm",
        "sample_rate": 24_000,
        **settings,
    }
    expected.pop("model", None)
    assert tap.of_type("session.update")[0]["session"] == expected


@pytest.mark.parametrize(
    ("model", "name", "tunable", "instructions"),
    [
        ("qwen3-tts-instruct-flash-realtime", "instruct", True, True),
        ("qwen3-tts-flash-realtime", "flash", True, False),
        ("qwen3-tts-flash-realtime-2025-09-18", "flash", True, False),
        ("qwen3-tts-vc-realtime-2025-11-27", "voice clone", True, False),
        ("qwen3-tts-vd-realtime-2025-12-16", "voice design", True, False),
        ("qwen-tts-realtime", "legacy", False, False),
        ("another", "unknown", True, True),
    ],
)
def test_what_a_model_takes_is_told_by_its_name(model: str, name: str, tunable: bool, instructions: bool) -> None:
    series = series_of(model)
    assert (series.name, series.tunable, series.instructions) == (name, tunable, instructions)
    assert bool(series.voices) == (name in {"instruct", "flash", "legacy"})


def test_an_unknown_voice_is_a_warning_with_near_names() -> None:
    with pytest.warns(UserWarning, match=r"voice 'cherry' is not known.*did you mean Cherry"):
        QwenSettings(voice="cherry")
    with pytest.warns(UserWarning, match="'Xyzzy' is not known for qwen3-tts-flash-realtime$"):
        QwenSettings(voice="Xyzzy")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        QwenSettings(model="qwen9-tts-realtime", voice="Anything", instructions="x")  # of which nothing is known


def test_the_warning_points_at_the_caller() -> None:
    with pytest.warns(UserWarning, match="Nobody") as caught:
        QwenTTS(api_key="k", voice="Nobody")
    assert caught[0].filename == __file__


@pytest.mark.parametrize(
    ("place", "url"),
    [
        ({}, "wss://dashscope.aliyuncs.com/api-ws/v1/realtime"),
        ({"region": "ap-southeast-1"}, "wss://dashscope-intl.aliyuncs.com/api-ws/v1/realtime"),
        ({"region": "cn-hongkong"}, "wss://cn-hongkong.dashscope.aliyuncs.com/api-ws/v1/realtime"),
        ({"region": "us-east-1"}, "wss://dashscope-intl.aliyuncs.com/api-ws/v1/realtime"),
        ({"region": "eu-central-1"}, "wss://dashscope-intl.aliyuncs.com/api-ws/v1/realtime"),
        ({"region": "ap-northeast-1"}, "wss://dashscope-intl.aliyuncs.com/api-ws/v1/realtime"),
        (
            {"region": "eu-central-1", "workspace": "llm-abc"},
            "wss://llm-abc.eu-central-1.maas.aliyuncs.com/api-ws/v1/realtime",
        ),
        ({"url": "wss://example.org/path"}, "wss://example.org/path"),
        ({"url": "wss://example.org:8443"}, "wss://example.org:8443/api-ws/v1/realtime"),
    ],
)
def test_region_workspace_and_url_build_the_address(place: dict[str, str], url: str) -> None:
    assert QwenTTS(api_key="k", **place).url == f"{url}?model=qwen3-tts-flash-realtime"  # type: ignore[arg-type]


def test_a_query_of_the_url_is_kept_and_the_model_is_escaped() -> None:
    assert QwenTTS(api_key="k", url="wss://h/p?a=1").url == "wss://h/p?a=1&model=qwen3-tts-flash-realtime"
    given = "wss://h/p?model=qwen3-tts-flash-realtime"
    assert QwenTTS(api_key="k", url=given).url == given
    assert QwenTTS(api_key="k", model="a b&c-realtime", voice="x").url.endswith("model=a%20b%26c-realtime")


def test_the_key_comes_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DASHSCOPE_API_KEY", "sk-env")
    assert dict(QwenTTS()._headers())["Authorization"] == "Bearer sk-env"
    assert dict(QwenTTS(api_key="sk-arg", workspace="w")._headers()) == {
        "User-Agent": "triolet",
        "Authorization": "Bearer sk-arg",
        "X-DashScope-WorkSpace": "w",
    }
    monkeypatch.delenv("DASHSCOPE_API_KEY")
    for url in ("ws://localhost:1", "ws://127.0.0.1:1", "ws://[::1]:1"):
        assert "Authorization" not in dict(QwenTTS(url=url)._headers())
    QwenTTS(url="ws://example.org", api_key="k", allow_insecure=True)


def test_options_are_checked() -> None:
    with pytest.raises(ValueError, match="first_audio_timeout is 0; it must be above 0"):
        QwenOptions(first_audio_timeout=0)
    with pytest.raises(ValueError, match="connect_timeout is -1"):
        QwenOptions(connect_timeout=-1)


async def test_what_the_server_refuses_is_a_typed_error_with_its_event(autojump_clock: MockClock) -> None:
    from triolet.errors import ServiceError

    async with serving() as world, world.tts().session() as session:
        with pytest.raises(ServiceError) as caught:
            await session.update(speech_rate=9)
        error = caught.value
        assert (error.code, error.retryable) == ("invalid_value", False)
        assert "speech_rate must be between 0.5 and 2" in str(error.message)
        assert error.event is not None
        assert error.event["error"]["code"] == "invalid_value"
        assert json.dumps(error.event)
