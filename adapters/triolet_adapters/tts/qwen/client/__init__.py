"""The client: a voice for the engine, the low-level session, and where the service is."""

from triolet_adapters.shared.dashscope import KEY_VARIABLE as KEY_VARIABLE
from triolet_adapters.shared.dashscope import REGIONS as REGIONS
from triolet_adapters.tts.qwen.client._commits import QwenCommits as QwenCommits
from triolet_adapters.tts.qwen.client._endpoint import is_loopback as is_loopback
from triolet_adapters.tts.qwen.client._options import QwenOptions as QwenOptions
from triolet_adapters.tts.qwen.client._session import QwenSession as QwenSession
from triolet_adapters.tts.qwen.client._session_log import SessionUsage as SessionUsage
from triolet_adapters.tts.qwen.client._session_log import Tap as Tap
from triolet_adapters.tts.qwen.client._stream import QwenStream as QwenStream
from triolet_adapters.tts.qwen.client._tts import QwenTTS as QwenTTS
from triolet_adapters.tts.qwen.client._wire_log import LogText as LogText
