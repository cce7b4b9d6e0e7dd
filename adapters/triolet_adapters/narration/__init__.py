"""Narrate documents to audio and captions, thousands of them: resumable, within quotas, one output each."""

from triolet_adapters.narration._document import Order as Order
from triolet_adapters.narration._document import Outcome as Outcome
from triolet_adapters.narration._document import State as State
from triolet_adapters.narration._find import find_documents as find_documents
from triolet_adapters.narration._names import Document as Document
from triolet_adapters.narration._narrate import Summary as Summary
from triolet_adapters.narration._narrate import narrate as narrate
from triolet_adapters.narration._on_ray import narrate_on_ray as narrate_on_ray
