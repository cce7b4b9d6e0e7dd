"""Where speech goes: files, pipes, devices."""

from triolet_adapters.outputs.loudspeaker import Loudspeaker as Loudspeaker
from triolet_adapters.outputs.memory import Memory as Memory
from triolet_adapters.outputs.null import NullDevice as NullDevice
from triolet_adapters.outputs.pcm import PcmFile as PcmFile
from triolet_adapters.outputs.wav import WavFile as WavFile
