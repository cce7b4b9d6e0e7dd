"""Cartesia's Sonic voices over its WebSocket, with word times."""

from triolet_adapters.tts.cartesia._settings import DEFAULT_MODEL as DEFAULT_MODEL
from triolet_adapters.tts.cartesia._settings import EMOTIONS as EMOTIONS
from triolet_adapters.tts.cartesia._settings import LANGUAGES as LANGUAGES
from triolet_adapters.tts.cartesia._settings import RATES as RATES
from triolet_adapters.tts.cartesia._settings import CartesiaSettings as CartesiaSettings
from triolet_adapters.tts.cartesia._tts import CartesiaTTS as CartesiaTTS
