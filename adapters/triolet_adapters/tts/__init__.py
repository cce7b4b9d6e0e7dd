"""Voices: services and models that speak."""

from typing import TYPE_CHECKING

from triolet_adapters.shared.lazy_names import lazy_names

if TYPE_CHECKING:
    from triolet_adapters.tts.cached import Cached as Cached
    from triolet_adapters.tts.cartesia import CartesiaTTS as CartesiaTTS
    from triolet_adapters.tts.cosyvoice import CosyVoiceTTS as CosyVoiceTTS
    from triolet_adapters.tts.deepgram import DeepgramTTS as DeepgramTTS
    from triolet_adapters.tts.elevenlabs import ElevenLabsTTS as ElevenLabsTTS
    from triolet_adapters.tts.kokoro import KokoroTTS as KokoroTTS
    from triolet_adapters.tts.local import LocalTTS as LocalTTS
    from triolet_adapters.tts.omni import OmniTTS as OmniTTS
    from triolet_adapters.tts.openai import OpenAITTS as OpenAITTS
    from triolet_adapters.tts.pico import PicoTTS as PicoTTS
    from triolet_adapters.tts.qwen import QwenTTS as QwenTTS
else:
    _NAMES = {
        "CartesiaTTS": "triolet_adapters.tts.cartesia",
        "Cached": "triolet_adapters.tts.cached",
        "CosyVoiceTTS": "triolet_adapters.tts.cosyvoice",
        "DeepgramTTS": "triolet_adapters.tts.deepgram",
        "ElevenLabsTTS": "triolet_adapters.tts.elevenlabs",
        "KokoroTTS": "triolet_adapters.tts.kokoro",
        "LocalTTS": "triolet_adapters.tts.local",
        "OmniTTS": "triolet_adapters.tts.omni",
        "OpenAITTS": "triolet_adapters.tts.openai",
        "PicoTTS": "triolet_adapters.tts.pico",
        "QwenTTS": "triolet_adapters.tts.qwen",
    }
    __all__ = list(_NAMES)
    __getattr__ = lazy_names(__name__, _NAMES)
