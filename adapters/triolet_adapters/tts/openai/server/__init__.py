"""A local server that speaks OpenAI's speech API with any voice of ours."""

from triolet_adapters.tts.openai.server._options import OpenAIServerOptions as OpenAIServerOptions
from triolet_adapters.tts.openai.server._server import OpenAIServer as OpenAIServer
