"""Conversations: turns on one output, one after another."""

from triolet.conversation._bounds import text_bound as text_bound
from triolet.conversation._budget import Budget as Budget
from triolet.conversation._conversation import Conversation as Conversation
from triolet.conversation._filler import Filler as Filler
from triolet.conversation._live_captions import LiveCaption as LiveCaption
from triolet.conversation._live_captions import LiveCaptions as LiveCaptions
from triolet.conversation._memory_bound import audio_bound as audio_bound
from triolet.conversation._memory_bound import memory_bound as memory_bound
from triolet.conversation._speech import speech as speech
from triolet.conversation._spoken_words import spoken_words as spoken_words
