"""How clauses become phrases: the choices."""

from __future__ import annotations

import attrs


@attrs.frozen(kw_only=True)
class PhrasingOptions:
    """How clauses become phrases. Lengths count the characters of the words to say."""

    eager: bool = True
    """Whether the first sentence of a turn is committed with its mark, before the next token shows that it has ended, if it almost
    surely has; see `SentenceSegmenter`. The listener hears it sooner by what lies between two tokens. One time in 200 or less
    the sentence goes on after all: then the voice makes a break too many. `speech` gives this to its segmenter, but for voices
    that bill a minimum."""
    early_start: bool = True
    """Whether the first phrase of a turn may end inside a sentence, so that the listener hears something sooner. Later phrases
    are whole sentences, unless the listener would run out of audio."""
    early_words: int = attrs.field(default=4, validator=attrs.validators.ge(1))
    """The fewest words of a phrase that ends at a comma. Fewer would sound chopped off."""
    early_cjk: int = attrs.field(default=6, validator=attrs.validators.ge(1))
    """The same in Chinese, Japanese or Korean characters."""
    worth: float = attrs.field(default=0.25, validator=attrs.validators.ge(0))
    """Seconds that an early start must be expected to save. Less is not worth the change of rhythm."""
    merge: int = attrs.field(default=240, validator=attrs.validators.ge(0))
    """Characters up to which sentences of a paragraph are merged into a phrase while the listener has enough audio: about 16 s
    of speech. The lead of the `Synthesizer` may end it sooner. A commit costs a request, and a voice reads two sentences
    together better than apart. 0: sentences are never merged."""
    longest: int = attrs.field(default=300, validator=attrs.validators.ge(20))
    """The most characters of a phrase: about 20 s of speech. Services take no more than some hundreds (600 is documented for
    Qwen's non-realtime models), and the longer a commit is, the more of it an interruption wastes."""
