"""Voices: services and models that speak."""

from triolet_adapters.tts.cosyvoice import CosyVoiceTTS as CosyVoiceTTS
from triolet_adapters.tts.deepgram import DeepgramTTS as DeepgramTTS
from triolet_adapters.tts.elevenlabs import ElevenLabsTTS as ElevenLabsTTS
from triolet_adapters.tts.local import LocalTTS as LocalTTS
from triolet_adapters.tts.omni import OmniTTS as OmniTTS
from triolet_adapters.tts.openai import OpenAITTS as OpenAITTS
from triolet_adapters.tts.qwen import QwenTTS as QwenTTS
