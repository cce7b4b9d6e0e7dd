"""Speech for a client that sends its text while it is written: `WS /v1/speech`."""

from triolet_adapters.service.live._asyncapi import asyncapi as asyncapi
from triolet_adapters.service.live._endpoint import speak_live as speak_live
from triolet_adapters.service.live._host import Host as Host
from triolet_adapters.service.live._host import LanguageModel as LanguageModel
from triolet_adapters.service.live._sessions import LiveSessions as LiveSessions
