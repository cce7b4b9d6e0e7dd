"""How clauses become phrases: the choices."""

from __future__ import annotations

import attrs


@attrs.frozen(kw_only=True)
class PhrasingOptions:
    """How clauses become phrases. Characters are those of the words to say."""

    early_start: bool = True
    """Whether the first phrase of a turn may end inside a sentence, so that a listener hears something sooner. Later phrases
    are whole sentences, unless the listener would run out of audio."""
    early_words: int = attrs.field(default=4, validator=attrs.validators.ge(1))
    """The fewest words that a phrase may have if it ends at a comma: fewer sound chopped off."""
    early_cjk: int = attrs.field(default=6, validator=attrs.validators.ge(1))
    """The same in Chinese, Japanese or Korean characters."""
    worth: float = attrs.field(default=0.25, validator=attrs.validators.ge(0))
    """Seconds that an early start must be expected to save: a change of rhythm is not worth less."""
    merge: int = attrs.field(default=240, validator=attrs.validators.ge(0))
    """While the listener has audio enough, sentences of a paragraph are joined until a phrase has so many
    characters: about 16 s of speech; the lead of the `Synthesizer` stops it sooner. A commit costs a request, and a voice reads
    two sentences together better than apart. 0: never."""
    longest: int = attrs.field(default=300, validator=attrs.validators.ge(20))
    """The most characters of a phrase: about 20 s of speech. Services take no more than some hundreds (600 is documented for
    Qwen's non-realtime models), and the longer a commit, the more of it an interruption wastes."""
