"""Words to phrases: what is committed at once, and when."""

from triolet.phrasing._core import Offer as Offer
from triolet.phrasing._core import PhraserCore as PhraserCore
from triolet.phrasing._options import PhrasingOptions as PhrasingOptions
from triolet.phrasing._stage import Phraser as Phraser
