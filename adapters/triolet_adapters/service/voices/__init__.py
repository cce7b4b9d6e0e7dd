"""The voices of the service, by the names that clients use."""

from triolet_adapters.service.voices._voices import ServedVoice as ServedVoice
from triolet_adapters.service.voices._voices import ServiceVoices as ServiceVoices
from triolet_adapters.service.voices._voices import UnknownVoice as UnknownVoice
