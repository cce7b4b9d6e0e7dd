"""A local server that speaks the WebSockets of ElevenLabs with any voice of ours."""

from triolet_adapters.tts.elevenlabs.server._options import ElevenLabsServerOptions as ElevenLabsServerOptions
from triolet_adapters.tts.elevenlabs.server._server import ElevenLabsServer as ElevenLabsServer
