"""Stages that speak: phrases (or clauses) in, audio out."""

from triolet.synthesis._recovery import RecoveryPolicy as RecoveryPolicy
from triolet.synthesis._stage import Synthesizer as Synthesizer
from triolet.synthesis._stream_stage import StreamSynthesizer as StreamSynthesizer
from triolet.synthesis._voice_stage import VoiceStage as VoiceStage
