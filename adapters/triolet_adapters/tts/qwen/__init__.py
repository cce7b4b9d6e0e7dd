"""Qwen-TTS realtime: a voice for the engine, the low-level session, and a local server that speaks the protocol.

The events are in `protocol`, the regions in `client.REGIONS`.
"""

from triolet_adapters.tts.qwen.client import QwenCommits as QwenCommits
from triolet_adapters.tts.qwen.client import QwenOptions as QwenOptions
from triolet_adapters.tts.qwen.client import QwenSession as QwenSession
from triolet_adapters.tts.qwen.client import QwenStream as QwenStream
from triolet_adapters.tts.qwen.client import QwenTTS as QwenTTS
from triolet_adapters.tts.qwen.client import SessionUsage as SessionUsage
from triolet_adapters.tts.qwen.client import Tap as Tap
from triolet_adapters.tts.qwen.protocol import QwenSettings as QwenSettings
from triolet_adapters.tts.qwen.server import QwenServer as QwenServer
from triolet_adapters.tts.qwen.server import ServerOptions as ServerOptions
