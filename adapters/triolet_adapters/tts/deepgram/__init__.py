"""Deepgram's Aura voices over its WebSocket."""

from triolet_adapters.tts.deepgram._settings import DEFAULT_MODEL as DEFAULT_MODEL
from triolet_adapters.tts.deepgram._settings import RATES as RATES
from triolet_adapters.tts.deepgram._settings import DeepgramSettings as DeepgramSettings
from triolet_adapters.tts.deepgram._tts import DeepgramTTS as DeepgramTTS
