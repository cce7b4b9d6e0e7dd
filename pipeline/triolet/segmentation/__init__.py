"""Sentences and clauses out of a stream of tokens."""

from triolet.segmentation._core import SegmenterCore as SegmenterCore
