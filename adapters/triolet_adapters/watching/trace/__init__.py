"""Draws one turn: from a recording to a terminal, an SVG picture, or a page with the sound."""

from triolet_adapters.watching.trace._folder import TurnFolder as TurnFolder
from triolet_adapters.watching.trace._load import load_turn as load_turn
from triolet_adapters.watching.trace._page import page as page
from triolet_adapters.watching.trace._picture import PhrasePicture as PhrasePicture
from triolet_adapters.watching.trace._picture import TurnPicture as TurnPicture
from triolet_adapters.watching.trace._sound import heard_wav as heard_wav
from triolet_adapters.watching.trace._svg import svg as svg
from triolet_adapters.watching.trace._terminal import terminal as terminal
