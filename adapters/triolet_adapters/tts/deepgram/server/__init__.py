"""A local server that speaks Deepgram's WebSocket with any voice of ours."""

from triolet_adapters.tts.deepgram.server._options import DeepgramServerOptions as DeepgramServerOptions
from triolet_adapters.tts.deepgram.server._server import DeepgramServer as DeepgramServer
