"""Where speech goes: files, pipes, devices."""

from triolet_adapters.outputs.audio_file import AudioFile as AudioFile
from triolet_adapters.outputs.bed import read_bed as read_bed
from triolet_adapters.outputs.http_audio import HttpAudio as HttpAudio
from triolet_adapters.outputs.loudspeaker import Loudspeaker as Loudspeaker
from triolet_adapters.outputs.memory import Memory as Memory
from triolet_adapters.outputs.null import NullDevice as NullDevice
from triolet_adapters.outputs.pcm import PcmFile as PcmFile
from triolet_adapters.outputs.wav import WavFile as WavFile
