"""Qwen-TTS realtime: a voice for the engine, the low-level session, and a local server that speaks the protocol."""

from triolet_adapters.tts.qwen.client import QwenTTS as QwenTTS
from triolet_adapters.tts.qwen.options import QwenOptions as QwenOptions
from triolet_adapters.tts.qwen.server import QwenServer as QwenServer
from triolet_adapters.tts.qwen.server_options import ServerOptions as ServerOptions
from triolet_adapters.tts.qwen.session import QwenSession as QwenSession
