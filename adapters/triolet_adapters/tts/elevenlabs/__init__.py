"""ElevenLabs over its multi-context WebSocket, with word times."""

from triolet_adapters.tts.elevenlabs._settings import FORMATS as FORMATS
from triolet_adapters.tts.elevenlabs._settings import ElevenLabsSettings as ElevenLabsSettings
from triolet_adapters.tts.elevenlabs._tts import ElevenLabsTTS as ElevenLabsTTS
from triolet_adapters.tts.elevenlabs._tts import Region as Region
