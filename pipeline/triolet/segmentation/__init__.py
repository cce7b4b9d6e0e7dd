"""Tokens to clauses: where sentences and clauses end."""

from triolet.segmentation._core import SegmenterCore as SegmenterCore
from triolet.segmentation._stage import SentenceSegmenter as SentenceSegmenter
