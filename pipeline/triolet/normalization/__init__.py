"""Clauses to words for the ear: what a person would say of Markdown, and which part of the raw text each word stands for."""

from triolet.normalization._break import Break as Break
from triolet.normalization._core import NormalizerCore as NormalizerCore
from triolet.normalization._options import NormalizationOptions as NormalizationOptions
from triolet.normalization._stage import TextNormalizer as TextNormalizer
