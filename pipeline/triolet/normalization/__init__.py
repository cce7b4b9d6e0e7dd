"""Text made for the ear: what a person would say of Markdown, and where in the raw text each word comes from."""

from triolet.normalization._break import Break as Break
from triolet.normalization._core import NormalizerCore as NormalizerCore
from triolet.normalization._options import NormalizationOptions as NormalizationOptions
