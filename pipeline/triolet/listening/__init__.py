"""A user who talks while speech is played: pause at the first sign of a voice, then go on or stop."""

from triolet.listening._barge_in import BargeIn as BargeIn
from triolet.listening._contract import Interruptible as Interruptible
from triolet.listening._contract import UserSpeech as UserSpeech
from triolet.listening._core import BargeInCore as BargeInCore
from triolet.listening._core import BargeInDecision as BargeInDecision
from triolet.listening._options import BargeInOptions as BargeInOptions
