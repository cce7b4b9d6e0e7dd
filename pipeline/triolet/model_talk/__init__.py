"""What a model says that is no part of its answer: reasoning, tool calls, control tokens. It is taken out of the stream."""

from triolet.model_talk._core import ModelTalkCore as ModelTalkCore
from triolet.model_talk._stage import ModelTalkFilter as ModelTalkFilter
