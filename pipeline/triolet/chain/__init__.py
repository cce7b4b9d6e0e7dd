"""Sources, stages and sinks, how they join, and what the stages of one turn share."""

from triolet.chain._audio_stage import AudioStage as AudioStage
from triolet.chain._context import TurnContext as TurnContext
from triolet.chain._pipeline import Pipeline as Pipeline
from triolet.chain._pipeline import Sink as Sink
from triolet.chain._playout_clock import Listener as Listener
from triolet.chain._playout_clock import PlayoutClock as PlayoutClock
from triolet.chain._playout_clock import Supply as Supply
from triolet.chain._stages import Source as Source
from triolet.chain._stages import Stage as Stage
from triolet.chain._stages import stage as stage
