"""Voices: services and models that speak."""

from triolet_adapters.tts.local import LocalTTS as LocalTTS
from triolet_adapters.tts.qwen import QwenTTS as QwenTTS
