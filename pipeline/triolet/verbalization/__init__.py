"""Numbers, prices, dates, units and signs in words, for a voice that does not say them right itself."""

from triolet._model._kinds import KINDS as KINDS
from triolet._model._kinds import Kind as Kind
from triolet.verbalization._core import VerbalizerCore as VerbalizerCore
from triolet.verbalization._languages import LANGUAGES as LANGUAGES
from triolet.verbalization._lexicon import Lexicon as Lexicon
from triolet.verbalization._stage import Verbalizer as Verbalizer
