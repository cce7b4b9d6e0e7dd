"""When a listener is about to hear nothing, and how many words are enough for one: the segmenter and the Phraser go by the same."""

SHORT = 1.0
"""Seconds of audio below which the listener is about to hear nothing. The first samples of a commit take about so long, so whatever is
committed later is heard late."""

MANY_WORDS = 12
"""Words that are enough for a listener who hears nothing: about 4 s of speech, in which the source can write as many more."""

MANY_CJK = 18
"""The same in Chinese, Japanese or Korean characters."""
