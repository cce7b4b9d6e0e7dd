"""What the service is told. Pure."""

from triolet_adapters.service.config._config import MODEL as MODEL
from triolet_adapters.service.config._config import KeyConfig as KeyConfig
from triolet_adapters.service.config._config import Limits as Limits
from triolet_adapters.service.config._config import LLMConfig as LLMConfig
from triolet_adapters.service.config._config import ServiceConfig as ServiceConfig
from triolet_adapters.service.config._config import VoiceConfig as VoiceConfig
from triolet_adapters.service.config._config import kinds as kinds
from triolet_adapters.service.config._hashing import hash_of as hash_of
from triolet_adapters.service.config._settings import WrongEntry as WrongEntry
