"""The events of a turn, and what they add up to."""

from triolet.turn._phrase_result import PhraseResult as PhraseResult
from triolet.turn._phrase_result import PhraseState as PhraseState
from triolet.turn._result import Latency as Latency
from triolet.turn._result import TurnResult as TurnResult
from triolet.turn._spoken_word import SpokenWord as SpokenWord
from triolet.turn._timeline import Timeline as Timeline
