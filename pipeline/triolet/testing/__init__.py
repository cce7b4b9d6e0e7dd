"""For tests of pipelines, stages and adapters: scripted peers, a virtual network, contract suites."""

from triolet.testing._collect import collect as collect
from triolet.testing._network import Link as Link
from triolet.testing._network import VirtualConnection as VirtualConnection
from triolet.testing._network import VirtualListener as VirtualListener
from triolet.testing._network import VirtualNetwork as VirtualNetwork
from triolet.testing._network import VirtualStream as VirtualStream
from triolet.testing._output_contract import OutputContract as OutputContract
from triolet.testing._recording_output import HeardAudio as HeardAudio
from triolet.testing._recording_output import RecordingOutput as RecordingOutput
from triolet.testing._scripted_tts import ScriptedTTS as ScriptedTTS
from triolet.testing._source import ScriptedSource as ScriptedSource
from triolet.testing._tone import Decoded as Decoded
from triolet.testing._tone import ToneRun as ToneRun
from triolet.testing._tone import ToneTTS as ToneTTS
from triolet.testing._tone import decode as decode
from triolet.testing._tts_contract import TTSContract as TTSContract
