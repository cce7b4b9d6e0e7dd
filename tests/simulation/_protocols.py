"""The protocols that simulated vendors speak. A new one is an entry in `PROTOCOLS`: its voice, its local server, and its words for errors.

`python -m tests.simulation --protocol NAME`; `mixed` gives each vendor of a run one of them.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

import attrs
from tests.simulation._kinds import IDLE, Kind
from tests.simulation._plan import Plan
from tests.simulation._serving import SimulatedQwenServer, Words, first_of, served
from tests.simulation._sound import RATE
from tests.unit.adapters.tts._virtual_http import client_over

from triolet import SAMPLE_BYTES, TTS
from triolet_adapters.shared.json import dumps
from triolet_adapters.tts import CartesiaTTS, CosyVoiceTTS, DeepgramTTS, ElevenLabsTTS, OmniTTS, OpenAITTS, QwenTTS
from triolet_adapters.tts.cartesia.server import CartesiaServer, CartesiaServerOptions
from triolet_adapters.tts.cosyvoice.server import CosyVoiceServer, CosyVoiceServerOptions
from triolet_adapters.tts.deepgram.server import DeepgramServer, DeepgramServerOptions
from triolet_adapters.tts.elevenlabs.server import ElevenLabsServer, ElevenLabsServerOptions
from triolet_adapters.tts.frame import HTTPOptions, VoiceOptions
from triolet_adapters.tts.frame.server import LocalServer, queried
from triolet_adapters.tts.omni.server import OmniServer, OmniServerOptions
from triolet_adapters.tts.openai.server import OpenAIServer, OpenAIServerOptions
from triolet_adapters.tts.qwen import QwenOptions, ServerOptions

if TYPE_CHECKING:
    from tests.simulation._vendor import SimulatedVendor

KEY = "sk-not-for-logs"
QWEN, MIXED = "qwen", "mixed"


@attrs.frozen
class Protocol:
    """One protocol in a simulated vendor's place."""

    tts: Callable[[SimulatedVendor, Plan], TTS]
    """The voice of the project. It dials with `vendor.dial`."""
    server: Callable[[SimulatedVendor], LocalServer]
    """The local server of the project, with the faults of the vendor."""
    http: bool = False
    """Whether its clients send requests; else they open WebSockets."""
    never: tuple[Kind, ...] = ()
    """What cannot happen with it."""


def _usual(vendor: SimulatedVendor) -> dict[str, Any]:
    """What all local servers are told."""
    plan = vendor.plan
    return {
        "api_key": KEY,
        "requests_per_minute": plan.commits_a_minute,
        "idle_timeout": plan.idle_timeout,
        "jitter": plan.jitter,
        "seed": vendor.seed,
        "allowed_hosts": (vendor.host,),
    }


def _pieces(vendor: SimulatedVendor) -> dict[str, Any]:
    return {**_usual(vendor), "piece": vendor.plan.delta_bytes / SAMPLE_BYTES / RATE}


def _patience(world: Plan, ready: str = "ready_timeout") -> dict[str, Any]:
    """The deadlines of a voice over a WebSocket."""
    if world.usual:
        return {"ping_interval": None}
    names = ("connect_timeout", ready, "first_audio_timeout", "chunk_timeout", "ping_timeout")
    return {**dict.fromkeys(names, world.deadline), "ping_interval": 1.5 if world.ping else None}


def _client(vendor: SimulatedVendor, world: Plan) -> dict[str, Any]:
    """What voices over WebSockets are told."""
    return {
        "api_key": KEY,
        "allow_insecure": True,
        "dial": vendor.dial,
        "options": VoiceOptions(**_patience(world)),
    }


def _qwen(vendor: SimulatedVendor, world: Plan) -> TTS:
    def tap(_time: float, direction: str, text: str) -> None:
        vendor.opened += direction == "received" and '"session.created"' in text[:200]

    options = QwenOptions(**_patience(world, "session_timeout"))
    asked: dict[str, Any] = {**_client(vendor, world), "options": options}
    return QwenTTS(
        **asked,
        url=f"ws://{vendor.host}/api-ws/v1/realtime",
        sample_rate=RATE,
        tap=tap,
    )


def _elevenlabs(vendor: SimulatedVendor, world: Plan) -> TTS:
    place = f"ws://{vendor.host}"
    return ElevenLabsTTS(**_client(vendor, world), base_url=place, voice="Cherry", output_format="pcm_8000")


def _cartesia(vendor: SimulatedVendor, world: Plan) -> TTS:
    return CartesiaTTS(**_client(vendor, world), base_url=f"ws://{vendor.host}", voice="Cherry", sample_rate=RATE)


def _deepgram(vendor: SimulatedVendor, world: Plan) -> TTS:
    return DeepgramTTS(
        **_client(vendor, world), base_url=f"ws://{vendor.host}", voice="Cherry", encoding="linear16", sample_rate=RATE
    )


def _cosyvoice(vendor: SimulatedVendor, world: Plan) -> TTS:
    return CosyVoiceTTS(
        **_client(vendor, world), url=f"ws://{vendor.host}", voice="Cherry", sample_rate=RATE, word_times=False
    )


def _dialect(vendor: SimulatedVendor) -> str:
    """One in which a text that is committed is said as a whole: a server of one's own, or Together."""
    return ("vllm", "together")[(vendor.seed + vendor.index) % 2]


def _omni(vendor: SimulatedVendor, world: Plan) -> TTS:
    place = f"ws://{vendor.host}"
    return OmniTTS(**_client(vendor, world), base_url=place, dialect=_dialect(vendor), voice="Cherry", sample_rate=RATE)


def _openai(vendor: SimulatedVendor, world: Plan) -> TTS:
    names = ("connect_timeout", "first_audio_timeout", "chunk_timeout")
    wait: dict[str, Any] = {} if world.usual else dict.fromkeys(names, world.deadline)
    network: Any = vendor
    client = client_over(network)
    vendor.afterwards.append(client.aclose)
    return OpenAITTS(
        base_url=f"http://{vendor.host}/v1",
        api_key=KEY,
        allow_insecure=True,
        model="tones",
        voice="Cherry",
        sample_rate=RATE,
        client=client,
        options=HTTPOptions(**wait),
    )


def _named(names: Mapping[Kind, str], message: Callable[[str], object], code: int) -> Callable[[Kind], tuple[str, int]]:
    return lambda kind: (dumps(message(names[kind])), code)


def _failures(error: str, throttled: str, refused: str) -> dict[Kind, str]:
    return {Kind.ERROR: error, Kind.THROTTLED: throttled, Kind.REFUSED_TEXT: refused}


_ELEVENLABS = Words(
    failure=_named(
        _failures("internal_server_error", "rate_limit_exceeded", "content_policy"),
        lambda name: {"message": "no", "error": name, "code": 1008},
        1008,
    ),
    voice=lambda request, _message: unquote(request.path.split("/")[3]),
)
_CARTESIA = Words(
    failure=_named(
        _failures("500 internal_error", "429 concurrency_limited", "400 transcript_refused"),
        lambda name: {
            **dict(zip(("status_code", "error_code"), (int(name[:3]), name[4:]), strict=True)),
            "type": "error",
            "done": True,
            "title": "no",
            "message": "no",
        },
        1008,
    ),
    voice=lambda _request, message: first_of(message, "voice", "id"),
)
_DEEPGRAM = Words(
    failure=_named(
        _failures("Warning try again", "Warning rate limit", "Error no such text"),
        lambda name: dict(zip(("type", "description"), name.split(" ", 1), strict=True)),
        1011,
    ),
    voice=lambda request, _message: queried(request).get("model"),
)
_COSYVOICE = Words(
    failure=_named(
        _failures("InternalError.Algo", "Throttling.RateQuota", "DataInspectionFailed"),
        lambda name: {"header": {"event": "task-failed", "error_code": name, "error_message": "no"}, "payload": {}},
        1007,
    ),
    voice=lambda _request, message: first_of(message, "payload", "parameters", "voice"),
)

_OMNI = Words(
    failure=_named(
        _failures("server_error", "rate_limit_exceeded", "invalid_request_error"),
        lambda name: {"type": "error", "error": {"message": "no", "code": name}},
        1011,
    ),
    voice=lambda request, message: queried(request).get("voice") or first_of(message, "voice"),
)

PROTOCOLS: Mapping[str, Protocol] = {
    QWEN: Protocol(
        _qwen,
        lambda vendor: SimulatedQwenServer(
            vendor, ServerOptions(**_usual(vendor), rate_limit="event", delta_bytes=vendor.plan.delta_bytes)
        ),
    ),
    "elevenlabs": Protocol(
        _elevenlabs,
        lambda vendor: served(
            ElevenLabsServer, vendor, _ELEVENLABS, ElevenLabsServerOptions(**_pieces(vendor), alignment="none")
        ),
    ),
    "cartesia": Protocol(
        _cartesia,
        lambda vendor: served(
            CartesiaServer, vendor, _CARTESIA, CartesiaServerOptions(**_pieces(vendor), timestamps="none")
        ),
    ),
    "deepgram": Protocol(
        _deepgram,
        lambda vendor: served(DeepgramServer, vendor, _DEEPGRAM, DeepgramServerOptions(**_pieces(vendor))),
    ),
    "cosyvoice": Protocol(
        _cosyvoice,
        lambda vendor: served(
            CosyVoiceServer, vendor, _COSYVOICE, CosyVoiceServerOptions(**_pieces(vendor), splits=False)
        ),
    ),
    "omni": Protocol(
        _omni,
        lambda vendor: served(
            OmniServer, vendor, _OMNI, OmniServerOptions(**_pieces(vendor), dialect=_dialect(vendor))
        ),
    ),
    "openai": Protocol(
        _openai,
        lambda vendor: served(OpenAIServer, vendor, OpenAIServerOptions(**_pieces(vendor), sample_rate=RATE)),
        http=True,
        never=IDLE,
    ),
}
"""By name."""


def protocol_of(world: Plan, index: int) -> str:
    """The name of the protocol that a vendor of a run speaks."""
    if world.protocol != MIXED:
        return world.protocol
    return random.Random(f"{world.seed}/{index}/protocol").choice(sorted(PROTOCOLS))


def never(name: str) -> tuple[Kind, ...]:
    """What cannot happen with it."""
    return () if name == MIXED else PROTOCOLS[name].never
