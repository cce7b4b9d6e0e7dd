"""Telephone calls, over the WebSocket that a telephony service opens to the application, or over a socket of Asterisk's."""

from triolet_adapters.outputs.telephone._audiosocket import AudioSocketOutput as AudioSocketOutput
from triolet_adapters.outputs.telephone._events import CallEnded as CallEnded
from triolet_adapters.outputs.telephone._events import CallerAudio as CallerAudio
from triolet_adapters.outputs.telephone._events import CallEvent as CallEvent
from triolet_adapters.outputs.telephone._events import CallStarted as CallStarted
from triolet_adapters.outputs.telephone._events import KeyPressed as KeyPressed
from triolet_adapters.outputs.telephone._peer import TwilioPeer as TwilioPeer
from triolet_adapters.outputs.telephone._telephone import Telephone as Telephone
from triolet_adapters.outputs.telephone._vendors import PlivoOutput as PlivoOutput
from triolet_adapters.outputs.telephone._vendors import TelnyxOutput as TelnyxOutput
from triolet_adapters.outputs.telephone._vendors import TwilioOutput as TwilioOutput
from triolet_adapters.outputs.telephone._vendors import VonageOutput as VonageOutput
