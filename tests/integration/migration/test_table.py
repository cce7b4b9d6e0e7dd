"""Each row of the table for those who come from the DashScope SDK: what the SDK does, and that ours does it."""

from __future__ import annotations

import inspect
import re
import urllib.parse
import warnings
from collections.abc import Awaitable, Callable
from typing import Any, cast

import dashscope
import pytest
import trio
from dashscope.audio.qwen_tts_realtime import AudioFormat, QwenTtsRealtime, QwenTtsRealtimeCallback
from dashscope.v2._config import LEGACY_WS_GATEWAY_HOSTS, VALID_REGIONS
from dashscope.v2.resources.audio.realtime import Realtime, RealtimeSession
from tests.integration.docs.markdown import ROOT, codes, table
from tests.integration.migration.sessions import (
    KEY,
    MODEL,
    SETTINGS,
    TEXTS,
    WORKSPACE,
    Recorded,
    audio_of,
    with_client,
    with_ours,
    with_realtime,
)
from tests.unit.adapters.tts.qwen._peers import Tap, scripted, serving

from triolet import Conversation, speech
from triolet.errors import AuthenticationFailed, ConnectionLost, ServiceError
from triolet.testing import decode
from triolet_adapters.outputs import Memory, NullDevice
from triolet_adapters.tts import QwenTTS
from triolet_adapters.tts.qwen import QwenOptions, QwenSession, ServerOptions
from triolet_adapters.tts.qwen.client import REGIONS
from triolet_adapters.tts.qwen.protocol import ClientEvent, SessionFinished

Three = dict[str, Recorded]
Check = Callable[[Three], None] | Callable[[Three], Awaitable[None]]
PAGE = ROOT / "docs" / "how-to" / "from-the-dashscope-sdk.md"
ROWS = {row[0] or row[1]: row for row in table(PAGE, "`QwenTtsRealtime`", "`Client`", "Triolet")}
CHECKS: dict[str, Check] = {}
UPDATE_SESSION: Callable[..., None] = cast("Any", QwenTtsRealtime).update_session


def shows(row: str) -> Callable[[Check], Check]:
    """This function shows that the row is true."""

    def register(check: Check) -> Check:
        assert row not in CHECKS, row
        CHECKS[row] = check
        return check

    return register


@pytest.fixture(scope="module")
def three() -> Three:
    """One session with each."""
    return {"old": with_realtime(), "new": with_client(), "ours": with_ours()}


def test_every_row_has_a_check() -> None:
    assert list(CHECKS) == list(ROWS)


@pytest.mark.parametrize("row", ROWS)
async def test_a_row_is_true(row: str, three: Three, autojump_clock: trio.abc.Clock) -> None:
    result = CHECKS[row](three)
    if result is not None:
        await result


def test_the_three_send_the_same_events_and_hear_the_same(three: Three) -> None:
    old, new, ours = three.values()
    assert ours.verbs == old.verbs
    assert ours.verbs == new.verbs
    assert ours.path == old.path
    assert ours.path == new.path
    assert ours.audio == old.audio
    assert ours.audio == new.audio
    assert len(decode(ours.audio).runs) == len(TEXTS)
    assert len({event["event_id"] for event in ours.sent}) == len(ours.sent)


def column(at: int) -> str:
    """All code of a column."""
    return " ".join(code for row in ROWS.values() for code in codes(row[at]))


def named(text: str) -> set[str]:
    """The words of a piece of code."""
    return set(re.findall(r"\w+", text))


def test_nothing_of_the_class_is_left_out() -> None:
    surface = _parameters(QwenTtsRealtime) | _parameters(UPDATE_SESSION)
    surface |= _methods(QwenTtsRealtime) | _methods(QwenTtsRealtimeCallback)
    surface |= {member.name for member in AudioFormat}
    assert len(surface) > 35
    assert surface - named(column(0)) == set()


def test_nothing_of_the_newer_surface_is_left_out() -> None:
    surface = _parameters(dashscope.Client) | _parameters(Realtime.connect) | _methods(RealtimeSession)
    surface |= {name for name, value in vars(RealtimeSession).items() if isinstance(value, property)}
    source = inspect.getsource(RealtimeSession._reset_state)
    surface |= {name for name in re.findall(r"self\.(\w+)", source) if not name.startswith("_")}
    assert len(surface) > 35
    assert surface - named(column(1)) == set()


def _parameters(function: Callable[..., Any]) -> set[str]:
    return set(inspect.signature(function).parameters) - {"self"}


def _methods(kind: type) -> set[str]:
    return {name for name, value in vars(kind).items() if inspect.isfunction(value) and not name.startswith("_")}


def test_what_is_named_as_ours_exists() -> None:
    parameters = _parameters(QwenTTS)
    for name in re.findall(r"QwenTTS\((\w+)=", column(2)):
        assert name in parameters
    missing = [name for name in re.findall(r"session\.(\w+)", column(2)) if not hasattr(QwenSession, name)]
    assert not [name for name in missing if name not in {"created", "updated"}]


# Opening


@shows("`dashscope.api_key`")
def key(three: Three) -> None:
    for recorded in three.values():
        assert recorded.headers["authorization"] == f"Bearer {KEY}"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DASHSCOPE_API_KEY", "sk-of-the-environment")
        assert ("Authorization", "Bearer sk-of-the-environment") in QwenTTS()._headers()
        assert ("Authorization", "Bearer sk-given") in QwenTTS(api_key="sk-given")._headers()


@shows("`model=`")
def model(three: Three) -> None:
    for recorded in three.values():
        assert recorded.path == f"/api-ws/v1/realtime?model={MODEL}"
    assert QwenTTS(api_key="k").url.endswith("?model=qwen3-tts-flash-realtime")


@shows("`url=`")
def url(three: Three) -> None:
    given = "wss://example.com/api-ws/v1/realtime?x=1"
    assert QwenTTS(api_key="k", url=given, model=MODEL).url == f"{given}&model={MODEL}"
    assert QwenTtsRealtime(MODEL, url=given).url == f"{given}?model={MODEL}", (
        "the SDK makes a URL with two queries of it"
    )
    assert _realtime(ws_url=given).url == f"{given}&model={MODEL}"


@shows("`workspace=`")
def workspace(three: Three) -> None:
    for recorded in three.values():
        assert recorded.headers["x-dashscope-workspace"] == WORKSPACE
    host = "wss://ws-test.ap-southeast-1.maas.aliyuncs.com/"
    assert QwenTTS(api_key="k", region="ap-southeast-1", workspace=WORKSPACE).url.startswith(host)
    assert _realtime().url.startswith(host)


@shows("`Client(region=)`")
def region(three: Three) -> None:
    assert set(REGIONS) == set(VALID_REGIONS)
    for name, host in REGIONS.items():
        assert urllib.parse.urlsplit(QwenTTS(api_key="k", region=name).url).netloc == host
        assert LEGACY_WS_GATEWAY_HOSTS[name].removeprefix("wss://") == host


@shows("`headers=`")
def headers(three: Three) -> None:
    assert "headers" not in _parameters(QwenTTS)
    plain = {"host", "upgrade", "connection", "sec-websocket-key", "sec-websocket-version", "user-agent"}
    assert set(three["ours"].headers) - plain == {"authorization", "x-dashscope-workspace"}


@shows("`callback=`")
def callback(three: Three) -> None:
    assert three["ours"].events, "they came to the task that asked"
    assert audio_of(three["ours"].events) == three["old"].audio


@shows("`additional_params=`")
def additional_params(three: Three) -> None:
    with_it, without = (vars(QwenTtsRealtime(MODEL, additional_params=extra)) for extra in ({"x": 1}, None))
    assert with_it == without


@shows("`Client(timeout=)`, `connect(timeout=)`")
async def timeout(three: Three) -> None:
    async with serving(ServerOptions(first_audio=30)) as world:
        tts = world.tts(options=QwenOptions(ping_interval=None, first_audio_timeout=0.1))
        with pytest.raises(Exception, match="first_audio_timeout"):
            await (["Hello there."] | speech(tts, "en") | Memory()).run()


@shows("`connect(connector=)`")
async def connector(three: Three) -> None:
    dialled: list[tuple[str, int, bool]] = []
    async with serving(ServerOptions(allowed_hosts=("dashscope.aliyuncs.com",))) as world:

        async def dial(host: str, port: int, tls: bool) -> trio.abc.Stream:
            dialled.append((host, port, tls))
            return await world.network.dial("localhost", 80, False)

        async with QwenTTS(api_key=KEY, dial=dial).session() as session:
            assert session.id
    assert dialled == [("dashscope.aliyuncs.com", 443, True)]
    assert inspect.signature(QwenTTS).parameters["dial"].default is None


@shows("`Client(base_url=, protocol=, max_retries=, config_path=, http_client=, raise_on_error=, protocol_options=)`")
def http_only(three: Three) -> None:
    plain = _realtime()
    for given in ({"base_url": "https://example.com"}, {"max_retries": 7}, {"raise_on_error": False}):
        session = _realtime(client=given)
        assert (session.url, session._headers, session._timeout) == (plain.url, plain._headers, plain._timeout)
    read = set(re.findall(r"\bconfig\.(\w+)", inspect.getsource(cast("Any", RealtimeSession).__init__)))
    assert read == {"workspace", "region", "api_key", "timeout"}


@shows("`connect()`")
async def connect(three: Three) -> None:
    async with serving() as world, world.tts().session() as session:
        assert session.id, "session.created has come"


# Settings


def _sent(name: str) -> Check:
    def check(three: Three) -> None:
        for recorded in three.values():
            assert recorded.only("session.update")["session"][name] == SETTINGS[name]

    return check


@shows("`update_session(...)`")
def update_session(three: Three) -> None:
    for recorded in three.values():
        assert recorded.only("session.update")["session"] == {"voice": "Serena", **SETTINGS}
    kinds = [event["type"] for event in three["ours"].received]
    assert kinds[:2] == ["session.created", "session.updated"]


@shows("`voice=`")
def voice(three: Three) -> None:
    for recorded in three.values():
        assert recorded.only("session.update")["session"]["voice"] == "Serena"


@shows("`mode=`")
def mode(three: Three) -> None:
    _sent("mode")(three)
    assert inspect.signature(QwenTTS).parameters["mode"].default == "commit"
    assert inspect.signature(UPDATE_SESSION).parameters["mode"].default == "server_commit"


@shows("`response_format=AudioFormat.PCM_24000HZ_MONO_16BIT`")
def response_format(three: Three) -> None:
    member = AudioFormat.PCM_24000HZ_MONO_16BIT
    settings = QwenTTS(api_key="k").settings
    assert (settings.response_format, settings.sample_rate) == (member.format, member.sample_rate)


@shows("`audio_format=`")
async def audio_format(three: Three) -> None:
    _sent("response_format")(three)
    assert (await _updated(response_format="mp3"))["response_format"] == "mp3"


for _name in ("sample_rate", "volume", "speech_rate", "pitch_rate"):
    shows(f"`{_name}=`")(_sent(_name))


@shows("`bit_rate=`")
async def bit_rate(three: Three) -> None:
    assert (await _updated(response_format="opus", bit_rate=64))["bit_rate"] == 64
    with pytest.raises(ValueError, match="only opus and mp3 have one"):
        QwenTTS(api_key="k", bit_rate=64)


for _name in ("language_type", "enable_tn", "instructions", "optimize_instructions"):
    shows(f"`{_name}=`")(_sent(_name))


@shows("`update_session(**kwargs)`")
async def any_field(three: Three) -> None:
    async with serving() as world:
        tap = Tap()
        async with world.tts(tap=tap).session() as session:
            await session.update(hum=True)
    (event,) = tap.of_type("session.update")
    assert event["session"]["hum"] is True


async def _updated(**settings: Any) -> dict[str, Any]:
    """What the server was told, and has taken."""
    async with serving() as world, world.tts(**settings).session() as session:
        info = await session.update()
        told = session._settings.to_wire()
    assert info.response_format == told["response_format"]
    return told


# Verbs


@shows("`append_text(text)`")
def append(three: Three) -> None:
    for recorded in three.values():
        appended = [event["text"] for event in recorded.sent if event["type"] == "input_text_buffer.append"]
        assert appended == ["Never mind.", *TEXTS]


@shows("`commit()`")
async def commit(three: Three) -> None:
    for recorded in three.values():
        kinds = [event["type"] for event in recorded.received]
        assert kinds.count("input_text_buffer.committed") == kinds.count("response.done") == len(TEXTS)
    pcm = bytearray()
    async with serving() as world, world.tts().connect() as session:
        usage = await session.commit(TEXTS[0], pcm.extend)
    assert usage.characters == len(TEXTS[0])
    assert len(decode(bytes(pcm)).runs) == 1


@shows("`clear_appended_text()`")
def clear(three: Three) -> None:
    for recorded in three.values():
        assert "input_text_buffer.cleared" in [event["type"] for event in recorded.received]
        assert len(decode(recorded.audio).runs) == len(TEXTS), "what was cleared is not spoken"


@shows("`cancel_response()`")
async def cancel(three: Three) -> None:
    for recorded in three.values():
        assert recorded.only("response.cancel") == {"type": "response.cancel"}
    tap = Tap()
    async with (
        serving(ServerOptions(cancel="ignore")) as world,
        Conversation(speech(world.tts(tap=tap), "en"), NullDevice()) as conversation,
        trio.open_nursery() as nursery,
    ):

        async def caller() -> None:
            await trio.sleep(1)
            conversation.interrupt()

        nursery.start_soon(caller)
        result = await conversation.say(["This sentence is a good deal longer than one second, and it is cut off."])
    assert result.interrupted
    assert result.heard
    assert result.unheard
    assert tap.of_type("response.cancel") == []


@shows("`finish()`")
def finish(three: Three) -> None:
    for recorded in three.values():
        assert recorded.sent[-1]["type"] == "session.finish"
        assert recorded.received[-1]["type"] == "session.finished"


@shows("`close()`")
async def close(three: Three) -> None:
    async with serving() as world:
        async with world.tts().session():
            assert world.server.open == 1
        await trio.testing.wait_all_tasks_blocked()
        assert world.server.open == 0


@shows("`send_raw(text)`")
def send_raw(three: Three) -> None:
    documented = {event["type"] for event in three["old"].sent}
    ours = {kind.type for kind in ClientEvent.__subclasses__() if kind.type}
    assert ours == documented, "each event that the SDK has a verb for"
    verbs = {"update", "append", "commit", "clear", "cancel", "finish"}
    assert len(verbs) == len(ours)
    assert verbs <= _methods(QwenSession)


# What comes back


shows("`on_open()`")(connect)


@shows("`on_event(message)`")
def on_event(three: Three) -> None:
    ours = three["ours"]
    kinds = [event.type for event in ours.events]
    assert kinds == [event["type"] for event in ours.received[2:]], "after session.updated"
    assert [event.raw for event in ours.events] == ours.received[2:]
    assert isinstance(ours.events[-1], SessionFinished)
    assert [event["type"] for event in three["old"].received] == [event["type"] for event in ours.received]


@shows("`on_event` with an `error`")
async def error(three: Three) -> None:
    async with serving() as world, world.tts().session() as session:
        await session.update()
        await session.commit()
        with pytest.raises(ServiceError) as raised:
            async for _ in session.events():
                pass
    assert raised.value.code == "invalid_value"
    assert raised.value.message
    assert raised.value.event is not None
    assert raised.value.event["type"] == "error"


@shows("`on_close(code, message)`")
async def on_close(three: Three) -> None:
    async def hang_up(script: Any) -> None:
        await script.open()
        await script.connection.aclose(1007, "bad voice")

    async with scripted(hang_up) as tts, tts.session() as session:
        await session.update()
        with pytest.raises(ConnectionLost, match=r"1007.*bad voice"):
            async for _ in session.events():
                pass


@shows("`on_message()`, `on_error()`")
def hooks(three: Three) -> None:
    source = inspect.getsource(QwenTtsRealtime.connect)
    assert "on_message=self.on_message" in source
    assert "on_error=self.on_error" in source


@shows("`get_session_id()`")
def session_id(three: Three) -> None:
    ids = {"old": three["old"].client.get_session_id(), "new": three["new"].client.session_id}
    ids["ours"] = three["ours"].client.id
    assert ids == {name: recorded.received[0]["session"]["id"] for name, recorded in three.items()}


@shows("`get_last_response_id()`")
def last_response_id(three: Three) -> None:
    ids = {"old": three["old"].client.get_last_response_id(), "new": three["new"].client.last_response_id}
    ids["ours"] = three["ours"].client.last_response_id
    assert ids == {name: _last(recorded, "response.done")["response"]["id"] for name, recorded in three.items()}


@shows("`get_last_message()`")
def last_message(three: Three) -> None:
    assert three["old"].client.get_last_message() == three["old"].received[-1]
    assert three["new"].client.last_message == three["new"].received[-1]
    assert three["ours"].received[-1]["type"] == "session.finished", "by the tap"


@shows("`get_first_audio_delay()`: ms, of the first text only")
async def first_audio_delay(three: Three) -> None:
    assert three["old"].client.get_first_audio_delay() > 0
    assert three["new"].client.last_first_audio_delay >= 0
    delays: list[float] = []
    async with serving(ServerOptions(first_audio=0.5)) as world, world.tts().session() as session:
        await session.update()
        for text in TEXTS:
            await trio.sleep(3)
            await session.append(text)
            await session.commit()
            while (await session.next_event()).type != "response.done":
                pass
            assert session.first_audio_delay is not None
            delays.append(session.first_audio_delay)
    assert delays == pytest.approx([0.5, 0.5])


@shows("`on_event` with `response.done`: usage")
async def usage(three: Three) -> None:
    characters = sum(map(len, TEXTS))
    for recorded in three.values():
        done = [event for event in recorded.received if event["type"] == "response.done"]
        assert sum(event["response"]["usage"]["characters"] for event in done) == characters
    assert three["ours"].client.usage.reported == three["ours"].client.usage.computed == characters
    async with serving() as world:
        result = await ([TEXTS[0]] | speech(world.tts(), "en") | Memory()).run()
    assert result.characters == len(TEXTS[0])


@shows("`rt.model`, `rt.url`")
def model_and_url(three: Three) -> None:
    session, tts = _realtime(), QwenTTS(api_key=KEY, model=MODEL, workspace=WORKSPACE, region="ap-southeast-1")
    assert (session.model, session.url) == (tts.settings.model, tts.url)


@shows("`rt.last_first_text_delay`, `rt.last_response_create_time`")
def text_delay(three: Three) -> None:
    assert three["new"].client.last_first_text_delay is None, "no text comes back"


LISTENING = (
    "`rt.update_session()`, `rt.commit()`, `rt.append_audio()`, `rt.append_video()`, `rt.clear_appended_audio()`, "
    "`rt.create_item()`, `rt.retrieve_item()`, `rt.delete_item()`, `rt.create_response()`"
)


@shows(LISTENING)
def of_models_that_listen(three: Three) -> None:
    documented = {event["type"] for event in three["old"].sent}
    for verb in codes(LISTENING)[1:]:
        source = inspect.getsource(getattr(RealtimeSession, verb.removeprefix("rt.").removesuffix("()")))
        (kind,) = re.findall(r'"type": "([\w.]+)"', source)
        assert kind not in documented
    session, sent = _realtime(), cast("list[dict[str, Any]]", [])
    session.send_event = sent.append
    with pytest.raises(TypeError, match="output_modalities"):
        session.update_session(voice="Cherry")
    session.update_session(["audio"], voice="Cherry")
    assert {"modalities", "turn_detection", "input_audio_transcription"} <= set(sent[0]["session"])


async def test_a_refused_key_is_an_error_at_once(autojump_clock: trio.abc.Clock) -> None:
    async with serving(ServerOptions(api_key="sk-another")) as world:
        before = trio.current_time()
        with pytest.raises(AuthenticationFailed, match="keys belong to regions"):
            async with world.tts(api_key=KEY).session():
                pass
        assert trio.current_time() - before < 1


def _last(recorded: Recorded, kind: str) -> dict[str, Any]:
    return [event for event in recorded.received if event["type"] == kind][-1]


def _realtime(*, ws_url: str | None = None, client: dict[str, Any] | None = None) -> Any:
    """A session of the newer surface, not opened."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)  # "preview"
        made: Any = dashscope.Client(api_key=KEY, workspace=WORKSPACE, region="ap-southeast-1", **(client or {}))
        with made:
            return made.audio.realtime.connect(model=MODEL, ws_url=ws_url)
