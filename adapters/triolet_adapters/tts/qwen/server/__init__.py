"""A local server that speaks the protocol with any voice of ours."""

from triolet_adapters.tts.qwen.server._options import ServerOptions as ServerOptions
from triolet_adapters.tts.qwen.server._server import QwenServer as QwenServer
