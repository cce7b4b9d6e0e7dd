"""Watching a service: what happens in its turns, as metrics and as traces. The engine stays free of both.

    async with open_watching() as watching:
        observer = watching.instrument.observer("turn 1", voice="triolet")
        await conversation.say(tokens, observer=observer)
        body = watching.metrics.exposition()

`TurnInstrument` and `TurnMeasures` need nothing; metrics and traces need `triolet[serve]`, and are loaded when they are first named.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from triolet_adapters.shared.lazy_names import lazy_names
from triolet_adapters.watching._instrument import Recorder as Recorder
from triolet_adapters.watching._instrument import TurnInstrument as TurnInstrument
from triolet_adapters.watching._instrument import TurnObserver as TurnObserver
from triolet_adapters.watching._readings import Readings as Readings
from triolet_adapters.watching._table import METRICS as METRICS
from triolet_adapters.watching._table import Kind as Kind
from triolet_adapters.watching._table import Metric as Metric
from triolet_adapters.watching._table import Sample as Sample
from triolet_adapters.watching._turn_measures import TurnMeasures as TurnMeasures
from triolet_adapters.watching._watched_voice import WatchedTTS as WatchedTTS

if TYPE_CHECKING:
    from triolet_adapters.watching._open import Watching as Watching
    from triolet_adapters.watching._open import open_watching as open_watching
    from triolet_adapters.watching._otlp import OtlpMetrics as OtlpMetrics
    from triolet_adapters.watching._prometheus import CONTENT_TYPE as CONTENT_TYPE
    from triolet_adapters.watching._prometheus import PrometheusMetrics as PrometheusMetrics
    from triolet_adapters.watching._tracing import SpanMaker as SpanMaker
else:
    __getattr__ = lazy_names(
        __name__,
        {
            "CONTENT_TYPE": "triolet_adapters.watching._prometheus",
            "OtlpMetrics": "triolet_adapters.watching._otlp",
            "PrometheusMetrics": "triolet_adapters.watching._prometheus",
            "SpanMaker": "triolet_adapters.watching._tracing",
            "Watching": "triolet_adapters.watching._open",
            "open_watching": "triolet_adapters.watching._open",
        },
    )
