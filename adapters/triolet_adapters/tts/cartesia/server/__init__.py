"""A local server that speaks Cartesia's WebSocket with any voice of ours."""

from triolet_adapters.tts.cartesia.server._options import CartesiaServerOptions as CartesiaServerOptions
from triolet_adapters.tts.cartesia.server._server import CartesiaServer as CartesiaServer
