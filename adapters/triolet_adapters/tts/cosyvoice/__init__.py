"""CosyVoice and Qwen-Audio-TTS over DashScope's WebSocket of tasks (`/api-ws/v1/inference`), with word times."""

from triolet_adapters.tts.cosyvoice._settings import DEFAULT_MODEL as DEFAULT_MODEL
from triolet_adapters.tts.cosyvoice._settings import DEFAULT_VOICE as DEFAULT_VOICE
from triolet_adapters.tts.cosyvoice._settings import FORMATS as FORMATS
from triolet_adapters.tts.cosyvoice._settings import SAMPLE_RATES as SAMPLE_RATES
from triolet_adapters.tts.cosyvoice._settings import CosyVoiceSettings as CosyVoiceSettings
from triolet_adapters.tts.cosyvoice._settings import HotFix as HotFix
from triolet_adapters.tts.cosyvoice._tts import PATH as PATH
from triolet_adapters.tts.cosyvoice._tts import CosyVoiceTTS as CosyVoiceTTS
