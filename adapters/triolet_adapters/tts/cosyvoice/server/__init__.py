"""A local server that speaks DashScope's WebSocket of tasks with any voice of ours."""

from triolet_adapters.tts.cosyvoice.server._options import CosyVoiceServerOptions as CosyVoiceServerOptions
from triolet_adapters.tts.cosyvoice.server._server import CosyVoiceServer as CosyVoiceServer
