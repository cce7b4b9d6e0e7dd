"""`triolet serve`: a server on this machine."""

from __future__ import annotations

import enum
import errno
import secrets
import sys
from typing import TYPE_CHECKING, Annotated, Any

import trio
import typer

from triolet import TTS, Alone, is_this_machine
from triolet_adapters.cli._options import KEYS, SERVE_KEY, DialectOption, Voice
from triolet_adapters.cli._run import ending_gently, run

if TYPE_CHECKING:
    from triolet_adapters.tts.frame.server import LocalServer


class Protocol(enum.StrEnum):
    """What a server speaks."""

    QWEN = "qwen"
    OPENAI = "openai"
    ELEVENLABS = "elevenlabs"
    DEEPGRAM = "deepgram"
    COSYVOICE = "cosyvoice"
    OMNI = "omni"
    CARTESIA = "cartesia"


def tts(
    protocol: Annotated[
        Protocol, typer.Option(help="What to speak: the protocol of a vendor, on the vendor's own path.")
    ] = Protocol.QWEN,
    dialect: DialectOption = None,
    host: Annotated[
        str, typer.Option(help="The address to listen on; the default takes connections of this machine only.")
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="The port; 0 takes a free one.", min=0, max=65535)] = 8765,
    api_key: Annotated[
        str | None,
        typer.Option(
            envvar=SERVE_KEY,
            help="The key that clients must present; an empty one asks for none.",
            show_default="none on this machine; on another --host a new one, which is printed",
        ),
    ] = None,
    allow_host: Annotated[
        list[str] | None,
        typer.Option(
            help="A name by which clients may call this server, besides localhost and any address; * for any name."
        ),
    ] = None,
    allow_origin: Annotated[
        list[str] | None,
        typer.Option(
            help="A web page that may connect, such as https://app.example, besides those of this machine; * for any page."
        ),
    ] = None,
    max_connections: Annotated[int, typer.Option(help="Connections at a time; one more is refused.", min=1)] = 100,
) -> None:
    """Speak a vendor's protocol with the local voice, until Ctrl-C or SIGTERM.

    Prints its URL. Any client of that protocol can use it, without a key. It accepts every name of a voice or a model, and speaks
    English. When it is told to end, it takes no more connections, says what it has begun, and ends with exit code 0. Told again,
    it ends at once.

    [bold]Examples[/]

      triolet serve tts

      triolet say "Hello." --tts qwen --url ws://127.0.0.1:8765

      triolet serve tts --protocol openai

      triolet serve tts --host 0.0.0.0
    """
    if dialect is not None and protocol is not Protocol.OMNI:
        raise typer.BadParameter("--dialect goes with --protocol omni")

    async def command() -> None:
        from triolet_adapters.tts import LocalTTS  # noqa: PLC0415 -- an extra

        key = _key(host, api_key, protocol)
        voice = LocalTTS()
        async with voice.connect():  # the model is loaded now, not while the first client waits
            pass
        options: dict[str, Any] = {
            "api_key": key or None,
            "allowed_hosts": tuple(allow_host or ()),
            "allowed_origins": tuple(allow_origin or ()),
            "max_connections": max_connections,
        }
        if dialect is not None:
            options["dialect"] = dialect.value
        server = _server(protocol, voice, options)
        with Alone(), ending_gently(server.stop):
            async with trio.open_nursery() as nursery:
                try:
                    url = await nursery.start(server.serve, host, port)
                except OSError as error:
                    raise _explained(error, host, port) from error
                sys.stdout.write(f"{url}\n")
                sys.stdout.flush()
                if sys.stderr.isatty():
                    sys.stderr.write(f'Ctrl-C ends it. Try: triolet say "Hello." --tts {protocol} --url {url}\n')

    run(command, stopped=0)


def _server(protocol: Protocol, voice: TTS, options: dict[str, Any]) -> LocalServer:
    match protocol:
        case Protocol.OPENAI:
            from triolet_adapters.tts.openai.server import OpenAIServer, OpenAIServerOptions  # noqa: PLC0415

            return OpenAIServer(voice, OpenAIServerOptions(**options))
        case Protocol.ELEVENLABS:
            from triolet_adapters.tts.elevenlabs.server import (  # noqa: PLC0415
                ElevenLabsServer,
                ElevenLabsServerOptions,
            )

            return ElevenLabsServer(voice, ElevenLabsServerOptions(**options))
        case Protocol.DEEPGRAM:
            from triolet_adapters.tts.deepgram.server import DeepgramServer, DeepgramServerOptions  # noqa: PLC0415

            return DeepgramServer(voice, DeepgramServerOptions(**options))
        case Protocol.COSYVOICE:
            from triolet_adapters.tts.cosyvoice.server import CosyVoiceServer, CosyVoiceServerOptions  # noqa: PLC0415

            return CosyVoiceServer(voice, CosyVoiceServerOptions(**options))
        case Protocol.OMNI:
            from triolet_adapters.tts.omni.server import OmniServer, OmniServerOptions  # noqa: PLC0415

            return OmniServer(voice, OmniServerOptions(**options))
        case Protocol.CARTESIA:
            from triolet_adapters.tts.cartesia.server import CartesiaServer, CartesiaServerOptions  # noqa: PLC0415

            return CartesiaServer(voice, CartesiaServerOptions(**options))
        case _:
            from triolet_adapters.tts.qwen.server import QwenServer, ServerOptions  # noqa: PLC0415

            return QwenServer(voice, ServerOptions(**options))


def _key(host: str, given: str | None, protocol: Protocol) -> str:
    """The key to ask for, empty for none. Whoever opens the server to others is told what that means."""
    if is_this_machine(host):
        return given or ""
    if given is None:
        key = secrets.token_urlsafe(24)
        variable = KEYS[Voice.QWEN] if protocol is Protocol.QWEN else SERVE_KEY
        sys.stderr.write(
            f"triolet: --host {host} lets other machines connect. They need this key, made for this run: {key}\n"
            f"         Clients give it as {variable}, and need --insecure, since it is sent in the clear.\n"
        )
        return key
    if not given:
        sys.stderr.write(f"triolet: --host {host} lets other machines connect, and no key is asked for.\n")
    return given


def _explained(error: OSError, host: str, port: int) -> OSError:
    if error.errno == errno.EADDRINUSE:
        return OSError(f"port {port} of {host} is taken: end the program that listens there, or choose another --port")
    return OSError(f"cannot listen on {host}, port {port}: {error.strerror or error}")
