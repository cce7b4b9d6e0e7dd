"""Voices behind `POST /v1/audio/speech`: OpenAI, and servers of one's own that speak its API."""

from triolet_adapters.tts.openai._answer import audio_event as audio_event
from triolet_adapters.tts.openai._answer import done_event as done_event
from triolet_adapters.tts.openai._answer import event as event
from triolet_adapters.tts.openai._services import SERVICES as SERVICES
from triolet_adapters.tts.openai._services import Service as Service
from triolet_adapters.tts.openai._settings import FORMATS as FORMATS
from triolet_adapters.tts.openai._settings import MAX_INPUT as MAX_INPUT
from triolet_adapters.tts.openai._settings import SPEED as SPEED
from triolet_adapters.tts.openai._settings import STREAM_FORMATS as STREAM_FORMATS
from triolet_adapters.tts.openai._settings import OpenAISettings as OpenAISettings
from triolet_adapters.tts.openai._tts import OpenAITTS as OpenAITTS
