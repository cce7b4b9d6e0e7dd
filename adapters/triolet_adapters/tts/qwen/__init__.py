"""Qwen-TTS realtime: a voice for the engine, the low-level session, and a local server that speaks the protocol.

The events are in `protocol`, the regions in `endpoint`.
"""

from triolet_adapters.tts.qwen.client import QwenCommits as QwenCommits
from triolet_adapters.tts.qwen.client import QwenTTS as QwenTTS
from triolet_adapters.tts.qwen.options import QwenOptions as QwenOptions
from triolet_adapters.tts.qwen.server import QwenServer as QwenServer
from triolet_adapters.tts.qwen.server_options import ServerOptions as ServerOptions
from triolet_adapters.tts.qwen.session import QwenSession as QwenSession
from triolet_adapters.tts.qwen.session_log import SessionUsage as SessionUsage
from triolet_adapters.tts.qwen.session_log import Tap as Tap
from triolet_adapters.tts.qwen.settings import QwenSettings as QwenSettings
from triolet_adapters.tts.qwen.turn import QwenTurn as QwenTurn
