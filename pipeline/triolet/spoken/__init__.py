"""Text made for the ear: what a person would say of Markdown, and where in the raw text each word comes from."""

from ._core import SpokenTextCore as SpokenTextCore
from ._options import SpokenOptions as SpokenOptions
from ._pause import Pause as Pause
