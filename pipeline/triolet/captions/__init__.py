"""Captions: what was said, in lines for readers, and the files that players show. Pure."""

from triolet.captions._captions import Caption as Caption
from triolet.captions._captions import captions as captions
from triolet.captions._files import to_srt as to_srt
from triolet.captions._files import to_webvtt as to_webvtt
from triolet.captions._options import CaptionOptions as CaptionOptions
