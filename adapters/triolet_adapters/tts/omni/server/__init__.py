"""A local server that speaks each dialect of the WebSocket of vLLM-Omni, SGLang-Omni and Together with any voice of ours."""

from triolet_adapters.tts.omni.server._options import OmniServerOptions as OmniServerOptions
from triolet_adapters.tts.omni.server._server import OmniServer as OmniServer
