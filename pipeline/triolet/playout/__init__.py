"""Playing audio: outputs, the gaps between phrases, and the count of samples that were heard."""

from triolet.playout._contract import Device as Device
from triolet.playout._far_end import FarEnd as FarEnd
from triolet.playout._gaps import PhraseGaps as PhraseGaps
from triolet.playout._output import Output as Output
from triolet.playout._paced_output import PacedOutput as PacedOutput
from triolet.playout._playout import Playout as Playout
