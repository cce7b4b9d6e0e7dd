"""Open models behind vLLM-Omni, SGLang-Omni, Together AI, or a server like them: texts and commits over a WebSocket."""

from triolet_adapters.tts.omni._dialects import DIALECTS as DIALECTS
from triolet_adapters.tts.omni._dialects import Dialect as Dialect
from triolet_adapters.tts.omni._settings import OmniSettings as OmniSettings
from triolet_adapters.tts.omni._tts import OmniTTS as OmniTTS
