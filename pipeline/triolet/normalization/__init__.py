"""Text made for the ear: what a person would say of Markdown, and where in the raw text each word comes from."""

from triolet.normalization._break import Pause as Pause
from triolet.normalization._core import SpokenTextCore as SpokenTextCore
from triolet.normalization._options import SpokenOptions as SpokenOptions
