"""Speech for any program, over HTTP and WebSocket: `triolet serve`. It takes the extra `serve`."""

from triolet_adapters.service._app import create_app as create_app
from triolet_adapters.service._running import serve as serve
from triolet_adapters.service.config import KeyConfig as KeyConfig
from triolet_adapters.service.config import Limits as Limits
from triolet_adapters.service.config import LLMConfig as LLMConfig
from triolet_adapters.service.config import ServiceConfig as ServiceConfig
from triolet_adapters.service.config import VoiceConfig as VoiceConfig
from triolet_adapters.service.config import WrongEntry as WrongEntry
from triolet_adapters.service.guard import Counters as Counters
from triolet_adapters.service.process import Service as Service
from triolet_adapters.service.process import Watch as Watch
from triolet_adapters.service.voices import ServedVoice as ServedVoice
from triolet_adapters.service.voices import ServiceVoices as ServiceVoices
from triolet_adapters.service.voices import UnknownVoice as UnknownVoice
