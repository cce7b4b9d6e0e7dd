"""For tests of pipelines, stages and adapters: scripted peers, a virtual network, contract suites."""

from triolet.testing._collect import collect as collect
from triolet.testing._scripted_tts import ScriptedTTS as ScriptedTTS
from triolet.testing._source import ScriptedSource as ScriptedSource
