"""A voice that plays phrases which come again from disk."""

from triolet_adapters.tts.cached._cached import Cached as Cached
from triolet_adapters.tts.cached._shared import SHARED_BYTES as SHARED_BYTES
from triolet_adapters.tts.cached._shared import RedisPhrases as RedisPhrases
from triolet_adapters.tts.cached._shared import SharedPhrases as SharedPhrases
from triolet_adapters.tts.cached._store import MAX_BYTES as MAX_BYTES
from triolet_adapters.tts.cached._store import CachedPhrase as CachedPhrase
from triolet_adapters.tts.cached._store import PhraseStore as PhraseStore
