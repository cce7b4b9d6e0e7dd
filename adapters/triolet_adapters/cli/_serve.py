"""`triolet serve`: a server on this machine."""

from __future__ import annotations

import errno
import sys
from typing import Annotated

import trio
import typer

from triolet import Alone
from triolet_adapters.cli._run import run


def tts(
    host: Annotated[
        str, typer.Option(help="The address to listen on; the default takes connections of this machine only.")
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="The port; 0 takes a free one.", min=0, max=65535)] = 8765,
) -> None:
    """Speak the Qwen-TTS realtime protocol with the local voice, until Ctrl-C.

    Prints its URL. Any client of that protocol can use it, without a key; every voice and model name is taken, and English is
    spoken.

    [bold]Examples[/]

      triolet serve tts

      triolet say "Hello." --tts qwen --url ws://127.0.0.1:8765
    """

    async def command() -> None:
        from triolet_adapters.tts import LocalTTS  # noqa: PLC0415 -- an extra
        from triolet_adapters.tts.qwen.server import QwenServer  # noqa: PLC0415

        voice = LocalTTS()
        async with voice.connect():  # the model is loaded now, not while the first client waits
            pass
        with Alone():
            async with trio.open_nursery() as nursery:
                try:
                    url = await nursery.start(QwenServer(voice).serve, host, port)
                except OSError as error:
                    raise _explained(error, host, port) from error
                sys.stdout.write(f"{url}\n")
                sys.stdout.flush()
                if sys.stderr.isatty():
                    sys.stderr.write(f'Ctrl-C ends it. Try: triolet say "Hello." --tts qwen --url {url}\n')

    run(command, stopped=0)


def _explained(error: OSError, host: str, port: int) -> OSError:
    if error.errno == errno.EADDRINUSE:
        return OSError(f"port {port} of {host} is taken: end the program that listens there, or choose another --port")
    return OSError(f"cannot listen on {host}, port {port}: {error.strerror or error}")
